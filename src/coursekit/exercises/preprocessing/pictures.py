"""Images for the questions, and the check that they keep their dtype."""

from collections.abc import Sequence

import numpy as np

from coursekit.exercises.cases import Array, Draw
from coursekit.exercises.judging import Asked, Check, Failure


def photos(draw: Draw, n: int, height: int, width: int, channels: int) -> Array:
    """Images with two decimals, each channel around a brightness of its own."""
    level = draw.rng.permutation(np.arange(6.0))[:channels]
    images: Array = np.round(abs(draw.array(n, height, width, channels, low=0.05, high=1.0)) + level, 2)
    return images


def numbered(draw: Draw, *shape: int, dtype: str = "float64") -> Array:
    """Images whose entries are consecutive whole numbers, so that each entry says where it stood."""
    size = int(np.prod(shape))
    start = int(draw.rng.integers(1, 10))
    return (start + np.arange(size)).reshape(shape).astype(dtype)


def keeps_dtype(points: int = 1) -> Check:
    """float32 stays float32, and uint8, in which images are stored, stays uint8; over the cases of group "dtype"."""
    return Check(
        name="keeps float32 and uint8",
        points=points,
        group="dtype",
        judge=_same_dtype,
        hint="Where does another dtype come in? `np.zeros(shape)` makes float64; `np.zeros_like(images)` and "
        "`np.empty(shape, images.dtype)` take the dtype of the images.",
    )


def _same_dtype(asked: Sequence[Asked]) -> Failure | None:
    for a in asked:
        came = a.answer.value.dtype
        if came != a.expected.dtype:
            return Failure(f"dtype {a.expected.dtype}", f"dtype {came}", f"images of dtype {a.case.args[0].dtype}")
    return None
