"""Whole runs: what is found goes through worker processes into the ledger, the files and nbgrader's gradebook."""

import gc
import hashlib
import io
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.ledger import LEDGER, Ledger, only_run, records, states
from coursekit.grading.batch.progress import Progress
from coursekit.grading.batch.run import grade_batch
from coursekit.grading.batch.workers import LocalWorkers
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.limits import Limits
from coursekit.grading.record import State
from coursekit.grading.reports import page

ID = "activations"
FILES = (("autograded", ".ipynb"), ("feedback", ".html"), ("feedback", ".md"))
RUN = Path(__file__).with_name("run_stand_in.py")

pytestmark = [pytest.mark.grading, pytest.mark.usefixtures("stand_in")]


def run(course, *, resume=False, count=2, factory="stand_in:StandIn", **given):
    bundle = course.bundle()
    with LocalWorkers(bundle, count, factory) as workers:
        return grade_batch(
            course.folder,
            bundle,
            workers,
            given.pop("writer", lambda: GradebookWriter(course.folder, bundle)),
            page=given.pop("page", page.write),
            resume=resume,
            **given,
        )


def start(course, *options):
    """As from a terminal: where these tests run in a shell's background, Ctrl-C would be ignored below them too."""
    code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", code, sys.executable, RUN, course.folder, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def graded(log):
    """How often each content was graded, by its digest."""
    return Counter(line for line in log.read_text().split() if line != "closed") if log.exists() else Counter()


def assert_all_written(course, scores):
    """Every student stands once in ledger, gradebook and files, with this score."""
    assert {student: record.score for student, record in records(course.folder, ID)} == scores
    assert course.gradebook() == {student: (score, 1) for student, score in scores.items()}
    for student in scores:
        assert (course.folder / "autograded" / student / ID / f"{ID}.ipynb").read_text() == course.bundle().release
        html = (course.folder / "feedback" / student / ID / f"{ID}.html").read_text()
        assert html.rstrip().endswith("</html>")
    with Ledger(course.folder / LEDGER, writes=False) as ledger:
        assert len(list(ledger.rows(ID))) == len(scores)


def test_a_run_writes_all_that_it_found(course):
    scores = {f"s{n}": float(n % 8) for n in range(12)}
    for student, score in scores.items():
        course.hand_in(student, {"score": score, "student": student})
    summary = run(course)
    assert (summary.found, summary.graded, summary.kept) == (12, 12, 0)
    assert summary.counts == {State.GRADED: 12}
    assert summary.complete
    assert_all_written(course, scores)


