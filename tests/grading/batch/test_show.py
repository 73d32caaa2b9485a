"""The second pass: when all grades stand, the notebooks are run once more for the outputs that people see."""

import json
import shutil

import pytest

from coursekit.grading import CourseError
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.batch.run import grade_batch
from coursekit.grading.batch.workers import LocalWorkers
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.reports import page

ID = "activations"

pytestmark = [pytest.mark.grading, pytest.mark.usefixtures("stand_in")]


def run(course, **given):
    bundle = course.bundle()
    with LocalWorkers(bundle, 2, "stand_in:StandIn") as workers:
        return grade_batch(
            course.folder,
            bundle,
            workers,
            lambda: GradebookWriter(course.folder, bundle),
            page=page.write,
            **{"display": True, **given},
        )


def shown(course):
    """Whose graded notebook has its outputs."""
    found = sorted((course.folder / "autograded").glob(f"*/{ID}/{ID}.ipynb"))
    return [path.parts[-3] for path in found if json.loads(path.read_text())["metadata"].get("shown")]


def test_all_are_shown_when_all_are_graded(course, stand_in):
    for student in "abc":
        course.hand_in(student, {"score": 1, "student": student})
    summary = run(course)
    assert shown(course) == ["a", "b", "c"]
    assert summary.unshown == []
    lines = [line for line in stand_in.read_text().split() if line != "closed"]
    assert lines[-3:] == ["shown"] * 3, "grades come first"
    assert course.gradebook() == dict.fromkeys("abc", (1.0, 1))


def test_it_can_be_left_out_and_made_up_for(course, stand_in):
    course.hand_in("a", {"score": 1})
    run(course, display=False)
    assert shown(course) == []
    run(course, resume=True)
    assert shown(course) == ["a"]
    assert stand_in.read_text().split().count("shown") == 1
    run(course, resume=True)
    assert stand_in.read_text().split().count("shown") == 1, "once is enough"


def test_a_new_submission_is_shown_anew(course):
    course.hand_in("a", {"score": 1})
    run(course)
    (course.folder / "submitted/a" / ID / f"{ID}.ipynb").write_text(json.dumps({"score": 2}))
    run(course, display=False, resume=True)
    assert shown(course) == []
    run(course, resume=True)
    assert shown(course) == ["a"]


def test_what_could_not_be_shown_is_said_and_costs_no_grade(course, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.touch()
    monkeypatch.setenv("STAND_IN_SHOW", str(broken))
    course.hand_in("a", {"score": 3})
    summary = run(course)
    assert summary.unshown == ["a: RuntimeError: the sandbox is broken"]
    assert course.gradebook() == {"a": (3.0, 1)}
    broken.unlink()
    assert run(course, resume=True).unshown == []
    assert shown(course) == ["a"]


def test_a_sandbox_that_is_broken_for_all_ends_the_pass(course, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.touch()
    monkeypatch.setenv("STAND_IN_SHOW", str(broken))
    for n in range(35):
        course.hand_in(f"s{n}", {"score": 1, "n": n})
    with pytest.raises(CourseError, match="could not be run to be shown"):
        run(course)
    assert len(course.gradebook()) == 35


def test_a_file_that_was_taken_away_is_made_again_or_stops_nothing(course):
    for student in "abc":
        course.hand_in(student, {"score": 1, "student": student})
    run(course, display=False)
    for student in "ac":
        (course.folder / "autograded" / student / ID / f"{ID}.ipynb").unlink()
    shutil.rmtree(course.folder / "submitted/a")
    assert run(course, resume=True).kept == 1
    assert shown(course) == ["b", "c"]
    with Ledger(course.folder / LEDGER, writes=False) as ledger:
        assert ledger.unshown(ID) == ["a"]


def test_unreadable_submissions_have_nothing_to_show(course, stand_in):
    (course.folder / "submitted/a" / ID).mkdir(parents=True)
    run(course)
    assert "shown" not in (stand_in.read_text() if stand_in.exists() else "")
