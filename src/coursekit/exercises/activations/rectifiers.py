"""relu and relu_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.activations.drawing import at_zero, elementwise, many, many_backward
from coursekit.exercises.cases import Array
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import relu, relu_backward


def _relu_loop(x: Array) -> Array:
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = max(0, x[i, j])
    return out


def _relu_copy(x: Array) -> Array:
    out = x.copy()
    out[out < 0] = 0
    return out


def _relu_in_place(x: Array) -> Array:
    x[x < 0] = 0
    return x


def _relu_float64(x: Array) -> Array:
    out = np.zeros(x.shape)
    out[x > 0] = x[x > 0]
    return out


RELU = Exercise(
    assignment="activations",
    reference=relu,
    task="Write the rectified linear unit: every entry of `x` that is above 0 stays, every other becomes 0.",
    rule="relu(x) = max(0, x), entry by entry",
    returns=ArrayOf(),
    cases=elementwise,
    speed=many,
    checks=(
        values(2, "Compare the two numbers at one entry: what should happen to an entry above 0, and to one below?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="absolute_value",
            function=lambda x: np.abs(x),
            hint="Your negative entries come back positive. What should relu(-2) be: 2, or 0?",
        ),
        Misconception(
            id="leaks",
            function=lambda x: np.where(x > 0, x, x * 0.01),
            hint="Your negative entries become small, not 0. Is that relu, or its leaky cousin?",
        ),
        Misconception(
            id="minimum",
            function=lambda x: np.minimum(x, 0),
            hint="You keep what is below 0 and cut what is above. Which of `np.minimum` and `np.maximum` keeps the "
            "larger?",
        ),
        Misconception(
            id="step",
            function=lambda x: (x > 0).astype(x.dtype),
            hint="You return 1 where x is above 0. Is that relu, or its slope?",
        ),
        Misconception(
            id="max_over_rows",
            function=lambda x: np.max(x, 0),
            hint="`np.max(x, 0)` takes 0 as an axis and gives the largest entry of each column. "
            "Which function compares two arrays entry by entry?",
        ),
        Misconception(
            id="capped_at_six",
            function=lambda x: np.clip(x, 0, 6),
            hint="Large entries come back as 6. Does relu have an upper limit?",
        ),
        in_place(_relu_in_place, "x", "Who else still needs `x`: the backward pass?"),
        float64(_relu_float64),
    ),
    variants={
        "loop": _relu_loop,
        "mask": lambda x: x * (x > 0),
        "where": lambda x: np.where(x > 0, x, 0),
        "half_sum": lambda x: (x + np.abs(x)) / 2,
        "copy": _relu_copy,
        "clip": lambda x: np.clip(x, 0, None),
    },
)


def _backward_loop(dout: Array, x: Array) -> Array:
    dx = np.zeros_like(dout)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                dx[i, j] = dout[i, j]
    return dx


def _backward_copy(dout: Array, x: Array) -> Array:
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx


def _backward_in_place(dout: Array, x: Array) -> Array:
    dout[x <= 0] = 0
    return dout


def _backward_float64(dout: Array, x: Array) -> Array:
    slope = np.zeros(x.shape)
    slope[x > 0] = 1
    return dout * slope


def _relu_backward_cases(draw: Any) -> list[Any]:
    return elementwise(draw, backward=True) + at_zero(draw)


RELU_BACKWARD = Exercise(
    assignment="activations",
    reference=relu_backward,
    task="Write the backward pass of relu. `dout` is the gradient at its output, `x` what went into it; return the "
    "gradient at `x`. At exactly 0 the slope counts as 0.",
    rule="dx = dout where x > 0, else 0",
    returns=ArrayOf(),
    cases=_relu_backward_cases,
    speed=many_backward,
    checks=(
        values(
            2, "The slope of relu is 1 above 0 and 0 below. What does the chain rule do with `dout` and that slope?"
        ),
        Check(
            name="gradient at 0",
            points=1,
            group="zero",
            hint="At exactly 0 the book takes the slope of the side x <= 0. Which comparison says that?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="gradient_one_at_zero",
            function=lambda dout, x: dout * (x >= 0),
            hint="At x = 0 you pass the gradient on. relu has no slope there, so a convention decides: the book's is "
            "0. "
            "Should it be `>` or `>=`?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x: (x > 0).astype(x.dtype),
            hint="You return the slope of relu alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="arguments_swapped",
            function=lambda dout, x: x * (dout > 0),
            hint="`dout` and `x` are taken for each other. In which order does the task name them, and in which "
            "order does your `def` line?",
        ),
        Misconception(
            id="mask_of_dout",
            function=lambda dout, x: np.maximum(dout, 0),
            hint="You cut `dout` where `dout` is negative. Does a gradient stop at relu because of its own sign, "
            "or because of what went in?",
        ),
        Misconception(
            id="times_output",
            function=lambda dout, x: dout * np.maximum(x, 0),
            hint="You multiply by relu(x). Is that the output or the slope?",
        ),
        Misconception(
            id="passes_all",
            function=lambda dout, x: dout.copy(),
            hint="The gradient passes everywhere. What is the slope of relu where x is negative?",
        ),
        in_place(_backward_in_place, "dout", "Where would a second use of it go wrong?"),
        float64(_backward_float64),
    ),
    variants={
        "loop": _backward_loop,
        "where": lambda dout, x: np.where(x > 0, dout, 0),
        "copy": _backward_copy,
        "heaviside": lambda dout, x: dout * np.heaviside(x, np.zeros_like(x)),
        "from_output": lambda dout, x: dout * (np.maximum(x, 0) > 0),
    },
)
