"""Runs of notebooks and questions to their functions, in real processes, with bubblewrap and without."""

import json
import os
import signal
import time

import numpy as np
import pytest

from coursekit.exercises import assignment
from coursekit.exercises.asking import ask_all
from coursekit.exercises.cases import Case, Given, Made, Seeded
from coursekit.exercises.kinds import ArrayOf, Number, Opaque, Several
from coursekit.exercises.optimizers import callbacks
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.sandbox import Asked, Question, Sandbox, Session

from .conftest import KINDS, LIMITS, need

pytestmark = pytest.mark.grading

RELU = "import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)"
ONES = (Case(args=(np.ones(2),)), Case(args=(-np.ones((2, 2)),)), Case(args=(np.zeros(0),)))


def run(sandbox: Sandbox, *cells: str, files: dict[str, bytes] | None = None) -> Session:
    return sandbox.run(list(enumerate(cells)), files or {})


def ask(session: Session, name: str, cases=ONES, kind=None, needs=(), parameters=("x",)) -> Asked:
    return session.ask(Question(name, needs, parameters, cases, kind or ArrayOf()))


def text(session: Session, cell: int) -> str:
    return "".join(output.get("text", "") for output in session.cells[cell].outputs)


def test_a_right_function_is_asked_and_judged_as_here(judge):
    exercise = assignment("activations").exercises["relu"]
    paper = exercise.paper(11)
    with run(judge, RELU) as session:
        asked = ask(session, "relu", paper.cases, exercise.returns, exercise.needs, exercise.parameters)
    assert asked.state is State.GRADED
    assert exercise.judge(paper, asked.answers).passed
    here = ask_all({"relu": lambda x: np.maximum(x, 0)}, "relu", exercise.parameters, paper.cases, exercise.returns)
    for one, other in zip(asked.answers, here, strict=True):
        assert one.value.tobytes() == other.value.tobytes()
        assert (one.error, one.changed, one.warnings) == (other.error, other.changed, other.warnings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("id", ["optimizers", "babysitting"])
def test_the_solutions_earn_every_point(id, kind, root):
    """All kinds of arguments and answers cross: callbacks, generators, other functions' results."""
    need(kind)
    notebook = json.loads((root / "solutions" / id / f"{id}.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with Sandbox("judge", id, Limits(), kind) as sandbox, run(sandbox, *cells) as session:
        for exercise in assignment(id).exercises.values():
            paper = exercise.paper(5)
            asked = ask(session, exercise.name, paper.cases, exercise.returns, exercise.needs, exercise.parameters)
            assert asked.state is State.GRADED, asked
            assert exercise.judge(paper, asked.answers).score == exercise.max_score


def test_all_kinds_of_arguments_arrive(kind_box):
    maker = Made(callbacks.linear_slope, (2.0, 1.0))
    source = (
        "import numpy as np\n"
        "def forward(x):\n    return 2 * x, ('cache', x)\n"
        "def f(x, rng, slope, cache, alpha=1.0):\n"
        "    assert cache[0] == 'cache'\n"
        "    return slope(x) * alpha, rng.random()\n"
    )
    case = Case(args=(np.ones(2), Seeded(4), maker, Given("forward", (np.ones(2),), 1)), kwargs={"alpha": 0.5})
    kind = Several(y=ArrayOf(), draw=Number())
    with run(kind_box, source) as session:
        asked = ask(session, "f", (case,), kind, ("forward",), ("x", "rng", "slope", "cache", "alpha"))
    assert asked.state is State.GRADED, asked
    y, draw = asked.answers[0].value
    assert y.tolist() == [1.5, 1.5]
    assert draw == np.random.default_rng(4).random()


@pytest.fixture(params=KINDS)
def kind_box(request):
    need(request.param)
    with Sandbox("judge", "optimizers", LIMITS, request.param) as sandbox:
        yield sandbox


def test_a_cell_that_fails_is_passed_over_and_later_ones_run(judge):
    with run(judge, "1 / 0", "def (", RELU, "x = undefined_name") as session:
        errors = [session.cells[i].error for i in range(4)]
        assert [error and error[0] for error in errors] == ["ZeroDivisionError", "SyntaxError", None, "NameError"]
        assert all(cell.state is State.GRADED for cell in session.cells.values())
        assert ask(session, "relu").state is State.GRADED


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "there is no function relu"),
        ("1 / 0\ndef relu(x):\n    return x", "its cell stopped with ZeroDivisionError: division by zero"),
        ("import os\nos._exit(1)\ndef relu(x): pass", "its cell was stopped (it ended Python)"),
        ("relu = 3", "relu is not a function, it is of type int"),
        ("from coursekit.nn import relu", "coursekit is not here while your answers are judged"),
        ("import coursekit.nn\nrelu = coursekit.nn", "coursekit is not here while your answers are judged"),
    ],
)
def test_a_function_that_is_not_there_is_told_why(judge, source, told):
    with run(judge, "pass", source) as session:
        asked = ask(session, "relu")
    assert asked.state is State.STUDENT_ERROR
    assert len(asked.answers) == len(ONES)
    assert all(told in answer.error for answer in asked.answers)


