import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from coursekit.grading.scores import SettleScores


def graded(*outputs):
    meta = {"grade": True, "solution": False, "locked": True, "grade_id": "a", "points": 5, "schema_version": 3}
    return new_code_cell("check(relu)", outputs=list(outputs), metadata={"nbgrader": meta})


def result(text):
    return new_output("execute_result", {"text/plain": text, "text/html": "<b>x</b>"}, execution_count=1)


def settled(cell):
    cell, _ = SettleScores().preprocess_cell(cell, {}, 0)
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    return determine_grade(cell)


@pytest.mark.parametrize(("text", "score"), [("5", 5.0), ("3.5", 3.5), ("0", 0.0)])
def test_a_score_stays_what_it_is(text, score):
    assert settled(graded(result(text))) == (score, 5.0)


@pytest.mark.parametrize("text", ["nan", "-1", "5.01", "1e999", "None", "full marks", ""])
def test_what_is_no_score_earns_nothing(text):
    assert settled(graded(result(text))) == (0, 5.0)


def test_nothing_shown_earns_nothing():
    assert settled(graded()) == (0, 5.0)


def test_a_warning_costs_nothing():
    assert settled(graded(new_output("stream", name="stderr", text="RuntimeWarning"), result("4"))) == (4.0, 5.0)


def test_an_error_earns_nothing():
    error = new_output("error", ename="NameError", evalue="relu", traceback=[])
    assert settled(graded(result("4"), error)) == (0, 5.0)
    assert settled(graded(error)) == (0, 5.0)


def test_other_cells_are_left_alone():
    cell = new_code_cell("x", outputs=[new_output("stream", name="stderr", text="w")])
    assert SettleScores().preprocess_cell(cell, {}, 0)[0].outputs[0].name == "stderr"
