"""Export plugins for nbgrader, which `coursekit export` uses too.

    nbgrader export --exporter=coursekit.grading.gradebook.exports.CanvasExport --to=grades.csv

`--CanvasExport.roster=roster.csv` joins the gradebook to a roster.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from coursekit.grading.errors import CourseError
from coursekit.grading.gradebook.grades import Gradesheet, assignments_of, gradesheet, students_of
from coursekit.grading.gradebook.roster import join, read_roster
from coursekit.grading.gradebook.spreadsheet import write_csv
from coursekit.grading.gradebook.tables import (
    Class,
    Table,
    canvas_table,
    csv_table,
    moodle_keys,
    moodle_table,
    remarks_on,
)
from coursekit.grading.project import RELEASE
from coursekit.grading.reports.sources import submissions
from coursekit.grading.restore import roles_of


class CsvExport(ExportPlugin):  # type: ignore[misc]
    """A row for each student and assignment, with the points of every cell; see `csv_table`."""

    roster = Unicode("", help="a CSV file of the course's people, to join to the gradebook").tag(config=True)

    default = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the file, and log a warning for each thing that whoever takes it on has to know."""
        root = Path(CourseDirectory(config=self.config).root or ".")
        try:
            remarks = self.write(gradebook, root, Path(self.to or self.default))
        except CourseError as fault:
            self.log.error("%s", fault)
            raise SystemExit(1) from None
        for remark in remarks:
            self.log.warning("%s", remark)

    def write(self, gradebook: Gradebook, root: Path, path: Path) -> list[str]:
        """Write the grades of the course in `root` to `path`; the remarks."""
        there = assignments_of(gradebook)
        names = [str(name) for name in self.assignment] or there
        if missing := sorted(set(names) - set(there)):
            raise CourseError(f"the gradebook has no assignment {missing[0]!r}: there is {', '.join(there) or 'none'}")
        wanted = {str(name) for name in self.student}
        students = [one for one in students_of(gradebook) if not wanted or one.id in wanted]
        roster = read_roster(Path(self.roster)) if self.roster else None
        joined = join(roster, students) if roster else None
        if joined is not None and not joined.people and students and joined.only_in_roster:
            raise CourseError(
                f"nobody in {self.roster} was found in the gradebook, which has students such as {students[0].id!r}: "
                "is it this course's roster, and does a column hold these ids, emails or names?"
            )
        here = {one.id for one in students}
        sheets = [_sheet(gradebook, root, name, here) for name in names]
        if not any(sheet.graded for sheet in sheets):
            raise CourseError(f"nobody has a grade for {', '.join(names)} yet: grade it first; nothing was written")
        course = Class(students, roster, joined)
        write_csv(path, self.table(sheets, course))
        return [*self.hints(sheets, course), *remarks_on(sheets, course)]

    def table(self, sheets: Sequence[Gradesheet], course: Class) -> Table:
        """The rows of the file."""
        return csv_table(sheets, course)

    def hints(self, sheets: Sequence[Gradesheet], course: Class) -> list[str]:
        """How to bring the file in, where that is not plain."""
        return []


class CanvasExport(CsvExport):
    """Canvas' gradebook file; see `canvas_table`."""

    default = "grades-canvas.csv"

    def table(self, sheets: Sequence[Gradesheet], course: Class) -> Table:
        """See `canvas_table`."""
        return canvas_table(sheets, course)

    def hints(self, sheets: Sequence[Gradesheet], course: Class) -> list[str]:
        """How to bring the file in, where that is not plain."""
        if course.roster is not None:
            return []
        return [
            "no roster was given: Canvas finds a student by the id of the gradebook as SIS Login ID, else by name; "
            "with --roster and Canvas' own export (Grades, Export) nobody is mistaken"
        ]


class MoodleExport(CsvExport):
    """Moodle's grade import; see `moodle_table`."""

    default = "grades-moodle.csv"

    def table(self, sheets: Sequence[Gradesheet], course: Class) -> Table:
        """See `moodle_table`."""
        return moodle_table(sheets, course)

    def hints(self, sheets: Sequence[Gradesheet], course: Class) -> list[str]:
        """How to bring the file in, where that is not plain."""
        keys = moodle_keys(sheets, course)
        if not keys:
            return ["no column says of everyone who they are in Moodle: give a roster with Email address or ID number"]
        hints = [f"on Moodle's import page map from {keys[-1]} to {keys[-1]}, and each assignment to its grade item"]
        hints += [
            f"{sheet.assignment} has {sheet.max_score:g} points: Moodle refuses a grade above 100 unless it is set to"
            for sheet in sheets
            if sheet.max_score > 100
        ]
        return hints


EXPORTS: Mapping[str, type[CsvExport]] = {"csv": CsvExport, "canvas": CanvasExport, "moodle": MoodleExport}


def _sheet(gradebook: Gradebook, root: Path, assignment: str, students: set[str]) -> Gradesheet:
    path = root / RELEASE / assignment / f"{assignment}.ipynb"
    order = list(roles_of(path.read_text(encoding="utf-8"))) if path.is_file() else []
    # The last run counts: where that was `nbgrader autograde`, the ledger has no row, or an older one.
    found = (one for one in submissions(root, assignment) if one.record.assignment == assignment)
    known = {one.student: one.record.state for one in found}
    return gradesheet(gradebook, assignment, known, order, students)
