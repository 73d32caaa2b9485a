"""The batch's own memory: one row for each submission of each assignment, in a SQLite file beside the gradebook.

A result stands here, in a transaction of its own, before anything else happens with it. So whatever ends a run, at
whatever moment, what is in the ledger is graded and the rest is not, and what is not yet in the gradebook is known.
"""

import fcntl
import os
import sqlite3
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from coursekit.grading.errors import CourseError
from coursekit.grading.record import Record, State

LEDGER, LOCK = "grading_ledger.db", "grading_ledger.lock"

_VERSION = 2
_SCHEMA = """
CREATE TABLE result (
    assignment TEXT NOT NULL,
    student TEXT NOT NULL,
    digest TEXT NOT NULL,     -- of the file that was handed in
    key TEXT NOT NULL,        -- of all else that decides the grade; empty where it is to be graded anew
    state TEXT NOT NULL,
    score REAL NOT NULL,
    record TEXT NOT NULL,     -- Record.to_json()
    notebook BLOB,            -- the graded notebook, deflated, until it stands in its file
    submitted TEXT,           -- ISO, UTC
    graded TEXT NOT NULL,     -- ISO, UTC
    attempts INTEGER NOT NULL,
    written TEXT,             -- the gradebook that has it
    shown TEXT,               -- ISO, UTC: since when its notebook's file has the outputs of its cells
    PRIMARY KEY (assignment, student)
) WITHOUT ROWID;
CREATE INDEX result_written ON result (assignment, written);
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One submission's result. `notebook` of the record is empty where it stands in its file already."""

    student: str
    record: Record
    submitted: datetime | None
    graded: datetime
    attempts: int


class Ledger:
    """The open ledger; use it in a `with`. `writes=False` to read only, which a run at work does not mind.

    Raises `CourseError` for a file that is no ledger of this version.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path = path
        try:
            # autocommit: every statement below is one transaction
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            try:
                self._prepare(writes)
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as fault:
            raise CourseError(
                f"{path} cannot be used as the grading ledger ({fault}): restore it from a copy, or move it away "
                "and grade everyone again"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        self._db.close()

    def _prepare(self, writes: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise CourseError(
                f"{self._path} was written by another version of coursekit (ledger format {version}, here {_VERSION}): "
                "use that version, or move the file away and grade everyone again"
            )
        if not writes:
            if version == 0:  # a run was killed before its first row, or has just begun
                self._db.close()
                self._db = sqlite3.connect(":memory:")
                self._db.executescript(_SCHEMA)
            self._db.execute("PRAGMA query_only = ON")
            return
        self._db.execute("PRAGMA journal_mode = WAL")
        # In WAL mode this loses nothing when the process is killed. A power cut may take the last rows, never the file:
        # those are graded again, and the gradebook takes the same result twice.
        self._db.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")

    def put(self, student: str, record: Record, *, submitted: datetime | None = None, attempts: int = 1) -> None:
        """Keep a result, in place of an earlier one; it is not yet written to any gradebook."""
        self._db.execute(
            "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                record.assignment,
                student,
                record.digest,
                record.key,
                str(record.state),
                record.score,
                # half a surrogate pair in a student's text is no UTF-8; as an escape it is the same JSON
                record.to_json().encode("utf-8", "backslashreplace").decode(),
                zlib.compress(record.notebook.encode("utf-8", "surrogatepass"), 1) if record.notebook else None,
                _text(submitted) if submitted else None,
                _text(datetime.now(UTC)),
                attempts,
            ),
        )

    def is_settled(self, assignment: str, student: str, *, digest: str, key: str) -> bool:
        """Whether this very file was graded on these very terms, and not ended by a fault of ours."""
        found = self._db.execute(
            "SELECT 1 FROM result WHERE assignment = ? AND student = ? AND digest = ? AND key = ? AND state <> ?",
            (assignment, student, digest, key, str(State.INFRASTRUCTURE)),
        )
        return found.fetchone() is not None

    def on_other_terms(self, assignment: str, *, key: str) -> set[str]:
        """Whose result is of another release, other limits or another package; not who is to be graded anew anyway."""
        found = self._db.execute(
            "SELECT student FROM result WHERE assignment = ? AND key NOT IN (?, '')", (assignment, key)
        )
        return {student for (student,) in found}

    def unsettle(self, assignment: str, students: Iterable[str]) -> None:
        """These are to be graded anew: a run that is ended on the way goes on with those that it has not reached."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE result SET key = '' WHERE assignment = ? AND student = ?",
            ((assignment, student) for student in students),
        )
        self._db.execute("COMMIT")

    def unwritten(self, assignment: str, gradebook: str, *, limit: int, after: str = "") -> list[Row]:
        """Rows that `gradebook` does not have, by student, from those after the student `after` on."""
        found = self._db.execute(
            "SELECT student, record, notebook, submitted, graded, attempts FROM result "
            "WHERE assignment = ? AND written IS NOT ? AND student > ? ORDER BY student LIMIT ?",
            (assignment, gradebook, after, limit),
        )
        return [_row(*one) for one in found]

    def mark_written(self, assignment: str, gradebook: str, students: Sequence[str]) -> None:
        """These rows are in the gradebook, and their notebooks in their files. All of them, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE result SET written = ?, notebook = NULL WHERE assignment = ? AND student = ?",
            [(gradebook, assignment, student) for student in students],
        )
        self._db.execute("COMMIT")

    def forget_written(self, assignment: str, *, but: Container[str]) -> int:
        """Of the rows that count as written, those of students not in `but` no longer do; how many those are."""
        found = self._db.execute(
            "SELECT student FROM result WHERE assignment = ? AND written IS NOT NULL AND state <> ?",
            (assignment, str(State.INFRASTRUCTURE)),
        )
        gone = [(assignment, student) for (student,) in found if student not in but]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("UPDATE result SET written = NULL WHERE assignment = ? AND student = ?", gone)
        self._db.execute("COMMIT")
        return len(gone)

    def unshown(self, assignment: str) -> list[str]:
        """The students whose graded notebook stands in its file, and was not run to be shown."""
        found = self._db.execute(
            "SELECT student FROM result WHERE assignment = ? AND written IS NOT NULL AND shown IS NULL "
            "AND state NOT IN (?, ?) ORDER BY student",
            (assignment, str(State.UNREADABLE), str(State.INFRASTRUCTURE)),
        )
        return [student for (student,) in found]

    def mark_shown(self, assignment: str, student: str) -> None:
        """The file of the graded notebook has the outputs of its cells."""
        self._db.execute(
            "UPDATE result SET shown = ? WHERE assignment = ? AND student = ?",
            (_text(datetime.now(UTC)), assignment, student),
        )

    def rows(self, assignment: str) -> Iterator[Row]:
        """All rows of an assignment by student, one at a time; without the notebooks."""
        found = self._db.execute(
            "SELECT student, record, NULL, submitted, graded, attempts FROM result WHERE assignment = ? "
            "ORDER BY student",
            (assignment,),
        )
        return (_row(*one) for one in found)

    def states(self, assignment: str) -> dict[str, State]:
        """How each student's submission ended."""
        found = self._db.execute(
            "SELECT student, state FROM result WHERE assignment = ? ORDER BY student", (assignment,)
        )
        return {student: State(state) for student, state in found}

    def counts(self, assignment: str) -> Counter[State]:
        """How many ended in each state."""
        return Counter(self.states(assignment).values())


