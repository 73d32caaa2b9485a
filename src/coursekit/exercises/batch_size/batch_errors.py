"""minibatch_gradient_error."""

from itertools import combinations
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import minibatch_gradient_error

# An answer that goes through all batches is right too: 9 rows have at most 126 of one size. There is no `speed` case,
# which it could not finish.
_MOST = 9


def _error_cases(draw: Draw) -> list[Case]:
    def case(grads: Array, batch_size: int, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        return Case(args=(grads, batch_size), about=about, group=group, scale=scale)

    def typical() -> Case:
        return case(draw.array(draw.size(5, 7), draw.size(2, 4)), draw.size(2, 4))

    n = draw.size(4, 7)
    cases = [
        case(np.array([[0.0], [draw.number(1, 4)]]), 1),
        case(draw.array(3, 1), 2),
        case(draw.array(4, 2), 2),
        typical(),
        case(draw.array(draw.size(8, _MOST), draw.size(3, 5)), draw.size(3, 5)),
        case(draw.array(n, 2), n, "the batch is the whole set", "edges"),
        case(draw.array(1, draw.size(2, 4)), 1, "one row", "edges"),
        case(draw.array(draw.size(4, 7), 1), 3, "one feature", "edges"),
        case(draw.array(draw.size(4, 7), 3), 1, "a batch of one", "edges"),
        case(np.zeros((3, 2)), 2, "zeros", "edges"),
        case(np.tile(draw.array(1, 3), (4, 1)), 2, "all rows alike", "edges"),
        case(1e4 * draw.array(4, 2, high=1.0), 2, "large entries", "edges", 1e8),
    ]
    return with_layouts(cases, typical=typical)


def _spread(g: Array, ddof: int = 1) -> Any:
    return np.var(g, axis=0, ddof=ddof).sum()


def _all_batches(g: Array, batch_size: int) -> Any:
    whole = g.mean(axis=0)
    off = [np.sum((g[list(rows)].mean(axis=0) - whole) ** 2) for rows in combinations(range(len(g)), batch_size)]
    return np.mean(off)


def _with_covariance(g: Array, batch_size: int) -> Any:
    n = len(g)
    return 0.0 if n == 1 else np.trace(np.atleast_2d(np.cov(g.T))) / batch_size * (n - batch_size) / n


def _error_loop(g: Array, batch_size: int) -> Any:
    n, total = len(g), 0.0
    if n == 1:
        return 0
    for column in g.T:
        mean = sum(column) / n
        total += sum((entry - mean) ** 2 for entry in column) / (n - 1)
    return float(total / batch_size * (1 - batch_size / n))


def _biased_with_factor(g: Array, batch_size: int) -> Any:
    n = len(g)
    return np.array(_spread(g, 0) / batch_size * (n - batch_size) / max(n - 1, 1))


def _guarded(formula: Any) -> Any:
    """A wrong formula that knows of the single row."""
    return lambda g, batch_size: formula(g, batch_size, len(g)) if len(g) > 1 else 0.0


def _error_in_place(g: Array, batch_size: int) -> Any:
    n = len(g)
    g -= g.mean(axis=0)
    return np.sum(g**2) / max(n - 1, 1) / batch_size * (1 - batch_size / n)


MINIBATCH_GRADIENT_ERROR = Exercise(
    assignment="batch_size",
    reference=minibatch_gradient_error,
    task="`per_example_grads` is `(n, D)`: the gradient of each of n examples. A batch takes `batch_size` of its rows, "
    "drawn **without** replacement. Return the expected squared distance between the mean of the batch and the mean of "
    "all rows, one number. With a single row it is 0.",
    rule="error = S / batch_size * (1 - batch_size / n), S = the sum over the columns of their variance, which divides "
    "by n - 1 here",
    returns=Number(),
    cases=_error_cases,
    checks=(
        values(
            4,
            "Take the rows [0] and [2] and batches of one: the mean of all is 1, so the squared distance is 1 for "
            "either batch. What does your formula give?",
        ),
        edges(
            1,
            "How far can a batch be off when all rows are alike, or when it takes all of them? And what does dividing "
            "by n - 1 do when there is one row?",
        ),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="with_replacement",
            function=lambda g, batch_size: _spread(g, 0) / batch_size,
            hint="This is the error of a batch drawn with replacement: it stays above 0 even for a batch of n. Can a "
            "batch that takes every row once be off?",
        ),
        Misconception(
            id="no_correction",
            function=_guarded(lambda g, batch_size, n: _spread(g) / batch_size),
            hint="You divide the variance by the batch size and stop there, as for independent draws. What is missing "
            "when the batch is a good part of all rows?",
        ),
        Misconception(
            id="biased_variance",
            function=lambda g, batch_size: _spread(g, 0) / batch_size * (1 - batch_size / len(g)),
            hint="Your result is too small by the factor (n - 1) / n. By what does the variance divide in this rule, "
            "and in `np.var` unless it is told otherwise?",
        ),
        Misconception(
            id="corrected_twice",
            function=_guarded(lambda g, batch_size, n: _spread(g) / batch_size * (n - batch_size) / (n - 1)),
            hint="You use (n - batch_size) / (n - 1), which goes with a variance that divides by n. Yours divides by "
            "n - 1: which of the two belongs to which?",
        ),
        Misconception(
            id="not_divided_by_the_batch",
            function=_guarded(lambda g, batch_size, n: _spread(g) * (1 - batch_size / n)),
            hint="The batch size only stands in your last factor. How does the variance of a mean of B numbers differ "
            "from that of one?",
        ),
        Misconception(
            id="root_of_the_batch",
            function=_guarded(lambda g, batch_size, n: _spread(g) / np.sqrt(batch_size) * (1 - batch_size / n)),
            hint="You divide by the root of the batch size. That is how a distance falls: how does a squared distance?",
        ),
        Misconception(
            id="distance_not_squared",
            function=_guarded(lambda g, batch_size, n: np.sqrt(_spread(g) / batch_size * (1 - batch_size / n))),
            hint="You return the root of the right number. Is the expected distance asked for, or the squared one?",
        ),
        Misconception(
            id="mean_over_columns",
            function=_guarded(
                lambda g, batch_size, n: np.var(g, axis=0, ddof=1).mean() / batch_size * (1 - batch_size / n)
            ),
            hint="You average the variances of the columns. A squared distance adds the coordinates up: `mean` or "
            "`sum`?",
        ),
        Misconception(
            id="one_number_per_column",
            function=lambda g, batch_size: (
                np.var(g, axis=0, ddof=min(1, len(g) - 1)) / batch_size * (1 - batch_size / len(g))
            ),
            hint="You return one number for each column. A squared distance is one number: what does it do with the "
            "coordinates?",
        ),
        Misconception(
            id="standard_deviations",
            function=_guarded(
                lambda g, batch_size, n: np.std(g, axis=0, ddof=1).sum() / batch_size * (1 - batch_size / n)
            ),
            hint="You add up standard deviations. Which of std and variance adds up over independent coordinates?",
        ),
        Misconception(
            id="variance_along_rows",
            function=_guarded(
                lambda g, batch_size, n: (
                    np.var(g, axis=1, ddof=min(1, g.shape[1] - 1)).sum() / batch_size * (1 - batch_size / n)
                )
            ),
            hint="You take the variance within each example's gradient. What varies from batch to batch: the entries "
            "of one row, or the rows?",
        ),
        Misconception(
            id="not_centred",
            function=_guarded(lambda g, batch_size, n: np.sum(g**2) / (n - 1) / batch_size * (1 - batch_size / n)),
            hint="You average squared lengths and never take off the mean. If all rows are alike, how far is a batch "
            "from the mean?",
        ),
        Misconception(
            id="nan_for_one_row",
            function=lambda g, batch_size: _spread(g) / batch_size * (1 - batch_size / len(g)),
            hint="Right but for a single row, where n - 1 is 0 and 0 / 0 is NaN. How far can the only batch be from "
            "the mean?",
        ),
        in_place(_error_in_place, "per_example_grads", "Which operator of yours works in place?"),
    ),
    variants={
        "all_batches": _all_batches,
        "covariance": _with_covariance,
        "loop": _error_loop,
        "biased_with_its_factor": _biased_with_factor,
    },
)
