"""softmax_cross_entropy."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.loop.drawing import NO_OVERFLOW
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, large, unchanged, values
from coursekit.nn import softmax_cross_entropy

_LARGE = 1e4


def _loss_cases(draw: Draw) -> list[Case]:
    def labels(n: int, c: int) -> Array:
        """Both the first and the last class occur where there is room, and never in the order 0, 1, 2, ..."""
        y = draw.rng.integers(c, size=n)
        y[0] = c - 1
        if n > 1:
            y[-1] = 0
        return y

    def case(scores: Array, y: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(scores, y), about=about, group=group)

    def drawn(n: int, c: int, about: str = "", group: str = "values") -> Case:
        return case(draw.array(n, c), labels(n, c), about, group)

    def typical() -> Case:
        return drawn(draw.size(3, 5), draw.size(3, 4))

    cases = [
        drawn(1, 2),
        drawn(2, 2),
        drawn(3, 3),
        typical(),
        drawn(draw.size(6, 10), draw.size(4, 6)),
        drawn(1, draw.size(3, 6), "one row", "edges"),
        drawn(draw.size(2, 5), 1, "one class", "edges"),
        case(np.zeros((3, draw.size(2, 5))), labels(3, 2), "zeros", "edges"),
        case(draw.array(3, 3), np.array([1, 1, 1]), "one label for all", "edges"),
        case(np.array([[_LARGE, -_LARGE]]), np.array([1]), "large scores", "large"),
        case(np.array([[_LARGE, -_LARGE]]), np.array([0]), "large scores", "large"),
        case(np.array([[_LARGE, 0.0], [0.5, -_LARGE]]), np.array([0, 1]), "large scores", "large"),
        case(draw.array(2, 3) + _LARGE - 5, labels(2, 3), "large scores", "large"),
        case(draw.array(2, 3) - _LARGE + 5, labels(2, 3), "large scores", "large"),
    ]
    return with_layouts(cases, typical=typical)


def _stable(scores: Array) -> Any:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _parts(scores: Array, y: Array) -> tuple[Array, Array, Array]:
    """The loss of each example, the probabilities and the one-hot labels."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    rows = np.arange(len(y))
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, y]
    onehot = np.zeros_like(scores)
    onehot[rows, y] = 1
    return losses, _stable(scores), onehot


def _correct(scores: Array, y: Array) -> tuple[Any, Array]:
    losses, p, onehot = _parts(scores, y)
    return losses.mean(), (p - onehot) / len(y)


def _loss_loop(scores: Array, y: Array) -> Any:
    loss, dscores = 0.0, np.empty_like(scores)
    for i, row in enumerate(scores):
        top = max(row)
        total = sum(np.exp(s - top) for s in row)
        loss += np.log(total) + top - row[y[i]]
        for j, s in enumerate(row):
            dscores[i, j] = (np.exp(s - top) / total - (j == y[i])) / len(y)
    return [loss / len(y), dscores]


def _masked(scores: Array, y: Array) -> Any:
    right = y[:, None] == np.arange(scores.shape[1])
    logs = scores - scores.max(axis=1, keepdims=True)
    logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return np.array(-logs[right].sum() / len(y)), np.where(right, np.expm1(logs), np.exp(logs)) / len(y)


def _logaddexp(scores: Array, y: Array) -> Any:
    total = np.logaddexp.reduce(scores, axis=1)
    dscores = np.exp(scores - total[:, None])
    dscores[np.arange(len(y)), y] -= 1
    dscores /= len(y)
    return float(np.mean(total - scores[np.arange(len(y)), y])), dscores


