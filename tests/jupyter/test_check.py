import os
import signal
import socket
import threading
import time

import numpy as np
import pytest

from coursekit import check
from coursekit.exercises import ExerciseError

needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer on this platform")


def relu(x):
    return np.maximum(x, 0)


def relu_backward(dout, x):
    return dout * (x >= 0)


def test_one_and_several() -> None:
    assert check(relu).passed
    both = check(relu, relu_backward)
    assert [result.exercise for result in both.results] == ["relu", "relu_backward"]
    assert both.score == both.max_score - 1
    assert not both.passed
    assert both.results[1].misconception == "gradient_one_at_zero"
    assert "relu: all checks passed" in str(both)
    assert "relu_backward: 5 of 6 points" in str(both)


def test_it_says_that_private_checks_follow() -> None:
    assert "The public checks passed; the private ones run at grading" in str(check(relu))
    assert "run at grading" in str(check(relu_backward))
    assert "run at grading" in check(relu)._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "check needs a function"),
        ((3,), "not something of type int"),
        ((relu(np.ones(2)),), "not something of type ndarray"),
        (("relu",), "not something of type str"),
        ((lambda x: x,), "no exercise '<lambda>': name the function as"),
        ((os.getcwd,), "no exercise 'getcwd': name the function as"),
    ],
)
def test_what_is_no_exercise(arguments: tuple, message: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        check(*arguments)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"{type(caught.value).__name__}: {caught.value}"]


def test_seconds_must_be_above_zero() -> None:
    with pytest.raises(ExerciseError, match="seconds must be above 0, not 0"):
        check(relu, seconds=0)


def forever(x):
    while True:
        pass


def sleeps(x):
    time.sleep(1000)


def swallows_exceptions(x):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def swallows_everything(x):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def swallows_everything_in_a_call(x):
    def inner():
        while True:
            sum(range(100))

    while True:
        try:
            inner()
        except BaseException:
            continue


def swallows_and_returns(x):
    try:
        while True:
            pass
    except BaseException:
        return x


@needs_timer
@pytest.mark.parametrize(
    "loop",
    [forever, sleeps, swallows_exceptions, swallows_everything, swallows_everything_in_a_call, swallows_and_returns],
)
def test_endless_loops_are_stopped(loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "__name__", "relu")
    ours = signal.getsignal(signal.SIGALRM)
    started = time.perf_counter()
    report = check(loop, seconds=0.3)
    took = time.perf_counter() - started
    assert took < 5, f"{took:.1f} s"
    assert report.score == 0
    assert "did not finish in time" in str(report) or loop is swallows_and_returns
    assert signal.getsignal(signal.SIGALRM) is ours
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert check(relu).passed, "the next check is not hurt"


@needs_timer
def test_a_timer_and_a_handler_that_were_there_are_put_back() -> None:
    def handler(number, frame):
        pass

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        check(relu)
        assert signal.getsignal(signal.SIGALRM) is handler
        assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@needs_timer
def test_an_event_loop_that_listens_for_signals_is_left_in_peace() -> None:
    """Kernels have one: what it is written must not fill up while a loop swallows the bell again and again."""

    def relu(x: object) -> None:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        before = signal.set_wakeup_fd(ours.fileno())
        try:
            assert not check(relu, seconds=0.2).passed
            assert signal.set_wakeup_fd(before) == ours.fileno()
        finally:
            signal.set_wakeup_fd(before)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)


def test_without_a_timer_it_says_so() -> None:
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check(relu)))
    thread.start()
    thread.join()
    assert reports[0].passed
    assert "no timer here" in str(reports[0])
    assert "no timer here" not in str(check(relu))


@pytest.mark.parametrize("by", ["validate", "autograde"])
def test_run_by_nbgrader_the_plain_text_is_the_bare_score(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not check(relu)._repr_mimebundle_()["text/plain"].isdigit()
    monkeypatch.setenv("NBGRADER_EXECUTION", by)

    def wrong() -> None: ...

    wrong.__name__ = "relu"
    for functions in [(relu,), (relu_backward,), (relu, relu_backward), (wrong,)]:
        report = check(*functions)
        shown = report._repr_mimebundle_()
        assert 0 <= float(shown["text/plain"]) == report.score <= report.max_score
        assert float(repr(report)) == report.score
        assert "<section" in shown["text/html"]
    assert "public" in report.remark


def test_ipython_shows_the_bundle() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(check(relu))
    assert data["text/plain"] == str(check(relu))
    assert data["text/html"].startswith("<section")
