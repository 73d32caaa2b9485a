"""Bytes in, one row out: real sandboxes, real notebooks, every way a submission can end."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from coursekit.exercises import assignment, assignments
from coursekit.grading.bundle import Bundle
from coursekit.grading.grader import Grader
from coursekit.grading.limits import Limits
from coursekit.grading.record import Record, State
from coursekit.grading.sandbox import how

pytestmark = pytest.mark.grading

ROOT = Path(__file__).parents[2]


def text(folder, id):
    return (ROOT / folder / id / f"{id}.ipynb").read_text(encoding="utf-8")


def kind():
    try:
        return how("auto")
    except Exception as fault:
        pytest.skip(f"NOT TESTED: grading in a sandbox; {fault}")


@pytest.fixture(scope="module")
def grader():
    limits = Limits(cell=3.0, notebook=40.0, function=3.0)
    release = text("exercises", "activations")
    with Grader(Bundle(assignment="activations", release=release, seed=11, limits=limits, sandbox=kind())) as grader:
        yield grader


def notebook(**answers):
    """The solved notebook without the cells that train and draw, but for these answers."""
    nb = nbformat.reads(text("solutions", "activations"), as_version=4)
    nb.cells = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
    for cell in nb.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    return nb


def solved(name):
    return next(cell.source for cell in notebook().cells if cell.id == name)


def bytes_of(nb):
    return nbformat.writes(nb).encode()


def graded(grader, **answers):
    record = grader.grade(bytes_of(notebook(**answers)))
    return record, {one.name: one for one in record.exercises}


def lost(record):
    """The exercises without full points."""
    return {one.name for one in record.exercises if one.score < one.max_score}


@pytest.mark.parametrize("id", assignments())
def test_the_solutions_of_every_assignment_get_full_points_and_the_release_none(id):
    bundle = Bundle(assignment=id, release=text("exercises", id), seed=5, sandbox=kind())
    with Grader(bundle) as grader:
        solved = grader.grade(text("solutions", id).encode())
        assert (solved.state, solved.score, lost(solved)) == (State.GRADED, assignment(id).max_score, set())
        assert solved.repairs == ()
        untouched = grader.grade(bundle.release.encode())
        assert (untouched.state, untouched.score) == (State.STUDENT_ERROR, 0.0)


def test_the_same_notebook_gets_the_same_row(grader):
    wrong = bytes_of(notebook(relu="def relu(x):\n    return -x"))
    rows = [grader.grade(wrong) for _ in range(3)]
    plain = [json.loads(row.to_json()) for row in rows]
    for row in plain:
        del row["seconds"]
        for one in row["exercises"]:
            del one["seconds"]
    assert plain[0] == plain[1] == plain[2]
    assert lost(rows[0]) == {"relu"}
    assert Record.from_json(rows[0].to_json(), rows[0].notebook) == rows[0]


STUBBORN = """
def relu(x):
    while True:
        try:
            pass
        except BaseException:
            pass
