"""subtract_channel_mean."""

import numpy as np

from coursekit.data import subtract_channel_mean
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.preprocessing.drawing import BOTH, LARGE, both_parts
from coursekit.exercises.preprocessing.pictures import photos
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, m: int, h: int, w: int, c: int, about: str = "", group: str = "values") -> Case:
        both = photos(draw, n + m, h, w, c)
        return Case(args=(both[:n], both[n:]), about=about, group=group)

    def typical() -> Case:
        return case(2, 2, 2, draw.size(2, 4), 3)

    c = draw.size(2, 4)
    zeros = np.zeros((1, 2, 2, 2))
    large = LARGE * draw.rng.choice([-1.0, 1.0, 0.5], (2, 2, 2, 2))
    cases = [
        case(2, 1, 1, 2, 2),
        case(2, 2, 2, 2, 2),
        case(draw.size(3, 5), 2, draw.size(2, 4), draw.size(2, 5), 3),
        case(1, 2, 2, 3, c, "one training image", "edges"),
        case(3, 1, 3, 2, c, "one test image", "edges"),
        case(3, 2, 3, 2, 1, "one channel", "edges"),
        case(3, 2, 1, 1, c, "images of one pixel", "edges"),
        Case(args=(zeros, zeros.copy()), about="black images", group="edges"),
        Case(args=(large, large[:1] / 4), about="large entries", group="edges"),
    ]
    return with_layouts(cases, typical=typical)


def _loop(images_train: Array, images_test: Array) -> Both:
    train, test = images_train.copy(), images_test.copy()
    for channel in range(images_train.shape[3]):
        total, count = 0, 0
        for image in images_train:
            for row in image:
                for pixel in row:
                    total, count = total + pixel[channel], count + 1
        train[..., channel] -= total / count
        test[..., channel] -= total / count
    return train, test


def _flat(images_train: Array, images_test: Array) -> list[Array]:
    mean = images_train.reshape(-1, images_train.shape[-1]).mean(axis=0)
    return [images_train - mean, images_test - mean]


def _three_steps(images_train: Array, images_test: Array) -> Both:
    mean = images_train.mean(axis=0).mean(axis=0).mean(axis=0)
    return images_train - mean, images_test - mean


def _over(axis: int | tuple[int, ...] | None, images_train: Array, images_test: Array) -> Both:
    mean = images_train.mean(axis=axis, keepdims=True)
    return images_train - mean, images_test - mean


def _joint(images_train: Array, images_test: Array) -> Both:
    mean = np.concatenate([images_train, images_test]).mean(axis=(0, 1, 2))
    return images_train - mean, images_test - mean


def _each_alone(images_train: Array, images_test: Array) -> Both:
    train, test = (images - images.mean(axis=(1, 2), keepdims=True) for images in (images_train, images_test))
    return train, test


def _standardized(images_train: Array, images_test: Array) -> Both:
    mean, std = images_train.mean(axis=(0, 1, 2)), images_train.std(axis=(0, 1, 2))
    std = std + (std == 0)
    return (images_train - mean) / std, (images_test - mean) / std


def _in_place(images_train: Array, images_test: Array) -> Both:
    mean = images_train.mean(axis=(0, 1, 2))
    images_train -= mean
    images_test -= mean
    return images_train, images_test


def _float64(images_train: Array, images_test: Array) -> Both:
    mean = np.zeros(images_train.shape[-1])
    for channel in range(len(mean)):
        mean[channel] = images_train[..., channel].mean()
    return images_train - mean, images_test - mean


SUBTRACT_CHANNEL_MEAN = Exercise(
    assignment="preprocessing",
    reference=subtract_channel_mean,
    task="Centre images by colour. `images_train` is `(N, H, W, C)`, `images_test` `(M, H, W, C)`: image, row, column, "
    "channel. Take off every channel ONE number, its mean over all pixels of all training images: C numbers in all. "
    "Return both sets.",
    rule="mean[c] = the mean of images_train[:, :, :, c]; images[:, :, :, c] - mean[c] for both sets",
    returns=BOTH,
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(40, 16, 16, 3), draw.array(10, 16, 16, 3))),
    checks=(
        *both_parts(
            2,
            2,
            "Pick one channel and average it over images, rows and columns. How many numbers is that for all channels, "
            "and which number did this entry lose?",
            "Which set of images are the C means taken from? The test images lose the same numbers.",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="mean_image",
            function=lambda images_train, images_test: _over(0, images_train, images_test),
            hint="You take off the mean image, one number for every pixel, as AlexNet did. Here it is one number per "
            "channel: over which axes besides the first does the mean run?",
        ),
        Misconception(
            id="each_image_alone",
            function=_each_alone,
            hint="Each image loses its own mean, so that a dark picture and a bright one come out alike. Over which "
            "images should the mean of a channel run?",
        ),
        Misconception(
            id="one_number_for_all",
            function=lambda images_train, images_test: _over(None, images_train, images_test),
            hint="You take one number off everything. What is the mean of the red channel after that: 0?",
        ),
        Misconception(
            id="channels_first",
            function=lambda images_train, images_test: _over((0, 2, 3), images_train, images_test),
            hint="You average over the axes 0, 2 and 3, which is right for PyTorch's order (N, C, H, W). Where do the "
            "channels stand in (N, H, W, C)?",
        ),
        Misconception(
            id="mean_over_channels",
            function=lambda images_train, images_test: _over(3, images_train, images_test),
            hint="You average the channels of each pixel, which takes off its grey value. Which axis has to be left "
            "over, so that there is one number per channel?",
        ),
        Misconception(
            id="test_own_mean",
            function=lambda images_train, images_test: (
                images_train - images_train.mean(axis=(0, 1, 2)),
                images_test - images_test.mean(axis=(0, 1, 2)),
            ),
            hint="The test images lose their own mean. If the test set is photographed at night, what should the net "
            "get to see: the same brightness as by day?",
        ),
        Misconception(
            id="joint_mean",
            function=_joint,
            hint="Your means are those of both sets together. May anything that is learned, a mean too, depend on the "
            "test images?",
        ),
        Misconception(
            id="test_untouched",
            function=lambda images_train, images_test: (
                images_train - images_train.mean(axis=(0, 1, 2)),
                images_test.copy(),
            ),
            hint="Your test images come back as they went in. What would a net that was trained on centred images make "
            "of them?",
        ),
        Misconception(
            id="divided_by_std_too",
            function=_standardized,
            hint="You divide by the standard deviation as well. All pixels share one unit: is there a scale to even "
            "out, and does the task ask for it?",
        ),
        in_place(_in_place, "images_train", "`-=` writes into the array on its left: what does `images - mean` do?"),
        float64(_float64, "np.zeros(images_train.shape[-1])"),
    ),
    variants={"loop": _loop, "flat": _flat, "three_steps": _three_steps},
)
