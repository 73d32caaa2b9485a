"""numerical_gradient."""

from typing import Any

import numpy as np

from coursekit.exercises.babysitting.callbacks import cubes, log_sum_exp, square_of_sum, waves
from coursekit.exercises.babysitting.slope_slips import RIGHT, WRONG
from coursekit.exercises.cases import Case, Draw, Made
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.show import show
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, values
from coursekit.training import numerical_gradient

_CUBES = Made(cubes, shown="lambda x: float(np.sum(x**3))")
_TIED = Made(square_of_sum, shown="lambda x: float(np.sum(x**3) + np.sum(x)**2)")
_SOFT = Made(log_sum_exp, shown="lambda x: float(np.log(np.sum(np.exp(x))))")

# A central difference carries a rounding error of about 1e-16 * |f| / h, with these functions below 1e-8. A one-sided
# one is off by h / 2 times a second derivative of about 1, so by 5e-6. The tolerance lies between them, at 1e-7.
_SCALE = 100.0


def _cases(draw: Draw) -> list[Case]:
    def waving(*shape: int) -> Made:
        c = draw.array(*shape, low=1.0)
        return Made(
            waves, (c,), f"lambda x: float(np.sum(np.array({show(c)}) * np.sin(x)) + np.sqrt(1 + np.sum(x**2)))"
        )

    def case(f: Made, x: Any, about: str = "", group: str = "values", **kwargs: Any) -> Case:
        return Case(args=(f, np.array(x, float)), kwargs=kwargs, about=about, group=group, scale=_SCALE)

    rows, columns = draw.size(2, 4), draw.size(2, 4)
    wide = draw.array(1, draw.size(3, 5))
    tall = draw.array(draw.size(2, 4), 1)
    # Adding h, taking off 2h and adding h again leaves other bits at 0.1 and at 0.7.
    first = case(_CUBES, [draw.number(1.0, 3.0)], "", "step", h=0.5)
    return [
        first,
        case(_TIED, draw.array(2), "", "step", h=0.1),
        Case(args=(_TIED, draw.array(3), 0.25), about="h by position", group="step", scale=_SCALE),
        case(_CUBES, [draw.number(1.0, 3.0)]),
        case(_TIED, [0.1, 0.7, draw.number(-2.0, -1.0)]),
        case(_SOFT, draw.array(3, high=1.0)),
        case(_TIED, draw.array(2, 3), "a matrix", "matrix"),
        case(_TIED, draw.array(2, 2), "a matrix, h of its own", "matrix", h=0.5),
        case(waving(rows, columns), draw.array(rows, columns), "a matrix", "matrix"),
        case(waving(*wide.shape), wide, "one row", "edges"),
        case(_TIED, tall, "one column", "edges"),
        case(_TIED, np.zeros(3), "zeros", "edges"),
        case(_CUBES, [[1e4, -1e4], [0.0, 2e3]], "large entries, h = 1", "edges", h=1.0),
        Case(
            args=(_TIED, draw.array(2, 3)), group="edges", about="a view into a larger array", view=True, scale=_SCALE
        ),
        case(_CUBES, first.args[1], "the first input once more", "step", h=0.5),
    ]


NUMERICAL_GRADIENT = Exercise(
    assignment="babysitting",
    reference=numerical_gradient,
    task="Measure a gradient with nothing but calls of `f`. `f(x)` takes a float64 array and returns one number; `x` "
    "is a vector or a matrix. Step one entry at a time by `h` to either side and return the array of slopes, float64, "
    "with the shape of `x`. You may step `x` itself, but afterwards every bit of it must be as it was.",
    rule="gradient[i] = (f(x + h e_i) - f(x - h e_i)) / (2 h), where e_i is 1 at entry i and 0 elsewhere",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            2,
            "With an h as large as this you can follow it by hand: work out f at both steps. What is the distance "
            "between the two?",
            name="h as given",
            group="step",
        ),
        values(2, "Step one entry up by h, then down by h. By which distance must the difference be divided?"),
        values(
            2,
            "Which entries move when you step, and does every entry, row by row and column by column, get a step of "
            "its own?",
            name="matrices",
            group="matrix",
        ),
        edges(),
        Check(
            name="x as it was",
            points=2,
            group=None,
            aspect="unchanged",
            hint="Which line puts the old value back? Adding and taking off h does not give the same bits: 0.1 + h - h "
            "is not 0.1.",
        ),
        Check(
            name="float64",
            points=1,
            group="edges",
            aspect="dtype",
            hint="Which dtype does the array have that you put the slopes into?",
        ),
    ),
    misconceptions=WRONG,
    variants=RIGHT,
)
