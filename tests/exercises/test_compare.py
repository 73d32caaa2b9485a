import numpy as np
import pytest

from coursekit.exercises.compare import DOUBLE, SINGLE, difference


def same(got: object, expected: object, **options: object) -> bool:
    return difference(got, expected, **({"single": False} | options)) is None


def test_tolerance_follows_the_dtype() -> None:
    one = np.ones(2)
    assert same(one + 5e-8, one)
    assert not same(one + 5e-7, one)
    assert same(one + 5e-5, one, single=True)
    assert not same(one + 5e-4, one, single=True)
    assert same(one + 5e-6, one, scale=1e4)
    assert DOUBLE.relative < SINGLE.relative


def test_special_values() -> None:
    nan, inf = np.array([np.nan]), np.array([np.inf])
    assert same(nan, nan)
    assert same(inf, inf)
    assert not same(inf, -inf)
    assert not same(nan, np.ones(1))
    assert not same(inf, np.ones(1))
    assert not same(np.ones(1), inf)
    assert same(float("nan"), float("nan"))
    assert not same(float("inf"), 1.0)


def test_shapes_do_not_broadcast() -> None:
    assert not same(np.ones((1, 3)), np.ones(3))
    found = difference(np.ones((3, 1)), np.ones((3, 3)), single=False)
    assert found is not None
    assert "shape (3, 1)" in found.reason


def test_the_wrong_entry_is_found() -> None:
    expected = np.zeros((2, 3))
    got = expected.copy()
    got[1, 2] = 1
    assert difference(got, expected, single=False).index == (1, 2)


@pytest.mark.parametrize(
    ("got", "expected", "agree"),
    [
        (True, True, True),
        (1, True, False),
        ("a", "a", True),
        ("a", "b", False),
        (3, 3, True),
        (None, None, True),
        (None, 1.0, False),
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0], [1.0, 2.0], False),
        ({"a": 1.0}, {"a": 1.0}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ((np.ones(1), 2.0), (np.ones(1), 3.0), False),
        (1.0, np.ones(1), False),
        (np.ones(1), 1.0, False),
    ],
)
def test_nests(got: object, expected: object, agree: bool) -> None:
    assert same(got, expected) is agree
