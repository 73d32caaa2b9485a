import re

import numpy as np
import pytest

from coursekit import data


def rng(seed=0):
    return np.random.default_rng(seed)


def pictures(n=4, height=9, width=7, channels=2, dtype=np.float64):
    return rng(1).random((n, height, width, channels)).astype(dtype)


def blob(row, column, size=21):
    """One round spot of ink; with its centre of mass where it is asked for."""
    rows, columns = np.mgrid[:size, :size]
    return np.exp(-0.5 * ((rows - row) ** 2 + (columns - column) ** 2) / 4.0).reshape(1, size, size, 1)


def centre_of_mass(image):
    rows, columns = np.mgrid[: image.shape[1], : image.shape[2]]
    ink = image[0, :, :, 0]
    return np.sum(rows * ink) / ink.sum(), np.sum(columns * ink) / ink.sum()


#: What does nothing where its amount is none, and how to ask for that.
WARPS = {
    "zoom": (data.zoom, {"low": 1.0, "high": 1.0}),
    "rotate": (data.rotate, {"low": 0.0, "high": 0.0}),
    "shift": (data.shift, {"low": 0.0, "high": 0.0}),
    "elastic_distortion": (data.elastic_distortion, {"alpha": 0.0}),
}
every_warp = pytest.mark.parametrize("name", WARPS)


@every_warp
def test_no_amount_changes_nothing(name):
    warp, nothing = WARPS[name]
    np.testing.assert_allclose(warp(pictures(), rng(), **nothing), pictures(), atol=1e-12)


@every_warp
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_dtypes_shapes_and_what_was_given(name, dtype):
    images = (255 * pictures()).astype(dtype)
    images.flags.writeable = False
    out = WARPS[name][0](images, rng())
    assert out.shape == images.shape
    assert out.dtype == (np.float64 if dtype == np.uint8 else dtype)
    np.testing.assert_array_equal(images, (255 * pictures()).astype(dtype))


@every_warp
def test_each_image_draws_for_itself_and_the_generator_decides(name):
    warp, _ = WARPS[name]
    same = np.repeat(pictures(1, 12, 12), 3, axis=0)
    out = warp(same, rng())
    assert not np.allclose(out[0], out[1])
    assert not np.allclose(out[1], out[2])
    np.testing.assert_array_equal(out, warp(same, rng()))


@every_warp
def test_views_give_what_copies_give(name):
    view = pictures(6, 18, 16)[::-2, ::2, ::-2]
    np.testing.assert_array_equal(WARPS[name][0](view, rng()), WARPS[name][0](view.copy(), rng()))


@every_warp
def test_nothing_becomes_lighter_or_darker_than_it_was(name):
    out = WARPS[name][0](1.0 + pictures(), rng())
    assert out.min() >= 0.0
    assert out.max() <= 2.0


@every_warp
def test_one_pixel(name):
    assert WARPS[name][0](np.ones((1, 1, 1, 1)), rng()).shape == (1, 1, 1, 1)


# -- sampling --------------------------------------------------------------------------------------------------------


def test_sampling_against_loops():
    images = pictures(2, 4, 5)
    rows, columns = rng(2).uniform(-3, 7, (2, 2, 6, 3))
    out = data.sample_at(images, rows, columns)
    assert out.shape == (2, 6, 3, 2)
    for i, p, q in np.ndindex(2, 6, 3):
        expected = np.zeros(2)
        for row, column in np.ndindex(4, 5):  # a tent of one pixel around every pixel
            tent = max(0.0, 1 - abs(rows[i, p, q] - row)) * max(0.0, 1 - abs(columns[i, p, q] - column))
            expected += tent * images[i, row, column]
        np.testing.assert_allclose(out[i, p, q], expected, atol=1e-12)


@pytest.mark.parametrize("position", [-1e4, -1.0, 4.0, 1e4])
def test_far_away_is_nothing(position):
    assert data.sample_at(np.ones((1, 4, 4, 1)), [[[position]]], [[[1.0]]]) == 0.0


# -- what each one is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("degrees", "turns"), [(90.0, 1), (180.0, 2), (-90.0, 3), (360.0, 0)])
def test_right_angles_are_exact(degrees, turns):
    images = pictures(3, 6, 6)
    expected = np.rot90(images, turns, axes=(1, 2))
    np.testing.assert_allclose(data.rotate(images, rng(), degrees, degrees), expected, atol=1e-12)


