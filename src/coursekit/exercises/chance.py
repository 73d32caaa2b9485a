"""Checks of random results: by their distribution, and by repeating when the generator is seeded alike.

Every bound is chosen so that a right answer fails it less than once in a thousand million times (`RARE`), so that all
the statistics of an exercise together fail a right answer less than once in a million times.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, arrays_in
from coursekit.exercises.judging import Asked, Check, Failure
from coursekit.exercises.show import show

#: How seldom a right answer may fail one statistic.
RARE = 1e-9
#: So many standard deviations a normal quantity is off less often than `RARE` (2 * (1 - Phi(6.2)) = 6e-10).
SIGMAS = 6.2


def mean_within(std: float, n: int) -> float:
    """How far the mean of n independent draws of this standard deviation may be from the true one."""
    return SIGMAS * std / math.sqrt(n)


def std_within(std: float, n: int, kurtosis: float = 3.0) -> float:
    """How far the standard deviation of n draws may be off; `kurtosis` is 3 for the normal, 1.8 for the uniform."""
    return SIGMAS * std * math.sqrt((kurtosis - 1) / (4 * n))


def share_within(p: float, n: int) -> float:
    """How far the share of n independent events of probability p may be off, by Hoeffding's or the normal bound."""
    return min(math.sqrt(math.log(2 / RARE) / (2 * n)), SIGMAS * math.sqrt(p * (1 - p) / n) + 10 / n)


def gap_within(n: int) -> float:
    """How large the gap between the empirical distribution of n draws and the true one may be.

    By the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant: P(gap > e) <= 2 exp(-2 n e^2).
    """
    return math.sqrt(math.log(2 / RARE) / (2 * n))


def gap(draws: Array, distribution: Callable[[Array], Array]) -> float:
    """The Kolmogorov-Smirnov gap between draws and a continuous distribution function; its right value is 0."""
    x = np.sort(np.asarray(draws, float), axis=None)
    below = np.arange(len(x) + 1) / len(x)
    true = distribution(x)
    return float(max(np.max(below[1:] - true), np.max(true - below[:-1])))


def normal(std: float = 1.0, mean: float = 0.0) -> Callable[[Array], Array]:
    """The normal distribution function."""
    root = std * math.sqrt(2)

    def distribution(x: Array) -> Array:
        return np.array([0.5 * (1 + math.erf(z)) for z in (x - mean) / root])

    return distribution


def uniform(low: float, high: float) -> Callable[[Array], Array]:
    """The uniform distribution function."""
    return lambda x: np.clip((x - low) / (high - low), 0.0, 1.0)


def seeded(case: Callable[[int], Case], seed: int) -> list[Case]:
    """Three cases for `draws_from_rng`: the same seed twice, then another."""
    about = ("", "the same seed again", "another seed")
    return [replace(case(s), group="seeded", about=note) for s, note in zip((seed, seed, seed + 1), about, strict=True)]


def draws_from_rng(points: int = 1) -> Check:
    """The same generator gives the same result, another generator another one; over the cases of `seeded`."""
    return Check(
        name="draws from rng",
        points=points,
        group="seeded",
        judge=_repeats,
        hint="Where do your random numbers come from? Only `rng` can be repeated by whoever calls your function.",
    )


def _repeats(asked: Sequence[Asked]) -> Failure | None:
    first, again, other = (_bits(a.answer.value) for a in asked)
    call = "called with np.random.default_rng(seed)"
    if first != again:
        return Failure(
            "the same result for generators seeded alike",
            f"{_short(asked[0])}, then {_short(asked[1])}",
            f"{call}, the same seed twice",
        )
    if first == other:
        return Failure(
            "another result for another seed", f"{_short(asked[0])} for both", f"{call}, two different seeds"
        )
    return None


def _bits(value: Any) -> list[Any]:
    arrays = arrays_in(value)
    return [(a.shape, a.tobytes()) for a in arrays] if arrays else [value]


def _short(asked: Asked) -> str:
    arrays = arrays_in(asked.answer.value)
    if not arrays:
        return show(asked.answer.value)
    return "[" + ", ".join(show(number) for number in arrays[0].ravel()[:3].tolist()) + ", ...]"
