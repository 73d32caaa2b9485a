"""`coursekit new exercise`, and the walk-through of the authors' guide, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from coursekit import cli
from coursekit.grading.authoring import new_exercise
from coursekit.grading.errors import CourseError

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "book/guide/author.md").read_text("utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The parts of the project that the command and the contracts touch."""
    for folder in ("src", "tests/contracts", "tests/notebooks", "solutions", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    for file in ("pyproject.toml", "nbgrader_config.py", "tests/conftest.py"):
        shutil.copyfile(ROOT / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contract(project, *options):
    """The contracts, run on the copy's own sources."""
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "COURSEKIT_SEEDS": "3"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def block(after, kind="python", fence="```"):
    """The first block of this kind in the guide after a piece of text."""
    found = re.search(rf"{fence}{kind}\n(.*?)\n{fence}\n", GUIDE[GUIDE.index(after) :], re.DOTALL)
    assert found
    return found[1]


def finish(project):
    """What the guide's author writes in place of the TODOs."""
    (project / "src/coursekit/exercises/activations/softplus_task.py").write_text(block("### The spec") + "\n", "utf-8")
    path = project / "solutions/activations/activations.ipynb"
    nb = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in nb.cells}
    cells["why-softplus"].source = block("### The notebook", "markdown", "````")
    cells["softplus"].source = block("### The notebook")
    points = int(re.search(r"they are the spec's, here (\d+)", GUIDE)[1])
    cells["check-softplus"].metadata.nbgrader.points = points
    nbformat.write(nb, path)


def test_the_walk_through_of_the_guide_ends_in_an_exercise_that_passes_every_contract(project, capsys):
    assert cli.main(["new", "exercise", "activations", "softplus"]) == 0
    shown = block("## An exercise", "console")
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("written")] == shown.splitlines()[1:]

    begun = contract(project, "tests/contracts/test_exercises.py", "-k", "softplus")
    assert begun.returncode == 1
    for missing in ("TODO", "no known wrong answer fails", "at least three misconceptions"):
        assert missing in begun.stdout, missing

    finish(project)
    assert cli.main(["release", "activations"]) == 0
    done = contract(
        project,
        "tests/contracts/test_exercises.py",
        "tests/contracts/test_exercise_functions.py",
        "tests/notebooks/test_contract.py",
        "-k",
        "softplus or (activations and not exercises) or promised or complete or every_assignment",
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "softplus" in (project / "exercises/activations/activations.ipynb").read_text("utf-8")


def test_a_new_assignment_is_begun_with_its_notebook(project):
    written = {str(path) for path in new_exercise(project, "losses", "hinge")}
    assert written == {
        "src/coursekit/exercises/losses/hinge_task.py",
        "src/coursekit/exercises/losses/__init__.py",
        "src/coursekit/exercises/__init__.py",
        "tests/contracts/promised.py",
        "solutions/losses/losses.ipynb",
    }
    nb = nbformat.read(project / "solutions/losses/losses.ipynb", as_version=4)
    nbformat.validate(nb)
    assert [c.id for c in nb.cells if c.id in ("setup", "hinge", "check-hinge", "explain")] == [
        "setup", "hinge", "check-hinge", "explain",
    ]  # fmt: skip
    found = contract(project, "tests/contracts/test_exercises.py", "-k", "losses or promised")
    assert "ImportError" not in found.stdout
    assert "TODO" in found.stdout


@pytest.mark.parametrize(
    ("id", "name", "said"),
    [
        ("activations", "frobnicate", "the engine has no function frobnicate: write it first"),
        ("activations", "relu", "relu is an exercise already, in the assignment activations"),
        ("activations", "2fast", "is no name for an exercise"),
        ("../x", "softplus", "is no name for an assignment"),
        ("class", "softplus", "is no name for an assignment"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_nothing_is_written(project, capsys, id, name, said):
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    assert cli.main(["new", "exercise", id, name]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before


def test_a_second_run_loses_nothing(project):
    new_exercise(project, "activations", "softplus")
    with pytest.raises(CourseError, match=r"softplus_task\.py is there already"):
        new_exercise(project, "activations", "softplus")
