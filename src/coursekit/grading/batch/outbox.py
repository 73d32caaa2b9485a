"""From the ledger to where people look: the graded notebook, the feedback page, the gradebook."""

import errno
import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from coursekit.grading.batch.ledger import Ledger, Row
from coursekit.grading.files import replace_file
from coursekit.grading.record import Record, State

SUBMITTED, AUTOGRADED, FEEDBACK = "submitted", "autograded", "feedback"
_EXCHANGED = ("timestamp.txt", "submission_secret.txt")

#: Rows that are written at a time: the gradebook takes many in one transaction, and each holds a notebook.
_BATCH = 50

#: Faults of a disk, which concern everybody; any other is that of one student's files.
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


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
    `lost` are those whose graded notebook is neither in the ledger nor in its file: what they wrote in words could not
    be told from nothing, so they are not written before they are graded again.
    """

    def __init__(self, root: Path, assignment: str, ledger: Ledger, writer: Writer, page: Page, gradebook: str) -> None:
        self._root, self._assignment, self._ledger = root, assignment, ledger
        self._writer, self._page = writer, page
        self._gradebook = hashlib.sha256(gradebook.encode()).hexdigest()[:16]  # an address may hold a password
        self.refused: dict[str, str] = {}
        self.lost: set[str] = set()

    def check(self, there: Container[str]) -> None:
        """`there` are the students that the gradebook has; who was written into it and is gone is written again."""
        self._ledger.forget_written(self._assignment, but=there)

    def flush(self) -> None:
        """Write all that is waiting."""
        after = ""
        while rows := self._ledger.unwritten(self._assignment, self._gradebook, limit=_BATCH, after=after):
            after = rows[-1].student
            whole = [self._complete(row) for row in rows if row.student not in self.refused]
            due = [row for row in whole if row.record.notebook or row.record.state is State.INFRASTRUCTURE]
            self.lost -= {row.student for row in due}
            self.lost |= {row.student for row in whole} - {row.student for row in due}
            self.refused |= dict(self._writer.write([(row.student, row.record, row.submitted) for row in due]))
            for row in due:
                if row.student not in self.refused:
                    self._put_out(row)
            done = [row.student for row in due if row.student not in self.refused]
            if done:
                self._ledger.mark_written(self._assignment, self._gradebook, done)

    def notebook(self, student: str) -> bytes | None:
        """The graded notebook of a student, None where its file has been taken away."""
        return self._notebook(student).read_bytes() if self.has_notebook(student) else None

    def has_notebook(self, student: str) -> bool:
        """Whether the file of a student's graded notebook is there."""
        path = self._notebook(student)
        return path.is_file() and not path.is_symlink()

    def keeps(self, student: str) -> bool:
        """Whether the graded notebook is anywhere, once all that was waiting has been written."""
        return self.has_notebook(student) or student in self.refused  # who was refused has it in the ledger still

    @property
    def unwritten(self) -> dict[str, str]:
        """Who is not written, and why."""
        gone = "the graded notebook is gone, and what was handed in is not here: name it by --submissions"
        return {**dict.fromkeys(sorted(self.lost), gone), **self.refused}

    def show(self, student: str, notebook: str) -> None:
        """Put the notebook with its outputs in place of the one without."""
        replace_file(self._notebook(student), notebook)
        self._ledger.mark_shown(self._assignment, student)

    def _complete(self, row: Row) -> Row:
        """With the notebook, which stands in its file where another gradebook has had this row."""
        if row.record.notebook or row.record.state is State.INFRASTRUCTURE or not self.has_notebook(row.student):
            return row
        text = self._notebook(row.student).read_text("utf-8", errors="replace")
        return replace(row, record=replace(row.record, notebook=text))

    def _put_out(self, row: Row) -> None:
        if row.record.state is State.INFRASTRUCTURE and self.has_notebook(row.student):
            return  # the earlier grade stands in the gradebook, so its notebook and its words stay too
        try:
            if row.record.notebook:
                replace_file(self._notebook(row.student), row.record.notebook)
            self._page(self._root, row.student, row.record, row.submitted)
            self._copy_beside(row.student)
        except Exception as fault:
            if isinstance(fault, OSError) and fault.errno in _DISK:
                raise
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
