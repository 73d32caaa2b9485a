"""zero_center."""

import numpy as np

from coursekit.data import zero_center
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.preprocessing.drawing import BOTH, both_parts, large_sets, sets
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, m: int, d: int, about: str = "", group: str = "values") -> Case:
        return Case(args=sets(draw, n, m, d), about=about, group=group)

    d = draw.size(2, 4)
    cases = [
        case(2, 1, 2),
        case(3, 2, 2),
        case(3, 3, 3),
        case(draw.size(4, 9), draw.size(2, 3), draw.size(3, 6)),
        case(1, draw.size(2, 4), d, "one row in training", "edges"),
        case(draw.size(3, 6), 1, d, "one row in the test set", "edges"),
        case(draw.size(3, 6), 2, 1, "one feature", "edges"),
        Case(args=(np.zeros((2, 2)), np.zeros((1, 2))), about="zeros", group="edges"),
        Case(args=large_sets(draw), about="large entries", group="edges"),
    ]
    return with_layouts(cases, typical=lambda: case(draw.size(3, 5), 2, 3))


def _loop(x_train: Array, x_test: Array) -> Both:
    train, test = np.empty_like(x_train), np.empty_like(x_test)
    for j in range(x_train.shape[1]):
        mean = sum(x_train[:, j]) / len(x_train)
        for i in range(len(x_train)):
            train[i, j] = x_train[i, j] - mean
        for i in range(len(x_test)):
            test[i, j] = x_test[i, j] - mean
    return train, test


def _copies(x_train: Array, x_test: Array) -> list[Array]:
    mean = np.mean(x_train, axis=0)
    train, test = x_train.copy(), x_test.copy()
    train -= mean
    test -= mean
    return [train, test]


def _ones(x_train: Array, x_test: Array) -> Both:
    n = len(x_train)
    mean = (np.ones((1, n), x_train.dtype) @ x_train) / n
    return x_train - mean, x_test - mean


def _joint(x_train: Array, x_test: Array) -> Both:
    mean = np.concatenate([x_train, x_test]).mean(axis=0)
    return x_train - mean, x_test - mean


def _in_place(x_train: Array, x_test: Array) -> Both:
    mean = x_train.mean(axis=0)
    x_train -= mean
    x_test -= mean
    return x_train, x_test


def _lecture_note(x_train: Array, x_test: Array) -> Both:
    x_train -= np.mean(x_train, axis=1)
    x_test -= np.mean(x_test, axis=1)
    return x_train, x_test


def _float64(x_train: Array, x_test: Array) -> Both:
    mean = np.zeros(x_train.shape[1])
    for row in x_train:
        mean += row
    return x_train - mean / len(x_train), x_test - mean / len(x_train)


_ROW_NUMBERS = (
    "`mean(axis=1)`, as one of the lecture notes has it, averages along each row and gives N numbers, which do not fit "
    "D columns (with N = D they fit by accident). Rows are examples: which axis gives one mean per feature?"
)

ZERO_CENTER = Exercise(
    assignment="preprocessing",
    reference=zero_center,
    task="Take the mean of every feature off, as the training set gives it. `x_train` is `(N, D)` and `x_test` `(M, "
    "D)`, one row per example and one column per feature. Return both, centred, in this order.",
    rule="mean = the mean of each column of x_train; return x_train - mean, x_test - mean",
    returns=BOTH,
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(500, 100), draw.array(100, 100))),
    checks=(
        *both_parts(
            2,
            2,
            "Take one column of `x_train` and work out its mean by hand. What is that column minus its mean?",
            "Take one column: its training mean is a number that you know. What is the test entry minus that number?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="test_own_mean",
            function=lambda x_train, x_test: (x_train - x_train.mean(axis=0), x_test - x_test.mean(axis=0)),
            hint="You centre the test set with a mean of its own. If one single flower comes to be classified, what "
            "would its own mean make of it, and which mean does the net know from training?",
        ),
        Misconception(
            id="joint_mean",
            function=_joint,
            hint="Your mean is that of both sets together. May anything that is learned, a mean too, depend on the "
            "test set?",
        ),
        Misconception(
            id="mean_of_the_test_set",
            function=lambda x_train, x_test: (x_train - x_test.mean(axis=0), x_test - x_test.mean(axis=0)),
            hint="You take the mean of the test set off both. Which of the two sets is there when the net is trained?",
        ),
        Misconception(
            id="test_untouched",
            function=lambda x_train, x_test: (x_train - x_train.mean(axis=0), x_test.copy()),
            hint="Your test set comes back as it went in. What would a net that was trained on centred rows make of "
            "it? (If you do subtract a mean: is it taken before the training set is centred, or after, when it is 0?)",
        ),
        Misconception(
            id="grand_mean",
            function=lambda x_train, x_test: (x_train - x_train.mean(), x_test - x_train.mean()),
            hint="You take one number off everything: the mean over all entries. A length in cm and a weight in kg "
            "would share it. How many means do D features need, and along which axis do the examples lie?",
        ),
        Misconception(
            id="mean_of_each_row",
            function=lambda x_train, x_test: (
                x_train - x_train.mean(axis=1, keepdims=True),
                x_test - x_test.mean(axis=1, keepdims=True),
            ),
            hint="You take off each row's own mean: axis 1, as one of the lecture notes has it. A row is an example "
            "here: should a flower's length and width be averaged with one another?",
        ),
        Misconception(
            id="mean_of_each_row_no_keepdims",
            function=lambda x_train, x_test: (x_train - x_train.mean(axis=1), x_test - x_test.mean(axis=1)),
            hint=_ROW_NUMBERS,
        ),
        Misconception(
            id="mean_of_training_rows",
            function=lambda x_train, x_test: (x_train - x_train.mean(axis=1), x_test - x_train.mean(axis=1)),
            hint=_ROW_NUMBERS,
        ),
        Misconception(id="lecture_note", function=_lecture_note, hint=_ROW_NUMBERS),
        Misconception(
            id="median",
            function=lambda x_train, x_test: (
                x_train - np.median(x_train, axis=0),
                x_test - np.median(x_train, axis=0),
            ),
            hint="You take off the median, the value in the middle. Do the columns then add up to 0?",
        ),
        Misconception(
            id="mean_minus_x",
            function=lambda x_train, x_test: (x_train.mean(axis=0) - x_train, x_train.mean(axis=0) - x_test),
            hint="Every sign of yours is the other way round. What is taken off what: the mean off the entry?",
        ),
        Misconception(
            id="divided_by_std_too",
            function=lambda x_train, x_test: (
                (x_train - x_train.mean(axis=0)) / (x_train.std(axis=0) + (x_train.std(axis=0) == 0)),
                (x_test - x_train.mean(axis=0)) / (x_train.std(axis=0) + (x_train.std(axis=0) == 0)),
            ),
            hint="You divide by the standard deviation as well. That is the next exercise: what does centring alone "
            "leave as it is?",
        ),
        in_place(_in_place, "x_train", "`-=` writes into the array on its left: what does `x_train - mean` do?"),
        float64(_float64, "np.zeros(x_train.shape[1])"),
    ),
    variants={"loop": _loop, "copies": _copies, "product_with_ones": _ones},
)
