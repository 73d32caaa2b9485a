"""class_weights."""

import numpy as np

from coursekit.data import class_weights
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values


def _cases(draw: Draw) -> list[Case]:
    def labels(counts: list[int]) -> Array:
        return draw.rng.permutation(np.repeat(np.arange(len(counts)), counts))

    def case(counts: list[int], n_classes: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(labels(counts), n_classes), about=about, group=group)

    def uneven(c: int, most: int = 6) -> list[int]:
        """Counts that all differ, none of them 0."""
        return [int(count) for count in draw.rng.permutation(np.arange(1, most + 1))[:c]]

    c = draw.size(3, 5)
    cases = [
        case([3, 1], 2),
        case(uneven(2), 2),
        case(uneven(3), 3),
        case(uneven(c, 9), c),
        case([2, 0, 1], 3, "class 1 is absent", "absent"),
        case([*uneven(2), 0], 3, "the last class is absent", "absent"),
        case([0, *uneven(2), 0, draw.size(2, 5)], 6, "three classes are absent", "absent"),
        case([draw.size(2, 5)], 1, "one class", "edges"),
        case([2, 2, 2], 3, "all classes equally frequent", "edges"),
        case([0, 1], 2, "one example", "absent"),
        case([draw.size(200, 400), draw.size(20, 40), 1], 3, "many examples", "edges"),
        Case(args=(labels(uneven(2)).astype(np.uint8), 2), about="labels of dtype uint8", group="edges"),
    ]
    return with_layouts(cases, typical=lambda: case(uneven(3), 3), single=False)


def _counts(y: Array, n_classes: int) -> Array:
    return np.array([np.sum(y == label) for label in range(n_classes)], dtype=float)


def _inverse(counts: Array) -> Array:
    """1 / count, 0 for an absent class."""
    return (counts > 0) / np.maximum(counts, 1)


def _loop(y: Array, n_classes: int) -> Array:
    weights = np.zeros(n_classes)
    for label in range(n_classes):
        count = 0
        for entry in y:
            count += entry == label
        if count:
            weights[label] = len(y) / (n_classes * count)
    return weights


def _shares(y: Array, n_classes: int) -> Array:
    share = np.array([np.mean(y == label) for label in range(n_classes)])
    share[share == 0] = np.inf
    return 1 / (n_classes * share)


def _per_example(y: Array, n_classes: int) -> Array:
    return (len(y) / n_classes * _inverse(_counts(y, n_classes)))[y]


def _no_minlength(y: Array, n_classes: int) -> Array:
    counts = np.bincount(y).astype(float)
    return len(y) / n_classes * _inverse(counts)


def _unique(y: Array, n_classes: int) -> Array:
    _, counts = np.unique(y, return_counts=True)
    return len(y) / (n_classes * counts)


def _by_bincount(y: Array, above: float, n_classes: int) -> Array:
    """`above` over n_classes times the counts, as far as the labels reach and infinite for an absent class."""
    return above / (n_classes * np.bincount(y))


def _unique_only(y: Array, n_classes: int) -> Array:
    found, counts = np.unique(y, return_counts=True)
    return len(y) / (len(found) * counts)


def _to_sum(y: Array, n_classes: int, total: float) -> Array:
    inverse = _inverse(_counts(y, n_classes))
    return total * inverse / inverse.sum()  # type: ignore[no-any-return]


def _whole(y: Array, n_classes: int) -> Array:
    counts = _counts(y, n_classes).astype(int)
    return len(y) // (n_classes * np.maximum(counts, 1)) * (counts > 0)  # type: ignore[no-any-return]


def _in_place(y: Array, n_classes: int) -> Array:
    y.sort()
    ends = np.searchsorted(y, np.arange(n_classes + 1))
    return len(y) / n_classes * _inverse(np.diff(ends).astype(float))


_INVERSE = (
    "You return 1 / count. With twice as many examples all weights would halve, and the loss with them. Which factor "
    "keeps their mean over the examples at 1?"
)
_NO_CLASSES = (
    "You return N / count. With equally frequent classes every weight should be 1: what is yours, and what is missing "
    "below the line?"
)
_ABSENT_LATER = " (An absent class is still left out or infinite in your code: that comes after this.)"

