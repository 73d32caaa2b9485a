"""l1_penalty."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.regularization.drawing import penalized, with_zeros
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import l1_penalty


def _loss(w: Array, lam: float) -> Any:
    return lam * np.sum(np.abs(w))


def _loop(w: Array, lam: float) -> Any:
    total, grad = 0.0, np.zeros_like(w)
    for i in np.ndindex(w.shape):
        total += abs(float(w[i]))
        if w[i] > 0:
            grad[i] = lam
        elif w[i] < 0:
            grad[i] = -lam
    return total * lam, grad


def _in_place(w: Array, lam: float) -> Any:
    loss = _loss(w, lam)
    w[:] = lam * np.sign(w)
    return loss, w


def _float64(w: Array, lam: float) -> Any:
    return _loss(w, lam), np.where(w > 0, np.float64(lam), np.where(w < 0, -lam, 0.0))


def _divides(w: Array, lam: float) -> Any:
    with np.errstate(invalid="ignore"):
        return _loss(w, lam), lam * (w / np.abs(w))


def _cases(draw: Draw) -> list[Case]:
    def strengths() -> dict[str, float]:
        return {"lam": draw.number(0.05, 0.9)}

    return [*penalized(draw, strengths), *with_zeros(draw, strengths)]


L1_PENALTY = Exercise(
    assignment="regularization",
    reference=l1_penalty,
    task="Write the L1 penalty of a weight matrix `w`, `(D, H)`: the number `loss`, `lam` times the sum of the "
    "absolute values of all weights, and its gradient `grad`, shaped like `w`. |w| has a kink at 0; the gradient "
    "there counts as 0.",
    rule="loss = lam * sum of |w| over all entries;  grad = lam where w > 0, -lam where w < 0, 0 where w = 0",
    returns=Several(loss=Number(), grad=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(200, 200), 0.1)),
    checks=(
        values(2, "Take each weight without its sign, add them all up, multiply once.", name="loss", part="loss"),
        values(
            2,
            "What is the slope of |w| to the right of 0, and to the left? Does it grow with w?",
            name="grad",
            part="grad",
        ),
        Check(
            name="gradient at 0",
            points=1,
            group="zero",
            hint="A weight that is 0 should stay where it is. Which gradient moves it nowhere?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="gradient_without_sign",
            function=lambda w, lam: (_loss(w, lam), np.full_like(w, lam)),
            hint="Your grad is lam everywhere. A step against it lowers every weight: where does that drive the "
            "negative ones, towards 0 or away?",
        ),
        Misconception(
            id="plus_at_zero",
            function=lambda w, lam: (_loss(w, lam), (lam * np.where(w >= 0, 1, -1)).astype(w.dtype)),
            hint="A weight of exactly 0 gets the gradient +lam from you, so the next step makes it negative. Which "
            "side does your `>=` put it on, and does it belong to either?",
        ),
        Misconception(
            id="minus_at_zero",
            function=lambda w, lam: (_loss(w, lam), (lam * np.where(w > 0, 1, -1)).astype(w.dtype)),
            hint="A weight of exactly 0 gets the gradient -lam from you, so the next step makes it positive. Is 0 on "
            "the left of 0?",
        ),
        Misconception(
            id="divides_by_the_size",
            function=_divides,
            hint="w / |w| is the sign, except where w is 0: there it is 0 / 0, and your grad is NaN. Which NumPy "
            "function gives the sign of every entry, 0 included?",
        ),
        Misconception(
            id="no_absolute_value",
            function=lambda w, lam: (lam * np.sum(w), lam * np.sign(w)),
            hint="In your loss a negative weight makes up for a positive one. What should the weights 2 and -2 cost?",
        ),
        Misconception(
            id="absolute_value_of_the_sum",
            function=lambda w, lam: (lam * np.abs(np.sum(w)), lam * np.sign(w)),
            hint="You add up first and drop the sign afterwards. What should the weights 2 and -2 cost?",
        ),
        Misconception(
            id="matrix_one_norm",
            function=lambda w, lam: (lam * np.linalg.norm(w, 1), lam * np.sign(w)),
            hint="`np.linalg.norm(w, 1)` of a matrix is its largest column sum; for one column the two agree. Which "
            "sum runs over all entries?",
        ),
        Misconception(
            id="halved",
            function=lambda w, lam: (0.5 * _loss(w, lam), 0.5 * lam * np.sign(w)),
            hint="Both your results hold a factor 0.5. In L2 it cancels the 2 of the square. What would it cancel "
            "here?",
        ),
        Misconception(
            id="halved_loss",
            function=lambda w, lam: (0.5 * _loss(w, lam), lam * np.sign(w)),
            hint="Your loss is half of what your grad belongs to. Which of the two penalties has a 0.5, and why?",
        ),
        Misconception(
            id="mean",
            function=lambda w, lam: (lam * np.mean(np.abs(w)), lam * np.sign(w) / w.size),
            hint="You divide by the number of weights. Does the rule take a mean?",
        ),
        Misconception(
            id="mean_in_loss",
            function=lambda w, lam: (lam * np.mean(np.abs(w)), lam * np.sign(w)),
            hint="Your loss is a mean over the weights and your grad belongs to a sum. Which does the rule ask for?",
        ),
        Misconception(
            id="l2_instead",
            function=lambda w, lam: (0.5 * lam * np.sum(w**2), lam * w),
            hint="You square the weights: that is the L2 penalty. How does L1 measure the size of one weight?",
        ),
        Misconception(
            id="gradient_of_l2",
            function=lambda w, lam: (_loss(w, lam), lam * w),
            hint="Your grad grows with the weight, as in L2. Is the line |w| steeper further out?",
        ),
        Misconception(
            id="gradient_of_absolute_values",
            function=lambda w, lam: (_loss(w, lam), lam * np.abs(w)),
            hint="Your grad holds the sizes of the weights. What is the slope of |w|, and does it depend on the size "
            "or on the sign?",
        ),
        Misconception(
            id="gradient_without_lam",
            function=lambda w, lam: (_loss(w, lam), np.sign(w)),
            hint="Your grad is the same for every strength. Where does `lam` come in?",
        ),
        Misconception(
            id="minus",
            function=lambda w, lam: (_loss(w, lam), -lam * np.sign(w)),
            hint="Your grad points towards 0. A gradient points up the penalty; which line of the training loop turns "
            "it round?",
        ),
        Misconception(
            id="one_loss_per_weight",
            function=lambda w, lam: (lam * np.abs(w), lam * np.sign(w)),
            hint="Your loss is an array, one number per weight. It will be added to the one loss of the net: what "
            "makes one number of them?",
        ),
        Misconception(
            id="one_loss_per_column",
            function=lambda w, lam: (lam * np.sum(np.abs(w), axis=0), lam * np.sign(w)),
            hint="Your loss is an array, one number per column. It will be added to the one loss of the net: over "
            "which entries must the sum run?",
        ),
        Misconception(
            id="order",
            function=lambda w, lam: (lam * np.sign(w), _loss(w, lam)),
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(_in_place, "w", "What would the net do with its weights gone?"),
        float64(_float64, "np.where(w > 0, lam, ...)"),
    ),
    variants={
        "loop": _loop,
        "masks": lambda w, lam: [float(lam * np.abs(w).sum()), lam * ((w > 0).astype(w.dtype) - (w < 0))],
        "through_the_gradient": lambda w, lam: (np.sum(lam * np.sign(w) * w), lam * np.sign(w)),
        "flat_norm": lambda w, lam: (lam * np.linalg.norm(w.ravel(), 1), np.sign(w) * lam),
        "zero_d_array": lambda w, lam: (np.array(np.sum(lam * np.abs(w))), np.copysign(lam, w) * (w != 0)),
    },
)
