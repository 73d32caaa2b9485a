"""horizontal_flip."""

import numpy as np

from coursekit.data import horizontal_flip
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.preprocessing.pictures import keeps_dtype, numbered
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, unchanged, values


def _cases(draw: Draw) -> list[Case]:
    def case(*shape: int, about: str = "", group: str = "values", dtype: str = "float64") -> Case:
        return Case(args=(numbered(draw, *shape, dtype=dtype),), about=about, group=group)

    h, w = draw.rng.permutation(np.arange(2, 6))[:2].tolist()
    cases = [
        case(1, 1, 3, 1),
        case(1, 2, 2, 1),
        case(2, 2, 3, 2),
        case(draw.size(2, 4), h, w, 3),
        case(2, 4, 4, 2),
        case(2, 3, 1, 2, about="one pixel wide", group="edges"),
        case(2, 1, 4, 1, about="one pixel high", group="edges"),
        case(3, 2, 4, 1, about="grey images", group="edges"),
        case(1, 2, 3, 3, about="uint8", group="dtype", dtype="uint8"),
        case(2, 2, draw.size(2, 5), 3, about="float32", group="dtype", dtype="float32"),
    ]
    return with_layouts(cases, typical=lambda: case(2, 2, 3, 3), single=False)


def _loop(images: Array) -> Array:
    out = np.empty_like(images)
    width = images.shape[2]
    for n in range(images.shape[0]):
        for i in range(images.shape[1]):
            for j in range(width):
                out[n, i, j] = images[n, i, width - 1 - j]
    return out


def _reads_what_it_wrote(images: Array) -> Array:
    out = images.copy()
    width = images.shape[2]
    for j in range(width):
        out[:, :, j] = out[:, :, width - 1 - j]
    return out


def _in_place(images: Array) -> Array:
    images[...] = images[:, :, ::-1].copy()
    return images


def _float64(images: Array) -> Array:
    out = np.zeros(images.shape)
    out[...] = images[:, :, ::-1]
    return out


def _each(images: Array) -> Array:
    return np.stack([np.fliplr(image) for image in images])


HORIZONTAL_FLIP = Exercise(
    assignment="preprocessing",
    reference=horizontal_flip,
    task="Mirror a batch of images, left for right. `images` is `(N, H, W, C)`: image, row from the top, column from "
    "the left, channel; floats or uint8, and the dtype stays. Return the same shape. A view is fine.",
    rule="flipped[n, i, j, c] = images[n, i, W - 1 - j, c]",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(20, 24, 24, 3),)),
    checks=(
        values(3, "Draw the smallest image as a grid. Which pixel stands at the left end of a row after the mirror?"),
        edges(),
        unchanged(),
        keeps_dtype(),
    ),
    misconceptions=(
        Misconception(
            id="upside_down",
            function=lambda images: images[:, ::-1],
            hint="Your images stand on their heads: axis 1 is the row. (`np.fliplr` turns axis 1 too, which is right "
            "for ONE image, whose axes are row, column, channel.) Which axis of (N, H, W, C) runs from left to right?",
        ),
        Misconception(
            id="turned_by_half",
            function=lambda images: images[:, ::-1, ::-1],
            hint="You turn both axes round, which rotates the image by 180 degrees. Which of them stays?",
        ),
        Misconception(
            id="every_axis",
            function=lambda images: np.flip(images),
            hint="`np.flip(images)` without an axis turns every axis round, the images and the colours too. Which "
            "argument names one axis?",
        ),
        Misconception(
            id="channels_reversed",
            function=lambda images: images[..., ::-1],
            hint="You turn the last axis round, which swaps red and blue. Where does the width stand in (N, H, W, C)?",
        ),
        Misconception(
            id="order_of_the_images",
            function=lambda images: images[::-1],
            hint="You turn the order of the images round and leave each as it is. Which axis lies inside an image, "
            "from left to right?",
        ),
        Misconception(
            id="transposed",
            function=lambda images: images.swapaxes(1, 2),
            hint="You swap rows and columns, which mirrors along the diagonal. What should become of the shape (H, W)?",
        ),
        Misconception(
            id="nothing_moved",
            function=lambda images: images.copy(),
            hint="The images come back as they were. (Is a result of `np.flip` or of a slice returned, or thrown "
            "away?)",
        ),
        Misconception(
            id="a_column_lost",
            function=lambda images: images[:, :, :0:-1],
            hint="One column is missing. A slice ends before its end: what does `:0:-1` leave out, and what `::-1`?",
        ),
        Misconception(
            id="reads_what_it_wrote",
            function=_reads_what_it_wrote,
            hint="One half of your image is copied over the other: when the second half's turn comes, the pixels that "
            "it needs are overwritten. From which array should your loop read, and into which should it write?",
        ),
        in_place(_in_place, "images", "Who else may hold these images: the next epoch?"),
        float64(_float64, "np.zeros(images.shape)"),
    ),
    variants={
        "loop": _loop,
        "np_flip": lambda images: np.flip(images, axis=2),
        "each": _each,
        "take": lambda images: images[:, :, np.arange(images.shape[2])[::-1], :],
        "copy": lambda images: images[:, :, ::-1, :].copy(),
    },
)
