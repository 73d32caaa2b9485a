"""majority_vote."""

from collections import Counter
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, unchanged, values
from coursekit.training import majority_vote


def _votes(draw: Draw, m: int, n: int, n_classes: int) -> Array:
    """Votes with one winner for each example, who is neither the mean nor the median of the labels everywhere."""
    columns: list[Array] = []
    while len(columns) < n:
        column = draw.rng.integers(n_classes, size=m)
        counts = np.sort(np.bincount(column, minlength=n_classes))
        if n_classes == 1 or counts[-1] > counts[-2]:
            columns.append(column)
    return np.stack(columns, axis=1)


def _tied(draw: Draw, m: int, n: int, n_classes: int) -> Array:
    """Votes in which two labels lead with the same count; by turns the larger and the smaller is voted for first."""
    columns: list[Array] = []
    while len(columns) < n:
        column = draw.rng.integers(n_classes, size=m)
        counts = np.bincount(column, minlength=n_classes)
        leaders = np.flatnonzero(counts == counts.max())
        first = next(label for label in column if label in leaders)
        if len(leaders) == 2 and first == leaders[1 - len(columns) % 2]:
            columns.append(column)
    return np.stack(columns, axis=1)


def _cases(draw: Draw) -> list[Case]:
    def case(votes: Any, n_classes: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(np.asarray(votes), n_classes), about=about, group=group)

    def typical() -> Case:
        return case(_votes(draw, 5, draw.size(3, 6), 3), 3)

    three = draw.rng.permutation(5)[:3]
    extremes = np.array([[0], [0], [0], [3], [4]])[draw.rng.permutation(5)]
    cases = [
        case(np.array([[2], [1], [2]]), 3),
        case(extremes, 5, "neither the mean nor the median of the labels"),
        case(np.array([[0, 2], [1, 1], [1, 2]]), 3),
        typical(),
        case(_votes(draw, draw.size(6, 11), draw.size(8, 15), draw.size(4, 6)), 6),
        case(np.array([[0], [1], [0], [0], [2], [2]]), 3, "the least voted label is not asked for"),
        case(_tied(draw, 2, 3, 3), 3, "two members, two labels", "ties"),
        case(_tied(draw, 4, 1, 3), 3, "two labels with two votes each", "ties"),
        case(_tied(draw, 5, draw.size(3, 5), 4), 4, "two labels with two votes each", "ties"),
        case(three[:, None], 5, "each label once", "ties"),
        case(_votes(draw, 1, 4, 3), 3, "one member", "edges"),
        case(_votes(draw, 5, 1, 3), 3, "one example", "edges"),
        case(np.zeros((3, 2), dtype=int), 1, "one class", "edges"),
        case(np.full((3, 2), 1), 6, "most labels get no vote", "edges"),
        case(_votes(draw, 5, 4, 3).astype(np.int32), 3, "labels in int32", "edges"),
    ]
    return with_layouts(cases, typical=typical, single=False)


def _counts(votes: Array, n_classes: int) -> Array:
    counts: Array = (votes[:, :, None] == np.arange(n_classes)).sum(axis=0)
    return counts


def _loop(votes: Array, n_classes: int) -> Any:
    winners = []
    for i in range(votes.shape[1]):
        best, most = 0, -1
        for label in range(n_classes):
            count = sum(1 for vote in votes[:, i] if vote == label)
            if count > most:
                best, most = label, count
        winners.append(best)
    return np.array(winners)


def _bincount(votes: Array, n_classes: int) -> Any:
    return np.array([np.bincount(column, minlength=n_classes).argmax() for column in votes.T])


def _unique(votes: Array, n_classes: int) -> Any:
    winners = np.zeros(votes.shape[1], dtype=votes.dtype)
    for i in range(votes.shape[1]):
        labels, counts = np.unique(votes[:, i], return_counts=True)
        winners[i] = labels[np.argmax(counts)]
    return winners


def _one_hot(votes: Array, n_classes: int) -> Any:
    return np.eye(n_classes, dtype=int)[votes].sum(axis=0).argmax(axis=-1)


def _larger(votes: Array, n_classes: int) -> Any:
    return n_classes - 1 - _counts(votes, n_classes)[:, ::-1].argmax(axis=1)


def _first_vote(votes: Array, n_classes: int) -> Any:
    return np.array([Counter(column.tolist()).most_common(1)[0][0] for column in votes.T])


