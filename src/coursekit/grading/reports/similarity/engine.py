"""Answers that are the engine's own text. It is open, and reading it is allowed; handing it in is another thing.

What an answer shares with the engine is looked at by its length and not by how rare it is in the class: a text that
half of the class has copied is common.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import coursekit
from coursekit.grading.reports.similarity.collection import Collection, among
from coursekit.grading.reports.similarity.known import as_def
from coursekit.grading.reports.similarity.passages import Passage, passages
from coursekit.grading.reports.similarity.tokens import Codes, tokens
from coursekit.grading.reports.similarity.winnowing import WINDOW, grams

ROOMS = ("nn", "optim", "data", "training")
#: A passage has so many tokens, about three lines of arithmetic, and so many grams that no other known answer has.
LEAST, TELLING = 30, 15


@dataclass(frozen=True)
class Function:
    """One function of the engine: `where` is its file and line within the package, `text` it all but its types."""

    name: str
    where: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class EngineMatch:
    """Submissions that share a long passage with one function of the engine; `passage` is that of the first of them."""

    function: Function
    students: tuple[str, ...]
    passage: Passage


@lru_cache(1)
def functions() -> tuple[Function, ...]:
    """All functions and methods in the engine's source."""
    root = Path(coursekit.__file__).parent
    found = []
    for path in sorted(file for room in ROOMS for file in (root / room).rglob("*.py")):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                where = f"{path.relative_to(root).as_posix()}:{node.lineno}"
                found.append(Function(node.name, where, as_def(node, node.name, source)))
    return tuple(found)


def engine_matches(collection: Collection) -> list[EngineMatch]:
    """The engine's functions that stand in submissions, those in the most submissions last: they tell least."""
    known = collection.known
    rows = [grams(tokens(function.text, known.names)) for function in functions()]
    # What the release or an answer of another kind holds too is no sign of the engine.
    common = np.union1d(known.starter, known.solved_without_engine)
    own = [hashes[~among(hashes, common)] for hashes in rows]
    vocabulary = np.unique(np.concatenate(own))
    by_gram: dict[int, list[int]] = {}
    for i, hashes in enumerate(own):
        for gram in set(hashes.tolist()):
            by_gram.setdefault(gram, []).append(i)

    def tell(hashes: Codes) -> NDArray[np.float64]:
        return (~among(hashes, common)).astype(np.float64)

    found: dict[int, list[tuple[str, Passage]]] = {}
    for student, cell in _candidates(collection, vocabulary):
        best: tuple[int, Passage] | None = None
        hits = set(grams(tokens(cell, known.names)).tolist()) & by_gram.keys()
        shared = Counter(i for gram in hits for i in by_gram[gram])
        for i in (i for i, count in shared.items() if count >= TELLING):
            for passage in passages([cell], [functions()[i].text], known.names, tell, given=known.given):
                enough = passage.length >= LEAST and passage.weight >= TELLING
                if enough and (best is None or passage.weight > best[1].weight):
                    best = i, passage
        if best is not None:
            found.setdefault(best[0], []).append((student, best[1]))
    matches = [
        EngineMatch(functions()[i], tuple(dict.fromkeys(name for name, _ in met)), max(met, key=_length)[1])
        for i, met in found.items()
    ]
    return sorted(matches, key=lambda match: (len(match.students), -match.passage.length, match.function.where))


def _length(given: tuple[str, Passage]) -> int:
    return given[1].length


def _candidates(collection: Collection, vocabulary: Codes) -> Iterator[tuple[str, str]]:
    """Student and cell wherever a fingerprint is one of the engine's."""
    # Of so many grams in a row at least these are fingerprints.
    for i in collection.having(vocabulary, TELLING // WINDOW):
        cells: Iterable[str] = collection.cells(i)
        for cell in cells:
            if among(collection.fingerprints(cell), vocabulary).any():
                yield collection.students[i], cell
