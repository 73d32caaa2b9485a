"""Makes the class report: reads every submission once and keeps numbers, fingerprints and deflated code of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coursekit.exercises import assignments
from coursekit.grading.errors import CourseError
from coursekit.grading.files import PRIVATE, replace_file
from coursekit.grading.project import RELEASE, SOURCE
from coursekit.grading.reports.class_page import class_page
from coursekit.grading.reports.similarity.collection import Collection
from coursekit.grading.reports.similarity.known import Known
from coursekit.grading.reports.similarity_section import engine_section, similarity_section
from coursekit.grading.reports.sources import SUBMITTED, students_with, submissions
from coursekit.grading.reports.tally import Tally


@dataclass(frozen=True)
class Made:
    """What the report is of: how many submissions, and who handed in without a result."""

    count: int
    ungraded: tuple[str, ...]


def write_report(root: Path, id: str, path: Path, *, similarity: bool = True, engine: bool = True) -> Made:
    """Write the report on the assignment `id` of the course in `root` to `path`, in one step.

    Raises `CourseError` where there is no such assignment, or nothing of it is graded.
    """
    if id not in assignments():
        raise CourseError(f"there is no assignment {id!r}: there is {', '.join(assignments())}")
    tally, seen = Tally(), set()
    collection = Collection(
        Known(id, _text(root / RELEASE / id / f"{id}.ipynb"), _text(root / SOURCE / id / f"{id}.ipynb"))
    )
    for one in submissions(root, id):
        tally.add(one.student, one.record)
        seen.add(one.student)
        if similarity or engine:
            collection.add(one.student, one.cells)
    if not seen:
        raise CourseError(f"nothing of {id} is graded yet: run  coursekit grade {id}  or  nbgrader autograde {id}")
    ungraded = tuple(name for name in students_with(root, SUBMITTED, id) if name not in seen)
    parts = [similarity_section(collection) if similarity else "", engine_section(collection) if engine else ""]
    page = class_page(id, tally, list(ungraded), "\n".join(parts), datetime.now().astimezone())
    replace_file(path, page, PRIVATE)  # it names people
    return Made(tally.count, ungraded)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
