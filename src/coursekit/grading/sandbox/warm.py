"""The warm process of a sandbox, from outside: how it is started, asked for runs, and ended."""

import contextlib
import json
import math
import socket
import subprocess
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from coursekit.grading.inside.frames import ClosedError, Frames, LateError, TooMuchError, WireError
from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import bwrap, seccomp, skeleton
from coursekit.grading.sandbox.asking import Questions
from coursekit.grading.sandbox.cgroups import Group
from coursekit.grading.sandbox.errors import SandboxError
from coursekit.grading.sandbox.folders import Folder

Purpose = Literal["display", "judge"]
_START = 120.0  # seconds for the warm process to be ready, on a machine that does much else
GRACE = 2.0


class WarmProcess:
    """One process, started when it is first needed and again when it has ended; `close` at the end."""

    def __init__(self, purpose: Purpose, assignment: str, limits: Limits, way: bwrap.Way | None) -> None:
        self.purpose, self.assignment, self.limits, self.way = purpose, assignment, limits, way
        self.group = Group.from_environment(memory=limits.memory, processes=limits.processes)
        self.filter = seccomp.program()
        self.questions = Questions()
        self.process: subprocess.Popen[bytes] | None = None
        self._oom_kills = 0
        self._folder = Folder()
        self._skeleton = skeleton.build(self._folder.path / "skeleton", assignment)
        self._control: socket.socket | None = None

    @property
    def description(self) -> str:
        """What is in force, for people."""
        parts = [f"bwrap ({self.way.name})" if self.way else "no sandbox: a process of its own, and its limits"]
        parts.append("seccomp" if self.filter else "no filter of system calls")
        return ", ".join([*parts, str(self.group) if self.group else "limits for each process"])

    def memory_ran_out(self) -> bool:
        """Whether the kernel has ended a process in here for want of memory since this was last asked."""
        before, self._oom_kills = self._oom_kills, self.group.oom_kills() if self.group else 0
        return self._oom_kills > before

    def fork(self) -> tuple[socket.socket, socket.socket, Path | None]:
        """A new run: a socket to it, one that tells how it ended, and its folder where that lies outside."""
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
                self.stop()
                if attempt == 2:
                    raise SandboxError(f"the sandbox's process is gone: {problem}") from None
                continue
            folder = None if self.way else Path(tempfile.mkdtemp(prefix="run-", dir=self._folder.path))
            return data, status, folder
        raise AssertionError

    def how_it_ended(self, status: socket.socket) -> dict[str, Any]:
        """What is said of a run that no longer speaks: `exit`, `signal` or, of a fault of ours, `infrastructure`."""
        try:
            status.shutdown(socket.SHUT_WR)  # so that it is ended, if it has not ended
            status.settimeout(GRACE)
            told = json.loads(status.recv(4096))
        except (OSError, ValueError):
            return {}
        return told if type(told) is dict else {}

    def _start(self) -> socket.socket:
        if self._control is not None and self.process is not None and self.process.poll() is None:
            return self._control
        self.stop()
        control, theirs = socket.socketpair()
        said = self._folder.path / "said"
        with theirs, said.open("wb") as errors:
            self.process = subprocess.Popen(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd=self._folder.path,
                env=None if self.way else self._environment(),
                start_new_session=True,
            )
        talk, ready = Frames(control, 1 << 16), None
        deadline = monotonic() + _START
        with contextlib.suppress(ClosedError, LateError, TooMuchError, WireError):
            talk.send(self._config(), deadline=deadline)
            ready, _ = talk.receive(deadline)
        if ready != "ready":
            control.close()
            self.stop()
            text = said.read_text(errors="replace").strip().splitlines()
            raise SandboxError(f"the sandbox did not start: {text[-1] if text else 'it said nothing'}")
        control.settimeout(10)
        self._control = control
        return control

    def _command(self, fd: int) -> list[str]:
        inside = "from coursekit.grading.inside"
        code = f"{inside} import forks; forks.hold_back(); {inside}.zygote import main; main({fd})"
        python = bwrap.python(self.way, self._own(), code)
        if self.way is None:
            return self.group.enter(python) if self.group else python
        room = 4 * self.limits.file << 20
        engine = skeleton.PACKAGE if self.purpose == "display" else None
        command = bwrap.command(
            self.way, self._skeleton, engine=engine, course=Path.cwd(), room=room, environment=self._environment()
        )
        return self.group.enter(command + python) if self.group else command + python

    def _own(self) -> str:
        return str(bwrap.OWN if self.way else self._skeleton / "own")

    def _config(self) -> dict[str, Any]:
        limits, size = self.limits, f"{4 * self.limits.file}m"
        engine = bwrap.ENGINE if self.way else skeleton.PACKAGE.parent
        return {
            "purpose": self.purpose,
            "assignment": self.assignment,
            "own_path": [self._own()],
            "engine": str(engine),
            "filter": self.filter.hex(),
            "namespaces": self.way is not None and self.way.nested,
            "folders": [*([folder, size] for folder in bwrap.scratch()), ["/proc", "4k"]],
            "limits": {
                "memory": limits.memory,
                # The clock decides; this is for what uses several cores, and for want of a clock.
                "cpu": 2 * math.ceil(limits.notebook) + 10,
                "processes": limits.processes,
                "file": limits.file,
            },
        }

    def _environment(self) -> dict[str, str]:
        if self.way:
            return bwrap.environment(show=self.purpose == "display")
        folder = str(self._folder.path)
        fonts = str(self._skeleton / "matplotlib")
        return bwrap.environment(show=self.purpose == "display", home=folder, temporary=folder, fonts=fonts)

    def stop(self) -> None:
        """End it with all that it has started; `fork` starts another."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        """End it for good, and remove what was laid out for it."""
        self.stop()
        if self.group is not None:
            self.group.close()
        self._folder.close()
