import json
import os
import signal
import subprocess
import sys
from collections import Counter

import psutil
import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.bench import ATTEMPTS
from coursekit.grading.batch.workers import LocalWorkers

STAND_IN = "stand_in:StandIn"

pytestmark = [pytest.mark.grading, pytest.mark.usefixtures("stand_in")]


def content(**asked):
    return json.dumps(asked).encode()


def workers_of(course, count=2, factory=STAND_IN, **limits):
    return LocalWorkers(course.bundle(**limits), count, factory)


def children():
    """The workers that this process has started and that still run."""
    running = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
    return [one for one in running if "coursekit.grading.batch.worker" in one.cmdline()]


def test_each_comes_back_once_with_its_own_result(course):
    tasks = [(f"s{n}", content(score=n % 8, student=n)) for n in range(40)]
    with workers_of(course) as workers:
        done = list(workers.grade(tasks))
    assert sorted(name for name, _ in done) == sorted(name for name, _ in tasks)
    assert {name: graded.record.score for name, graded in done} == {f"s{n}": n % 8 for n in range(40)}
    assert len({graded.record.sandbox for _, graded in done}) == 2
    assert all(graded.attempts == 1 for _, graded in done)
    assert children() == []


def test_a_deadly_submission_costs_only_itself(course, tmp_path):
    tasks = [(f"s{n}", content(score=1, student=n)) for n in range(20)]
    tasks[3:3] = [("deadly", content(do="die")), ("once", content(do="die", once=str(tmp_path / "once"), score=2))]
    with workers_of(course) as workers:
        done = dict(workers.grade(tasks))
    assert len(done) == len(tasks)
    assert done["deadly"].record is None
    assert done["deadly"].attempts == ATTEMPTS
    assert "signal 9" in done["deadly"].failures[0]
    assert done["once"].record.score == 2
    assert done["once"].attempts == 2
    for name, graded in done.items():
        if name.startswith("s"):
            assert graded.record is not None
            assert not graded.failures


def test_a_failing_grader_is_tried_again_afresh(course, tmp_path, stand_in):
    tasks = [("always", content(do="fail")), ("once", content(do="fail", once=str(tmp_path / "once"), score=2))]
    with workers_of(course, 1) as workers:
        done = dict(workers.grade(tasks))
    assert done["always"].record is None
    assert set(done["always"].failures) == {"RuntimeError: the sandbox is broken"}
    assert len(done["always"].failures) == ATTEMPTS
    assert done["once"].attempts == 2
    # each grader that failed was closed, and the one that was left too
    assert Counter(stand_in.read_text().split())["closed"] == ATTEMPTS + 2


def test_what_hangs_for_good_is_ended(course, monkeypatch, tmp_path):
    tasks = [("hangs", content(do="hang", once=str(tmp_path / "once"), score=2)), ("s", content(score=1))]
    path = tmp_path / "sitecustomize.py"
    path.write_text(
        "import coursekit.grading.batch.bench as b\n"
        "init = b.Bench.__init__\n"
        "def short(self, *given):\n    init(self, *given)\n    self._patience = 3\n"
        "b.Bench.__init__ = short\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    with workers_of(course, 1) as workers:
        done = dict(workers.grade(tasks))
    assert done["hangs"].record.score == 2
    assert done["hangs"].attempts == 2
    assert done["s"].attempts == 1


def test_a_fault_of_the_set_up_stops_the_run(course):
    with workers_of(course) as workers, pytest.raises(CourseError, match="no bubblewrap here"):
        list(workers.grade([("s", content(do="course"))]))
    with workers_of(course, factory="no_such_module:X") as workers, pytest.raises(CourseError, match="no_such_module"):
        list(workers.grade([("s", content())]))
    assert children() == []


def test_a_grader_that_cannot_be_made_fails_each_submission(course):
    with workers_of(course, factory="stand_in:Never") as workers:
        ((_, graded),) = workers.grade([("s", content())])
    assert graded.record is None
    assert "no space left" in graded.failures[0]


def test_workers_killed_from_outside_lose_nothing(course):
    tasks = ((f"s{n}", content(score=1, student=n, seconds=0.02)) for n in range(150))
    done, kills = {}, 0
    with workers_of(course) as workers:
        for n, (name, graded) in enumerate(workers.grade(tasks)):
            assert name not in done
            done[name] = graded
            if n % 40 == 20:
                os.kill(children()[0].pid, signal.SIGKILL)
                kills += 1
    assert kills == 4
    assert len(done) == 150
    assert all(graded.record.score == 1 for graded in done.values())


def test_only_a_few_contents_are_held(course):
    drawn = 0

    def tasks():
        nonlocal drawn
        for n in range(200):
            drawn += 1
            yield n, content(score=1)

    with workers_of(course) as workers:
        for n, _ in enumerate(workers.grade(tasks()), 1):
            assert drawn - n <= 5


def test_large_submissions_and_large_results_do_not_block_each_other(course):
    large = "x" * 5_000_000
    with workers_of(course, 1) as workers:
        done = dict(workers.grade((n, content(score=1, text=large, n=n)) for n in range(6)))
    assert len(done) == 6


def test_no_more_workers_than_there_is_work(course):
    with workers_of(course, 8) as workers:
        grading = workers.grade([("one", content(seconds=1)), ("two", content(seconds=1))])
        next(grading)
        assert len(children()) == 2
        list(grading)


def test_nothing_runs_on_when_the_work_is_broken_off(course):
    with workers_of(course) as workers:
        grading = workers.grade((n, content(seconds=0 if n == 0 else 600)) for n in range(10))
        next(grading)
        before = children()
        assert before
    assert not any(one.is_running() for one in before)


MASTER = """
import sys
from pathlib import Path
from coursekit.grading.bundle import bundle_of
from coursekit.grading.batch.workers import LocalWorkers
with LocalWorkers(bundle_of(Path(sys.argv[1]), "activations"), 2, "stand_in:StandIn") as workers:
    for name, graded in workers.grade([(0, b"{}"), (1, b'{"seconds": 600}'), (2, b'{"seconds": 600}')]):
        print("ready", flush=True)
"""


def test_workers_end_with_a_master_that_is_killed(course):
    master = subprocess.Popen([sys.executable, "-c", MASTER, course.folder], stdout=subprocess.PIPE, text=True)
    assert master.stdout.readline() == "ready\n"
    workers = psutil.Process(master.pid).children()
    assert len(workers) == 2
    master.kill()
    master.wait()
    master.stdout.close()
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive


def test_a_module_in_the_courses_folder_is_not_taken_for_pythons_own(course, monkeypatch):
    (course.folder / "queue.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(course.folder)
    with workers_of(course, 1) as workers:
        ((_, graded),) = workers.grade([("s", content(score=1))])
    assert graded.record.score == 1
