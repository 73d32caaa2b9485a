"""nesterov."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Made
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers.callbacks import cosine_slope, linear_slope, no_slope
from coursekit.exercises.optimizers.drawing import entrywise
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import nesterov

Slope = Callable[[Array], Array]


def _cases(draw: Draw) -> list[Case]:
    def slope(dw: Array) -> Made:
        if not dw.any():
            return Made(no_slope, shown="lambda w: 0 * w")
        if np.abs(dw).max() >= 1000:
            return Made(linear_slope, (1000.0, 1e4), "lambda w: 1000.0 * w + 10000.0")
        a, b = draw.number(0.5, 3.0), draw.number(0.5, 2.0)
        if dw.size > 2:
            return Made(cosine_slope, (a,), f"lambda w: {a} * np.cos(w)")
        return Made(linear_slope, (a, b), f"lambda w: {a} * w + {b}")

    cases = entrywise(
        draw,
        ("signed",),
        lambda t: {"lr": draw.number(0.05, 0.4), "rho": draw.number(0.55, 0.85)},
        default=lambda t: {"lr": draw.number(0.05, 0.4)},
        also=({"rho": 0.0},),
        gradient=slope,
    )
    return [replace(c, group="edges") if c.group == "zero" else c for c in cases]


def _loop(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    ahead = np.empty_like(w)
    for i in np.ndindex(w.shape):
        ahead[i] = w[i] + rho * v[i]
    slope = grad_fn(ahead)
    new_w, new_v = np.empty_like(w), np.empty_like(v)
    for i in np.ndindex(w.shape):
        new_v[i] = rho * v[i] - lr * slope[i]
        new_w[i] = w[i] + new_v[i]
    return [new_w, new_v]


def _from_ahead(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    ahead = w + rho * v
    new_w = ahead - lr * grad_fn(ahead)
    return new_w, new_w - w


def _on_copies(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = v.copy()
    v *= rho
    v -= lr * grad_fn(w + v)
    return w + v, v


def _in_place(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v *= rho
    v -= lr * grad_fn(w + v)
    return w + v, v


def _in_place_weights(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    w += rho * v
    step = lr * grad_fn(w)
    return w - step, rho * v - step


def _float64(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    new_v = np.zeros(v.shape)
    new_v += rho * v - lr * grad_fn(w + rho * v)
    return w + new_v, new_v


def _with(w: Array, v: Array, slope: Array, lr: float, rho: float) -> Any:
    """The step of momentum with this gradient."""
    v = rho * v - lr * slope
    return w + v, v


def _right(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float) -> Any:
    return _with(w, v, grad_fn(w + rho * v), lr, rho)


def _velocity_twice(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    ahead = w + rho * v
    v = rho * v - lr * grad_fn(ahead)
    return ahead + v, v


def _velocity_without_past(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    step = -lr * grad_fn(w + rho * v)
    return w + rho * v + step, step


def _rearranged(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    step = lr * grad_fn(w)
    v = rho * v - step
    return w + rho * v - step, v


def _gradients_summed(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = rho * v + grad_fn(w - lr * rho * v)
    return w - lr * v, v


def _turned(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = rho * v + lr * grad_fn(w - rho * v)
    return w - v, v


def _minus_velocity(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = rho * v - lr * grad_fn(w + rho * v)
    return w - v, v


def _averaged(w: Array, grad_fn: Slope, v: Array, lr: float, rho: float = 0.9) -> Any:
    v = rho * v - (1 - rho) * lr * grad_fn(w + rho * v)
    return w + v, v


NESTEROV = Exercise(
    assignment="optimizers",
    reference=nesterov,
    task="Write one step of Nesterov's momentum. `grad_fn(w)` gives the gradient at any weights that you ask about. "
    "Ask where the velocity alone would carry `w`, at `w + rho * v`; then go on as in `momentum`. Return the new `w` "
    "and the new `v`.",
    rule="v = rho * v - lr * grad_fn(w + rho * v);  w = w + v;  return w, v",
    returns=Several(w=ArrayOf(), v=ArrayOf()),
    cases=_cases,
    checks=(
        values(2, "w moves from where it IS, by the new velocity. Is that so in your code?", name="new w", part="w"),
        values(2, "At which point do you ask for the gradient? Put the numbers in by hand.", name="new v", part="v"),
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
            id="gradient_at_w",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, grad_fn(w), lr, rho),
            hint="You ask for the gradient at w, which gives plain momentum. Where will w be when the old velocity "
            "has carried it on?",
        ),
        Misconception(
            id="looks_back",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, grad_fn(w - rho * v), lr, rho),
            hint="You ask at w - rho * v, the side that w comes from. With v as the step itself, which sign looks "
            "ahead?",
        ),
        Misconception(
            id="whole_velocity_ahead",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, grad_fn(w + v), lr, rho),
            hint="You look ahead by the whole velocity. How much of it survives this step?",
        ),
        Misconception(
            id="gradient_at_the_velocity",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, grad_fn(rho * v), lr, rho),
            hint="You ask for the gradient at rho * v. That is a step, no place: from where is it taken?",
        ),
        Misconception(
            id="after_a_plain_step",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, grad_fn(w - lr * grad_fn(w)), lr, rho),
            hint="You look where a plain gradient step would lead. Which part of the coming step is known before any "
            "gradient is?",
        ),
        Misconception(
            id="velocity_twice",
            function=_velocity_twice,
            hint="You go to the look-ahead point and then add the new velocity, which holds rho * v once more. Is the "
            "look-ahead a move of w, or only a place to ask at?",
        ),
        Misconception(
            id="velocity_without_past",
            function=_velocity_without_past,
            hint="Your w is right, and the velocity that you return holds the gradient's part only. By how much did w "
            "move in all?",
        ),
        Misconception(
            id="rearranged",
            function=_rearranged,
            hint="This is the form of PyTorch and Keras, which keep the look-ahead point as their weights and so ask "
            "at w. Here w is the place itself: at which point does the rule ask for the gradient?",
        ),
        Misconception(
            id="gradients_summed",
            function=_gradients_summed,
            hint="Your v adds up gradients and lr comes in when w moves, as in PyTorch's momentum. Here v is a step, "
            "in units of w: where does lr stand?",
        ),
        Misconception(
            id="positive_velocity",
            function=_turned,
            hint="Your velocity points uphill and is taken off. Here v is the step itself: which signs does the rule "
            "have?",
        ),
        Misconception(
            id="minus_velocity",
            function=_minus_velocity,
            hint="Your velocity is right and you take it off. It points downhill already: does w move with it or "
            "against it?",
        ),
        Misconception(
            id="uphill",
            function=lambda w, grad_fn, v, lr, rho=0.9: _with(w, v, -grad_fn(w + rho * v), lr, rho),
            hint="You add lr times the gradient to the velocity. Does that step go down the slope or up?",
        ),
        Misconception(
            id="average",
            function=_averaged,
            hint="Your gradient comes in with a factor (1 - rho), which makes v an average. Is that factor in the "
            "rule of this course?",
        ),
        Misconception(
            id="old_velocity",
            function=lambda w, grad_fn, v, lr, rho=0.9: (w + v, _right(w, grad_fn, v, lr, rho)[1]),
            hint="You move w by the velocity that came in. Which of the two lines of the rule comes first?",
        ),
        Misconception(
            id="fixed_rho",
            function=lambda w, grad_fn, v, lr, rho=0.9: _right(w, grad_fn, v, lr, 0.9),
            hint="You keep 0.9 of the velocity whatever the caller asks for. Is the parameter `rho` used?",
        ),
        Misconception(
            id="default_0",
            function=lambda w, grad_fn, v, lr, rho=0.0: _right(w, grad_fn, v, lr, rho),
            hint="Where no rho is given you use 0, as the SGD of PyTorch and Keras does. What does the signature here "
            "say?",
        ),
        Misconception(
            id="order",
            function=lambda w, grad_fn, v, lr, rho=0.9: _right(w, grad_fn, v, lr, rho)[::-1],
            hint="Both results are right and stand in the wrong order: the weights come first, then the state.",
        ),
        in_place(_in_place, "v", "What does `v *= rho` do to the array that the caller holds?"),
        in_place(_in_place_weights, "w", "What does `w += ...` do to it?", id="in_place_weights"),
        float64(_float64, "np.zeros(v.shape)"),
    ),
    variants={"loop": _loop, "from_ahead": _from_ahead, "on_copies": _on_copies},
)
