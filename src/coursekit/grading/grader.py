"""From the bytes that a student handed in to one row and a graded notebook. Keeps nothing between two submissions."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from types import TracebackType
from typing import Any, Literal, Self

from nbformat import NotebookNode, from_dict

import coursekit
from coursekit.exercises import Answer, Paper, Result
from coursekit.grading import bindings, outputs
from coursekit.grading.bundle import Bundle
from coursekit.grading.reading import UnreadableError, parse, unread_notebook
from coursekit.grading.record import ExerciseRecord, Record, State
from coursekit.grading.referee import Answers, Referee
from coursekit.grading.restore import exercises_in, grade_id, restore, roles_of
from coursekit.grading.sandbox import Asked, Question, Sandbox, Session, how

_MISSING, _NOT_BEGUN = "there is no function ", "it raised NotImplementedError"
_ANSWERED = (State.GRADED, State.STUDENT_ERROR)


class Grader:
    """Grades submissions of one assignment, one after the other, in warm sandboxes. A context manager.

    `grade` judges. `show` makes, separately and afterwards, the outputs that people see: they cost much more time (nets
    are trained in them, figures drawn), and no score comes from them.
    Raises `SandboxError` where the grading itself fails, and nothing for what a submission holds.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.roles = roles_of(bundle.release)
        self.referee = Referee(bundle.assignment, bundle.seed, exercises_in(self.roles))
        self._kind = how(bundle.sandbox)
        self._bench = self._sandbox("judge")
        self._display: Sandbox | None = None

    def _sandbox(self, purpose: Literal["display", "judge"]) -> Sandbox:
        return Sandbox(purpose, self.bundle.assignment, self.bundle.limits, self._kind)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sandboxes."""
        self._bench.close()
        if self._display is not None:
            self._display.close()

    @property
    def sandbox(self) -> str:
        """What protects this machine from a submission, for people."""
        return self._bench.description

    def grade(self, content: bytes) -> Record:
        """The row of one submission. In its notebook the check cells show their results, and nothing else is shown."""
        started = monotonic()
        try:
            nb = parse(content)
            stranger = belongs_elsewhere(nb, self.bundle.assignment)
            said = {"stranger": stranger} if stranger else {}
        except UnreadableError as fault:
            nb, said = unread_notebook(str(fault)), {"unreadable": str(fault)}
        nb.metadata["coursekit"] = said  # in place of whatever the submission says there
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        repairs = restore(nb, self.roles)
        nb.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        record = self.examine(nb, repairs)
        return replace(
            record,
            digest=hashlib.sha256(content).hexdigest(),
            seconds=round(monotonic() - started, 4),
            notebook=_text(nb),
        )

    def examine(self, nb: NotebookNode, repairs: Sequence[str] = ()) -> Record:
        """Judge a restored notebook and fill its check cells in place; a record without digest and notebook."""
        started = monotonic()
        state, remarks = _refused(nb.metadata.pop("coursekit", {}), self.bundle.assignment)
        exercises = self.unasked(state, remarks[0]) if remarks else self._judge(nb)
        record = Record(
            assignment=self.bundle.assignment,
            digest="",
            key=self.bundle.key,
            state=State.worst([state, *(one.state for one in exercises)]),
            exercises=tuple(exercises),
            repairs=() if remarks else tuple(repairs),
            remarks=remarks,
            seconds=round(monotonic() - started, 4),
            version=coursekit.__version__,
            sandbox=self.sandbox,
        )
        _fill(nb, exercises)
        outputs.note(nb, record.repairs, remarks if state is State.WRONG_ASSIGNMENT else ())
        nb.metadata["coursekit"] = {"record": record.to_dict()}
        return record

    def show(self, notebook: str) -> str:
        """A graded notebook with the outputs of all other cells, run with the engine."""
        nb = parse(notebook.encode())
        self.fill_display(nb)
        return _text(nb)

    def fill_display(self, nb: NotebookNode) -> None:
        """Run the cells of `nb` with the engine, and put their outputs in place."""
        self._display = self._display or self._sandbox("display")
        cells = _to_run(nb)
        with self._display.run(cells) as session:
            for i, _ in cells:
                cell, run = nb.cells[i], session.cells[i]
                cell.outputs, cell.execution_count = [from_dict(output) for output in run.outputs], run.count
                if run.state is not State.GRADED:
                    cell.outputs.append(outputs.stopped(run.reason))

    def unasked(self, state: State, reason: str) -> list[ExerciseRecord]:
        """The records of a submission whose functions could not be asked at all: no points, and why."""

        def none(count: int) -> Answers:
            return Answers(
                answers=[Answer(error=f"it could not be asked: {reason}", stopped=True)] * count, state=state
            )

        public = {name: none(len(paper.cases)) for name, paper in self.referee.public.items()}
        private = {name: none(len(paper.cases)) for name, paper in self.referee.private.items()}
        return self.referee.judge(public, private)

    def _judge(self, nb: NotebookNode) -> list[ExerciseRecord]:
        """The judging run, and a second one for the words: what it knows of private cases is gone by then.

        In the first, functions are asked in turn in one process, since a fork costs more than most of them take. What
        another has left behind there may harm one, so that a failure counts only where the function fails alone too: in
        the second run in the same way, or else asked the private cases once more, in a third.
        """
        cells, referee = _to_run(nb), self.referee
        names = list(referee.exercises)
        with self._bench.run(cells) as session:
            private, alone = self._in_turn(nb, session, names)
            through = [cell for cell in cells if session.cells[cell[0]].state is State.GRADED]
        graded = referee.results(referee.private, private)
        alone |= {name for name in self._untouched(nb) & private.keys() if _all_say(private[name], _NOT_BEGUN)}
        # Where the cell that was to define it has been stopped, there is nobody to ask.
        alone |= {name for name in names if _all_say(private[name], _MISSING) and private[name].state not in _ANSWERED}
        # One that was stopped would only be stopped again, and how it ended says all.
        wrong = [name for name in names if not graded[name].passed and private[name].state in _ANSWERED]
        public = self._alone(nb, through, wrong, referee.public)
        known = referee.results(referee.public, public)
        doubtful = [
            name
            for name in names
            if not (graded[name].passed or name in alone)
            and not (name in public and _agree(private[name], graded[name], public[name], known[name]))
        ]
        again = self._alone(nb, through, doubtful, referee.private)
        return referee.records(private | again, graded | referee.results(referee.private, again), known)

    def _in_turn(self, nb: NotebookNode, session: Session, names: Sequence[str]) -> tuple[dict[str, Answers], set[str]]:
        """The answers to the private papers, and those functions before which none was asked in their process."""
        session.until = monotonic() + self.bundle.limits.notebook
        answers: dict[str, Answers] = {}
        left, alone = list(names), set()
        while left:
            asked = session.ask_in_turn([self._question(name, self.referee.private) for name in left])
            answers |= {name: _answers(nb, session, name, one) for name, one in zip(left, asked, strict=False)}
            alone.add(left[0])
            # One that was stopped begins the next process.
            left = left[len(asked) - 1 :] if asked[-1].stopped and len(asked) > 1 else left[len(asked) :]
        return answers, alone

    def _alone(
        self, nb: NotebookNode, cells: Sequence[tuple[int, str]], names: Sequence[str], papers: Mapping[str, Paper]
    ) -> dict[str, Answers]:
        """The answers of each of these functions in a process of its own, in a run of its own."""
        if not names:
            return {}
        with self._bench.run(cells) as session:
            session.until = monotonic() + self.bundle.limits.notebook
            return {name: _answers(nb, session, name, session.ask(self._question(name, papers))) for name in names}

    def _untouched(self, nb: NotebookNode) -> set[str]:
        """The cells that are as they were handed out."""
        named = {grade_id(cell): cell.source for cell in nb.cells}
        return {name for name, role in self.roles.items() if named.get(name) == role.source}

    def _question(self, name: str, papers: Mapping[str, Paper]) -> Question:
        exercise = self.referee.exercises[name]
        return Question(name, exercise.needs, exercise.parameters, papers[name].cases, exercise.returns)


def _answers(nb: NotebookNode, session: Session, name: str, asked: Asked) -> Answers:
    """For the referee; where there is no such function, with the state of the cells that were to define it."""
    state, reason = asked.state, asked.reason
    if _all_say(asked, _MISSING):
        homes = [i for i, source in _to_run(nb) if name == grade_id(nb.cells[i]) or name in bindings.names(source)]
        ends = [session.cells[i] for i in homes if i in session.cells]
        state = State.worst([state, *(run.state for run in ends)])
        reason = next((run.reason for run in ends if run.state is state), reason)
    return Answers(answers=asked.answers, state=state, reason=reason, seconds=asked.seconds)


def _agree(one: Answers, result: Result, other: Answers, known: Result) -> bool:
    """Whether all that failed the first time failed the other time too, and in the same way."""
    failed = {check.name for check in result.checks if not check.passed}
    return (
        one.state is other.state
        and result.misconception == known.misconception
        and failed <= {check.name for check in known.checks if not check.passed}
    )


def _all_say(given: Answers | Asked, words: str) -> bool:
    return all((answer.error or "").startswith(words) for answer in given.answers)


def _to_run(nb: NotebookNode) -> list[tuple[int, str]]:
    """The code cells that are run, by their place: not the checks, whose score comes from outside, nor the set-up."""
    return [
        (i, cell.source)
        for i, cell in enumerate(nb.cells)
        if cell.cell_type == "code"
        and cell.source.strip()
        and not {"exercise", "role"} & cell.metadata.get("coursekit", {}).keys()
    ]


def _fill(nb: NotebookNode, exercises: Iterable[ExerciseRecord]) -> None:
    """Put each result into its check cell."""
    found = {one.name: one for one in exercises}
    for cell in nb.cells:
        name = cell.metadata.get("coursekit", {}).get("exercise")
        if cell.cell_type == "code" and name in found:
            cell.outputs, cell.execution_count = [outputs.verdict(found[name])], None


def belongs_elsewhere(nb: NotebookNode, assignment: str) -> str | None:
    """The assignment that this notebook belongs to, where that is another one; None where it is ours or nobody's."""
    marks = [cell.metadata.get("coursekit") for cell in nb.cells]
    named = [mark["assignment"] for mark in marks if isinstance(mark, dict) and isinstance(mark.get("assignment"), str)]
    others = [name for name in named if name != assignment]
    return others[0][:60] if others and len(others) == len(named) else None


def _refused(said: dict[str, Any], assignment: str) -> tuple[State, tuple[str, ...]]:
    """Why a notebook is not judged at all, from the mark that reading it left; no remarks where it is."""
    if "unreadable" in said:
        return State.UNREADABLE, (f"The file could not be read as a notebook: {said['unreadable']}.",)
    if "stranger" in said:
        theirs = said["stranger"]
        return State.WRONG_ASSIGNMENT, (f"This is the notebook of {theirs}, and was handed in for {assignment}.",)
    return State.GRADED, ()


def _text(nb: NotebookNode) -> str:
    # Without indents, which only the slow encoder of the standard library can make.
    return json.dumps(nb, ensure_ascii=False)