@pytest.mark.parametrize("degrees", [10.0, -35.0])
def test_a_spot_turns_about_the_centre(degrees):
    row, column = centre_of_mass(data.rotate(blob(10.0, 15.0), rng(), degrees, degrees))
    angle = np.deg2rad(degrees)
    assert (row, column) == pytest.approx((10.0 - 5.0 * np.sin(angle), 10.0 + 5.0 * np.cos(angle)), abs=0.05)


@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_a_spot_moves_away_from_the_centre_by_the_factor(factor):
    row, column = centre_of_mass(data.zoom(blob(8.0, 12.0), rng(), factor, factor))
    assert (row, column) == pytest.approx((10.0 - 2.0 * factor, 10.0 + 2.0 * factor), abs=0.05)


@pytest.mark.parametrize("amount", [1.0, -2.0])
def test_whole_shifts_are_exact_with_zeros_where_nothing_was(amount):
    images = pictures()
    out, by = data.shift(images, rng(), amount, amount), int(amount)
    expected = np.zeros_like(images)
    if by > 0:
        expected[:, by:, by:] = images[:, :-by, :-by]
    else:
        expected[:, :by, :by] = images[:, -by:, -by:]
    np.testing.assert_allclose(out, expected, atol=1e-12)


def test_amounts_lie_between_their_bounds_in_both_directions():
    spots = np.repeat(blob(10.0, 10.0), 200, axis=0)
    moved = data.shift(spots, rng(), -1.0, 3.0)
    places = np.array([centre_of_mass(image[None]) for image in moved]) - 10.0
    assert places.min() > -1.01
    assert places.max() < 3.01
    # The mean of 400 draws from U(-1, 3), whose deviation is 1.155: 5 standard errors.
    assert abs(places.mean() - 1.0) < 5 * 1.155 / 20 + 0.01
    assert abs(np.corrcoef(places.T)[0, 1]) < 5 / 200**0.5


def displacements(size, n, sigma, alpha):
    """How far each pixel of an elastic distortion is read from its place, by reading pictures of the coordinates."""
    ramp = np.broadcast_to(np.arange(size, dtype=float)[:, None], (size, size)).reshape(1, size, size, 1)
    # Far from the edges only, where reading a ramp gives the position itself.
    out = data.elastic_distortion(np.repeat(ramp, n, axis=0), rng(), alpha=alpha, sigma=sigma)
    return (out - ramp)[:, size // 4 : -size // 4, size // 4 : -size // 4, 0]


@pytest.mark.parametrize(("sigma", "alpha"), [(4.0, 34.0), (2.0, 8.0), (1.5, 3.0)])
def test_how_far_elastic_distortion_moves_pixels(sigma, alpha):
    moved = displacements(48, 60, sigma, alpha)
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(0.163 * alpha / sigma, rel=0.1)


def test_neighbours_move_together():
    moved = displacements(48, 20, sigma=4.0, alpha=20.0)
    beside = np.corrcoef(moved[:, :-1].ravel(), moved[:, 1:].ravel())[0, 1]
    apart = np.corrcoef(moved[:, :-16].ravel(), moved[:, 16:].ravel())[0, 1]
    assert beside == pytest.approx(np.exp(-1 / (4 * 4.0**2)), abs=0.02)
    assert abs(apart) < 0.3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.rotate(np.ones((2, 2)), rng()), "rotate: images must be (N, H, W, C), it has shape (2, 2)"),
        (lambda: data.rotate(pictures(), rng(), 5.0, -5.0), "rotate: low must be at most high, they are 5 and -5"),
        (lambda: data.rotate(pictures(), 0), "rotate: rng must be a numpy.random.Generator"),
        (lambda: data.zoom(pictures(), rng(), 0.0), "zoom: low must be a number above 0, and finite, not 0"),
        (lambda: data.shift(pictures(), rng(), high=np.inf), "shift: high must be a number, and finite, not inf"),
        (lambda: data.elastic_distortion(pictures(), rng(), sigma=0.0), "elastic_distortion: sigma must be a number"),
        (lambda: data.sample_at(pictures(1), [[[np.nan]]], [[[0.0]]]), "sample_at: rows must be finite"),
        (lambda: data.sample_at(pictures(2), [[[0.0]]], [[[0.0]]]), "sample_at: rows must be (N, P, Q) with N = 2"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
