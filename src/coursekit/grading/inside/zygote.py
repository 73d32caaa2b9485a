"""The warm process: it has imported everything, and forks a fresh process for every run.

It listens on a socket for pairs of sockets: one for the run's messages, one to say how it ended. A run is process 1 of
new namespaces, where everything ends with it and nothing is that it could harm but its own; this process, which it
cannot see, ends it when the other side has gone.
"""

import contextlib
import gc
import json
import os
import random
import select
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.grading.inside import confine, forks, pages, supervisor
from coursekit.grading.inside.frames import Frames
from coursekit.grading.inside.runner import run
from coursekit.grading.inside.shell import Shell
from coursekit.grading.inside.warming import warm_up


def main(control: int) -> None:
    """Warm up, say so, and fork for every run until the other side goes."""
    shutil.copytree(os.environ["FONTS"], os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    ctl = socket.socket(fileno=control)
    config = Frames(ctl).receive()[0]
    shell = warm_up(config)
    config["user"] = os.getuid(), os.getgid()
    config["filter"] = bytes.fromhex(config["filter"])
    confine.readable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    forks.hand_over()
    gc.collect()
    gc.freeze()
    gc.disable()  # a run that needs it switches it on
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    if confine.LINUX:
        pages.collapse()
    Frames(ctl).send("ready")
    watch = _watch_from_here if config["namespaces"] else _leave_to_supervisors
    watch(ctl, shell, config)


@dataclass
class _Run:
    """A run that this process watches: its process, a handle of that, and where to say how it ended."""

    pid: int
    handle: int
    status: socket.socket


def _watch_from_here(ctl: socket.socket, shell: Shell, config: Mapping[str, Any]) -> None:
    poll = select.poll()
    poll.register(ctl.fileno(), select.POLLIN)
    runs: dict[int, _Run] = {}
    while True:
        ready = {fd for fd, _ in poll.poll()}
        for fd in sorted(ready, key=ctl.fileno().__eq__):  # first what has ended: the next run inherits nothing of it
            if fd == ctl.fileno():
                sockets = _asked_for(ctl)
                if sockets is None:
                    return
                data, status = sockets
                pid = confine.fork_into_namespaces()
                if pid == 0:
                    for other in set(runs):
                        os.close(other)
                    _become(shell, config, ctl, data, status)
                data.close()
                run = _Run(pid, os.pidfd_open(pid), status)
                runs[run.handle] = runs[status.fileno()] = run
                poll.register(run.handle, select.POLLIN)
                poll.register(status.fileno(), select.POLLRDHUP)
            elif fd in runs:  # it has ended, or nobody wants it any more
                run = runs[fd]
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(run.handle, signal.SIGKILL)
                for one in (run.handle, run.status.fileno()):
                    poll.unregister(one)
                    del runs[one]
                supervisor.say(run.status, confine.exit_code(run.pid))
                os.close(run.handle)
                run.status.close()


def _leave_to_supervisors(ctl: socket.socket, shell: Shell, config: Mapping[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    handles: list[int] = []
    while (sockets := _asked_for(ctl)) is not None:
        for handle in handles:  # a student's code can stop its supervisor here; that has work to do
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(handle, signal.SIGCONT)
            os.close(handle)
        data, status = sockets
        pid = forks.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(shell, config, ctl, data, status)
        handles = []
        if confine.LINUX:
            with contextlib.suppress(OSError):
                handles.append(os.pidfd_open(pid))
        data.close()
        status.close()


def _asked_for(ctl: socket.socket) -> tuple[socket.socket, socket.socket] | None:
    message, fds, _, _ = socket.recv_fds(ctl, 1, 2)
    if not message or len(fds) != 2:
        return None
    return socket.socket(fileno=fds[0]), socket.socket(fileno=fds[1])


def _become(
    shell: Shell, config: Mapping[str, Any], ctl: socket.socket, data: socket.socket, status: socket.socket
) -> None:
    """Be a run, to its end."""
    try:
        os.setsid()  # so that what it sends to its group reaches nobody else
        ctl.close()
        _prepared(shell, config, data, status)
    except BaseException as problem:  # before any of the student's code has run
        with contextlib.suppress(OSError):
            status.send(json.dumps({"infrastructure": f"{type(problem).__name__}: {problem}"[:500]}).encode())
    finally:
        os._exit(0)


def _prepared(shell: Shell, config: Mapping[str, Any], data: socket.socket, status: socket.socket) -> None:
    confine.die_with_parent()
    confine.readable(True)  # to write its own map of users
    confine.first_to_go()
    request, blob = Frames(data).receive(time.monotonic() + 10)
    if config["namespaces"]:
        confine.become_user(*config["user"])
        confine.fresh_folders(config["folders"])
    else:
        confine.adopt_orphans()
        os.environ["TMPDIR"] = os.environ["HOME"] = request["folder"]
        tempfile.tempdir = None
        pid = forks.fork()
        if pid:
            confine.readable(False)
            supervisor.supervise(pid, data, status, request["total"])
            return
        confine.die_with_parent()
        os.setsid()
    os.chdir(request["folder"])
    _lay_out(request["files"], blob)
    confine.limit(**config["limits"])
    confine.give_up_rights()
    if config["filter"]:
        confine.filter_system_calls(config["filter"])
    gc.enable()
    np.random.seed()  # noqa: NPY002 - forks of one process would otherwise all draw the same numbers
    random.seed()
    status.close()
    with contextlib.suppress(Exception):  # whatever a student's code makes of this process is no fault of ours
        run(shell, data, request, show=config["purpose"] == "display", alone=config["namespaces"])


def _lay_out(files: list[list[Any]], blob: bytes) -> None:
    at = 0
    for name, size in files:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob[at : at + size])
        at += size