def records(root: Path, assignment: str) -> Iterator[tuple[str, Record]]:
    """Student and record of all that the ledger in `root` has of an assignment; nothing where there is no ledger."""
    if (root / LEDGER).is_file():
        with Ledger(root / LEDGER, writes=False) as ledger:
            yield from ((row.student, row.record) for row in ledger.rows(assignment))


def states(root: Path, assignment: str) -> dict[str, State]:
    """How each submission ended, by student, as the ledger in `root` has it; empty where there is no ledger."""
    if not (root / LEDGER).is_file():
        return {}
    with Ledger(root / LEDGER, writes=False) as ledger:
        return ledger.states(assignment)


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Hold the course's lock, or raise `CourseError` where another run does.

    The lock belongs to the open file, so it goes with the process, however that ends; no stale one can be left.
    """
    # "a+", so that the loser can read who won, and the winner's name is not wiped by one who only tries
    with (root / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read(100).strip()
            raise CourseError(
                f"another `coursekit grade` is at work in {root}{f' ({who})' if who.isprintable() and who else ''}: "
                "wait until it is done, or stop it"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {datetime.now().astimezone():%Y-%m-%d %H:%M}")
        file.flush()
        yield


def _text(moment: datetime) -> str:
    # nbgrader's times are UTC without saying so
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()


def _row(student: str, record: str, notebook: bytes | None, submitted: str | None, graded: str, attempts: int) -> Row:
    text = zlib.decompress(notebook).decode("utf-8", "surrogatepass") if notebook else ""
    return Row(
        student=student,
        record=Record.from_json(record, text),
        submitted=datetime.fromisoformat(submitted) if submitted else None,
        graded=datetime.fromisoformat(graded),
        attempts=attempts,
    )
