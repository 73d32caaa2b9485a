"""A real course in a temporary folder, graded once by nbgrader's own commands, for all tests here."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
COURSE_FILES = ("nbgrader_config.py", "pyproject.toml", "solutions/activations")


def nbgrader(course: Path, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess:
    """Run a plain nbgrader command in the course's folder."""
    # The tests' own Python, without an activated environment: that is how a fresh shell would call it.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "COURSEKIT"))}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**environment, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


class Course:
    """The folder, its released and solved notebooks, and a way to hand something in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.release = nbformat.read(folder / "exercises/activations/activations.ipynb", as_version=4)
        self.solved = nbformat.read(folder / "solutions/activations/activations.ipynb", as_version=4)
        self.logs: dict[str, str] = {}

    @classmethod
    def copy_of(cls, other: "Course", folder: Path) -> "Course":
        shutil.copytree(other.folder, folder)
        return cls(folder)

    def solution(self, grade_id: str) -> str:
        return next(cell.source for cell in self.solved.cells if cell.id == grade_id)

    def notebook(self, *, answers: dict[str, str] | None = None, solve: bool = True):
        """The released notebook with its functions solved, but for `answers`; without the cells that only show."""
        nb = copy.deepcopy(self.release)
        nb.cells = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
        for cell in nb.cells:
            meta = cell.metadata.nbgrader
            if cell.cell_type == "code" and meta.solution and solve:
                cell.source = self.solution(cell.id)
            if answers and cell.id in answers:
                cell.source = answers[cell.id]
        return nb

    def hand_in(self, student: str, content) -> Path:
        """Hand in a notebook, or a text as it is."""
        path = self.folder / "submitted" / student / "activations" / "activations.ipynb"
        path.parent.mkdir(parents=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            nbformat.write(content, path)
        return path

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        done = nbgrader(self.folder, *arguments)
        self.logs[" ".join(arguments)] = done.stdout + done.stderr
        return done

    def grades(self, student: str) -> dict[str, tuple[float | None, bool]]:
        """The automatic score of every graded cell, and whether a person has to look at it."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            notebook = gradebook.find_submission_notebook("activations", "activations", student)
            return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}

    def points(self, student: str) -> dict[str, float | None]:
        """The automatic score of every check cell."""
        return {name: score for name, (score, _) in self.grades(student).items() if name.startswith("check-")}

    def feedback(self, student: str) -> str:
        path = self.folder / "feedback" / student / "activations" / "activations.html"
        return path.read_text(encoding="utf-8")


def copy_course(target: Path) -> Path:
    target.mkdir(exist_ok=True)
    for name in COURSE_FILES:
        source = ROOT / name
        (target / name).parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target / name)
    return target


@pytest.fixture(scope="session")
def fresh_course(tmp_path_factory):
    """A copy of the course right after `nbgrader generate_assignment`; not to be changed."""
    folder = copy_course(tmp_path_factory.mktemp("fresh") / "course")
    done = nbgrader(folder, "generate_assignment", "activations")
    assert done.returncode == 0, done.stderr
    return Course(folder)
