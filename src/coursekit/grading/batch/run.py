"""One run of `coursekit grade`: find, grade in parallel, keep each result, write it out."""

import hashlib
import shlex
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from coursekit.grading.batch.bench import Graded
from coursekit.grading.batch.finding import Found, Submission, find
from coursekit.grading.batch.ledger import LEDGER, Ledger, only_run
from coursekit.grading.batch.outbox import Outbox, Page, Writer
from coursekit.grading.batch.progress import Progress
from coursekit.grading.batch.ungraded import infrastructure, unreadable
from coursekit.grading.batch.workers import Workers
from coursekit.grading.bundle import Bundle
from coursekit.grading.errors import CourseError
from coursekit.grading.reading import UnreadableError
from coursekit.grading.record import State

#: Results between two writings to the gradebook.
_FLUSH = 50

#: So many in a row that all failed by no student's fault: something is broken, and going on would only take long.
_HOPELESS = 30


@dataclass(kw_only=True)
class Summary:
    """What a run did. `counts` are of all rows that the ledger now has of the assignment, also of earlier runs."""

    assignment: str
    found: int = 0
    graded: int = 0
    kept: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    infrastructure: list[str] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    unshown: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every submission was really graded, and written."""
        return not self.infrastructure and not self.refused


@dataclass(frozen=True)
class _Task:
    submission: Submission
    digest: str


def grade_batch(
    root: Path,
    bundle: Bundle,
    workers: Workers,
    writer: Callable[[], AbstractContextManager[Writer]],
    *,
    page: Page,
    where: Path | None = None,
    resume: bool = False,
    gradebook: str = "",
    there: Callable[[], Container[str]] | None = None,
    display: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Grade what was handed in for the bundle's assignment in the course in `root`, or in the folder or zip `where`.

    With `resume` what was graded before, from the same file on the same terms, is kept. `gradebook` names the one that
    `writer` opens, and `there` asks it whose submissions it has: it may have been deleted since, and then gets what is
    known without anything being graded again. With `display` the graded notebooks are run once more when all grades
    stand, for the outputs that people see. Raises `CourseError`; what was graded until then is in the ledger.
    """
    run = _Run(bundle, resume, progress or Progress(None))
    with (
        only_run(root),
        _stoppable(),
        _told(bundle.assignment, where),
        Ledger(root / LEDGER) as ledger,
        find(root, bundle.assignment, where) as found,
        writer() as into,
    ):
        outbox = Outbox(root, bundle.assignment, ledger, into, page, gradebook)
        if there is not None:
            outbox.check(there())
        outbox.flush()  # what a run that was ended had graded
        run.work(found, ledger, outbox, workers)
        if display:
            run.show(ledger, outbox, workers)
        return run.summary(found, ledger, outbox)


