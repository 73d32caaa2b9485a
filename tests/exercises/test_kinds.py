import numpy as np
import pytest

from coursekit.exercises.kinds import (
    ArrayOf,
    DictOf,
    Flag,
    Kind,
    ListOf,
    Number,
    Opaque,
    Optional,
    Several,
    Text,
    Unread,
    UnreadableError,
)

GOOD = [
    (ArrayOf(), np.ones(2, np.float32)),
    (ArrayOf(integer=True), np.arange(3)),
    (Number(), 1),
    (Number(), 0.5),
    (Number(), np.float32(0.5)),
    (Number(), np.array(0.5)),
    (Number(integer=True), np.int8(3)),
    (Flag(), np.True_),
    (Flag(), False),
    (Text(), "healthy"),
    (Optional(Number()), None),
    (ListOf(Number()), (1.0, 2.0)),
    (DictOf(ArrayOf()), {"w": np.ones(1)}),
    (Opaque(), object()),
    (Several(a=Number(), b=ArrayOf()), [1.0, np.ones(2)]),
]
BAD = [
    (ArrayOf(), [1.0], "np.array"),
    (ArrayOf(), np.float64(2), "single number"),
    (ArrayOf(integer=True), np.ones(2), "whole numbers"),
    (ArrayOf(), np.ones(2, complex), "complex"),
    (Number(), True, "bool"),
    (Number(), np.ones(1), "shape (1,)"),
    (Number(), 10**400, "too large"),
    (Number(integer=True), 2.0, "number 2.0"),
    (Flag(), 1, "number 1"),
    (Text(), 3, "number 3"),
    (ListOf(Number()), np.ones(2), "shape (2,)"),
    (ListOf(Number()), [1.0, None], "None"),
    (DictOf(Number()), {1: 1.0}, "dict"),
    (Several(a=Number(), b=Number()), (1.0,), "1 results; 2 are asked for: a, b"),
    (Several(a=Number(), b=Number()), np.ones(2), "2 results are asked for"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_accepted(kind: Kind, value: object) -> None:
    kind.read(value)
    assert str(kind)


@pytest.mark.parametrize(("kind", "value", "message"), BAD)
def test_refused_with_a_reason(kind: Kind, value: object, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        kind.read(value)
    assert message in str(caught.value)


def test_none_as_a_part_is_not_put_down_to_a_missing_return() -> None:
    with pytest.raises(UnreadableError, match=r"a dict whose 'b' is None$"):
        DictOf(ArrayOf()).read({"b": None})
    assert Several(a=Number(), b=ArrayOf()).read((1.0, None))[1] == Unread("b is None")


def test_an_array_is_copied() -> None:
    given = np.ones(3)
    read = ArrayOf().read(given)
    given[0] = 7
    assert read[0] == 1


def test_a_part_that_cannot_be_read_leaves_the_others() -> None:
    assert Several(a=Number(), b=Number()).read((1.0, "x")) == (1.0, Unread("b is the str 'x'"))
