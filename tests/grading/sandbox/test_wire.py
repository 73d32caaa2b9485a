"""The codec: what is sent comes back the same, and hostile bytes do nothing but raise an error of its own."""

import contextlib
import json
import socket
import struct
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.exercises import Answer, assignment, assignments
from coursekit.exercises.cases import Case, Given, Made, Seeded, fresh, unchanged
from coursekit.exercises.kinds import (
    ArrayOf,
    DictOf,
    Flag,
    Kind,
    ListOf,
    Number,
    Optional,
    Plain,
    Series,
    Several,
    Text,
    Unread,
)
from coursekit.grading.inside import questions
from coursekit.grading.inside.frames import ClosedError, Frames, LateError, TooMuchError
from coursekit.grading.inside.wire import WireError, decode, dumps, encode, loads

DTYPES = st.sampled_from(["f2", "f4", "f8", ">f8", "i1", "i4", "i8", "u1", "u8", "?"])
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS | ARRAYS
NESTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(TEXTS, inner, max_size=4)
        | st.lists(st.floats(), min_size=16, max_size=40)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from("alntdf"),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=20,
)
KINDS = [ArrayOf(), Number(integer=True), Several(dx=ArrayOf(), n=Number()), ListOf(DictOf(Optional(Text()))), Series()]


def through(value):
    plain, blob = encode(value)
    return decode(loads(dumps(plain)), blob)


@given(NESTS)
def test_what_is_sent_comes_back_to_the_bit(value):
    assert unchanged(value, through(value))


@given(hnp.arrays("f8", 3), st.integers(-5, 5))
def test_numbers_of_numpy_keep_their_type(numbers, whole):
    for value in (numbers[0], np.float32(0.1), np.int16(whole), np.bool_(True)):
        back = through(value)
        assert type(back) is type(value)
        assert back.tobytes() == value.tobytes()


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array(["a"]), np.array([object()]), 1j, 2**2000, b"bytes"])
def test_anything_else_is_refused_before_it_is_sent(value):
    with pytest.raises(WireError):
        encode(value)


def test_a_nest_that_is_too_deep_is_refused_on_both_sides():
    deep: list = []
    for _ in range(50):
        deep = [deep]
    with pytest.raises(WireError, match="deep"):
        encode(deep)
    plain = ["l", []]
    for _ in range(50):
        plain = ["l", [plain]]
    with pytest.raises(WireError, match="deep"):
        decode(plain, b"")


@given(JSON, st.binary(max_size=64))
def test_whatever_json_comes_is_a_value_or_a_wire_error(plain, blob):
    with contextlib.suppress(WireError):
        decode(plain, blob)


@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_json_or_a_wire_error(raw):
    with contextlib.suppress(WireError):
        loads(raw)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"9" * 10_000, b'"\\ud800"', b"\xff", b"nul", b""])
def test_hostile_json_is_no_more_than_an_error(raw):
    try:
        assert raw == b'"\\ud800"', loads(raw)
        assert decode(loads(raw), b"") == "?"
    except WireError:
        assert raw != b'"\\ud800"'


@pytest.mark.parametrize(
    "plain",
    [
        ["a", "<f8", [10**9]],
        ["a", "<f8", [2**62, 2**62]],
        ["a", "<f8", [-1]],
        ["a", "<f8", [True]],
        ["a", "<f8", [0] * 64],
        ["a", "|O8", [1]],
        ["a", "<M8", [1]],
        ["a", "|S8", [1]],
        ["a", "<f3", [1]],
        ["a", "<f8", []],
        ["f", 10**12],
        ["n", "<f8", [1]],
        ["made", "os", "system", ["t", []]],
    ],
)
def test_an_announcement_that_the_bytes_do_not_bear_out_is_refused(plain):
    with pytest.raises(WireError):
        decode(plain, b"\0" * 16)


def test_a_bool_is_0_or_1_whatever_byte_came():
    array = decode(["a", "|b1", [3]], b"\x00\x01\xff")
    assert array.tobytes() == b"\x00\x01\x01"


