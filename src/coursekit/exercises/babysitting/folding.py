"""k_fold."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.chance import draws_from_rng, seeded
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, ListOf, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import values
from coursekit.training import k_fold

Pairs = list[tuple[Array, Array]]

_PAIRS = "number of pairs"
_SIZES = "sizes of the validation folds, sorted"
_ONCE = "examples in exactly one validation fold"
_TRAINED = "sizes of the training parts, sorted"
_REST = "pairs that train on just the rest"
_TOGETHER = "share of neighbours i, i + 1 in one fold"


def _facts(n: int, k: int) -> Summary:
    """What holds for every right answer, exactly."""

    def of(pairs: Pairs) -> Mapping[str, Any]:
        folds = [validation.ravel().tolist() for _, validation in pairs]
        trained = [train.ravel().tolist() for train, _ in pairs]
        counts = Counter(i for fold in folds for i in fold)
        return {
            _PAIRS: len(pairs),
            _SIZES: sorted(map(len, folds)),
            _ONCE: sum(counts[i] == 1 for i in range(n)),
            _TRAINED: sorted(map(len, trained)),
            _REST: sum(
                sorted(train) == sorted(set(range(n)) - set(fold)) for train, fold in zip(trained, folds, strict=True)
            ),
        }

    sizes = sorted(n // k + (i < n % k) for i in range(k))
    expected = {_PAIRS: k, _SIZES: sizes, _ONCE: n, _TRAINED: [n - size for size in reversed(sizes)], _REST: k}
    return Summary(of=of, expected=expected, free_shape=True)


def _mixture(n: int) -> Summary:
    """Two folds: how often neighbours are together. Sorted folds are right too, blocks and every other one are not.

    The folds of a shuffled order are a random sequence of n / 2 zeros and n / 2 ones. By the distribution of its runs
    (Wald & Wolfowitz 1940) it has more than 61 of the 399 pairs of neighbours too many or too few together less than
    once in 1e9 times where n is 400: 0.16 is beyond that.
    """

    def of(pairs: Pairs) -> Mapping[str, Any]:
        fold = np.full(n, -1)
        for number, (_, validation) in enumerate(pairs):
            fold[validation] = number
        return {_TOGETHER: float(np.mean(fold[1:] == fold[:-1]))}

    together = (n / 2 - 1) / (n - 1)
    return Summary(of=of, expected={_TOGETHER: together}, within={_TOGETHER: 0.16}, free_shape=True)


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, k: int, about: str = "", group: str = "values") -> Case:
        seed = int(draw.rng.integers(1, 10_000))
        return Case(args=(n, k, Seeded(seed)), about=about, group=group, summary=_facts(n, k))

    def once(seed: int) -> Case:
        return Case(args=(30, 3, Seeded(seed)), summary=Summary(of=lambda value: {}, free_shape=True))

    k = draw.size(3, 6)
    two = Case(args=(400, 2, Seeded(int(draw.rng.integers(1, 10_000)))), group="shuffled", summary=_mixture(400))
    return [
        case(6, 3),
        case(10, 2),
        case(k * draw.size(6, 9), k),
        case(5, 2, "5 is not divisible by 2", "rest"),
        case(10, 4, "10 is not divisible by 4", "rest"),
        case(k * draw.size(7, 12) + k - 1, k, "a rest of k - 1", "rest"),
        case(5, 5, "each example is a fold", "edges"),
        case(2, 2, "two examples", "edges"),
        case(draw.size(200, 300), 10, "many examples", "edges"),
        two,
        *seeded(once, int(draw.rng.integers(1, 10_000))),
    ]


def _pairs(folds: list[Array]) -> Pairs:
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), fold) for i, fold in enumerate(folds)]


def _masks(n: int, k: int, rng: Any) -> Pairs:
    fold = rng.permutation(np.arange(n) % k)
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k)]


def _loop(n: int, k: int, rng: Any) -> Any:
    left = list(range(n))
    rng.shuffle(left)
    pairs = []
    for i in range(k):
        validation = [index for place, index in enumerate(left) if place % k == i]
        train = [index for index in left if index not in validation]
        pairs.append([np.array(train), np.array(validation)])
    return pairs


def _bounds(n: int, k: int, rng: Any) -> Pairs:
    order = rng.permutation(n)
    ends = [i * n // k for i in range(k + 1)]
    return [(np.setdiff1d(order, order[start:end]), order[start:end]) for start, end in pairwise(ends)]


def _deleted(n: int, k: int, rng: Any) -> Any:
    order = np.argsort(rng.random(n))
    folds = [order[i::k].astype(np.int32) for i in range(k)]
    return tuple((np.delete(np.arange(n), fold), fold) for fold in folds)


def _rest_dropped(n: int, k: int, rng: Any) -> Pairs:
    size = n // k
    order = rng.permutation(n)[: k * size]
    return _pairs([order[i * size : (i + 1) * size] for i in range(k)])


def _rest_never_validated(n: int, k: int, rng: Any) -> Pairs:
    size, order = n // k, rng.permutation(n)
    folds = [order[i * size : (i + 1) * size] for i in range(k)]
    return [(np.setdiff1d(order, fold), fold) for fold in folds]


def _rest_in_last_fold(n: int, k: int, rng: Any) -> Pairs:
    size, order = n // k, rng.permutation(n)
    return _pairs([order[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)])


def _rounded_up(n: int, k: int, rng: Any) -> Pairs:
    size, order = -(-n // k), rng.permutation(n)
    folds = [order[i * size : (i + 1) * size] for i in range(k)]
    return [(np.setdiff1d(order, fold), fold) for fold in folds]


def _shuffled_each_time(n: int, k: int, rng: Any) -> Pairs:
    pairs = []
    for i in range(k):
        folds = np.array_split(rng.permutation(n), k)
        pairs.append((np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]))
    return pairs


def _with_replacement(n: int, k: int, rng: Any) -> Pairs:
    folds = np.array_split(rng.integers(0, n, n), k)
    return [(np.setdiff1d(np.arange(n), fold), fold) for fold in folds]


def _own(n: int, k: int, rng: Any) -> Pairs:
    return _pairs(np.array_split(np.random.permutation(n), k))  # noqa: NPY002


K_FOLD = Exercise(
    assignment="babysitting",
    reference=k_fold,
    task="Split `n` examples for cross-validation. Return a list of `k` pairs `(train, validation)`, arrays of "
    "indices from 0 to n - 1. The validation folds are drawn by shuffling with `rng`: every example is in exactly one "
    "of them, and their sizes differ by 1 at most. `train` holds all other examples, in any order.",
    rule="k pairs (train, validation): the validation folds share 0 ... n - 1 out evenly, shuffled; train is the rest",
    returns=ListOf(Several(train=ArrayOf(integer=True), validation=ArrayOf(integer=True))),
    cases=_cases,
    checks=(
        values(
            3,
            "Lay the validation folds side by side: is any example in two of them, or in none? And is `train` all that "
            "is not in the fold?",
        ),
        Check(
            name="n not divisible by k",
            points=2,
            group="rest",
            hint="k folds of n // k examples leave n % k over. Where do these go, so that no fold has two more than "
            "another?",
        ),
        Check(
            name="shuffled",
            points=1,
            group="shuffled",
            hint="Are examples that stand side by side in the data set kept together, or apart, by your folds? Many "
            "data sets are sorted by class.",
        ),
        Check(
            name="edge cases",
            points=1,
            group="edges",
            hint="How many folds, and how large, does this n give? Write them down by hand.",
        ),
        draws_from_rng(),
    ),
    misconceptions=(
        Misconception(
            id="rest_dropped",
            function=_rest_dropped,
            hint="k folds of n // k examples leave n % k examples over, and you never use them. Which folds can take "
            "one more?",
        ),
        Misconception(
            id="rest_never_validated",
            function=_rest_never_validated,
            hint="The n % k examples that are left over are trained on in every pair and never validated. Which folds "
            "can take one more?",
        ),
        Misconception(
            id="rest_in_last_fold",
            function=_rest_in_last_fold,
            hint="The whole rest of n % k examples goes into the last fold. How can several folds share it, one each?",
        ),
        Misconception(
            id="rounded_up",
            function=_rounded_up,
            hint="All your folds have n / k examples, rounded up, and the last one gets what is left: 3, 3, 3, 1 for "
            "10 in 4. Which sizes are as even as can be?",
        ),
        Misconception(
            id="swapped",
            function=lambda n, k, rng: [(b, a) for a, b in _pairs(np.array_split(rng.permutation(n), k))],
            hint="The two halves of your pairs are swapped: you train on one fold and validate on all others. Which "
            "comes first?",
        ),
        Misconception(
            id="unshuffled",
            function=lambda n, k, rng: _pairs(np.array_split(np.arange(n), k)),
            hint="Your folds are blocks of neighbours. If the examples are sorted by class, which classes does the "
            "first fold hold?",
        ),
        Misconception(
            id="every_kth",
            function=lambda n, k, rng: _pairs([np.arange(n)[i::k] for i in range(k)]),
            hint="Your folds take every k-th example, so they are the same each time. Where does `rng` come in?",
        ),
        Misconception(
            id="trains_on_all",
            function=lambda n, k, rng: [(np.arange(n), fold) for fold in np.array_split(rng.permutation(n), k)],
            hint="You train on the examples that you validate on. What does a validation loss say about new examples "
            "then?",
        ),
        Misconception(
            id="shuffled_each_time",
            function=_shuffled_each_time,
            hint="You shuffle afresh for each pair, so some examples are validated twice and others never. How often "
            "should be shuffled?",
        ),
        Misconception(
            id="with_replacement",
            function=_with_replacement,
            hint="You draw indices with replacement, so some come twice and others never. What gives each index once, "
            "in random order?",
        ),
        Misconception(
            id="one_pair",
            function=lambda n, k, rng: _pairs(np.array_split(rng.permutation(n), k))[:1],
            hint="You return one split. In cross-validation each fold has its turn: how many pairs make k turns?",
        ),
        Misconception(
            id="k_for_the_size",
            function=lambda n, k, rng: _pairs(np.array_split(rng.permutation(n), max(n // k, 2))),
            hint="You take k for the size of a fold. Is k the number of examples in a fold, or the number of folds?",
        ),
        Misconception(
            id="next_fold_trains",
            function=lambda n, k, rng: [
                (folds[(i + 1) % k], fold)
                for folds in [np.array_split(rng.permutation(n), k)]
                for i, fold in enumerate(folds)
            ],
            hint="Each pair trains on one single fold. Which examples besides the validation fold lie idle?",
        ),
        Misconception(
            id="from_one",
            function=lambda n, k, rng: _pairs(np.array_split(rng.permutation(n) + 1, k)),
            hint="Your indices run from 1 to n. Where do indices start in Python?",
        ),
        Misconception(
            id="folds_only",
            function=lambda n, k, rng: np.array_split(rng.permutation(n), k),
            hint="You return the folds. For each of them the pair `(train, validation)` is asked for: what is train?",
        ),
        Misconception(
            id="fixed_seed",
            function=lambda n, k, rng: _pairs(np.array_split(np.random.default_rng(0).permutation(n), k)),
            hint="The folds are right, but always the same: you make a generator with a fixed seed. Which generator "
            "did the caller hand you?",
        ),
        Misconception(
            id="generator_of_its_own",
            function=_own,
            hint="The folds are right, but they do not come from `rng`. How can somebody repeat your split?",
        ),
    ),
    variants={
        "array_split": lambda n, k, rng: _pairs(np.array_split(rng.permutation(n), k)),
        "masks": _masks,
        "loop": _loop,
        "bounds": _bounds,
        "deleted": _deleted,
    },
)
