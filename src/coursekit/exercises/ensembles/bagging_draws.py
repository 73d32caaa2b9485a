"""bootstrap_indices and out_of_bag.

A bootstrap sample is random, so it is looked at by what has to hold of it. Exact, in every draw: n whole numbers from 0
to n - 1. By chance, each with a right answer failing less than once in 10^9 times:

- the share of distinct indices, expected 1 - (1 - 1/n)^n, near 63 %. It is a function of n independent draws, each of
  which can change it by 1/n, so McDiarmid's inequality gives P(|share - expected| >= e) <= 2 exp(-2 n e^2), the bound
  of `chance.gap_within`: 0.073 at n = 2000.
- the gap between the distribution of the indices and the uniform one, by `chance.gap_within` too (Dvoretzky, Kiefer
  and Wolfowitz; it holds for whole numbers as well).
- that the last index comes at all: in 16 draws of n = 2 it is missing with probability 4^-16 < 3e-10.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.exercises import chance
from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary, with_layouts
from coursekit.exercises.judging import Asked, Check, Failure
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, unchanged, values
from coursekit.training import bootstrap_indices, out_of_bag

_DISTINCT, _UNIFORM = "distinct indices, as a share of n", "uniform: largest gap to it"
_PAIRS = 16


def _exact(n: int) -> Summary:
    def of(indices: Array) -> Mapping[str, Any]:
        came = indices.ravel()
        return {
            "shape": str(indices.shape),
            "indices that do not exist": sorted({int(i) for i in came if not 0 <= i < n})[:5],
        }

    return Summary(of=of, free_shape=True)


def _by_chance(n: int) -> Summary:
    def of(indices: Array) -> Mapping[str, Any]:
        came = np.sort(indices.ravel())
        below = np.searchsorted(came, np.arange(n), side="right") / max(1, len(came))
        return {
            _DISTINCT: len(np.unique(came)) / n,
            _UNIFORM: float(np.abs(below - np.arange(1, n + 1) / n).max()),
        }

    within = chance.gap_within(n)
    expected = {_DISTINCT: 1 - (1 - 1 / n) ** n, _UNIFORM: 0.0}
    return Summary(of=of, expected=expected, within={_DISTINCT: within, _UNIFORM: within}, free_shape=True)


def _bootstrap_cases(draw: Draw) -> list[Case]:
    seeds = iter(draw.rng.integers(1000, 10**6, size=40).tolist())

    def case(n: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(n, Seeded(next(seeds))), about=about, group=group, summary=_exact(n))

    def many(n: int) -> Case:
        return Case(args=(n, Seeded(next(seeds))), group="many", summary=_by_chance(n))

    def seeded(seed: int) -> Case:
        return Case(args=(40, Seeded(seed)), summary=_exact(40))

    return [
        case(3),
        case(draw.size(4, 9)),
        case(draw.size(20, 60)),
        case(1, "one example", "edges"),
        many(2000),
        many(draw.size(2000, 3000)),
        *(case(2, group="last") for _ in range(_PAIRS)),
        *chance.seeded(seeded, next(seeds)),
    ]


def _both_come(asked: Sequence[Asked]) -> Failure | None:
    came = sorted({int(i) for a in asked if isinstance(a.answer.value, np.ndarray) for i in a.answer.value.ravel()})
    if came == [0, 1]:
        return None
    where = f"bootstrap_indices(2, rng), called {len(asked)} times with generators of other seeds"
    return Failure("0 and 1, each in some of the draws", f"only {', '.join(map(str, came[:4]))}", where)


def _one_by_one(n: int, rng: Any) -> Any:
    return np.array([rng.integers(0, n) for _ in range(n)])


def _from_another_seed(n: int, rng: Any) -> Any:
    return np.random.default_rng(0).integers(n, size=n)


def _numpy_global(n: int, rng: Any) -> Any:
    return np.random.randint(0, n, size=n)  # noqa: NPY002


BOOTSTRAP_INDICES = Exercise(
    assignment="ensembles",
    reference=bootstrap_indices,
    task="Draw a bootstrap sample: `n` indices from 0 to `n - 1`, each drawn by itself, with REPLACEMENT, so that some "
    "come twice and others not at all. `rng` is a NumPy generator and your only source of randomness. Return `(n,)` "
    "whole numbers.",
    rule="n independent draws, each uniform over 0, 1, ..., n - 1",
    returns=ArrayOf(integer=True),
    cases=_bootstrap_cases,
    checks=(
        values(
            3,
            "After a draw, is the index put back, and have all indices the same chance? About 63 % of them should "
            "come at least once, and they should be spread evenly.",
            name="drawn with replacement",
            group="many",
        ),
        Check(
            name="n indices from 0 to n - 1",
            points=1,
            group="values",
            hint="How many indices are asked for, and which are the smallest and the largest that may come?",
        ),
        Check(
            name="the last index comes too",
            points=1,
            group="last",
            judge=_both_come,
            hint="Does the upper limit of `rng.integers` belong to what it draws?",
        ),
        edges(hint="With one example there is only one index that can come. Which, and does your range hold it?"),
        chance.draws_from_rng(),
    ),
    misconceptions=(
        Misconception(
            id="without_replacement",
            function=lambda n, rng: rng.permutation(n),
            hint="Every index comes exactly once in yours: a shuffled training set, with nothing left out. Which word "
            "of the task is about putting back?",
        ),
        Misconception(
            id="a_part_without_replacement",
            function=lambda n, rng: rng.permutation(n)[: max(1, int(0.632 * n))],
            hint="You draw a part of the indices, each once. A bootstrap sample has n indices: how do 63 % of them "
            "come about?",
        ),
        Misconception(
            id="each_only_once_kept",
            function=lambda n, rng: np.unique(rng.integers(n, size=n)),
            hint="You keep each drawn index once. What does an example that was drawn three times weigh in training "
            "then?",
        ),
        Misconception(
            id="last_index_never",
            function=lambda n, rng: rng.integers(0, n - 1, size=n),
            hint="The index n - 1 never comes. `rng.integers(low, high)` leaves `high` out: is the 1 taken off twice?",
        ),
        Misconception(
            id="counted_from_one",
            function=lambda n, rng: rng.integers(1, n + 1, size=n),
            hint="Your indices run from 1 to n. What does `x[n]` do for an array of n rows?",
        ),
        Misconception(
            id="one_draw",
            function=lambda n, rng: np.full(n, rng.integers(n)),
            hint="You draw once and repeat that index. How many draws are there in a bootstrap sample?",
        ),
        Misconception(
            id="floats",
            function=lambda n, rng: rng.uniform(0, n, size=n),
            hint="You draw real numbers. Which method of `rng` draws whole numbers, that can index an array?",
        ),
        Misconception(
            id="own_seed",
            function=_from_another_seed,
            hint="Your draws are the same whatever generator comes in. If ten members draw their samples with your "
            "function, how many different samples are there?",
        ),
        Misconception(
            id="numpy_global",
            function=_numpy_global,
            hint="Your draws come from `np.random`, not from `rng`. Can the caller repeat them?",
        ),
    ),
    variants={
        "one_by_one": _one_by_one,
        "choice": lambda n, rng: rng.choice(n, size=n, replace=True),
        "scaled": lambda n, rng: (rng.random(n) * n).astype(int),
        "sorted": lambda n, rng: np.sort(rng.integers(n, size=n)),
    },
)


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
