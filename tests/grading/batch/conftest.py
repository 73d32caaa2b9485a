"""Courses in temporary folders, submissions of every kind, and a grader that does what a submission says."""

import json
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from coursekit.grading.bundle import bundle_of
from coursekit.grading.limits import Limits

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
ID = "activations"
STAND_IN = "stand_in:StandIn"


class Course:
    """A folder that holds the released and the solved notebooks of one assignment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("nbgrader_config.py", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        for name in ("exercises", "solutions"):
            shutil.copytree(ROOT / name / ID, folder / name / ID)
        self.release = folder / "exercises" / ID / f"{ID}.ipynb"
        self.solved = folder / "solutions" / ID / f"{ID}.ipynb"

    def bundle(self, **limits):
        return bundle_of(self.folder, ID, limits=Limits(**limits))

    def notebook(self, solved=()) -> bytes:
        """The released notebook, without the cells that only show, with these functions solved."""
        nb, answers = (nbformat.read(path, as_version=4) for path in (self.release, self.solved))
        sources = {cell.id: cell.source for cell in answers.cells}
        nb.cells = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
        for cell in nb.cells:
            if cell.id in solved:
                cell.source = sources[cell.id]
        return nbformat.writes(nb).encode()

    def hand_in(self, student: str, content) -> Path:
        """Hand in what is given: bytes, or something for the stand-in."""
        path = self.folder / "submitted" / student / ID / f"{ID}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def gradebook(self):
        """Score and number of submissions of each student, as nbgrader has them."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            found = {}
            for one in gradebook.assignment_submissions(ID):
                times = found.get(one.student_id, (0.0, 0))[1] + 1
                found[one.student_id] = (sum(grade.auto_score or 0 for grade in one.notebooks[0].grades), times)
            return found


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = tmp_path / "course"
    folder.mkdir()
    return Course(folder)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the stand-in known to processes that are started; the log of what it graded."""
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("STAND_IN_LOG", str(tmp_path / "stand_in.log"))
    yield tmp_path / "stand_in.log"
    sys.modules.pop("stand_in", None)
