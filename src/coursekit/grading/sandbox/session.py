"""One run of a notebook, from outside."""

import contextlib
import math
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from coursekit.exercises.asking import Answer
from coursekit.grading.inside.frames import ClosedError, Frames, LateError, TooMuchError, WireError
from coursekit.grading.inside.questions import unpack_answer
from coursekit.grading.inside.runner import GRACE
from coursekit.grading.record import State
from coursekit.grading.sandbox.asking import Question, Questions
from coursekit.grading.sandbox.outputs import CellRun

_ANSWERS = 48 << 20  # bytes of all answers to one function
_LATE = "it did not finish in time"
_REASONS = {
    State.DIED: "it ended the Python it ran in",
    State.TIMEOUT: "it did not finish in time and had to be ended",
    State.MEMORY: "it ran out of memory",
    State.OUTPUT_LIMIT: "it answered with far more than was asked for",
}
_STOPPED = _REASONS.keys()


@dataclass(frozen=True)
class Asked:
    """The answers of one function, one for each case, and how the asking ended.

    `GRADED`: every case was answered; `STUDENT_ERROR`: there is no such function, or each call of it failed. In any
    other state the cases that were not answered have an error that says so, and `reason` is a clause for people.
    """

    answers: list[Answer]
    state: State
    reason: str = ""
    seconds: float = 0.0

    @property
    def stopped(self) -> bool:
        """Whether its process had to be ended, or ended itself."""
        return self.state in _STOPPED


