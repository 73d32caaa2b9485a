"""The submissions of one assignment in the gradebook, with all the rows that nbgrader's API makes for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, insert

from coursekit.grading.gradebook.marks import Marks
from coursekit.grading.gradebook.penalties import Penalties
from coursekit.grading.gradebook.sheet import Sheet, Values, select_in
from coursekit.grading.gradebook.structure import Cells, Structure


@dataclass(frozen=True)
class Submission:
    """One student's: the row of the submission, of the notebook, and of each cell's grade and comment by its name."""

    student: str
    assignment: Values
    notebook: Values
    grades: dict[str, Values]
    comments: dict[str, Values]

    def handed_in(self, moment: datetime | None) -> None:
        """Set when it came (UTC, without a zone); None leaves what stands there."""
        if moment is not None:
            self.assignment["timestamp"] = moment

    def mark(self, marks: Marks) -> None:
        """Set what the grader found. What a person gave stays, and is to be looked at again."""
        for name, score in marks.scores.items():
            grade = self.grades[name]
            grade["auto_score"] = score
            grade["needs_manual_grade"] = score is None or grade["manual_score"] is not None
        for name, comment in self.comments.items():
            comment["auto_comment"] = "No response." if name in marks.unanswered else None

    def penalize(self, penalties: Penalties, duedate: datetime | None) -> None:
        """Set the late penalty anew."""
        given = self.assignment
        self.notebook["late_submission_penalty"] = penalties.penalty(
            self.student, self._total(), given["timestamp"], duedate, given["extension"]
        )

    def _total(self) -> float:
        # The points of a cell as nbgrader counts them: a person's come before the grader's.
        total = 0.0
        for grade in self.grades.values():
            score = grade["auto_score"] if grade["manual_score"] is None else grade["manual_score"]
            if score is not None:
                total += score + (grade["extra_credit"] or 0.0)
        return total


class Submissions:
    """The submissions of `students`; what is changed in them goes to the database with `flush`."""

    def __init__(self, connection: Connection, structure: Structure, students: Sequence[str]) -> None:
        self._connection = connection
        self._structure = structure
        self._students = students
        self._assignments = Sheet(SubmittedAssignment.__table__, "student_id")
        self._notebooks = Sheet(SubmittedNotebook.__table__, "assignment_id", "notebook_id")
        self._grades = Sheet(Grade.__table__, "notebook_id", "cell_id")
        self._comments = Sheet(Comment.__table__, "notebook_id", "cell_id")
        ids = self._assignments.read(connection, "student_id", students, assignment_id=structure.id)
        ids = self._notebooks.read(connection, "assignment_id", ids)
        self._grades.read(connection, "notebook_id", ids)
        self._comments.read(connection, "notebook_id", ids)

    def __contains__(self, student: str) -> bool:
        return (student,) in self._assignments

    def of(self, student: str, notebook: str) -> Submission:
        """The student's submission and of it the notebook of this name; made where there is none."""
        assignment = self._assignments.row(student, assignment_id=self._structure.id, timestamp=None, extension=None)
        made = {cells.name: self._notebook(student, assignment, cells) for cells in self._structure.notebooks}
        return made[notebook]

    def _notebook(self, student: str, assignment: Values, cells: Cells) -> Submission:
        row = self._notebooks.row(assignment["id"], cells.id, flagged=False, late_submission_penalty=None)
        grades = {
            name: self._grades.row(
                row["id"], cell, auto_score=None, manual_score=None, extra_credit=None, needs_manual_grade=True
            )
            for name, cell in cells.with_grade.items()
        }
        comments = {
            name: self._comments.row(row["id"], cell, auto_comment=None, manual_comment=None)
            for name, cell in cells.with_comment.items()
        }
        return Submission(student, assignment, row, grades, comments)

    def flush(self) -> None:
        """Write what is new or changed, in the order in which rows need one another."""
        table = Student.__table__
        there = {row.id for row in select_in(self._connection, table.c.id, self._students)}
        if missing := [{"id": student} for student in self._students if student not in there]:
            self._connection.execute(insert(table), missing)
        for sheet in (self._assignments, self._notebooks, self._grades, self._comments):
            sheet.flush(self._connection)
