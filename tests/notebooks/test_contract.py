"""What holds for every notebook of every assignment, instructor's and student's."""

import json
import re
from pathlib import Path

import nbformat
import pytest

import coursekit
from coursekit.exercises import assignment, assignments
from coursekit.grading.project import assignment_ids
from coursekit.grading.setup_cell import setup_source

ROOT = Path(__file__).parents[2]
IDS = assignment_ids(ROOT)
BOTH = [(folder, id) for folder in ("solutions", "exercises") for id in IDS]


def read(folder, id):
    return nbformat.read(ROOT / folder / id / f"{id}.ipynb", as_version=nbformat.NO_CONVERT)


def nbgrader(cell):
    return cell.metadata.get("nbgrader", {})


def test_every_assignment_has_its_notebook():
    assert sorted(assignments()) == IDS


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_every_exercise_has_one_solution_and_one_check_with_its_points(folder, id):
    exercises = assignment(id).exercises
    nb = read(folder, id)
    solutions = [c for c in nb.cells if c.cell_type == "code" and nbgrader(c).get("solution")]
    checks = [c for c in nb.cells if "exercise" in c.metadata.get("coursekit", {})]
    assert [c.id for c in solutions] == [c.metadata.coursekit.exercise for c in checks]
    assert sorted(c.id for c in solutions) == sorted(exercises)
    for cell in solutions:
        assert not nbgrader(cell)["grade"]
        assert not nbgrader(cell)["locked"]
        assert re.search(rf"^def {cell.id}\(", cell.source, re.MULTILINE)
    for cell in checks:
        name, meta = cell.metadata.coursekit.exercise, nbgrader(cell)
        assert cell.source == f"check({name})"
        assert (meta["grade"], meta["locked"], meta["solution"]) == (True, True, False)
        assert meta["points"] == exercises[name].max_score
        assert cell.metadata.coursekit == {"assignment": id, "exercise": name, "version": coursekit.__version__}
        assert cell.metadata.editable is False
        assert cell.metadata.deletable is False


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_each_check_stands_below_its_solution(folder, id):
    place = {cell.id: i for i, cell in enumerate(read(folder, id).cells)}
    for name in assignment(id).exercises:
        assert place[name] < place[f"check-{name}"]


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_the_signature_is_the_exercise_s(folder, id):
    sources = {cell.id: cell.source for cell in read(folder, id).cells}
    for name, exercise in assignment(id).exercises.items():
        assert f"def {exercise.signature}:" in sources[name]


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_ids_are_unique_and_are_the_grade_ids(folder, id):
    nb = read(folder, id)
    assert (nb.nbformat, nb.nbformat_minor) >= (4, 5)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(ids)
    for cell in nb.cells:
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", cell.id), "ids are names, so that they stay the same"
        if nbgrader(cell):
            assert nbgrader(cell)["grade_id"] == cell.id


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_kernel_and_setup(folder, id):
    nb = read(folder, id)
    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "python3"
    first = next(cell for cell in nb.cells if cell.cell_type == "code")
    assert first.metadata.coursekit == {"role": "setup", "version": coursekit.__version__}
    assert nbgrader(first)["locked"]
    site = re.search(r'"COURSEKIT_SITE", "([^"]*)"', first.source)
    assert site
    assert first.source == setup_source(coursekit.__version__, site[1])


@pytest.mark.parametrize(("folder", "id"), BOTH)
def test_nothing_of_a_run_is_committed(folder, id):
    text = (ROOT / folder / id / f"{id}.ipynb").read_text(encoding="utf-8")
    for cell in json.loads(text)["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert len(text) < 200_000
    assert "TODO" not in text
    for machine in ("/home/", "/root/", "/Users/", "/tmp/", "C:\\\\"):
        assert machine not in text


@pytest.mark.parametrize("id", IDS)
def test_student_and_instructor_see_the_same_cells(id):
    """Same cells in the same order; only what is to be written differs."""
    ours, theirs = read("solutions", id), read("exercises", id)
    assert [c.id for c in ours.cells] == [c.id for c in theirs.cells]
    for mine, yours in zip(ours.cells, theirs.cells, strict=True):
        if not nbgrader(mine).get("solution") and mine.metadata.get("coursekit", {}).get("role") != "setup":
            assert mine.source == yours.source


@pytest.mark.parametrize("id", IDS)
def test_written_questions_show_how_they_are_marked(id):
    nb = read("exercises", id)
    written = [(i, c) for i, c in enumerate(nb.cells) if c.cell_type == "markdown" and nbgrader(c).get("grade")]
    assert written
    for i, cell in written:
        points = nbgrader(cell)["points"]
        question = nb.cells[i - 1].source
        assert f"({points} points)" in question
        rows = [int(row) for row in re.findall(r"^\| (\d+) \|", question, re.MULTILINE)]
        assert sum(rows) == points
