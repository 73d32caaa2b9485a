"""The questions for random initializers: how large the weights are, of which distribution, and whether independent.

Weights are looked at through these statistics, never entry by entry. A right answer fails each of them less than once
in a thousand million times (`chance.RARE`):

- mean and standard deviation within 6.2 of their standard errors (`chance.mean_within`, `chance.std_within`);
- normal draws, in units of their own standard deviation s: of 9000 or more some lie beyond 2.5 s (none with a
  probability of 0.9876^9000 < 1e-48), and the Kolmogorov-Smirnov gap is below `chance.gap_within` (taking s and the
  mean from the draws makes the gap smaller still);
- uniform draws: the largest of n in size is below a * (1 - 20.8 / n) with a probability of e^-20.8 = 9e-10, and never
  above a; the gap as above, with the true a;
- rows or columns of m >= 100 entries: two of them correlate by more than 0.85 with a probability below
  2 e^(-m 0.85^2 / 2), so that among the at most 17000 pairs none does, save once in 1e11 times (normal; for uniform
  entries the same bound holds by Hoeffding's inequality but for a factor that stays below 100).
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from coursekit.exercises import chance
from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.judging import Check
from coursekit.exercises.spec import Function, Misconception
from coursekit.exercises.standard import edges

#: So few of 1e9 right answers have all of n uniform draws below a * (1 - FAR / n).
_FAR = 20.8
#: Two independent rows of 100 entries do not correlate more than this.
_ALIKE = 0.85
_STEPS = np.linspace(-9.0, 9.0, 3601)
_AT_STEPS = chance.normal()(_STEPS)


def _normal(z: Array) -> Array:
    """The standard normal distribution function from a table, its error below 1e-6."""
    found: Array = np.interp(z, _STEPS, _AT_STEPS)
    return found


def size_of(std: float, n: int, *, kurtosis: float = 3.0) -> Summary:
    """Standard deviation and mean of n weights."""

    def of(w: Array) -> Mapping[str, Any]:
        with np.errstate(all="ignore"):
            return {"std": float(np.std(w, dtype=np.float64)), "mean": float(np.mean(w, dtype=np.float64))}

    within = {"std": chance.std_within(std, n, kurtosis), "mean": chance.mean_within(std, n)}
    # The std comes first: where it is far too large the mean is off as well, and would lead astray.
    return Summary(of=of, expected={"std": std, "mean": 0.0}, within=within)


def bell_of(n: int) -> Summary:
    """Whether n weights are normal, whatever their mean and standard deviation."""
    gap = "gap to the normal distribution"

    def of(w: Array) -> Mapping[str, Any]:
        with np.errstate(all="ignore"):
            z = w.astype(np.float64) - np.mean(w, dtype=np.float64)
            std = float(np.std(z))
            z = z / std if std > 0 else np.zeros_like(z)
            beyond = {
                f"entries beyond {limit} std": "some" if np.any(np.abs(z) > limit) else "none" for limit in (2, 2.5)
            }
            return {**beyond, gap: chance.gap(z, _normal)}

    expected = {"entries beyond 2 std": "some", "entries beyond 2.5 std": "some", gap: 0.0}
    return Summary(of=of, expected=expected, within={gap: chance.gap_within(n)})


def flat_of(bound: float, n: int) -> Summary:
    """Whether n weights are uniform on (-bound, bound): how far out they reach, and how evenly they lie."""
    gap = f"gap to the uniform distribution on (-{bound:.4f}, {bound:.4f})"
    slack = bound * _FAR / n / 2

    def of(w: Array) -> Mapping[str, Any]:
        return {"largest size": float(np.abs(w).max()), gap: chance.gap(w, chance.uniform(-bound, bound))}

    return Summary(
        of=of,
        expected={"largest size": bound - slack, gap: 0.0},
        within={"largest size": slack * (1 + 1e-6), gap: chance.gap_within(n)},
    )


def apart() -> Summary:
    """Whether the rows, and the columns, are drawn independently of one another."""

    def repeats(w: Array) -> int:
        norms = np.sqrt(np.sum(w**2, axis=1, keepdims=True))
        rows = np.where(norms > 0, w / norms, 1 / math.sqrt(w.shape[1]))
        return int(np.any(np.triu(np.abs(rows @ rows.T), 1) > _ALIKE, axis=0).sum())

    def of(w: Array) -> Mapping[str, Any]:
        with np.errstate(all="ignore"):
            w = w.astype(np.float64) - np.mean(w, dtype=np.float64)
            return {"rows that repeat another row": repeats(w), "columns that repeat another column": repeats(w.T)}

    return Summary(of=of, expected={"rows that repeat another row": 0, "columns that repeat another column": 0})


#: Makes the case for fans and a seed: `call(fan_in, fan_out, seed, summary)`.
Call = Callable[[int, int, int, Summary], Case]
#: How the size of `n` weights is looked at: `size(fan_in, fan_out)`.
Size = Callable[[int, int], Summary]


def wide_and_tall(draw: Draw) -> list[tuple[int, int]]:
    """Fans that are far apart, so that no convention about them looks like another; the smallest first."""
    few, wide, tall = draw.size(20, 26), draw.size(38, 46), draw.size(38, 46)
    return [(few, 4 * few), (wide, 4 * wide), (4 * tall, tall)]


def ask(draw: Draw, call: Call, size: Size, shape: Callable[[int, int], Summary]) -> list[Case]:
    """The cases of all groups but "values", for a call with defaults."""

    def seed() -> int:
        return int(draw.rng.integers(1, 1000))

    def small(some_seed: int) -> Case:
        return call(fan_in, fan_out, some_seed, size(fan_in, fan_out))

    def case(fan_in: int, fan_out: int, summary: Summary, group: str, about: str = "") -> Case:
        made = call(fan_in, fan_out, seed(), summary)
        return Case(args=made.args, kwargs=made.kwargs, summary=summary, group=group, about=about)

    many = draw.size(1500, 2500)
    a, b, c, d = (draw.size(100, 130) for _ in range(4))
    fan_in, fan_out = draw.size(10, 20), draw.size(25, 40)
    return [
        case(1, many, size(1, many), "edges", "fan_in is 1"),
        case(many, 1, size(many, 1), "edges", "fan_out is 1"),
        case(a, b, shape(a, b), "distribution"),
        case(c, d, apart(), "independence"),
        *chance.seeded(small, seed()),
    ]


def random_call(*more: Any, **kwargs: Any) -> Call:
    """Calls `f(fan_in, fan_out, *more, rng, **kwargs)`."""

    def call(fan_in: int, fan_out: int, seed: int, summary: Summary) -> Case:
        return Case(args=(fan_in, fan_out, *more, Seeded(seed)), kwargs=kwargs, summary=summary)

    return call


def checks_of_random(*, normal: bool = True) -> tuple[Check, ...]:
    """The checks beside those of size, for the cases of `ask`."""
    shape = (
        "Sort the weights in your mind: where are most of them, and how far out do the last ones lie? Which method of "
        "`rng` draws from a bell curve, without cutting its tails off?"
        if normal
        else "How often should weights near 0 come, and how often weights near the bound? Which method of `rng` "
        "makes all of them equally likely?"
    )
    return (
        Check(
            name="normal distribution" if normal else "uniform distribution", points=1, group="distribution", hint=shape
        ),
        Check(
            name="independent weights",
            points=1,
            group="independence",
            hint="How many numbers do you draw, and how many weights are there? Two units that start alike stay alike.",
        ),
        edges(hint="Which of the two fans is 1 here, and what does your formula make of it?"),
        chance.draws_from_rng(),
    )


def _known(id: str, hint: str, function: Function) -> Misconception:
    return Misconception(id=id, function=function, hint=hint)


mirrored = partial(
    _known,
    "mirrored",
    "The second half of your rows is the first half with the other sign. That makes the mean exactly 0, but are these "
    "weights drawn independently of one another?",
)
transposed = partial(
    _known,
    "transposed",
    "Your weights come as (fan_out, fan_in), as PyTorch keeps them. Here a layer computes `x @ w`, with one row of w "
    "for each input: which fan comes first?",
)
one_row_for_all = partial(
    _known,
    "one_row_for_all",
    "Every row of your matrix is the same. How many random numbers do you draw, and which `size` gives one for each "
    "weight?",
)
one_number_for_all = partial(
    _known,
    "one_number_for_all",
    "All of your weights are one and the same random number. Which `size` do you ask for when you draw?",
)
numpy_global = partial(
    _known,
    "numpy_global",
    "The size is right, but calling again with a generator seeded alike gives other weights: they come from "
    "`np.random`, or from a generator that you make without a seed. Which generator did the caller hand to you?",
)
fixed_seed = partial(
    _known,
    "fixed_seed",
    "Your weights are the same whatever generator comes in. Who should decide on the seed: your function, or whoever "
    "calls it?",
)