@pytest.mark.parametrize("id", assignments())
def test_every_case_and_kind_of_the_course_can_be_sent(id):
    for exercise in assignment(id).exercises.values():
        kind = questions.unpack_kind(loads(dumps(questions.pack_kind(exercise.returns))))
        assert str(kind) == str(exercise.returns)
        for case in exercise.paper(7).cases:
            plain, blob = questions.pack_case(case)
            back = questions.unpack_case(loads(dumps(plain)), blob)
            assert back.view == case.view
            assert back.summary is None
            for one, other in zip(
                (*case.args, *case.kwargs.values()), (*back.args, *back.kwargs.values()), strict=True
            ):
                assert type(one) is type(other)
                if isinstance(one, Made):
                    assert one.maker is other.maker
                    assert unchanged(one.args, other.args)
                elif not isinstance(one, Given | Seeded):
                    assert unchanged(one, other)


def test_a_maker_outside_of_the_callbacks_is_refused_on_both_sides():
    with pytest.raises(WireError, match="callbacks"):
        questions.pack_case(Case(args=(Made(json.loads),)))
    with pytest.raises(WireError, match="callbacks"):
        questions.unpack_case(["l", [["t", [["made", "json", "loads", ["t", []]]]], ["d", []], False]], b"")


def test_a_case_with_all_kinds_of_arguments_comes_back():
    case = Case(args=(Given("f", (np.ones(2),), 1), Seeded(3), fresh(np.ones((2, 2)), view=True)), kwargs={"n": None})
    plain, blob = questions.pack_case(case)
    back = questions.unpack_case(plain, blob)
    assert back.args[0].function == "f"
    assert back.args[0].pick == 1
    assert back.args[1] == Seeded(3)
    assert unchanged(case.args[2], back.args[2])


def answered(value, kind: Kind, **others) -> Answer:
    plain, blob = questions.pack_answer(Answer(value=value, **others))
    return questions.unpack_answer(loads(dumps(plain)), blob, kind, ["x", "alpha"])


def test_an_answer_comes_back():
    value = (np.ones(3), Unread("n is None"))
    got = answered(value, KINDS[2], changed=("x",), warnings=("overflow",), printed="hi")
    assert unchanged(value[0], got.value[0])
    assert got.value[1] == Unread("n is None")
    assert (got.changed, got.warnings, got.printed, got.stopped) == (("x",), ("overflow",), "hi", False)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3.0, ArrayOf()),
        (np.ones(2), Number()),
        (None, Flag()),
        ((np.ones(2),), KINDS[2]),
        ([1.0, 2.0], KINDS[2]),
        ({"a": np.ones(2)}, DictOf(Number())),
        (Unread("x"), Number()),
        (np.ones(2), Plain()),
    ],
)
def test_an_answer_of_another_kind_is_no_answer(value, kind):
    with pytest.raises(WireError):
        answered(value, kind)


@given(JSON, st.binary(max_size=32), st.sampled_from(KINDS))
def test_whatever_comes_for_an_answer_is_one_or_a_wire_error(plain, blob, kind):
    for message in (plain, [plain, None, [], [], "", False, []]):
        with contextlib.suppress(WireError):
            questions.unpack_answer(message, blob, kind, ["x"])


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_a_message_arrives_whole_however_large(ends):
    one, other = ends
    sent = threading.Thread(target=Frames(one).send, args=({"a": 1}, b"x" * 3_000_000))
    sent.start()
    assert Frames(other).receive() == ({"a": 1}, b"x" * 3_000_000)
    sent.join()


def test_more_than_the_budget_is_refused_before_it_is_read(ends):
    one, other = ends
    one.sendall(struct.pack("<II", 10, 4_000_000_000))
    with pytest.raises(TooMuchError):
        Frames(other, 1 << 20).receive()


def test_a_side_that_says_nothing_or_goes_is_told(ends):
    one, other = ends
    import time

    one.sendall(struct.pack("<II", 10, 0))
    with pytest.raises(LateError):
        Frames(other).receive(time.monotonic() + 0.05)
    one.close()
    with pytest.raises(ClosedError):
        Frames(other).receive()


@given(st.binary(max_size=64))
def test_whatever_bytes_come_a_receiver_raises_an_error_of_its_own(raw):
    one, other = socket.socketpair()
    with one, other:
        one.sendall(raw)
        one.close()
        frames = Frames(other, 1000)
        try:
            while True:
                frames.receive()
        except (ClosedError, TooMuchError, WireError):
            pass
