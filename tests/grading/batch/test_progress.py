import contextlib
import io
import os
import pty
import termios

import pytest

from coursekit.grading.batch import progress
from coursekit.grading.batch.progress import Progress
from coursekit.grading.record import State


def walk(shown):
    shown.begin(10)
    for _ in range(4):
        shown.step(None)
    for _ in range(5):
        shown.step(State.GRADED)
    shown.step(State.TIMEOUT)
    shown.end()


def test_where_nobody_looks_there_are_lines(monkeypatch):
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    out = io.StringIO()
    walk(Progress(out))
    lines = out.getvalue().splitlines()
    assert len(lines) == 7  # one for each that was graded, and the last
    assert lines[-1].startswith("10 of 10, ")
    assert lines[-1].endswith("0:00 left (graded 5, timeout 1, kept 4)")


def test_half_a_minute_passes_between_two_lines():
    out = io.StringIO()
    walk(Progress(out))
    assert out.getvalue().count("\n") == 1


def all_of(terminal):
    """What was written to the terminal; a single read may give only the first of several writes."""
    parts = []
    with contextlib.suppress(OSError):  # Linux' way to say that nobody writes any more
        while part := os.read(terminal, 100_000):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


def test_in_a_terminal_there_is_a_bar():
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    with os.fdopen(theirs, "w") as out:
        walk(Progress(out))
    last = all_of(ours).rstrip().split("\r")[-1]
    assert "10/10" in last
    assert "graded 5, timeout 1, kept 4" in last


def test_nothing_is_shown_where_nothing_is_asked_for(capfd):
    walk(Progress(None))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (61, "1:01"), (3600, "1:00:00"), (86_399, "23:59:59")]
)
def test_times_are_read_like_a_clock(seconds, text):
    assert progress._duration(seconds) == text
