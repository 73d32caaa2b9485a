"""numerical_gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.callbacks import cubes, log_sum_exp, square_of_sum, waves
from coursekit.exercises.cases import Array, Case, Draw, Made
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.show import show
from coursekit.exercises.spec import Exercise, Misconception
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
        Case(args=(_TIED, draw.array(2, 2), 0.25), about="h by position", group="step", scale=_SCALE),
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


F = Callable[[Array], float]


def _quotient(f: F, x: Array, plus: float, minus: float, by: float) -> Array:
    """`(f(x + plus e_i) - f(x - minus e_i)) / by` for every entry, on copies."""
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += plus
        below[i] -= minus
        gradient[i] = (f(above) - f(below)) / by
    return gradient


def _in_place(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        below = f(x)
        x[i] = old
        gradient[i] = (above - below) / (2 * h)
        it.iternext()
    return gradient


def _one_hot(f: F, x: Array, h: float = 1e-5) -> Array:
    slopes = []
    for j in range(x.size):
        e = np.zeros_like(x)
        e.flat[j] = h
        slopes.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(slopes).reshape(x.shape)


def _flat_copy(f: F, x: Array, h: float = 1e-5) -> Array:
    work = x.flatten()
    gradient = np.empty(x.size)
    for j in range(x.size):
        work[j] += h
        above = f(work.reshape(x.shape))
        work[j] = x.flat[j] - h
        below = f(work.reshape(x.shape))
        work[j] = x.flat[j]
        gradient[j] = (above - below) / 2 / h
    return gradient.reshape(x.shape)


def _mean_of_both_sides(f: F, x: Array, h: float = 1e-5) -> Array:
    return (_quotient(f, x, h, 0.0, h) + _quotient(f, x, 0.0, h, h)) / 2


def _not_restored(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


def _steps_back(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] += h
    return gradient


def _rows(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def _ravel(f: F, x: Array, h: float = 1e-5) -> Array:
    flat = x.ravel()
    gradient = np.zeros(x.size)
    for j in range(x.size):
        old = flat[j]
        flat[j] = old + h
        above = f(x)
        flat[j] = old - h
        gradient[j] = (above - f(x)) / (2 * h)
        flat[j] = old
    return gradient.reshape(x.shape)


def _single(f: F, x: Array, h: float = 1e-5) -> Array:
    return _quotient(f, x, h, h, 2 * h).astype(np.float32)


def _second(f: F, x: Array, h: float = 1e-5) -> Array:
    return _quotient(f, x, h, 0.0, h**2) - _quotient(f, x, 0.0, h, h**2)


def _one_array(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    above = below = x
    for i in np.ndindex(x.shape):
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def _one_entry(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        gradient[i] = (f(x[i] + h) - f(x[i] - h)) / (2 * h)
    return gradient


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
        values(2, "Step one entry up by h, then down by h. By which distance must the difference be divided?"),
        values(
            2,
            "With an h as large as this you can follow it by hand: work out f at both steps. What is the distance "
            "between the two?",
            name="h as given",
            group="step",
        ),
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
    misconceptions=(
        Misconception(
            id="forward_difference",
            function=lambda f, x, h=1e-5: _quotient(f, x, h, 0.0, h),
            hint="You step to one side only: (f(x + h) - f(x)) / h. Its error shrinks like h, that of a central "
            "difference like h squared. Where else must f be asked?",
        ),
        Misconception(
            id="backward_difference",
            function=lambda f, x, h=1e-5: _quotient(f, x, 0.0, h, h),
            hint="You step down only: (f(x) - f(x - h)) / h. Where else must f be asked for a difference that lies "
            "evenly around x?",
        ),
        Misconception(
            id="missing_half",
            function=lambda f, x, h=1e-5: _quotient(f, x, h, h, h),
            hint="Your slopes are twice as large as they should be. How far apart are x + h and x - h?",
        ),
        Misconception(
            id="precedence",
            function=lambda f, x, h=1e-5: _quotient(f, x, h, h, 2.0) * h,
            hint="`/ 2 * h` divides by 2 and then multiplies by h. What must stand in parentheses?",
        ),
        Misconception(
            id="sign",
            function=lambda f, x, h=1e-5: -_quotient(f, x, h, h, 2 * h),
            hint="Your slopes have the wrong sign: f rises where you say it falls. Which of the two values of f is "
            "taken off which?",
        ),
        Misconception(
            id="h_not_used",
            function=lambda f, x, h=1e-5: _quotient(f, x, 1e-5, 1e-5, 2e-5),
            hint="Your step is 1e-5 whatever the caller asks for. Is the parameter `h` used in your steps?",
        ),
        Misconception(
            id="half_steps",
            function=lambda f, x, h=1e-5: _quotient(f, x, h / 2, h / 2, h),
            hint="You step by h / 2 to either side, which is a central difference too, of half the width. How far does "
            "the rule step?",
        ),
        Misconception(
            id="second_difference",
            function=_second,
            hint="You compute (f(x + h) - 2 f(x) + f(x - h)) / h squared, which is the curvature. What does the slope "
            "need of these three values?",
        ),
        Misconception(
            id="all_entries_at_once",
            function=lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / (2 * h),
            hint="`x + h` moves all entries together, so you get one slope for all. How can one entry be moved while "
            "the others stay?",
        ),
        Misconception(
            id="whole_rows",
            function=_rows,
            hint="In a matrix `x[i]` is a whole row, and all of it moves at once. How many steps does a matrix of "
            "shape (2, 3) need, and which loop gives each entry its own?",
        ),
        Misconception(
            id="flattened",
            function=lambda f, x, h=1e-5: _quotient(f, x, h, h, 2 * h).ravel(),
            hint="Your slopes come in one long row. Which shape should a gradient have, that of a list or that of x?",
        ),
        Misconception(
            id="two_names_for_one_array",
            function=_one_array,
            hint="All your slopes are 0. After `above = x` and `below = x` there is still one array, stepped up and "
            "down again before f sees it. How do you get an array of its own?",
        ),
        Misconception(
            id="one_entry_alone",
            function=_one_entry,
            hint="You hand f one single entry. Its value depends on all of them: with what should f be called, so that "
            "the others are there too?",
        ),
        Misconception(
            id="not_restored",
            function=_not_restored,
            hint="After its turn an entry of x stays at x - h: the caller's x is changed, and the later slopes are "
            "measured somewhere else. Which line is missing?",
        ),
        Misconception(
            id="steps_back",
            function=_steps_back,
            hint="You go back by adding what you took off, and roundings remain: 0.1 + h - 2h + h is not 0.1. How can "
            "you put back the very number that was there?",
        ),
        Misconception(
            id="ravel_is_a_copy",
            function=_ravel,
            hint="You step `x.ravel()`. For a view into a larger array that is a copy, so `x` does not move and every "
            "slope is 0. How do you write into x itself: `np.ndindex(x.shape)`, `x.flat`?",
        ),
        Misconception(
            id="float32",
            function=_single,
            hint="Your slopes lose their later digits: they are float32. A gradient check compares seven digits and "
            "more: which dtype keeps them?",
        ),
    ),
    variants={
        "in_place": _in_place,
        "on_copies": lambda f, x, h=1e-5: _quotient(f, x, h, h, 2 * h),
        "one_hot": _one_hot,
        "flat_copy": _flat_copy,
        "mean_of_both_sides": _mean_of_both_sides,
    },
)
