"""bootstrap_indices.

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
from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.judging import Asked, Check, Failure
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import bootstrap_indices

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
