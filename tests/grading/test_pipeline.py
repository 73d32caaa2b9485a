"""nbgrader's own commands on a real course: what every kind of submission ends as."""

import copy
import csv
import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from coursekit.exercises import assignment
from coursekit.grading.feedback import SafeHTMLExporter

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.grading

EXERCISES = assignment("activations").exercises
FULL = {f"check-{name}": float(exercise.max_score) for name, exercise in EXERCISES.items()}
KINK = "def relu_backward(dout, x):\n    return dout * (x >= 0)"
WRONG = "def relu(x):\n    return -x"


def place(nb, cell_id):
    return next(i for i, cell in enumerate(nb.cells) if cell.id == cell_id)


def perfect(course):
    """Everything solved, with the cells that train and draw."""
    nb = copy.deepcopy(course.release)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = course.solution(cell.id)
    return nb


def wrong_everywhere(course):
    return course.notebook(
        answers={name: f"def {name}(*args, **kwargs):\n    return np.zeros((7, 7))" for name in EXERCISES}
    )


def duplicated(course):
    """The check of relu stands there twice, the first time above a wrong relu; a copied solution cell too."""
    nb = course.notebook()
    i = place(nb, "check-relu")
    for cell in (nb.cells[i], nb.cells[i - 1]):
        again = copy.deepcopy(cell)
        again["id"] = f"again-{cell.id}"
        if again.metadata.nbgrader.solution:
            again.source = WRONG
        nb.cells.insert(i - 1, again)
    return nb


def deleted(course):
    """Two checks are gone, one with its solution."""
    nb = course.notebook()
    nb.cells = [cell for cell in nb.cells if cell.id not in {"check-relu", "sigmoid", "check-sigmoid", "setup"}]
    return nb


def edited(course):
    """The check of a wrong relu was rewritten to hand out the points."""
    nb = course.notebook(answers={"relu": WRONG})
    nb.cells[place(nb, "check-relu")].source = "5.0"
    return nb


def relabelled(course):
    """The metadata claims other points and other roles, and names another exercise."""
    nb = course.notebook(answers={"relu": WRONG})
    check = nb.cells[place(nb, "check-relu")]
    check.metadata.nbgrader.update(points=99, solution=True, locked=False)
    check.metadata.coursekit.update(exercise="sigmoid")
    nb.cells[place(nb, "check-sigmoid")].metadata.nbgrader.update(grade=False)
    nb.cells[place(nb, "check-tanh_backward")].metadata.nbgrader = ["not", "a", "dict"]
    nb.cells[place(nb, "relu_backward")].cell_type = "markdown"
    del nb.cells[place(nb, "relu_backward")]["outputs"], nb.cells[place(nb, "relu_backward")]["execution_count"]
    return nb


def showing_off(course):
    """HTML and warnings that feedback pages must not run."""
    nb = course.notebook()
    nb.cells.insert(
        0, new_markdown_cell('<script>alert("text")</script> <img src="https://elsewhere.example/spy.png">')
    )
    show = 'from IPython.display import HTML\nHTML(\'<b onclick="alert(1)">bold</b><script>alert("out")</script>\')'
    nb.cells.insert(3, new_code_cell("print('x' * 5_000_000)"))
    nb.cells.insert(3, new_code_cell(show))
    return nb


def given_up(course):
    """Python is ended in the middle."""
    nb = course.notebook()
    nb.cells.insert(place(nb, "check-relu") + 1, new_code_cell("import os\nos._exit(3)"))
    return nb


def engine(course):
    """Three answers are taken from the engine, each by another way; an experiment uses it as it may."""
    nb = course.notebook(
        answers={
            "relu": "from coursekit.nn import relu",
            "sigmoid": "import importlib\nsigmoid = getattr(importlib.import_module('coursekit.nn'), 'sigmoid')",
            "elu": "def elu(x, alpha=1.0):\n    import coursekit.nn as nn\n    return nn.elu(x, alpha)",
        }
    )
    show = "import coursekit.nn as nn\nprint('the engine says', nn.relu(np.array([-1.0, 2.0])))"
    nb.cells.insert(place(nb, "check-relu") + 1, new_code_cell(show))
    return nb


def lying_and_wrong(course):
    nb = lying(course)
    nb.cells[place(nb, "relu")].source = WRONG
    return nb


