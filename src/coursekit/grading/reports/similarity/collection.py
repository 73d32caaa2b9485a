"""A class's fingerprints, how rare each is, and which pairs share rare ones."""

import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.grading.reports.similarity.known import Known
from coursekit.grading.reports.similarity.tokens import MAX_CHARACTERS, Codes, tokens
from coursekit.grading.reports.similarity.winnowing import grams, winnow

#: A fingerprint that half of the class has, or more, says nothing.
_LEAST = 1.0
#: So many imagined others stand beside a class: where only two hand in, nothing is rare yet.
_OTHERS = 10
#: How much of its weight a fingerprint keeps that an answer has which the exercises know anyway.
_KNOWN = 0.25
#: More of one submission is not looked at.
_MAX_CHARACTERS = 200_000
_CELL = 100  # what a cell costs besides
#: How many of a submission's nearest are looked at.
_NEAREST = 30
#: The strengths of honest pairs were seen to fall off a little faster than an exponential (tests and the decision
#: record say where): the power of it, and the least number of pairs that a class is taken to have.
_TAIL, _PAIRS = 0.85, 400
_BINS = 4  # per unit of strength


@dataclass(frozen=True)
class Pair:
    """Two submissions. `weight` adds up over the fingerprints they share: log2 of (class / how many have it).

    `share` is the part of the lighter one's whole weight, from 0 to 1; `strength` the root of their product.
    """

    first: str
    second: str
    weight: float
    share: float

    @property
    def strength(self) -> float:
        """Much that is rare, and much of all there is."""
        return math.sqrt(self.weight * self.share)


@dataclass(frozen=True)
class Matches:
    """`nearest` is each submission's strength with its nearest. From `cut` on a pair stands out.

    `pairs` are the strongest, falling, also those below the cut.
    """

    nearest: NDArray[np.float64]
    cut: float
    pairs: tuple[Pair, ...]

    @property
    def standing_out(self) -> tuple[Pair, ...]:
        """The pairs to look at."""
        return tuple(pair for pair in self.pairs if pair.strength >= self.cut)


