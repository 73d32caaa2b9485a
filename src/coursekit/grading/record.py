"""What grading one submission found, as plain data: one row, whatever the submission does."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    """How an exercise or a submission ended; from harmless to grave, as they are declared.

    `GRADED`: asked and judged, right or wrong. `STUDENT_ERROR`: there is no such function, or every call of it failed.
    `INFRASTRUCTURE`: not the student's fault; tried again, then reported.
    """

    GRADED = "graded"
    STUDENT_ERROR = "student error"
    OUTPUT_LIMIT = "output limit"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    DIED = "died"
    WRONG_ASSIGNMENT = "wrong assignment"
    UNREADABLE = "unreadable"
    INFRASTRUCTURE = "infrastructure"

    @classmethod
    def worst(cls, states: Iterable["State"]) -> "State":
        """The gravest of these; `GRADED` where there are none."""
        order = list(cls)
        return max(states, key=order.index, default=cls.GRADED)


@dataclass(frozen=True, kw_only=True)
class ExerciseRecord:
    """One exercise of one submission.

    `result` is `Result.to_dict()` as the student may see it: no private input, nothing that came on one. Its score
    equals `score`. `failed` names the checks that the private cases failed. `seconds` is how long its questions took.
    """

    name: str
    state: State
    score: float
    max_score: float
    result: dict[str, Any]
    misconception: str | None = None
    failed: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Record:
    """One graded submission.

    `digest` is the SHA-256 of the file that was handed in, `key` that of all that decides a grade besides it
    (`Bundle.key`). `repairs` say what of the notebook was put back, `remarks` what else the student should know (why a
    file could not be read). `notebook` is the graded notebook as JSON text, empty where there is none.
    """

    assignment: str
    digest: str
    key: str
    state: State
    exercises: tuple[ExerciseRecord, ...]
    repairs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0
    version: str = ""
    sandbox: str = ""
    notebook: str = field(default="", repr=False)

    @property
    def score(self) -> float:
        """Points earned in all exercises."""
        return sum(exercise.score for exercise in self.exercises)

    @property
    def max_score(self) -> float:
        """The points of all exercises."""
        return sum(exercise.max_score for exercise in self.exercises)

    def to_json(self) -> str:
        """All but the notebook, as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """All but the notebook, as JSON-ready data that shares its parts with the record."""
        plain = {name: value for name, value in vars(self).items() if name != "notebook"}
        return {**plain, "exercises": [dict(vars(one)) for one in self.exercises]}

    @classmethod
    def from_json(cls, text: str, notebook: str = "") -> Self:
        """The inverse of `to_json`."""
        return cls.from_dict(json.loads(text), notebook)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], notebook: str = "") -> Self:
        """The inverse of `to_dict`."""
        exercises = tuple(
            ExerciseRecord(**{**one, "state": State(one["state"]), "failed": tuple(one["failed"])})
            for one in plain["exercises"]
        )
        lists = {name: tuple(plain[name]) for name in ("repairs", "remarks")}
        return cls(**{**plain, **lists, "exercises": exercises, "state": State(plain["state"]), "notebook": notebook})