"""


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("def relu(x):\n    while True:\n        pass", State.TIMEOUT),
        (STUBBORN, State.TIMEOUT),
        ("while True:\n    pass", State.TIMEOUT),
        ("import os\nos._exit(0)", State.DIED),
        ("import os\ndef relu(x):\n    os._exit(0)", State.DIED),
        ("def relu(x):\n    import ctypes\n    ctypes.string_at(0)", State.DIED),
        ("def relu(x):\n    return np.zeros(10**13)", State.MEMORY),
        ("def relu(x):\n    raise ValueError('no')", State.STUDENT_ERROR),
        ("def relu(x:\n    return x", State.STUDENT_ERROR),
        ("relu = 3", State.STUDENT_ERROR),
        ("", State.STUDENT_ERROR),
        ("def relu(x):\n    return -x", State.GRADED),
        ("def relu(x):\n    return None", State.STUDENT_ERROR),
    ],
)
def test_each_exercise_has_a_state_of_its_own(grader, source, state):
    record, found = graded(grader, relu=source)
    assert found["relu"].state is state
    assert record.state is state
    assert lost(record) == {"relu"}
    assert all(one.state is State.GRADED for name, one in found.items() if name != "relu")


def test_output_without_end(grader):
    record, found = graded(grader, relu="while True:\n    print('x' * 10_000)")
    assert found["relu"].state is State.OUTPUT_LIMIT
    assert lost(record) == {"relu"}


def test_a_chatty_right_answer_keeps_its_points(grader):
    record, _ = graded(grader, relu="def relu(x):\n    print('x' * 100_000)\n    return np.maximum(x, 0)")
    assert record.state is State.GRADED
    assert lost(record) == set()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, ""),
        (b"[]", "nothing like"),
    ],
)
def test_what_is_no_notebook(grader, content, says):
    record = grader.grade(content)
    assert (record.state, record.score, record.max_score) == (State.UNREADABLE, 0.0, 89.0)
    assert says in record.remarks[0]
    assert nbformat.validate(nbformat.reads(record.notebook, as_version=4)) is None


def test_what_the_release_leaves_out_is_not_asked():
    release = nbformat.reads(text("exercises", "batchnorm"), as_version=4)
    release.cells = [cell for cell in release.cells if cell.id not in ("batchnorm_train", "check-batchnorm_train")]
    bundle = Bundle(assignment="batchnorm", release=nbformat.writes(release), seed=3, sandbox=kind())
    with Grader(bundle) as grader:
        record = grader.grade(text("solutions", "batchnorm").encode())
        assert "batchnorm_train" not in {one.name for one in record.exercises}
        assert (record.state, record.score) == (State.GRADED, record.max_score)
        untouched = grader.grade(bundle.release.encode())
        assert untouched.score == 0.0


def test_another_assignment(grader):
    record = grader.grade(text("exercises", "loop").encode())
    assert (record.state, record.score) == (State.WRONG_ASSIGNMENT, 0.0)
    assert record.remarks == ("This is the notebook of loop, and was handed in for activations.",)


def test_repairs_are_told_and_written_into_the_notebook(grader):
    nb = notebook()
    nb.cells = [cell for cell in nb.cells if cell.id != "check-relu"]
    record = grader.grade(bytes_of(nb))
    assert lost(record) == set()
    assert record.repairs == ("The cell check-relu was missing: it was put back as it was released.",)
    shown = nbformat.reads(record.notebook, as_version=4)
    assert "check-relu was missing" in shown.cells[0].source


def test_check_cells_show_score_and_result_and_nothing_else_is_shown(grader):
    record, found = graded(grader, relu_backward="def relu_backward(dout, x):\n    return dout * (x >= 0)")
    shown = nbformat.reads(record.notebook, as_version=4)
    nbformat.validate(shown)
    checks = {c.metadata.coursekit.exercise: c for c in shown.cells if "exercise" in c.metadata.get("coursekit", {})}
    for name, cell in checks.items():
        assert float(cell.outputs[0].data["text/plain"]) == found[name].score
    assert "gradient at 0" in checks["relu_backward"].outputs[0].data["text/html"]
    assert all(not c.outputs for c in shown.cells if c.cell_type == "code" and c not in checks.values())
    assert found["relu_backward"].misconception is not None


def test_the_display_run_has_the_engine_and_changes_no_score(grader):
    nb = notebook(relu="from coursekit.nn import relu")
    nb.cells.append(new_code_cell("import coursekit.nn as nn\nprint(nn.relu(np.array([-1.0, 3.0])))\n2 + 2"))
    nb.cells.append(new_code_cell("import coursekit\nprint(coursekit.__version__)"))
    nb.cells.append(new_code_cell("while True:\n    pass"))
    record = grader.grade(bytes_of(nb))
    assert lost(record) == {"relu"}
    shown = nbformat.reads(grader.show(record.notebook), as_version=4)
    nbformat.validate(shown)
    *_, experiment, version, endless = shown.cells
    assert version.outputs[0].text.strip() == record.version
    assert endless.outputs[-1].ename == "Stopped"
    assert experiment.outputs[0].text.startswith("[0. 3.]")
    before = nbformat.reads(record.notebook, as_version=4)
    for one, other in zip(shown.cells, before.cells, strict=True):
        if "exercise" in one.metadata.get("coursekit", {}):
            assert one.outputs == other.outputs
    assert shown.metadata["coursekit"] == before.metadata["coursekit"]


def test_a_misuse_of_the_engine_is_explained(grader):
    _, found = graded(
        grader,
        relu="from coursekit.nn import relu",
        elu="def elu(x, alpha=1.0):\n    import coursekit\n    return coursekit.nn.elu(x, alpha)",
    )
    for name in ("relu", "elu"):
        assert found[name].score == 0.0
        assert "an answer taken from the engine earns nothing" in json.dumps(found[name].result)


IS_FILE = """
import os
def n_is_file(n):
    try:
        os.fstat(n)
    except OSError:
        return False
    return True
"""


@pytest.mark.parametrize(
    "harm",
    [
        "globals()['relu'] = None",
        "np.ndarray; globals()['np'] = None",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])",
        "import sys; sys.setprofile(lambda frame, event, arg: frame.f_globals['np'])",
        "import os; [os.close(n) for n in range(3, 64) if n_is_file(n)]",
    ],
)
def test_what_one_function_leaves_behind_is_no_fault_of_the_next(grader, harm):
    wrapped = f"def sigmoid(x):\n    found = right(x)\n    {harm}\n    return found"
    source = f"{solved('sigmoid')}\n{IS_FILE}\nright = sigmoid\n{wrapped}"
    record, found = graded(grader, sigmoid=source)
    own = {"sigmoid", "sigmoid_backward"}  # which calls it
    assert lost(record) <= own
    assert all(one.state is State.GRADED for name, one in found.items() if name not in own)


def test_a_failure_is_that_of_a_process_in_which_nothing_was_asked_before(grader):
    counting = "\nright = sigmoid\ndef sigmoid(x):\n    calls.append(1)\n    return right(x)\n"
    failing = "calls = []\ndef relu(x):\n    calls.append(1)\n    raise ValueError(f'call {len(calls)}')\n"
    record, found = graded(grader, sigmoid="calls = []\n" + solved("sigmoid") + counting, relu=failing)
    assert lost(record) == {"relu"}
    assert "call 1 " in json.dumps(found["relu"].result)


def test_a_function_that_only_others_make_right_is_still_asked_with_its_own_cases_only(grader):
    """What it was asked before is other cases of other functions: to pass it has to answer its own."""
    spying = (
        "\nright = sigmoid\nseen = []\ndef sigmoid(x):\n    seen.append((np.copy(x), right(x)))\n    return right(x)\n"
    )
    replay = "def relu(x):\n    return next(y for z, y in seen if z.shape == x.shape)\n"
    record, _ = graded(grader, sigmoid=solved("sigmoid") + spying, relu=replay)
    assert lost(record) == {"relu"}