class _Run:
    """The loop, and what it counts; of a submission nothing stays here but its student's name where it failed."""

    def __init__(self, bundle: Bundle, resume: bool, progress: Progress) -> None:
        self._bundle, self._resume, self._progress = bundle, resume, progress
        self._graded = self._kept = self._waiting = self._failed = 0
        self._infrastructure: list[str] = []
        self._unshown: list[str] = []

    def work(self, found: Found, ledger: Ledger, outbox: Outbox, workers: Workers) -> None:
        """Grade what is to be graded; what is done is written out, also where this ends early."""
        students = [one.student for one in found.submissions]
        if not self._resume:
            ledger.unsettle(self._bundle.assignment, students)
        elif old := ledger.on_other_terms(self._bundle.assignment, key=self._bundle.key).intersection(students):
            self._progress.tell(
                f"{len(old)} of {len(students)} were graded from another release, with other limits or by another "
                "coursekit: they are graded anew"
            )
        self._progress.begin(len(students))
        writing = False
        try:
            for task, graded in workers.grade(self._tasks(found, ledger, outbox)):
                self._keep(task, graded, ledger)
                if self._waiting >= _FLUSH:
                    writing = True
                    outbox.flush()
                    writing, self._waiting = False, 0
        finally:
            self._progress.end()
            if not writing:  # else the gradebook has just failed, after a long wait
                outbox.flush()

    def show(self, ledger: Ledger, outbox: Outbox, workers: Workers) -> None:
        """Run all graded notebooks that have not been run for their outputs."""
        students = ledger.unshown(self._bundle.assignment)
        contents = ((student, outbox.notebook(student)) for student in students)
        failed = 0
        self._progress.begin(len(students), "outputs for people")
        try:
            for student, done in workers.show((student, one) for student, one in contents if one is not None):
                self._progress.tick()
                if done.notebook:
                    outbox.show(student, done.notebook)
                    failed = 0
                    continue
                self._unshown.append(f"{student}: {done.failures[-1]}")
                failed += 1
                if failed >= _HOPELESS:
                    raise CourseError(f"the last {failed} notebooks could not be run to be shown ({done.failures[-1]})")
        finally:
            self._progress.end()

    def _tasks(self, found: Found, ledger: Ledger, outbox: Outbox) -> Iterator[tuple[_Task, bytes]]:
        for submission in found.submissions:
            try:
                content, fault = found.read(submission), ""
            except UnreadableError as problem:
                content, fault = b"", str(problem)
            task = _Task(submission, hashlib.sha256(content).hexdigest())
            terms = {"digest": task.digest, "key": self._bundle.key}
            settled = self._resume and ledger.is_settled(self._bundle.assignment, submission.student, **terms)
            if settled and outbox.keeps(submission.student):
                self._kept += 1
                self._progress.step(None)
            elif fault:
                self._keep(task, Graded(unreadable(self._bundle, task.digest, fault)), ledger)
            else:
                yield task, content

    def _keep(self, task: _Task, graded: Graded, ledger: Ledger) -> None:
        student = task.submission.student
        record = graded.record or infrastructure(self._bundle, task.digest, graded.failures)
        record = replace(record, remarks=(*task.submission.remarks, *record.remarks))
        ledger.put(student, record, submitted=task.submission.submitted, attempts=max(1, graded.attempts))
        self._graded += 1
        self._waiting += 1
        self._progress.step(record.state)
        if record.state is not State.INFRASTRUCTURE:
            self._failed = 0
            return
        reason = record.remarks[-1] if record.remarks else "no reason is known"
        self._infrastructure.append(f"{student}: {reason}")
        self._failed += 1
        if self._failed >= _HOPELESS:
            raise CourseError(
                f"the last {self._failed} submissions could not be graded, and not by the students' fault "
                f"({reason}): mend that, look at `coursekit doctor`, and go on with --resume"
            )

    def summary(self, found: Found, ledger: Ledger, outbox: Outbox) -> Summary:
        """What this run did."""
        return Summary(
            assignment=self._bundle.assignment,
            found=len(found.submissions),
            graded=self._graded,
            kept=self._kept,
            counts=ledger.counts(self._bundle.assignment),
            infrastructure=self._infrastructure,
            nobody=found.nobody,
            said=found.said,
            refused=outbox.unwritten,
            unshown=self._unshown,
            late=[one.student for one in found.submissions if one.late],
        )


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does, where this is the main thread."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, leave)
    except ValueError:  # another thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _told(assignment: str, where: Path | None) -> Iterator[None]:
    """Turn what ends a run early into a line that says how to go on."""
    named = f" --submissions {shlex.quote(str(where))}" if where else ""
    go_on = f"what was graded is kept; go on with  coursekit grade {assignment}{named} --resume"
    try:
        yield
    except KeyboardInterrupt:
        raise CourseError(f"stopped: {go_on}") from None
    except sqlite3.Error as fault:
        raise CourseError(f"the grading ledger could not be written ({fault}): mend that; {go_on}") from None
    except OSError as fault:  # a disk that is full or away
        file = f"{fault.filename}: " if fault.filename else ""
        raise CourseError(f"{file}{fault.strerror or fault}: mend that; {go_on}") from None
