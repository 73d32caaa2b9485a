"""Reads the gradebook: for each student of an assignment the points of each cell, the penalty, and what is open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Select, func, select

from coursekit.grading.gradebook.roster import Known
from coursekit.grading.record import State


@dataclass(frozen=True)
class Graded:
    """One student's row. `points` by cell are None where neither the grader nor a person gave any.

    `moment` is when it was handed in, UTC without a zone; None where that is not known. `state` is None where nothing
    is known of how grading ended, as with plain nbgrader.
    """

    points: Mapping[str, float | None]
    penalty: float
    moment: datetime | None
    waits: bool
    state: State | None

    @property
    def raw(self) -> float:
        """The points of all cells, before the penalty."""
        return sum(points or 0.0 for points in self.points.values())

    @property
    def score(self) -> float | None:
        """What counts; None where the student's work could not be graded for a reason that is not the student's."""
        if self.state is State.INFRASTRUCTURE and None in self.points.values():
            return None
        return max(0.0, self.raw - self.penalty)


@dataclass(frozen=True)
class Gradesheet:
    """All of an assignment: the most points by cell, in order, and the row of each student who handed it in."""

    assignment: str
    duedate: datetime | None
    cells: Mapping[str, float]
    graded: Mapping[str, Graded]

    @property
    def max_score(self) -> float:
        """The points of all cells."""
        return sum(self.cells.values())


def students_of(gradebook: Gradebook) -> list[Known]:
    """Everyone in the gradebook, by last and first name."""
    table = Student.__table__
    rows = gradebook.db.execute(
        select(table.c.id, table.c.first_name, table.c.last_name, table.c.email, table.c.lms_user_id)
    )
    known = [Known(*(value or "" for value in row)) for row in rows]
    return sorted(known, key=lambda one: (one.last_name, one.first_name, one.id))


def gradesheet(
    gradebook: Gradebook,
    assignment: str,
    states: Mapping[str, State],
    order: Sequence[str],
    students: Collection[str],
) -> Gradesheet:
    """The grades of these students; `states` by student, `order` the names of cells as they stand in the release."""
    found = gradebook.find_assignment(assignment)
    cells = _cells(gradebook, found.id, order)
    points: dict[str, dict[str, float | None]] = {}
    waits: set[str] = set()
    for student, name, score, waiting in gradebook.db.execute(_grades(found.id)):
        points.setdefault(student, dict.fromkeys(cells))[name] = score
        if waiting:
            waits.add(student)
    submitted, notebook = SubmittedAssignment.__table__, SubmittedNotebook.__table__
    penalties: dict[str, float] = {}
    moments: dict[str, datetime | None] = {}
    for student, moment, penalty in gradebook.db.execute(
        select(submitted.c.student_id, submitted.c.timestamp, notebook.c.late_submission_penalty)
        .join(notebook, notebook.c.assignment_id == submitted.c.id)
        .where(submitted.c.assignment_id == found.id)
    ):
        moments[student] = moment
        penalties[student] = penalties.get(student, 0.0) + (penalty or 0.0)
    graded = {
        student: Graded(
            points.get(student, dict.fromkeys(cells)), penalties[student], moment, student in waits, states.get(student)
        )
        for student, moment in moments.items()
        if student in students
    }
    return Gradesheet(assignment, found.duedate, cells, graded)


def assignments_of(gradebook: Gradebook) -> list[str]:
    """The names of all assignments, by due date and name."""
    return [str(assignment.name) for assignment in gradebook.assignments]


def _cells(gradebook: Gradebook, assignment_id: str, order: Sequence[str]) -> dict[str, float]:
    cells: dict[str, float] = {}
    base, notebook = BaseCell.__table__, Notebook.__table__
    for kind in (GradeCell.__table__, TaskCell.__table__):
        query = (
            select(base.c.name, kind.c.max_score)
            .join(kind, kind.c.id == base.c.id)
            .join(notebook, notebook.c.id == base.c.notebook_id)
            .where(notebook.c.assignment_id == assignment_id)
        )
        cells |= {str(name): float(points) for name, points in gradebook.db.execute(query)}
    # The gradebook keeps no order.
    place = {name: i for i, name in enumerate(order)}
    return {name: cells[name] for name in sorted(cells, key=lambda name: (place.get(name, len(place)), name))}


def _grades(assignment_id: str) -> Select[tuple[str, str, float | None, bool]]:
    """Student, cell, points as nbgrader counts them, and whether a person has to look."""
    base, grade = BaseCell.__table__, Grade.__table__
    submitted, notebook = SubmittedAssignment.__table__, SubmittedNotebook.__table__
    score = func.coalesce(grade.c.manual_score, grade.c.auto_score) + func.coalesce(grade.c.extra_credit, 0.0)
    return (
        select(submitted.c.student_id, base.c.name, score, grade.c.needs_manual_grade)
        .join(notebook, notebook.c.assignment_id == submitted.c.id)
        .join(grade, grade.c.notebook_id == notebook.c.id)
        .join(base, base.c.id == grade.c.cell_id)
        .where(submitted.c.assignment_id == assignment_id)
    )
