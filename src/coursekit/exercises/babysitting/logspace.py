"""log_uniform."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.chance import RARE, draws_from_rng, gap, gap_within, seeded, share_within, uniform
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import values
from coursekit.training import log_uniform

_INSIDE = "share from low to high"
_QUARTERS = "shares in the four quarters of the logarithm"
_MIDDLE = "middle draw, as a power of ten"
_GAP = "largest gap to an even spread"
_RISING = "share of draws above the one before"


def _spread(low: float, high: float, n: int) -> Summary:
    """Right answers fail a share, the middle or the gap less than once in 1e9 times (Hoeffding, DKW).

    So too the share of draws above the one before: a new draw changes two comparisons at most, so McDiarmid's bound is
    2 exp(-e**2 n / 2).
    """
    start, end = math.log10(low), math.log10(high)
    corners = 10 ** np.linspace(start, end, 5)
    corners[0], corners[-1] = low * (1 - 1e-9), high * (1 + 1e-9)

    def of(draws: Array) -> Mapping[str, Any]:
        draws = draws.ravel()
        powers = np.log10(np.maximum(draws, 1e-300))
        inside = (draws >= corners[0]) & (draws <= corners[-1])
        return {
            _INSIDE: float(np.mean(inside)),
            _QUARTERS: np.histogram(draws, corners)[0] / draws.size,
            _MIDDLE: float(np.median(powers)),
            _GAP: gap(powers, uniform(start, end)),
            _RISING: float(np.mean(draws[1:] > draws[:-1])),
        }

    return Summary(
        of=of,
        expected={
            _INSIDE: 1.0,
            _QUARTERS: np.full(4, 0.25),
            _MIDDLE: (start + end) / 2,
            _GAP: 0.0,
            _RISING: 0.5,
        },
        within={
            _QUARTERS: share_within(0.25, n),
            _MIDDLE: gap_within(n) * (end - start),
            _GAP: gap_within(n),
            _RISING: math.sqrt(2 * math.log(2 / RARE) / n),
        },
    )


def _cases(draw: Draw) -> list[Case]:
    def case(low: float, high: float, size: Any, about: str = "", group: str = "values") -> Case:
        n = int(np.prod(size))
        rng = Seeded(int(draw.rng.integers(1, 10_000)))
        return Case(args=(low, high, size, rng), about=about, group=group, summary=_spread(low, high, n))

    def once(seed: int) -> Case:
        return Case(args=(1e-4, 1e-1, 3, Seeded(seed)), summary=Summary(of=lambda value: {}))

    low = draw.number(1.0, 9.0)
    rows = draw.size(20, 60)
    shape = Summary(of=lambda draws: {"number of dimensions": draws.ndim})
    return [
        case(1e-4, 1.0, 2500),
        case(low * 1e-6, low * 1e-1, draw.size(2400, 3200), "from 1e-6 to 0.1, or thereabouts"),
        case(1.0, 100.0, 2500, "above 1, as for the width of a layer"),
        case(1e-3, 1e-1, (rows, 3000 // rows), "size is a shape", "shape"),
        Case(args=(1e-3, 1e-1, (2, 3), Seeded(1)), about="size is a shape", group="shape", summary=shape),
        Case(args=(1e-3, 1e-1, 1, Seeded(2)), about="one draw", group="shape", summary=shape),
        *seeded(once, int(draw.rng.integers(1, 10_000))),
    ]


def _one_by_one(low: float, high: float, size: Any, rng: Any) -> Array:
    return np.array([low * (high / low) ** rng.random() for _ in range(int(np.prod(size)))]).reshape(size)


def _normal(low: float, high: float, size: Any, rng: Any) -> Any:
    middle, width = (np.log(low) + np.log(high)) / 2, np.log(high) - np.log(low)
    return np.exp(rng.normal(middle, width / 6, size))


def _stretched(low: float, high: float, size: Any, rng: Any) -> Any:
    powers = rng.random(size) * (math.log10(high) - math.log10(low)) + math.log10(low)
    return np.power(10.0, powers)


LOG_UNIFORM = Exercise(
    assignment="babysitting",
    reference=log_uniform,
    task="Draw numbers from `low` to `high` so that their logarithm is uniform: as many from 0.0001 to 0.001 as from "
    "0.001 to 0.01. `size` is how many, an int, or the shape of the result, a tuple. Return an array; draw from `rng`, "
    "a `numpy.random.Generator`.",
    rule="log_uniform(low, high) = exp(u) with u uniform from ln(low) to ln(high); every base of the logarithm will do",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(4, "Take the logarithm of your draws. Is it spread evenly, and from where to where?"),
        Check(
            name="size, a number or a shape",
            points=1,
            group="shape",
            hint="Which shape does `rng.uniform(..., size)` give for an int, and for a tuple?",
        ),
        draws_from_rng(2),
    ),
    misconceptions=(
        Misconception(
            id="uniform",
            function=lambda low, high, size, rng: rng.uniform(low, high, size),
            hint="Your draws are uniform themselves, so nine in ten lie in the highest decade. What should be drawn "
            "uniformly in place of the number?",
        ),
        Misconception(
            id="low_and_high_as_exponents",
            function=lambda low, high, size, rng: 10.0 ** rng.uniform(low, high, size),
            hint="You take `low` and `high` for exponents, as in 10 ** uniform(-6, 1). Here they are the ends "
            "themselves: what is the exponent of 0.001?",
        ),
        Misconception(
            id="exp_of_low_and_high",
            function=lambda low, high, size, rng: np.exp(rng.uniform(low, high, size)),
            hint="You raise e to numbers between `low` and `high`. Which numbers between their logarithms should it "
            "be?",
        ),
        Misconception(
            id="ten_to_natural_logs",
            function=lambda low, high, size, rng: 10.0 ** rng.uniform(np.log(low), np.log(high), size),
            hint="You go in with the natural logarithm and come out with powers of ten. What undoes `np.log`?",
        ),
        Misconception(
            id="e_to_decimal_logs",
            function=lambda low, high, size, rng: np.exp(rng.uniform(np.log10(low), np.log10(high), size)),
            hint="You go in with log10 and come out with powers of e. What undoes `np.log10`?",
        ),
        Misconception(
            id="whole_exponents",
            function=lambda low, high, size, rng: (
                10.0 ** rng.integers(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1, size)
            ),
            hint="You draw whole exponents, so only powers of ten come. Which numbers between 0.001 and 0.01 should "
            "have a chance too?",
        ),
        Misconception(
            id="log_of_uniform",
            function=lambda low, high, size, rng: np.log(rng.uniform(low, high, size)),
            hint="You take the logarithm of uniform draws. Which is to be uniform, the number or its logarithm, and "
            "which way round is the step between them?",
        ),
        Misconception(
            id="log_normal",
            function=_normal,
            hint="The logarithm of your draws piles up in the middle, as a normal distribution does, and some fall "
            "outside. Which distribution gives every decade the same share?",
        ),
        Misconception(
            id="reciprocals",
            function=lambda low, high, size, rng: 1 / rng.uniform(1 / high, 1 / low, size),
            hint="You draw the reciprocal uniformly, so most numbers lie near `low`. What of the number should be "
            "uniform?",
        ),
        Misconception(
            id="squares",
            function=lambda low, high, size, rng: low + (high - low) * rng.random(size) ** 2,
            hint="You bend uniform draws towards `low` with a power. Do the decades get equal shares? Look at the "
            "logarithm.",
        ),
        Misconception(
            id="evenly_spaced",
            function=lambda low, high, size, rng: np.geomspace(low, high, int(np.prod(size))).reshape(size),
            hint="Your numbers are evenly spaced in the logarithm, the same each time. That is a grid: where does "
            "chance come in?",
        ),
        Misconception(
            id="one_draw_for_all",
            function=lambda low, high, size, rng: np.full(size, np.exp(rng.uniform(np.log(low), np.log(high)))),
            hint="All your numbers are the same one. What does `rng.uniform` take as its third argument?",
        ),
        Misconception(
            id="always_flat",
            function=lambda low, high, size, rng: np.exp(rng.uniform(np.log(low), np.log(high), int(np.prod(size)))),
            hint="The numbers are right, but they always come in one row. Which shape does the caller ask for with a "
            "`size` of (2, 3)?",
        ),
        Misconception(
            id="size_as_a_count",
            function=lambda low, high, size, rng: np.array([low * (high / low) ** rng.random() for _ in range(size)]),
            hint="Your loop runs `range(size)` times, which a shape such as (2, 3) does not allow. What does `rng` "
            "itself do with a `size` that is a tuple?",
        ),
        Misconception(
            id="fixed_seed",
            function=lambda low, high, size, rng: np.exp(
                np.random.default_rng(0).uniform(np.log(low), np.log(high), size)
            ),
            hint="The spread is right, but your numbers are the same ones each time: you make a generator with a fixed "
            "seed. Which generator did the caller hand you?",
        ),
        Misconception(
            id="generator_of_its_own",
            function=lambda low, high, size, rng: np.exp(
                np.random.uniform(np.log(low), np.log(high), size)  # noqa: NPY002
            ),
            hint="The spread is right, but your numbers do not come from `rng`. How can somebody repeat your search, "
            "number by number?",
        ),
    ),
    variants={
        "base_ten": lambda low, high, size, rng: 10 ** rng.uniform(np.log10(low), np.log10(high), size),
        "ratio": lambda low, high, size, rng: low * (high / low) ** rng.random(size),
        "loop": _one_by_one,
        "stretched": _stretched,
        "downwards": lambda low, high, size, rng: np.exp(
            np.log(high) - rng.random(size) * (np.log(high) - np.log(low))
        ),
    },
)
