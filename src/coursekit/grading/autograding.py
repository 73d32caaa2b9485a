"""What one run of `nbgrader autograde` keeps from one submission to the next, so that each is not begun from nothing.

nbgrader opens the gradebook seven times for each submission, and each time asks for all tables and compiles all queries
anew; it reads and checks a notebook four times and copies it six times. That is more work than to judge it.
"""

import json
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.converters import Autograde, autograde
from nbgrader.preprocessors import SaveAutoGrades

from coursekit.grading.reading import UnreadableError, read, unread_notebook
from coursekit.grading.restore import Role, released_cells

#: Where, in nbconvert's resources, stands why a file could not be read.
UNREAD = "coursekit_unreadable"
_SCHEMA = 3


@dataclass(frozen=True)
class Released:
    """What the gradebook and the release say of one notebook."""

    roles: dict[str, Role]
    kernelspec: dict[str, Any] | None


@dataclass(eq=False)
class Run:
    """What is kept; the gradebook's scores are not, and no connection to it is open between two uses."""

    _gradebooks: dict[tuple[str, str], Gradebook] = field(default_factory=dict)
    _released: dict[tuple[str, Path, str], Released] = field(default_factory=dict)

    def gradebook(self, db_url: str, course_id: str = "default_course") -> Gradebook:
        """The gradebook, to be used in a `with` block as one that is new.

        nbgrader's own end of the block ends the session and all connections, after which session and engine begin anew
        when they are used again, and have their compiled queries still.
        """
        key = db_url, course_id
        if key not in self._gradebooks:
            self._gradebooks[key] = Gradebook(db_url, course_id)
        return self._gradebooks[key]

    def released(self, db_url: str, path: Path, assignment: str) -> Released:
        """What is known of the notebook whose release is at `path`; raises nbgrader's `MissingEntry`."""
        key = db_url, path, assignment
        if key not in self._released:
            release = released_cells(path.read_text(encoding="utf-8") if path.is_file() else "")
            with self.gradebook(db_url) as gradebook:
                notebook = gradebook.find_notebook(path.stem, assignment)
                spec = notebook.kernelspec
                self._released[key] = Released(_roles(notebook, release), None if spec is None else json.loads(spec))
        return self._released[key]


def _roles(notebook: Notebook, release: dict[str, dict[str, Any]]) -> dict[str, Role]:
    """The role of each known cell, in the release's order. Points and texts are the gradebook's."""
    points = {cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    roles = {}
    # The gradebook keeps no order, so that of the release counts; what the release lacks comes last.
    place = {name: i for i, name in enumerate(release)}
    for cell in sorted(notebook.source_cells, key=lambda cell: place.get(cell.name, len(place))):
        name = cell.name
        marks: dict[str, Any] = {
            "grade": name in graded,
            "grade_id": name,
            "locked": bool(cell.locked),
            "schema_version": _SCHEMA,
            "solution": name in solutions,
            "task": name in tasks,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        if name in points:
            marks["points"] = points[name]
        known = release.get(name, {})
        mark = known.get("metadata", {}).get("coursekit")
        roles[name] = Role(str(cell.cell_type), str(cell.source), marks, mark, known.get("before", ""))
    return roles


class RunExporter(NotebookExporter):  # type: ignore[misc]
    """The exporter of `nbgrader autograde`, one for each run: it reads each file once, and holds what the run keeps.

    An unreadable submission is an empty notebook that says so. RestoreCells then puts the released cells back, so the
    student gets a recorded score and feedback, and the batch goes on. The handed-in file stays as it is.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.run = Run()
        if isinstance(self.parent, Autograde):
            _serve_gradebooks(self.run)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, dict[str, Any]]:
        """As in nbconvert; never raises for what the file holds."""
        try:
            nb = read(Path(filename))
        except UnreadableError as fault:
            self.log.warning("%s cannot be read as a notebook (%s): graded as an empty one", filename, fault)
            nb, resources = unread_notebook(str(fault)), {**(resources or {}), UNREAD: str(fault)}
        return self.from_notebook_node(nb, resources=resources, **options)  # type: ignore[no-any-return]

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        # nbconvert copies the notebook twice more here, and checks it after each step, those that do nothing too. This
        # one was read, and brought into order, for this call alone. It is checked before its scores are saved, so that
        # none are where it is refused, and at the end.
        step = None
        for step in self._preprocessors:
            if isinstance(step, SaveAutoGrades):
                self._validate_preprocessor(nb, step)
            nb, resources = step(nb, resources)
        self._validate_preprocessor(nb, step)
        return nb, resources


def run_of(step: Any) -> Run:
    """The run that a preprocessor belongs to; one of its own where it stands alone."""
    parent = step.parent
    return parent.run if isinstance(parent, RunExporter) else Run()


_serving: "weakref.ref[Run] | None" = None


def _serve_gradebooks(run: Run) -> None:
    """Let `nbgrader autograde` take its gradebooks from `run` as long as that is there.

    It has no setting for that: the name that it makes them by is set. Where a new nbgrader has no such name any more it
    goes on as it is, more slowly.
    """
    global _serving
    _serving = weakref.ref(run)
    if getattr(autograde, "Gradebook", None) is Gradebook:
        autograde.Gradebook = _gradebook


def _gradebook(db_url: str, course_id: str = "default_course", *more: Any, **options: Any) -> Gradebook:
    """As `Gradebook`, from the run that goes on."""
    run = None if _serving is None else _serving()
    if run is None or more or options:
        return Gradebook(db_url, course_id, *more, **options)
    return run.gradebook(db_url, course_id)
