"""random_crop.

The images of the questions hold consecutive numbers, so that the first pixel of a window says where it was cut. What is
looked at:

- the share of windows that are one piece of their own image: exactly 1;
- whether a batch of 12, with 110 offsets to choose from, is cut at many places: by chance all twelve are on a diagonal
  less than once in 10^12 times, and at one place more rarely still;
- over N windows the share at each row, at each column and at each pair of them, which a right answer misses by more
  than `share_within` less than once in a thousand million times each. With 6 offsets and N = 6000 that is 0.04 for a
  share of 1/3 and 0.03 for 1/6.
"""

from functools import partial
from typing import Any

import numpy as np

from coursekit.data import random_crop
from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.chance import draws_from_rng, seeded, share_within
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.preprocessing.pictures import keeps_dtype, numbered
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, unchanged, values

_WHOLE = "share of the windows that are one piece of their own image"
_ROWS = "share of the windows that start at row 0, 1, 2, ..."
_COLUMNS = "share of the windows that start at column 0, 1, 2, ..."
_OFFSETS = "share of the windows that start at [row, column]"
_PLACES = "where the windows start"
_MANY = "at many places"
_WINDOWS = 6000


def _seen(value: Array, *, images: Array, size: int, look: str = "windows") -> dict[str, Any]:
    """What is compared of the crops `value` of numbered images; `look` is "windows", "places" or "shares"."""
    n, height, width, _ = images.shape
    rows, columns = height - size + 1, width - size + 1
    code = value[:, 0, 0, 0].astype(float) - float(images.flat[0])
    known = (code >= 0) & (code < images.size) & (code == np.floor(code))
    number, top, left, _ = np.unravel_index(np.where(known, code, 0).astype(int), images.shape)
    known &= (number == np.arange(n)) & (top < rows) & (left < columns)
    top, left = np.where(known, top, 0), np.where(known, left, 0)
    known &= (value == _cut(images, top, left, size)).all(axis=(1, 2, 3))
    seen: dict[str, Any] = {_WHOLE: float(known.mean())}
    if look == "places":
        seen[_PLACES] = _places(top, left, rows, columns)
    elif look == "shares":
        counts = np.zeros((rows, columns))
        np.add.at(counts, (top[known], left[known]), 1 / n)
        if counts.max() == counts.sum():
            counts[:] = 0.0  # all at one place, and chance alone decided at which
        seen |= {_ROWS: counts.sum(axis=1), _COLUMNS: counts.sum(axis=0), _OFFSETS: counts}
    return seen