def test_what_the_exchange_put_beside_a_submission_goes_along(course):
    path = course.hand_in("ada", {"score": 2})
    (path.parent / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    secret = path.parent / "submission_secret.txt"
    secret.write_text("a secret")
    secret.chmod(0o600)
    course.hand_in("ben", {"score": 1})
    run(course)
    for folder in ("autograded", "feedback"):
        beside = course.folder / folder / "ada" / ID
        assert (beside / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
        assert (beside / "submission_secret.txt").read_text() == "a secret"
        assert (beside / "submission_secret.txt").stat().st_mode & 0o777 == 0o600
        assert not (course.folder / folder / "ben" / ID / "timestamp.txt").exists()


def test_every_submission_ends_as_a_row_whatever_it_is(course):
    course.hand_in("fine", {"score": 2})
    course.hand_in("deadly", {"do": "die"})
    course.hand_in("broken", {"do": "fail"})
    (course.folder / "submitted/empty" / ID).mkdir(parents=True)
    (
        course.hand_in("link", b"").unlink(),
        (course.folder / f"submitted/link/{ID}/{ID}.ipynb").symlink_to("/etc/passwd"),
    )
    (course.folder / "submitted/readme.txt").touch()
    summary = run(course)
    assert states(course.folder, ID) == {
        "fine": State.GRADED,
        "deadly": State.INFRASTRUCTURE,
        "broken": State.INFRASTRUCTURE,
        "empty": State.UNREADABLE,
        "link": State.UNREADABLE,
    }
    assert not summary.complete
    assert {line.partition(":")[0] for line in summary.infrastructure} == {"deadly", "broken"}
    assert summary.nobody == ["readme.txt: it is no notebook"]
    found = dict(records(course.folder, ID))
    assert all(one.score == 0 and one.max_score > 0 for name, one in found.items() if name != "fine")
    assert all(len(one.exercises) == len(found["fine"].exercises) for one in found.values())
    assert "what is there: nothing" in found["empty"].remarks[-1]
    assert "signal 9" in found["deadly"].remarks[-1]
    assert "sandbox is broken" in found["broken"].remarks[-1]
    gradebook = course.gradebook()
    assert gradebook["fine"] == (2.0, 1)
    assert gradebook["empty"] == gradebook["link"] == (0.0, 1)
    for student in found:
        assert (course.folder / "feedback" / student / ID / f"{ID}.html").is_file()


def test_resume_grades_what_is_new_changed_or_failed_for_our_fault(course, stand_in, tmp_path):
    for student in ("same", "changed", "unlucky"):
        course.hand_in(student, {"score": 1, "student": student})
    once = tmp_path / "once"
    path = course.folder / f"submitted/unlucky/{ID}/{ID}.ipynb"
    path.write_text('{"score": 4, "do": "fail"}')
    assert len(run(course).infrastructure) == 1
    stand_in.unlink()
    course.hand_in("new", {"score": 3})
    (course.folder / f"submitted/changed/{ID}/{ID}.ipynb").write_text('{"score": 5}')
    path.write_text(f'{{"score": 4, "do": "fail", "once": "{once}"}}')
    summary = run(course, resume=True)
    assert (summary.graded, summary.kept) == (3, 1)
    assert summary.complete
    assert sum(graded(stand_in).values()) == 3
    assert_all_written(course, {"same": 1.0, "changed": 5.0, "unlucky": 4.0, "new": 3.0})
    stand_in.unlink()
    summary = run(course, resume=True)
    assert (summary.graded, summary.kept) == (0, 4)
    assert not stand_in.exists()
    assert run(course).graded == 4  # without it all are graded anew


def test_a_run_that_grades_all_anew_and_is_ended_goes_on_with_those_that_it_has_not_reached(course, stand_in):
    for student in "abc":
        course.hand_in(student, {"score": 1, "student": student})
    run(course)
    stand_in.unlink()

    class Ended(LocalWorkers):
        def grade(self, tasks):
            for number, done in enumerate(super().grade(tasks)):
                if number:
                    raise KeyboardInterrupt
                yield done

    bundle = course.bundle()
    writer = lambda: GradebookWriter(course.folder, bundle)  # noqa: E731
    with Ended(bundle, 1, "stand_in:StandIn") as workers, pytest.raises(CourseError, match="--resume"):
        grade_batch(course.folder, bundle, workers, writer, page=page.write)
    summary = run(course, resume=True)
    assert (summary.graded, summary.kept) == (2, 1)
    assert run(course, resume=True).kept == 3


@pytest.mark.parametrize("other", [{"limits": Limits(cell=1.0)}, {"code": "of another state of the package"}])
def test_other_limits_and_other_code_are_other_terms_and_the_run_says_so(course, other):
    for student in "st":
        course.hand_in(student, {"score": 1, "student": student})
    run(course)
    (course.folder / f"submitted/t/{ID}/{ID}.ipynb").unlink()
    (course.folder / f"submitted/t/{ID}").rmdir()
    bundle, said = replace(course.bundle(), **other), io.StringIO()
    with LocalWorkers(bundle, 1, "stand_in:StandIn") as workers:
        summary = grade_batch(
            course.folder,
            bundle,
            workers,
            lambda: GradebookWriter(course.folder, bundle),
            page=page.write,
            resume=True,
            progress=Progress(said),
        )
    assert summary.graded == 1
    assert said.getvalue().startswith("1 of 1 were graded from another release, with other limits or by another")
    said = io.StringIO()
    run(course, resume=True, progress=Progress(said))
    run(course, resume=True, progress=Progress(said))
    assert said.getvalue().count("another release") == 1  # the first of the two, which goes back


def test_what_was_graded_and_not_written_is_written_first(course):
    """A run that ends between a result and its writing leaves it to the next, which needs no grader for it."""
    course.hand_in("s", {"score": 3})

    def never(*given):
        raise OSError(28, "No space left on device", "feedback")

    there = course.folder / "submitted"
    with pytest.raises(CourseError, match=f"feedback: No space left.*go on with .* --submissions {there} --resume"):
        run(course, page=never, where=there)
    assert {student: one.score for student, one in records(course.folder, ID)} == {"s": 3.0}
    summary = run(course, resume=True, factory="no_such:Grader")
    assert (summary.graded, summary.kept) == (0, 1)
    assert_all_written(course, {"s": 3.0})


def test_a_page_that_fails_costs_no_other_and_is_tried_again(course):
    for student in ("a", "b", "c"):
        course.hand_in(student, {"score": 1, "student": student})

    def picky(root, student, record, submitted=None):
        if student == "b":
            raise ValueError("cannot be rendered")
        return page.write(root, student, record, submitted)

    summary = run(course, page=picky)
    assert list(summary.refused) == ["b"]
    assert "cannot be rendered" in summary.refused["b"]
    assert not summary.complete
    assert run(course, resume=True).complete
    assert_all_written(course, dict.fromkeys("abc", 1.0))


def test_files_of_one_student_that_cannot_be_written_stop_nobody_else(course):
    for student in ("a", "b", "c"):
        course.hand_in(student, {"score": 1, "student": student})
    (course.folder / "autograded").mkdir()
    (course.folder / "autograded/b").touch()  # where a folder should be
    summary = run(course)
    assert list(summary.refused) == ["b"]
    (course.folder / "autograded/b").unlink()
    assert run(course, resume=True).complete
    assert_all_written(course, dict.fromkeys("abc", 1.0))


def test_where_the_grading_fails_the_earlier_words_stay_with_the_earlier_grade(course, tmp_path):
    path = course.hand_in("a", {"score": 3})
    run(course)
    files = [course.folder / folder / "a" / ID / f"{ID}{end}" for folder, end in FILES]
    before = [(file.read_bytes(), file.stat().st_mtime_ns) for file in files]
    path.write_text('{"score": 5, "do": "fail"}')
    assert len(run(course).infrastructure) == 1
    assert [(file.read_bytes(), file.stat().st_mtime_ns) for file in files] == before
    assert course.gradebook() == {"a": (3.0, 1)}
    path.write_text('{"score": 5}')
    assert run(course, resume=True).complete
    assert_all_written(course, {"a": 5.0})


def test_a_result_without_its_notebook_is_not_written_as_if_no_answer_had_been_given(course, stand_in):
    for student in ("a", "b"):
        course.hand_in(student, {"score": 3, "student": student})
    run(course)
    stand_in.unlink()
    (course.folder / "gradebook.db").unlink()
    shutil.rmtree(course.folder / "autograded")
    shutil.rmtree(course.folder / "submitted/b")
    summary = run(course, resume=True, there=set)
    assert (summary.graded, summary.kept) == (1, 0)  # it is graded again instead
    assert list(summary.refused) == ["b"]
    assert "graded notebook is gone" in summary.refused["b"]
    assert course.gradebook() == {"a": (3.0, 1)}
    assert not run(course, resume=True).complete


def test_another_gradebook_gets_what_was_graded_before(course):
    course.hand_in("s", {"score": 3})
    run(course)
    url = f"sqlite:///{course.folder / 'other.db'}"
    bundle = course.bundle()
    summary = run(course, resume=True, writer=lambda: GradebookWriter(course.folder, bundle, url), gradebook=url)
    assert (summary.graded, summary.kept) == (0, 1)
    (course.folder / "other.db").replace(course.folder / "gradebook.db")
    assert course.gradebook() == {"s": (3.0, 1)}


def test_a_run_in_which_all_fails_stops(course):
    for n in range(60):
        course.hand_in(f"s{n:02}", {"score": 1, "n": n})
    with pytest.raises(CourseError, match=r"could not be graded.*no space left.*--resume") as caught:
        run(course, factory="stand_in:Never")
    assert "\n" not in str(caught.value)
    assert len(states(course.folder, ID)) == 30
    assert run(course, resume=True).complete


def test_two_runs_at_once_are_refused(course):
    for n in range(3):
        course.hand_in(f"s{n}", {"score": 1, "seconds": 600 if n == 2 else 0, "n": n})
    first = start(course)
    try:
        while Counter(states(course.folder, ID).values()) != {State.GRADED: 2}:
            assert first.poll() is None, first.communicate()
            time.sleep(0.05)
        second = start(course, "--resume")
        _, said = second.communicate(timeout=120)
        assert second.returncode == 2
        assert f"process {first.pid}" in said
        assert said.count("\n") == 1
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    with only_run(course.folder):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_how_to_go_on(course, number):
    for n in range(6):
        course.hand_in(f"s{n}", {"score": 1, "seconds": 600 if n > 3 else 0, "n": n})
    running = start(course)
    while Counter(states(course.folder, ID).values()) != {State.GRADED: 4}:
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    below = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    out, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "coursekit grade activations --resume" in said
    assert said.count("\n") == 1
    assert "4 of 6" in out
    assert not psutil.wait_procs(below, timeout=30)[1]
    assert course.gradebook() == {f"s{n}": (1.0, 1) for n in range(4)}


def test_the_master_keeps_nothing_of_what_it_has_graded(course):
    """It holds after 600 submissions what it held after 200, each of which has 200 kB.

    Python's own count of what is held: the memory of the process goes up and down with what other tests left in it.
    """
    text = "x" * 200_000
    for n in range(600):
        course.hand_in(f"s{n:03}", {"score": 1, "n": n, "text": text})
    sizes = {}

    def weighed(root, student, record, submitted=None):
        if student in ("s200", "s599"):
            gc.collect()
            sizes[student] = tracemalloc.get_traced_memory()[0]
        return page.write(root, student, record, submitted)

    tracemalloc.start()
    try:
        assert run(course, page=weighed).complete
    finally:
        tracemalloc.stop()
    assert sizes["s599"] - sizes["s200"] < 2e6
    digests = {one.digest for _, one in records(course.folder, ID)}
    assert digests == {hashlib.sha256(p.read_bytes()).hexdigest() for p in course.folder.glob(f"submitted/*/{ID}/*")}