def another(course):
    """The released notebook of another assignment."""
    return (ROOT / "exercises/loop/loop.ipynb").read_text(encoding="utf-8")


def lying(course):
    """`check` is given another meaning, whose results are no scores."""
    nb = course.notebook()
    for before, value in (
        ("check-sigmoid", "float('nan')"),
        ("check-relu", "-3"),
        ("check-elu", "1e9"),
        ("check-maxout", "None"),
    ):
        nb.cells.insert(place(nb, before), new_code_cell(f"check = lambda f: {value}"))
    return nb


def endless(course):
    """One loop in a function, one in a cell of its own."""
    nb = course.notebook(answers={"relu": "def relu(x):\n    while True:\n        pass"})
    nb.cells.insert(3, new_code_cell("while True:\n    pass"))
    return nb


def stubborn(course):
    """A loop that takes no interrupt."""
    nb = course.notebook()
    loop = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    nb.cells.insert(place(nb, "check-relu") + 1, new_code_cell(loop))
    return nb


SUBMISSIONS = {
    "ada": perfect,
    "ben": lambda course: course.notebook(
        answers={"relu_backward": KINK, "elu": "def elu(x, alpha=1.0):\n    return ("}
    ),
    "cyn": wrong_everywhere,
    "dup": duplicated,
    "del": deleted,
    "edi": edited,
    "exi": given_up,
    "eng": engine,
    "lie": lying,
    "liw": lying_and_wrong,
    "oth": another,
    "new": lambda course: course.release,
    "rel": relabelled,
    "sho": showing_off,
    "txt": lambda course: '{"cells": [',
}
LOOPING = {"loop-end": endless, "loop-stu": stubborn}


@pytest.fixture(scope="module")
def course(fresh_course, tmp_path_factory):
    """Everything handed in, graded, commented and exported, once."""
    course = type(fresh_course).copy_of(fresh_course, tmp_path_factory.mktemp("graded") / "course")
    both = {**SUBMISSIONS, **LOOPING}
    course.handed_in = {who: course.hand_in(who, make(course)).read_bytes() for who, make in both.items()}
    for command in (
        ("autograde", "activations", f"--CourseDirectory.student_id_exclude={','.join(LOOPING)}"),
        ("autograde", "activations", "--student=loop-*", "--RefereeExecute.limits={'cell': 3.0, 'function': 3.0}"),
        ("generate_feedback", "activations"),
        ("export", "--to", "grades.csv"),
    ):
        done = course.run(*command)
        assert done.returncode == 0, done.stderr
    return course


def test_every_submission_has_a_score_in_every_check(course):
    for who in (*SUBMISSIONS, *LOOPING):
        points = course.points(who)
        assert points.keys() == FULL.keys(), who
        assert all(score is not None and 0 <= score <= FULL[name] for name, score in points.items()), (who, points)


def test_the_reference_solutions_earn_full_points(course):
    assert course.points("ada") == FULL


def test_partial_credit(course):
    points = course.points("ben")
    assert 0 < points["check-relu_backward"] < FULL["check-relu_backward"]
    assert points["check-elu"] == 0.0
    others = FULL.keys() - {"check-relu_backward", "check-elu", "check-elu_backward"}
    assert {name: points[name] for name in others} == {name: FULL[name] for name in others}


@pytest.mark.parametrize("who", ["cyn", "new", "txt"])
def test_nothing_right_is_zero_points(course, who):
    assert set(course.points(who).values()) == {0.0}


def test_a_duplicated_check_counts_once_and_the_last_one(course):
    assert course.points("dup") == FULL


def test_a_deleted_check_is_put_back(course):
    assert course.points("del") == {**FULL, "check-sigmoid": 0.0, "check-sigmoid_backward": 0.0}
    assert "This cell was missing" in course.feedback("del")


def test_an_edited_check_is_restored(course):
    assert course.points("edi")["check-relu"] == 0.0
    assert "check(relu)" in (course.folder / "autograded/edi/activations/activations.ipynb").read_text(encoding="utf-8")


def test_metadata_of_a_submission_is_not_believed(course):
    assert course.points("rel") == {**FULL, "check-relu": 0.0, "check-relu_backward": FULL["check-relu_backward"]}


