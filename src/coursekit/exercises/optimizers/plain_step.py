"""sgd."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.optimizers.drawing import entrywise
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import sgd


def _cases(draw: Draw) -> list[Case]:
    cases = entrywise(draw, (), lambda t: {"lr": draw.number(0.05, 0.5)})
    still = Case(args=(draw.array(2), draw.array(2)), kwargs={"lr": 0.0}, about="a rate of 0", group="edges")
    whole = Case(args=(draw.array(2), draw.array(2)), kwargs={"lr": 2}, about="a whole number as the rate")
    return [*(replace(c, group="edges") if c.group == "zero" else c for c in cases), whole, still]


def _loop(w: Array, dw: Array, lr: float) -> Array:
    out = np.empty_like(w)
    for i in np.ndindex(w.shape):
        out[i] = w[i] - lr * dw[i]
    return out


def _on_a_copy(w: Array, dw: Array, lr: float) -> Array:
    w = w.copy()
    w -= lr * dw
    return w


def _in_place(w: Array, dw: Array, lr: float) -> Array:
    w -= lr * dw
    return w


def _in_place_gradient(w: Array, dw: Array, lr: float) -> Array:
    dw *= lr
    return w - dw


def _float64(w: Array, dw: Array, lr: float) -> Any:
    out = np.zeros(w.shape)
    out[:] = w - lr * dw
    return out


SGD = Exercise(
    assignment="optimizers",
    reference=sgd,
    task="Write one step of gradient descent. `w` and its gradient `dw` are arrays of one shape, any shape; `lr` is "
    "the learning rate, a number. Return the new weights and leave `w` as it is.",
    rule="sgd(w, dw, lr) = w - lr * dw",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(200, 200), draw.array(200, 200)), kwargs={"lr": 0.1}),
    checks=(
        values(2, "Where the gradient is positive the loss grows with w. Which way should w go there, and how far?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="uphill",
            function=lambda w, dw, lr: w + lr * dw,
            hint="You add the gradient, so your step climbs. Which way does the gradient point, uphill or downhill?",
        ),
        Misconception(
            id="no_rate",
            function=lambda w, dw, lr: w - dw,
            hint="Your step is the whole gradient, whatever `lr` is. Where should the learning rate come in?",
        ),
        Misconception(
            id="only_the_step",
            function=lambda w, dw, lr: -lr * dw,
            hint="You return how far to go. From where is that step taken?",
        ),
        Misconception(
            id="step_without_a_sign",
            function=lambda w, dw, lr: lr * dw,
            hint="You return lr * dw alone. Where do the old weights go, and which sign does the step have?",
        ),
        Misconception(
            id="difference_turned_round",
            function=lambda w, dw, lr: lr * dw - w,
            hint="You take w from the step. With a gradient of 0, should w stay as it is or change its sign?",
        ),
        Misconception(
            id="weights_and_gradient_swapped",
            function=lambda w, dw, lr: dw - lr * w,
            hint="You take lr * w from the gradient. In the call sgd(w, dw, lr), which of the two arrays is to move?",
        ),
        Misconception(
            id="divided_by_rate",
            function=lambda w, dw, lr: w - dw / lr if lr else w,
            hint="A smaller `lr` makes your step longer. Should the gradient be divided by the rate?",
        ),
        Misconception(
            id="sign_of_the_gradient",
            function=lambda w, dw, lr: w - lr * np.sign(dw),
            hint="Every weight of yours moves by exactly lr. Should a steep slope not move its weight further?",
        ),
        Misconception(
            id="unit_length",
            function=lambda w, dw, lr: w - lr * dw / np.maximum(np.sqrt((dw**2).sum()), 1e-12).astype(dw.dtype),
            hint="You divide the gradient by its length. What is left then of the information how steep it is?",
        ),
        Misconception(
            id="divided_by_rows",
            function=lambda w, dw, lr: w - lr * dw / len(w),
            hint="You divide by the number of rows. A gradient of a mean loss has that division in it already, and "
            "the rows of w are no examples. Is it due here at all?",
        ),
        Misconception(
            id="relative",
            function=lambda w, dw, lr: w * (1 - lr * dw),
            hint="Your step is lr * dw * w. Should a weight that is 0 be stuck there for ever?",
        ),
        in_place(_in_place, "w", "What does `w -= ...` do to the array that the caller holds?"),
        in_place(_in_place_gradient, "dw", id="in_place_gradient"),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _loop,
        "on_a_copy": _on_a_copy,
        "added": lambda w, dw, lr: w + (-lr) * dw,
        "ufuncs": lambda w, dw, lr: np.subtract(w, np.multiply(dw, lr)),
    },
)
