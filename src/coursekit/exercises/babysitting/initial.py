"""expected_initial_loss."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import expected_initial_loss


def _cases(draw: Draw) -> list[Case]:
    def case(n_classes: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(n_classes,), about=about, group=group)

    return [
        case(2),
        case(3),
        case(10),
        case(draw.size(4, 60)),
        case(draw.size(100, 400)),
        case(1, "one class: nothing to guess", "edges"),
        case(1000, "as many classes as ImageNet has", "edges"),
        case(2, "the first input once more"),
    ]


def _by_hand(n_classes: int) -> Any:
    scores = np.zeros(n_classes)
    p = np.exp(scores) / np.sum(np.exp(scores))
    return -np.log(p[0])


def _mean_over_classes(n_classes: int) -> float:
    return sum(-math.log(1 / n_classes) for _ in range(n_classes)) / n_classes


EXPECTED_INITIAL_LOSS = Exercise(
    assignment="babysitting",
    reference=expected_initial_loss,
    task="A classifier that knows nothing yet gives each of `n_classes` classes the same probability. Return its "
    "softmax cross-entropy, the loss that a healthy net shows before its first step, without regularization.",
    rule="expected_initial_loss(C) = -ln(1 / C) = ln(C), the natural logarithm",
    returns=Number(),
    cases=_cases,
    checks=(
        values(4, "Which probability does the right class get, and what is minus its natural logarithm?"),
        edges(1, "Put this number of classes into -ln(1 / C) by hand. What comes out?"),
    ),
    misconceptions=(
        Misconception(
            id="base_two",
            function=lambda n_classes: math.log2(n_classes),
            hint="Your logarithm has base 2, so you count in bits. Which logarithm does the cross-entropy of a softmax "
            "take, and how is it called in `math` and NumPy?",
        ),
        Misconception(
            id="base_ten",
            function=lambda n_classes: math.log10(n_classes),
            hint="Your logarithm has base 10. Which one does the cross-entropy take, and how is it called in `math` "
            "and NumPy?",
        ),
        Misconception(
            id="sign",
            function=lambda n_classes: math.log(1 / n_classes),
            hint="Your loss is negative. A cross-entropy is never below 0: which sign stands before the logarithm of "
            "a probability?",
        ),
        Misconception(
            id="probability",
            function=lambda n_classes: 1 / n_classes,
            hint="You return the probability of the right class, 1 / C. What does the loss do with that probability?",
        ),
        Misconception(
            id="error_rate",
            function=lambda n_classes: 1 - 1 / n_classes,
            hint="You return the share of wrong guesses, 1 - 1 / C. Is that the loss, or the error that goes with it?",
        ),
        Misconception(
            id="hinge",
            function=lambda n_classes: n_classes - 1.0,
            hint="C - 1 is what a multi-class hinge (SVM) loss starts at, as CS231n has it. What does a softmax with "
            "cross-entropy start at?",
        ),
        Misconception(
            id="sum_over_classes",
            function=lambda n_classes: n_classes * math.log(n_classes),
            hint="You add up -ln(1 / C) over all classes. Of how many classes does the loss of one example take the "
            "logarithm?",
        ),
        Misconception(
            id="entropy_term",
            function=lambda n_classes: math.log(n_classes) / n_classes,
            hint="You weight ln(C) with 1 / C. With what weight does the right class count in the loss of an example?",
        ),
        Misconception(
            id="binary_over_all",
            function=lambda n_classes: n_classes * math.log(2),
            hint="C ln 2 is what C separate sigmoids start at, each torn between yes and no. What does one softmax "
            "over all C classes start at?",
        ),
    ),
    variants={
        "numpy": lambda n_classes: np.log(n_classes),
        "minus_log_of_the_probability": lambda n_classes: -math.log(1 / n_classes),
        "from_scores": _by_hand,
        "mean": _mean_over_classes,
        "zero_d_array": lambda n_classes: np.array(np.log(n_classes)),
    },
)
