"""`coursekit grade` as it is called, with the real grader and sandbox."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from nbgrader.api import Gradebook

from coursekit import cli
from coursekit.exercises import assignment
from coursekit.grading import CourseError
from coursekit.grading.batch.ledger import records
from coursekit.grading.record import State
from coursekit.grading.sandbox import how

ID = "activations"
RELU = float(assignment(ID).exercises["relu"].max_score)

pytestmark = pytest.mark.grading


def grade(course, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NBGRADER", "COURSEKIT"))}
    return subprocess.run(
        [sys.executable, "-m", "coursekit.cli", "grade", *map(str, arguments)],
        cwd=course.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def assert_one_line(done, *parts):
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("coursekit: ")
    for part in parts:
        assert part in done.stderr


@pytest.fixture
def sandboxed():
    try:
        return how("bwrap")
    except CourseError as fault:
        pytest.skip(f"NOT TESTED: coursekit grade in its sandbox; {fault}")


def test_a_class_is_graded_from_a_zip_of_canvas(course, sandboxed, tmp_path):
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("doe_17_100_activations.ipynb", course.notebook(["relu"]))
        archive.writestr("poe_LATE_18_101_activations-1.ipynb", course.notebook())
        archive.writestr("roe_19_102_activations.ipynb", "hello")
        archive.writestr("low_20_103_report.pdf", "%PDF")
        archive.writestr("notes.txt", "")
    done = grade(course, ID, "--submissions", tmp_path / "submissions.zip", "--workers", 2, "--function-seconds", 5)
    assert done.returncode == 0, done.stderr
    found = dict(records(course.folder, ID))
    assert {student: record.score for student, record in found.items()} == {"17": RELU, "18": 0.0, "19": 0.0, "20": 0.0}
    assert found["19"].state is found["20"].state is State.UNREADABLE
    assert any("late" in remark for remark in found["18"].remarks)
    assert "4 submissions found, 4 graded now" in done.stdout
    assert "notes.txt: it is no notebook" in done.stdout
    assert f"{course.folder}" in done.stdout
    assert course.gradebook() == {student: (record.score, 1) for student, record in found.items()}
    for student in found:
        assert json.loads((course.folder / "autograded" / student / ID / f"{ID}.ipynb").read_text())["nbformat"] == 4
        assert (course.folder / "feedback" / student / ID / f"{ID}.md").is_file()
    assert "Late, as Canvas calls it (1):\n  18\n" in done.stdout
    assert "time of handing in" not in done.stdout
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(ID, duedate="2027-03-01 18:00 UTC")
    again = grade(course, ID, "--submissions", tmp_path / "submissions.zip", "--resume", "--function-seconds", 5)
    assert again.returncode == 0
    assert "Without a time of handing in, which zips and flat folders do not tell" in again.stdout
    assert "without a late penalty: 4\n" in again.stdout
    assert "0 graded now, 4 kept from before" in again.stdout


def test_a_gradebook_that_was_deleted_is_filled_again_without_grading(course):
    for student in ("anna", "ben"):
        course.hand_in(student, student.encode())  # no notebooks, which is quickly found out
    assert grade(course, ID, "--sandbox", "none").returncode == 0
    before = course.gradebook()
    (course.folder / "gradebook.db").unlink()
    done = grade(course, ID, "--sandbox", "none", "--resume")
    assert done.returncode == 0, done.stderr
    assert "0 graded now, 2 kept" in done.stdout
    assert course.gradebook() == before
    assert set(before) == {"anna", "ben"}


def test_without_a_sandbox_it_says_what_is_open(course):
    course.hand_in("anna", course.notebook(["relu"]))
    done = grade(course, ID, "--sandbox", "none", "--workers", 1, "--display", "none")
    assert done.returncode == 0, done.stderr
    assert "students' code runs as you" in done.stdout
    assert dict(records(course.folder, ID))["anna"].score == RELU


def test_what_cannot_be_done_is_one_line(course, tmp_path):
    assert_one_line(grade(course, "no_such"), "no_such", "activations")
    own = course.folder / "exercises/own/own.ipynb"
    own.parent.mkdir()
    own.touch()
    assert_one_line(grade(course, "own"), "an assignment of your own", "nbgrader autograde own")
    assert_one_line(grade(course, ID), "submitted", "--submissions")
    (tmp_path / "x.txt").touch()
    assert_one_line(grade(course, ID, "--submissions", tmp_path / "x.txt"), "neither a folder nor a zip")
    course.hand_in("anna", course.notebook())
    assert_one_line(grade(course, ID, "--scheduler", "tls://127.0.0.1:1"), "--tls-ca, --tls-cert and --tls-key")
    assert_one_line(grade(course, ID, "--tls-ca", tmp_path / "x.txt"), "--scheduler")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workers", "0"],
        ["--workers", "two"],
        ["--workers", "2", "--scheduler", "tcp://h:1"],
        ["--scheduler", "h:1"],
        ["--scheduler", "tcp://h"],
        ["--cell-seconds", "-1"],
        ["--notebook-seconds", "nan"],
        ["--function-seconds", "inf"],
        ["--memory", "1.5"],
        ["--sandbox", "docker"],
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_done(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main(["grade", ID, *arguments])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--help" in said
