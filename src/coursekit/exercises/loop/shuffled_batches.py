"""minibatches.

The batches are random, so they are looked at by what has to hold of them. Exact, in every draw: how many batches of
which size, that no index is missing or comes twice. By chance, for n = 1000 indices in a random order:

- how far an index is from its old place, on average over all: (n^2 - 1) / (3 n), with the variance
  (n + 1) (2 n^2 + 7) / (45 n^2) of Spearman's footrule (Diaconis & Graham 1977), normal for large n; 6.2 standard
  deviations are allowed. An order that is not shuffled, or only within its batches, has far too little.
- how many indices follow their predecessor (i + 1 right after i): nearly a Poisson variable of mean 1, so that more
  than 13 come less often than 1 / 14! < 2e-11. Batches that are shuffled as wholes have n - n / B.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from coursekit.exercises import chance
from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, ListOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import minibatches

_MANY = 1000
_FOLLOWERS = 13


def _look(batches: list[Array], n: int) -> Mapping[str, Any]:
    """What has to hold exactly."""
    came = np.concatenate([np.ravel(batch) for batch in batches]) if batches else np.arange(0)
    counts = np.bincount(came[(came >= 0) & (came < n)].astype(int), minlength=n)
    return {
        "sizes": [len(batch) if batch.ndim == 1 else list(batch.shape) for batch in batches],
        "indices missing": np.flatnonzero(counts == 0).tolist(),
        "indices repeated": np.flatnonzero(counts > 1).tolist(),
        "indices that do not exist": sorted({int(i) for i in came if not 0 <= i < n}),
    }


def _order(batches: list[Array], n: int) -> Mapping[str, Any]:
    """How random the order is."""
    came = np.concatenate([np.ravel(batch) for batch in batches]).astype(int)
    return {
        "mean distance of an index from its old place": float(np.mean(np.abs(came - np.arange(len(came))))),
        "indices that still follow their predecessor": int(np.sum(np.diff(came) == 1)),
    }


def _cases(draw: Draw) -> list[Case]:
    seeds = iter(draw.rng.integers(1000, size=20).tolist())

    def case(n: int, batch_size: int, about: str = "", group: str = "values") -> Case:
        summary = Summary(of=partial(_look, n=n), free_shape=True)
        return Case(args=(n, batch_size, Seeded(next(seeds))), about=about, group=group, summary=summary)

    def large(batch_size: int) -> Case:
        std = math.sqrt((_MANY + 1) * (2 * _MANY**2 + 7) / 45) / _MANY
        distance, followers = _order([np.arange(2)], 2)
        summary = Summary(
            of=partial(_order, n=_MANY),
            expected={distance: (_MANY**2 - 1) / (3 * _MANY), followers: 1},
            within={distance: chance.SIGMAS * std, followers: _FOLLOWERS - 0.5},
            free_shape=True,
        )
        return Case(args=(_MANY, batch_size, Seeded(next(seeds))), group="shuffled", summary=summary)

    def seeded(seed: int) -> Case:
        return Case(args=(12, 5, Seeded(seed)), summary=Summary(of=partial(_look, n=12), free_shape=True))

    size = draw.size(3, 6)
    return [
        case(5, 2),
        case(10, 4),
        case(6, 3),
        case(size * draw.size(3, 6), size),
        case(7 * draw.size(2, 5) + draw.size(1, 5), 7),
        case(1, 1, "one example", "edges"),
        case(draw.size(3, 6), 1, "batches of one", "edges"),
        case(draw.size(3, 6), draw.size(8, 12), "a batch larger than all", "edges"),
        case(size, size, "one batch", "edges"),
        large(20),
        *chance.seeded(seeded, next(seeds)),
    ]


def _cut(order: Array, batch_size: int) -> list[Array]:
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def _swaps(n: int, batch_size: int, rng: Any) -> Any:
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(rng.integers(i + 1))
        order[i], order[j] = order[j], order[i]
    batches = []
    while order:
        batches.append(np.array(order[:batch_size]))
        order = order[batch_size:]
    return batches


def _in_memory(n: int, batch_size: int, rng: Any) -> Any:
    order = np.arange(n)
    rng.shuffle(order)
    return tuple(np.split(order, range(batch_size, n, batch_size)))


def _drawn_one_by_one(n: int, batch_size: int, rng: Any) -> Any:
    left, batches = np.arange(n), []
    while len(left):
        batches.append(rng.choice(left, size=min(batch_size, len(left)), replace=False))
        left = np.setdiff1d(left, batches[-1])
    return batches


def _drops_last(n: int, batch_size: int, rng: Any) -> Any:
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n - batch_size + 1, batch_size)]


def _stops_early(n: int, batch_size: int, rng: Any) -> Any:
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n - batch_size, batch_size)]


def _whole_batches_shuffled(n: int, batch_size: int, rng: Any) -> Any:
    batches = _cut(np.arange(n), batch_size)
    full = [batch for batch in batches if len(batch) == batch_size]
    return [full[i] for i in rng.permutation(len(full))] + batches[len(full) :]


def _within_batches(n: int, batch_size: int, rng: Any) -> Any:
    return [rng.permutation(batch) for batch in _cut(np.arange(n), batch_size)]


def _each_from_all(n: int, batch_size: int, rng: Any) -> Any:
    sizes = [len(batch) for batch in _cut(np.arange(n), batch_size)]
    return [rng.choice(n, size=size, replace=False) for size in sizes]


def _filled_up(n: int, batch_size: int, rng: Any) -> Any:
    order = rng.permutation(n)
    return [np.resize(np.roll(order, -start), batch_size) for start in range(0, n, batch_size)]


def _even(n: int, batch_size: int, rng: Any) -> Any:
    return np.array_split(rng.permutation(n), -(-n // batch_size))


MINIBATCHES = Exercise(
    assignment="loop",
    reference=minibatches,
    task="Cut `n` examples into mini-batches for one pass over the data. Return a list of index arrays: together they "
    "hold each of 0, 1, ..., n - 1 once, in a random order drawn from `rng`; each has `batch_size` of them, and only "
    "the last may be shorter.",
    rule="shuffle 0, ..., n - 1, then cut: batch_size, batch_size, ..., and the rest",
    returns=ListOf(ArrayOf(integer=True)),
    cases=_cases,
    checks=(
        values(
            2,
            "With n = 10 and batch_size = 4: how many batches are there, and how many indices are in each?",
            name="batch sizes",
            part="sizes",
        ),
        values(
            2,
            "Line all of your batches up. Does each index from 0 to n - 1 stand there, and none twice?",
            name="every index once",
            part="indices",
        ),
        Check(
            name="shuffled",
            points=2,
            group="shuffled",
            hint="In a random order an index is on average a third of n away from its old place, and hardly one still "
            "follows its predecessor. What does your code shuffle: all indices, or only a part?",
        ),
        edges(
            1, "What becomes of your slices and your `range` when there is one batch, or when a batch holds one index?"
        ),
        chance.draws_from_rng(),
    ),
    misconceptions=(
        Misconception(
            id="drops_the_short_batch",
            function=_drops_last,
            hint="The short last batch is missing, as with `drop_last=True` in PyTorch. Which examples are then not "
            "seen in this pass?",
        ),
        Misconception(
            id="stops_early",
            function=_stops_early,
            hint="The last batch is always missing, even a full one. At which number does your `range` have to stop?",
        ),
        Misconception(
            id="not_shuffled",
            function=lambda n, batch_size, rng: _cut(np.arange(n), batch_size),
            hint="Your indices come in their old order. If the data are sorted by class, what does a batch look like?",
        ),
        Misconception(
            id="whole_batches_shuffled",
            function=_whole_batches_shuffled,
            hint="You cut first and then shuffle the batches as wholes: neighbours stay together for ever. What has to "
            "be shuffled before the cutting?",
        ),
        Misconception(
            id="shuffled_within_batches",
            function=_within_batches,
            hint="You cut first and then shuffle within each batch: the same examples meet in every pass. What has to "
            "be shuffled before the cutting?",
        ),
        Misconception(
            id="with_replacement",
            function=lambda n, batch_size, rng: _cut(rng.integers(n, size=n), batch_size),
            hint="Some indices come twice and others never: you draw with replacement. Which call gives every index "
            "exactly once?",
        ),
        Misconception(
            id="each_batch_from_all",
            function=_each_from_all,
            hint="Within a batch no index comes twice, but a later batch draws from all indices again. Who remembers "
            "which were taken: can one shuffle do it for the whole pass?",
        ),
        Misconception(
            id="filled_up",
            function=_filled_up,
            hint="You fill the last batch up with indices from the front. How often does the pass see those examples?",
        ),
        Misconception(
            id="even_sizes",
            function=_even,
            hint="`np.array_split` makes the batches as even as it can. With n = 10 and batch_size = 4, should the "
            "sizes be 4, 3, 3 or 4, 4, 2?",
        ),
        Misconception(
            id="size_taken_for_number",
            function=lambda n, batch_size, rng: np.array_split(rng.permutation(n), batch_size),
            hint="You make `batch_size` batches. Does it say how many batches there are, or how many examples are in "
            "each?",
        ),
        Misconception(
            id="reshaped",
            function=lambda n, batch_size, rng: rng.permutation(n).reshape(-1, batch_size),
            hint="`reshape` makes one array of equal rows. What should become of 5 indices in batches of 2, and which "
            "kind of object can hold batches of different lengths?",
        ),
        Misconception(
            id="counts_from_one",
            function=lambda n, batch_size, rng: _cut(rng.permutation(n) + 1, batch_size),
            hint="Your indices run from 1 to n. What does `x[n]` give for an array of n rows?",
        ),
        Misconception(
            id="own_random_numbers",
            function=lambda n, batch_size, rng: _cut(np.random.default_rng().permutation(n), batch_size),
            hint="The batches are fine, but they do not come from the `rng` that was handed over: whoever seeds it "
            "cannot repeat the run. Which object's `permutation` do you call?",
        ),
    ),
    variants={
        "swaps": _swaps,
        "shuffle_and_split": _in_memory,
        "drawn_from_what_is_left": _drawn_one_by_one,
        "random_keys": lambda n, batch_size, rng: _cut(np.argsort(rng.random(n)), batch_size),
        "choice": lambda n, batch_size, rng: _cut(rng.choice(n, size=n, replace=False).astype(np.int32), batch_size),
    },
)
