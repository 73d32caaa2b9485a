"""What a notebook does to the processes around it, and with its time, costs nobody else anything."""

import os
import signal

import numpy as np
import pytest

from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import ArrayOf
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.sandbox import Question, Sandbox, SandboxError, Session, running
from coursekit.grading.sandbox.asking import Questions

from .conftest import KINDS, LIMITS, need

pytestmark = pytest.mark.grading

RELU = "import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)"
STUBBORN = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\nwhile True: pass"
SIGNALS = """
import os, signal
for target in (0, os.getppid()):
    for send in (lambda to, what: os.kill(to, what), lambda to, what: os.killpg(os.getpgid(to), what)):
        try:
            send(target, signal.{name})
        except OSError:
            pass
"""


def run(sandbox: Sandbox, *cells: str) -> Session:
    return sandbox.run(list(enumerate(cells)))


def relu_is_asked(session: Session, name: str = "relu") -> bool:
    asked = session.ask(Question(name, (), ("x",), (Case(args=(np.array([-1.0, 2.0]),)),), ArrayOf()))
    return asked.state is State.GRADED and asked.answers[0].value.tolist() == [0.0, 2.0]


@pytest.mark.parametrize("name", ["SIGSTOP", "SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_signal_to_its_group_and_its_parents_reaches_nobody_else(judge, name):
    with run(judge, RELU) as session:  # so that it is warm
        assert relu_is_asked(session)
    process = judge.warm.process
    with run(judge, RELU, SIGNALS.format(name=name)) as session:
        assert session.cells[0].state is State.GRADED
        assert session.cells[1].state in (State.GRADED, State.DIED, State.TIMEOUT)
        assert relu_is_asked(session)
    with run(judge, RELU) as session:
        assert session.cells[0].state is State.GRADED
        assert relu_is_asked(session)
    assert judge.warm.process is process, "the warm process was lost"


@pytest.mark.parametrize("name", ["SIGSTOP", "SIGKILL"])
def test_a_function_that_stops_or_ends_its_parents_costs_only_itself(judge, name):
    source = f"def bad(x):\n    {SIGNALS.format(name=name).strip()}".replace("\n", "\n    ")
    with run(judge, RELU, source) as session:
        bad = session.ask(Question("bad", (), ("x",), (Case(args=(np.ones(2),)),), ArrayOf()))
        assert bad.state is not State.GRADED
    process = judge.warm.process
    with run(judge, RELU) as session:
        assert relu_is_asked(session)
    assert judge.warm.process is process


def test_a_warm_process_that_does_not_answer_is_replaced_and_no_student_blamed(monkeypatch):
    monkeypatch.setattr(running, "_BEGIN", 3.0)
    with Sandbox("judge", "activations", LIMITS, "none") as sandbox:
        with run(sandbox, RELU):
            process = sandbox.warm.process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        with run(sandbox, RELU) as session:
            assert session.cells[0].state is State.GRADED
            assert relu_is_asked(session)
        assert process.poll() is not None
        monkeypatch.setattr(running, "_BEGIN", 0.0)
        with pytest.raises(SandboxError, match="could not begin a run"):
            run(sandbox, RELU)


@pytest.mark.parametrize("kind", KINDS)
def test_when_the_notebook_s_time_is_up_what_is_defined_is_asked(kind):
    need(kind)
    limits = Limits(cell=1, notebook=2.5, function=2, memory=1024)
    with Sandbox("judge", "activations", limits, kind) as sandbox:
        with run(sandbox, RELU, *["while True: pass"] * 4, "def late(x): return x") as session:
            assert session.cells[0].state is State.GRADED
            assert {session.cells[n].state for n in range(1, 6)} == {State.TIMEOUT}
            assert "not run" in session.cells[5].reason
            assert relu_is_asked(session)
            late = session.ask(Question("late", (), ("x",), (Case(args=(np.ones(2),)),), ArrayOf()))
            assert "its cell was stopped (it was not run" in (late.answers[0].error or "")
        stubborn = STUBBORN.replace("import signal", "import signal, time\ntime.sleep(0.5)")
        with run(sandbox, RELU, stubborn, stubborn, stubborn, "def late(x): return x") as session:
            assert session.cells[0].state is State.GRADED
            assert session.cells[1].state is State.TIMEOUT
            assert session.cells[4].state is State.TIMEOUT
            assert relu_is_asked(session)


def test_the_time_of_a_notebook_is_also_that_of_its_last_cell():
    need("bwrap")
    with Sandbox("judge", "activations", Limits(cell=60, notebook=1, function=2), "bwrap") as sandbox:
        source = "relu = lambda x: np.maximum(x, 0)\nimport numpy as np\nwhile True: pass"
        with run(sandbox, source, "x = 1") as session:
            assert [cell.state for cell in session.cells.values()] == [State.TIMEOUT] * 2
            assert relu_is_asked(session)  # its cell was interrupted, not lost


FORGED = """
import json, os, stat, struct
def forge(*messages):
    for fd in range(3, 64):
        try:
            if not stat.S_ISSOCK(os.fstat(fd).st_mode):
                continue
            for message in messages:
                head = json.dumps(message).encode()
                os.write(fd, struct.pack("<II", len(head), 0) + head)
        except OSError:
            pass
forge({messages})
"""


@pytest.mark.parametrize(
    "messages",
    [
        '["start", 10**9]',
        '["start", -1]',
        '["done", -3, 1, "", []]',
        '["done", 1, 1, "", []], ["start", 10**9]',
        '["done", 1, 1, "", []], ["start", 0]',
        '["done", 1, 1, "", []], ["ready"]',
        '["skipped", 2]',
        '["out", 0, {"output_type": "stream", "name": "stdout", "text": "x"}]',
    ],
)
def test_a_forged_message_ends_its_cell_and_names_no_other(closed, messages):
    with run(closed, RELU, FORGED.format(messages=messages), "x = 1") as session:
        assert list(session.cells) == [0, 1, 2]
        assert session.cells[1].state is State.DIED
        assert [session.cells[n].state for n in (0, 2)] == [State.GRADED] * 2
        assert session.cells[0].outputs == []
        assert relu_is_asked(session)


def test_figures_of_other_libraries_are_kept_and_what_no_notebook_can_hold_is_left_out(shown):
    nbformat = pytest.importorskip("nbformat")
    source = """
from IPython.display import publish_display_data
publish_display_data({
    "application/vnd.vegalite.v5+json": {"a": [1, None, float("nan")]}, "application/json": 3, "text/plain": "x",
    "text/html": {"no": "text"}, "image/png": b"bytes", "text/x": {1, 2}, "text/lines": ["a", "b"],
}, metadata={"odd": object(), "fine": {"width": 3}})
publish_display_data({"text/plain": 7}, metadata=None)
print("later")
"""
    with run(shown, source) as session:
        cell = session.cells[0]
    assert cell.state is State.GRADED
    assert cell.error is None
    assert cell.outputs[0]["data"] == {
        "application/vnd.vegalite.v5+json": {"a": [1, None, None]},
        "application/json": 3,
        "text/plain": "x",
        "image/png": "Ynl0ZXM=",
        "text/lines": "ab",
    }
    assert cell.outputs[0]["metadata"] == {"fine": {"width": 3}}
    assert cell.outputs[-1]["text"] == "later\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.cells[0].outputs = [nbformat.from_dict(output) for output in cell.outputs]
    nbformat.validate(notebook)


def test_a_fork_of_a_student_s_runs_what_modules_want_done_then(shown):
    """Only the sandbox's own forks leave it out: here `random` draws other numbers in the child, as anywhere."""
    source = """
import os, random
seen = []
os.register_at_fork(after_in_child=lambda: seen.append(1))
random.seed(1)
pid = os.fork()
if pid == 0:
    os._exit(10 * len(seen) + (random.random() == random.Random(1).random()))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    with run(shown, source) as session:
        assert session.cells[0].error is None
        assert session.cells[0].outputs[0]["text"] == "10\n"


def test_the_same_cases_are_packed_once_and_other_questions_never_mistaken_for_them():
    questions = Questions()
    cases, kind = (Case(args=(np.ones(2),)),), ArrayOf()
    first, length = questions.packed(Question("f", (), ("x",), cases, kind))
    assert questions.packed(Question("f", (), ("x",), cases, kind))[0] is first
    assert first[length:] == np.ones(2).tobytes()
    assert questions.packed(Question("g", (), ("x",), cases, kind))[0] != first
    assert questions.packed(Question("f", (), ("x",), (Case(args=(np.zeros(2),)),), kind))[0] != first
    changing = [Case(args=(1.0,))]
    before, _ = questions.packed(Question("f", (), ("x",), changing, kind))
    changing.append(Case(args=(2.0,)))
    assert questions.packed(Question("f", (), ("x",), changing, kind))[0] != before
