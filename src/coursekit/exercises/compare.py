"""Comparison of plain values. The tolerances stand here and nowhere else.

What it needs of NumPy is bound when this module is imported: a notebook that replaces `np.allclose` or `np.abs`
later changes nothing here.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

_abs, _isnan, _isfinite, _argwhere = np.absolute, np.isnan, np.isfinite, np.argwhere
_float64, _errstate = np.float64, np.errstate


@dataclass(frozen=True)
class Tolerance:
    """`|got - expected| <= absolute * scale + relative * |expected|`."""

    relative: float
    absolute: float


# Ten thousand roundings of the dtype: an honest rearrangement of a formula stays far inside, a wrong term does not.
DOUBLE = Tolerance(relative=1e-7, absolute=1e-9)
SINGLE = Tolerance(relative=1e-4, absolute=1e-5)


@dataclass(frozen=True)
class Difference:
    """Where two values differ: the wrong entry of an array (`index`), and `reason` where it is not about an entry."""

    reason: str = ""
    index: tuple[int, ...] | None = None


def difference(got: Any, expected: Any, *, single: bool, scale: float = 1.0) -> Difference | None:
    """The first place where `got` is not `expected`, None where they agree. Both are plain data."""
    tolerance = SINGLE if single else DOUBLE
    if isinstance(expected, np.ndarray):
        if not isinstance(got, np.ndarray):
            return Difference("it is not an array")
        if got.shape != expected.shape:
            return Difference(f"shape {got.shape} in place of {expected.shape}")
        if got.dtype == expected.dtype and got.tobytes() == expected.tobytes():
            return None  # the common case, told at once
        with _errstate(all="ignore"):
            a, b = got.astype(_float64), expected.astype(_float64)
            close = _abs(a - b) <= tolerance.absolute * scale + tolerance.relative * _abs(b)
            close &= _isfinite(b)  # the tolerance of an infinite value would be infinite too
            wrong = ~(close | (a == b) | (_isnan(a) & _isnan(b)))
        return Difference(index=tuple(int(i) for i in _argwhere(wrong)[0])) if wrong.any() else None
    if isinstance(expected, float):
        if not isinstance(got, float):
            return Difference("it is not a number")
        near = isfinite(expected) and abs(got - expected) <= tolerance.absolute * scale + tolerance.relative * abs(
            expected
        )
        return None if near or got == expected or (got != got and expected != expected) else Difference("wrong number")
    if isinstance(expected, dict):
        if not isinstance(got, dict) or list(got) != list(expected):
            return Difference("other keys")
        pairs = [(got[key], expected[key]) for key in expected]
    elif isinstance(expected, tuple | list):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return Difference("another length")
        pairs = list(zip(got, expected, strict=True))
    else:
        return None if type(got) is type(expected) and got == expected else Difference("another value")
    for one, other in pairs:
        found = difference(one, other, single=single, scale=scale)
        if found is not None:
            return found
    return None
