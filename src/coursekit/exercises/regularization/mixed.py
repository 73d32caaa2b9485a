"""elastic_net."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.regularization.drawing import penalized, with_zeros
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import elastic_net


def _cases(draw: Draw) -> list[Case]:
    def strengths() -> dict[str, float]:
        """One of them clearly the larger, now this and now that: strengths that were swapped show."""
        small, large = draw.number(0.05, 0.3), draw.number(0.4, 0.9)
        return {"l1": small, "l2": large} if draw.rng.random() < 0.5 else {"l1": large, "l2": small}

    alone = [
        Case(args=(draw.array(2, 2),), kwargs={"l1": 0.0, "l2": draw.number(0.1, 0.9)}, about="l1 = 0", group="alone"),
        Case(args=(draw.array(2, 2),), kwargs={"l1": draw.number(0.1, 0.9), "l2": 0.0}, about="l2 = 0", group="alone"),
    ]
    return [*penalized(draw, strengths), *alone, *with_zeros(draw, strengths)]


def _squares(w: Array, l2: float) -> Any:
    return 0.5 * l2 * np.sum(w**2)


def _sizes(w: Array, l1: float) -> Any:
    return l1 * np.sum(np.abs(w))


def _loss(w: Array, l1: float, l2: float) -> Any:
    return _sizes(w, l1) + _squares(w, l2)


def _grad(w: Array, l1: float, l2: float) -> Any:
    return l1 * np.sign(w) + l2 * w


def _loop(w: Array, l1: float, l2: float) -> Any:
    loss, grad = 0.0, np.zeros_like(w)
    for i in np.ndindex(w.shape):
        v = float(w[i])
        loss += l1 * abs(v) + l2 * v * v / 2
        grad[i] = l2 * v + (l1 if v > 0 else -l1 if v < 0 else 0)
    return [loss, grad]


def _in_place(w: Array, l1: float, l2: float) -> Any:
    loss, signs = _loss(w, l1, l2), np.sign(w)
    w *= l2
    w += l1 * signs
    return loss, w


def _float64(w: Array, l1: float, l2: float) -> Any:
    grad = np.zeros(w.shape)
    grad += _grad(w, l1, l2)
    return _loss(w, l1, l2), grad


ELASTIC_NET = Exercise(
    assignment="regularization",
    reference=elastic_net,
    task="Write the elastic net: the L1 penalty of strength `l1` and the L2 penalty of strength `l2` on the same "
    "weights `w`, `(D, H)`, added up. Return the number `loss` and its gradient `grad`, shaped like `w`. (If your "
    "`l1_penalty` and `l2_penalty` are right, you may call them.)",
    rule="loss = l1 * sum of |w| + 0.5 * l2 * sum of w**2;  grad = l1 * sign(w) + l2 * w, with sign(0) = 0",
    returns=Several(loss=Number(), grad=ArrayOf()),
    cases=_cases,
    checks=(
        values(2, "Work out the two penalties one by one. What is their sum?", name="loss", part="loss"),
        values(
            2,
            "The gradient of a sum is the sum of the gradients. Which two do you add?",
            name="grad",
            part="grad",
        ),
        Check(
            name="one penalty alone",
            points=1,
            group="alone",
            hint="One of the two strengths is 0 here. Which plain penalty should be left?",
        ),
        Check(
            name="gradient at 0",
            points=1,
            group="zero",
            hint="At a weight of exactly 0 the L1 part of the gradient counts as 0. What is the L2 part there?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="strengths_swapped",
            function=lambda w, l1, l2: (_loss(w, l2, l1), _grad(w, l2, l1)),
            hint="`l1` multiplies your squares and `l2` your absolute values. Which strength belongs to which penalty?",
        ),
        Misconception(
            id="one_strength_and_a_ratio",
            function=lambda w, l1, l2: (_loss(w, l1 * l2, l1 * (1 - l2)), _grad(w, l1 * l2, l1 * (1 - l2))),
            hint="You take the two numbers for a strength and a share, alpha and l1_ratio, as scikit-learn does. What "
            "are they here?",
        ),
        Misconception(
            id="one_strength_for_both",
            function=lambda w, l1, l2: (_loss(w, l1, l1), _grad(w, l1, l1)),
            hint="Both your penalties have the strength `l1`. Where is `l2` used?",
        ),
        Misconception(
            id="no_half",
            function=lambda w, l1, l2: (_loss(w, l1, 2 * l2), _grad(w, l1, 2 * l2)),
            hint="Your L2 part has no 0.5, in loss and grad alike: that is the form of Zou and Hastie's paper and of "
            "Keras. Which factor stands before the squares in the rule here?",
        ),
        Misconception(
            id="no_half_in_loss",
            function=lambda w, l1, l2: (_loss(w, l1, 2 * l2), _grad(w, l1, l2)),
            hint="Your grad is right, but the squares in your loss count twice. Is your grad the derivative of your "
            "loss?",
        ),
        Misconception(
            id="doubled_gradient",
            function=lambda w, l1, l2: (_loss(w, l1, l2), _grad(w, l1, 2 * l2)),
            hint="The L2 part of your grad is twice too large. The square brings down a 2; what does it meet there?",
        ),
        Misconception(
            id="both_halved",
            function=lambda w, l1, l2: (0.5 * _sizes(w, l1) + _squares(w, l2), 0.5 * l1 * np.sign(w) + l2 * w),
            hint="Your 0.5 stands before both penalties. Whose square is it there for?",
        ),
        Misconception(
            id="l1_alone",
            function=lambda w, l1, l2: (_sizes(w, l1), l1 * np.sign(w)),
            hint="Your results are those of the L1 penalty alone. What does the second strength do?",
        ),
        Misconception(
            id="l2_alone",
            function=lambda w, l1, l2: (_squares(w, l2), l2 * w),
            hint="Your results are those of the L2 penalty alone. What does the first strength do?",
        ),
        Misconception(
            id="gradient_of_l2_alone",
            function=lambda w, l1, l2: (_loss(w, l1, l2), l2 * w),
            hint="Your loss has both penalties and your grad only that of the squares. What does |w| add to it?",
        ),
        Misconception(
            id="gradient_of_l1_alone",
            function=lambda w, l1, l2: (_loss(w, l1, l2), l1 * np.sign(w)),
            hint="Your loss has both penalties and your grad only that of the absolute values. What do the squares "
            "add?",
        ),
        Misconception(
            id="gradient_without_sign",
            function=lambda w, l1, l2: (_loss(w, l1, l2), l1 + l2 * w),
            hint="The L1 part of your grad is +l1 for every weight. Which way should a negative weight be pulled?",
        ),
        Misconception(
            id="plus_at_zero",
            function=lambda w, l1, l2: (_loss(w, l1, l2), (l1 * np.where(w >= 0, 1, -1) + l2 * w).astype(w.dtype)),
            hint="A weight of exactly 0 gets the gradient +l1 from you. Does 0 belong to the right of 0?",
        ),
        Misconception(
            id="norm_not_squared",
            function=lambda w, l1, l2: (_sizes(w, l1) + 0.5 * l2 * np.sqrt(np.sum(w**2)), _grad(w, l1, l2)),
            hint="The L2 part of your loss is a norm, with a root. Does the rule have a root?",
        ),
        Misconception(
            id="mean",
            function=lambda w, l1, l2: (_loss(w, l1, l2) / w.size, _grad(w, l1, l2) / w.size),
            hint="You divide by the number of weights. Does the rule take a mean?",
        ),
        Misconception(
            id="two_losses",
            function=lambda w, l1, l2: ((_sizes(w, l1), _squares(w, l2)), _grad(w, l1, l2)),
            hint="Your loss is two numbers. Which single number is added to the loss of the net?",
        ),
        Misconception(
            id="order",
            function=lambda w, l1, l2: (_grad(w, l1, l2), _loss(w, l1, l2)),
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(_in_place, "w", "What would the net do with its weights gone?"),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _loop,
        "entry_by_entry": lambda w, l1, l2: (np.sum(np.abs(w) * (l1 + 0.5 * l2 * np.abs(w))), l2 * w + l1 * np.sign(w)),
        "python_float": lambda w, l1, l2: [float(_loss(w, l1, l2)), np.sign(w) * (l1 + l2 * np.abs(w))],
        "zero_d_array": lambda w, l1, l2: (np.array(_loss(w, l1, l2)), _grad(w, l1, l2)),
    },
)