@pytest.mark.parametrize(
    "body",
    [
        "coursekit.nn.relu(x)",
        "importlib.import_module('coursekit.nn.rectifiers').relu(x)",
        "getattr(coursekit, 'nn').relu(x)",
        "eval(compile(inspect.getsource(coursekit.nn), '', 'exec'))",
        "open(coursekit.__file__)",
        "importlib.resources.files('coursekit')",
        "importlib.util.find_spec('coursekit').loader.get_source('coursekit')",
        "coursekit.nn.relu + 1",
        "list(coursekit.nn.relu)",
        "np.maximum(coursekit.nn.relu, x)",
        "exec('class Mine(coursekit.nn.Linear): pass', {'coursekit': coursekit})",
        "coursekit.nn.relu if coursekit.nn.relu else x",
        "hasattr(coursekit.nn.relu, 'backward')",
    ],
)
def test_every_use_of_the_engine_says_that_it_is_absent(closed, body):
    imports = "import importlib, importlib.util, importlib.resources, inspect\nimport numpy as np\n"
    source = f"{imports}import coursekit, coursekit.nn\nfrom coursekit.nn import *\ndef relu(x):\n    return {body}"
    with run(closed, source) as session:
        assert session.cells[0].error is None
        asked = ask(session, "relu")
    assert asked.state is State.STUDENT_ERROR
    for answer in asked.answers:
        assert answer.error.startswith("it raised EngineAbsentError: coursekit is not here while your answers")


def test_check_does_nothing_while_judging(judge):
    with run(
        judge, "from coursekit import check\nimport coursekit", RELU + "\ncheck(relu)\ncoursekit.check()"
    ) as session:
        assert [cell.error for cell in session.cells.values()] == [None, None]


def test_the_display_has_the_engine_but_judges_nothing(display):
    cells = (
        "from coursekit import check\nfrom coursekit.nn import relu\nimport numpy as np",
        "print(check(relu))\nrelu(np.array([-1.0, 2.0]))",
        "import importlib.metadata, coursekit\nimportlib.metadata.version('coursekit') == coursekit.__version__",
    )
    with run(display, *cells) as session:
        assert text(session, 1) == "None\n"
        assert session.cells[1].outputs[-1]["data"]["text/plain"] == "array([0., 2.])"
        assert session.cells[2].outputs[-1]["data"]["text/plain"] == "True"


def test_outputs_are_those_of_a_notebook(display):
    nbformat = pytest.importorskip("nbformat")
    cells = (
        "import sys\nprint('out')\nprint('err', file=sys.stderr)\n40 + 2",
        "1 / 0",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "from IPython.display import HTML, clear_output, display\nprint('gone')\nclear_output()\nHTML('<b>hi</b>')",
        "handle = display({'a': 1}, display_id='one')\nhandle.update({'a': 2})",
        "%matplotlib inline\n!echo from a shell",
        "import asyncio\nawait asyncio.sleep(0)\n'slept'",
    )
    with run(display, *cells) as session:
        runs = session.cells
    assert [cell.count for cell in runs.values()] == list(range(1, len(cells) + 1))
    first = runs[0].outputs
    assert [o["output_type"] for o in first] == ["stream", "stream", "execute_result"]
    assert (first[0]["text"], first[1]["text"], first[2]["data"]) == ("out\n", "err\n", {"text/plain": "42"})
    assert runs[1].outputs[0]["ename"] == "ZeroDivisionError"
    assert "ZeroDivisionError" in "".join(runs[1].outputs[0]["traceback"])
    assert "image/png" in runs[2].outputs[0]["data"]
    assert [o["data"]["text/html"] for o in runs[3].outputs] == ["<b>hi</b>"]
    assert [o["data"]["text/plain"] for o in runs[4].outputs] == ["{'a': 2}"]
    assert "from a shell" in "".join(o.get("text", "") for o in runs[5].outputs)
    assert runs[6].outputs[-1]["data"]["text/plain"] == "'slept'"
    notebook = nbformat.v4.new_notebook()
    for source, cell in zip(cells, runs.values(), strict=True):
        made = nbformat.v4.new_code_cell(source, execution_count=cell.count)
        made.outputs = [nbformat.from_dict(output) for output in cell.outputs]
        notebook.cells.append(made)
    nbformat.validate(notebook)


