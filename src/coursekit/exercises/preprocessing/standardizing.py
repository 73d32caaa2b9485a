"""standardize."""

import numpy as np

from coursekit.data import standardize
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.preprocessing.drawing import BOTH, both_parts, large_sets, sets, whole_row, with_constant
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, m: int, d: int, about: str = "", group: str = "values") -> Case:
        return Case(args=sets(draw, n, m, d), about=about, group=group)

    def constant(n: int, m: int, d: int, about: str, *, same: bool = False) -> Case:
        return Case(args=with_constant(draw, n, m, d, same=same), about=about, group="constant")

    d = draw.size(2, 4)
    one = whole_row(draw, d)
    cases = [
        case(2, 1, 2),
        case(3, 2, 2),
        case(3, 3, 3),
        case(draw.size(4, 9), draw.size(2, 3), draw.size(3, 6)),
        constant(2, 1, 2, "one feature is constant in training"),
        constant(draw.size(3, 6), 2, draw.size(3, 4), "one feature is constant in training"),
        constant(3, 2, 2, "one feature is constant in both sets", same=True),
        Case(args=(one, one + draw.array(2, d)), about="one row in training", group="constant"),
        case(draw.size(3, 6), 1, d, "one row in the test set", "edges"),
        case(draw.size(3, 6), 2, 1, "one feature", "edges"),
        Case(args=large_sets(draw), about="large entries", group="edges"),
    ]
    return with_layouts(cases, typical=lambda: case(draw.size(3, 5), 2, 3))


def _divided(x: Array, mean: Array, std: Array, *, guarded: bool = True) -> Array:
    """`guarded` divides by 1 where the std is 0, as is asked for."""
    return (x - mean) / (std + (std == 0)) if guarded else (x - mean) / std


