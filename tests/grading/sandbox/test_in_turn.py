"""Several functions asked in one process."""

import time

import numpy as np
import pytest

from coursekit.exercises.cases import Case
from coursekit.exercises.kinds import ArrayOf
from coursekit.grading.record import State
from coursekit.grading.sandbox import Question, Sandbox, Session

from .conftest import LIMITS

pytestmark = pytest.mark.grading

CASES = (Case(args=(np.ones(2),)), Case(args=(-np.ones((2, 2)),)))
FINE = (
    "import numpy as np\ndef one(x):\n    return 1 * x\ndef two(x):\n    return 2 * x\ndef three(x):\n    return 3 * x"
)


def session(sandbox: Sandbox, *cells: str) -> Session:
    return sandbox.run(list(enumerate([FINE, *cells])), {})


def questions(*names: str) -> list[Question]:
    return [Question(name, (), ("x",), CASES, ArrayOf()) for name in names]


def test_each_is_answered_and_has_its_own_answers(judge):
    with session(judge) as run:
        asked = run.ask_in_turn(questions("one", "two", "missing", "three"))
    assert [one.state for one in asked] == [State.GRADED, State.GRADED, State.STUDENT_ERROR, State.GRADED]
    for factor, one in ((1, asked[0]), (2, asked[1]), (3, asked[3])):
        assert [answer.value.tolist() for answer in one.answers] == [[factor] * 2, [[-factor] * 2] * 2]
    assert asked[2].answers[0].error == "there is no function missing"


def test_they_share_a_process_and_one_that_is_asked_alone_does_not(judge):
    counter = "count = 0\ndef counted(x):\n    global count\n    count += 1\n    return count + 0 * x"
    with session(judge, counter) as run:
        shared = run.ask_in_turn(questions("counted", "one", "counted"))
        alone = run.ask(questions("counted")[0])
    assert [answer.value.flat[0] for one in (shared[0], shared[2]) for answer in one.answers] == [1, 2, 3, 4]
    assert [answer.value.flat[0] for answer in alone.answers] == [1, 2]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("while True: pass", State.TIMEOUT),
        ("while True:\n        try:\n            while True: pass\n        except BaseException: pass", State.TIMEOUT),
        (
            "import signal as s; s.pthread_sigmask(s.SIG_BLOCK, [s.SIGALRM])\n    while True: pass",
            State.TIMEOUT,
        ),
        ("import os; os._exit(0)", State.DIED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", State.DIED),
    ],
)
def test_the_first_that_has_to_be_stopped_is_the_last_and_others_can_still_be_asked(judge, body, state):
    with session(judge, f"def bad(x):\n    {body}") as run:
        asked = run.ask_in_turn(questions("one", "bad", "two"))
        assert [one.state for one in asked] == [State.GRADED, state]
        assert asked[1].stopped
        assert [one.state for one in run.ask_in_turn(questions("two", "three"))] == [State.GRADED] * 2


def test_a_function_has_its_own_time_and_not_what_others_left(judge):
    slow = f"import time\ndef slow(x):\n    time.sleep({0.35 * LIMITS.function})\n    return x"
    with session(judge, slow) as run:
        asked = run.ask_in_turn(questions(*["slow"] * 4))
    assert [one.state for one in asked] == [State.GRADED] * 4


def test_all_together_have_no_more_than_is_left_of_the_whole(judge):
    with session(judge, "def endless(x):\n    while True: pass") as run:
        run.until = time.monotonic()  # a tenth of a second each is left
        started = time.monotonic()
        assert run.ask(questions("endless")[0]).state is State.TIMEOUT
        assert time.monotonic() - started < LIMITS.function + 1


def test_numpy_is_put_back_between_two(judge):
    patching = "def patching(x):\n    np.maximum = None\n    return x\ndef relu(x):\n    return np.maximum(x, 0)"
    with session(judge, patching) as run:
        asked = run.ask_in_turn(questions("patching", "relu"))
    assert [one.state for one in asked] == [State.GRADED] * 2


def test_warnings_that_one_switches_off_are_seen_of_the_next(judge):
    hush = "def hush(x):\n    np.seterr(all='ignore')\n    return x\ndef big(x):\n    return np.exp(1000 + x)"
    with session(judge, hush) as run:
        asked = run.ask_in_turn(questions("hush", "big"))
    assert all(answer.overflow for answer in asked[1].answers)


def test_what_one_has_started_ends_with_its_process(judge):
    leaving = """
import threading
heard = []
def leaving(x):
    threading.Thread(target=lambda: (__import__("time").sleep(600)), daemon=True).start()
    return x
"""
    with session(judge, leaving) as run:
        started = time.monotonic()
        assert [one.state for one in run.ask_in_turn(questions("leaving", "one"))] == [State.GRADED] * 2
        assert run.ask(questions("two")[0]).state is State.GRADED
        assert time.monotonic() - started < 60


def test_much_too_much_is_an_output_limit_and_ends_it(judge):
    with session(judge, "def much(x):\n    return np.zeros((2000, 1000))") as run:
        many = Question("much", (), ("x",), tuple(Case(args=(np.ones(1) * n,)) for n in range(9)), ArrayOf())
        asked = run.ask_in_turn([*questions("one"), many, *questions("two")])
        assert [one.state for one in asked] == [State.GRADED, State.OUTPUT_LIMIT]
        assert run.ask(questions("two")[0]).state is State.GRADED