def test_a_chatty_cell_keeps_its_state_and_what_is_too_much_is_left_out(display):
    with run(display, "for i in range(2000): print('x' * 100)", "print('later')", "3 + 3") as session:
        assert session.cells[0].state is State.GRADED
        assert "the rest is left out" in text(session, 0)
        assert len(text(session, 0)) < LIMITS.output + 1000


def test_a_flood_is_stopped_and_costs_only_itself(display, judge):
    flood = "while True: print('x' * 10_000)"
    with run(display, flood, "x = 1") as session:
        assert session.cells[0].state is State.OUTPUT_LIMIT
        assert session.cells[0].reason
        assert session.cells[1].state is State.GRADED
    with run(judge, flood, RELU) as session:
        assert session.cells[0].state is State.OUTPUT_LIMIT
        assert ask(session, "relu").state is State.GRADED


def test_files_beside_the_notebook_are_there(judge):
    with run(
        judge, "value = open('data/x.csv').read()\nassert value == 'a,b'", files={"data/x.csv": b"a,b"}
    ) as session:
        assert session.cells[0].error is None


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", ""])
def test_a_file_that_would_lie_elsewhere_is_refused(judge, name):
    with pytest.raises(ValueError, match="relative name"):
        run(judge, "x = 1", files={name: b""})


def test_no_run_sees_what_another_left(judge):
    leave = "import numpy as np, tempfile, os\nnp.exp = None\nleft = 1\nopen('left', 'w').write('x')\n"
    leave += "open(os.path.join(tempfile.gettempdir(), 'left'), 'w').write('x')"
    with run(judge, leave) as session:
        assert session.cells[0].error is None
    look = "import numpy as np, os, tempfile\nassert np.exp(0) == 1 and 'left' not in globals()\n"
    look += "assert not os.listdir('.') and 'left' not in os.listdir(tempfile.gettempdir())"
    with run(judge, look) as session:
        assert session.cells[0].error is None


def test_runs_do_not_draw_the_same_numbers(display):
    drawn = set()
    for _ in range(3):
        with run(display, "import numpy as np, random\nprint(np.random.random(), random.random())") as session:
            drawn |= set(text(session, 0).split())
    assert len(drawn) == 6


def test_what_a_cell_replaced_in_numpy_is_put_back_before_the_questions(judge):
    with run(judge, "import numpy as np\nnp.maximum = lambda x, y: 7", RELU) as session:
        asked = ask(session, "relu")
    assert [answer.value.tolist() for answer in asked.answers] == [[1.0, 1.0], [[0.0, 0.0], [0.0, 0.0]], []]


def test_questions_do_not_meet(judge):
    """Each function is asked in a fork of its own: what one leaves behind the next does not find."""
    source = RELU + "\nseen = []\ndef count(x):\n    seen.append(1)\n    return float(len(seen))"
    with run(judge, source) as session:
        for _ in range(2):
            asked = session.ask(Question("count", (), ("x",), ONES, Number()))
            assert [answer.value for answer in asked.answers] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("while True: pass", State.TIMEOUT),
        ("while True:\n        try:\n            while True: pass\n        except BaseException: pass", State.TIMEOUT),
        ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n    while True: pass", State.TIMEOUT),
        ("os._exit(0)", State.DIED),
        ("os.kill(os.getpid(), 11)", State.DIED),
        ("os.closerange(3, 100)", State.DIED),
        ("import numpy as np; x = [np.zeros(1 << 25) for _ in range(64)]", State.MEMORY),
        ("raise SystemExit", State.STUDENT_ERROR),
        ("raise MemoryError('not enough')", State.STUDENT_ERROR),
        ("for fd in range(3, 60): write(fd, b'\\x02\\0\\0\\0\\0\\0\\0\\0[]')", State.DIED),
    ],
)
def test_a_function_that_ends_badly_costs_only_itself(judge, body, state):
    helper = "import os, signal\ndef write(fd, junk):\n    try: os.write(fd, junk)\n    except OSError: pass"
    with run(judge, RELU, f"{helper}\ndef bad(x):\n    {body}") as session:
        bad = ask(session, "bad")
        good = ask(session, "relu")
    assert bad.state is state
    assert len(bad.answers) == len(ONES)
    assert all(answer.error for answer in bad.answers)
    assert good.state is State.GRADED
    assert all(answer.error is None for answer in good.answers)


