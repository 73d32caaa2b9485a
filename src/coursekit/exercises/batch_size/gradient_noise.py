"""noise_scale."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import noise_scale


def _scale_cases(draw: Draw) -> list[Case]:
    def grads(n: int, d: int) -> Array:
        """Rows around a mean that is well away from 0, and from 1 in length."""
        while True:
            g = draw.array(n, d) + np.round(draw.array(1, d, low=1.0, high=2.0), 1)
            mean = g.mean(axis=0)
            left = mean @ mean - g.var(axis=0, ddof=1).sum() / n
            if mean @ mean > 0.3 and abs(left) > 0.1 and abs(mean @ mean - 1) > 0.1:
                return np.round(g, 2)

    def case(g: Array, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        return Case(args=(g,), about=about, group=group, scale=scale)

    def typical() -> Case:
        return case(grads(draw.size(4, 6), draw.size(2, 3)))

    first = float(draw.size(2, 4))
    cases = [
        case(np.array([[first, 0.0], [first + 2.0, 0.0]])),
        case(grads(3, 1)),
        case(grads(3, 2)),
        typical(),
        case(grads(draw.size(8, 12), draw.size(4, 5))),
        case(grads(2, draw.size(2, 4)), "two rows", "edges"),
        case(grads(draw.size(3, 6), 1), "one feature", "edges"),
        case(np.tile(draw.array(1, 3), (3, 1)), "all rows alike", "edges"),
        case(np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]), "zeros", "edges"),
        case(1e3 * grads(4, 2), "large entries", "edges"),
    ]
    return with_layouts(cases, typical=typical)


def _scale_loop(g: Array) -> Any:
    n = len(g)
    mean = [sum(column) / n for column in g.T]
    trace = sum(sum((row[j] - mean[j]) ** 2 for row in g) / (n - 1) for j in range(g.shape[1]))
    return float(trace / sum(m * m for m in mean))


def _centred(g: Array) -> Any:
    mean = g.mean(axis=0)
    return np.sum((g - mean) ** 2) / (len(g) - 1) / np.linalg.norm(mean) ** 2


def _squared(g: Array) -> Any:
    mean = g.mean(axis=0)
    return mean @ mean


def _scale_in_place(g: Array) -> Any:
    mean = g.mean(axis=0)
    g -= mean
    return np.sum(g**2) / (len(g) - 1) / (mean @ mean)


NOISE_SCALE = Exercise(
    assignment="batch_size",
    reference=noise_scale,
    task="`per_example_grads` is `(n, D)`: the gradient of each of n examples, n at least 2. Return the simple noise "
    "scale: the sum of the variances of the columns (each dividing by n - 1), over the squared length of the mean "
    "gradient. One number.",
    rule="noise_scale = S / |G|^2, S = the trace of the covariance of the rows (dividing by n - 1), G = their mean",
    returns=Number(),
    cases=_scale_cases,
    speed=lambda draw: Case(args=(draw.array(600, 40),)),
    checks=(
        values(
            4,
            "Take the rows [1] and [3]: the mean is 2, its square 4, and the variance with n - 1 is 2. What does your "
            "function give?",
        ),
        edges(1, "What is special about these gradients? Is there a spread at all, and along which axis?"),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="biased_variance",
            function=lambda g: np.var(g, axis=0).sum() / _squared(g),
            hint="Your variance divides by n. By what does it divide in this rule, and how is `np.var` told?",
        ),
        Misconception(
            id="length_not_squared",
            function=lambda g: np.var(g, axis=0, ddof=1).sum() / np.sqrt(_squared(g)),
            hint="You divide by the length of the mean gradient. If all gradients double, the noise scale should stay: "
            "does it?",
        ),
        Misconception(
            id="squared_length_without_the_mean",
            function=lambda g: np.var(g, axis=0, ddof=1).sum() / np.mean(np.sum(g**2, axis=1)),
            hint="You divide by the mean of the squared lengths, in which the noise is still contained. What comes "
            "first: the mean, or the square?",
        ),
        Misconception(
            id="mean_of_the_lengths",
            function=lambda g: np.var(g, axis=0, ddof=1).sum() / np.mean(np.linalg.norm(g, axis=1)) ** 2,
            hint="You average the lengths of the gradients, so opposite ones do not cancel. What is the length of "
            "their mean?",
        ),
        Misconception(
            id="noise_taken_off",
            function=lambda g: (
                np.var(g, axis=0, ddof=1).sum() / (_squared(g) - np.var(g, axis=0, ddof=1).sum() / len(g))
            ),
            hint="You take the noise's own share off the squared length, as the estimate in appendix A of McCandlish "
            "et al. does. Which squared length stands in the rule here?",
        ),
        Misconception(
            id="upside_down",
            function=lambda g: _squared(g) / np.maximum(np.var(g, axis=0, ddof=1).sum(), 1e-12),
            hint="You divide the signal by the noise. Noisy gradients ask for large batches: which way round does the "
            "number grow with the noise?",
        ),
        Misconception(
            id="mean_over_columns",
            function=lambda g: np.var(g, axis=0, ddof=1).mean() / _squared(g),
            hint="You average the variances of the columns. A trace adds up: `mean` or `sum`?",
        ),
        Misconception(
            id="one_number_per_column",
            function=lambda g: np.var(g, axis=0, ddof=1) / _squared(g),
            hint="You return one number for each column. What does a trace do with the variances of the columns?",
        ),
        Misconception(
            id="mean_over_columns_twice",
            function=lambda g: np.var(g, axis=0, ddof=1).mean() / np.mean(g) ** 2,
            hint="You average over the columns above and below. Do the entries of a gradient cancel each other, or "
            "does each count with its square?",
        ),
        Misconception(
            id="standard_deviations",
            function=lambda g: np.std(g, axis=0, ddof=1).sum() / _squared(g),
            hint="You add up standard deviations. Which has the units of a squared length: the std or the variance?",
        ),
        Misconception(
            id="whole_covariance",
            function=lambda g: np.sum(np.cov(g.T)) / _squared(g),
            hint="You add up all entries of the covariance matrix. Which of them make its trace?",
        ),
        Misconception(
            id="covariance_of_columns",
            function=lambda g: (np.var(g, axis=1, ddof=1).sum() if g.shape[1] > 1 else np.nan) / _squared(g),
            hint="Your variance runs along each row: `np.cov` takes rows for variables, and `axis=1` does the same. "
            "What varies here: the examples, or the entries of one gradient?",
        ),
        Misconception(
            id="root",
            function=lambda g: np.sqrt(np.var(g, axis=0, ddof=1).sum() / _squared(g)),
            hint="You return the root of the right number, a ratio of lengths. Is it a ratio of lengths or of squares "
            "that tells a batch size?",
        ),
        in_place(_scale_in_place, "per_example_grads", "Which operator of yours works in place?"),
    ),
    variants={
        "loop": _scale_loop,
        "centred": _centred,
        "covariance": lambda g: np.trace(np.atleast_2d(np.cov(g, rowvar=False))) / np.sum(g.mean(axis=0) ** 2),
        "mean_square_less_square_mean": lambda g: np.array(
            (np.mean(np.sum(g.astype(float) ** 2, axis=1)) / _squared(g.astype(float)) - 1) * len(g) / (len(g) - 1)
        ),
    },
)