CLASS_WEIGHTS = Exercise(
    assignment="preprocessing",
    reference=class_weights,
    task="Give every class a weight for the loss, so that rare classes count as much as frequent ones. `y` holds N "
    "labels from 0 to `n_classes` - 1; return `n_classes` weights. The weight is N / (n_classes * count); a class "
    "without an example gets 0.",
    rule="weight[c] = N / (n_classes * number of labels equal to c), and 0 where there are none",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.rng.integers(0, 5, 50_000), 5)),
    checks=(
        values(3, "Count the labels of each class by hand. What is N divided by (number of classes times that count)?"),
        Check(
            name="absent classes",
            points=2,
            group="absent",
            hint="One of the classes does not occur in `y`. How many weights are there all the same, and which is 0?",
        ),
        edges(),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="inverse_count",
            function=lambda y, n_classes: _inverse(_counts(y, n_classes)),
            hint=_INVERSE,
        ),
        Misconception(
            id="inverse_count_inf",
            function=lambda y, n_classes: _by_bincount(y, 1.0, 1),
            hint=_INVERSE + _ABSENT_LATER,
        ),
        Misconception(
            id="without_the_number_of_classes",
            function=lambda y, n_classes: len(y) * _inverse(_counts(y, n_classes)),
            hint=_NO_CLASSES,
        ),
        Misconception(
            id="without_the_number_of_classes_inf",
            function=lambda y, n_classes: _by_bincount(y, float(len(y)), 1),
            hint=_NO_CLASSES + _ABSENT_LATER,
        ),
        Misconception(
            id="classes_that_occur",
            function=lambda y, n_classes: (
                len(y) / np.count_nonzero(_counts(y, n_classes)) * _inverse(_counts(y, n_classes))
            ),
            hint="You divide by the number of classes that occur, as scikit-learn's `balanced` does. Which number of "
            "classes does the task divide by, also when one is absent?",
        ),
        Misconception(
            id="share_of_the_class",
            function=lambda y, n_classes: _counts(y, n_classes) / len(y),
            hint="You return how frequent each class is, so that the frequent ones count even more. Which should weigh "
            "more, a class with few examples or one with many?",
        ),
        Misconception(
            id="weights_sum_to_one",
            function=lambda y, n_classes: _to_sum(y, n_classes, 1.0),
            hint="Your weights add up to 1. The task wants their mean over the EXAMPLES to be 1: what is the sum of "
            "count * weight in yours?",
        ),
        Misconception(
            id="weights_average_to_one",
            function=lambda y, n_classes: _to_sum(y, n_classes, float(n_classes)),
            hint="Your weights average to 1 over the classes. The task wants the mean over the EXAMPLES to be 1: how "
            "often does the weight of a frequent class come in?",
        ),
        Misconception(
            id="relative_to_the_largest",
            function=lambda y, n_classes: _counts(y, n_classes).max() * _inverse(_counts(y, n_classes)),
            hint="You divide the largest count by each count, so that the largest class has weight 1 and all others "
            "more. Does the loss keep its size then? What stands above the line in the task?",
        ),
        Misconception(
            id="one_minus_the_share",
            function=lambda y, n_classes: 1 - _counts(y, n_classes) / len(y),
            hint="You return 1 minus the share of a class. Do a class with 1 of 100 examples and one with 2 then "
            "differ by a factor of 2?",
        ),
        Misconception(
            id="infinite_for_absent",
            function=lambda y, n_classes: len(y) / (n_classes * _counts(y, n_classes)),
            hint="An absent class gets N / 0, which is infinite. Infinity times 0 examples is NaN: what does the task "
            "say about that class?",
        ),
        Misconception(
            id="absent_counted_once",
            function=lambda y, n_classes: len(y) / (n_classes * np.maximum(_counts(y, n_classes), 1)),
            hint="An absent class gets a weight as if it had one example. What does the task say about it?",
        ),
        Misconception(
            id="length_of_the_largest_label",
            function=_no_minlength,
            hint="Your result ends at the largest label in `y`. How many weights does a loss over n_classes scores "
            "need, and which argument of `np.bincount` sees to that?",
        ),
        Misconception(
            id="only_classes_that_occur",
            function=_unique,
            hint="`np.unique` leaves out a class that does not occur, so that all later weights move up. Which weight "
            "should stand at index c?",
        ),
        Misconception(
            id="classes_of_unique",
            function=_unique_only,
            hint="`np.unique` knows only the classes that occur, so that both the number of classes and the places of "
            "the weights come out wrong when one is absent. Which argument of your function says how many there are?",
        ),
        Misconception(
            id="bincount_as_it_is",
            function=lambda y, n_classes: _by_bincount(y, float(len(y)), n_classes),
            hint="`np.bincount(y)` ends at the largest label, and before that an absent class has the count 0, by "
            "which you divide. How many weights are asked for, and what should an absent class get?",
        ),
        Misconception(
            id="one_weight_per_example",
            function=_per_example,
            hint="You return one weight for every example. The task wants one for every class: which indexing came too "
            "early?",
        ),
        Misconception(
            id="whole_numbers",
            function=_whole,
            hint="`//` cuts off what comes after the point. Which division keeps it?",
        ),
        in_place(_in_place, "y", "After `y.sort()`, which example does each label belong to?"),
    ),
    variants={
        "loop": _loop,
        "bincount": lambda y, n_classes: len(y) / n_classes * _inverse(np.bincount(y, minlength=n_classes)),
        "one_hot": lambda y, n_classes: len(y) / n_classes * _inverse(np.eye(n_classes)[y].sum(axis=0)),
        "shares": _shares,
    },
)
