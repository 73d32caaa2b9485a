"""A run that is killed again and again: no row lost, none double, none wrong, whatever the moment.

The grader is a stand-in, so that kills at any moment, and workers that die besides, cost seconds. The same with real
grading, a thousand submissions and twenty kills, is in tests/hostile.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from coursekit.grading.batch.ledger import LEDGER, Ledger, records, states
from coursekit.grading.record import State

ID = "activations"
RUN = Path(__file__).with_name("run_stand_in.py")
KILLS, CLASS = 8, 300

pytestmark = pytest.mark.grading


def rows(folder):
    return len(states(folder, ID))


def test_a_run_killed_again_and_again_is_as_if_it_never_had_been(course, stand_in, tmp_path, told):
    seed = int(os.environ.get("COURSEKIT_KILL_SEED", random.randrange(10**6)))
    rng = random.Random(seed)
    scores, broken = {}, set()
    for n in range(CLASS):
        student = f"s{n:04}"
        asked = {"score": n % 9, "student": student, "seconds": 0.01}
        if n % 100 == 7:
            course.hand_in(student, asked | {"do": "die"})
            broken.add(student)
        else:
            scores[student] = float(n % 9)
            course.hand_in(student, asked | ({"do": "die", "once": str(tmp_path / student)} if n % 100 == 8 else {}))

    done, moments, options = 0, [], []
    for kill in range(KILLS):
        run = subprocess.Popen(
            [sys.executable, RUN, course.folder, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        # They are spread over the class, and half of them do not wait until anything is graded: the start is hit too.
        goal = done + rng.randrange(1, CLASS // KILLS - 4)
        until = time.monotonic() + rng.uniform(0.0, 2.0) if kill % 2 else float("inf")
        while rows(course.folder) < goal and time.monotonic() < until and run.poll() is None:
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 0.03))
        assert run.poll() is None, f"it ended before it was killed: {run.stderr.read()} (seed {seed})"
        below = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        assert not psutil.wait_procs(below, timeout=60)[1], "a worker outlived its master"
        done = rows(course.folder)
        moments.append(done)
        options = ["--resume"]
    assert done < CLASS, f"all was graded before the last kill (seed {seed})"

    last = subprocess.run([sys.executable, RUN, course.folder, "--resume"], capture_output=True, text=True, check=False)
    assert last.returncode == 1, last.stderr  # for those that kill their worker each time
    told(f"{CLASS} submissions of a stand-in, killed {KILLS} times (seed {seed}); rows after each kill: {moments}")

    found = dict(records(course.folder, ID))
    assert len(found) == CLASS
    for student, record in found.items():
        path = course.folder / "submitted" / student / ID / f"{ID}.ipynb"
        assert record.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert record.score == scores.get(student, 0.0)
        assert record.state is (State.INFRASTRUCTURE if student in broken else State.GRADED)
    # An infrastructure row is no grade, and the gradebook is not told a 0.
    graded = {student: one for student, one in course.gradebook().items() if student not in broken}
    assert graded == {student: (score, 1) for student, score in scores.items()}
    for student in scores:
        assert (course.folder / "autograded" / student / ID / f"{ID}.ipynb").read_text() == course.bundle().release
        assert (course.folder / "feedback" / student / ID / f"{ID}.html").read_text().rstrip().endswith("</html>")
    with Ledger(course.folder / LEDGER, writes=False) as ledger:
        assert ledger.unwritten(ID, hashlib.sha256(b"").hexdigest()[:16], limit=10) == []
    # What was under way when a kill came was graded twice, and nothing else: two workers with two submissions each.
    times = stand_in.read_text().split()
    again = len(times) - times.count("closed") - CLASS + len(broken)
    assert 0 <= again <= KILLS * 4
