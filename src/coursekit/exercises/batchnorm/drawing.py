"""The questions for batch normalization: a batch, what scales and shifts it, and running statistics to go with it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw

LARGE = 1e4


def of_features(draw: Draw, d: int) -> tuple[Array, Array, Array, Array]:
    """gamma, beta, running_mean and running_var of `d` features; a variance is never negative."""
    return draw.array(d), draw.array(d), draw.array(d), abs(draw.array(d, low=0.5))


def momentum_and_eps(draw: Draw) -> Mapping[str, Any]:
    """Both options, far enough from 0, 0.5 and 1 to be seen in the numbers."""
    return {"momentum": draw.number(0.6, 0.85), "eps": draw.number(0.1, 0.5)}


def far_from_zero(draw: Draw, *shape: int) -> Array:
    """Entries near 1e4 whose spread is small beside their size, but large beside their rounding."""
    return np.round(draw.rng.uniform(0.9 * LARGE, LARGE, shape), 1)


def both_signs(draw: Draw, *shape: int) -> Array:
    """Entries up to 1e4 of both signs."""
    return draw.array(*shape, low=LARGE / 10, high=LARGE)


def with_a_constant_feature(draw: Draw, n: int, d: int) -> Array:
    """A batch whose first feature is the same whole number in every row: its variance is 0."""
    x = draw.array(n, d)
    x[:, 0] = 2.0
    return x


def training_cases(draw: Draw, small: tuple[int, ...], typical: tuple[int, ...], large: tuple[int, ...]) -> list[Case]:
    """Ordinary cases for `f(x, gamma, beta, running_mean, running_var, momentum, eps)` from the smallest `small` on.

    The last entry of a shape is the number of features. Cases of the group `default` leave both options away.
    """

    def case(x: Array, about: str = "", group: str = "values", **options: Any) -> Case:
        return Case(args=(x, *of_features(draw, x.shape[-1])), kwargs=options, about=about, group=group)

    by_position = case(draw.array(*typical), "momentum and eps by position")
    return [
        case(draw.array(*small), **momentum_and_eps(draw)),
        case(draw.array(*typical), **momentum_and_eps(draw)),
        Case(args=(*by_position.args, *momentum_and_eps(draw).values()), about=by_position.about),
        case(draw.array(*large), **momentum_and_eps(draw)),
        case(draw.array(*small), "both options left at their defaults", "default"),
        case(draw.array(*typical), "both options left at their defaults", "default"),
        case(both_signs(draw, *typical), "entries up to 1e4 of both signs", "large", **momentum_and_eps(draw)),
        case(far_from_zero(draw, *typical), "entries near 1e4", "large", **momentum_and_eps(draw)),
        case(np.zeros(typical), "zeros", "edges", **momentum_and_eps(draw)),
    ]
