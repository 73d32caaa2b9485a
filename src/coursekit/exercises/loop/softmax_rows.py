"""softmax."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.loop.drawing import NO_OVERFLOW
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, large, unchanged, values
from coursekit.nn import softmax

_LARGE = 1e4


def _large_scores(draw: Draw) -> list[Array]:
    """Scores of size 1e4: apart, alike, close to one another, and beside a row of ordinary ones."""
    close = draw.array(1, 3)
    mixed = np.vstack([[_LARGE, 0.0, -_LARGE], draw.array(1, 3), [-_LARGE, -_LARGE, -_LARGE]])
    return [
        np.array([[_LARGE, -_LARGE]]),
        np.array([[_LARGE, _LARGE]]),
        close - _LARGE,
        close + (_LARGE - 5),
        mixed,
    ]


def _softmax_cases(draw: Draw) -> list[Case]:
    def case(scores: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(scores,), about=about, group=group)

    def typical() -> Case:
        return case(draw.array(draw.size(2, 4), 5))

    cases = [
        case(draw.array(1, 2)),
        case(draw.array(2, 2)),
        case(draw.array(3, 3)),
        typical(),
        case(draw.array(draw.size(6, 10), draw.size(2, 4))),
        case(draw.array(1, draw.size(3, 6)), "one row", "edges"),
        case(draw.array(draw.size(2, 5), 1), "one class", "edges"),
        case(np.zeros((2, draw.size(2, 5))), "zeros", "edges"),
        *(case(scores, "large scores", "large") for scores in _large_scores(draw)),
    ]
    return with_layouts(cases, typical=typical)


def _stable(scores: Array) -> Any:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _softmax_loop(scores: Array) -> Array:
    out = np.empty_like(scores)
    for i, row in enumerate(scores):
        largest = max(row)
        total = sum(np.exp(s - largest) for s in row)
        for j, s in enumerate(row):
            out[i, j] = np.exp(s - largest) / total
    return out


def _through_logs(scores: Array) -> Array:
    top = scores.max(axis=1, keepdims=True)
    logs: Array = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    return np.exp(logs)


def _from_differences(scores: Array) -> Any:
    apart = np.minimum(scores[:, None, :] - scores[:, :, None], 700 if scores.dtype == np.float64 else 80)
    return 1 / np.exp(apart).sum(axis=2)


def _naive(scores: Array) -> Any:
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _one_hot_of_largest(scores: Array) -> Array:
    out = np.zeros_like(scores)
    out[np.arange(len(scores)), scores.argmax(axis=1)] = 1
    return out


def _sigmoids(scores: Array) -> Array:
    e = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1 / (1 + e), e / (1 + e))


def _no_keepdims(scores: Array) -> Any:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


def _no_keepdims_at_all(scores: Array) -> Any:
    e = np.exp(scores - scores.max(axis=1))
    return e / e.sum(axis=1)


def _no_keepdims_no_maximum(scores: Array) -> Any:
    return np.exp(scores) / np.exp(scores).sum(axis=1)


def _over_columns(scores: Array) -> Any:
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def _over_everything(scores: Array) -> Any:
    e = np.exp(scores - scores.max())
    return e / e.sum()


def _one_maximum(scores: Array) -> Any:
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True)


def _clipped(scores: Array) -> Any:
    e = np.exp(np.clip(scores, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


def _minimum_taken_off(scores: Array) -> Any:
    e = np.exp(scores - scores.min(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _log_softmax(scores: Array) -> Any:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _softmax_in_place(scores: Array) -> Any:
    scores -= scores.max(axis=1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _softmax_float64(scores: Array) -> Array:
    out = np.zeros(scores.shape)
    out[:] = _stable(scores)
    return out


_NO_KEEPDIMS = (
    "`e.sum(axis=1)` has the shape (N,), and NumPy lines it up with the columns: an entry is divided by the sum of "
    "another row, or the shapes do not fit at all. What does `keepdims=True` change?"
)

SOFTMAX = Exercise(
    assignment="loop",
    reference=softmax,
    task="Turn scores into probabilities. `scores` is `(N, C)`, one row per example; return `(N, C)`, each row "
    "positive and with the sum 1. Scores may be as large as 10,000 in either direction: the values must be right and "
    "no overflow warning may come.",
    rule="softmax(s)_j = exp(s_j) / sum_k exp(s_k), within each row",
    returns=ArrayOf(),
    cases=_softmax_cases,
    speed=lambda draw: Case(args=(draw.array(2000, 10),)),
    checks=(
        values(3, "Take one row by itself: exponentiate its scores, then divide by their sum. Does your row add to 1?"),
        large(
            hint="Which `exp` becomes infinite, or which sum 0, although the probabilities are ordinary numbers? What "
            "may be taken off all scores of a row without changing the result?"
        ),
        NO_OVERFLOW,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="overflow",
            function=_naive,
            hint="The formula is right as it stands, but `exp(10000)` is more than a float can hold, and inf / inf is "
            "NaN. What may you take off every score of a row without changing the result?",
        ),
        Misconception(
            id="over_columns",
            function=_over_columns,
            hint="Your columns add up to 1. Rows are examples and columns are classes: which should add up to 1?",
        ),
        Misconception(
            id="over_everything",
            function=_over_everything,
            hint="The whole of your array adds up to 1. How many examples share it, and what should each row add up "
            "to?",
        ),
        Misconception(
            id="no_keepdims",
            function=_no_keepdims,
            hint=_NO_KEEPDIMS,
        ),
        Misconception(
            id="no_keepdims_at_all",
            function=_no_keepdims_at_all,
            hint="`max(axis=1)` and `sum(axis=1)` have the shape (N,), and NumPy lines them up with the columns, not "
            "with the rows. What does `keepdims=True` change?",
        ),
        Misconception(
            id="no_keepdims_no_maximum",
            function=_no_keepdims_no_maximum,
            hint=_NO_KEEPDIMS,
        ),
        Misconception(
            id="one_maximum_for_all",
            function=_one_maximum,
            hint="You take the largest score of the whole array off every row. In a row that lies far below it, what "
            "does every `exp` become, and what is their sum?",
        ),
        Misconception(
            id="minimum_taken_off",
            function=_minimum_taken_off,
            hint="You take off the smallest score, so all exponents are positive. Does `exp` overflow for large "
            "positive numbers, or for large negative ones?",
        ),
        Misconception(
            id="clipped",
            function=_clipped,
            hint="You clip the scores before `exp`. Two scores of 9999 and 10000 become the same: should they?",
        ),
        Misconception(
            id="no_exponential",
            function=lambda scores: scores / scores.sum(axis=1, keepdims=True),
            hint="You divide the scores themselves by their sum. What happens to a negative score, and which function "
            "makes all of them positive first?",
        ),
        Misconception(
            id="sigmoids",
            function=_sigmoids,
            hint="You squash every score by itself, with a sigmoid. What do your rows add up to?",
        ),
        Misconception(
            id="hard_maximum",
            function=_one_hot_of_largest,
            hint="You put 1 on the largest score and 0 elsewhere. By how much does a runner-up that is only 0.1 behind "
            "lose?",
        ),
        Misconception(
            id="logarithm",
            function=_log_softmax,
            hint="You return the logarithms of the probabilities, as `log_softmax` does. Can a probability be below 0?",
        ),
        in_place(_softmax_in_place, "scores"),
        float64(_softmax_float64, "np.zeros(scores.shape)"),
    ),
    variants={
        "loop": _softmax_loop,
        "logs": _through_logs,
        "transposed": lambda scores: (
            (np.exp(scores.T - scores.max(axis=1)) / np.exp(scores.T - scores.max(axis=1)).sum(axis=0)).T
        ),
        "rows": lambda scores: np.array(
            [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in scores], dtype=scores.dtype
        ),
        "differences": _from_differences,
    },
)
