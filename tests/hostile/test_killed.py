"""A thousand submissions, a tenth of them hostile or broken, killed with -9 twenty times on the way, and resumed."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from attacks import ATTACKS, Arena
from attacks.base import as_bytes, notebook, released
from hostile_course import adopt_orphans, arena, descendants, end, environment, grade_command, hand_in, marked

from coursekit.exercises import assignment
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.bundle import bundle_of
from coursekit.grading.grader import Grader
from coursekit.grading.record import State

pytestmark = pytest.mark.grading

STUDENTS, KILLS, ID = 1000, 20, "activations"
#: Those that end fast: endless ones stand in the other suite.
HOSTILE = (
    "check-redefined",
    "engine-imported",
    "forged-infrastructure",
    "forged-ready",
    "forged-scores",
    "answers-of-other-shapes",
    "points-changed",
    "checks-copied",
    "record-forged",
    "a-list-of-itself",
    "exits-of-every-kind",
    "answers-that-exit",
    "cell-that-exits-python",
    "daemon-by-two-forks",
    "left-for-the-next-one",
    "gradebook-written",
    "private-cases-printed",
    "memory-at-once",
    "notebook-of-another-assignment",
    "empty-file",
    "not-json",
    "cut-off",
    "utf-16",
    "nested-too-deeply",
    "half-characters",
)
_NAMES = list(assignment(ID).exercises)
HONEST = {
    "full": as_bytes(notebook(solved=_NAMES)),
    "most": as_bytes(notebook(solved=_NAMES[2:])),
    "few": as_bytes(notebook(solved=_NAMES[:3])),
    "mistaken": as_bytes(
        notebook(solved=_NAMES, answers={"relu_backward": "def relu_backward(dout, x):\n    return dout * (x >= 0)"})
    ),
    "empty": as_bytes(released(ID)),
}


def kind_of(number: int) -> str:
    """Every tenth is hostile, by turns; the others are honest: two of three have all right, which is judged fastest."""
    if number % 10 == 5:
        return HOSTILE[number // 10 % len(HOSTILE)]
    return [*HONEST][turn if (turn := number % 13) < len(HONEST) else 0]


def content_of(number: int, arena: Arena) -> bytes:
    kind = kind_of(number)
    made = ATTACKS[kind].make(arena) if kind in ATTACKS else HONEST[kind]
    return made.replace(b"by hand", b"by hand %d" % number)


def in_ledger(root: Path) -> dict[str, datetime]:
    """Who is graded, and since when."""
    if not (root / LEDGER).is_file():
        return {}
    with Ledger(root / LEDGER, writes=False) as ledger:
        return {row.student: row.graded for row in ledger.rows(ID)}


@pytest.fixture
def ground(tmp_path) -> Iterator[Arena]:
    with arena(tmp_path / "arena") as (made, _):
        made.home.mkdir()
        for number in range(STUDENTS):
            hand_in(made.root, ID, f"student-{number:04}", content_of(number, made))
        yield made


def start(ground: Arena, log: Path) -> subprocess.Popen:
    with log.open("ab") as file:
        return subprocess.Popen(
            # Showing comes when all grades stand, and would only take long.
            grade_command(ID, "--resume", "--display", "none"),
            cwd=ground.root,
            env=environment(ground.home, ground.secret),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def rows_so_far(root: Path) -> int:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(root / LEDGER, timeout=60)) as db:
        return int(db.execute("SELECT count(*) FROM result").fetchone()[0])
    return 0


def killed_at(running: subprocess.Popen, root: Path, rows: int, pause: float, *, whole: bool) -> None:
    """Kill the run once the ledger has so many rows and a moment more has passed; all of its session, or it alone."""
    until = time.monotonic() + 300
    while rows_so_far(root) < rows and running.poll() is None:
        assert time.monotonic() < until, "the run does not come on"
        time.sleep(0.05)
    time.sleep(pause)
    if whole:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    running.kill()
    running.wait()


def all_gone(before: set[int]) -> dict[int, str]:
    """What is still running half a minute after a kill."""
    until = time.monotonic() + 30
    while (
        left := {pid: name for pid, name in descendants().items() if pid not in before}
    ) and time.monotonic() < until:
        time.sleep(0.05)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    return left


def test_a_batch_killed_twenty_times_loses_nothing_and_doubles_nothing(ground, tmp_path):
    adopt_orphans()
    rng, log, before = random.Random(7), tmp_path / "log", set(descendants())
    kept: dict[str, datetime] = {}
    for kill in range(KILLS):
        running = start(ground, log)
        # The first ones before anything is graded; the last ones where little is left.
        rows = int(kill / KILLS * STUDENTS * 0.97)
        killed_at(running, ground.root, rows, rng.uniform(0, 1.5), whole=kill % 2 == 0)
        left = all_gone(before)
        end(left)
        assert not left, f"after kill {kill}"
        now = in_ledger(ground.root)
        assert {student: now.get(student) for student in kept} == kept, "graded anew, or lost"
        kept = now
    assert 0 < len(kept) <= STUDENTS
    last = start(ground, log)
    assert last.wait(timeout=900) == 0, log.read_text(errors="replace")[-3000:]
    now = in_ledger(ground.root)
    assert {student: now.get(student) for student in kept} == kept
    assert not all_gone(before)
    assert not marked()
    _every_row_is_right(ground)
    # Once more: there is nothing left to do, and nothing changes.
    again = start(ground, log)
    assert again.wait(timeout=900) == 0
    assert in_ledger(ground.root) == now


def _every_row_is_right(ground: Arena) -> None:
    with Grader(bundle_of(ground.root, ID)) as grader:
        alone = {kind: grader.grade(content) for kind, content in HONEST.items()}
    assert alone["full"].score == alone["full"].max_score > alone["mistaken"].score > alone["empty"].score == 0
    with Ledger(ground.root / LEDGER, writes=False) as ledger:
        records = {row.student: row.record for row in ledger.rows(ID)}
    assert sorted(records) == [f"student-{number:04}" for number in range(STUDENTS)]
    for number in range(STUDENTS):
        kind, record = kind_of(number), records[f"student-{number:04}"]
        if kind in HONEST:
            wanted = alone[kind]
            assert (record.state, record.score) == (wanted.state, wanted.score), kind
            assert [one.result for one in record.exercises] == [one.result for one in wanted.exercises], kind
        else:
            attack = ATTACKS[kind]
            honestly = sum(assignment(ID).exercises[name].max_score for name in attack.solved)
            assert record.score <= honestly, kind
            assert record.score == honestly or attack.harms_itself, kind
            assert record.state in attack.states, kind
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{ground.root / 'gradebook.db'}") as gradebook:
        submissions = gradebook.assignment_submissions(ID)
        assert sorted(one.student.id for one in submissions) == sorted(records)
        for one in submissions:
            scores = {grade.name: grade.auto_score for grade in one.notebooks[0].grades if grade.name in _CHECKS}
            wanted = {f"check-{exercise.name}": exercise.score for exercise in records[one.student.id].exercises}
            assert scores == wanted, one.student.id
    for student in records:
        for top, suffix in (("autograded", "ipynb"), ("feedback", "html")):
            assert (ground.root / top / student / ID / f"{ID}.{suffix}").stat().st_size > 0
    assert {record.state for record in records.values()} >= {State.GRADED, State.DIED, State.UNREADABLE}


_CHECKS = {f"check-{name}" for name in _NAMES}
