"""scale_to_range."""

import numpy as np

from coursekit.data import scale_to_range
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.preprocessing.drawing import BOTH, both_parts, large_sets, sets, whole_row, with_constant
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged

Both = tuple[Array, Array]


def _beyond(draw: Draw, n: int, m: int, d: int) -> Both:
    """Two sets of which the test set goes beyond the training one, above in its first row, below in its second."""
    x_train, x_test = sets(draw, n, m, d)
    x_test[0] = np.round(x_train.max(axis=0) + abs(draw.array(d)), 2)
    if m > 1:
        x_test[1] = np.round(x_train.min(axis=0) - abs(draw.array(d)), 2)
    return x_train, x_test


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, m: int, d: int, about: str = "", group: str = "values", **kwargs: float) -> Case:
        return Case(args=_beyond(draw, n, m, d), kwargs=kwargs, about=about, group=group)

    def constant(n: int, m: int, d: int, about: str, **kwargs: float) -> Case:
        args = with_constant(draw, n, m, d, same=True)
        return Case(args=args, kwargs=kwargs, about=about, group="constant")

    d = draw.size(2, 4)
    low, high = draw.number(-4.0, -0.5), draw.number(0.5, 4.0)
    one = whole_row(draw, d)
    close = np.round(draw.number(0.5, 3.0) + np.array([[0.0, 3.0], [0.02, 1.0], [0.01, 2.0]]), 2)
    cases = [
        case(2, 1, 2),
        case(3, 2, 2),
        case(3, 3, 3),
        case(draw.size(4, 9), draw.size(2, 4), draw.size(3, 6)),
        case(2, 1, 1, "from 0 to 1", "given", low=0, high=1),
        case(3, 2, 2, "another range", "given", low=low, high=high),
        case(3, 2, 2, "only high is given", "given", high=draw.number(2.0, 5.0)),
        Case(args=(*_beyond(draw, 3, 2, 2), draw.number(1.0, 2.0), 5.0), about="by position", group="given"),
        constant(2, 1, 2, "one feature is constant"),
        constant(draw.size(3, 6), 2, d, "one feature is constant", low=0.5, high=2.0),
        Case(args=(one, one.copy()), about="one row, the same in both sets", group="constant"),
        case(draw.size(3, 6), 1, d, "one row in the test set", "edges"),
        case(draw.size(3, 6), 2, 1, "one feature", "edges"),
        Case(args=(close, close[:1] + 0.5), about="a feature of small spread", group="edges"),
        Case(args=large_sets(draw), about="large entries", group="edges"),
    ]
    return with_layouts(cases, typical=lambda: case(draw.size(3, 5), 2, 3))


def _to(t: Array, low: float, high: float) -> Array:
    return low + (high - low) * t


def _share(x: Array, minimum: Array, maximum: Array, *, guarded: bool = True) -> Array:
    """0 at the minimum, 1 at the maximum; `guarded` has a divisor of 1 where they are equal."""
    span = maximum - minimum
    return (x - minimum) / (span + (span == 0) if guarded else span)  # type: ignore[no-any-return]


def _own(x_train: Array, x_test: Array, low: float, high: float, *, guarded: bool = True) -> Both:
    train, test = (_to(_share(x, x.min(axis=0), x.max(axis=0), guarded=guarded), low, high) for x in (x_train, x_test))
    return train, test


def _joint(x_train: Array, x_test: Array, low: float, high: float, *, guarded: bool = True) -> Both:
    both = np.concatenate([x_train, x_test])
    train, test = (
        _to(_share(x, both.min(axis=0), both.max(axis=0), guarded=guarded), low, high) for x in (x_train, x_test)
    )
    return train, test


def _shares(x_train: Array, x_test: Array, *, guarded: bool = True) -> Both:
    minimum, maximum = x_train.min(axis=0), x_train.max(axis=0)
    return _share(x_train, minimum, maximum, guarded=guarded), _share(x_test, minimum, maximum, guarded=guarded)


