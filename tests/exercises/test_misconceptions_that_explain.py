"""A known wrong answer is named where it explains what is shown, not wherever it happens to agree."""

import math

from coursekit.exercises import exercise
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


def test_an_error_of_another_kind_is_another_mistake():
    """A product whose shapes do not fit is not a result that could not be taken apart, though both raise ValueError."""
    pca = exercise("pca")

    def takes_apart(x_train, x_test, k):
        mean, axes, _ = range(2)
        return mean, axes

    result = pca.evaluate(takes_apart)
    assert "ValueError" in result.checks[0].got
    assert result.misconception is None


def test_a_limit_without_the_tolerance_is_not_said_to_look_at_falls_alone():
    converged = exercise("has_converged")
    no_tolerance = converged.evaluate(lambda losses, tol: len(losses) > 1 and abs(losses[-1] / losses[-2] - 1) <= 1)
    assert no_tolerance.misconception == "tol_left_out"
    always = converged.evaluate(lambda losses, tol: len(losses) > 1)
    assert always.misconception is None


def test_what_never_stops_has_not_waited_one_epoch_too_long():
    def lowest_number(val_losses, patience):
        return min(range(len(val_losses)), key=lambda i: (val_losses[i] != val_losses[i], val_losses[i]))

    assert exercise("early_stopping").evaluate(lowest_number).misconception is None
