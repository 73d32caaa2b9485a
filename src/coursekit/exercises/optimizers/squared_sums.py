"""adagrad."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers.drawing import TINY, entrywise
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import adagrad

#: For every rule whose step divides by a root that is 0 where no gradient has come yet.
ZERO = Check(
    name="gradient 0 from the start",
    points=1,
    group="zero",
    hint="Here a weight has never had a gradient, so its root is 0. What keeps your division from being 0 / 0?",
)


def _cases(draw: Draw) -> list[Case]:
    return entrywise(
        draw,
        ("squares",),
        lambda t: {"lr": draw.number(0.1, 0.6), "eps": 1e-8},
        default=lambda t: {"lr": draw.number(0.1, 0.6)},
        also=({"eps": draw.number(0.2, 0.6), "about": "a large eps"},),
        tiny=TINY,
    )


def _loop(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> Any:
    new_w, new_h = np.empty_like(w), np.empty_like(h)
    for i in np.ndindex(w.shape):
        new_h[i] = h[i] + dw[i] ** 2
        new_w[i] = w[i] - lr * dw[i] / (np.sqrt(new_h[i]) + eps)
    return [new_w, new_h]


def _on_copies(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> Any:
    w, h = w.copy(), h.copy()
    h += dw**2
    w -= lr * dw / (np.sqrt(h) + eps)
    return w, h


def _in_place(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> Any:
    h += dw**2
    return w - lr * dw / (np.sqrt(h) + eps), h


def _in_place_weights(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> Any:
    h = h + dw**2
    w -= lr * dw / (np.sqrt(h) + eps)
    return w, h


def _float64(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> Any:
    h = np.zeros(h.shape) + h + dw**2
    return w - lr * dw / (np.sqrt(h) + eps), h


def _step(w: Array, dw: Array, h: Array, lr: float, eps: float) -> Any:
    """The step with this accumulator, and the accumulator."""
    return w - lr * dw / (np.sqrt(h) + eps), h


ADAGRAD = Exercise(
    assignment="optimizers",
    reference=adagrad,
    task="Write one step of AdaGrad. `h` is the sum of the squared gradients of each weight so far, 0 before the "
    "first step. Add the new square first, then divide the step of each weight by the root of its own sum, with `eps` "
    "OUTSIDE the root. Return the new `w` and the new `h`.",
    rule="h = h + dw**2;  w = w - lr * dw / (sqrt(h) + eps);  return w, h",
    returns=Several(w=ArrayOf(), h=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=tuple(abs(draw.array(100, 100)) for _ in range(3)), kwargs={"lr": 0.1}),
    checks=(
        values(
            3, "By hand: h with the new square in it, its root, and the step divided by that.", name="new w", part="w"
        ),
        values(1, "h grows by the square of each gradient. What does yours grow by?", name="new h", part="h"),
        values(
            1,
            "Once the checks above pass: is the default of `eps` 1e-8 in your `def` line?",
            name="eps = 1e-8 by default",
            group="default",
        ),
        ZERO,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="old_accumulator",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw / (np.sqrt(h) + eps), h + dw**2),
            hint="You divide by the root of the OLD sum. At the very first step that sum is 0: how long is your step "
            "then?",
        ),
        Misconception(
            id="no_root",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw / (h + dw**2 + eps), h + dw**2),
            hint="You divide by the sum of squares itself. In which unit is it, that of dw or of dw squared? What "
            "brings it back?",
        ),
        Misconception(
            id="eps_inside",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw / np.sqrt(h + dw**2 + eps), h + dw**2),
            hint="Your eps stands under the root, as in some lecture notes and in TensorFlow's old form. That is "
            "another convention, not an error; but what does the rule of this course say?",
        ),
        Misconception(
            id="no_eps",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw / np.sqrt(h + dw**2), h + dw**2),
            hint="Nothing in your denominator keeps it from 0: a weight that never had a gradient becomes 0 / 0, "
            "which is NaN. Which small number does the rule add, and where?",
        ),
        Misconception(
            id="no_square",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, h + dw, lr, eps),
            hint="You add up the gradients, whose signs cancel, and the root of a negative sum is NaN. What is to be "
            "added up?",
        ),
        Misconception(
            id="sizes_summed",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, h + np.abs(dw), lr, eps),
            hint="You add up the sizes of the gradients. The root at the end asks for their squares: which of the two "
            "is h?",
        ),
        Misconception(
            id="forgets",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, dw**2 + 0 * h, lr, eps),
            hint="Your h is the last square alone, so every step is lr long. Where does the sum so far go?",
        ),
        Misconception(
            id="leaky",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, 0.9 * h + (1 - 0.9) * dw**2, lr, eps),
            hint="Your h forgets: it is an average, and the rule that has it is RMSProp. Does AdaGrad's sum ever "
            "shrink?",
        ),
        Misconception(
            id="one_sum_for_all",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, h + (dw**2).sum(), lr, eps),
            hint="You add the squares of all gradients to every entry of h. Does each weight not have a sum of its "
            "own?",
        ),
        Misconception(
            id="multiplied",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw * (np.sqrt(h + dw**2) + eps), h + dw**2),
            hint="You multiply the step by the root. Should a weight with large gradients so far take longer steps or "
            "shorter ones?",
        ),
        Misconception(
            id="uphill",
            function=lambda w, dw, h, lr, eps=1e-8: (w + lr * dw / (np.sqrt(h + dw**2) + eps), h + dw**2),
            hint="You add the step, so w climbs. Which sign leads down the slope?",
        ),
        Misconception(
            id="steps_summed",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, h + (lr * dw) ** 2, lr, eps),
            hint="Your h adds up squares of lr * dw. Does the sum know of the learning rate at all?",
        ),
        Misconception(
            id="root_returned",
            function=lambda w, dw, h, lr, eps=1e-8: (
                w - lr * dw / (np.sqrt(h + dw**2) + eps),
                np.sqrt(h + dw**2),
            ),
            hint="Your w is right, and what you return as h is its root. To what will the next step add its square?",
        ),
        Misconception(
            id="old_sum_returned",
            function=lambda w, dw, h, lr, eps=1e-8: (w - lr * dw / (np.sqrt(h + dw**2) + eps), h),
            hint="Your w is right, and the h that you return is the old one. What will the next step need?",
        ),
        Misconception(
            id="default_1e-7",
            function=lambda w, dw, h, lr, eps=1e-7: _step(w, dw, h + dw**2, lr, eps),
            hint="Where no eps is given you use 1e-7, as Keras does. What does the signature here say?",
        ),
        Misconception(
            id="default_1e-10",
            function=lambda w, dw, h, lr, eps=1e-10: _step(w, dw, h + dw**2, lr, eps),
            hint="Where no eps is given you use 1e-10, as PyTorch does here. What does our signature say?",
        ),
        Misconception(
            id="order",
            function=lambda w, dw, h, lr, eps=1e-8: _step(w, dw, h + dw**2, lr, eps)[::-1],
            hint="Both results are right and stand in the wrong order: the weights come first, then the state.",
        ),
        in_place(_in_place, "h", "What does `h += ...` do to the array that the caller holds?"),
        in_place(_in_place_weights, "w", id="in_place_weights"),
        float64(_float64, "np.zeros(h.shape)"),
    ),
    variants={
        "loop": _loop,
        "on_copies": _on_copies,
        "power": lambda w, dw, h, lr, eps=1e-8: (w - lr / ((h + dw * dw) ** 0.5 + eps) * dw, h + dw * dw),
        "square": lambda w, dw, h, lr, eps=1e-8: _step(w, dw, np.add(h, np.square(dw)), lr, eps),
    },
)
