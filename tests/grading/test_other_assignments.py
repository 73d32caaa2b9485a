"""An assignment of the instructor's own, tested by asserts, in the same course: nbgrader grades it, in the sandbox."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes
from nbgrader.api import Gradebook

from coursekit.grading.sandbox import how

pytestmark = pytest.mark.grading


def marks(name, **more):
    kind = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**kind, "grade_id": name, **more}}


def notebook(answer):
    cells = [
        new_code_cell(f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", metadata=marks("square", solution=True)),
        new_code_cell("assert square(3) == 9", metadata=marks("test", grade=True, locked=True, points=4)),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


@pytest.fixture(scope="module")
def course(fresh_course, tmp_path_factory):
    try:
        how("auto")
    except Exception as fault:
        pytest.skip(f"NOT TESTED: assignments of one's own in the sandbox; {fault}")
    course = type(fresh_course).copy_of(fresh_course, tmp_path_factory.mktemp("own") / "course")
    source = course.folder / "solutions/own/own.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(writes(notebook("def square(x):\n    return x * x")))
    assert course.run("generate_assignment", "own").returncode == 0
    release = json.loads((course.folder / "exercises/own/own.ipynb").read_text())
    secret = course.folder / "gradebook.db"
    answers = {
        "ada": "def square(x):\n    return x * x",
        "ben": "def square(x):\n    return x + x",
        "spy": f"def square(x):\n    return 9 if open({str(secret)!r}, 'rb').read() else 0",
    }
    for student, answer in answers.items():
        nb = json.loads(json.dumps(release))
        nb["cells"][0]["source"] = answer
        nb["metadata"]["coursekit"] = {"record": {"score": 4}}
        path = course.folder / "submitted" / student / "own/own.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(nb))
    done = course.run("autograde", "own")
    assert done.returncode == 0, done.stderr
    return course


def test_it_is_graded_by_its_own_tests(course):
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as gradebook:
        scores = {one.student_id: one.score for one in gradebook.assignment_submissions("own")}
    assert scores == {"ada": 4.0, "ben": 0.0, "spy": 0.0}


def test_its_code_ran_in_the_sandbox(course):
    cells = json.loads((course.folder / "autograded/spy/own/own.ipynb").read_text())["cells"]
    assert "No such file or directory" in json.dumps(cells[1]["outputs"])
