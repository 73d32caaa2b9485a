"""What a record alone says of answers in words."""

import pytest

from coursekit.grading.gradebook.marks import marks_of
from coursekit.grading.record import State
from coursekit.grading.restore import roles_of

WORDS = ("explain-flow", "explain-deaths")


@pytest.mark.parametrize(
    ("state", "score"),
    [
        (State.GRADED, None),
        (State.TIMEOUT, None),
        (State.INFRASTRUCTURE, None),
        (State.UNREADABLE, 0.0),
        (State.WRONG_ASSIGNMENT, 0.0),
    ],
)
def test_an_answer_counts_as_not_given_only_where_that_is_known(course, state, score):
    marks = marks_of(course.record({}, notebook="", state=state), roles_of(course.release))
    assert [marks.scores[name] for name in WORDS] == [score, score]
    assert (set(WORDS) <= marks.unanswered) == (score == 0.0)


def test_a_notebook_that_is_there_tells(course):
    roles = roles_of(course.release)
    marks = marks_of(course.record({}, course.notebook({"explain-flow": "It shrinks."})), roles)
    assert [marks.scores[name] for name in WORDS] == [None, 0.0]
