"""From an answer to what is compared."""

import numpy as np

from coursekit.exercises.asking import Answer
from coursekit.exercises.cases import Case, Summary
from coursekit.exercises.kinds import Unread
from coursekit.exercises.looking import differ, reference_seen, seen

PAIRS = Case(args=(), summary=Summary(of=lambda pairs: {"total": sum(b.size for _, b in pairs)}, free_shape=True))
RIGHT = Answer(value=[(np.arange(2), np.arange(3))])


def look(value):
    (right,) = reference_seen([PAIRS], [RIGHT])
    (answer,) = seen([PAIRS], [right], [Answer(value=value)])
    return right.seen, answer.seen


def test_a_part_that_is_not_of_its_kind_is_what_is_told():
    expected, got = look([(np.arange(2), np.arange(3)), (np.arange(2), Unread("validation is a list of 3"))])
    assert got == Unread("validation is a list of 3")
    assert differ(PAIRS, got, expected) is not None


def test_a_summary_that_cannot_be_made_is_no_error():
    expected, got = look([(np.arange(2), None)])
    assert isinstance(got, Unread)
    assert differ(PAIRS, got, expected) is not None


def test_another_shape_is_looked_at_where_that_is_free():
    expected, got = look([(np.arange(7), np.arange(3))])
    assert got == expected == {"total": 3}
