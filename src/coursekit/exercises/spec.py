"""What an exercise and an assignment are."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from coursekit.exercises import guard, pace
from coursekit.exercises.asking import OVERFLOW_IS_SEEN, Answer, ask_all
from coursekit.exercises.cases import PUBLIC_SEED, Case, Draw
from coursekit.exercises.hints import for_what_came
from coursekit.exercises.judging import Check, Failure, agreement, faults
from coursekit.exercises.kinds import Kind, Several, type_name
from coursekit.exercises.paper import ExerciseError, Function, Misconception, Paper, Submission, UnknownNameError
from coursekit.exercises.result import CheckResult, Result

__all__ = [
    "ENGINE_S_OWN",
    "Assignment",
    "Exercise",
    "ExerciseError",
    "Exercises",
    "Function",
    "Misconception",
    "Paper",
    "Submission",
    "UnknownNameError",
]

_WAITS = "counts once {}"
_REPLACED = "{} had been replaced by something else; the original is back in place, and was used here"
ENGINE_S_OWN = "this is the engine's own {}: in a notebook that is graded it earns nothing"
_PRIVATE = "it could not be called: {} is the engine's own here, and yours is wanted with it"
_FIRST = (
    "Your {0} does not pass its own check yet ({1}), and {2} works on what it returns. What does `check({0})` say? "
    "Mend that first."
)
_NO_OVERFLOW = 'this Python cannot see an overflow, so "{}" is decided at grading'
_FOLLOWS = "Perhaps the same mistake as above. Mend that first: is this still there?"


class Exercises(dict[str, "Exercise"]):
    """Exercises by name; asking for one that is not there lists those that are."""

    def __missing__(self, name: object) -> "Exercise":
        raise UnknownNameError(f"there is no exercise {name!r} here; there are {', '.join(self)}")


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One function to write. `reference` is the engine's own; name and signature are taken from it.

    `task` is a short Markdown statement and `rule` the formula as text. `cases` draws the questions. `variants` are
    other right answers by name; they and the misconceptions are the tests of the checks. `needs` names other functions
    that a submission must bring along, `helpers` are right ones, `first` are their exercises: where a submission fails
    it is asked whether it passes those. `speed` draws a larger case where code without loops
    is the lesson: a right answer is told how much faster it could be.
    """

    assignment: str
    reference: Function
    task: str
    rule: str
    returns: Kind
    cases: Callable[[Draw], Iterable[Case]]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...]
    variants: Mapping[str, Submission]
    needs: tuple[str, ...] = ()
    helpers: Mapping[str, Function] = field(default_factory=dict)
    first: tuple["Exercise", ...] = ()
    speed: Callable[[Draw], Case] | None = None

    def __post_init__(self) -> None:
        for what, names in (
            ("checks", [check.name for check in self.checks]),
            ("misconceptions", [m.id for m in self.misconceptions]),
        ):
            if len(set(names)) != len(names):
                raise ExerciseError(f"exercise {self.name}: two {what} share a name: {', '.join(names)}")
        if not any(check.core for check in self.checks):
            raise ExerciseError(f"exercise {self.name}: no check is core, so none could ever count")

    @property
    def name(self) -> str:
        """The function's name, which is the exercise's."""
        return self.reference.__name__

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def signature(self) -> str:
        """The call as text, `leaky_relu(x, alpha=0.01)`."""
        plain = [
            p.replace(annotation=inspect.Parameter.empty) for p in inspect.signature(self.reference).parameters.values()
        ]
        return f"{self.name}{inspect.Signature(plain)}"

    @property
    def max_score(self) -> int:
        """The points of all checks."""
        return sum(check.points for check in self.checks)

    def paper(self, seed: int = PUBLIC_SEED) -> Paper:
        """The questions for a seed; 0 gives the public ones."""
        if type(seed) is not int or seed < 0:
            raise ExerciseError(f"exercise {self.name}: a seed is a whole number, 0 or above, not {seed!r}")
        return Paper(self, tuple(self.cases(Draw(self.name, seed))))

    def complete(self, function: Submission) -> dict[str, Function]:
        """A submission of this function and right ones for all that it needs and does not bring along."""
        return {**self.helpers, **(function if isinstance(function, Mapping) else {self.name: function})}

    def evaluate(self, submission: Submission, seed: int = PUBLIC_SEED) -> Result:
        """Ask `submission` everything and judge it. Never raises for anything that the submission does.

        A mapping holds functions by name, this exercise's and those that it `needs`; a callable is enough where it
        needs none. Every call stays in this process, so that a determined forger finds a way (`guard` says which tricks
        gain nothing); the boundary that holds is a process of its own.
        """
        guard.remember_engine()
        replaced = guard.restore()
        paper = self.paper(seed)
        result = self.with_what_is_first(self.judge(paper, self.ask(paper, submission)), submission, seed)
        notes = [_REPLACED.format(", ".join(replaced[:3]))] if replaced else []
        if submission is self.reference:
            notes.append(ENGINE_S_OWN.format(self.name))
        return result.with_notes(*notes) if notes else result

    def with_what_is_first(self, result: Result, submission: Submission, seed: int) -> Result:
        """The result, and where it is not a pass the exercises that the submission should pass `first`.

        For whoever hosts the student's process: it calls the submission again.
        """
        if result.passed or not issubclass(type(submission), Mapping):
            return result
        for exercise in self.first:
            paper = exercise.paper(seed)
            failures = paper.failures(paper.seen(exercise.ask(paper, submission)))
            failed = [name for name, found in failures.items() if found]
            if failed:
                return self.told_first(result, exercise.name, failed)
        return result

    def told_first(self, result: Result, name: str, failed: Sequence[str]) -> Result:
        """The result with the word that `name`, on which this function works, fails these checks of its own."""
        listed = ", ".join(failed[:2]) + (", ..." if len(failed) > 2 else "")
        told = _FIRST.format(name, listed, self.name)
        # A wrong answer that is known explains more; otherwise this stands where the reader looks first.
        return result.with_notes(told) if result.diagnosis else replace(result, diagnosis=told)

    def ask(self, paper: Paper, submission: Submission) -> list[Answer]:
        """The submission's answers, as plain data."""
        functions: dict[str, Any] = {self.name: submission}
        if issubclass(type(submission), Mapping):
            given: Any = submission  # by its type: `isinstance` would ask the object itself
            try:
                functions = {name: given[name] for name in (self.name, *self.needs) if name in given}
            except BaseException as problem:  # a mapping of the student's own may raise anything
                return [Answer(error=f"its functions could not be read: {type_name(problem)}")] * len(paper.cases)
        for name in (self.name, *self.needs):
            before = "it could not be called: " if name in self.needs else ""
            if name not in functions:
                return [Answer(error=f"{before}there is no function {name}")] * len(paper.cases)
            if not callable(functions[name]):
                kind = type_name(functions[name])
                return [Answer(error=f"{before}{name} is not a function, it is of type {kind}")] * len(paper.cases)
        for name in self.needs:
            if guard.is_engine(name, functions[name]):
                return [Answer(error=_PRIVATE.format(name))] * len(paper.cases)
        return self._ask(functions, paper.cases, guard.Watch(functions, self.name))

    def judge(self, paper: Paper, answers: Iterable[Answer]) -> Result:
        """The result for these answers; calls no student code."""
        answers = paper.seen(answers)
        failures = paper.failures(answers)
        results = self._check_results(failures)
        passed = all(check.passed for check in results)
        found = None if passed else self._misconception(paper, answers, failures)
        return Result(
            exercise=self.name,
            assignment=self.assignment,
            rule=self.rule,
            checks=results,
            misconception=found.id if found else None,
            diagnosis=found.hint if found else "",
            notes=self._notes(answers),
        )

    def pace(self, submission: Submission) -> str:
        """A remark on a right answer that works number by number, empty where there is nothing to say.

        For whoever hosts the student's process: it calls the submission again.
        """
        if self.speed is None:
            return ""
        case = self.speed(Draw(self.name, PUBLIC_SEED))
        given = submission if isinstance(submission, Mapping) else {self.name: submission}
        found = pace.slowness(given, self.complete(self.reference), self.name, case)
        return pace.remark(*found, case.size) if found else ""

    def answers_of(self, function: Submission, cases: Iterable[Case]) -> list[Answer]:
        """The answers of a function of ours, with the exercise's own `helpers` for what it needs."""
        return self._ask(self.complete(function), cases)

    def _ask(
        self, functions: Mapping[str, Function], cases: Iterable[Case], watch: guard.Watch | None = None
    ) -> list[Answer]:
        return ask_all(functions, self.name, self.parameters, cases, self.returns, watch=watch)

    def _check_results(self, failures: Mapping[str, Failure | None]) -> tuple[CheckResult, ...]:
        results = tuple(self.returns.parts) if isinstance(self.returns, Several) else ()
        core = [check.name for check in self.checks if check.core]
        started = any(failures[name] is None for name in core)
        right = all(failures[name] is None for name in core)
        out = []
        for check in self.checks:
            found = failures[check.name]
            if not started and not check.core:
                waits = _WAITS.format(" or ".join(f'"{name}"' for name in core) + " passes")
                out.append(CheckResult(name=check.name, passed=False, points=check.points, got=waits, pending=True))
            elif found is None:
                out.append(CheckResult(name=check.name, passed=True, points=check.points))
            else:
                told = ""
                if check.aspect != "unchanged":  # there it is about the inputs, not about what came
                    told = for_what_came(
                        found.got, name=self.name, signature=self.signature, returns=str(self.returns), results=results
                    )
                follows = not (right or check.core or check.aspect == "unchanged")
                hint = _FOLLOWS if follows else found.hint or told or check.hint
                out.append(
                    CheckResult(
                        name=check.name,
                        passed=False,
                        points=check.points,
                        expected=found.expected,
                        got=found.got,
                        at=found.at,
                        hint=hint,
                        follows=follows,
                    )
                )
        return tuple(out)

    def _misconception(
        self, paper: Paper, answers: tuple[Answer, ...], failures: Mapping[str, Failure | None]
    ) -> Misconception | None:
        best, count = None, 0
        failed = faults(self.checks, failures)
        for wrong in self.misconceptions:
            if paper.rules_out(wrong, answers):
                continue
            known = paper.profile(wrong)
            both = (known.failed, failed)
            agree = agreement(paper.cases, paper.answers, known.answers, known.tells, answers, both)
            if agree > count:
                best, count = wrong, agree
        return best or self._first_of_two(paper, answers)

    def _first_of_two(self, paper: Paper, answers: tuple[Answer, ...]) -> Misconception | None:
        """The mistake that explains all answers of the core checks, where another one shows beside it elsewhere.

        The sum over a batch in place of the mean is told by ordinary inputs, also where large ones overflow.
        """
        groups = {check.group for check in self.checks if check.core}
        core = [i for i, case in enumerate(paper.cases) if case.group in groups]
        for wrong in self.misconceptions:
            if paper.explains(wrong, answers, core):
                return wrong
        return None

    def _notes(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        warned = dict.fromkeys(message for answer in answers for message in answer.warnings)
        graded = any(check.aspect == "overflow" for check in self.checks)
        notes = [
            f"NumPy or Python warned, which costs no points: {message}"
            for message in warned
            if not (graded and "overflow" in message)
        ]
        printed = next((answer.printed for answer in answers if answer.printed.strip()), "")
        if printed:
            notes.append(f"printed by your function: {' '.join(printed.split())[:120]}")
        replaced = dict.fromkeys(name for answer in answers for name in answer.replaced)
        if replaced:
            notes.insert(0, _REPLACED.format(", ".join([*replaced][:3])))
        if graded and not OVERFLOW_IS_SEEN:
            unseen = next(check.name for check in self.checks if check.aspect == "overflow")
            notes.append(_NO_OVERFLOW.format(unseen))
        return tuple(notes[:4])


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """The exercises of one chapter, in the order in which they are asked."""

    id: str
    title: str
    exercises: Mapping[str, Exercise]

    @property
    def max_score(self) -> int:
        """The points of all exercises."""
        return sum(exercise.max_score for exercise in self.exercises.values())
