"""From the ledger to where people look: the graded notebook, the feedback page, the gradebook."""

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from coursekit.grading.batch.ledger import Ledger, Row
from coursekit.grading.files import replace_file
from coursekit.grading.record import Record

SUBMITTED, AUTOGRADED, FEEDBACK = "submitted", "autograded", "feedback"
_EXCHANGED = ("timestamp.txt", "submission_secret.txt")

#: Rows that are written at a time: the gradebook takes many in one transaction, and each holds a notebook.
_BATCH = 50


class Writer(Protocol):
    """What `GradebookWriter` is to the batch; writing something again changes nothing."""

    def write(self, items: Sequence[tuple[str, Record, datetime | None]]) -> Mapping[str, str]:
        """Write (student, record, when handed in); the students who could not be written, and why."""
        ...


class Page(Protocol):
    """What `reports.page.write` is to the batch."""

    def __call__(self, root: Path, student: str, record: Record, submitted: datetime | None = None) -> Path:
        """Write the feedback of one student."""
        ...


class Outbox:
    """Writes what the ledger has and `gradebook` (a name for it) has not. A row is marked when all of it stands.

    `refused` are the students for whom something could not be written, and why; they are tried again by the next run.
    """

    def __init__(self, root: Path, assignment: str, ledger: Ledger, writer: Writer, page: Page, gradebook: str) -> None:
        self._root, self._assignment, self._ledger = root, assignment, ledger
        self._writer, self._page = writer, page
        self._gradebook = hashlib.sha256(gradebook.encode()).hexdigest()[:16]  # an address may hold a password
        self.refused: dict[str, str] = {}

    def check(self, there: Container[str]) -> None:
        """`there` are the students that the gradebook has; who was written into it and is gone is written again."""
        self._ledger.forget_written(self._assignment, but=there)

    def flush(self) -> None:
        """Write all that is waiting."""
        after = ""
        while rows := self._ledger.unwritten(self._assignment, self._gradebook, limit=_BATCH, after=after):
            after = rows[-1].student
            due = [self._complete(row) for row in rows if row.student not in self.refused]
            self.refused |= dict(self._writer.write([(row.student, row.record, row.submitted) for row in due]))
            for row in due:
                if row.student not in self.refused:
                    self._put_out(row)
            done = [row.student for row in due if row.student not in self.refused]
            if done:
                self._ledger.mark_written(self._assignment, self._gradebook, done)

    def notebook(self, student: str) -> bytes | None:
        """The graded notebook of a student, None where its file has been taken away."""
        path = self._notebook(student)
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None

    def show(self, student: str, notebook: str) -> None:
        """Put the notebook with its outputs in place of the one without."""
        replace_file(self._notebook(student), notebook)
        self._ledger.mark_shown(self._assignment, student)

    def _complete(self, row: Row) -> Row:
        """With the notebook, which stands in its file where another gradebook has had this row."""
        path = self._notebook(row.student)
        if row.record.notebook or not path.is_file() or path.is_symlink():
            return row
        return replace(row, record=replace(row.record, notebook=path.read_text("utf-8", errors="replace")))

    def _put_out(self, row: Row) -> None:
        try:
            if row.record.notebook:
                replace_file(self._notebook(row.student), row.record.notebook)
            self._page(self._root, row.student, row.record, row.submitted)
            self._copy_beside(row.student)
        except OSError:
            raise  # a full disk concerns everybody
        except Exception as fault:
            self.refused[row.student] = f"the feedback could not be written ({type(fault).__name__}: {fault})"

    def _copy_beside(self, student: str) -> None:
        """What nbgrader's exchange put beside a submission: by that it finds whose feedback a page is."""
        for name in _EXCHANGED:
            source = self._root / SUBMITTED / student / self._assignment / name
            if not source.is_file() or source.is_symlink() or source.stat().st_size > 10_000:
                continue
            text, mode = source.read_text("utf-8", "replace"), source.stat().st_mode & 0o777
            for folder in (AUTOGRADED, FEEDBACK):
                replace_file(self._root / folder / student / self._assignment / name, text, mode)

    def _notebook(self, student: str) -> Path:
        return self._root / AUTOGRADED / student / self._assignment / f"{self._assignment}.ipynb"
