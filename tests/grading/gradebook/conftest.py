"""A small course that plain nbgrader grades with scores that a test gives, and a PostgreSQL server of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from sqlalchemy import create_engine, make_url, text

from coursekit.grading.bundle import Bundle
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.record import ExerciseRecord, Record, State

from .server import Postgres, find_postgres

ROOT = Path(__file__).parents[3]
ASSIGNMENT = "activations"

#: nbgrader's own steps, all but Execute: in its place a step that shows the score that the test gives for each check.
CONFIG = """
import json
from pathlib import Path
from nbformat.v4 import new_output
from nbgrader import preprocessors as stock
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.plugins import LateSubmissionPlugin

root = Path(__file__).resolve().parent
c = get_config()
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "coursekit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
steps = GenerateAssignment.preprocessors.default()  # what they are given here is a release already
c.GenerateAssignment.preprocessors = [step for step in steps if step is not stock.ClearSolutions]


class GivenScores(stock.base.NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        scores = json.loads((root / "scores.json").read_text())[resources["nbgrader"]["student"]]
        for cell in nb.cells:
            exercise = cell.metadata.get("coursekit", {}).get("exercise")
            if exercise:
                cell.outputs = [new_output("execute_result", {"text/plain": repr(float(scores[exercise]))})]
        return nb, resources


class PointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return -5.0 if student_id == "neg" else total_seconds_late / 3600


steps = Autograde.autograde_preprocessors.default()
c.Autograde.autograde_preprocessors = [GivenScores if step is stock.Execute else step for step in steps]
c.AssignLatePenalties.plugin_class = PointAnHour
"""


class Course:
    """A course folder with the release of one assignment; `nbgrader` runs its commands there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "solutions").mkdir(parents=True)
        shutil.copytree(ROOT / "exercises" / ASSIGNMENT, folder / "exercises" / ASSIGNMENT)
        (folder / "nbgrader_config.py").write_text(CONFIG)
        self.release = (folder / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
        self.bundle = Bundle(assignment=ASSIGNMENT, release=self.release, seed=7)
        self.url = f"sqlite:///{folder / 'gradebook.db'}"

    @property
    def points(self) -> dict[str, float]:
        """The points of every exercise, in order."""
        cells = [
            cell for cell in json.loads(self.release)["cells"] if "exercise" in cell["metadata"].get("coursekit", {})
        ]
        return {c["metadata"]["coursekit"]["exercise"]: float(c["metadata"]["nbgrader"]["points"]) for c in cells}

    def notebook(self, answers: dict[str, str] | None = None) -> str:
        """The released notebook with these texts in its cells."""
        nb = nbformat.reads(self.release, as_version=4)
        for cell in nb.cells:
            cell.source = (answers or {}).get(cell.id, cell.source)
        return nbformat.writes(nb)

    def hand_in(self, student: str, notebook: str, moment: str | None = None) -> None:
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_text(notebook, encoding="utf-8")
        if moment:
            (folder / "timestamp.txt").write_text(moment)

    def nbgrader(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NBGRADER")}
        scripts = str(Path(sys.executable).parent)  # where nbgrader finds alembic
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env={**environment, "PATH": f"{scripts}{os.pathsep}{environment['PATH']}"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def autograded(self, student: str) -> str:
        return (self.folder / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")

    def record(
        self, scores: dict[str, float], notebook: str = "", state: State = State.GRADED, **states: State
    ) -> Record:
        """A record with these scores; `states` for single exercises."""
        exercises = tuple(
            ExerciseRecord(
                name=name, state=states.get(name, state), score=scores.get(name, 0.0), max_score=top, result={}
            )
            for name, top in self.points.items()
        )
        return Record(
            assignment=ASSIGNMENT,
            digest="d",
            key=self.bundle.key,
            state=State.worst([state, *states.values()]),
            exercises=exercises,
            notebook=notebook,
        )


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path / "course")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, course: Course) -> str:
    """The address of a gradebook where the assignment is recorded, and nothing is handed in; of both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), course.folder / "gradebook.db")
        return course.url
    return request.getfixturevalue("postgres").database(request.getfixturevalue("postgres_template"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, course: Course) -> str:
    """The address of a database without any tables, of both kinds."""
    return course.url if request.param == "sqlite" else request.getfixturevalue("postgres").database()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = Course(tmp_path_factory.mktemp("template") / "course")
    GradebookWriter(course.folder, course.bundle).close()
    return course.folder / "gradebook.db"


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    course = Course(tmp_path_factory.mktemp("template") / "course")
    url = postgres.database()
    GradebookWriter(course.folder, course.bundle, url).close()
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; without one the tests are skipped, and the run says so at its end."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("NOT TESTED: the gradebook in PostgreSQL; no server program was found (apt-get install postgresql)")
    with Postgres(programs) as server:
        yield server


_TABLES = {
    "student": "select id, first_name, last_name, email, lms_user_id from student",
    "assignment": "select name, duedate, course_id from assignment",
    "notebook": "select a.name, n.name, n.kernelspec from notebook n join assignment a on a.id = n.assignment_id",
    "cell": """select b.name, b.type, g.max_score, g.cell_type, t.max_score, t.cell_type from base_cell b
        left join grade_cells g on g.id = b.id left join task_cells t on t.id = b.id""",
    "source": "select name, cell_type, locked, source, checksum from source_cell",
    "submission": """select s.student_id, a.name, s.timestamp, s.extension from submitted_assignment s
        join assignment a on a.id = s.assignment_id""",
    "submitted notebook": """select s.student_id, n.name, m.flagged, m.late_submission_penalty from submitted_notebook m
        join submitted_assignment s on s.id = m.assignment_id join notebook n on n.id = m.notebook_id""",
    "grade": """select s.student_id, b.name, b.type, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
        from grade g join base_cell b on b.id = g.cell_id join submitted_notebook m on m.id = g.notebook_id
        join submitted_assignment s on s.id = m.assignment_id""",
    "comment": """select s.student_id, b.name, b.type, c.auto_comment, c.manual_comment
        from comment c join base_cell b on b.id = c.cell_id join submitted_notebook m on m.id = c.notebook_id
        join submitted_assignment s on s.id = m.assignment_id""",
}


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that a gradebook holds, without nbgrader's random ids; the same for every kind of database."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"
        return int(value) if isinstance(value, bool) else value

    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                name: sorted(
                    (tuple(plain(value) for value in row) for row in connection.execute(text(query))), key=repr
                )
                for name, query in _TABLES.items()
            }
    finally:
        engine.dispose()
