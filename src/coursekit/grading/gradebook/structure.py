"""What the gradebook holds of an assignment before anyone hands it in; recorded from the release where missing."""

import logging
from dataclasses import dataclass
from datetime import datetime

import nbformat
from nbgrader.api import Assignment, Gradebook, MissingEntry, Notebook
from nbgrader.preprocessors import SaveCells

from coursekit.grading.bundle import Bundle
from coursekit.grading.errors import CourseError
from coursekit.grading.restore import Role, roles_of


@dataclass(frozen=True)
class Cells:
    """One notebook of an assignment: nbgrader's ids of its cells, by their names.

    A cell that is graded by a person is in `graded` and in `solutions`, under two ids.
    """

    id: str
    name: str
    graded: dict[str, str]
    solutions: dict[str, str]
    tasks: dict[str, str]

    @property
    def with_grade(self) -> dict[str, str]:
        """The ids of all cells that have points."""
        return self.graded | self.tasks

    @property
    def with_comment(self) -> dict[str, str]:
        """The ids of all cells that can be commented on."""
        return self.solutions | self.tasks


@dataclass(frozen=True)
class Structure:
    """An assignment in the gradebook: its id, when it is due (UTC, without a zone), and its notebooks."""

    id: str
    duedate: datetime | None
    notebooks: tuple[Cells, ...]


def structure_of(gradebook: Gradebook, bundle: Bundle, db_url: str) -> Structure:
    """The assignment's structure; what the gradebook lacks of it is recorded as `generate_assignment` would do.

    Raises `CourseError` where submissions are recorded for cells that the release does not have any more.
    """
    roles = roles_of(bundle.release)
    if not roles:
        raise CourseError(f"the release of {bundle.assignment} has no graded cells: run  coursekit release")
    assignment = gradebook.update_or_create_assignment(bundle.assignment)
    if _recorded(gradebook, bundle.assignment) != _released(roles):
        _record(bundle, db_url)
        gradebook.db.expire_all()
    notebooks = tuple(_cells(notebook) for notebook in assignment.notebooks)
    return Structure(str(assignment.id), _duedate(assignment), notebooks)


def _duedate(assignment: Assignment) -> datetime | None:
    due = assignment.duedate
    return due if isinstance(due, datetime) else None


def _cells(notebook: Notebook) -> Cells:
    def ids(cells: list[object]) -> dict[str, str]:
        return {str(cell.name): str(cell.id) for cell in cells}  # type: ignore[attr-defined]

    graded, solutions, tasks = (ids(cells) for cells in _kinds(notebook))
    return Cells(str(notebook.id), str(notebook.name), graded, solutions, tasks)


def _kinds(notebook: Notebook) -> tuple[list[object], list[object], list[object]]:
    return notebook.grade_cells, notebook.solution_cells, notebook.task_cells


def _recorded(gradebook: Gradebook, assignment: str) -> set[tuple[str, str, float]] | None:
    """Name, role and points of each cell in the gradebook; None where the notebook is not there."""
    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return None
    graded, solutions, tasks = _kinds(notebook)
    found = {(str(cell.name), "solution", 0.0) for cell in solutions}  # type: ignore[attr-defined]
    for role, cells in (("grade", graded), ("task", tasks)):
        found |= {(str(cell.name), role, float(cell.max_score)) for cell in cells}  # type: ignore[attr-defined]
    return found


def _released(roles: dict[str, Role]) -> set[tuple[str, str, float]]:
    found = set()
    for name, role in roles.items():
        for kind in ("grade", "solution", "task"):
            if role.nbgrader.get(kind):
                found.add((name, kind, 0.0 if kind == "solution" else float(role.nbgrader["points"])))
    return found


def _record(bundle: Bundle, db_url: str) -> None:
    """Let nbgrader's own step put the released cells into the gradebook."""
    names = {"assignment": bundle.assignment, "notebook": bundle.assignment, "db_url": db_url}
    step = SaveCells(log=logging.getLogger("coursekit.gradebook"))
    try:
        step.preprocess(nbformat.reads(bundle.release, as_version=4), {"nbgrader": names})
    except RuntimeError:
        raise CourseError(
            f"the gradebook has submissions for other cells of {bundle.assignment} than the release has now: "
            "bring the release back to what was handed out, or begin a new assignment"
        ) from None
