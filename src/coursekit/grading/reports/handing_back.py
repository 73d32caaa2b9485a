"""The feedback of a class as one zip that Canvas or Moodle takes back, under the names of its own download.

* Moodle, "Upload multiple feedback files in a zip": a file belongs to the participant whose number stands in its
  folder's name, `<Full Name>_<number>_assignsubmission_file`, or before its own name, and keeps the name behind that
  (moodle, mod/assign/feedback/file/importziplib.php, `is_valid_filename_for_import`). So the page stands in the
  folder that the submission was in.
* Canvas, the assignment's upload of submissions: a file becomes a comment on the submission that it was downloaded
  from, found by the two numbers in its name, and is shown under the name of what was handed in (canvas-lms,
  app/models/assignment.rb, `infer_comment_context_from_filename`). So it has that name exactly, and is a notebook.

Whose a page is, is never told by a name alone: it goes in only where the ledger's result is of this very file.
"""

import hashlib
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from coursekit.grading.batch.finding import Found, Submission, find
from coursekit.grading.batch.ledger import LEDGER, Ledger, Row
from coursekit.grading.batch.names import Form, owner_of, shown
from coursekit.grading.errors import CourseError
from coursekit.grading.reading import UnreadableError
from coursekit.grading.record import State
from coursekit.grading.reports.page import FOLDER

#: A file's time may be coarser than the clock that the ledger reads.
_COARSE = timedelta(seconds=1)


def hand_back(root: Path, assignment: str, download: Path, path: Path) -> list[str]:
    """Put the feedback on what is in `download`, a zip of Canvas or Moodle, into a zip at `path`.

    Returns who is left out and why, a line each. Raises `CourseError` where the download's names are of another kind,
    or where nobody is left; then nothing is written.
    """
    if path.resolve() == download.resolve():
        raise CourseError(f"{path} is the download itself: name another file with --out")
    rows: dict[str, Row] = {}
    if (root / LEDGER).is_file():
        with Ledger(root / LEDGER, writes=False) as ledger:
            rows = {row.student: row for row in ledger.rows(assignment)}
    contents: dict[str, str] = {}
    left_out: list[str] = []
    with find(root, assignment, download) as found:
        for submission in found.submissions:
            fault = _not_graded(found, submission, rows)
            if not fault:
                fault = _add(contents, root, assignment, submission, rows[submission.student])
            if fault:
                left_out.append(f"{submission.student}: left out, {fault}")
    if not contents:
        raise CourseError(f"there is no feedback to hand back for {download} ({left_out[0]})")
    _write(path, contents)
    return left_out


def _not_graded(found: Found, submission: Submission, rows: Mapping[str, Row]) -> str:
    """Why what the ledger has is not about this file; empty where it is."""
    if submission.entry is None:
        return submission.fault
    row = rows.get(submission.student)
    if row is None:
        return "not graded"
    if row.record.state is State.INFRASTRUCTURE:
        return "the last run could not grade it"
    try:
        same = hashlib.sha256(found.read(submission)).hexdigest() == row.record.digest
    except UnreadableError as fault:
        return f"the file cannot be read: {fault}"
    return "" if same else "another file than this one was graded: grade this download first"


def _add(contents: dict[str, str], root: Path, assignment: str, submission: Submission, row: Row) -> str:
    """Put a student's page among the `contents`; why not, where that cannot be."""
    assert submission.entry is not None
    parts = submission.entry.parts[submission.own - 1 :]
    owner = owner_of(parts, assignment)
    if isinstance(owner, str) or owner.form not in (Form.CANVAS, Form.MOODLE):
        raise CourseError(
            f"{shown(submission.entry.name)} is no name of Canvas or Moodle: name the zip as it was downloaded"
        )
    canvas = owner.form is Form.CANVAS
    page = root / FOLDER / submission.student / assignment / f"{assignment}{'.md' if canvas else '.html'}"
    try:
        with page.open(encoding="utf-8") as file:
            changed, text = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC), file.read()
    except FileNotFoundError:
        return f"there is no {page.relative_to(root)}"
    if changed + _COARSE < row.graded:
        return f"{page.relative_to(root)} is older than the grade: run coursekit grade with --resume"
    if canvas:
        contents[parts[0]] = _notebook(text)
    else:
        before = parts[0] if len(parts) > 1 else parts[0].removesuffix(owner.original)
        contents[f"{before}{'/' if len(parts) > 1 else ''}{page.name}"] = text
    return ""


def _notebook(markdown: str) -> str:
    cell = new_markdown_cell(markdown, id="feedback")  # a drawn id would make another file of the same words
    return str(nbformat.writes(new_notebook(cells=[cell])))


def _write(path: Path, contents: Mapping[str, str]) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in contents.items():
                archive.writestr(name, text.encode("utf-8", "replace"))
        unfinished.replace(path)
    except OSError as fault:
        fault.filename, fault.filename2 = str(path), None
        raise
    finally:
        unfinished.unlink(missing_ok=True)
