"""What a submission did to the release is undone, and each repair is said."""

import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.grading.grader import belongs_elsewhere
from coursekit.grading.restore import grade_id, restore, roles_of

ROOT = Path(__file__).parents[2]
RELEASE = (ROOT / "exercises/activations/activations.ipynb").read_text("utf-8")
ROLES = roles_of(RELEASE)


@pytest.fixture
def nb():
    return nbformat.reads(RELEASE, as_version=4)


def cell(nb, name):
    return next(c for c in nb.cells if grade_id(c) == name)


def test_a_faithful_notebook_is_left_as_it_is(nb):
    before = copy.deepcopy(nb)
    cell(nb, "relu").source = cell(before, "relu").source = "def relu(x):\n    return x"
    assert restore(nb, ROLES) == []
    for one, other in zip(nb.cells, before.cells, strict=True):
        assert (one.source, one.cell_type) == (other.source, other.cell_type)
    assert cell(nb, "check-relu").metadata == cell(before, "check-relu").metadata


def test_whitespace_is_put_back_without_a_word(nb):
    cell(nb, "check-relu").source += "\n\n"
    assert restore(nb, ROLES) == []
    assert cell(nb, "check-relu").source == "check(relu)"


def test_an_edited_check(nb):
    cell(nb, "check-relu").source = "5.0"
    (said,) = restore(nb, ROLES)
    assert "The text of the cell check-relu" in said
    assert cell(nb, "check-relu").source == "check(relu)"


@pytest.mark.parametrize("change", [{"points": 99}, {"solution": True}, {"locked": False}, {"grade": False}])
def test_changed_marks(nb, change):
    cell(nb, "check-relu").metadata["nbgrader"].update(change)
    (said,) = restore(nb, ROLES)
    assert "check-relu (its points or its role)" in said
    assert cell(nb, "check-relu").metadata["nbgrader"]["points"] == ROLES["check-relu"].nbgrader["points"]


def test_another_exercise_in_the_mark(nb):
    cell(nb, "check-relu").metadata["coursekit"]["exercise"] = "sigmoid"
    assert len(restore(nb, ROLES)) == 1
    assert cell(nb, "check-relu").metadata["coursekit"]["exercise"] == "relu"


def test_deleted_cells_come_back_in_their_place(nb):
    nb.cells = [c for c in nb.cells if grade_id(c) not in ("relu", "check-relu")]
    said = restore(nb, ROLES)
    assert said == [
        f"The cell {name} was missing: it was put back as it was released." for name in ("relu", "check-relu")
    ]
    order = [grade_id(c) for c in nb.cells if grade_id(c)]
    assert order == list(ROLES)


def test_of_copies_the_last_counts(nb):
    place = nb.cells.index(cell(nb, "relu"))
    again = copy.deepcopy(nb.cells[place])
    again.source = "def relu(x):\n    return 1"
    nb.cells.insert(place, again)
    (said,) = restore(nb, ROLES)
    assert "relu stood there 2 times" in said
    assert "nbgrader" not in again.metadata
    assert sum(grade_id(c) == "relu" for c in nb.cells) == 1


def test_a_function_that_stands_elsewhere_is_not_replaced_by_the_empty_one(nb):
    """All functions were moved into one cell, and their own cells were deleted."""
    functions = [name for name, role in ROLES.items() if role.kind == "code" and not role.locked]
    own = "\n\n".join(f"def {name}(x):\n    return x" for name in functions)
    nb.cells = [c for c in nb.cells if grade_id(c) not in functions]
    nb.cells.insert(0, new_code_cell(own))
    said = restore(nb, ROLES)
    assert len(said) == len(functions)
    assert f"known by what stands in them: {functions[0]}." in said[0]
    assert sorted(name for name in map(grade_id, nb.cells) if name) == sorted(ROLES)
    assert [c.source for c in nb.cells if "def relu(" in c.source] == [own]


def test_a_notebook_with_nothing_of_the_release_keeps_what_it_has():
    nb = new_notebook(cells=[new_code_cell("print('mine')")])
    (said,) = restore(nb, ROLES)
    assert "None of the assignment's own cells" in said
    assert nb.cells[0].source == "print('mine')"
    assert [grade_id(c) for c in nb.cells[1:]] == list(ROLES)


def test_a_notebook_that_lost_all_its_marks_is_known_by_what_stands_in_it(nb):
    cell(nb, "relu").source = "def relu(x):\n    return np.maximum(x, 0)"
    cell(nb, "explain-deaths").source = "The learning rate is too large."
    before = copy.deepcopy(nb)
    for one in nb.cells:
        one.metadata.clear()
    (said,) = restore(nb, ROLES)
    assert "known by what stands in them: setup, imports, sigmoid, check-sigmoid," in said
    for one, other in zip(nb.cells, before.cells, strict=True):
        assert (grade_id(one), one.source) == (grade_id(other), other.source)
    nbformat.validate(nb)


def test_an_answer_in_words_to_a_changed_question_is_put_back_beside(nb):
    place = nb.cells.index(cell(nb, "explain-deaths"))
    nb.cells[place].source = "The learning rate is too large."
    del nb.cells[place].metadata["nbgrader"]
    nb.cells[place - 1].source = "Another question"
    (said,) = restore(nb, ROLES)
    assert said == "The cell explain-deaths was missing: it was put back as it was released."
    assert any(c.source == "The learning rate is too large." and grade_id(c) is None for c in nb.cells)


def test_of_unmarked_cells_the_last_that_defines_the_function_counts(nb):
    del cell(nb, "relu").metadata["nbgrader"]
    nb.cells.append(new_code_cell("def relu(x):\n    return 1"))
    (said,) = restore(nb, ROLES)
    assert "known by what stands in them: relu." in said
    assert cell(nb, "relu").source.endswith("return 1")


def test_a_try_beside_the_marked_cell_stays_a_try(nb):
    nb.cells.append(new_code_cell("def relu(x):\n    return 1"))
    assert restore(nb, ROLES) == []
    assert "return 1" not in cell(nb, "relu").source


@pytest.mark.parametrize("marks", [None, 3, [], "x", {"grade_id": 5}, {"grade_id": None}, {"grade_id": ["relu"]}])
def test_marks_that_are_none(nb, marks):
    cell(nb, "check-relu").metadata["nbgrader"] = marks
    restore(nb, ROLES)
    assert sum(grade_id(c) == "check-relu" for c in nb.cells) == 1
    nbformat.validate(nb)


def test_unknown_cells_become_plain_ones(nb):
    stranger = new_code_cell("1", metadata={"nbgrader": {"grade_id": "bonus", "grade": True, "points": 100}})
    nb.cells.append(stranger)
    (said,) = restore(nb, ROLES)
    assert "'bonus'" in said
    assert "nbgrader" not in stranger.metadata


def test_whose_notebook_it_is(nb):
    assert belongs_elsewhere(nb, "activations") is None
    assert belongs_elsewhere(nb, "loop") == "activations"
    assert belongs_elsewhere(new_notebook(cells=[new_code_cell("1")]), "loop") is None
    cell(nb, "check-relu").metadata["coursekit"]["assignment"] = "loop"
    assert belongs_elsewhere(nb, "loop") is None, "one of our cells is enough to look at it"
    nb.cells[0].metadata["coursekit"] = "no mark"
    assert belongs_elsewhere(nb, "loop") is None
