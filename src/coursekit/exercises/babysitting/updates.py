"""update_ratio."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import update_ratio


def _cases(draw: Draw) -> list[Case]:
    def case(w: Any, update: Any, about: str = "", group: str = "values") -> Case:
        return Case(args=(np.array(w, float), np.array(update, float)), about=about, group=group)

    def typical(*shape: int, low: float = 0.01, high: float = 0.3) -> Case:
        return Case(args=(draw.array(*shape), draw.array(*shape, low=low, high=high)))

    step = draw.number(0.1, 0.9)
    rows, columns, size = draw.size(2, 5), draw.size(3, 6), draw.size(2, 5)
    cases = [
        case([[3.0, 4.0]], [[0.0, step]]),
        case([[3.0, 0.0], [0.0, -4.0]], [[0.3, step], [-0.4, 0.0]]),
        typical(2, 2),
        typical(rows, columns),
        typical(columns, rows, low=0.5, high=4.0),
        case(draw.array(1, 4), draw.array(1, 4, high=0.5), "one row", "edges"),
        case(draw.array(4, 1), draw.array(4, 1, high=0.5), "one column", "edges"),
        case(draw.array(size), draw.array(size, high=0.5), "a bias vector", "edges"),
        case(draw.array(2, 3), np.zeros((2, 3)), "no update at all", "edges"),
        case(1e4 * draw.array(2, 2, low=0.5, high=1.0), draw.array(2, 2), "large weights", "edges"),
    ]
    return with_layouts(cases, typical=lambda: typical(3, 3))


def _loop(w: Array, update: Array) -> float:
    above = sum(float(u) ** 2 for u in update.ravel())
    below = sum(float(v) ** 2 for v in w.ravel())
    return math.sqrt(above / below)


def _in_place(w: Array, update: Array) -> Any:
    w *= w
    return np.linalg.norm(update) / np.sqrt(w.sum())


def _spectral(w: Array, update: Array) -> Any:
    return np.linalg.norm(update, 2) / np.linalg.norm(w, 2)


UPDATE_RATIO = Exercise(
    assignment="babysitting",
    reference=update_ratio,
    task="How large is a step in comparison with the weights? `w` holds the weights before the step and `update` what "
    "the step adds to them, two arrays of one shape: matrices, or vectors of biases. Return one number, the Euclidean "
    "norm of `update` over that of `w`, each over all entries.",
    rule="update_ratio(w, update) = ||update|| / ||w||, where ||a|| is the root of the sum of all squares",
    returns=Number(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(300, 300), draw.array(300, 300))),
    checks=(
        values(3, "Square and add up all entries of `update`, then those of `w`. Which root is divided by which?"),
        edges(),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="inverted",
            function=lambda w, update: np.linalg.norm(w) / np.maximum(np.linalg.norm(update), 1e-300),
            hint="You divide the size of the weights by that of the update. A step of a thousandth should give 0.001: "
            "what does yours give?",
        ),
        Misconception(
            id="squared",
            function=lambda w, update: np.sum(update**2) / np.sum(w**2),
            hint="Your ratio is that of the sums of squares: a step of a tenth comes out as a hundredth. What is "
            "missing for a norm?",
        ),
        Misconception(
            id="entry_by_entry",
            function=lambda w, update: np.mean(np.abs(update) / np.abs(w)),
            hint="You divide entry by entry and average. One weight near 0 then decides everything: which comes first "
            "in the rule, the norm or the division?",
        ),
        Misconception(
            id="norm_of_the_quotients",
            function=lambda w, update: np.linalg.norm(update / w),
            hint="You divide entry by entry and take the norm of that, which is infinite as soon as one weight is 0. "
            "Which comes first in the rule, the norm or the division?",
        ),
        Misconception(
            id="largest_entries",
            function=lambda w, update: np.max(np.abs(update)) / np.max(np.abs(w)),
            hint="You compare the largest entry of each. Which entries does the Euclidean norm take into account?",
        ),
        Misconception(
            id="mean_sizes",
            function=lambda w, update: np.mean(np.abs(update)) / np.mean(np.abs(w)),
            hint="You compare the sums (or means) of the absolute values. What does the Euclidean norm do to each "
            "entry before it adds up?",
        ),
        Misconception(
            id="standard_deviations",
            function=lambda w, update: np.std(update) / np.std(w) if w.size > 1 else np.abs(update / w).item(),
            hint="You compare standard deviations, as Karpathy's lectures do. What does a standard deviation take off "
            "first, and does a norm?",
        ),
        Misconception(
            id="spectral_norm",
            function=_spectral,
            hint="For a matrix `np.linalg.norm(w, 2)` is the largest singular value, not the root of the sum of "
            "squares. What does `np.linalg.norm` give without the 2?",
        ),
        Misconception(
            id="update_is_new_weights",
            function=lambda w, update: np.linalg.norm(update - w) / np.linalg.norm(w),
            hint="You subtract `w` from `update`, as if it were the new weights. Does `update` hold the weights after "
            "the step, or the step?",
        ),
        Misconception(
            id="weights_after_the_step",
            function=lambda w, update: np.linalg.norm(update) / np.linalg.norm(w + update),
            hint="You divide by the size of the weights after the step. Which weights does the rule name?",
        ),
        Misconception(
            id="per_column",
            function=lambda w, update: np.linalg.norm(update, axis=0) / np.linalg.norm(w, axis=0),
            hint="You get a ratio for each column. Over which entries should the norm run, so that one number is left?",
        ),
        Misconception(
            id="logarithm",
            function=lambda w, update: np.log10(np.maximum(np.linalg.norm(update), 1e-300) / np.linalg.norm(w)),
            hint="You return the base-10 logarithm of the ratio, which is good for a plot. What is asked for here: -3 "
            "or 0.001?",
        ),
        in_place(_in_place, "w", "Does `*=` make a new array?"),
    ),
    variants={
        "loop": _loop,
        "roots": lambda w, update: np.sqrt(np.sum(update**2)) / np.sqrt(np.sum(w**2)),
        "root_of_the_quotient": lambda w, update: np.sqrt((update**2).sum() / (w**2).sum()),
        "root_mean_squares": lambda w, update: np.sqrt(np.mean(update**2)) / np.sqrt(np.mean(w**2)),
        "dot": lambda w, update: math.sqrt(np.vdot(update, update) / np.vdot(w, w)),
        "zero_d_array": lambda w, update: np.array(np.linalg.norm(update) / np.linalg.norm(w)),
    },
)
