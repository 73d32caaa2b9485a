"""What two pieces of code share, as passages that a person can read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit.grading.reports.similarity.tokens import Codes, Tokens, tokens
from coursekit.grading.reports.similarity.winnowing import K, grams

Weigh = Callable[[Codes], "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"]


@dataclass(frozen=True)
class Passage:
    """The same passage in two places, as whole lines of each. `length` counts its tokens.

    `names` are local names that both spell alike, although nothing asked for these.
    """

    first: str
    second: str
    length: int
    weight: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    text: str
    row: Tokens
    hashes: Codes


@dataclass(frozen=True)
class _Run:
    """`count` grams in a row that are the same, from these places on."""

    first: _Cell
    at: int
    second: _Cell
    there: int
    count: int


def passages(
    first: Sequence[str], second: Sequence[str], keep: frozenset[str], weigh: Weigh, *, given: Iterable[str] = ()
) -> list[Passage]:
    """The passages that the cells `first` and `second` share, the weightiest first.

    `keep` as in `tokens`; `weigh` gives each gram its weight, and a passage without any is left out. Names in `given`
    are in every submission and tell nothing.
    """
    asked = frozenset(given)
    ones, others = ([_cell(cell, keep) for cell in cells] for cells in (first, second))
    found = []
    for run in _runs(ones, others):
        weight = float(weigh(run.first.hashes[run.at : run.at + run.count]).sum())
        if weight > 0:
            found.append(_passage(run, weight, asked))
    return sorted(found, key=lambda passage: -passage.weight)


@lru_cache(2_000)  # the engine's functions are met again and again
def _cell(text: str, keep: frozenset[str]) -> _Cell:
    row = tokens(text, keep)
    return _Cell(text, row, grams(row))


def _runs(ones: list[_Cell], others: list[_Cell]) -> Iterable[_Run]:
    """The longest runs from left to right through `ones`; each gram of theirs is told once."""
    where: dict[int, list[tuple[_Cell, int]]] = {}
    for other in others:
        for there, gram in enumerate(other.hashes.tolist()):
            where.setdefault(gram, []).append((other, there))
    for one in ones:
        at, mine = 0, one.hashes.tolist()
        while at < len(mine):
            best = _Run(one, at, one, 0, 0)
            for other, there in where.get(mine[at], [])[:20]:
                count = _length(one.hashes[at:], other.hashes[there:])
                if count > best.count:
                    best = _Run(one, at, other, there, count)
            if best.count:
                yield best
            at += max(best.count, 1)


def _length(one: Codes, other: Codes) -> int:
    size = min(len(one), len(other))
    differ = np.flatnonzero(one[:size] != other[:size])
    return int(differ[0]) if len(differ) else size


def _passage(run: _Run, weight: float, asked: frozenset[str]) -> Passage:
    length = run.count + K - 1
    spelled = zip(
        run.first.row.names[run.at : run.at + length],
        run.second.row.names[run.there : run.there + length],
        strict=True,
    )
    alike = dict.fromkeys(one for one, other in spelled if one and one == other and one not in asked and len(one) > 1)
    return Passage(
        first=_lines(run.first, run.at, length),
        second=_lines(run.second, run.there, length),
        length=length,
        weight=weight,
        names=tuple(alike),
    )


def _lines(cell: _Cell, at: int, length: int) -> str:
    """The whole lines that hold these tokens, without the indentation that they share."""
    first, last = int(cell.row.lines[at]), int(cell.row.lines[at + length - 1])
    lines = cell.text.splitlines()[first - 1 : last]
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return "\n".join(line[min(indents, default=0) :].rstrip() for line in lines)
