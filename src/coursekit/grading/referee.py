"""Judges answers that came out of the sandbox, and words what a student may read of it.

The score is that of the private cases. Their inputs are the instructor's: a check that they fail is told in the words
of the public cases where those fail it too, and otherwise by its name and its hint alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from coursekit.exercises import PUBLIC_SEED, Answer, CheckResult, Exercise, Paper, Result, assignment
from coursekit.grading.record import ExerciseRecord, State

_ANSWERED = (State.GRADED, State.STUDENT_ERROR)
PRIVATELY = "it fails on a private case: other numbers and sizes than those of the public ones"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a submission answered to one paper: one answer for each case, how that ended, and how long it took."""

    answers: Sequence[Answer]
    state: State = State.GRADED
    reason: str = ""
    seconds: float = 0.0


class Referee:
    """The papers of an assignment for one seed; holds what was worked out for them, so keep it for many submissions.

    `names` are the exercises that count, all where it is None.
    """

    def __init__(self, id: str, seed: int, names: Collection[str] | None = None) -> None:
        known = assignment(id).exercises
        self.exercises: dict[str, Exercise] = {name: known[name] for name in known if names is None or name in names}
        self.seed = seed

    @cached_property
    def public(self) -> dict[str, Paper]:
        """The papers that students know."""
        return {name: exercise.paper(PUBLIC_SEED) for name, exercise in self.exercises.items()}

    @cached_property
    def private(self) -> dict[str, Paper]:
        """The papers that give the score."""
        return {name: exercise.paper(self.seed) for name, exercise in self.exercises.items()}

    def results(self, papers: Mapping[str, Paper], given: Mapping[str, Answers]) -> dict[str, Result]:
        """What each of these answers to one of the papers is worth."""
        return {name: self.exercises[name].judge(papers[name], one.answers) for name, one in given.items()}

    def records(
        self, given: Mapping[str, Answers], graded: Mapping[str, Result], known: Mapping[str, Result]
    ) -> list[ExerciseRecord]:
        """One record for each exercise, in order, from the answers to the private paper and their results.

        `known` are the results on the public paper, of those exercises at least whose failures it should word.
        """
        return [self._record(name, graded, known, given[name]) for name in self.exercises]

    def judge(self, public: Mapping[str, Answers], private: Mapping[str, Answers]) -> list[ExerciseRecord]:
        """The records for answers to both papers."""
        graded = self.results(self.private, private)
        return self.records(private, graded, self.results(self.public, public))

    def _record(
        self, name: str, graded: Mapping[str, Result], known: Mapping[str, Result], given: Answers
    ) -> ExerciseRecord:
        exercise, private = self.exercises[name], graded[name]
        stopped = "" if given.state in _ANSWERED else given.reason
        told = _told(exercise, private, known.get(name), stopped or PRIVATELY)
        if not private.passed:
            for first in exercise.first:
                failed = _failed(known.get(first.name)) or _failed(graded.get(first.name))
                if failed:
                    told = exercise.told_first(told, first.name, failed)
                    break
        return ExerciseRecord(
            name=name,
            state=_state(given),
            score=float(private.score),
            max_score=float(private.max_score),
            result=told.to_dict(),
            misconception=private.misconception,
            failed=tuple(_failed(private)),
            seconds=round(given.seconds, 4),
        )


def _state(given: Answers) -> State:
    if given.state is not State.GRADED:
        return given.state
    return State.STUDENT_ERROR if all(answer.error is not None for answer in given.answers) else State.GRADED


def _failed(result: Result | None) -> list[str]:
    return [check.name for check in result.checks if not check.passed] if result else []


def _told(exercise: Exercise, private: Result, public: Result | None, otherwise: str) -> Result:
    """The private result without a word of a private case; `otherwise` stands where the public one has no words."""
    if public is None:
        bare = tuple(_bare(exercise, check, otherwise) for check in private.checks)
        return replace(private, checks=bare, notes=())
    pairs = zip(private.checks, public.checks, strict=True)
    checks = tuple(one if one.passed else _worded(exercise, one, other, otherwise) for one, other in pairs)
    return replace(
        private,
        checks=checks,
        diagnosis=private.diagnosis or ("" if private.passed else public.diagnosis),
        misconception=private.misconception or (None if private.passed else public.misconception),
        notes=public.notes,
    )


def _worded(exercise: Exercise, private: CheckResult, public: CheckResult, otherwise: str) -> CheckResult:
    # A public check that waits for another says nothing of why this one failed, unless this one waits too.
    if not public.passed and public.pending == private.pending:
        return replace(public, passed=False)
    return _bare(exercise, private, otherwise)


def _bare(exercise: Exercise, check: CheckResult, otherwise: str) -> CheckResult:
    if check.passed or check.pending:  # a check that waits says for what, and nothing of a case
        return check
    # One that was stopped gave no values to think about.
    hint = next(one.hint for one in exercise.checks if one.name == check.name) if otherwise == PRIVATELY else ""
    return replace(check, expected="", got=otherwise, at="", hint=hint, follows=False)
