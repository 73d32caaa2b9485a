"""What there is to report on: every graded submission of an assignment, one at a time."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.record import Record

AUTOGRADED, SUBMITTED = "autograded", "submitted"
#: A larger file is not opened: the grader writes none of this size.
_MAX_BYTES = 60_000_000


@dataclass(frozen=True)
class Submission:
    """A student's row and the code cells of the notebook, none where it cannot be read."""

    student: str
    record: Record
    cells: tuple[str, ...]


def submissions(root: Path, assignment: str) -> Iterator[Submission]:
    """All that were graded, by `coursekit grade` (its ledger) or by `nbgrader autograde` (the notebooks it left).

    Where a student has both, the later one counts.
    """
    seen: set[str] = set()
    if (root / LEDGER).is_file():
        with Ledger(root / LEDGER, writes=False) as ledger:
            for row in ledger.rows(assignment):
                seen.add(row.student)
                path = _file(root, AUTOGRADED, row.student, assignment)
                notebook = _notebook(path) or _notebook(_file(root, SUBMITTED, row.student, assignment))
                later = _record(notebook) if _changed(path) > row.graded else None
                yield Submission(row.student, later or row.record, _cells(notebook))
    for student in students_with(root, AUTOGRADED, assignment):
        if student not in seen:
            notebook = _notebook(_file(root, AUTOGRADED, student, assignment))
            if (record := _record(notebook)) is not None:
                yield Submission(student, record, _cells(notebook))


def students_with(root: Path, folder: str, assignment: str) -> list[str]:
    """The students whose notebook of the assignment lies in that step's folder, sorted."""
    if not (root / folder).is_dir():
        return []
    names = sorted(entry.name for entry in os.scandir(root / folder) if entry.is_dir())
    return [name for name in names if _file(root, folder, name, assignment).is_file()]


def _file(root: Path, folder: str, student: str, assignment: str) -> Path:
    return root / folder / student / assignment / f"{assignment}.ipynb"


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return datetime.min.replace(tzinfo=UTC)


def _notebook(path: Path) -> dict[str, Any]:
    """The notebook's plain JSON; empty where there is none."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return {}
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _record(notebook: dict[str, Any]) -> Record | None:
    """What the grader left in the notebook's metadata; None in one that something else has graded."""
    try:
        return Record.from_json(json.dumps(notebook["metadata"]["coursekit"]["record"]))
    except (KeyError, TypeError, ValueError):
        return None


def _cells(notebook: dict[str, Any]) -> tuple[str, ...]:
    """The sources of the code cells but the checks, which are the release's own."""
    cells = notebook.get("cells")
    out = []
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source")
            text = "".join(map(str, source)) if isinstance(source, list) else source
            if isinstance(text, str):
                out.append(text)
    return tuple(out)
