"""The warm process: it has imported everything, and forks a fresh process for every run.

It listens on a socket for pairs of sockets: one for the run's messages, one for its supervisor's. A supervisor is
process 1 of new namespaces, which end with it; in there a runner runs the student's code.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import random
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.exercises import asking
from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.grading.inside import absent, confine, plain_cells, questions
from coursekit.grading.inside import shell as ipython
from coursekit.grading.inside.frames import Frames
from coursekit.grading.inside.runner import run
from coursekit.grading.inside.shell import Shell, Sink, make_shell

_WARM = (  # what is loaded on first use: the ways in which a cell ends, and figures
    "1 + 1",
    "import numpy as np\nnp.arange(3)",
    "def f():\n    return 1 / 0\nf()",
    "import a_module_that_is_not_there",
    "(",
    "print('x')",
)
_FIGURE = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.title('x')\nplt.show()\nplt.close('all')"


def warm_up(config: Mapping[str, Any]) -> Shell:
    """Import all that a run needs, then take the course's own modules away."""
    show = config["purpose"] == "display"
    name = f"coursekit.exercises.{config['assignment']}.callbacks"
    with contextlib.suppress(ModuleNotFoundError):  # most assignments hand out no functions
        questions.CALLBACKS[name] = importlib.import_module(name)
    shell = make_shell()
    shell.sink = Sink(lambda message: None, 1 << 30, show=show)
    for cell in (*_WARM, *([_FIGURE] if importlib.util.find_spec("matplotlib") else [])):
        (ipython.run_cell if show else plain_cells.run_cell)(shell, cell, 60)
    if not show:
        _warm_asking()
    for module in [name for name in sys.modules if name.partition(".")[0] == "coursekit"]:
        del sys.modules[module]
    sys.path[:] = [path for path in sys.path if path not in config["own_path"]]
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    if show:
        sys.path.insert(0, config["engine"])
        _engine()
    else:
        absent.install()
    shell.reset(new_session=True)
    shell.execution_count = 1
    return shell


def _warm_asking() -> None:
    """Ask a function a few times: what has run before has been specialised, and is written to less in a fork."""
    case = Case(args=(np.ones((2, 3)), 0.5, [1.0]), kwargs={"axis": 0})
    plain, blob = questions.pack_case(case)
    kind = questions.unpack_kind(questions.pack_kind(Several(one=ArrayOf(), other=Number())))
    for _ in range(20):
        case = questions.unpack_case(json.loads(json.dumps(plain)), blob)
        answer = asking.ask({"f": lambda x, y, z, axis: (x, y)}, "f", ("x", "y", "z"), case, kind)
        asking.ask({"f": lambda *args, axis: args[3]}, "f", ("x", "y", "z"), case, kind)
        json.dumps(questions.pack_answer(answer)[0])


def _engine() -> None:
    """The real package, whose `check` judges nothing here."""
    engine = importlib.import_module("coursekit")
    for room in ("nn", "optim", "data", "training", "exercises"):
        importlib.import_module(f"coursekit.{room}")
    check = importlib.import_module("coursekit.jupyter.check")
    check.check = engine.check = absent.check  # type: ignore[attr-defined]


def main(control: int) -> None:
    """Warm up, say so, and fork for every run until the other side goes."""
    shutil.copytree(os.environ["FONTS"], os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    ctl = socket.socket(fileno=control)
    config = Frames(ctl).receive()[0]
    shell = warm_up(config)
    config["user"] = os.getuid(), os.getgid()
    filter = bytes.fromhex(config["filter"])
    confine.readable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    Frames(ctl).send("ready")
    while True:
        message, fds, _, _ = socket.recv_fds(ctl, 1, 2)
        if not message or len(fds) != 2:
            return
        data, status = (socket.socket(fileno=fd) for fd in fds)
        if (confine.fork_into_namespaces() if config["namespaces"] else os.fork()) == 0:
            try:
                ctl.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _supervised(shell, config, filter, data, status)
            except BaseException as problem:  # before any of the student's code has run
                status.send(json.dumps({"infrastructure": f"{type(problem).__name__}: {problem}"[:500]}).encode())
            finally:
                os._exit(0)
        data.close()
        status.close()


def _supervised(
    shell: Shell, config: Mapping[str, Any], filter: bytes, data: socket.socket, status: socket.socket
) -> None:
    confine.die_with_parent()
    confine.readable(True)  # to write its own map of users
    confine.first_to_go()
    frames = Frames(data)
    request, blob = frames.receive(time.monotonic() + 10)
    if config["namespaces"]:
        confine.become_user(*config["user"])
        confine.fresh_folders(config["folders"])
    else:
        os.setsid()
        confine.adopt_orphans()
        os.environ["TMPDIR"] = os.environ["HOME"] = request["folder"]
        tempfile.tempdir = None
    os.chdir(request["folder"])
    pid = os.fork()
    if pid == 0:
        try:
            _runner(shell, config, filter, data, status, request, blob)
        finally:
            os._exit(0)
    confine.readable(False)
    _supervise(pid, data, status, request["total"])


def _runner(
    shell: Shell,
    config: Mapping[str, Any],
    filter: bytes,
    data: socket.socket,
    status: socket.socket,
    request: Mapping[str, Any],
    blob: bytes,
) -> None:
    try:
        _lay_out(request["files"], blob)
        confine.limit(**config["limits"])
        confine.give_up_rights()
        if filter:
            confine.filter_system_calls(filter)
    except BaseException as problem:
        status.send(json.dumps({"infrastructure": f"{type(problem).__name__}: {problem}"[:500]}).encode())
        return
    status.close()
    gc.enable()
    np.random.seed()  # noqa: NPY002 - forks of one process would otherwise all draw the same numbers
    random.seed()
    run(shell, data, request, show=config["purpose"] == "display", alone=config["namespaces"])


def _lay_out(files: list[list[Any]], blob: bytes) -> None:
    at = 0
    for name, size in files:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob[at : at + size])
        at += size


def _supervise(pid: int, data: socket.socket, status: socket.socket, seconds: float) -> None:
    """Until the runner ends, the other side goes or the time is over; then everything ends with this process."""
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
    how = {"exit": code} if code >= 0 else {"signal": -code}
    if os.getpid() != 1:
        end_descendants()
    with contextlib.suppress(OSError):  # the other side may no longer be there to hear it
        status.send(json.dumps(how).encode())


def end_descendants() -> None:
    """Without a process namespace: kill the children of this process until there are none; it adopts their orphans.

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
