"""Kinds of arguments: what is good, and what is bad."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

#: One length for each letter of the shapes below; no two that could be mistaken for each other, and none of them 1.
SIZES = {
    "N": 4,
    "D": 3,
    "H": 2,
    "C": 5,
    "M": 6,
    "Y": 8,
    "X": 8,
    "P": 7,
    "Q": 9,
    "I": 4,
    "J": 4,
    "k": 3,
    "K": 10,
    "T": 11,
}


@dataclass(frozen=True)
class Kind:
    """A good value, bad ones, and for arrays the letters of their shape."""

    good: Any
    bad: tuple[Any, ...]
    letters: tuple[str, ...] = ()


RAGGED = [[1.0], [1.0, 2.0]]


def array(letters, good=None, *, finite=False, signed=True, real="floating", rising=False, empty=False):
    """An array; `letters` as in the docstrings, `...` for any shape. `real="any"` takes bool too."""
    names = tuple(letters.split())
    if good is None:
        shape = (4, 3) if names == ("...",) else tuple(SIZES[name] for name in names if name != "...")
        good = 0.5 + np.arange(math.prod(shape), dtype=float).reshape(shape) % 7 / 7
    bad = [None, "text", RAGGED, {}, good.astype(complex), good.astype(str), good.astype(object)]
    bad += [] if empty else [good[:0], good[..., :0]]
    if real == "floating":
        bad.append(good > 0)
    if "..." not in names:
        bad += [good[None], good[0], 1.0]
    elif len(names) > 1:
        bad.append(1.0)
    for value in (np.nan, np.inf) if finite else ():
        spoiled = good.astype(float)
        spoiled.flat[-1] = value
        bad.append(spoiled)
    if not signed:
        bad.append(-good)
    if rising:
        bad += [good[::-1], good[[0, 0]]]
    return Kind(good, tuple(bad), names)


def labels(letters, below=3, good=None):
    names = tuple(letters.split())
    if good is None:
        shape = tuple(SIZES[name] for name in names)
        good = np.arange(math.prod(shape)).reshape(shape) % (3 if below is None else below)
    bad = [None, "text", RAGGED, good.astype(float), good > 0, good.astype(str), good.astype(object), good - 1]
    bad += [good[:0], good[None], good[0]]
    if below is not None:
        bad.append(good + 1)
    return Kind(good, tuple(bad), names)


NO_NUMBERS = (None, "1", b"1", True, np.True_, np.nan, np.inf, -np.inf, 1j, np.complex128(1), [1.0, 2.0], {}, object())
NO_NUMBERS += (np.array([1.0]), np.array("1"), np.array(True), np.array([1]), 10**400, -(10**400), np.float32("nan"))


def real(good, interval="(-inf, inf)"):
    """A number in an interval; the values just outside are bad."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    bad = list(NO_NUMBERS)
    if low > -math.inf:
        bad += [low, low - 1.0] if interval[0] == "(" else [low - 1e-9, low - 1.0]
    if high < math.inf:
        bad += [high, high + 1.0] if interval[-1] == ")" else [high * (1 + 1e-9), high + 1.0]
    return Kind(good, tuple(bad))


def single(kind):
    """The bad values of `kind` for what may as well be a list of numbers."""
    return [bad for bad in kind.bad if np.ndim(bad) == 0]


def whole(good, low=1, high=None):
    no_numbers = [bad for bad in NO_NUMBERS if type(bad) is not int or bad < 0]  # 10**400 is a whole number
    bad = [*no_numbers, float(good), good + 0.5, low - 1, -5, np.float64(good)]
    return Kind(good, (*bad, *(() if high is None else (high + 1,))))


def maybe(kind):
    """As `kind`, or None."""
    return Kind(kind.good, tuple(bad for bad in kind.bad if bad is not None), kind.letters)


def a(good, *bad):
    """A value of its own kind."""
    return Kind(good, bad)


def rng():
    return a(np.random.default_rng(0), None, 0, "rng", np.random, np.random.RandomState(0), np.random.default_rng)


def function(good, *nonsense):
    """A function; `nonsense` are functions that return what cannot be used."""
    return a(good, None, 3, "function", np.ones(3), *nonsense)


def flag(good=True):
    return a(good, None, "no", 2, 0.5, np.ones(2), [])


def series(good=(3.0, 2.0, 1.0), *, empty=True):
    bad = (None, "text", 3.0, RAGGED, [[1.0, 2.0]], ["a"], [1j], [None], {}, {1.0: 2.0}, [True, False])
    return a(list(good), *bad, *(() if empty else ([],)))
