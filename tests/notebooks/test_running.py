"""Notebooks as people run them, in real kernels."""

import doctest
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from coursekit.exercises import assignment
from coursekit.grading.project import assignment_ids

ROOT = Path(__file__).parents[2]
IDS = assignment_ids(ROOT)


def read(folder, id):
    return nbformat.read(ROOT / folder / id / f"{id}.ipynb", as_version=4)


def run(nb, tmp_path, **options):
    client = NotebookClient(nb, timeout=120, resources={"metadata": {"path": str(tmp_path)}}, **options)
    return client.execute()


def outputs(nb, cell_id):
    return next(cell.outputs for cell in nb.cells if cell.id == cell_id)


@pytest.mark.grading
@pytest.mark.parametrize("id", IDS)
def test_the_solutions_run_without_an_error_to_full_points(id, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    nb = run(read("solutions", id), tmp_path)
    for name, exercise in assignment(id).exercises.items():
        (shown,) = outputs(nb, f"check-{name}")
        assert f"{name}: all checks passed ({exercise.max_score} points)" in shown.data["text/plain"]
        assert "all checks passed" in shown.data["text/html"]
    quiet = [o for cell in nb.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o.text for o in quiet if o.output_type == "stream" and o.name == "stderr"]


@pytest.mark.grading
@pytest.mark.parametrize("id", IDS)
def test_the_released_notebook_runs_to_its_first_task(id, tmp_path):
    nb = run(read("exercises", id), tmp_path, allow_errors=True)
    first = min(i for i, c in enumerate(nb.cells) if c.id in assignment(id).exercises)
    for cell in nb.cells[: first + 1]:
        assert not [o for o in cell.get("outputs", []) if o.output_type == "error"], cell.id
    for name, exercise in assignment(id).exercises.items():
        (shown,) = outputs(nb, f"check-{name}")
        text = shown.data["text/plain"]
        assert f"{name}: 0 of {exercise.max_score} points" in text
        assert "not written yet" in text
    last = max(i for i, c in enumerate(nb.cells) if c.id.startswith("check-"))
    errors = [o for c in nb.cells[last:] for o in c.get("outputs", []) if o.output_type == "error"]
    assert errors[0].ename == "NotImplementedError", "the pay-off runs without the student's functions"
    assert "put your code in place of this line" in errors[0].evalue


@pytest.mark.parametrize("id", IDS)
def test_the_numbers_in_the_docstrings_are_right(id):
    sources = {cell.id: cell.source for cell in read("solutions", id).cells}
    names = {}
    exec(sources["imports"], names)
    for name in assignment(id).exercises:
        exec(sources[name], names)
    for name in assignment(id).exercises:
        test = doctest.DocTestParser().get_doctest(names[name].__doc__, dict(names), name, None, 0)
        assert test.examples, f"{name} shows no worked number"
        said = []
        assert doctest.DocTestRunner(verbose=False).run(test, out=said.append).failed == 0, "".join(said)
