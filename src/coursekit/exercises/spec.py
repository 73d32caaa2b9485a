"""What an exercise and an assignment are."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from coursekit.exercises.asking import Answer, ask_all
from coursekit.exercises.cases import PUBLIC_SEED, Case, Draw
from coursekit.exercises.hints import for_what_came
from coursekit.exercises.judging import Asked, Check, Names, agreement, failure, telling
from coursekit.exercises.kinds import Kind, Several, type_name
from coursekit.exercises.result import CheckResult, Result

Function = Callable[..., Any]
_WAITS = "counts once {}"
_FOLLOWS = "Perhaps the same mistake as above. Mend that first: is this still there?"


class ExerciseError(ValueError):
    """A name that is no assignment or exercise, or a declaration that contradicts itself."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback: the message is for a student, our frames are not.
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(ExerciseError, LookupError):
    """No assignment or exercise of this name; the message lists those that there are."""


class Exercises(dict[str, "Exercise"]):
    """Exercises by name; asking for one that is not there lists those that are."""

    def __missing__(self, name: object) -> "Exercise":
        raise UnknownNameError(f"there is no exercise {name!r} here; there are {', '.join(self)}")


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A common wrong answer: `function` is it, `hint` asks the question that leads out of it."""

    id: str
    function: Function
    hint: str


@dataclass(frozen=True)
class Paper:
    """The questions for one seed and the reference's answers; one paper serves any number of submissions."""

    exercise: "Exercise"
    cases: tuple[Case, ...]
    answers: tuple[Answer, ...]

    @cached_property
    def wrong_answers(self) -> dict[str, list[Answer]]:
        """What each known misconception answers, by its id."""
        return {
            wrong.id: self.exercise.answers_of(wrong.function, self.cases) for wrong in self.exercise.misconceptions
        }

    @cached_property
    def tells(self) -> dict[str, tuple[int, ...]]:
        """The cases that tell each known misconception from the reference, by its id."""
        return {id: telling(self.cases, self.answers, given) for id, given in self.wrong_answers.items()}


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One function to write. `reference` is the engine's own; name and signature are taken from it.

    `task` is a short Markdown statement and `rule` the formula as text. `cases` draws the questions. `variants` are
    other right answers by name; they and the misconceptions are the tests of the checks. `needs` names other functions
    that a submission must bring along.
    """

    assignment: str
    reference: Function
    task: str
    rule: str
    returns: Kind
    cases: Callable[[Draw], Iterable[Case]]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...]
    variants: Mapping[str, Function]
    needs: tuple[str, ...] = ()
    helpers: Mapping[str, Function] | None = None

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

    @property
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
        cases = tuple(self.cases(Draw(self.name, seed)))
        answers = self.answers_of(self.reference, cases)
        for case, answer in zip(cases, answers, strict=True):
            if answer.error is not None:
                where = f"{case.group} {case.about}".strip()
                raise ExerciseError(f"exercise {self.name}: the reference fails on a case of {where}: {answer.error}")
        return Paper(self, cases, tuple(answers))

    def evaluate(self, submission: Function | Mapping[str, Function], seed: int = PUBLIC_SEED) -> Result:
        """Ask `submission` everything and judge it. Never raises for anything that the submission does.

        A mapping holds functions by name, this exercise's and those that it `needs`; a callable is enough where it
        needs none. Every call stays in this process: code that looks up the stack for the reference is not stopped
        here, only where the judging runs outside the student's process.
        """
        paper = self.paper(seed)
        return self.judge(paper, self.ask(paper, submission))

    def ask(self, paper: Paper, submission: Function | Mapping[str, Function]) -> list[Answer]:
        """The submission's answers, as plain data."""
        functions: dict[str, Any] = {self.name: submission}
        if issubclass(type(submission), Mapping):
            given: Any = submission  # by its type: `isinstance` would ask the object itself
            try:
                functions = {name: given[name] for name in (self.name, *self.needs) if name in given}
            except BaseException as problem:  # a mapping of the student's own may raise anything
                return [Answer(error=f"its functions could not be read: {type_name(problem)}")] * len(paper.cases)
        for name in (self.name, *self.needs):
            if name not in functions:
                return [Answer(error=f"there is no function {name}")] * len(paper.cases)
            if not callable(functions[name]):
                kind = type_name(functions[name])
                return [Answer(error=f"{name} is not a function, it is of type {kind}")] * len(paper.cases)
        return self._ask(functions, paper.cases)

    def judge(self, paper: Paper, answers: Iterable[Answer]) -> Result:
        """The result for these answers; calls no student code."""
        answers = list(answers)
        asked = [Asked(c, r.value, a) for c, r, a in zip(paper.cases, paper.answers, answers, strict=True)]
        results = self._check_results(asked)
        passed = all(check.passed for check in results)
        found = None if passed else self._misconception(paper, answers)
        return Result(
            exercise=self.name,
            assignment=self.assignment,
            rule=self.rule,
            checks=results,
            misconception=found.id if found else None,
            diagnosis=found.hint if found else "",
            notes=self._notes(answers),
        )

    def answers_of(self, function: Function, cases: Iterable[Case]) -> list[Answer]:
        """The answers of a function of ours, with the exercise's own `helpers` for what it needs."""
        return self._ask({**(self.helpers or {}), self.name: function}, cases)

    def _ask(self, functions: Mapping[str, Function], cases: Iterable[Case]) -> list[Answer]:
        return ask_all(functions, self.name, self.parameters, cases, self.returns)

    def _check_results(self, asked: list[Asked]) -> tuple[CheckResult, ...]:
        results = tuple(self.returns.parts) if isinstance(self.returns, Several) else ()
        names = Names(self.name, self.parameters, results)
        failures = {check.name: failure(check, asked, names) for check in self.checks}
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

    def _misconception(self, paper: Paper, answers: list[Answer]) -> Misconception | None:
        best, count = None, 0
        for wrong in self.misconceptions:
            given, tells = paper.wrong_answers[wrong.id], paper.tells[wrong.id]
            agree = agreement(paper.cases, paper.answers, given, tells, answers)
            if agree > count:
                best, count = wrong, agree
        return best

    def _notes(self, answers: list[Answer]) -> tuple[str, ...]:
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
