"""l2_penalty."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.regularization.drawing import penalized
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import l2_penalty


def _cases(draw: Draw) -> list[Case]:
    cases = penalized(draw, lambda: {"lam": draw.number(0.05, 0.9)})
    return [*cases, Case(args=(np.zeros((2, 2)), draw.number(0.05, 0.9)), about="zeros", group="edges")]


def _loss(w: Array, lam: float) -> Any:
    return 0.5 * lam * np.sum(w**2)


def _loop(w: Array, lam: float) -> Any:
    total, grad = 0.0, np.empty_like(w)
    for i in np.ndindex(w.shape):
        total += float(w[i]) ** 2
        grad[i] = lam * w[i]
    return [lam / 2 * total, grad]


def _in_place(w: Array, lam: float) -> Any:
    loss = _loss(w, lam)
    w *= lam
    return loss, w


def _float64(w: Array, lam: float) -> Any:
    grad = np.zeros(w.shape)
    grad += lam * w
    return _loss(w, lam), grad


L2_PENALTY = Exercise(
    assignment="regularization",
    reference=l2_penalty,
    task="Write the L2 penalty of a weight matrix `w`, `(D, H)`: the number `loss` that is added to the loss, half of "
    "`lam` times the sum of all squared weights, and `grad`, its gradient, shaped like `w`.",
    rule="loss = 0.5 * lam * sum of w**2 over all entries;  grad = lam * w",
    returns=Several(loss=Number(), grad=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(200, 200), 0.1)),
    checks=(
        values(
            2,
            "Square each weight, add all the squares up, and only then multiply. By which two factors?",
            name="loss",
            part="loss",
        ),
        values(
            2,
            "Differentiate 0.5 * lam * w**2 with respect to one weight. What becomes of the 0.5?",
            name="grad",
            part="grad",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_half",
            function=lambda w, lam: (lam * np.sum(w**2), 2 * lam * w),
            hint="Both your results are twice the rule's: this is the form of Keras and of CS231n's notes on losses, "
            "lam * sum of w**2, whose lam is worth two of ours. Which factor does the rule here put in front?",
        ),
        Misconception(
            id="no_half_in_loss",
            function=lambda w, lam: (lam * np.sum(w**2), lam * w),
            hint="Your grad is right and your loss twice as large. Is your grad the derivative of your loss? Nudge one "
            "weight and see.",
        ),
        Misconception(
            id="doubled_gradient",
            function=lambda w, lam: (_loss(w, lam), 2 * lam * w),
            hint="Your loss is right and your grad twice as large. The square brings down a 2; what does it meet "
            "there?",
        ),
        Misconception(
            id="halved_gradient",
            function=lambda w, lam: (_loss(w, lam), 0.5 * lam * w),
            hint="Your grad keeps the 0.5 of the loss. Which factor does differentiating w**2 bring?",
        ),
        Misconception(
            id="norm_not_squared",
            function=lambda w, lam: (0.5 * lam * np.sqrt(np.sum(w**2)), lam * w),
            hint="Your loss holds the norm of w itself, with a root. Does the rule have a root?",
        ),
        Misconception(
            id="spectral_norm",
            function=lambda w, lam: (0.5 * lam * np.linalg.norm(w, 2) ** 2, lam * w),
            hint="`np.linalg.norm(w, 2)` of a matrix is its largest singular value, not the root of the sum of "
            "squares; for one row the two agree. What does it give without the 2?",
        ),
        Misconception(
            id="mean_in_loss",
            function=lambda w, lam: (0.5 * lam * np.mean(w**2), lam * w),
            hint="Your loss holds the mean of the squares. Does a weight pull less because there are more of them?",
        ),
        Misconception(
            id="mean",
            function=lambda w, lam: (0.5 * lam * np.mean(w**2), lam * w / w.size),
            hint="You divide by the number of weights. The loss of the data is a mean over examples: is the penalty a "
            "mean over anything?",
        ),
        Misconception(
            id="divided_by_rows",
            function=lambda w, lam: (_loss(w, lam) / len(w), lam * w / len(w)),
            hint="You divide by the number of rows. Some courses write lam / (2 m) with m examples, but the rows of "
            "`w` are no examples. Where does the rule divide?",
        ),
        Misconception(
            id="square_of_the_sum",
            function=lambda w, lam: (0.5 * lam * np.sum(w) ** 2, lam * w),
            hint="You add the weights up and then square. What comes out for the weights 1 and -1?",
        ),
        Misconception(
            id="l1_instead",
            function=lambda w, lam: (lam * np.sum(np.abs(w)), lam * np.sign(w)),
            hint="You add up absolute values: that is the L1 penalty. What does L2 do to each weight?",
        ),
        Misconception(
            id="loss_without_lam",
            function=lambda w, lam: (0.5 * np.sum(w**2), lam * w),
            hint="Your loss is the same whatever the strength. Where does `lam` come in?",
        ),
        Misconception(
            id="gradient_without_lam",
            function=lambda w, lam: (_loss(w, lam), w.copy()),
            hint="Your grad is w itself. What is the derivative of 0.5 * lam * w**2: is lam gone?",
        ),
        Misconception(
            id="minus",
            function=lambda w, lam: (_loss(w, lam), -lam * w),
            hint="Your grad points down the penalty. A gradient points up; which line of the training loop turns it "
            "round?",
        ),
        Misconception(
            id="decayed_weights",
            function=lambda w, lam: (_loss(w, lam), w - lam * w),
            hint="You return the weights after one step of decay. Who takes the step: the penalty, or the optimizer?",
        ),
        Misconception(
            id="one_loss_per_weight",
            function=lambda w, lam: (0.5 * lam * w**2, lam * w),
            hint="Your loss is an array, one number per weight. It will be added to the one loss of the net: what "
            "makes one number of them?",
        ),
        Misconception(
            id="one_loss_per_column",
            function=lambda w, lam: (0.5 * lam * np.sum(w**2, axis=0), lam * w),
            hint="Your loss is an array, one number per column. It will be added to the one loss of the net: over "
            "which entries must the sum run?",
        ),
        Misconception(
            id="order",
            function=lambda w, lam: (lam * w, _loss(w, lam)),
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(_in_place, "w", "What would the net do with its weights gone?"),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _loop,
        "dot": lambda w, lam: (0.5 * lam * np.vdot(w, w), w * lam),
        "norm": lambda w, lam: (float(lam * np.linalg.norm(w) ** 2 / 2), lam * w),
        "from_the_gradient": lambda w, lam: (np.array(0.5 * np.sum((lam * w) * w)), lam * w),
        "trace": lambda w, lam: (0.5 * lam * np.trace(w.T @ w), np.multiply(w, lam)),
    },
)