class Collection:
    """Submissions are added one by one; their code is kept deflated, a few kB each, to show what is shared."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.students: list[str] = []
        self._prints: list[Codes] = []
        self._code: list[bytes] = []
        self._vocabulary = np.zeros(0, np.uint64)
        self._weights = self._shared = np.zeros(0)

    def __len__(self) -> int:
        return len(self.students)

    def add(self, student: str, cells: Iterable[str]) -> None:
        """One submission's code cells; those of the release are passed over."""
        own: list[str] = []
        left = _MAX_CHARACTERS
        for cell in cells:
            if cell.strip() and cell not in self.known.cells and left > 0:
                own.append(cell[:MAX_CHARACTERS])
                left -= len(cell) + _CELL
        self.students.append(student)
        self._prints.append(np.unique(np.concatenate([np.zeros(0, np.uint64), *map(self.fingerprints, own)])))
        self._code.append(zlib.compress("\0".join(cell.replace("\0", " ") for cell in own).encode("utf-8", "replace")))

    def fingerprints(self, cell: str) -> Codes:
        """Those of one cell, without what stands in the release."""
        hashes = grams(tokens(cell, self.known.names))
        return hashes[winnow(hashes, among(hashes, self.known.starter))]

    def cells(self, student: int) -> list[str]:
        """The code of the submission at this place."""
        text = zlib.decompress(self._code[student]).decode()
        return text.split("\0") if text else []

    def having(self, hashes: Codes, least: int) -> list[int]:
        """The places of the submissions that have so many of these fingerprints, which are sorted."""
        return [i for i, prints in enumerate(self._prints) if among(prints, hashes).sum() >= least]

    def weight_of(self, hashes: Codes) -> NDArray[np.float64]:
        """The weight of each fingerprint, once `matches` has counted them; 0 for one that is not shared."""
        if len(self._vocabulary) == 0:
            return np.zeros(len(hashes))
        at = np.minimum(np.searchsorted(self._vocabulary, hashes), len(self._vocabulary) - 1)
        return np.where(self._vocabulary[at] == hashes, self._shared[at], 0.0)

    def matches(self) -> Matches:
        """All pairs weighed against each other, by an inverted index; the pairs that stand out."""
        n = len(self)
        sizes = np.array([len(one) for one in self._prints], np.int64)
        flat = np.concatenate([np.zeros(0, np.uint64), *self._prints])
        self._vocabulary, ids, counts = np.unique(flat, return_inverse=True, return_counts=True)
        self._weights = self._weigh(counts)
        self._shared = np.where(counts > 1, self._weights, 0.0)
        owners = np.repeat(np.arange(n), sizes)
        totals = np.bincount(owners, self._weights[ids], minlength=n)
        useful = self._shared[ids] > 0
        ids, owners = ids[useful], owners[useful]
        order = np.argsort(ids, kind="stable")
        postings, starts = owners[order], np.searchsorted(ids[order], np.arange(len(counts) + 1))
        rows = np.searchsorted(owners, np.arange(n + 1))
        nearest, spread = np.zeros(n), np.zeros(0, np.int64)
        near: dict[tuple[int, int], float] = {}
        for i in range(n):
            mine = ids[rows[i] : rows[i + 1]]
            lengths = starts[mine + 1] - starts[mine]
            within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            others = postings[np.repeat(starts[mine], lengths) + within]
            shared = np.bincount(others, np.repeat(self._weights[mine], lengths), minlength=n)
            shared[i] = 0.0
            strength = shared / np.sqrt(np.maximum(np.minimum(totals, totals[i]), 1e-9))
            nearest[i] = strength.max(initial=0.0)
            spread = _sum(spread, np.bincount((strength[i + 1 :] * _BINS).astype(np.int64)))
            best = np.argpartition(strength, -_NEAREST)[-_NEAREST:] if n > _NEAREST else np.arange(n)
            near.update({(min(i, j), max(i, j)): float(shared[j]) for j in best.tolist() if shared[j] > 0})
        found = [
            Pair(self.students[i], self.students[j], weight, float(min(1.0, weight / min(totals[i], totals[j]))))
            for (i, j), weight in near.items()
        ]
        found.sort(key=lambda pair: (-pair.strength, pair.first, pair.second))
        return Matches(nearest, _cut(spread), tuple(found))

    def _weigh(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """log2(class / how many have it), a quarter of it for what stands in an answer that the exercises know."""
        weights = np.log2((len(self) + _OTHERS) / counts)
        weights = np.where(weights >= _LEAST, weights, 0.0)
        return np.where(among(self._vocabulary, self.known.solved), _KNOWN, 1.0) * weights


def _sum(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.zeros(max(len(one), len(other)), np.int64)
    out[: len(one)] += one
    out[: len(other)] += other
    return out


def _cut(spread: NDArray[np.int64]) -> float:
    """The strength that about one honest pair of the class would reach, from how its pairs are spread.

    The median and the ninth decile of all pairs decide, which a few copies do not move.
    """
    pairs = int(spread.sum())
    if pairs == 0:
        return math.inf
    below = np.cumsum(spread) / pairs
    median, decile = ((int(np.searchsorted(below, part)) + 0.5) / _BINS for part in (0.5, 0.9))
    beyond: float = max(decile - median, 1.0) * (math.log(max(pairs, _PAIRS)) / math.log(5)) ** _TAIL
    return median + beyond


def among(hashes: Codes, known: Codes) -> NDArray[np.bool_]:
    """Which `hashes` are in `known`, which is sorted."""
    if len(known) == 0:
        return np.zeros(len(hashes), bool)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    found: NDArray[np.bool_] = known[at] == hashes
    return found


def clusters(pairs: Iterable[Pair]) -> Iterator[list[str]]:
    """The submissions that are linked by pairs, the largest groups first; each chain of links is one group."""
    group: dict[str, list[str]] = {}
    for pair in pairs:
        one, other = group.setdefault(pair.first, [pair.first]), group.setdefault(pair.second, [pair.second])
        if one is not other:
            small, large = sorted((one, other), key=len)
            large += small
            group.update(dict.fromkeys(small, large))
    distinct = {id(members): members for members in group.values()}
    yield from sorted((sorted(members) for members in distinct.values()), key=lambda members: (-len(members), members))