def _own(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    train = _divided(x_train, x_train.mean(axis=0), x_train.std(axis=0), guarded=guarded)
    return train, _divided(x_test, x_test.mean(axis=0), x_test.std(axis=0), guarded=guarded)


def _joint(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    both = np.concatenate([x_train, x_test])
    mean, std = both.mean(axis=0), both.std(axis=0)
    return _divided(x_train, mean, std, guarded=guarded), _divided(x_test, mean, std, guarded=guarded)


def _rows(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    train, test = (
        _divided(x, x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True), guarded=guarded)
        for x in (x_train, x_test)
    )
    return train, test


def _row_numbers(x_train: Array, x_test: Array) -> Both:
    train, test = ((x - x.mean(axis=1)) / x.std(axis=1) for x in (x_train, x_test))
    return train, test


def _row_numbers_in_turn(x_train: Array, x_test: Array) -> Both:
    centred = [x - x.mean(axis=1) for x in (x_train, x_test)]
    return centred[0] / centred[0].std(axis=1), centred[1] / centred[1].std(axis=1)


def _lecture_note(x_train: Array, x_test: Array) -> Both:
    for x in (x_train, x_test):
        x -= np.mean(x, axis=1)
        x /= np.std(x, axis=1)
    return x_train, x_test


def _less_one(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0, ddof=1)
    return _divided(x_train, mean, std, guarded=guarded), _divided(x_test, mean, std, guarded=guarded)


def _variance(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    mean, var = x_train.mean(axis=0), x_train.var(axis=0)
    return _divided(x_train, mean, var, guarded=guarded), _divided(x_test, mean, var, guarded=guarded)


def _unguarded(x_train: Array, x_test: Array) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - mean) / std, (x_test - mean) / std


def _tiny_added(eps: float) -> Misconception:
    def function(x_train: Array, x_test: Array) -> Both:
        mean, std = x_train.mean(axis=0), x_train.std(axis=0) + np.asarray(eps, x_train.dtype)
        return (x_train - mean) / std, (x_test - mean) / std

    return Misconception(
        id=f"divisor_of_{eps:.0e}",
        function=function,
        hint=f"A constant feature is divided by {eps:.0e} in your code. In training that is 0 / {eps:.0e} = 0. What "
        "does it make of a test value that differs by 1? (And added to every divisor, it moves all other values too.)",
    )


def _eps_in_root(eps: float) -> Misconception:
    def function(x_train: Array, x_test: Array) -> Both:
        mean, std = x_train.mean(axis=0), np.sqrt(x_train.var(axis=0) + np.asarray(eps, x_train.dtype))
        return (x_train - mean) / std, (x_test - mean) / std

    return Misconception(
        id=f"root_of_var_plus_{eps:.0e}",
        function=function,
        hint=f"You divide by sqrt(var + {eps:.0e}), as BatchNorm does. Here the standard deviation stands alone, and "
        "only a std of 0 is replaced, by 1. What does a tiny divisor do to a test value of a constant feature?",
    )


def _dropped(x_train: Array, x_test: Array) -> Both:
    train, test = _guard(x_train, x_test)
    varies = x_train.max(axis=0) > x_train.min(axis=0)
    return train * varies, test * varies


def _guard(x_train: Array, x_test: Array) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    std[std == 0] = 1
    return (x_train - mean) / std, (x_test - mean) / std


def _learned_too_late(x_train: Array, x_test: Array) -> Both:
    train, _ = _unguarded(x_train, x_test)
    return train, (x_test - train.mean(axis=0)) / train.std(axis=0)


def _precedence(x_train: Array, x_test: Array) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    std = std + (std == 0)
    return x_train - mean / std, x_test - mean / std


def _not_centred(x_train: Array, x_test: Array) -> Both:
    std = x_train.std(axis=0)
    std = std + (std == 0)
    return x_train / std, x_test / std


def _in_place(x_train: Array, x_test: Array) -> Both:
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    std = std + (std == 0)
    for x in (x_train, x_test):
        x -= mean
        x /= std
    return x_train, x_test


def _float64(x_train: Array, x_test: Array) -> Both:
    mean, std = np.zeros(x_train.shape[1]), np.ones(x_train.shape[1])
    for j in range(x_train.shape[1]):
        mean[j] = x_train[:, j].mean()
        std[j] = x_train[:, j].std() or 1.0
    return (x_train - mean) / std, (x_test - mean) / std


def _loop(x_train: Array, x_test: Array) -> Both:
    train, test = np.empty_like(x_train), np.empty_like(x_test)
    for j in range(x_train.shape[1]):
        column = x_train[:, j]
        mean = sum(column) / len(column)
        std = (sum((entry - mean) ** 2 for entry in column) / len(column)) ** 0.5
        if std == 0:
            std = 1
        for i in range(len(x_train)):
            train[i, j] = (x_train[i, j] - mean) / std
        for i in range(len(x_test)):
            test[i, j] = (x_test[i, j] - mean) / std
    return train, test


def _where(x_train: Array, x_test: Array) -> list[Array]:
    centred = x_train - np.mean(x_train, axis=0)
    std = np.sqrt(np.mean(centred**2, axis=0))
    scale = np.where(std > 0, std, 1).astype(x_train.dtype)
    return [centred / scale, (x_test - np.mean(x_train, axis=0)) / scale]


_FIRST = " (A constant feature is still 0 / 0 in your code: that comes after this.)"
_OWN = (
    "Your test set is scaled with its own mean and standard deviation. If a single example comes, what is its own "
    "standard deviation, and which numbers does the net know from training?"
)
_JOINT = (
    "Your mean and standard deviation are those of both sets together. May anything that is learned depend on the "
    "test set?"
)
_ROWS = (
    "You standardize each row: axis 1, as one of the lecture notes has it. A row is an example. Which axis runs over "
    "the examples and leaves one mean and one standard deviation per feature?"
)
_ROW_NUMBERS = (
    "`axis=1`, as one of the lecture notes has it, runs along each row and gives N numbers, which do not fit D columns "
    "(with N = D they fit by accident, each to the wrong column). Rows are examples: which axis gives one mean per "
    "feature?"
)
_LESS_ONE = (
    "Your standard deviation divides by N - 1 (`ddof=1`, as pandas does). What does a column of N numbers have as its "
    "mean square after you divided by it: exactly 1? By what does the book divide?"
)
_UNTOUCHED = (
    "Your test set comes back as it went in. Is it left out, or are its mean and standard deviation taken from "
    "training data that are standardized already, so that they are 0 and 1?"
)
_VARIANCE = (
    "You divide by the variance. In which unit is it if the feature is in cm, and what should be left of a unit?"
)

STANDARDIZE = Exercise(
    assignment="preprocessing",
    reference=standardize,
    task="Bring every feature to mean 0 and standard deviation 1, both taken from the training set (dividing by N), "
    "and give the test set the same treatment. A feature that is constant in training is divided by 1: it is 0 there, "
    "the plain difference from the mean in the test set, never NaN. Return both sets.",
    rule="(x - mean) / std for both sets, with the mean and std of each column of x_train; a std of 0 counts as 1",
    returns=BOTH,
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(500, 60), draw.array(100, 60))),
    checks=(
        *both_parts(
            2,
            2,
            "Take one column of `x_train`: which number do you take off, and by which do you divide?",
            "The test set gets the very numbers that the training set gave. Which mean and which standard deviation "
            "does this entry meet in your code?",
        ),
        Check(
            name="constant features",
            points=2,
            group="constant",
            hint="What is the standard deviation of a column that is the same number throughout, and by what is it "
            "divided here? Test entries may differ from it: what should be left of them?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(id="test_own_statistics", function=lambda x_train, x_test: _own(x_train, x_test), hint=_OWN),
        Misconception(
            id="test_own_statistics_nan",
            function=lambda x_train, x_test: _own(x_train, x_test, guarded=False),
            hint=_OWN + _FIRST,
        ),
        Misconception(id="joint_statistics", function=lambda x_train, x_test: _joint(x_train, x_test), hint=_JOINT),
        Misconception(
            id="joint_statistics_nan",
            function=lambda x_train, x_test: _joint(x_train, x_test, guarded=False),
            hint=_JOINT + _FIRST,
        ),
        Misconception(
            id="one_mean_and_std",
            function=lambda x_train, x_test: (
                (x_train - x_train.mean()) / x_train.std(),
                (x_test - x_train.mean()) / x_train.std(),
            ),
            hint="You use one mean and one standard deviation for everything. Is a feature in millimetres then on the "
            "same scale as one in metres? How many of each do D features need?",
        ),
        Misconception(id="each_row", function=lambda x_train, x_test: _rows(x_train, x_test), hint=_ROWS),
        Misconception(
            id="each_row_nan",
            function=lambda x_train, x_test: _rows(x_train, x_test, guarded=False),
            hint=_ROWS,
        ),
        Misconception(id="each_row_no_keepdims", function=_row_numbers, hint=_ROW_NUMBERS),
        Misconception(id="each_row_in_turn", function=_row_numbers_in_turn, hint=_ROW_NUMBERS),
        Misconception(
            id="training_rows",
            function=lambda x_train, x_test: (
                (x_train - x_train.mean(axis=1)) / x_train.std(axis=1),
                (x_test - x_train.mean(axis=1)) / x_train.std(axis=1),
            ),
            hint=_ROW_NUMBERS,
        ),
        Misconception(id="lecture_note", function=_lecture_note, hint=_ROW_NUMBERS),
        Misconception(id="n_minus_one", function=lambda x_train, x_test: _less_one(x_train, x_test), hint=_LESS_ONE),
        Misconception(
            id="n_minus_one_nan",
            function=lambda x_train, x_test: _less_one(x_train, x_test, guarded=False),
            hint=_LESS_ONE + _FIRST,
        ),
        Misconception(id="variance", function=lambda x_train, x_test: _variance(x_train, x_test), hint=_VARIANCE),
        Misconception(
            id="variance_nan",
            function=lambda x_train, x_test: _variance(x_train, x_test, guarded=False),
            hint=_VARIANCE + _FIRST,
        ),
        Misconception(
            id="zero_by_zero",
            function=_unguarded,
            hint="All is right but features that do not vary: 0 / 0 is NaN, and one NaN makes every later number of a "
            "net NaN. By what could you divide there, so that 0 stays 0?",
        ),
        *[_tiny_added(eps) for eps in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)],
        *[_eps_in_root(eps) for eps in (1e-5, 1e-8)],
        Misconception(
            id="constant_set_to_zero",
            function=_dropped,
            hint="You set a constant feature to 0 in the test set too. It may differ there: what is the plain "
            "difference from the training mean?",
        ),
        Misconception(
            id="only_centred",
            function=lambda x_train, x_test: (x_train - x_train.mean(axis=0), x_test - x_train.mean(axis=0)),
            hint="The mean is off, and the scale is as it was. What is the standard deviation of your columns?",
        ),
        Misconception(
            id="not_centred",
            function=_not_centred,
            hint="You divide by the standard deviation, and the mean is still there. What comes off first?",
        ),
        Misconception(
            id="precedence",
            function=_precedence,
            hint="You subtract mean / std. Python divides before it subtracts: where do parentheses belong in "
            "`x - mean / std`?",
        ),
        Misconception(
            id="test_untouched",
            function=lambda x_train, x_test: (_guard(x_train, x_test)[0], x_test.copy()),
            hint=_UNTOUCHED,
        ),
        Misconception(id="test_untouched_nan", function=_learned_too_late, hint=_UNTOUCHED + _FIRST),
        in_place(
            _in_place, "x_train", "`-=` and `/=` write into the array on their left: what does `x_train - mean` do?"
        ),
        float64(_float64, "np.zeros(x_train.shape[1])"),
    ),
    variants={"loop": _loop, "guard": _guard, "where": _where},
)
