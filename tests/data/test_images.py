import re
from collections import Counter

import numpy as np
import pytest

from coursekit import data


def rng(seed=0):
    return np.random.default_rng(seed)


def numbered(n=3, height=4, width=5, channels=2, dtype=np.float64):
    """Images in which every entry is another number, so that it says where it came from."""
    return np.arange(n * height * width * channels).reshape(n, height, width, channels).astype(dtype)


#: Every function of images and a generator that only moves pixels.
MOVES = {
    "horizontal_flip": lambda images, rng: data.horizontal_flip(images),
    "vertical_flip": lambda images, rng: data.vertical_flip(images),
    "random_flip": data.random_flip,
    "random_flip_of_rows": lambda images, rng: data.random_flip(images, rng, flip=data.vertical_flip),
    "random_crop": lambda images, rng: data.random_crop(images, 3, rng),
    "pad_and_crop": lambda images, rng: data.pad_and_crop(images, 2, rng),
}
FLIPS = data.horizontal_flip, data.vertical_flip
every_move = pytest.mark.parametrize("name", MOVES)


@every_move
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_dtype_stays_and_nothing_given_is_changed(name, dtype):
    images = numbered(dtype=dtype)
    images.flags.writeable = False
    assert MOVES[name](images, rng()).dtype == dtype
    np.testing.assert_array_equal(images, numbered(dtype=dtype))


@every_move
def test_views_give_what_copies_give_and_the_generator_decides(name):
    view = numbered(8, 8, 10)[::-2, ::2, ::-2]
    np.testing.assert_array_equal(MOVES[name](view, rng()), MOVES[name](view.copy(), rng()))


@every_move
def test_one_image_of_one_channel(name):
    assert MOVES[name](numbered(1, 3, 3, 1), rng()).shape == (1, 3, 3, 1)


def test_flip_is_along_the_width_and_undoes_itself():
    images = numbered()
    flipped = data.horizontal_flip(images)
    for i, row, column, channel in np.ndindex(images.shape):
        assert flipped[i, row, column, channel] == images[i, row, 4 - column, channel]
    np.testing.assert_array_equal(data.horizontal_flip(flipped), images)


def test_vertical_flip_is_along_the_height_and_undoes_itself():
    images = numbered()
    flipped = data.vertical_flip(images)
    for i, row, column, channel in np.ndindex(images.shape):
        assert flipped[i, row, column, channel] == images[i, 3 - row, column, channel]
    np.testing.assert_array_equal(data.vertical_flip(flipped), images)


def test_both_flips_are_a_turn_by_180_degrees():
    images = numbered(dtype=np.float64)
    turned = data.vertical_flip(data.horizontal_flip(images))
    np.testing.assert_allclose(turned, data.rotate(images, rng(), 180.0, 180.0), atol=1e-9)


def test_random_flip_flips_whole_images_as_often_as_it_says():
    images = numbered(4000, 1, 2, 1)
    flipped = (data.random_flip(images, rng(), p=0.25) == images[:, :, ::-1]).reshape(4000, 2)
    assert (flipped[:, 0] == flipped[:, 1]).all()
    # 5 standard deviations, sqrt(4000 * 0.25 * 0.75) each: once in 1.7 million.
    assert abs(flipped[:, 0].sum() - 1000) < 5 * 27.4
    np.testing.assert_array_equal(data.random_flip(images, rng(), p=0.0), images)
    np.testing.assert_array_equal(data.random_flip(images, rng(), p=1.0), images[:, :, ::-1])


def test_random_flip_takes_another_flip_and_draws_the_same_images_for_it():
    images = numbered(400)
    along_width, along_height = (data.random_flip(images, rng(), 0.3, flip) for flip in FLIPS)
    wide, high = ((images != flipped).any(axis=(1, 2, 3)) for flipped in (along_width, along_height))
    np.testing.assert_array_equal(wide, high)
    assert 60 < high.sum() < 180  # 120 expected, 6 standard deviations to either side
    np.testing.assert_array_equal(along_height[high], images[high, ::-1])