@dataclass
class Session:
    """A run whose cells are done; a judging one can be asked. A context manager.

    A function has `seconds` for all its cases, or what is left `until` then, by `time.monotonic`.
    """

    cells: dict[int, CellRun]
    sources: Mapping[int, str]
    sock: socket.socket | None
    status: socket.socket | None
    seconds: float
    until: float = math.inf
    questions: Questions = field(default_factory=Questions)
    memory_ran_out: Callable[[], bool] = lambda: False
    at_end: Callable[[], None] = lambda: None
    _frames: Frames = field(init=False)

    def __post_init__(self) -> None:
        if self.sock is not None:
            self._frames = Frames(self.sock, 1 << 20)

    def ask(self, question: Question) -> Asked:
        """Ask one function all its cases, in a process of its own; never raises for a student's fault."""
        return self.ask_in_turn([question])[0]

    def ask_in_turn(self, questions: Sequence[Question]) -> list[Asked]:
        """Ask function after function in one process, up to the first that has to be stopped; at least one is asked.

        What one of them leaves behind may harm the next: a failure counts only where the function was the first.
        """
        if self.sock is None:
            return [_asked(questions[0], [], State.DIED, "its notebook's Python had ended before it could be asked", 0)]
        out: list[Asked] = []
        mine, theirs = socket.socketpair()
        frames = Frames(mine, 0)
        with mine, theirs:
            try:
                self.sock.settimeout(GRACE)
                limit = sum(math.ceil(1000 * (self.limit + 2 * GRACE)) for _ in questions).to_bytes(8, "little")
                socket.send_fds(self.sock, [limit], [theirs.fileno()])
            except OSError:
                self._end()
                return [_asked(questions[0], [], State.DIED, "", 0)]
            theirs.close()
            for question in questions:
                start, limit_now = time.monotonic(), self.limit
                answers, state, error = self._ask(frames, question, limit_now, first=not out)
                took = time.monotonic() - start
                if state in _STOPPED:
                    mine.close()
                    state = self._how_it_ended(state, late=took >= limit_now)
                    took = time.monotonic() - start
                out.append(_asked(question, answers, state, error, took))
                if state in _STOPPED:
                    return out
        self._how_it_ended(State.GRADED, late=False)
        return out

    @property
    def limit(self) -> float:
        """Seconds that a function has now."""
        return min(self.seconds, max(0.1, self.until - time.monotonic()))

    def _ask(
        self, frames: Frames, question: Question, seconds: float, *, first: bool
    ) -> tuple[list[Answer], State, str]:
        packed, length = self.questions.packed(question)
        answers: list[Answer] = []
        frames.budget = _ANSWERS
        deadline = time.monotonic() + seconds + 2 * GRACE
        try:
            # Where nothing hangs on the answers before the one that ends the process, they come all at once.
            header = {"question": length, "seconds": seconds, "together": not first}
            frames.send(header, packed, deadline=deadline)
            return answers, *self._answers(frames, deadline, question, answers)
        except LateError:
            return answers, State.TIMEOUT, ""
        except TooMuchError:
            return answers, State.OUTPUT_LIMIT, ""
        except (ClosedError, WireError):
            return answers, State.DIED, ""

    def _answers(self, frames: Frames, deadline: float, question: Question, answers: list[Answer]) -> tuple[State, str]:
        cases = question.cases
        while True:
            message, blob = frames.receive(deadline)
            match message:
                case ["answers", list() as plains, list() as sizes] if len(plains) <= len(cases) - len(answers):
                    for plain, part in zip(plains, _parts(blob, sizes, len(plains)), strict=True):
                        names = [*question.parameters, *cases[len(answers)].kwargs]
                        answers.append(unpack_answer(plain, part, question.kind, names))
                case ["end"] if len(answers) == len(cases):
                    return State.GRADED, ""
                case ["end"] if answers and answers[-1].stopped:  # interrupted by itself
                    return State.GRADED, answers[-1].error or ""
                case ["late"]:
                    return State.TIMEOUT, _LATE
                case ["no function", str() as name, str() as why, str() as text] if not answers:
                    return State.STUDENT_ERROR, self._no_function(name, why, text)
                case _:
                    raise WireError("no message of an asking")

    def _how_it_ended(self, state: State, *, late: bool) -> State:
        """The state, now that the runner says how the fork ended; without it nobody else can be asked either."""
        try:
            message, _ = self._frames.receive(time.monotonic() + 4 * GRACE)
            match message:
                case ["asked", int() as code]:
                    if state is State.DIED and late:  # whatever ended it then, its time was over
                        return State.TIMEOUT
                    if state is State.DIED and code == -9 and self.memory_ran_out():
                        return State.MEMORY
                    return state
        except (ClosedError, LateError, TooMuchError, WireError):
            pass
        self._end()
        if state is State.DIED:
            return State.MEMORY if self.memory_ran_out() else State.TIMEOUT if late else State.DIED
        return state

    def _no_function(self, name: str, why: str, text: str) -> str:
        if why == "missing":
            return f"there is no function {name}" + self._what_stopped(name)
        if why == "absent":
            return f"{name} is the engine's own: {text[:300]}"
        return f"{name} is not a function, it is of type {text[:60]}"

    def _what_stopped(self, name: str) -> str:
        """What became of the cell that was to define it."""
        defines = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{name}\b|^{name}\s*=|\bas[ \t]+{name}\b", re.MULTILINE)
        for cell, source in reversed(list(self.sources.items())):
            if defines.search(source):
                run = self.cells.get(cell)
                if run is None or run.state is not State.GRADED:
                    return f": its cell was stopped ({run.reason})" if run else ": its cell was not run"
                if run.error is not None:
                    return f": its cell stopped with {run.error[0]}: {run.error[1]}"
        return ""

    def _end(self) -> None:
        for sock in (self.sock, self.status):
            if sock is not None:
                sock.close()
        self.sock = self.status = None

    def close(self) -> None:
        """End all that still runs in it."""
        self._end()
        with contextlib.suppress(OSError):
            self.at_end()
        self.at_end = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _asked(question: Question, answers: list[Answer], state: State, error: str, seconds: float) -> Asked:
    """With an answer for each case, whatever came of them."""
    reason = _REASONS.get(state, "")
    rest = Answer(error=error or reason or _LATE, stopped=state is not State.STUDENT_ERROR)
    answers = [*answers, *[rest] * (len(question.cases) - len(answers))]
    if state is State.GRADED:
        if answers and all(answer.error is not None for answer in answers):
            state = State.STUDENT_ERROR
        if any(_out_of_memory(answer.error) for answer in answers):
            state, reason = State.MEMORY, _REASONS[State.MEMORY]
    return Asked(answers, state, reason, seconds)


def _parts(blob: bytes, sizes: list[Any], count: int) -> Iterator[memoryview]:
    """The blob, cut into pieces of these sizes."""
    if len(sizes) != count or any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != len(blob):
        raise WireError("no sizes of these answers")
    at = 0
    for size in sizes:
        yield memoryview(blob)[at : at + size]
        at += size


def _out_of_memory(error: str | None) -> bool:
    """NumPy's words and Python's; a callback of a case may raise the exception with words of its own."""
    return error is not None and bool(re.match(r"it raised (?:_Array)?MemoryError(?: \(in line|: Unable|$)", error))
