"""Local worker processes: one bench in each, a bounded window of submissions, and no death that costs another's work.

`concurrent.futures` gives up every waiting task when one process dies, and does not say whose fault it was. Here each
worker has its own socket and takes its submissions in order, so the one that it died on is known.
"""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from coursekit.grading.batch.bench import ATTEMPTS, GRADER, Graded, Work
from coursekit.grading.batch.job import Job
from coursekit.grading.bundle import Bundle
from coursekit.grading.errors import CourseError

T = TypeVar("T")

#: Submissions that a worker holds: the one it grades, and the next, so that it does not wait while results are kept.
_DEPTH = 2


class Workers(Protocol):
    """Grades many submissions in parallel; a context manager, and what it started ends with it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None
    ) -> None: ...
    def grade(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """Grade (name, content) pairs; (name, outcome) as they are done, in any order, each exactly once.

        `tasks` is drawn from as room is made, so that only a few contents are held. Raises `CourseError` where nothing
        can be graded until somebody mends something.
        """
        ...

    def show(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """The same for graded notebooks, which come back with their outputs."""
        ...


class _Worker:
    """One process, and the jobs that it holds, in its order."""

    def __init__(self, bundle: Bundle, factory: str) -> None:
        self.jobs: deque[Job[Any]] = deque()
        ours, theirs = socket.socketpair()
        with theirs:
            # Its own session: Ctrl-C in the terminal must not reach a sandbox, where it would look like a student's
            # fault. One thread each, since the workers share the cores. -P: no module of the folder we are in.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "coursekit.grading.batch.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            )
        self.link = Connection(ours.detach())
        self._send((bundle, factory))

    def take(self, job: Job[Any]) -> None:
        """Hand it one more submission."""
        self.jobs.append(job)
        self._send((job.work, job.content))

    def stop(self) -> None:
        """Let it end: at once where it is at work, after closing its grader in any case."""
        if self.jobs:
            self.process.terminate()
        else:
            self._send(None)

    def bury(self, patience: float = 0) -> int:
        """Its exit status, after `patience` seconds at most."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.link.close()
        return self.process.returncode

    def _send(self, message: object) -> None:
        with suppress(OSError):  # it is dead, and that shows when its answer is waited for
            self.link.send(message)


class LocalWorkers:
    """`count` worker processes of this machine, started as there is work for them."""

    def __init__(self, bundle: Bundle, count: int, factory: str = GRADER) -> None:
        self._bundle, self._count, self._factory = bundle, count, factory
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.bury(10)
        self._workers.clear()

    def grade(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """As in `Workers`."""
        return self._all("grade", tasks)

    def show(self, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        """As in `Workers`."""
        return self._all("show", tasks)

    def _all(self, work: Work, tasks: Iterable[tuple[T, bytes]]) -> Iterator[tuple[T, Graded]]:
        waiting: deque[Job[T]] = deque()
        coming = (Job(*task, work) for task in tasks)
        while True:
            self._fill(waiting, coming)
            busy = [worker for worker in self._workers if worker.jobs]
            if not busy:
                return
            ready = set(wait([worker.link for worker in busy]))
            for worker in busy:
                if worker.link in ready:
                    done = self._hear(worker, waiting)
                    if done is not None:
                        yield done

    def _fill(self, waiting: deque[Job[T]], coming: Iterator[Job[T]]) -> None:
        while True:
            free = min(self._workers, key=lambda worker: len(worker.jobs), default=None)
            full = free is None or len(free.jobs) >= (_DEPTH if len(self._workers) == self._count else 1)
            if full and len(self._workers) == self._count:
                return
            job = waiting.popleft() if waiting else next(coming, None)
            if job is None:
                return
            if full or free is None:
                free = _Worker(self._bundle, self._factory)
                self._workers.append(free)
            free.take(job)

    def _hear(self, worker: _Worker, waiting: deque[Job[T]]) -> tuple[T, Graded] | None:
        """Take one answer of a worker, or its death: then the job it was at is tried again, but not for ever."""
        try:
            answer = worker.link.recv()
        except (EOFError, OSError):
            return self._lost(worker, waiting)
        job = worker.jobs.popleft()
        if isinstance(answer, CourseError):
            raise answer
        return job.name, job.done(answer)

    def _lost(self, worker: _Worker, waiting: deque[Job[T]]) -> tuple[T, Graded] | None:
        self._workers.remove(worker)
        status = worker.bury(5)
        job = worker.jobs.popleft()
        waiting.extendleft(reversed(worker.jobs))  # they had not begun
        job.failures.append(f"the worker process ended ({f'signal {-status}' if status < 0 else f'status {status}'})")
        if len(job.failures) < ATTEMPTS:
            waiting.append(job)
            return None
        return job.name, job.given_up()
