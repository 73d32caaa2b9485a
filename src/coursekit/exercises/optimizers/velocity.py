"""momentum."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers.drawing import entrywise
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import momentum


def _cases(draw: Draw) -> list[Case]:
    cases = entrywise(
        draw,
        ("signed",),
        lambda t: {"lr": draw.number(0.05, 0.4), "rho": draw.number(0.55, 0.85)},
        default=lambda t: {"lr": draw.number(0.05, 0.4)},
        also=({"rho": 0.0}, {"rho": 1}),
    )
    return [replace(c, group="edges") if c.group == "zero" else c for c in cases]


def _loop(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    new_w, new_v = np.empty_like(w), np.empty_like(v)
    for i in np.ndindex(w.shape):
        new_v[i] = rho * v[i] - lr * dw[i]
        new_w[i] = w[i] + new_v[i]
    return [new_w, new_v]


def _on_copies(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    w, v = w.copy(), v.copy()
    v *= rho
    v -= lr * dw
    w += v
    return w, v


def _opposite_velocity(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    uphill = rho * -v + lr * dw
    return w - uphill, -uphill


def _by_position(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    new_w = w - lr * dw + rho * v
    return new_w, new_w - w


def _in_place(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    v *= rho
    v -= lr * dw
    return w + v, v


def _in_place_weights(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = rho * v - lr * dw
    w += v
    return w, v


def _float64(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> Any:
    new_v = np.zeros(v.shape)
    new_v += rho * v - lr * dw
    return w + new_v, new_v


def _new(dw: Array, v: Array, lr: float, rho: float) -> Array:
    return rho * v - lr * dw


MOMENTUM = Exercise(
    assignment="optimizers",
    reference=momentum,
    task="Write one step of gradient descent with momentum. `v` is the velocity: the step that was taken last. A "
    "share `rho` of it survives, the gradient's step is added, and `w` moves by the result. All arrays have one "
    "shape. Return the new `w` and the new `v`, in this order.",
    rule="v = rho * v - lr * dw;  w = w + v;  return w, v",
    returns=Several(w=ArrayOf(), v=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=tuple(draw.array(100, 100) for _ in range(3)), kwargs={"lr": 0.1}),
    checks=(
        values(2, "The new w is the old one plus the NEW velocity. Is it that in your code?", name="new w", part="w"),
        values(
            2,
            "By hand: what is left of the old velocity, and what does the gradient add to it?",
            name="new v",
            part="v",
        ),
        values(
            1,
            "Once the checks above pass: is the default of `rho` 0.9 in your `def` line?",
            name="rho = 0.9 by default",
            group="default",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="average",
            function=lambda w, dw, v, lr, rho=0.9: (
                w - lr * (rho * v + (1 - rho) * dw),
                rho * v + (1 - rho) * dw,
            ),
            hint="You average the gradients, with (1 - rho) as the new one's weight, as deeplearning.ai's course does "
            "(PyTorch's `dampening`). In this course's form the gradient is multiplied by lr alone: how long is the "
            "first step, lr * dw or (1 - rho) times that?",
        ),
        Misconception(
            id="average_of_steps",
            function=lambda w, dw, v, lr, rho=0.9: (
                w + rho * v - (1 - rho) * lr * dw,
                rho * v - (1 - rho) * lr * dw,
            ),
            hint="Your gradient comes in with a factor (1 - rho), which makes v an average. Is that factor in the "
            "rule of this course?",
        ),
        Misconception(
            id="pytorch",
            function=lambda w, dw, v, lr, rho=0.9: (w - lr * (rho * v + dw), rho * v + dw),
            hint="This is PyTorch's form (and CS231n's of 2019): v adds up gradients, and lr comes in when w moves. "
            "Here v is a step, in units of w. Where does lr stand then?",
        ),
        Misconception(
            id="positive_velocity",
            function=lambda w, dw, v, lr, rho=0.9: (w - (rho * v + lr * dw), rho * v + lr * dw),
            hint="Your velocity points uphill and is taken off, as in some overviews. Here v is the step itself: "
            "which sign has lr * dw in it, and is w then the sum or the difference?",
        ),
        Misconception(
            id="minus_velocity",
            function=lambda w, dw, v, lr, rho=0.9: (w - _new(dw, v, lr, rho), _new(dw, v, lr, rho)),
            hint="Your velocity is right and you take it off. It points downhill already: does w move with it or "
            "against it?",
        ),
        Misconception(
            id="uphill",
            function=lambda w, dw, v, lr, rho=0.9: (w + rho * v + lr * dw, rho * v + lr * dw),
            hint="You add lr * dw to the velocity and the velocity to w. Does that step go down the slope or up?",
        ),
        Misconception(
            id="old_velocity",
            function=lambda w, dw, v, lr, rho=0.9: (w + v, _new(dw, v, lr, rho)),
            hint="You move w by the velocity that came in. Which of the two lines of the rule comes first?",
        ),
        Misconception(
            id="old_velocity_returned",
            function=lambda w, dw, v, lr, rho=0.9: (w + _new(dw, v, lr, rho), v),
            hint="Your w is right, and the velocity that you return is the old one. What will the next step need?",
        ),
        Misconception(
            id="no_velocity",
            function=lambda w, dw, v, lr, rho=0.9: (w - lr * dw, -lr * dw),
            hint="Your step does not depend on the velocity that came in: this is plain gradient descent. Where does "
            "rho * v come in?",
        ),
        Misconception(
            id="share_swapped",
            function=lambda w, dw, v, lr, rho=0.9: (w + _new(dw, v, lr, 1 - rho), _new(dw, v, lr, 1 - rho)),
            hint="You keep (1 - rho) of the old velocity. With rho = 0.9, should most of it survive or most be lost?",
        ),
        Misconception(
            id="rate_twice",
            function=lambda w, dw, v, lr, rho=0.9: (w + lr * _new(dw, v, lr, rho), _new(dw, v, lr, rho)),
            hint="You multiply by lr once in the velocity and again when w moves. Which of the two is too much?",
        ),
        Misconception(
            id="nesterov",
            function=lambda w, dw, v, lr, rho=0.9: (
                w + rho * _new(dw, v, lr, rho) - lr * dw,
                _new(dw, v, lr, rho),
            ),
            hint="Your w moves by rho * v - lr * dw with the NEW v: that is Nesterov's momentum as PyTorch and Keras "
            "rearrange it. How far does plain momentum move?",
        ),
        Misconception(
            id="fixed_rho",
            function=lambda w, dw, v, lr, rho=0.9: (w + _new(dw, v, lr, 0.9), _new(dw, v, lr, 0.9)),
            hint="You keep 0.9 of the velocity whatever the caller asks for. Is the parameter `rho` used?",
        ),
        Misconception(
            id="default_0",
            function=lambda w, dw, v, lr, rho=0.0: (w + _new(dw, v, lr, rho), _new(dw, v, lr, rho)),
            hint="Where no rho is given you use 0, as the SGD of PyTorch and Keras does. What does the signature here "
            "say?",
        ),
        Misconception(
            id="order",
            function=lambda w, dw, v, lr, rho=0.9: (_new(dw, v, lr, rho), w + _new(dw, v, lr, rho)),
            hint="Both results are right and stand in the wrong order: the weights come first, then the state.",
        ),
        in_place(_in_place, "v", "What does `v *= rho` do to the array that the caller holds?"),
        in_place(_in_place_weights, "w", id="in_place_weights"),
        float64(_float64, "np.zeros(v.shape)"),
    ),
    variants={
        "loop": _loop,
        "on_copies": _on_copies,
        "opposite_velocity": _opposite_velocity,
        "difference_of_weights": _by_position,
    },
)
