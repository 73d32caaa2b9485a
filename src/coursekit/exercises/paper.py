"""The questions of an exercise for one seed, the reference's answers, and those of the known misconceptions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from coursekit.exercises import guard, looking
from coursekit.exercises.asking import Answer
from coursekit.exercises.cases import Case
from coursekit.exercises.judging import Asked, Failure, Names, alike, failure, faults
from coursekit.exercises.kinds import Several

if TYPE_CHECKING:
    from coursekit.exercises.spec import Exercise

Function = Callable[..., Any]
#: A function, or several by name: one that is asked for with others that it needs.
Submission = Function | Mapping[str, Function]


class ExerciseError(ValueError):
    """A name that is no assignment or exercise, or a declaration that contradicts itself."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback: the message is for a student, our frames are not.
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(ExerciseError, LookupError):
    """No assignment or exercise of this name; the message lists those that there are."""


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A common wrong answer: `function` is it, `hint` asks the question that leads out of it.

    A mapping brings functions that it needs along, such as a forward pass with a cache of its own.
    """

    id: str
    function: Submission
    hint: str


@dataclass(frozen=True)
class Profile:
    """A known misconception on one paper: its answers, the places of those that tell it, and the faults of it."""

    answers: tuple[Answer, ...]
    tells: tuple[int, ...]
    failed: frozenset[str]


@dataclass(frozen=True)
class Paper:
    """The questions for one seed; one paper serves any number of submissions.

    The answers are worked out when they are first asked for, so that a submission that is asked first finds none.
    """

    exercise: "Exercise"
    cases: tuple[Case, ...]
    _known: dict[tuple[str, int], tuple[Answer, bool]] = field(default_factory=dict, repr=False, compare=False)
    _profiles: dict[str, "Profile"] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The reference's answers."""
        name = self.exercise.name
        guard.restore()
        answers = self.exercise.answers_of(self.exercise.reference, self.cases)
        for case, answer in zip(self.cases, answers, strict=True):
            if answer.error is not None:
                where = f"{case.group} {case.about}".strip()
                raise ExerciseError(f"exercise {name}: the reference fails on a case of {where}: {answer.error}")
        return looking.reference_seen(self.cases, answers)

    def rules_out(self, wrong: Misconception, answers: Sequence[Answer]) -> bool:
        """Whether a known misconception differs from these answers where it differs from the right ones.

        Asked case by case, so that most misconceptions are asked no more than their first.
        """
        for i, (case, given) in enumerate(zip(self.cases, answers, strict=True)):
            known, tells = self._wrong(wrong, i)
            if tells and not alike(case, known, given):
                return True
        return False

    def explains(self, wrong: Misconception, answers: Sequence[Answer], places: Sequence[int]) -> bool:
        """Whether these answers are a misconception's at all of these cases, and wrong at one of them."""
        pairs = ((self.cases[i], self._wrong(wrong, i)[0], answers[i]) for i in places)
        return all(alike(*pair) for pair in pairs) and any(
            not alike(self.cases[i], self.answers[i], answers[i]) for i in places
        )

    def profile(self, wrong: Misconception) -> "Profile":
        """What a known misconception answers, which cases tell it from the reference, and what it fails."""
        if wrong.id not in self._profiles:
            known = [self._wrong(wrong, i) for i in range(len(self.cases))]
            answers = tuple(answer for answer, _ in known)
            failed = faults(self.exercise.checks, self.failures(answers))
            self._profiles[wrong.id] = Profile(answers, tuple(i for i, (_, tells) in enumerate(known) if tells), failed)
        return self._profiles[wrong.id]

    def _wrong(self, wrong: Misconception, i: int) -> tuple[Answer, bool]:
        """The answer to a case, and whether it tells the misconception from the reference."""
        if (wrong.id, i) not in self._known:
            case = self.cases[i : i + 1]
            (answer,) = looking.seen(case, self.answers[i : i + 1], self.exercise.answers_of(wrong.function, case))
            self._known[wrong.id, i] = answer, not alike(case[0], self.answers[i], answer)
        return self._known[wrong.id, i]

    def seen(self, answers: Iterable[Answer]) -> tuple[Answer, ...]:
        """These answers, each with what of it is compared."""
        return looking.seen(self.cases, self.answers, list(answers))

    def failures(self, answers: Iterable[Answer]) -> dict[str, Failure | None]:
        """What these (seen) answers fail, check by check."""
        asked = [Asked(c, r, a) for c, r, a in zip(self.cases, self.answers, answers, strict=True)]
        exercise = self.exercise
        results = tuple(exercise.returns.parts) if isinstance(exercise.returns, Several) else ()
        names = Names(exercise.name, exercise.parameters, results)
        return {check.name: failure(check, asked, names) for check in exercise.checks}
