"""A class's records counted one by one: nothing of a record is kept but numbers and, for what is odd, names."""

import heapq
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coursekit.grading.record import Record, State

#: Nothing of such a submission could be asked: it counts as one, and not among the scores.
UNASKED = frozenset({State.UNREADABLE, State.WRONG_ASSIGNMENT, State.INFRASTRUCTURE})
#: How many names are kept of each kind; the rest is a number.
_NAMES = 40


@dataclass
class Names:
    """The first few of many, and how many there are."""

    shown: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, name: str) -> None:
        """One more."""
        self.count += 1
        if len(self.shown) < _NAMES:
            self.shown.append(name)


@dataclass
class ExerciseTally:
    """One exercise over the class: how many failed each check, by its name in the exercise's order."""

    max_score: float
    failed: Counter[str] = field(default_factory=Counter)
    misconceptions: Counter[str] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)


class Tally:
    """Records are added one by one, in any order."""

    def __init__(self) -> None:
        self.states: Counter[State] = Counter()
        self.exercises: dict[str, ExerciseTally] = {}
        self.odd: dict[State, Names] = {}
        self.repaired = Names()
        self.repairs: Counter[str] = Counter()
        self.sandboxes: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self._slow: list[tuple[float, str]] = []
        self._seconds = 0.0
        self._rows: list[NDArray[np.float32]] = []

    @property
    def count(self) -> int:
        """All submissions."""
        return sum(self.states.values())

    @property
    def asked(self) -> int:
        """The submissions that could be asked, which the scores are of."""
        return len(self._rows)

    @property
    def max_score(self) -> float:
        """The points of all exercises."""
        return sum(exercise.max_score for exercise in self.exercises.values())

    @property
    def seconds(self) -> float:
        """How long a submission took on average."""
        return self._seconds / self.count if self.count else 0.0

    def slowest(self) -> list[tuple[str, float]]:
        """The slowest submissions and their seconds, from the slowest on."""
        return [(student, seconds) for seconds, student in sorted(self._slow, reverse=True)]

    def add(self, student: str, record: Record) -> None:
        """Count one submission."""
        self.states[record.state] += 1
        self.sandboxes[record.sandbox] += 1
        self.versions[record.version] += 1
        self._seconds += record.seconds
        heapq.heappush(self._slow, (record.seconds, student))
        if len(self._slow) > 8:
            heapq.heappop(self._slow)
        if record.state is not State.GRADED:
            self.odd.setdefault(record.state, Names()).add(student)
        if record.repairs:
            self.repaired.add(student)
            self.repairs.update(record.repairs)
        for exercise in record.exercises:
            self.exercises.setdefault(exercise.name, ExerciseTally(exercise.max_score))
        if record.state in UNASKED:
            return
        scores = {}
        for exercise in record.exercises:
            tally = self.exercises[exercise.name]
            scores[exercise.name] = exercise.score
            tally.states[exercise.state] += 1
            tally.failed.update(exercise.failed)
            if exercise.misconception:
                tally.misconceptions[exercise.misconception] += 1
        self._rows.append(np.array([scores.get(name, 0.0) for name in self.exercises], np.float32))

    def points(self) -> NDArray[np.float64]:
        """The points of each submission that could be asked, `(submissions, exercises)`."""
        out = np.zeros((len(self._rows), len(self.exercises)))
        for i, row in enumerate(self._rows):
            out[i, : len(row)] = row
        return out


def discrimination(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The item-rest correlation of each column: Pearson's r of its points with the sum of all others'.

    NaN where either does not vary, or fewer than three rows are there.
    """
    rest = points.sum(axis=1, keepdims=True) - points
    if len(points) < 3:
        return np.full(points.shape[1], np.nan)
    a, b = points - points.mean(axis=0), rest - rest.mean(axis=0)
    size = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    r: NDArray[np.float64] = np.divide(
        (a * b).sum(axis=0), size, out=np.full(points.shape[1], np.nan), where=size > 1e-9
    )
    return r


def interval(r: float, n: int) -> tuple[float, float]:
    """The 95 % confidence interval of a correlation over `n` pairs, by Fisher's z; all of [-1, 1] below 4 pairs."""
    if n < 4:
        return -1.0, 1.0
    z, half = np.arctanh(np.clip(r, -0.999999, 0.999999)), 1.96 / np.sqrt(n - 3)
    return float(np.tanh(z - half)), float(np.tanh(z + half))
