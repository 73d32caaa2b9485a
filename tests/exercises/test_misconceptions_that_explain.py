"""A known wrong answer is named where it explains what is shown, not wherever it happens to agree."""

import math

from coursekit.exercises.cases import Case
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import values


def lowest(losses):
    """The lowest loss, NaN left out."""
    return min(loss for loss in losses if loss == loss)


def by_min(losses):
    return min(losses)  # the first of two that cannot be compared


BY_MIN = Misconception(id="by_min", function=by_min, hint="?")

EXERCISE = Exercise(
    assignment="any",
    reference=lowest,
    task="The lowest.",
    rule="min",
    returns=Number(),
    cases=lambda draw: [
        *(Case(args=([1.0, float(second)],)) for second in (0, 2, 3, 4, -1)),
        Case(args=([math.nan, 1.0],), group="nan"),
    ],
    checks=(values(1, "Which?"), Check(name="NaN", points=1, group="nan")),
    misconceptions=(BY_MIN,),
    variants={},
)


def test_it_is_named_where_it_explains_all():
    result = EXERCISE.evaluate(by_min)
    assert (result.misconception, result.score) == ("by_min", 1)


def test_it_is_not_named_where_another_mistake_is_shown():
    """The first loss is NaN at NaN, as by_min's is, and right at most other cases; but what is shown has no NaN."""
    result = EXERCISE.evaluate(lambda losses: losses[0])
    assert "nan" not in result.checks[0].at
    assert result.misconception is None


def test_it_is_not_named_where_it_explains_little():
    def mostly_wrong(losses):
        return min(losses) if losses[0] != losses[0] or losses[1] > 1 else losses[0] + losses[1]

    assert EXERCISE.evaluate(mostly_wrong).misconception is None


def test_right_values_are_not_wrong_ones_besides():
    """What is said to have the right values is not said of an answer without them."""

    def sorts(losses):
        losses.sort()
        return lowest(losses)

    def first_of_sorted(losses):
        losses.sort()
        return losses[0] + (losses[1] == 2.0)

    sorting = Misconception(id="sorting", function=sorts, hint="?")
    exercise = Exercise(
        assignment="any",
        reference=lowest,
        task="The lowest.",
        rule="min",
        returns=Number(),
        cases=lambda draw: [Case(args=([3.0, 1.0, float(n)],)) for n in (0, 2, 4, 5, 6)],
        checks=(values(1, "Which?"), Check(name="unchanged", points=1, aspect="unchanged")),
        misconceptions=(sorting,),
        variants={},
    )
    assert exercise.evaluate(sorts).misconception == "sorting"
    assert exercise.evaluate(first_of_sorted).misconception is None
