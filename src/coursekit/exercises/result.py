"""What an evaluation found, as plain data; how it is shown stands in `render`."""

from dataclasses import dataclass, replace
from typing import Any, Self

from coursekit.exercises import render


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One named check. `expected`, `got` and `at` (the smallest input that fails) are texts, empty where it passed.

    `pending` marks a check that was not counted because nothing else is right yet; it did not pass either. `follows`
    marks one that failed on values while the ordinary values are not right: most likely the same mistake.
    """

    name: str
    passed: bool
    points: int
    expected: str = ""
    got: str = ""
    at: str = ""
    hint: str = ""
    pending: bool = False
    follows: bool = False

    @property
    def earned(self) -> int:
        """The points that this check gave."""
        return self.points if self.passed else 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "name": self.name,
            "passed": self.passed,
            "points": self.points,
            "earned": self.earned,
            "expected": self.expected,
            "got": self.got,
            "at": self.at,
            "hint": self.hint,
            "pending": self.pending,
            "follows": self.follows,
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(**{name: value for name, value in plain.items() if name != "earned"})


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """The outcome of one exercise. `misconception` is the id of a known wrong answer, `diagnosis` its question.

    `notes` are remarks that cost nothing: a warning of NumPy, text that the function printed.
    """

    exercise: str
    assignment: str
    rule: str
    checks: tuple[CheckResult, ...]
    misconception: str | None = None
    diagnosis: str = ""
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """Points earned, between 0 and `max_score`."""
        return sum(check.earned for check in self.checks)

    @property
    def max_score(self) -> int:
        """The points of all checks."""
        return sum(check.points for check in self.checks)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    def with_notes(self, *notes: str) -> "Result":
        """The same result with more remarks."""
        return replace(self, notes=(*self.notes, *notes))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; what the page's worker and the grader send on."""
        return {
            "exercise": self.exercise,
            "assignment": self.assignment,
            "rule": self.rule,
            "score": self.score,
            "max_score": self.max_score,
            "passed": self.passed,
            "misconception": self.misconception,
            "diagnosis": self.diagnosis,
            "notes": list(self.notes),
            "checks": [check.to_dict() for check in self.checks],
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """The inverse of `to_dict`: what was sent on is shown in the same words as here."""
        given = {name: value for name, value in plain.items() if name not in ("score", "max_score", "passed")}
        checks = tuple(CheckResult.from_dict(check) for check in given["checks"])
        return cls(**{**given, "checks": checks, "notes": tuple(given["notes"])})

    def __str__(self) -> str:
        return render.text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return render.html(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}
