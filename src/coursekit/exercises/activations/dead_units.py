"""dead_fraction."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import unchanged, values
from coursekit.nn import dead_fraction


def _cases(draw: Draw) -> list[Case]:
    def layer(n: int, d: int, dead: int, *, signed: bool = False) -> Array:
        """`d` units of which `dead` are 0 throughout; the others are 0 now and then and never all of the time."""
        h = abs(draw.array(n, d))
        if signed:
            h = h * draw.rng.choice([-1.0, 1.0], h.shape)
        alive = draw.rng.random((n, d)) < 0.5
        alive[draw.rng.integers(n, size=d), np.arange(d)] = True
        h = h * alive
        h[:, draw.rng.permutation(d)[:dead]] = 0.0
        return abs(h) if not signed else h + 0.0

    def case(h: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(h,), about=about, group=group)

    n, d = draw.size(5, 12), draw.size(4, 9)
    cancel = layer(4, 3, 1, signed=True)
    living = np.flatnonzero(cancel.any(axis=0))
    cancel[:, living[0]] = [0.5, -0.5, 0.0, 0.0]
    tiny = layer(3, 4, 1)
    tiny[tiny > 0] *= 1e-3
    negative = -layer(3, 4, 1) + 0.0
    cases = [
        case(np.array([[0.0, 1.5, 0.0], [0.0, 0.0, 2.0]])),
        case(layer(3, 2, 1)),
        case(layer(2, 5, 3)),
        case(layer(n, d, draw.size(1, d - 1))),
        case(layer(draw.size(3, 6), 4, 3)),
        case(layer(6, 3, 0), "no unit is dead", "edges"),
        case(np.zeros((2, 3)), "every unit is dead", "edges"),
        case(np.array([[0.0, 0.7, 0.0, 0.2]]), "one row", "edges"),
        case(layer(draw.size(3, 6), 1, 0), "one unit", "edges"),
        case(tiny, "small but not 0", "edges"),
        case(negative, "negative outputs, as a leaky unit has", "edges"),
        case(cancel, "outputs of both signs", "edges"),
        case(1e4 * layer(3, 3, 1), "large entries", "edges"),
    ]
    wide = with_layouts(cases, typical=lambda: case(layer(4, 3, 2)), single=False)
    return [*wide, case(layer(4, 4, 1).astype(np.float32), "float32", "edges")]


def _loop(h: Array) -> Any:
    dead = 0
    for j in range(h.shape[1]):
        dead += all(entry == 0 for entry in h[:, j])
    return dead / h.shape[1]


def _in_place(h: Array) -> Any:
    h[h != 0] = 1
    return np.mean(h.sum(axis=0) == 0)


DEAD_FRACTION = Exercise(
    assignment="activations",
    reference=dead_fraction,
    task="Measure how much of a layer is dead. `h` is `(N, D)`: the outputs of D units for N examples. A unit is "
    "dead when "
    "its output is 0 for every example; return the share of dead units, a number from 0 to 1.",
    rule="dead_fraction(h) = (number of columns of h that are 0 in every row) / (number of columns)",
    returns=Number(),
    cases=_cases,
    speed=lambda draw: Case(args=(np.maximum(draw.array(300, 100), 0),)),
    checks=(
        values(
            3, "Go through the columns by hand. Which of them are 0 from top to bottom, and how many columns are there?"
        ),
        Check(
            name="edge cases",
            points=2,
            group="edges",
            hint="Which columns here are exactly 0 in every row? Small, negative, or cancelling entries are not 0.",
        ),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="entries",
            function=lambda h: np.mean(h == 0),
            hint="You count the entries that are 0. A unit that is 0 for some examples is healthy: "
            "what has to hold down a whole column?",
        ),
        Misconception(
            id="rows",
            function=lambda h: np.mean(np.all(h == 0, axis=1)),
            hint="You look for rows that are all 0. Rows are examples and columns are units: over which axis must "
            "`all` run?",
        ),
        Misconception(
            id="any_zero",
            function=lambda h: np.mean(np.any(h == 0, axis=0)),
            hint="You count a unit that is 0 for some example. Must it be 0 for any, or for all?",
        ),
        Misconception(
            id="alive",
            function=lambda h: np.mean(np.any(h != 0, axis=0)),
            hint="You return the share of units that are alive. What is one minus that?",
        ),
        Misconception(
            id="count",
            function=lambda h: int(np.sum(np.all(h == 0, axis=0))),
            hint="You return how many units are dead. Out of how many? The result should lie between 0 and 1.",
        ),
        Misconception(
            id="percent",
            function=lambda h: 100 * np.mean(np.all(h == 0, axis=0)),
            hint="You return a percentage. A share lies between 0 and 1: which factor is too much?",
        ),
        Misconception(
            id="divided_by_rows",
            function=lambda h: np.sum(np.all(h == 0, axis=0)) / len(h),
            hint="You divide by the number of rows. How many units are there: `h.shape[0]` or `h.shape[1]`?",
        ),
        Misconception(
            id="threshold",
            function=lambda h: np.mean(np.all(np.abs(h) < 0.01, axis=0)),
            hint="You count small outputs as 0. Does a unit with an output of 0.001 pass a gradient on?",
        ),
        Misconception(
            id="not_positive",
            function=lambda h: np.mean(np.all(h <= 0, axis=0)),
            hint="You count negative outputs as dead. A leaky unit has them: is it dead then?",
        ),
        Misconception(
            id="sum_is_zero",
            function=lambda h: np.mean(h.sum(axis=0) == 0),
            hint="You test whether a column adds up to 0. What does the column 0.5, -0.5 add up to?",
        ),
        Misconception(
            id="per_unit",
            function=lambda h: np.all(h == 0, axis=0),
            hint="You return True or False for each unit. What share of them is True?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The value is right, but the caller's `h` is overwritten. Which of your lines writes into it?",
        ),
    ),
    variants={
        "loop": _loop,
        "count_nonzero": lambda h: 1 - np.count_nonzero(h.any(axis=0)) / h.shape[1],
        "largest_size": lambda h: (np.abs(h).max(axis=0) == 0).mean(),
        "zero_d_array": lambda h: np.array(np.mean(~np.any(h, axis=0))),
    },
)