def test_answers_before_a_function_s_end_are_kept(judge):
    source = "import os\ndef f(x):\n    if x.ndim == 2: os._exit(1)\n    return x"
    with run(judge, source) as session:
        asked = ask(session, "f")
    assert asked.state is State.DIED
    assert [answer.error is None for answer in asked.answers] == [True, False, False]


def test_an_answer_far_too_large_is_an_answer_that_says_so(judge):
    with run(judge, "import numpy as np\ndef f(x):\n    return np.zeros(3_000_000)") as session:
        asked = ask(session, "f")
    assert asked.state is State.STUDENT_ERROR
    assert "far more than was asked for" in asked.answers[0].error


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("import os\nos._exit(0)", State.DIED),
        ("import ctypes\nctypes.string_at(0)", State.DIED),
        ("import os\nos.closerange(3, 100)", State.DIED),
        ("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass", State.TIMEOUT),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", State.TIMEOUT),
        ("while True: pass", State.TIMEOUT),
        ("import numpy as np; x = [np.zeros(1 << 25) for _ in range(64)]", State.MEMORY),
    ],
)
def test_a_cell_that_ends_badly_costs_only_itself(judge, cell, state):
    with run(judge, RELU, cell, "def other(x):\n    return x + 1") as session:
        assert session.cells[0].state is State.GRADED
        assert session.cells[1].state is state
        assert session.cells[1].reason.startswith("it ")
        assert session.cells[2].state is State.GRADED
        assert ask(session, "relu").state is State.GRADED
        assert ask(session, "other").state is State.GRADED


def test_after_the_third_new_start_the_rest_is_not_run_and_what_ran_through_is_asked(judge):
    with run(judge, RELU, *["import os\nos._exit(0)"] * 5, "y = 1") as session:
        states = [cell.state for cell in session.cells.values()]
        assert states[1:5] == [State.DIED] * 4
        assert "not run" in session.cells[6].reason
        assert ask(session, "relu").state is State.GRADED


def test_a_notebook_that_takes_too_long_ends_within_its_time():
    need("bwrap")
    limits = Limits(cell=30, notebook=2, function=1)
    start = time.monotonic()
    with (
        Sandbox("judge", "activations", limits, "bwrap") as sandbox,
        run(sandbox, *["while True: pass"] * 3) as session,
    ):
        assert {cell.state for cell in session.cells.values()} == {State.TIMEOUT}
    assert time.monotonic() - start < 60  # a guard against hanging: 90 s of cells were asked for


def test_a_warm_process_that_has_died_is_replaced(judge):
    with run(judge, "x = 1"):
        pass
    assert judge.warm.process is not None
    os.kill(judge.warm.process.pid, signal.SIGKILL)
    judge.warm.process.wait()
    with run(judge, RELU) as session:
        assert ask(session, "relu").state is State.GRADED


def test_an_opaque_result_stays_inside(judge):
    with run(judge, "def f(x):\n    return x, object()") as session:
        asked = ask(session, "f", kind=Several(y=ArrayOf(), cache=Opaque()))
    assert asked.state is State.GRADED
    assert asked.answers[0].value[1] is None


def test_what_is_in_force_is_said(judge):
    said = judge.description
    assert said.startswith("bwrap") if judge.kind == "bwrap" else "no sandbox" in said


def test_without_what_linux_alone_has_runs_and_questions_work_too(monkeypatch):
    """The way a Mac would go, walked on this machine: no `prctl`, no file of a process, no orphans adopted."""
    from coursekit.grading.sandbox import skeleton

    built = skeleton.build

    def elsewhere(folder, assignment, **options):
        done = built(folder, assignment, **options)
        confine = done / "own/coursekit/grading/inside/confine.py"
        text = confine.read_text()
        assert text.count('LINUX = sys.platform == "linux"') == 1
        confine.write_text(text.replace('LINUX = sys.platform == "linux"', "LINUX = False"))
        return done

    monkeypatch.setattr(skeleton, "build", elsewhere)
    cells = (RELU, "import os\nos._exit(1)", "while True: pass", "def stuck(x):\n    while True: pass")
    with Sandbox("judge", "activations", LIMITS, "none") as sandbox:
        sandbox.warm.filter = b""
        with run(sandbox, *cells) as session:
            assert [cell.state for cell in session.cells.values()] == [
                State.GRADED,
                State.DIED,
                State.TIMEOUT,
                State.GRADED,
            ]
            assert ask(session, "stuck").state is State.TIMEOUT
            assert ask(session, "relu").state is State.GRADED
