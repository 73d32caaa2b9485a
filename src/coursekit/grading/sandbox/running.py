"""One notebook, however its cells end: run, started over without what ended it, and kept ready to be asked."""

import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursekit.grading.inside.frames import ClosedError, Frames, LateError, TooMuchError, WireError
from coursekit.grading.record import State
from coursekit.grading.sandbox import bwrap
from coursekit.grading.sandbox.errors import SandboxError
from coursekit.grading.sandbox.outputs import NOT_RUN, CellRun, Transcript
from coursekit.grading.sandbox.session import Session
from coursekit.grading.sandbox.warm import GRACE, WarmProcess

_BEGIN = 30.0  # seconds for a fork of the warm process to begin, on a machine that does much else
_RESTARTS = 3
_FATAL = {
    State.DIED: "it ended Python",
    State.TIMEOUT: "it ran past its time limit and could not be interrupted",
    State.OUTPUT_LIMIT: "it sent far more output than a run may",
    State.MEMORY: "it ran out of memory",
}


class _NotBegunError(Exception):
    """A run ended, or nothing came of it, before any of the student's code ran."""


@dataclass
class _Try:
    """One process and what its cells gave; `fatal` is the cell that ended it, `seconds` how long it ran."""

    session: Session
    transcript: Transcript
    seconds: float = 0.0
    fatal: int | None = None


class NotebookRun:
    """The run of the `cells` of a notebook, with `files` beside it."""

    def __init__(self, warm: WarmProcess, cells: Sequence[tuple[int, str]], files: Mapping[str, bytes]) -> None:
        self.warm, self.cells, self.files = warm, cells, files
        self._lost: dict[int, CellRun] = {}
        self._through: dict[int, CellRun] = {}  # those that ran through at least once
        self._took: dict[int, float] = {}

    def session(self) -> Session:
        """Run it; raises `SandboxError` where that is not possible for reasons that are not the notebook's."""
        last = self._whole()
        known = {**last.transcript.cells, **self._through, **self._lost}
        worst = State.worst(run.state for run in self._lost.values()) if self._lost else State.TIMEOUT
        cells = {number: known.get(number) or CellRun(state=worst, reason=NOT_RUN) for number, _ in self.cells}
        session = last.session
        if self.warm.purpose == "judge":
            here = {number for number, run in last.transcript.cells.items() if run.state is State.GRADED}
            if last.fatal is not None or not self._through.keys() <= here:
                session = self._with_what_ran_through()
        session.cells, session.sources = cells, dict(self.cells)
        return session

    def _whole(self) -> _Try:
        """All cells, and again without the one that ended Python, as long as the notebook's time lasts."""
        left = self.warm.limits.notebook
        while True:
            one = self._tried([cell for cell in self.cells if cell[0] not in self._lost], left)
            left -= one.seconds
            for number, seconds in one.transcript.seconds.items():
                if one.transcript.cells[number].state is State.GRADED:
                    self._through[number], self._took[number] = one.transcript.cells[number], seconds
            if one.fatal is None:
                return one
            one.session.close()
            self._lost[one.fatal] = one.transcript.cells[one.fatal]
            self._through.pop(one.fatal, None)
            if len(self._lost) > _RESTARTS or left <= 0:
                return one

    def _with_what_ran_through(self) -> Session:
        """Once more, only these cells, in about the time that they took: what they define can then be asked."""
        seconds = min(2 * sum(self._took[number] for number in self._through) + 1, self.warm.limits.notebook)
        one = self._tried([cell for cell in self.cells if cell[0] in self._through], seconds)
        if one.fatal is not None:
            one.session.close()
        return one.session

    def _tried(self, cells: Sequence[tuple[int, str]], seconds: float) -> _Try:
        """Run the cells in one process. One that does not begin is our fault: another warm process is given a try."""
        try:
            return self._try(cells, seconds)
        except _NotBegunError:
            self.warm.stop()
        try:
            return self._try(cells, seconds)
        except _NotBegunError as problem:
            self.warm.stop()
            raise SandboxError(f"the sandbox could not begin a run: {problem}") from None

    def _try(self, cells: Sequence[tuple[int, str]], seconds: float) -> _Try:
        data, status, folder = self.warm.fork()
        limits = self.warm.limits
        session = Session({}, {}, data, status, limits.function)
        session.questions, session.memory_ran_out = self.warm.questions, self.warm.memory_ran_out
        if folder is not None:
            session.at_end = lambda: shutil.rmtree(folder, ignore_errors=True)
        elif self.warm.way is not None and not self.warm.way.nested:
            session.at_end = self.warm.stop
        frames = Frames(data, 4 * limits.output + (4 << 20))
        one = _Try(session, Transcript(number for number, _ in cells))
        request = {
            "cells": list(cells),
            "files": [[name, len(content)] for name, content in self.files.items()],
            "folder": str(folder or bwrap.HOME),
            "cell": limits.cell,
            "seconds": seconds,
            "output": limits.output,
            "total": limits.notebook + 40 * (limits.function + GRACE),
        }
        begin = end = time.monotonic() + _BEGIN
        try:
            frames.send(request, b"".join(self.files.values()), deadline=begin)
            deadline = begin
            while not one.transcript.take(frames.receive(deadline)[0]):
                if deadline is begin:
                    begin = time.monotonic()
                    end = begin + seconds
                deadline = self._deadline(one.transcript, end)
            state = State.GRADED
        except LateError:
            state = State.TIMEOUT
        except TooMuchError:
            state = State.OUTPUT_LIMIT
        except (ClosedError, WireError):
            state = State.DIED
        if state is not State.GRADED:
            self._ended(one, state)
        one.seconds = time.monotonic() - begin
        return one

    def _deadline(self, transcript: Transcript, end: float) -> float:
        started = transcript.started if transcript.current is not None else time.monotonic()
        return min(end, started + self.warm.limits.cell) + GRACE

    def _ended(self, one: _Try, state: State) -> None:
        """A run that has ended, or must be: by which cell, and how."""
        status, transcript = one.session.status, one.transcript
        told = self.warm.how_it_ended(status) if state is State.DIED and status is not None else {}
        if not transcript.begun:
            one.session.close()
            raise _NotBegunError(told.get("infrastructure", "its process did not answer"))
        if told.get("signal") == signal.SIGXCPU:
            state = State.TIMEOUT
        elif state is State.DIED and self.warm.memory_ran_out():
            state = State.MEMORY
        one.fatal = transcript.current if transcript.current is not None else next(reversed(transcript.seconds))
        run = transcript.cells[one.fatal]
        run.state, run.reason = state, _FATAL[state]