def _batch_sum(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.sum(), p - onehot


def _loss_sum(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.sum(), (p - onehot) / len(y)


def _gradient_not_divided(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.mean(), p - onehot


def _over_entries(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.sum() / scores.size, (p - onehot) / scores.size


def _loss_over_entries(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.sum() / scores.size, (p - onehot) / len(y)


def _sign(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.mean(), (onehot - p) / len(y)


def _negative_loss(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return -losses.mean(), (p - onehot) / len(y)


def _label_not_taken_off(scores: Array, y: Array) -> Any:
    losses, p, _ = _parts(scores, y)
    return losses.mean(), p / len(y)


def _at_probabilities(scores: Array, y: Array) -> Any:
    losses, p, _ = _parts(scores, y)
    rows, dscores = np.arange(len(y)), np.zeros_like(scores)
    dscores[rows, y] = -1 / p[rows, y] / len(y)
    return losses.mean(), dscores


def _derivative_twice(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.mean(), (p - onehot) * p * (1 - p) / len(y)


def _bits(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses.mean() / np.log(2), (p - onehot) / len(y)


def _probability(scores: Array, y: Array) -> Any:
    _, p, onehot = _parts(scores, y)
    return -(p * onehot).sum() / len(y), (p - onehot) / len(y)


def _log_of_zero(scores: Array, y: Array) -> Any:
    _, p, onehot = _parts(scores, y)
    return -np.log(p[np.arange(len(y)), y]).mean(), (p - onehot) / len(y)


def _log_with_eps(eps: float) -> Misconception:
    def softmax_cross_entropy(scores: Array, y: Array) -> Any:
        _, p, onehot = _parts(scores, y)
        return -np.log(p[np.arange(len(y)), y] + eps).mean(), (p - onehot) / len(y)

    return Misconception(
        id=f"log_with_eps_{eps:g}",
        function=softmax_cross_entropy,
        hint=f"You add {eps:g} to the probability before the logarithm. That shifts every loss a little, and none can "
        f"be above {-math.log(eps):.1f}, however wrong the scores are. What is log(exp(s) / total), written as a "
        "difference?",
    )


def _clipped_probability(scores: Array, y: Array) -> Any:
    _, p, onehot = _parts(scores, y)
    inside = np.clip(p[np.arange(len(y)), y], 1e-7, 1 - 1e-7)
    return -np.log(inside).mean(), (p - onehot) / len(y)


def _loss_overflow(scores: Array, y: Array) -> Any:
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, p / len(y)


def _all_pairs(scores: Array, y: Array) -> Any:
    _, p, _ = _parts(scores, y)
    loss = -np.log(p[:, y]).mean()
    p[:, y] -= 1
    return loss, p / len(y)


def _per_example(scores: Array, y: Array) -> Any:
    losses, p, onehot = _parts(scores, y)
    return losses, (p - onehot) / len(y)


def _loss_in_place(scores: Array, y: Array) -> Any:
    scores -= scores.max(axis=1, keepdims=True)
    return _correct(scores, y)


def _loss_float64(scores: Array, y: Array) -> Any:
    losses, p, _ = _parts(scores, y)
    onehot = np.zeros(scores.shape)
    onehot[np.arange(len(y)), y] = 1
    return losses.mean(), (p - onehot) / len(y)


SOFTMAX_CROSS_ENTROPY = Exercise(
    assignment="loop",
    reference=softmax_cross_entropy,
    task="Write the loss of a classifier and its gradient in one function. `scores` is `(N, C)`, `y` holds the N right "
    "labels, whole numbers from 0 to C - 1. The loss of an example is minus the natural logarithm of the probability "
    "that softmax gives to its label. Return `loss, dscores`: the **mean** loss over the examples, one number, and its "
    "gradient at the scores, `(N, C)`. Right, without an overflow, for scores up to 10,000 in size.",
    rule="loss = mean over i of -log p[i, y_i] with p = softmax(scores);  dscores = (p - onehot(y)) / N",
    returns=Several(loss=Number(), dscores=ArrayOf()),
    cases=_loss_cases,
    checks=(
        values(
            2,
            "Take one example: which of its probabilities counts, and what is minus its logarithm? Then the mean.",
            name="loss",
            part="loss",
        ),
        values(
            3,
            "Begin with the probabilities. What is taken off at the right label, and what does the mean divide by?",
            name="dscores",
            part="dscores",
        ),
        large(
            hint="Here the probability of the right class is below what a float can hold, and rounds to 0, but its "
            "logarithm is an ordinary number. Can you write -log p with the scores themselves, without p?"
        ),
        NO_OVERFLOW,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="batch_sum",
            function=_batch_sum,
            hint="You add the losses of the examples up, and the gradient with them. Twice as many examples give twice "
            "the step: what does a mean divide by?",
        ),
        Misconception(
            id="loss_summed",
            function=_loss_sum,
            hint="Your gradient is that of the mean, but your loss is the sum over the examples. Which of the two does "
            "the rule ask for?",
        ),
        Misconception(
            id="gradient_not_divided",
            function=_gradient_not_divided,
            hint="Your loss is a mean over N examples, but your gradient is that of the sum. By what does a mean "
            "divide each example's share?",
        ),
        Misconception(
            id="mean_over_entries",
            function=_over_entries,
            hint="You take the mean over all N times C entries. How many losses are there: one per entry, or one per "
            "example?",
        ),
        Misconception(
            id="loss_over_entries",
            function=_loss_over_entries,
            hint="Your loss is the mean over all N times C entries, most of them 0: `np.mean` of a whole matrix. By "
            "how many losses should the sum be divided?",
        ),
        Misconception(
            id="gradient_uphill",
            function=_sign,
            hint="Your gradient has the opposite sign. When the score of the right class rises, does the loss rise or "
            "fall?",
        ),
        Misconception(
            id="negative_loss",
            function=_negative_loss,
            hint="Your loss is below 0. The logarithm of a probability is negative: which sign makes a loss of it?",
        ),
        Misconception(
            id="label_not_taken_off",
            function=_label_not_taken_off,
            hint="Your gradient is the probabilities alone, so every score is pushed down. Which one should be pushed "
            "up?",
        ),
        Misconception(
            id="gradient_at_the_probabilities",
            function=_at_probabilities,
            hint="You return the gradient with respect to the probabilities, -1/p at the label. How do the scores get "
            "into p, and what does the chain rule multiply by?",
        ),
        Misconception(
            id="derivative_twice",
            function=_derivative_twice,
            hint="You multiply p - onehot by p (1 - p). Softmax and the logarithm together already gave p - onehot: is "
            "there another derivative left?",
        ),
        Misconception(
            id="bits",
            function=_bits,
            hint="Your loss is the right one divided by ln 2: it is in bits. Which base has the logarithm in the rule?",
        ),
        Misconception(
            id="no_logarithm",
            function=_probability,
            hint="Your loss is minus the mean probability of the right class. What is missing between the probability "
            "and the minus sign?",
        ),
        Misconception(
            id="log_of_zero",
            function=_log_of_zero,
            hint="You take the logarithm of a probability that has rounded to 0, which is infinite. Is the logarithm "
            "needed of `exp(s) / total`, or could log and exp cancel first?",
        ),
        *(_log_with_eps(eps) for eps in (1e-8, 1e-10, 1e-12, 1e-15)),
        Misconception(
            id="clipped_probability",
            function=_clipped_probability,
            hint="You clip the probability at 1e-7, as Keras does, so no loss is above 16.1, however wrong the scores "
            "are. What is log(exp(s) / total) when you write it as a difference?",
        ),
        Misconception(
            id="overflow",
            function=_loss_overflow,
            hint="Right for small scores, but `exp(10000)` is more than a float can hold. What may you take off every "
            "score of a row without changing the probabilities?",
        ),
        Misconception(
            id="every_label_for_every_row",
            function=_all_pairs,
            hint="`p[:, y]` takes the column of every label from every row, N times N numbers. Which second index "
            "picks one entry from each row?",
        ),
        Misconception(
            id="loss_per_example",
            function=_per_example,
            hint="Your loss is an array with one entry per example. What is asked for is one number: which?",
        ),
        in_place(_loss_in_place, "scores"),
        float64(_loss_float64, "np.zeros(scores.shape)"),
    ),
    variants={
        "loop": _loss_loop,
        "one_hot": _correct,
        "masked": _masked,
        "logaddexp": _logaddexp,
        "list": lambda scores, y: list(_correct(scores, y)),
    },
)