def _places(top: Array, left: Array, rows: int, columns: int) -> str:
    if (top == top[0]).all() and (left == left[0]).all():
        if (top[0], left[0]) == (0, 0):
            return "all in the top left corner"
        middle = (top[0], left[0]) == ((rows - 1) // 2, (columns - 1) // 2)
        return "all in the middle" if middle else "all at one place"
    return "all on the diagonal" if (top == left).all() else _MANY


def _case(
    draw: Draw, shape: tuple[int, ...], size: int, about: str = "", group: str = "values", dtype: str = "float64"
) -> Case:
    images = numbered(draw, *shape, dtype=dtype)
    seed = Seeded(int(draw.rng.integers(1000)))
    summary = Summary(of=partial(_seen, images=images, size=size), expected={_WHOLE: 1.0})
    return Case(args=(images, size, seed), about=about, group=group, summary=summary)


def _twelve(images: Array, seed: int) -> Case:
    summary = Summary(of=partial(_seen, images=images, size=3, look="places"), expected={_WHOLE: 1.0, _PLACES: _MANY})
    return Case(args=(images, 3, Seeded(seed)), about="twelve images", group="offsets", summary=summary)


def _shares(draw: Draw, height: int, width: int, size: int) -> Case:
    images = numbered(draw, _WINDOWS, height, width, 1)
    rows, columns = height - size + 1, width - size + 1
    even = {
        _ROWS: np.full(rows, 1 / rows),
        _COLUMNS: np.full(columns, 1 / columns),
        _OFFSETS: np.full((rows, columns), 1 / (rows * columns)),
    }
    summary = Summary(
        of=partial(_seen, images=images, size=size, look="shares"),
        expected={_WHOLE: 1.0, **even},
        within={name: share_within(float(share.flat[0]), _WINDOWS) for name, share in even.items()},
    )
    seed = Seeded(int(draw.rng.integers(1000)))
    return Case(args=(images, size, seed), about="many small images", group="offsets", summary=summary)


def _cases(draw: Draw) -> list[Case]:
    size = draw.size(1, 3)
    more = draw.rng.permutation([1, 2])
    height, width = int(size + more[0]), int(size + more[1])
    twelve = numbered(draw, 12, 12, 13, 1)
    view = _case(draw, (2, 3, 4, 2), 2, "a view into a larger array", "edges")
    return [
        _case(draw, (1, 3, 4, 1), 2),
        _case(draw, (2, 4, 3, 1), 2),
        _case(draw, (draw.size(3, 6), 6, 5, 3), 3),
        _twelve(twelve, int(draw.rng.integers(1000))),
        _shares(draw, height, width, size),
        _case(draw, (2, 2, 2, 1), 2, "a window as large as the image", "edges"),
        _case(draw, (draw.size(2, 4), 3, 3, 2), 3, "a window as large as the image", "edges"),
        _case(draw, (3, 2, draw.size(3, 5), 1), 2, "a window as high as the image", "edges"),
        _case(draw, (3, draw.size(3, 5), 2, 1), 2, "a window as wide as the image", "edges"),
        _case(draw, (4, 3, 3, 2), 1, "windows of one pixel", "edges"),
        Case(args=view.args, about=view.about, group="edges", view=True, summary=view.summary),
        _case(draw, (2, 4, 5, 3), 3, "uint8", "dtype", dtype="uint8"),
        _case(draw, (2, 4, 5, 3), 3, "float32", "dtype", dtype="float32"),
        *seeded(partial(_twelve, twelve), int(draw.rng.integers(1000))),
    ]


def _cut(images: Array, top: Array, left: Array, size: int) -> Array:
    number, inside = np.arange(len(images))[:, None, None], np.arange(size)
    rows, columns = top[:, None, None] + inside[:, None], left[:, None, None] + inside
    return images[number, rows, columns]


def _loop(images: Array, size: int, rng: Any) -> Array:
    n, height, width, channels = images.shape
    out = np.empty((n, size, size, channels), images.dtype)
    for k in range(n):
        i = rng.integers(height - size + 1)
        j = rng.integers(width - size + 1)
        out[k] = images[k, i : i + size, j : j + size, :]
    return out


def _indices(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    left = rng.integers(0, width - size + 1, n)
    top = rng.integers(0, height - size, n, endpoint=True)
    return _cut(images, top, left, size)


def _one_number(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    rows, columns = height - size + 1, width - size + 1
    place = np.array([int(u * rows * columns) for u in rng.random(n)])
    return _cut(images, place // columns, place % columns, size)


def _choice(images: Array, size: int, rng: Any) -> Array:
    _, height, width, _ = images.shape
    crops = []
    for image in images:
        i, j = rng.choice(height - size + 1), rng.choice(width - size + 1)
        crops.append(image[i : i + size, j : j + size])
    return np.array(crops)


def _off_by_one(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    return _cut(images, rng.integers(0, height - size, n), rng.integers(0, width - size, n), size)


def _truncated(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    top, left = (rng.random(n) * (height - size)).astype(int), (rng.random(n) * (width - size)).astype(int)
    return _cut(images, top, left, size)


def _rounded(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    top, left = np.rint(rng.random(n) * (height - size)), np.rint(rng.random(n) * (width - size))
    return _cut(images, top.astype(int), left.astype(int), size)


def _one_offset(images: Array, size: int, rng: Any) -> Array:
    _, height, width, _ = images.shape
    i, j = rng.integers(0, height - size + 1), rng.integers(0, width - size + 1)
    return images[:, i : i + size, j : j + size]


def _same_for_both(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    place = rng.integers(0, min(height, width) - size + 1, n)
    return _cut(images, place, place, size)


def _height_and_width_swapped(images: Array, size: int, rng: Any) -> Array:
    n, width, height, _ = images.shape
    top, left = rng.integers(0, height - size + 1, n), rng.integers(0, width - size + 1, n)
    return np.stack([image[i : i + size, j : j + size] for image, i, j in zip(images, top, left, strict=True)])


def _corner(images: Array, size: int, rng: Any) -> Array:
    return images[:, :size, :size]


def _centre(images: Array, size: int, rng: Any) -> Array:
    _, height, width, _ = images.shape
    i, j = (height - size) // 2, (width - size) // 2
    return images[:, i : i + size, j : j + size]


def _scattered(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    rows = np.sort(rng.permuted(np.tile(np.arange(height), (n, 1)), axis=1)[:, :size])
    columns = np.sort(rng.permuted(np.tile(np.arange(width), (n, 1)), axis=1)[:, :size])
    return images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]  # type: ignore[no-any-return]


def _of_any_image(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    top, left = rng.integers(0, height - size + 1, n), rng.integers(0, width - size + 1, n)
    return _cut(images[rng.integers(0, n, n)], top, left, size)


def _own_generator(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    mine = np.random.default_rng()
    return _cut(images, mine.integers(0, height - size + 1, n), mine.integers(0, width - size + 1, n), size)


def _in_place(images: Array, size: int, rng: Any) -> Array:
    n, height, width, _ = images.shape
    images[:, :size, :size] = _cut(
        images, rng.integers(0, height - size + 1, n), rng.integers(0, width - size + 1, n), size
    )
    return images[:, :size, :size]


def _float64(images: Array, size: int, rng: Any) -> Array:
    n, height, width, channels = images.shape
    out = np.zeros((n, size, size, channels))
    out[...] = _cut(images, rng.integers(0, height - size + 1, n), rng.integers(0, width - size + 1, n), size)
    return out


RANDOM_CROP = Exercise(
    assignment="preprocessing",
    reference=random_crop,
    task="Cut a window of `size` by `size` pixels out of every image. `images` is `(N, H, W, C)`, floats or uint8, and "
    "the dtype stays; return `(N, size, size, C)`. Each image draws its own row and column offset from `rng`, and "
    "every offset at which the window fits, the first and the last included, is equally likely.",
    rule="crop[n] = images[n, i:i + size, j:j + size], i uniform on 0, ..., H - size and j on 0, ..., W - size, "
    "new ones for every n",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            2,
            "The entries of these images are numbered. Follow your indices for one image: which rows and which columns "
            "of it should the window hold, and are they neighbours?",
            name="windows of their own image",
        ),
        values(
            4,
            "On a row of 5 pixels, where can a window of 3 start? Write the places down and count them. Which of them "
            "does your code choose, and how often?",
            name="every offset is equally likely",
            group="offsets",
        ),
        edges(1, "How many offsets are there when the window just fits? What does your code draw then?"),
        draws_from_rng(),
        unchanged(),
        keeps_dtype(),
    ),
    misconceptions=(
        Misconception(
            id="last_offset_never",
            function=_off_by_one,
            hint="The last row and the last column offset never come. `rng.integers(0, n)` stops at n - 1. How many "
            "places does a window of 3 have on 5 pixels: 5 - 3, or more?",
        ),
        Misconception(
            id="last_offset_never_by_truncation",
            function=_truncated,
            hint="The last offset never comes: `int(rng.random() * n)` is at most n - 1. How many places does a window "
            "of 3 have on 5 pixels: 5 - 3, or more?",
        ),
        Misconception(
            id="ends_half_as_often",
            function=_rounded,
            hint="Your first and last offsets come half as often as the others: only half an interval is rounded to "
            "each. Which function draws whole numbers evenly?",
        ),
        Misconception(
            id="one_offset_for_the_batch",
            function=_one_offset,
            hint="All images of the batch are cut at the same place. How many numbers does `rng` have to give for N "
            "images?",
        ),
        Misconception(
            id="row_equals_column",
            function=_same_for_both,
            hint="Your windows lie on the diagonal: row and column offset are one and the same number. How many draws "
            "does a place in a plane need?",
        ),
        Misconception(
            id="height_and_width_swapped",
            function=_height_and_width_swapped,
            hint="On images that are not square your windows reach over the border. Which entry of `images.shape` is "
            "the height, and which offset does it limit?",
        ),
        Misconception(
            id="top_left_corner",
            function=_corner,
            hint="You always cut the top left corner. Where does `rng` come in?",
        ),
        Misconception(
            id="centre",
            function=_centre,
            hint="You always cut the middle, which is done at test time. Where does `rng` come in?",
        ),
        Misconception(
            id="scattered_pixels",
            function=_scattered,
            hint="Your rows and columns are drawn one by one, so that pixels between them are missing. A window hangs "
            "together: what has to be drawn besides its first row and column?",
        ),
        Misconception(
            id="windows_of_other_images",
            function=_of_any_image,
            hint="Window n is cut from some image, not from image n. What would happen to the label of example n?",
        ),
        Misconception(
            id="own_generator",
            function=_own_generator,
            hint="Your numbers do not come from the `rng` that was handed over, so that nobody can repeat your result. "
            "Which object should draw them?",
        ),
        in_place(_in_place, "images", "Into which array do you write the windows?"),
        float64(_float64, "np.zeros((n, size, size, channels))"),
    ),
    variants={"loop": _loop, "indices": _indices, "one_number": _one_number, "choice": _choice},
)
