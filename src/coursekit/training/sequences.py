"""Points that fill the unit cube evenly: quasi-random ones, for search in place of independent draws."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Points = NDArray[np.float64]
#: Digits are drawn for this many bits of a point: finer than any search looks, coarse enough to stay below 1.
_BITS = 40


@takes(n="whole [1, inf)", d="whole [1, inf)", rng="optional rng")
def halton_points(n: int, d: int, rng: np.random.Generator | None = None) -> Points:
    """`(n, d)`: the first `n` points of Halton's sequence in `[0, 1)`, one prime base per coordinate (Halton 1960).

    Coordinate j of point i (from 1) is i written in the j-th prime, its digits mirrored at the point: 1, 10, 11 become
    0.1, 0.01, 0.11. Any `base**k` points in a row put one into each of as many equal parts of that coordinate. With
    `rng`, random permutations of the digits, one per position (Owen 2017), make every point uniform and keep that; in
    more than a few dimensions they also break up the stripes of the large bases.

    >>> halton_points(3, 2).round(3)
    array([[0.5  , 0.333],
           [0.25 , 0.667],
           [0.75 , 0.111]])
    """
    i = np.arange(1, n + 1)
    return np.stack([_mirrored(i, base, rng) for base in itertools.islice(_primes(), d)], axis=1)


def _mirrored(i: NDArray[np.int64], base: int, rng: np.random.Generator | None) -> Points:
    value, place = np.zeros(len(i)), 1.0
    for _ in range(int(_BITS / math.log2(base))):
        place /= base
        # Also the zeros in front of a number have to be permuted: they are digits like the rest.
        digit = np.arange(base) if rng is None else rng.permutation(base)
        value += place * digit[i % base]
        i = i // base
    return value


def _primes() -> Iterator[int]:
    found: list[int] = []
    for number in itertools.count(2):
        if all(number % prime for prime in found):
            found.append(number)
            yield number
