"""tanh_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.activations.drawing import elementwise, many_backward
from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, large, unchanged, values
from coursekit.nn import tanh_backward


def _backward_cases(draw: Draw) -> list[Case]:
    return elementwise(draw, backward=True, large="large")


def _tanh_from_exp(x: Array) -> Any:
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def _tanh_backward_loop(dout: Array, x: Array) -> Array:
    dx = np.empty_like(x)
    for i in np.ndindex(x.shape):
        dx[i] = dout[i] * (1 - np.tanh(x[i]) ** 2)
    return dx


def _tanh_backward_in_place(dout: Array, x: Array) -> Array:
    dout *= 1 - np.tanh(x) ** 2
    return dout


def _tanh_backward_float64(dout: Array, x: Array) -> Array:
    slope = np.ones(x.shape)
    slope -= np.tanh(x) ** 2
    return dout * slope


TANH_BACKWARD = Exercise(
    assignment="activations",
    reference=tanh_backward,
    task="Write the backward pass of tanh. `dout` is the gradient at its output, `x` what went INTO it; return the "
    "gradient "
    "at `x`. `np.tanh` may be used.",
    rule="dx = dout * (1 - tanh(x)**2)",
    returns=ArrayOf(),
    cases=_backward_cases,
    speed=many_backward,
    checks=(
        values(2, "At x = 0 the slope of tanh is 1. What does yours give there, before `dout` is multiplied in?"),
        large(),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="slope_of_the_output",
            function=lambda dout, x: dout * (1 - x**2),
            hint="You compute 1 - x**2. That is the slope when x is the OUTPUT of tanh. "
            "Here x is what went in: what do you have to compute from it first?",
        ),
        Misconception(
            id="no_square",
            function=lambda dout, x: dout * (1 - np.tanh(x)),
            hint="You compute 1 - tanh(x). Can the slope of tanh be 2 anywhere? What is missing in the formula?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x: 1 - np.tanh(x) ** 2,
            hint="You return the slope of tanh alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="plus",
            function=lambda dout, x: dout * (1 + np.tanh(x) ** 2),
            hint="Your slope grows away from 0. Does tanh get steeper or flatter there, and which sign says so?",
        ),
        Misconception(
            id="slope_of_sigmoid",
            function=lambda dout, x: dout * np.tanh(x) * (1 - np.tanh(x)),
            hint="t * (1 - t) is the form of the sigmoid's slope. What is it for tanh?",
        ),
        Misconception(
            id="square_around_all",
            function=lambda dout, x: dout * (1 - np.tanh(x)) ** 2,
            hint="You square the whole bracket. Which part alone is squared in the rule?",
        ),
        Misconception(
            id="inf_over_inf",
            function=lambda dout, x: dout * (1 - _tanh_from_exp(x) ** 2),
            hint="For large entries your tanh divides inf by inf, which is NaN. Is there a function in NumPy that "
            "does not?",
        ),
        in_place(_tanh_backward_in_place, "dout", "Which operator of yours works in place?"),
        float64(_tanh_backward_float64, "np.ones(x.shape)"),
    ),
    variants={
        "loop": _tanh_backward_loop,
        "distributed": lambda dout, x: dout - dout * np.tanh(x) * np.tanh(x),
        "cosh": lambda dout, x: dout / np.cosh(x) ** 2,  # warns of an overflow, which this exercise does not grade
        "factored": lambda dout, x: dout * (1 - np.tanh(x)) * (1 + np.tanh(x)),
    },
)