def _by_member(votes: Array, n_classes: int) -> Any:
    return _counts(votes.T, n_classes).argmax(axis=1)


def _more_than_half(votes: Array, n_classes: int) -> Any:
    counts = _counts(votes, n_classes)
    return np.where(counts.max(axis=1) > len(votes) / 2, counts.argmax(axis=1), -1)


def _floats(votes: Array, n_classes: int) -> Any:
    winners = np.zeros(votes.shape[1])
    winners[:] = _counts(votes, n_classes).argmax(axis=1)
    return winners


def _in_place(votes: Array, n_classes: int) -> Any:
    votes.sort(axis=0)
    return _counts(votes, n_classes).argmax(axis=1)


MAJORITY_VOTE = Exercise(
    assignment="ensembles",
    reference=majority_vote,
    task="Let the members of an ensemble vote. `votes` is `(M, N)`: the label, 0 to `n_classes - 1`, that each of M "
    "members gives to N examples. Return for every example the label with most votes, `(N,)` whole numbers. Where two "
    "labels have equally many, the smaller one wins. (It need not be more than half of the votes.)",
    rule="out[n] = the label that stands most often in votes[:, n]; of several such labels the smallest",
    returns=ArrayOf(integer=True),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.rng.integers(10, size=(15, 400)), 10)),
    checks=(
        values(3, "Go down the first column and count: how many members vote for 0, for 1, for 2?"),
        Check(
            name="ties go to the smaller label",
            points=1,
            group="ties",
            hint="Two labels lead here with equally many votes. Which one does your code find first, and which one "
            "should win?",
        ),
        edges(),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="tie_to_the_larger_label",
            function=_larger,
            hint="Where two labels have equally many votes yours is the larger one. `argmax` gives the first of "
            "several largest entries: in which order do you count?",
        ),
        Misconception(
            id="tie_to_the_first_vote",
            function=_first_vote,
            hint="Where two labels have equally many votes yours is the one that was voted for first, as "
            "`Counter.most_common` has it. Should the order of the members matter?",
        ),
        Misconception(
            id="over_the_members",
            function=_by_member,
            hint="Your result has one label for each MEMBER, the one it gives most often. Which axis of `votes` holds "
            "the examples, and so should be left?",
        ),
        Misconception(
            id="mean",
            function=lambda votes, n_classes: np.round(votes.mean(axis=0)).astype(int),
            hint="You average the labels. If two members say 'cat' (0) and one says 'truck' (9), is the answer class "
            "3?",
        ),
        Misconception(
            id="median",
            function=lambda votes, n_classes: np.median(votes, axis=0).astype(int),
            hint="You take the middle label. Do labels have an order at all: what lies between 'cat' and 'truck'?",
        ),
        Misconception(
            id="largest_label",
            function=lambda votes, n_classes: votes.max(axis=0),
            hint="You take the largest label that was voted for. Which should be largest: the label, or the number of "
            "its votes?",
        ),
        Misconception(
            id="least_votes",
            function=lambda votes, n_classes: _counts(votes, n_classes).argmin(axis=1),
            hint="Your winner is the label with fewest votes. Is it `argmin` or `argmax` that finds most?",
        ),
        Misconception(
            id="first_member",
            function=lambda votes, n_classes: votes[0].copy(),
            hint="You return what the first member says. What of the other votes?",
        ),
        Misconception(
            id="more_than_half",
            function=_more_than_half,
            hint="You give no label (-1) where none has more than half of the votes. Is that asked for, or only the "
            "label with MOST votes?",
        ),
        Misconception(
            id="counts",
            function=_counts,
            hint="You return how many votes each label has. Which label has most?",
        ),
        Misconception(
            id="largest_count",
            function=lambda votes, n_classes: _counts(votes, n_classes).max(axis=1),
            hint="You return how many votes the winner has. Which function gives the place of a largest entry in place "
            "of the entry?",
        ),
        Misconception(
            id="floats",
            function=_floats,
            hint="Your labels are right, but they are floats. `np.zeros(n)` holds floats, and floats cannot index an "
            "array: which `dtype` do you give it?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The labels are right, but the caller's `votes` is sorted now. Does `votes.sort()` make a new array, "
            "or `np.sort(votes)`?",
        ),
    ),
    variants={"loop": _loop, "bincount": _bincount, "unique": _unique, "one_hot": _one_hot},
)
