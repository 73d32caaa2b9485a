"""Runs the cells of a notebook, then answers questions about its functions, each set of them in a fork of its own."""

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from coursekit.exercises import asking, guard
from coursekit.exercises.asking import Answer, TimeUp
from coursekit.exercises.kinds import type_name
from coursekit.grading.inside import confine, forks, plain_cells
from coursekit.grading.inside import shell as ipython
from coursekit.grading.inside.absent import PLAINLY, Absent, AbsentModule
from coursekit.grading.inside.frames import ClosedError, Frames, WireError
from coursekit.grading.inside.questions import pack_answer, unpack_case, unpack_kind
from coursekit.grading.inside.shell import Shell, Sink, Stream
from coursekit.grading.inside.timer import timer
from coursekit.grading.inside.wire import loads

#: Seconds that a fork has to end after its time is up, before it is killed.
GRACE = 1.0
_LEAVE = 0.2  # and to end by itself once there are no more questions
_ANSWER = 16 << 20  # bytes of one answer
_TOGETHER = 1 << 20  # bytes of answers that are sent at once, where that is asked for


def run_cells(shell: Shell, frames: Frames, request: Mapping[str, Any], *, show: bool) -> None:
    """Run the cells, as long as there is time for all of them together, and send what each gives."""
    me = os.getpid()
    end = time.monotonic() + request["seconds"]
    clock = time.monotonic  # a cell may put another in its place

    def send(message: list[Any]) -> None:
        if os.getpid() == me:  # a process that a cell has forked has nothing to say here
            frames.send(message)

    sink = Sink(send, request["output"], show=show)
    shell.sink = sink
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
    sys.stdout, sys.stderr = Stream(sink, "stdout"), Stream(sink, "stderr")
    run_cell = ipython.run_cell if show else plain_cells.run_cell
    for cell, source in request["cells"]:
        left = end - clock()
        if left <= 0:
            frames.send(["skipped", cell])
            continue
        sink.start(cell)
        frames.send(["start", cell])
        why = run_cell(shell, source, min(left, request["cell"]))
        if os.getpid() != me:
            return
        frames.send(["done", cell, shell.execution_count - 1, why, list(sink.error or ())])
    frames.send(["ready"])


def serve(shell: Shell, sock: socket.socket, frames: Frames, *, alone: bool) -> None:
    """Until the other side goes: for every socket that comes, a fork that answers the questions on it, one by one.

    `alone` says that no other process here is anything but the student's.
    """
    # Without a process namespace this would reach every process of the user.
    end_all = _end_all_others if alone else lambda: None
    end_all()
    for_all = _Kept()
    guard.restore()  # what cells have replaced in NumPy is put back, as `check` does
    gc.freeze()  # no fork goes through what is there already
    while True:
        sock.settimeout(None)
        message, sockets, _, _ = socket.recv_fds(sock, 8, 1)
        if not message or not sockets:
            return
        limit = int.from_bytes(message, "little") / 1000
        pid = _fork(end_all)
        if pid == 0:
            try:
                os.setsid()
                sock.close()
                _answer(shell, Frames(socket.socket(fileno=sockets[0])))
            finally:
                for_all.exit(0)
        with socket.socket(fileno=sockets[0]) as peer:
            code = _wait(pid, limit, peer)
        end_all()
        frames.send(["asked", code])


