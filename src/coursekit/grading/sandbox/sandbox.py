"""One warm process in a sandbox, from outside: it is started once, and runs one notebook after another."""

import contextlib
import json
import math
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Literal, Self

from coursekit.grading.inside.frames import ClosedError, Frames, LateError, TooMuchError, WireError
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.sandbox import bwrap, seccomp, skeleton
from coursekit.grading.sandbox.cgroups import Group
from coursekit.grading.sandbox.errors import SandboxError
from coursekit.grading.sandbox.folders import Folder
from coursekit.grading.sandbox.outputs import CellRun, Transcript
from coursekit.grading.sandbox.session import Session

Purpose = Literal["display", "judge"]
_START = 120.0  # seconds for the warm process to be ready, on a machine that does much else
_GRACE = 2.0
_RESTARTS = 3
_NOT_RUN = "it was not run: the cells before it had used up the notebook's time or ended Python too often"


class Sandbox:
    """Runs notebooks for one `purpose` and assignment. A context manager; not thread-safe.

    `kind` is what `how` gives. Raises `SandboxError` where the sandbox itself fails.
    """

    def __init__(self, purpose: Purpose, assignment: str, limits: Limits, kind: str) -> None:
        self.purpose, self.assignment, self.limits, self.kind = purpose, assignment, limits, kind
        self._way = _known_way() if kind == "bwrap" else None
        self._group = Group.from_environment(memory=limits.memory, processes=limits.processes)
        self._oom_kills = 0
        self._folder = Folder()
        self._skeleton = skeleton.build(self._folder.path / "skeleton", assignment)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._filter = seccomp.program()

    @property
    def description(self) -> str:
        """What is in force, for people."""
        parts = [f"bwrap ({self._way.name})" if self._way else "no sandbox: a process of its own, and its limits"]
        parts.append("seccomp" if self._filter else "no filter of system calls")
        return ", ".join([*parts, str(self._group) if self._group else "limits for each process"])

    def _memory_ran_out(self) -> bool:
        """Whether the kernel has ended a process of this sandbox for want of memory since this was last asked."""
        before, self._oom_kills = self._oom_kills, self._group.oom_kills() if self._group else 0
        return self._oom_kills > before

    def run(self, cells: Sequence[tuple[int, str]], files: Mapping[str, bytes] | None = None) -> Session:
        """Run all cells in a fresh process; returns when the last has run, or none can be run any more.

        `files` are laid beside the notebook. A cell that ends Python, or cannot be interrupted, is left out and the
        others start over, at most three times within the notebook's time.
        """
        end = time.monotonic() + self.limits.notebook
        lost: dict[int, CellRun] = {}
        while True:
            left = [(number, source) for number, source in cells if number not in lost]
            session, fatal = self._run(left, _checked(files or {}), end)
            session.cells.update(lost)
            session.sources = dict(cells)
            if fatal is None:
                break
            session.close()
            lost[fatal[0]] = fatal[1]
            if len(lost) > _RESTARTS or time.monotonic() > end:
                break
        ran = {**session.cells, **lost}
        session.cells = {number: ran.get(number) or CellRun(state=_worst(lost), reason=_NOT_RUN) for number, _ in cells}
        return session

    def _run(
        self, cells: Sequence[tuple[int, str]], files: Mapping[str, bytes], end: float
    ) -> tuple[Session, tuple[int, CellRun] | None]:
        data, status, folder = self._fork()
        session = Session({}, {}, data, status, self.limits.function, self._memory_ran_out)
        if self._way is not None and not self._way.nested:
            session.at_end = self._stop
        elif folder is not None:
            session.at_end = lambda: shutil.rmtree(folder, ignore_errors=True)
        frames = Frames(data, 4 * self.limits.output + (4 << 20))
        transcript = Transcript()
        session.cells = transcript.cells
        request = {
            "cells": list(cells),
            "files": [[name, len(content)] for name, content in files.items()],
            "folder": str(folder or bwrap.HOME),
            "cell": self.limits.cell,
            "output": self.limits.output,
            "total": self.limits.notebook + 40 * (self.limits.function + _GRACE),
        }
        deadline = min(end, time.monotonic() + 60)
        state = State.DIED
        try:
            frames.send(request, b"".join(files.values()), deadline=time.monotonic() + 60)
            while not transcript.take(frames.receive(deadline)[0]):
                deadline = min(end, time.monotonic() + self.limits.cell) + _GRACE
            return session, None
        except LateError:
            state = State.TIMEOUT
        except TooMuchError:
            state = State.OUTPUT_LIMIT
        except (ClosedError, WireError):
            state = self._why_ended(status)
            if state is State.DIED and self._memory_ran_out():
                state = State.MEMORY
        if not transcript.cells and state is State.DIED:
            session.close()
            raise SandboxError("the sandbox's process ended before a cell was run")
        number = transcript.current if transcript.current is not None else max(transcript.cells, default=-1)
        run = transcript.cells.get(number, CellRun())
        run.state, run.reason = state, _FATAL[state]
        return session, (number, run)

    def _why_ended(self, status: socket.socket) -> State:
        """What the supervisor says; it speaks of faults of ours only while no student's code has run."""
        try:
            status.settimeout(_GRACE)
            told = json.loads(status.recv(4096) or b"{}")
        except (OSError, ValueError):
            return State.DIED
        if "infrastructure" in told:
            raise SandboxError(f"the sandbox could not be set up: {told['infrastructure']}")
        return State.TIMEOUT if told.get("signal") == signal.SIGXCPU else State.DIED

    def _fork(self) -> tuple[socket.socket, socket.socket, Path | None]:
        for attempt in (1, 2):
            control = self._start()
            data, theirs = socket.socketpair()
            status, their_status = socket.socketpair()
            try:
                with theirs, their_status:
                    socket.send_fds(control, [b"r"], [theirs.fileno(), their_status.fileno()])
            except OSError as problem:  # it has died: a new one, once
                data.close()
                status.close()
                self._stop()
                if attempt == 2:
                    raise SandboxError(f"the sandbox's process is gone: {problem}") from None
                continue
            folder = None
            if self.kind == "none":
                folder = Path(tempfile.mkdtemp(prefix="run-", dir=self._folder.path))
            return data, status, folder
        raise AssertionError

    def _start(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._stop()
        control, theirs = socket.socketpair()
        said = self._folder.path / "said"
        with theirs, said.open("wb") as errors:
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd=self._folder.path,
                env=None if self._way else self._environment(),
                start_new_session=True,
            )
        talk, ready = Frames(control, 1 << 16), None
        deadline = time.monotonic() + _START
        with contextlib.suppress(ClosedError, LateError, TooMuchError, WireError):
            talk.send(self._config(), deadline=deadline)
            ready, _ = talk.receive(deadline)
        if ready != "ready":
            control.close()
            self._stop()
            text = said.read_text(errors="replace").strip().splitlines()
            raise SandboxError(f"the sandbox did not start: {text[-1] if text else 'it said nothing'}")
        control.settimeout(10)
        self._control = control
        return control

    def _command(self, fd: int) -> list[str]:
        python = bwrap.python(self._way, self._own(), f"from coursekit.grading.inside.zygote import main; main({fd})")
        if self._way is None:
            return self._group.enter(python) if self._group else python
        room = 4 * self.limits.file << 20
        engine = skeleton.PACKAGE if self.purpose == "display" else None
        command = bwrap.command(
            self._way, self._skeleton, engine=engine, course=Path.cwd(), room=room, environment=self._environment()
        )
        return self._group.enter(command + python) if self._group else command + python

    def _own(self) -> str:
        return str(bwrap.OWN if self._way else self._skeleton / "own")

    def _config(self) -> dict[str, Any]:
        limits, size = self.limits, f"{4 * self.limits.file}m"
        engine = bwrap.ENGINE if self._way else skeleton.PACKAGE.parent
        return {
            "purpose": self.purpose,
            "assignment": self.assignment,
            "own_path": [self._own()],
            "engine": str(engine),
            "filter": self._filter.hex(),
            "namespaces": self._way is not None and self._way.nested,
            "folders": [*([folder, size] for folder in bwrap.scratch()), ["/proc", "4k"]],
            "limits": {
                "memory": limits.memory,
                "cpu": math.ceil(limits.notebook) + 1,
                "processes": limits.processes,
                "file": limits.file,
            },
        }

    def _environment(self) -> dict[str, str]:
        if self._way:
            return bwrap.environment(show=self.purpose == "display")
        folder = str(self._folder.path)
        fonts = str(self._skeleton / "matplotlib")
        return bwrap.environment(show=self.purpose == "display", home=folder, temporary=folder, fonts=fonts)

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End the process and all that it has started."""
        self._stop()
        if self._group is not None:
            self._group.close()
        self._folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_FATAL = {
    State.DIED: "it ended Python",
    State.TIMEOUT: "it ran past its time limit and could not be interrupted",
    State.OUTPUT_LIMIT: "it sent far more output than a run may",
    State.MEMORY: "it ran out of memory",
}


def _worst(lost: Mapping[int, CellRun]) -> State:
    return State.worst(run.state for run in lost.values()) if lost else State.TIMEOUT


def _checked(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"a file beside the notebook must have a relative name, not {name!r}")
    return files


def _known_way() -> bwrap.Way:
    from coursekit.grading.sandbox.probing import way

    return way()


__all__ = ["Sandbox"]
