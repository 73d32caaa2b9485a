"""out_of_bag."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, unchanged, values
from coursekit.training import out_of_bag


def _bag(draw: Draw, n: int, size: int | None = None) -> Array:
    """Indices with at least one double and one index left out, the last one, and not in order."""
    while True:
        indices = draw.rng.integers(max(1, n - 1), size=n if size is None else size)
        if len(set(indices.tolist())) < len(indices) and (np.diff(indices) < 0).any():
            return indices


def _oob_cases(draw: Draw) -> list[Case]:
    def case(indices: Any, n: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(np.array(indices), n), about=about, group=group)

    def typical() -> Case:
        n = draw.size(6, 12)
        return case(_bag(draw, n), n)

    cases = [
        case([2, 0, 0], 3),
        case([3, 0, 3, 1], 5, "fewer draws than examples"),
        case(_bag(draw, 6), 6),
        typical(),
        case(_bag(draw, draw.size(20, 30)), 30),
        case([0, 1, 4, 0, 1, 4, 4, 1], 6, "more draws than examples"),
        case([0], 1, "one example: nothing is left out", "edges"),
        case(draw.rng.permutation(5), 5, "every example was drawn", "edges"),
        case([4, 4, 4, 4, 4], 5, "one example drawn again and again", "edges"),
        case([0, 0, 1, 0], 4, "none of the last was drawn", "edges"),
        case(_bag(draw, 6).astype(np.int32), 6, "indices in int32", "edges"),
    ]
    return with_layouts(cases, typical=typical, single=False)


def _mask(indices: Array, n: int) -> Array:
    never = np.ones(n, dtype=bool)
    never[indices] = False
    return never


def _oob_loop(indices: Array, n: int) -> Any:
    left = []
    for i in range(n):
        if not any(i == index for index in indices):
            left.append(i)  # noqa: PERF401
    return np.array(left, dtype=int)


def _set(indices: Array, n: int) -> Any:
    return np.array(sorted(set(range(n)) - set(indices.tolist())), dtype=np.int64)


def _empty_is_float(indices: Array, n: int) -> Any:
    return np.array([i for i in range(n) if i not in indices])


def _oob_in_place(indices: Array, n: int) -> Any:
    indices.sort()
    return np.flatnonzero(_mask(indices, n))


OUT_OF_BAG = Exercise(
    assignment="ensembles",
    reference=out_of_bag,
    task="Find the examples that a bootstrap sample left out. `indices` are the drawn ones, with doubles and in any "
    "order, and perhaps more or fewer than `n`; `n` is the number of examples. Return the indices from 0 to `n - 1` "
    "that were never drawn, in rising order: whole numbers, perhaps none at all.",
    rule="out = the i in 0, 1, ..., n - 1 that are not in indices, sorted",
    returns=ArrayOf(integer=True),
    cases=_oob_cases,
    checks=(
        values(4, "Write 0 to n - 1 in a row and cross out what was drawn. What is left?"),
        edges(
            hint="What should come here? Where nothing is left out the result is an empty array, of whole numbers too: "
            "which dtype has `np.array([])`?"
        ),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="in_the_bag",
            function=lambda indices, n: np.unique(indices),
            hint="You return the examples that WERE drawn. Which are left?",
        ),
        Misconception(
            id="counted_from_one",
            function=lambda indices, n: np.setdiff1d(np.arange(1, n + 1), indices),
            hint="You look among 1 to n. What is the first index of an array, and does an index n exist?",
        ),
        Misconception(
            id="last_example_missing",
            function=lambda indices, n: np.setdiff1d(np.arange(n - 1), indices),
            hint="You never name the index n - 1. What does `np.arange(n)` end with?",
        ),
        Misconception(
            id="up_to_the_largest_drawn",
            function=lambda indices, n: np.setdiff1d(np.arange(indices.max() + 1), indices),
            hint="You look no further than the largest index that was drawn. How many examples are there: who says so?",
        ),
        Misconception(
            id="up_to_the_number_of_draws",
            function=lambda indices, n: np.setdiff1d(np.arange(len(indices)), indices),
            hint="You take the number of draws for the number of examples. Which argument says how many there are?",
        ),
        Misconception(
            id="other_way_round",
            function=lambda indices, n: np.setdiff1d(indices, np.arange(n)),
            hint="Your result is empty: nothing that was drawn lies outside of 0 to n - 1. Which of the two sets is "
            "taken off which?",
        ),
        Misconception(
            id="not_drawn_twice",
            function=lambda indices, n: np.flatnonzero(np.bincount(indices, minlength=n) <= 1),
            hint="You count examples that were drawn once among those left out. How often was an example out of the "
            "bag drawn?",
        ),
        Misconception(
            id="falling",
            function=lambda indices, n: np.flatnonzero(_mask(indices, n))[::-1],
            hint="Your indices are right, but in falling order. In which order are they asked for?",
        ),
        Misconception(
            id="mask",
            function=_mask,
            hint="You return True or False for every example. At which indices does True stand?",
        ),
        Misconception(
            id="count",
            function=lambda indices, n: int(_mask(indices, n).sum()),
            hint="You return how many were left out. Which ones?",
        ),
        Misconception(
            id="empty_is_float",
            function=_empty_is_float,
            hint="Where nothing is left out you return an array of floats: `np.array([])` knows no better. Which "
            "`dtype` can you give it, so that it still works as an index?",
        ),
        Misconception(
            id="in_place",
            function=_oob_in_place,
            hint="The values are right, but the caller's `indices` are sorted now. Does `indices.sort()` make a new "
            "array?",
        ),
    ),
    variants={
        "loop": _oob_loop,
        "set": _set,
        "mask": lambda indices, n: np.flatnonzero(_mask(indices, n)),
        "isin": lambda indices, n: np.arange(n)[~np.isin(np.arange(n), indices)],
        "counts": lambda indices, n: np.where(np.bincount(indices, minlength=n) == 0)[0],
    },
)
