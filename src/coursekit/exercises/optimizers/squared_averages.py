"""rmsprop."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers.drawing import TINY, entrywise
from coursekit.exercises.optimizers.squared_sums import ZERO
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import rmsprop


def _cases(draw: Draw) -> list[Case]:
    return entrywise(
        draw,
        ("squares",),
        lambda t: {"lr": draw.number(0.05, 0.3), "decay": draw.number(0.6, 0.88), "eps": 1e-8},
        default=lambda t: {"lr": draw.number(0.05, 0.3)},
        also=({"eps": draw.number(0.2, 0.6), "about": "a large eps"}, {"decay": 0.0, "about": "nothing is kept"}),
        tiny=TINY,
    )


def _average(dw: Array, h: Array, decay: float) -> Array:
    return decay * h + (1 - decay) * dw**2


def _step(w: Array, dw: Array, h: Array, lr: float, eps: float) -> Any:
    """The step with this average, and the average."""
    return w - lr * dw / (np.sqrt(h) + eps), h


def _right(w: Array, dw: Array, h: Array, lr: float, decay: float, eps: float) -> Any:
    return _step(w, dw, _average(dw, h, decay), lr, eps)


def _loop(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    new_w, new_h = np.empty_like(w), np.empty_like(h)
    for i in np.ndindex(w.shape):
        new_h[i] = decay * h[i] + (1 - decay) * dw[i] ** 2
        new_w[i] = w[i] - lr * dw[i] / (np.sqrt(new_h[i]) + eps)
    return [new_w, new_h]


def _on_copies(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    w, h = w.copy(), h.copy()
    h *= decay
    h += (1 - decay) * dw**2
    w -= lr * dw / (np.sqrt(h) + eps)
    return w, h


def _moved_towards(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    return _step(w, dw, h + (1 - decay) * (dw**2 - h), lr, eps)


def _in_place(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h *= decay
    h += (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(h) + eps), h


def _in_place_weights(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h = _average(dw, h, decay)
    w -= lr * dw / (np.sqrt(h) + eps)
    return w, h


def _float64(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    return _step(w, dw, np.zeros(h.shape) + _average(dw, h, decay), lr, eps)


def _old(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    return _step(w, dw, h, lr, eps)[0], _average(dw, h, decay)


def _no_root(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h = _average(dw, h, decay)
    return w - lr * dw / (h + eps), h


def _eps_inside(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h = _average(dw, h, decay)
    return w - lr * dw / np.sqrt(h + eps), h


def _average_of_gradients(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h = decay * h + (1 - decay) * dw
    return w - lr * h, h


def _uphill(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    h = _average(dw, h, decay)
    return w + lr * dw / (np.sqrt(h) + eps), h


def _root_returned(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Any:
    new_w, h = _right(w, dw, h, lr, decay, eps)
    return new_w, np.sqrt(h)


RMSPROP = Exercise(
    assignment="optimizers",
    reference=rmsprop,
    task="Write one step of RMSProp: AdaGrad whose sum of squares forgets. `h` is a running average of the squared "
    "gradients; `decay` of the old one is kept. Update `h` first, then divide by its root, `eps` outside. Return the "
    "new `w` and the new `h`.",
    rule="h = decay * h + (1 - decay) * dw**2;  w = w - lr * dw / (sqrt(h) + eps);  return w, h",
    returns=Several(w=ArrayOf(), h=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=tuple(abs(draw.array(100, 100)) for _ in range(3)), kwargs={"lr": 0.1}),
    checks=(
        values(2, "By hand: the new h, its root, and the step divided by that.", name="new w", part="w"),
        values(
            2,
            "An average of two numbers lies between them. Does your h lie between h and dw**2?",
            name="new h",
            part="h",
        ),
        values(
            1,
            "Once the checks above pass: are the defaults in your `def` line decay=0.99 and eps=1e-8?",
            name="default settings",
            group="default",
        ),
        ZERO,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="decay_swapped",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _right(w, dw, h, lr, 1 - decay, eps),
            hint="You keep (1 - decay) of the old average. With decay = 0.99, should the average move slowly or "
            "follow the last gradient?",
        ),
        Misconception(
            id="eps_inside",
            function=_eps_inside,
            hint="Your eps stands under the root, as in some lecture notes and in TensorFlow. That is another "
            "convention, not an error; but what does the rule of this course say?",
        ),
        Misconception(
            id="sum",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _step(w, dw, h + dw**2, lr, eps),
            hint="Your h adds up all squares and never forgets: that is AdaGrad. Which factor makes the old ones fade?",
        ),
        Misconception(
            id="sum_that_decays",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _step(w, dw, decay * h + dw**2, lr, eps),
            hint="You let the old squares fade and add the new one whole. With decay = 0.99 and gradients of 1, where "
            "does your h end: at 1, or at 100?",
        ),
        Misconception(
            id="old_average",
            function=_old,
            hint="You divide by the root of the OLD average. At the very first step that is 0: how long is your step "
            "then?",
        ),
        Misconception(
            id="no_root",
            function=_no_root,
            hint="You divide by the average square itself. In which unit is it, that of dw or of dw squared? What "
            "brings it back?",
        ),
        Misconception(
            id="no_eps",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _right(w, dw, h, lr, decay, 0.0),
            hint="Nothing in your denominator keeps it from 0: a weight that never had a gradient becomes 0 / 0, "
            "which is NaN. Which small number does the rule add, and where?",
        ),
        Misconception(
            id="no_square",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _step(w, dw, decay * h + (1 - decay) * dw, lr, eps),
            hint="You average the gradients, and the root of a negative average is NaN. Which power of dw does h "
            "average?",
        ),
        Misconception(
            id="average_of_gradients",
            function=_average_of_gradients,
            hint="You average the gradients and step along that: this is momentum as an average. Where are the "
            "squares, and what is divided by their root?",
        ),
        Misconception(
            id="uphill",
            function=_uphill,
            hint="You add the step, so w climbs. Which sign leads down the slope?",
        ),
        Misconception(
            id="root_returned",
            function=_root_returned,
            hint="Your w is right, and what you return as h is its root. What will the next step average with its "
            "square?",
        ),
        Misconception(
            id="old_average_returned",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: (_right(w, dw, h, lr, decay, eps)[0], h),
            hint="Your w is right, and the h that you return is the old one. What will the next step need?",
        ),
        Misconception(
            id="fixed_decay",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _right(w, dw, h, lr, 0.99, eps),
            hint="You keep 0.99 of the average whatever the caller asks for. Is the parameter `decay` used?",
        ),
        Misconception(
            id="default_0.9",
            function=lambda w, dw, h, lr, decay=0.9, eps=1e-8: _right(w, dw, h, lr, decay, eps),
            hint="Where no decay is given you use 0.9, as Hinton's lecture and Keras do. What does the signature here "
            "say?",
        ),
        Misconception(
            id="default_1e-7",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-7: _right(w, dw, h, lr, decay, eps),
            hint="Where no eps is given you use 1e-7, as Keras does. What does the signature here say?",
        ),
        Misconception(
            id="order",
            function=lambda w, dw, h, lr, decay=0.99, eps=1e-8: _right(w, dw, h, lr, decay, eps)[::-1],
            hint="Both results are right and stand in the wrong order: the weights come first, then the state.",
        ),
        in_place(_in_place, "h", "What does `h *= decay` do to the array that the caller holds?"),
        in_place(_in_place_weights, "w", id="in_place_weights"),
        float64(_float64, "np.zeros(h.shape)"),
    ),
    variants={"loop": _loop, "on_copies": _on_copies, "moved_towards": _moved_towards},
)