def test_another_meaning_of_check_changes_nothing(course):
    assert course.points("lie") == FULL
    assert course.points("liw") == {**FULL, "check-relu": 0.0}


def test_a_cell_that_ends_python_costs_itself_only(course):
    assert course.points("exi") == FULL
    assert "ended Python" in course.feedback("exi")


def test_endless_loops_end(course):
    assert course.points("loop-end") == {**FULL, "check-relu": 0.0}
    assert "did not finish in time" in course.feedback("loop-end")
    assert course.points("loop-stu") == FULL
    assert "ran past its time limit" in course.feedback("loop-stu")


def test_an_answer_from_the_engine_earns_nothing_and_experiments_run(course):
    lost = ("relu", "sigmoid", "elu", "sigmoid_backward")  # the last calls the engine's sigmoid
    assert course.points("eng") == {**FULL, **{f"check-{name}": 0.0 for name in lost}}
    page = course.feedback("eng")
    assert page.count("an answer taken from the engine earns nothing") >= 3
    assert "the engine says [0. 2.]" in page


def test_a_notebook_of_another_assignment_is_told_apart(course):
    assert set(course.points("oth").values()) == {0.0}
    assert "This is the notebook of loop" in course.feedback("oth")


def test_written_answers_wait_for_a_person_and_empty_ones_do_not(course):
    assert course.grades("ada")["explain-flow"][1] is True
    assert course.grades("new")["explain-flow"] == (0.0, False)


def test_feedback_says_rule_expected_got_and_hint(course):
    page = course.feedback("ben")
    for part in ("relu_backward", "Rule:", "Think:", "expected", "got", "gradient at 0"):
        assert part in page
    assert "list-style" in page, "the look of the results got lost in cleaning"


def test_feedback_of_an_unreadable_file_says_what_to_do(course):
    page = course.feedback("txt")
    assert 0 < page.find("could not be read as a notebook: it is not valid JSON") < page.find("Grade cell:")
    assert "was missing from the submission" not in page


def test_feedback_runs_nothing_of_a_student(course):
    page = course.feedback("sho")
    assert "<b>bold</b>" in page
    for part in ("<script>alert", "<b onclick", 'elsewhere.example/spy.png"'):
        assert part not in page
    assert "has written more than" in page
    assert len(page) < 3_000_000
    assert course.points("sho") == FULL


def test_feedback_asks_no_other_host_for_anything(course):
    page = course.feedback("ada")
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?//""", page)
    assert "$" in page, "formulas are there as TeX"


def test_the_address_of_mathjax_is_a_setting():
    for address, loads in (("", 0), ("https://books.example/mathjax.js", 1)):
        exporter = SafeHTMLExporter(config=Config(HTMLExporter={"mathjax_url": address}), template_name="classic")
        page, _ = exporter.from_notebook_node(new_notebook(cells=[new_markdown_cell("$x$")]))
        assert page.count("books.example/mathjax.js") == loads
        assert "mathjax/2.7" not in page, "nbconvert's own address"


def test_submissions_are_left_as_they_were(course):
    for who, content in course.handed_in.items():
        assert (course.folder / "submitted" / who / "activations/activations.ipynb").read_bytes() == content


def test_export_has_everyone(course):
    with (course.folder / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {*SUBMISSIONS, *LOOPING}
    assert float(rows["ada"]["score"]) == sum(FULL.values())
    assert float(rows["ben"]["score"]) == sum(course.points("ben").values())


def test_the_validate_button_says_what_is_wrong(course):
    """nbgrader's own check for students takes every output that is no number for a success."""
    said = course.run("validate", "submitted/ben/activations/activations.ipynb").stdout
    failed = {line.strip() for line in said.splitlines() if line.strip().startswith("check(")}
    assert failed == {"check(relu_backward)", "check(elu)"}


def test_the_seed_is_drawn_once_and_kept(course):
    seeds = json.loads((course.folder / "grading_seeds.json").read_text(encoding="utf-8"))
    assert list(seeds) == ["activations"]
    before = course.points("ben")
    assert course.run("autograde", "activations", "--student", "ben", "--force").returncode == 0
    assert json.loads((course.folder / "grading_seeds.json").read_text(encoding="utf-8")) == seeds
    assert course.points("ben") == before