@pytest.mark.parametrize(("height", "width", "size"), [(4, 5, 3), (4, 4, 4), (5, 3, 1), (3, 6, 3)])
def test_crops_are_windows_of_their_image_and_all_offsets_are_as_likely(height, width, size):
    n = 6000
    images = numbered(n, height, width, 1)
    crops = data.random_crop(images, size, rng())
    assert crops.shape == (n, size, size, 1)
    corner = crops[:, 0, 0, 0].astype(int) - np.arange(n) * height * width
    top, left = corner // width, corner % width
    for i in (0, 1, n - 1):
        window = images[i, top[i] : top[i] + size, left[i] : left[i] + size]
        np.testing.assert_array_equal(crops[i], window)
    counts = Counter(zip(top.tolist(), left.tolist(), strict=True))
    offsets = (height - size + 1) * (width - size + 1)
    assert len(counts) == offsets
    # 6 standard deviations for each of at most 15 offsets: less than once in 30 million.
    assert max(abs(count - n / offsets) for count in counts.values()) <= 6 * np.sqrt(n / offsets * (1 - 1 / offsets))


def test_pad_and_crop_moves_by_whole_pixels_with_zeros_beyond():
    images = numbered(200, 3, 4, 1) + 1
    moved = data.pad_and_crop(images, 1, rng())
    seen = set()
    for image, out in zip(images, moved, strict=True):
        padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
        seen |= {(i, j) for i in range(3) for j in range(3) if np.array_equal(out, padded[i : i + 3, j : j + 4])}
    assert len(seen) == 9
    np.testing.assert_array_equal(data.pad_and_crop(images, 0, rng()), images)


@pytest.mark.parametrize("shape", [(20, 10, 10, 3), (6000,), (3, 2000)])
def test_noise_of_any_shape(shape):
    x = np.full(shape, 2.0, np.float32)
    noise = (data.add_noise(x, rng(), std=0.5) - x).astype(np.float64)
    assert data.add_noise(x, rng()).dtype == np.float32
    # 5 standard errors of the mean and of the deviation of 6000 draws.
    assert abs(noise.mean()) < 5 * 0.5 / 6000**0.5
    assert abs(noise.std() - 0.5) < 5 * 0.5 / 12000**0.5
    np.testing.assert_array_equal(data.add_noise(x, rng(), std=0.0), x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.horizontal_flip(np.ones((2, 2))), "horizontal_flip: images must be (N, H, W, C), it has shape"),
        (lambda: data.random_crop(numbered(), 5, rng()), "random_crop: size must be at most 4, the images are 4x5"),
        (lambda: data.random_crop(numbered(), 0, rng()), "random_crop: size must be a whole number, 1 or more, not 0"),
        (lambda: data.random_crop(numbered(), 2, 7), "random_crop: rng must be a numpy.random.Generator"),
        (lambda: data.random_crop(numbered()[:0], 2, rng()), "random_crop: images must not be empty"),
        (lambda: data.random_flip(numbered(), rng(), p=1.5), "random_flip: p must be a number in [0, 1], not 1.5"),
        (
            lambda: data.random_flip(numbered(), rng(), flip=lambda images: images[:, :2]),
            "random_flip: flip: its result must be (N, H, W, C) with H = 4 as in images, it has shape (3, 2, 5, 2)",
        ),
        (lambda: data.vertical_flip(np.ones((2, 2))), "vertical_flip: images must be (N, H, W, C), it has shape"),
        (lambda: data.pad_and_crop(numbered(), -1, rng()), "pad_and_crop: pad must be a whole number, 0 or more"),
        (lambda: data.add_noise(numbered(), rng(), std=-1.0), "add_noise: std must be a number, 0 or more, and finite"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
