"""One place where submissions are graded, one after the other: what a local worker and a Dask worker have in common."""

import faulthandler
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import TracebackType
from typing import Literal, Protocol, Self

from coursekit.grading.bundle import Bundle
from coursekit.grading.errors import CourseError
from coursekit.grading.record import Record

#: `grade` takes what was handed in and gives a record; `show` takes a graded notebook and gives it with its outputs.
Work = Literal["grade", "show"]

GRADER = "coursekit.grading.grader:Grader"

#: How often a submission is tried before it ends as infrastructure.
ATTEMPTS = 3


class Grades(Protocol):
    """What `Grader` is to the batch: a context manager that turns bytes into a record, and shows what it graded."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None
    ) -> None: ...
    def grade(self, content: bytes) -> Record:
        """The record of one submission; raises only where the grading itself fails."""
        ...

    def show(self, notebook: str) -> str:
        """A graded notebook with the outputs of its cells; raises alike."""
        ...


@dataclass(frozen=True)
class Graded:
    """What came of one submission: a record, a notebook that was run to be shown, or why each attempt failed."""

    record: Record | None
    failures: tuple[str, ...] = ()
    notebook: str = ""

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        return len(self.failures) + (self.record is not None or bool(self.notebook))


class Bench:
    """Grades with one warm grader, and with a fresh one after a fault. `factory` ("module:name") names what makes it.

    Raises `CourseError` where no grader can be made for a reason that somebody has to mend. Several threads take turns.
    """

    def __init__(self, bundle: Bundle, factory: str = GRADER) -> None:
        self._bundle, self._factory = bundle, factory
        self._grader: Grades | None = None
        self._turn = threading.Lock()
        limits = bundle.limits
        # Both runs of a notebook and a repeat of each, and a minute for us. The grader ends a submission long before.
        self._patience = 4 * limits.notebook + 40 * limits.function + 60

    def do(self, work: Work, content: bytes) -> Graded:
        """Grade or show one submission, again with a fresh grader where that itself fails."""
        failures: list[str] = []
        with self._turn:
            while len(failures) < ATTEMPTS:
                # What hangs for good must not keep the batch: this ends the process, which counts as an attempt.
                faulthandler.dump_traceback_later(self._patience, exit=True, file=sys.__stderr__ or sys.stderr)
                try:
                    if self._grader is None:
                        self._grader = self._made()
                    if work == "show":
                        return Graded(None, tuple(failures), self._grader.show(content.decode()))
                    return Graded(self._grader.grade(content), tuple(failures))
                except CourseError:
                    raise
                except Exception as fault:
                    failures.append(f"{type(fault).__name__}: {fault}"[:500])
                    self._drop()
                finally:
                    faulthandler.cancel_dump_traceback_later()
        return Graded(None, tuple(failures))

    def close(self) -> None:
        """End the grader."""
        with self._turn:
            self._drop()

    def _made(self) -> Grades:
        module, _, name = self._factory.partition(":")
        try:
            make: Callable[[Bundle], Grades] = getattr(import_module(module), name)
        except ImportError as fault:
            raise CourseError(f"the grader cannot be loaded: {fault}") from None
        return make(self._bundle).__enter__()

    def _drop(self) -> None:
        grader, self._grader = self._grader, None
        if grader is not None:
            try:
                grader.__exit__(None, None, None)
            except Exception as fault:  # it is being thrown away because it failed
                print(f"coursekit: a grader could not be closed: {fault}", file=sys.stderr)
