"""adadelta."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.optimizers.drawing import entrywise
from coursekit.exercises.optimizers.squared_sums import ZERO
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.optim import adadelta


def _cases(draw: Draw) -> list[Case]:
    return entrywise(
        draw,
        ("squares", "squares"),
        lambda t: {"rho": draw.number(0.6, 0.88), "eps": draw.number(0.01, 0.09)},
        default=lambda t: {},
        also=({"eps": 0.5, "about": "a large eps"}, {"eps": 1e-6, "about": "a small eps"}),
        tiny=1e-3,
    )


def _average(old: Array, new: Array, rho: float) -> Array:
    return rho * old + (1 - rho) * new**2


def _answer(w: Array, update: Array, h: Array, d: Array, rho: float) -> Any:
    """What follows from this update and this `h`."""
    return w - update, h, _average(d, update, rho)


def _right(w: Array, dw: Array, h: Array, d: Array, rho: float, eps: float) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, np.sqrt(d + eps) / np.sqrt(h + eps) * dw, h, d, rho)


def _loop(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, new_h, new_d = np.empty_like(w), np.empty_like(h), np.empty_like(d)
    for i in np.ndindex(w.shape):
        new_h[i] = rho * h[i] + (1 - rho) * dw[i] ** 2
        update = np.sqrt(d[i] + eps) / np.sqrt(new_h[i] + eps) * dw[i]
        new_d[i] = rho * d[i] + (1 - rho) * update**2
        new_w[i] = w[i] - update
    return [new_w, new_h, new_d]


def _paper(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = rho * h + (1 - rho) * dw * dw
    change = -(((d + eps) / (h + eps)) ** 0.5) * dw  # the sign in the change, as in the paper
    return w + change, h, rho * d + (1 - rho) * change * change


def _on_copies(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    w, h, d = w.copy(), h.copy(), d.copy()
    h += (1 - rho) * (dw**2 - h)
    update = dw * np.sqrt((d + eps) / (h + eps))
    d += (1 - rho) * (update**2 - d)
    w -= update
    return w, h, d


def _in_place(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h *= rho
    h += (1 - rho) * dw**2
    update = np.sqrt(d + eps) / np.sqrt(h + eps) * dw
    d *= rho
    d += (1 - rho) * update**2
    return w - update, h, d


def _in_place_weights(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    update = np.sqrt(d + eps) / np.sqrt(h + eps) * dw
    w -= update
    return w, h, _average(d, update, rho)


def _float64(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    return _right(w, dw, np.zeros(h.shape) + h, d, rho, eps)


def _rmsprop(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return w - dw / np.sqrt(h + eps), h, d


def _rmsprop_with_d(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, dw / np.sqrt(h + eps), h, d, rho)


def _eps_outside(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, (np.sqrt(d) + eps) / (np.sqrt(h) + eps) * dw, h, d, rho)


def _eps_below_only(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, np.sqrt(d) / np.sqrt(h + eps) * dw, h, d, rho)


def _with_a_rate(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, d = _right(w, dw, h, d, rho, eps)
    return w + np.asarray(0.001, w.dtype) * (new_w - w), h, d


def _d_first(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    _, h, d = _right(w, dw, h, d, rho, eps)
    return w - np.sqrt(d + eps) / np.sqrt(h + eps) * dw, h, d


def _old_h(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    return _answer(w, np.sqrt(d + eps) / np.sqrt(h + eps) * dw, _average(h, dw, rho), d, rho)


def _turned_over(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, np.sqrt(h + eps) / np.sqrt(d + eps) * dw, h, d, rho)


def _no_roots(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = _average(h, dw, rho)
    return _answer(w, (d + eps) / (h + eps) * dw, h, d, rho)


def _uphill(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, d = _right(w, dw, h, d, rho, eps)
    return 2 * w - new_w, h, d


def _d_of_gradients(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, _ = _right(w, dw, h, d, rho, eps)
    return new_w, h, _average(d, dw, rho)


def _d_not_squared(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, _ = _right(w, dw, h, d, rho, eps)
    return new_w, h, rho * d + (1 - rho) * (w - new_w)


def _d_unchanged(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, _ = _right(w, dw, h, d, rho, eps)
    return new_w, h, d


def _sums(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    h = rho * h + dw**2
    update = np.sqrt(d + eps) / np.sqrt(h + eps) * dw
    return w - update, h, rho * d + update**2


def _states_swapped(w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6) -> Any:
    new_w, h, d = _right(w, dw, h, d, rho, eps)
    return new_w, d, h


ADADELTA = Exercise(
    assignment="optimizers",
    reference=adadelta,
    task="Write one step of AdaDelta, which has no learning rate. `h` averages the squared gradients, `d` the squared "
    "UPDATES; `eps` stands under both roots. Update `h`, work out the update with the OLD `d`, then update `d`. "
    "Return the new `w`, `h` and `d`.",
    rule="h = rho * h + (1 - rho) * dw**2;  update = sqrt(d + eps) / sqrt(h + eps) * dw;  d = rho * d + (1 - rho) * "
    "update**2;  w = w - update;  return w, h, d",
    returns=Several(w=ArrayOf(), h=ArrayOf(), d=ArrayOf()),
    cases=_cases,
    checks=(
        values(3, "By hand: the new h, then the two roots, then the update. Which d goes in?", name="new w", part="w"),
        values(1, "Does your h lie between the old h and dw**2?", name="new h", part="h"),
        values(2, "Does your d lie between the old d and the square of this step's update?", name="new d", part="d"),
        values(
            1,
            "Once the checks above pass: are the defaults in your `def` line rho=0.95 and eps=1e-6?",
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
            id="rmsprop",
            function=_rmsprop,
            hint="Your update is dw / sqrt(h + eps), which some notes give as AdaDelta's; it is RMSProp's with a rate "
            "of 1. What stands in the rule where RMSProp has its learning rate?",
        ),
        Misconception(
            id="rmsprop_with_d",
            function=_rmsprop_with_d,
            hint="You keep the average d and do not use it in the update. What stands above sqrt(h + eps) in the rule?",
        ),
        Misconception(
            id="rate",
            function=_with_a_rate,
            hint="Your update is multiplied by a learning rate of 0.001, as Keras does by default. Does this rule "
            "have one?",
        ),
        Misconception(
            id="eps_outside",
            function=_eps_outside,
            hint="Your eps stands outside the roots, as in Adam. In AdaDelta it stands under both: what is the first "
            "update, when d is 0, with each?",
        ),
        Misconception(
            id="eps_below_only",
            function=_eps_below_only,
            hint="Your numerator is sqrt(d), which is 0 at the first step: then the update is 0, d stays 0, and "
            "nothing ever moves. What gets it started?",
        ),
        Misconception(
            id="d_first",
            function=_d_first,
            hint="You take the NEW d in the update of w. That d is made from the update itself: which of the two has "
            "to come first?",
        ),
        Misconception(
            id="old_h",
            function=_old_h,
            hint="You divide by the root of the OLD h. Which line of the rule comes first?",
        ),
        Misconception(
            id="ratio_turned_over",
            function=_turned_over,
            hint="You divide by the root of d. Should a weight with large gradients take longer steps or shorter "
            "ones, and which root belongs below?",
        ),
        Misconception(
            id="no_roots",
            function=_no_roots,
            hint="You divide the averages of squares without their roots. In which unit is your update then: that of "
            "w?",
        ),
        Misconception(
            id="uphill",
            function=_uphill,
            hint="You add the update, so w climbs. Which sign leads down the slope?",
        ),
        Misconception(
            id="d_of_gradients",
            function=_d_of_gradients,
            hint="Your w is right, and your d averages squared gradients, as h does. The square of what belongs into "
            "d?",
        ),
        Misconception(
            id="d_not_squared",
            function=_d_not_squared,
            hint="Your d averages the updates themselves. What will the next step find under its root?",
        ),
        Misconception(
            id="d_unchanged",
            function=_d_unchanged,
            hint="Your w is right, and you return d as it came in. How does the rule learn how long its steps are?",
        ),
        Misconception(
            id="sums",
            function=_sums,
            hint="Your squares come in whole, so h and d are no averages. Which factor does the new square have?",
        ),
        Misconception(
            id="share_swapped",
            function=lambda w, dw, h, d, rho=0.95, eps=1e-6: _right(w, dw, h, d, 1 - rho, eps),
            hint="You keep (1 - rho) of the old averages. With rho = 0.95, should they move slowly or follow the last "
            "gradient?",
        ),
        Misconception(
            id="states_swapped",
            function=_states_swapped,
            hint="You return d where h is asked for, and h where d is. In which order does the function take them?",
        ),
        Misconception(
            id="default_0.9",
            function=lambda w, dw, h, d, rho=0.9, eps=1e-6: _right(w, dw, h, d, rho, eps),
            hint="Where no rho is given you use 0.9, as PyTorch does. What does the signature here say?",
        ),
        Misconception(
            id="default_1e-7",
            function=lambda w, dw, h, d, rho=0.95, eps=1e-7: _right(w, dw, h, d, rho, eps),
            hint="Where no eps is given you use 1e-7, as Keras does. What does the signature here say?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The values are right, but the caller's `h` and `d` are overwritten. What does `h *= rho` do to the "
            "array that the caller holds?",
        ),
        in_place(_in_place_weights, "w", id="in_place_weights"),
        float64(_float64, "np.zeros(h.shape)"),
    ),
    variants={"loop": _loop, "paper": _paper, "on_copies": _on_copies},
)