def _end_all_others() -> None:
    """Nothing that a cell or a function has started goes on while others are asked."""
    if os.getpid() == 1:  # in a process namespace of its own, where this spares only this one
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(OSError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _fork(end_all: Callable[[], None]) -> int:
    """A fork, when the processes that were just ended no longer count."""
    for _ in range(200):
        try:
            return forks.fork()
        except BlockingIOError:
            end_all()
            time.sleep(0.01)
    return forks.fork()


class _Kept:
    """Functions of `os` as they were before a student's cell could replace them."""

    exit = staticmethod(os._exit)


def _wait(pid: int, seconds: float, peer: socket.socket) -> int:
    """End a fork that does not end by itself in time, or once `peer`'s other side has gone; its exit code."""
    late = not (confine.wait(pid, seconds, peer) or confine.wait(pid, _LEAVE))
    with contextlib.suppress(OSError):  # with all that it has started
        os.killpg(pid, signal.SIGKILL)
    if late:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return confine.exit_code(pid)


def _answer(shell: Shell, frames: Frames) -> None:
    """Answer question after question, until one takes too long or no more come."""
    shell.sink.show = False
    with contextlib.suppress(ClosedError):
        while _answered(shell, frames, *frames.receive()):
            guard.restore()


def _answered(shell: Shell, frames: Frames, header: Mapping[str, Any], sent: bytes) -> bool:
    """Answer one question; whether another can be asked."""
    at = header["question"]
    question = loads(sent[:at])
    name, needs = question["name"], question["needs"]
    kind, parameters = unpack_kind(question["kind"]), tuple(question["parameters"])
    blob, cases = memoryview(sent), []
    for plain, size in question["cases"]:
        cases.append(unpack_case(plain, blob[at : at + size]))
        at += size
    functions = {one: shell.user_ns[one] for one in (name, *needs) if one in shell.user_ns}
    for one in (name, *needs):
        problem = _no_function(one, functions)
        if problem is not None:
            frames.send(["no function", one, *problem])
            return True
    sys.setrecursionlimit(1000)
    rang: list[bool] = []
    answers = _Answers(frames, _TOGETHER if header["together"] else 0)
    try:
        with timer(header["seconds"], TimeUp) as rang:
            for case in cases:
                answer = asking.ask(functions, name, parameters, case, kind)
                answers.add(answer)
                if answer.stopped:
                    break
    except TimeUp:
        rang.append(True)
    answers.send()
    frames.send(["late"] if rang else ["end"])
    return not rang


def _no_function(name: str, functions: Mapping[str, Any]) -> tuple[str, str] | None:
    if name not in functions:
        return "missing", ""
    kind = type(functions[name])
    if kind in (Absent, AbsentModule):
        return "absent", PLAINLY
    if not callable(functions[name]):
        return "not callable", type_name(functions[name])
    return None


class _Answers:
    """Sends answers as soon as they hold more than so many bytes."""

    def __init__(self, frames: Frames, together: int) -> None:
        self._frames, self._together = frames, together
        self._plains: list[Any] = []
        self._blobs: list[bytes] = []
        self._size = 0

    def add(self, answer: Answer) -> None:
        plain, blob = _packed(answer)
        self._plains.append(plain)
        self._blobs.append(blob)
        self._size += len(blob)
        if self._size >= self._together:
            self.send()

    def send(self) -> None:
        plains, blobs = self._plains, self._blobs
        self._plains, self._blobs, self._size = [], [], 0
        if plains:
            self._frames.send(["answers", plains, [len(blob) for blob in blobs]], b"".join(blobs))


def _packed(answer: Answer) -> tuple[Any, bytes]:
    try:
        plain, blob = pack_answer(answer)
    except WireError as problem:
        return pack_answer(Answer(error=f"it returned something that cannot be sent: {problem}"))
    if len(blob) > _ANSWER:
        return pack_answer(Answer(error=f"it returned far more than was asked for: {len(blob) >> 20} MB"))
    return plain, blob


def run(shell: Shell, sock: socket.socket, request: Mapping[str, Any], *, show: bool, alone: bool) -> None:
    """The whole life of a runner: its cells, then, where outputs are not what is wanted, its questions."""
    me = os.getpid()
    frames = Frames(sock)
    try:
        run_cells(shell, frames, request, show=show)
        if not show and os.getpid() == me:
            serve(shell, sock, frames, alone=alone)
    except (ClosedError, OSError):
        return


__all__ = ["GRACE", "run"]
