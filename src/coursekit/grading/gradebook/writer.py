"""The one writer to nbgrader's gradebook: it leaves the rows that `nbgrader autograde` would leave, many at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from nbgrader.api import Gradebook
from sqlalchemy import Connection

from coursekit.grading.bundle import Bundle
from coursekit.grading.gradebook.database import Database
from coursekit.grading.gradebook.marks import marks_of
from coursekit.grading.gradebook.penalties import Penalties
from coursekit.grading.gradebook.settings import settings_of
from coursekit.grading.gradebook.structure import Structure, structure_of
from coursekit.grading.gradebook.submissions import Submissions
from coursekit.grading.record import Record, State
from coursekit.grading.restore import roles_of

Item = tuple[str, Record, datetime | None]

_MOST = 500  # submissions in one transaction
_LONGEST = 128  # characters of a student's id, in nbgrader's table


class GradebookWriter:
    """Writes records of one assignment into the gradebook of the course in `root`.

    `db_url` comes before the course's own setting. A database that is locked or away is waited for, up to `patience`
    seconds; then there is a `CourseError`. Opening it records the released cells where the gradebook lacks them.
    """

    def __init__(self, root: Path, bundle: Bundle, db_url: str | None = None, *, patience: float = 60.0) -> None:
        settings = settings_of(root, db_url)
        self._bundle = bundle
        self._course_id = settings.course_id
        self._roles = roles_of(bundle.release)
        self._penalties = Penalties(settings.config)
        then = "run the same command again with --resume: nothing is lost"
        self._database = Database(settings.db_url, root, patience=patience, then=then)
        try:
            self._structure = self._database.patiently(self._open)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def write(self, items: Sequence[Item]) -> dict[str, str]:
        """Write each (student, record, when handed in); what could not be written, and why, by student.

        A submission is written as a whole or not at all, up to 500 of them in a transaction; to write one again changes
        nothing. Manual scores, comments and extra credit stay. Where a student stands there twice the last counts.
        A time without a zone is taken for UTC; without a time the one that is recorded stays. A record whose state is
        `INFRASTRUCTURE` changes nothing of an earlier grade.
        """
        latest = {student: (student, record, moment) for student, record, moment in items}
        refused = {student: reason for student in latest if (reason := unfit(student))}
        fit = [item for student, item in latest.items() if student not in refused]
        for start in range(0, len(fit), _MOST):
            self._write(fit[start : start + _MOST])
        return refused

    def _open(self) -> Structure:
        address = self._database.address
        with Gradebook(address, self._course_id) as gradebook:
            return structure_of(gradebook, self._bundle, address)

    def _write(self, items: Sequence[Item]) -> None:
        def work(connection: Connection) -> None:
            submissions = Submissions(connection, self._structure, [student for student, _, _ in items])
            for student, record, moment in items:
                if record.state is State.INFRASTRUCTURE and student in submissions:
                    continue
                submission = submissions.of(student, self._bundle.assignment)
                submission.handed_in(_utc(moment))
                submission.mark(marks[student])
                submission.penalize(self._penalties, self._structure.duedate)
            submissions.flush()

        marks = {student: marks_of(record, self._roles) for student, record, _ in items}
        self._database.transaction(work)


def unfit(student: str) -> str | None:
    """Why this cannot be a student's id in a gradebook, in a few words; None where it can."""
    if not student.strip():
        return "the student's id is empty"
    if len(student) > _LONGEST:
        return f"the student's id has {len(student)} characters, and the gradebook takes {_LONGEST}"
    if not student.isprintable():
        return "the student's id has characters that cannot be shown"
    return None


def _utc(moment: datetime | None) -> datetime | None:
    """As nbgrader keeps times: UTC, without a zone."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)
