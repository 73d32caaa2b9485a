"""Where there are no namespaces: a process that watches the runner, and ends with it all that came of it.

In a process namespace the runner is process 1, and the kernel does that.
"""

import contextlib
import json
import os
import select
import signal
import socket
import time
from pathlib import Path

from coursekit.grading.inside import confine


def supervise(pid: int, data: socket.socket, status: socket.socket, seconds: float) -> None:
    """Until the runner ends, the other side goes or the time is over; then say how, and end all that it started."""
    end = time.monotonic() + seconds
    ended = False
    while not ended and (left := end - time.monotonic()) > 0:
        ended = confine.wait(pid, min(left, 0.1), data)
        if not ended and _gone(data):
            break
        _bury(pid)
    if not ended:
        os.kill(pid, signal.SIGKILL)
    code = confine.exit_code(pid)
    end_descendants()
    say(status, code)


def say(status: socket.socket, code: int) -> None:
    """How a runner ended, to the other side: its exit code, or the signal that ended it, negative."""
    how = {"exit": code} if code >= 0 else {"signal": -code}
    with contextlib.suppress(OSError):  # it may no longer be there to hear it
        status.send(json.dumps(how).encode())


def end_descendants() -> None:
    """Kill the children of this process until there are none; it adopts their orphans.

    What ends its own parents faster than this finds it gets away; so does, where the system is not Linux, whatever has
    lost its parent or made itself a session.
    """
    if not confine.LINUX:
        return
    for _ in range(1000):
        task = Path(f"/proc/self/task/{os.getpid()}/children")
        for child in task.read_text().split():
            with contextlib.suppress(OSError):
                os.kill(int(child), signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _gone(sock: socket.socket) -> bool:
    """Whether the other side has closed its end."""
    poll = select.poll()
    poll.register(sock.fileno(), (select.POLLRDHUP if confine.LINUX else 0) | select.POLLHUP)
    return bool(poll.poll(0))


def _bury(pid: int) -> None:
    """Reap the orphans that have ended, but not the runner; only Linux lets this process adopt them."""
    if not confine.LINUX:
        return
    while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid != pid:
        os.waitpid(ended.si_pid, 0)