def _right(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _shares(x_train, x_test)
    return _to(train, low, high), _to(test, low, high)


def _unguarded(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _shares(x_train, x_test, guarded=False)
    return _to(train, low, high), _to(test, low, high)


def _clipped(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _right(x_train, x_test, low, high)
    return train, np.clip(test, low, high)


def _one_range(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    minimum, maximum = x_train.min(), x_train.max()
    return _to(_share(x_train, minimum, maximum), low, high), _to(_share(x_test, minimum, maximum), low, high)


def _rows(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = (
        _to(_share(x, x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)), low, high) for x in (x_train, x_test)
    )
    return train, test


def _low_forgotten(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _shares(x_train, x_test)
    return (high - low) * train, (high - low) * test


def _high_for_span(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _shares(x_train, x_test)
    return low + high * train, low + high * test


def _max_abs(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    largest = np.abs(x_train).max(axis=0)
    return x_train / largest, x_test / largest


def _mean_normalized(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    mean, span = x_train.mean(axis=0), x_train.max(axis=0) - x_train.min(axis=0)
    span = span + (span == 0)
    return _to((x_train - mean) / span, low, high), _to((x_test - mean) / span, low, high)


def _by_maximum(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    minimum, maximum = x_train.min(axis=0), x_train.max(axis=0)
    train, test = (_to((x - minimum) / (maximum + (maximum == 0)), low, high) for x in (x_train, x_test))
    return train, test


def _eps(eps: float) -> Misconception:
    def function(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
        minimum = x_train.min(axis=0)
        span = x_train.max(axis=0) - minimum + np.asarray(eps, x_train.dtype)
        return _to((x_train - minimum) / span, low, high), _to((x_test - minimum) / span, low, high)

    return Misconception(
        id=f"divisor_plus_{eps:.0e}",
        function=function,
        hint=f"The {eps:.0e} in your divisor moves every value a little, so that the training maximum misses `high`. "
        "Which features need a guard, and which do not?",
    )


def _in_place(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    minimum, span = x_train.min(axis=0), x_train.max(axis=0) - x_train.min(axis=0)
    span = span + (span == 0)
    for x in (x_train, x_test):
        x -= minimum
        x *= (high - low) / span
        x += low
    return x_train, x_test


def _float64(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = np.zeros(x_train.shape), np.zeros(x_test.shape)
    train[:], test[:] = _right(x_train, x_test, low, high)
    return train, test


def _loop(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = np.empty_like(x_train), np.empty_like(x_test)
    for j in range(x_train.shape[1]):
        least, most = min(x_train[:, j]), max(x_train[:, j])
        span = most - least if most > least else 1
        for x, out in ((x_train, train), (x_test, test)):
            for i in range(len(x)):
                out[i, j] = low + (x[i, j] - least) * (high - low) / span
    return train, test


def _slope(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> list[Array]:
    minimum, span = x_train.min(axis=0), np.ptp(x_train, axis=0)
    slope = (high - low) / np.where(span == 0, 1, span)
    return [(x_train - minimum) * slope + low, (x_test - minimum) * slope + low]


def _ends(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    train, test = _shares(x_train, x_test)
    return low * (1 - train) + high * train, low * (1 - test) + high * test


_OWN = (
    "Your test set is stretched by its own smallest and largest values. The same flower in another test set would get "
    "other numbers: whose minimum and maximum does the net know?"
)

SCALE_TO_RANGE = Exercise(
    assignment="preprocessing",
    reference=scale_to_range,
    task="Map every feature so that its training values reach from `low` to `high` (-1 and 1 unless the caller says "
    "otherwise): the training minimum goes to `low`, the training maximum to `high`, and all between them in "
    "proportion. Treat the test set alike; its values may come to lie outside and are not cut off. A feature that is "
    "constant maps to `low`. Return both sets.",
    rule="t = (x - min) / (max - min) with the min and max of each column of x_train; low + (high - low) * t",
    returns=BOTH,
    cases=_cases,
    checks=(
        *both_parts(
            2,
            2,
            "Take one column of `x_train`: does its smallest number come back as `low` and its largest as `high`?",
            "How far is the test entry from the TRAINING minimum, in parts of the training range? Less than 0 and more "
            "than 1 are fine.",
        ),
        Check(
            name="low and high as given",
            points=2,
            group="given",
            hint="Follow the training minimum (t = 0) and maximum (t = 1) through your last line, with the `low` and "
            "`high` of this call. Where do they land?",
        ),
        Check(
            name="constant features",
            points=1,
            group="constant",
            hint="Where minimum and maximum are equal, by what do you divide? The task says where such a feature goes.",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="test_own_range",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _own(x_train, x_test, low, high),
            hint=_OWN,
        ),
        Misconception(
            id="test_own_range_nan",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _own(x_train, x_test, low, high, guarded=False),
            hint=_OWN + " (A test set of one row is 0 / 0 in your code: what does that tell you?)",
        ),
        Misconception(
            id="joint_range",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _joint(x_train, x_test, low, high),
            hint="Your minimum and maximum are those of both sets together. May the training data know how large the "
            "test values will be?",
        ),
        Misconception(
            id="joint_range_nan",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _joint(x_train, x_test, low, high, guarded=False),
            hint="Your minimum and maximum are those of both sets together. May the training data know how large the "
            "test values will be? (A constant feature is still 0 / 0: that comes after this.)",
        ),
        Misconception(
            id="test_clipped",
            function=_clipped,
            hint="You cut test values off at `low` and `high`. Two test values beyond the training maximum then look "
            "the same: does the task want that?",
        ),
        Misconception(
            id="one_range_for_all",
            function=_one_range,
            hint="You use one minimum and one maximum for all features. Does then every column reach from `low` to "
            "`high`? Along which axis do the examples lie?",
        ),
        Misconception(
            id="each_row",
            function=_rows,
            hint="You stretch each row by itself. A row is an example: along which axis is the minimum of a feature?",
        ),
        Misconception(
            id="ignores_low_and_high",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _right(x_train, x_test),
            hint="Your values reach from -1 to 1 whatever the caller asks for. Are `low` and `high` used in your "
            "formula?",
        ),
        Misconception(
            id="default_from_zero",
            function=lambda x_train, x_test, low=0.0, high=1.0: _right(x_train, x_test, low, high),
            hint="Your values start at 0 when no range is given, as scikit-learn's MinMaxScaler has it. Which defaults "
            "does the signature here have?",
        ),
        Misconception(
            id="always_zero_to_one",
            function=lambda x_train, x_test, low=-1.0, high=1.0: _shares(x_train, x_test),
            hint="You return how far each value is from the minimum, in parts of the range: 0 to 1. Which two steps "
            "carry 0 to `low` and 1 to `high`?",
        ),
        Misconception(
            id="low_forgotten",
            function=_low_forgotten,
            hint="Your range has the right width and starts at 0. What is the training minimum mapped to, and what "
            "should it be?",
        ),
        Misconception(
            id="high_for_width",
            function=_high_for_span,
            hint="You compute low + high * t. At t = 1 that is low + high: by what must t be multiplied so that it "
            "is high?",
        ),
        Misconception(
            id="by_largest_size",
            function=_max_abs,
            hint="You divide by the largest absolute value (scikit-learn's MaxAbsScaler). Does the smallest training "
            "value of each column then become `low`?",
        ),
        Misconception(
            id="mean_for_minimum",
            function=_mean_normalized,
            hint="You take the mean off before you divide by the range. What has to come off so that the smallest "
            "value gives t = 0?",
        ),
        Misconception(
            id="divided_by_maximum",
            function=_by_maximum,
            hint="You divide by the maximum. After the minimum is taken off, how large is the largest entry?",
        ),
        Misconception(
            id="zero_by_zero",
            function=_unguarded,
            hint="All is right but features that do not vary: their range is 0, and 0 / 0 is NaN. By what could you "
            "divide there, so that t is 0?",
        ),
        *[_eps(eps) for eps in (1e-5, 1e-6, 1e-7, 1e-8)],
        Misconception(
            id="test_untouched",
            function=lambda x_train, x_test, low=-1.0, high=1.0: (_right(x_train, x_test, low, high)[0], x_test.copy()),
            hint="Your test set comes back as it went in. What would a net that was trained on scaled rows make of it?",
        ),
        in_place(_in_place, "x_train", "`-=` and `*=` write into the array on their left: is there a form without?"),
        float64(_float64, "np.zeros(x_train.shape)"),
    ),
    variants={"loop": _loop, "slope": _slope, "ends": _ends, "shares": _right},
)
