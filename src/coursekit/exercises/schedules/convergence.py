"""has_converged."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Flag
from coursekit.exercises.schedules.drawing import once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.optim import has_converged


def _converged_cases(draw: Draw) -> list[Case]:
    def case(losses: list[Any], tol: float, about: str = "", group: str = "values") -> Case:
        return Case(args=(losses, tol), about=about, group=group)

    # All are multiples of a size of two decimals, far from the limit whatever that is.
    one = draw.number(0.5, 1.5)

    def times(*ratios: float) -> list[float]:
        return [round(one * ratio, 4) for ratio in ratios]

    few, some = draw.number(0.03, 0.05), draw.number(0.55, 0.7)
    cases = [
        # A rise first: whoever says True to any change should not be told that it is the falls.
        case(times(1, 3), few, "rising"),
        case(times(1, 1.5), few, "rising"),
        case(times(2, 1), few, "still falling"),
        case(times(1, 0.99), few),
        case(times(1, 2), few, "rising"),
        case(times(1, 1.01), few, "rising a little"),
        case([round(40 * one, 2), round(40 * one - 0.8, 2)], few, "large losses"),
        case([round(0.02 * one, 4), round(0.01 * one, 4)], few, "small losses"),
        case(times(1, 2), some, "a large tolerance"),
        case(times(2, 1), some, "a large tolerance"),
        case(times(100, 10, 9), few, "the first loss was much larger"),
        case(times(10, 9.9, 5, 2), few, "a flat piece at the start"),
        case(times(10, 5, 4.95, 2), few, "a flat piece in the middle"),
        case(times(10, 5, 2, 1.99), few, "flat at the end"),
        case(times(10, 9.8, 9.6, 9.4, 9.2, 9.0, 8.8), few, "slow, but every step is small"),
        case(times(5, 3, 3, 2, 1.6, draw.number(1.0, 1.3)), few),
    ]
    cases += [
        case([], few, "no loss", "few"),
        case(times(1), few, "one loss", "few"),
        case([0.0], few, "one loss", "few"),
    ]
    cases += [
        case(times(-2, -2.01), few, "negative losses", "sign"),
        case(times(-1, -2), few, "negative losses", "sign"),
        case(times(-2, -1), few, "negative losses", "sign"),
        case([0.0, 0.0], few, "0 and again 0", "sign"),
        case([0.0, 0.5], few, "from 0 to something", "sign"),
        case([0.5, 0.0], few, "from something to 0", "sign"),
        case(times(-0.1, 0.1), few, "through 0", "sign"),
    ]
    cases += [
        case([1.0, 0.75], 0.25, "exactly at the limit", "limit"),
        case([2.0, 2.5], 0.25, "exactly at the limit", "limit"),
        case([3.0, 3.0], 0.0, "no change, no tolerance", "limit"),
        case([3.0, 2.5], 0.0, "no tolerance", "limit"),
    ]
    cases += [
        case([*times(1), math.nan], few, "the last is NaN", "nan"),
        case([math.nan, *times(1)], few, "the last but one is NaN", "nan"),
        case([math.nan, *times(1, 0.99)], few, "a NaN earlier on", "nan"),
    ]
    cases += [
        case([4, 3], 0.5, "whole numbers", "edges"),
        case([4, 1], 0.5, "whole numbers", "edges"),
        case([1e4, 9.99e3], few, "large losses", "edges"),
        case([1e4, 5e3], few, "large losses", "edges"),
        case(times(*(3 - 0.05 * i for i in range(40))), few, "many losses", "edges"),
    ]
    return once_more(cases)


def _pops_two(losses: list[float], tol: float) -> bool:
    if len(losses) < 2:
        return False
    last = losses.pop()
    return abs(last - losses[-1]) <= tol * abs(losses[-1])


def _pairs(losses: list[float], tol: float) -> list[bool]:
    return [abs(b - a) <= tol * abs(a) for a, b in pairwise(losses)]


def _divides(losses: list[float], tol: float) -> bool:
    return len(losses) >= 2 and abs(losses[-1] - losses[-2]) / abs(losses[-2]) <= tol


def _by_steps(losses: list[float], tol: float) -> bool:
    if len(losses) < 2:
        return False
    before, now = losses[-2:]
    change = now - before
    if change < 0:
        change = -change
    return bool(change <= tol * (before if before > 0 else -before))


def _between(losses: list[float], tol: float) -> Any:
    if len(losses) < 2:
        return np.False_
    band = tol * np.abs(losses[-2])
    return np.logical_and(losses[-1] - losses[-2] >= -band, losses[-1] - losses[-2] <= band)


def _guarded_division(losses: list[float], tol: float) -> bool:
    if len(losses) < 2:
        return False
    change = abs(losses[-1] - losses[-2])
    return change == 0 if losses[-2] == 0 else change / abs(losses[-2]) <= tol


HAS_CONVERGED = Exercise(
    assignment="schedules",
    reference=has_converged,
    task="Has the training loss stopped changing? Compare the last entry of `losses` with the one before it: return "
    "True when they differ, up or down, by at most the share `tol` of the size of the EARLIER one. With fewer than "
    "two losses return False. `losses` is a list; its numbers may be negative, 0 or NaN, and where one of the two is "
    "NaN the answer is False.",
    rule="has_converged = abs(losses[-1] - losses[-2]) <= tol * abs(losses[-2]); False with fewer than two losses",
    returns=Flag(),
    cases=_converged_cases,
    checks=(
        values(
            3,
            "Take the last two losses of this call. By how much do they differ, and how much is tol times the earlier?",
        ),
        Check(
            name="fewer than two losses",
            points=1,
            group="few",
            hint="Which entries do `losses[-1]` and `losses[-2]` name when there is one loss, or none?",
        ),
        Check(
            name="losses that are 0 or negative",
            points=1,
            group="sign",
            hint="What is tol times a negative loss, and what does a division by 0 do? Where does `abs` belong?",
        ),
        Check(
            name="exactly at the limit",
            points=1,
            group="limit",
            hint="The two sides are equal here. Does `at most` include that?",
        ),
        Check(
            name="NaN",
            points=1,
            group="nan",
            hint="Every comparison with NaN is False. Which comparison do you ask, and do you turn its answer round?",
        ),
        edges(hint="What is special about these losses? Put the last two of them into the rule by hand."),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="absolute_tolerance",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol,
            hint="You compare the change with tol itself, so the answer depends on how large the losses are. A share "
            "of what is tol?",
        ),
        Misconception(
            id="tol_left_out",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= abs(losses[-2]),
            hint="Your limit is the size of the earlier loss, and the answer is the same for every `tol`. Which share "
            "of that loss may the change be?",
        ),
        Misconception(
            id="rise_counts_as_converged",
            function=lambda losses, tol: len(losses) >= 2 and losses[-2] - losses[-1] <= tol * abs(losses[-2]),
            hint="A loss that rises has converged with you, however steeply. Which sign has earlier minus later then, "
            "and what makes it a size?",
        ),
        Misconception(
            id="fall_counts_as_converged",
            function=lambda losses, tol: len(losses) >= 2 and losses[-1] - losses[-2] <= tol * abs(losses[-2]),
            hint="A loss that falls has converged with you, however steeply. Which sign has later minus earlier then, "
            "and what makes it a size?",
        ),
        Misconception(
            id="negative_limit",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol * losses[-2],
            hint="With a negative loss your limit is negative, and no size is below that. What must be made positive "
            "besides the change?",
        ),
        Misconception(
            id="share_of_the_last",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol * abs(losses[-1]),
            hint="You take the share of the last loss. From which of the two did the change start?",
        ),
        Misconception(
            id="share_of_the_larger",
            function=lambda losses, tol: (
                len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol * max(abs(losses[-1]), abs(losses[-2]))
            ),
            hint="You take the share of the larger of the two, as Python's `math.isclose` does. Which one does the "
            "rule name?",
        ),
        Misconception(
            id="share_of_the_first",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol * abs(losses[0]),
            hint="You take the share of the very first loss. From which loss did the last change start?",
        ),
        Misconception(
            id="first_two",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[1] - losses[0]) <= tol * abs(losses[0]),
            hint="You compare the first two losses. Which indices count from the end of a list?",
        ),
        Misconception(
            id="any_two_neighbours",
            function=lambda losses, tol: any(_pairs(losses, tol)),
            hint="One flat piece anywhere is enough for you, also when the loss fell on afterwards. Which two losses "
            "say how things stand now?",
        ),
        Misconception(
            id="all_neighbours",
            function=lambda losses, tol: len(losses) >= 2 and all(_pairs(losses, tol)),
            hint="You ask that the loss never changed much, so a run that ever learned something cannot converge. "
            "Which two losses say how things stand now?",
        ),
        Misconception(
            id="first_against_last",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[0]) <= tol * abs(losses[0]),
            hint="You compare the last loss with the first of all. How much has changed in the last step?",
        ),
        Misconception(
            id="small_loss",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1]) <= tol,
            hint="You ask whether the loss is small. Can a loss be large and yet have stopped changing?",
        ),
        Misconception(
            id="strictly_below",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) < tol * abs(losses[-2]),
            hint="You say False where the change is exactly the limit. Which comparison says at most?",
        ),
        Misconception(
            id="not_greater",
            function=lambda losses, tol: len(losses) >= 2 and not abs(losses[-1] - losses[-2]) > tol * abs(losses[-2]),
            hint="With NaN you say True: that NaN is not above the limit does not make it below. Which comparison can "
            "be asked without `not`?",
        ),
        Misconception(
            id="divides",
            function=_divides,
            hint="You divide by the earlier loss, which may be 0. How can the same be asked with a product?",
        ),
        Misconception(
            id="fewer_than_two_is_converged",
            function=lambda losses, tol: len(losses) < 2 or abs(losses[-1] - losses[-2]) <= tol * abs(losses[-2]),
            hint="With fewer than two losses you say True. Can anybody know yet whether they still change?",
        ),
        Misconception(
            id="does_not_count_them",
            function=lambda losses, tol: abs(losses[-1] - losses[-2]) <= tol * abs(losses[-2]),
            hint="With one loss, or none, your function looks for entries that are not there. What should be asked "
            "first?",
        ),
        Misconception(
            id="turned_round",
            function=lambda losses, tol: len(losses) >= 2 and abs(losses[-1] - losses[-2]) > tol * abs(losses[-2]),
            hint="You say True while the loss still changes. Is that what the function's name asks?",
        ),
        in_place(_pops_two, "losses", "Which index reads the last entry without taking it out?"),
    ),
    variants={"by_steps": _by_steps, "between": _between, "guarded_division": _guarded_division},
)
