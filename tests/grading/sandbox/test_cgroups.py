"""Control groups, real ones: those that this machine lets us have."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.grading.errors import CourseError
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.sandbox import Sandbox
from coursekit.grading.sandbox.cgroups import VARIABLE

from .conftest import need

pytestmark = pytest.mark.grading


@pytest.fixture
def pids(monkeypatch) -> Iterator[Path]:
    """A group that is ours, of the pids controller of version 1."""
    need("bwrap")
    root = Path("/sys/fs/cgroup/pids")
    folder = root / f"coursekit-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("NOT TESTED: control groups; no group of pids (version 1) can be made here")
    monkeypatch.setenv(VARIABLE, str(folder))
    yield folder
    folder.rmdir()


def test_processes_are_counted_together_and_nothing_is_left(pids):
    bomb = (
        "import os\nmade = 0\ntry:\n    while True:\n        if os.fork() == 0:\n"
        "            import time; time.sleep(60); os._exit(0)\n        made += 1\nexcept OSError: pass\nprint(made)"
    )
    with Sandbox("display", "activations", Limits(processes=10, cell=20), "bwrap") as sandbox:
        assert "cgroup (pids)" in sandbox.description
        with sandbox.run([(0, bomb)]) as session:
            made = int(session.cells[0].outputs[0]["text"])
            inside = list(pids.glob("coursekit-*/cgroup.procs"))
            assert len(inside) == 1
            assert len(inside[0].read_text().split()) > made
        assert 0 < made <= 10
    assert list(pids.glob("coursekit-*")) == []


def test_memory_is_counted_together_and_what_ran_out_is_said(monkeypatch):
    need("bwrap")
    given = os.environ.get(VARIABLE, "")
    if not any(
        (Path(part) / name).exists() for part in given.split(":") if part for name in ("memory.max", "memory.stat")
    ):
        pytest.skip(f"NOT TESTED: a control group of memory; name one that is given to the tests in {VARIABLE}")
    hog = (
        "import os\nfor _ in range(30):\n    if os.fork() == 0:\n        x = b'x' * (200 << 20)\nx = b'x' * (200 << 20)"
    )
    with Sandbox("judge", "activations", Limits(memory=512, cell=60), "bwrap") as sandbox:
        with sandbox.run([(0, hog)]) as session:
            assert session.cells[0].state in (State.MEMORY, State.GRADED)
        assert sandbox.warm.group is not None
        assert sandbox.warm.group.oom_kills() > 0


def test_what_is_no_group_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(CourseError, match="is no control group"):
        Sandbox("judge", "activations", Limits(), "none")
