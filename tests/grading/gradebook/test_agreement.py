"""What the writer leaves and what `nbgrader autograde` leaves of the same submissions are the same rows."""

import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from coursekit.grading.bundle import bundle_of
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.release import load_config

from .conftest import ASSIGNMENT, Course, contents

pytestmark = pytest.mark.grading

DUE = "2026-03-01 12:00:00"
ANSWER = {"explain-flow": "It shrinks in every layer.", "relu": "def relu(x):\n    return x"}
#: answers, share of the points in each exercise, when handed in
STUDENTS = {
    "ada": ({**ANSWER, "explain-deaths": "A large step."}, 1.0, "2026-02-27 10:00:00 UTC"),
    "ben": (ANSWER, 0.5, "2026-03-01 13:30:00 UTC"),
    "cyn": ({}, 0.0, "2026-03-01 13:00:00 UTC"),
    "dan": (ANSWER, 0.25, None),
    "eve": (ANSWER, 1.0, "2026-03-01 15:00:00 UTC"),
    "neg": (ANSWER, 1.0, "2026-03-02 15:00:00 UTC"),
    "old": (ANSWER, 0.5, "2026-05-02 15:00:00 UTC"),
}
AGAIN = {
    "ada": ({**ANSWER, "explain-deaths": "Another answer."}, 0.75, "2026-03-01 12:00:01 UTC"),
    "ben": ({}, 1.0, None),
    "eve": (ANSWER, 1.0, "2026-03-01 18:00:00 UTC"),
}


class Both:
    """The same course twice: one is graded by nbgrader, the other written by us."""

    def __init__(self, folder: Path) -> None:
        self.theirs, self.ours = Course(folder / "theirs"), Course(folder / "ours")
        with self.theirs_gradebook() as gradebook:
            gradebook.add_assignment(ASSIGNMENT, duedate=DUE)
        # Its cells get there as `generate_assignment` records them: a source that is the release is one too.
        for course in (self.theirs, self.ours):
            shutil.rmtree(course.folder / "solutions")
            shutil.copytree(course.folder / "exercises", course.folder / "solutions")
        self.theirs.nbgrader("generate_assignment", ASSIGNMENT, "--force")
        shutil.copy(self.theirs.folder / "gradebook.db", self.ours.folder)
        self.scores: dict[str, dict[str, float]] = {}

    def theirs_gradebook(self) -> Gradebook:
        return Gradebook(self.theirs.url, "coursekit")

    def grade(self, students) -> None:
        moments = {}
        for student, (answers, share, moment) in students.items():
            self.theirs.hand_in(student, self.theirs.notebook(answers), moment)
            self.scores[student] = {name: round(share * top, 3) for name, top in self.theirs.points.items()}
        (self.theirs.folder / "scores.json").write_text(json.dumps(self.scores))
        self.theirs.nbgrader("autograde", ASSIGNMENT, "--force")
        for student in self.scores:
            path = self.theirs.folder / "submitted" / student / ASSIGNMENT / "timestamp.txt"
            moments[student] = parse_utc(path.read_text()) if path.exists() else None
        with GradebookWriter(self.ours.folder, self.ours.bundle) as writer:
            items = [
                (student, self.ours.record(scores, self.theirs.autograded(student)), moments[student])
                for student, scores in self.scores.items()
            ]
            assert writer.write(items) == {}
        self.items = items

    def by_hand(self) -> None:
        """A person grades, comments and grants an extension, in both gradebooks alike."""
        for course in (self.theirs, self.ours):
            with Gradebook(course.url, "coursekit") as gradebook:
                for student, cell, score in (("ada", "explain-flow", 3.5), ("ben", "check-relu", 0.0)):
                    grade = gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, student)
                    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, 0.5, False
                comment = gradebook.find_comment("explain-flow", ASSIGNMENT, ASSIGNMENT, "ben")
                comment.manual_comment = "Say which layer, Jörg."
                gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "cyn").flagged = True
                gradebook.grant_extension(ASSIGNMENT, "eve", hours=2)
                gradebook.db.commit()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    both = Both(tmp_path_factory.mktemp("agreement"))
    both.grade(STUDENTS)
    both.first = contents(both.theirs.url), contents(both.ours.url)
    both.first_items = both.items
    both.by_hand()
    both.grade(AGAIN)
    both.second = contents(both.theirs.url), contents(both.ours.url)
    return both


def test_a_first_grading_leaves_the_rows_of_nbgrader(both):
    theirs, ours = both.first
    assert ours == theirs
    assert len(ours["submission"]) == len(ours["student"]) == len(STUDENTS)


def test_the_first_grading_had_what_is_to_be_compared(both):
    grades = {
        (student, name): (auto, manual, needs) for student, name, _, auto, manual, _, needs in both.first[0]["grade"]
    }
    assert grades["ada", "explain-flow"] == (None, None, 1)
    assert grades["cyn", "explain-flow"] == (0.0, None, 0)
    assert grades["ben", "check-relu"][0] == 2.5
    penalties = {student: penalty for student, _, _, penalty in both.first[0]["submitted notebook"]}
    assert penalties["ada"] is penalties["dan"] is None
    assert penalties["ben"] == 1.5
    assert penalties["cyn"] == 0.0, "there is nothing to take from"
    assert penalties["neg"] == 0.0
    assert penalties["old"] == sum(both.scores["old"].values()), "no more than all of it"


def test_a_second_grading_leaves_the_rows_of_nbgrader_and_what_a_person_did(both):
    theirs, ours = both.second
    assert ours == theirs
    grades = {(student, name): rest for student, name, _, *rest in ours["grade"]}
    assert grades["ada", "explain-flow"] == [None, 3.5, 0.5, 1]
    assert grades["ben", "check-relu"] == [5.0, 0.0, 0.5, 1]
    assert ("ben", "explain-flow", "SolutionCell", "No response.", "Say which layer, Jörg.") in ours["comment"]
    penalties = {student: penalty for student, _, _, penalty in ours["submitted notebook"]}
    assert penalties["eve"] == 4.0, "6 hours late, of which 2 were granted"
    assert len(ours["submission"]) == len(STUDENTS)


def test_an_assignment_that_the_gradebook_lacks_is_recorded_as_nbgrader_records_it(both, tmp_path):
    course = Course(tmp_path / "course")
    with GradebookWriter(course.folder, course.bundle):
        pass
    theirs, ours = both.first[0], contents(course.url)
    for table in ("notebook", "cell", "source"):
        assert ours[table] == theirs[table], table
    assert ours["assignment"] == [(ASSIGNMENT, None, "coursekit")]


def test_the_rows_in_postgresql_are_the_same(both, course, postgres):
    url = postgres.database()
    with Gradebook(url, "coursekit") as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate=DUE)
    with GradebookWriter(course.folder, course.bundle, url) as writer:
        assert writer.write(both.first_items) == {}
    assert contents(url) == both.first[0]


def test_the_release_of_the_real_course_is_recorded_as_nbgrader_records_it(fresh_course, tmp_path):
    course = type(fresh_course).copy_of(fresh_course, tmp_path / "course")
    url = f"sqlite:///{course.folder / 'gradebook.db'}"
    theirs = contents(url)
    (course.folder / "gradebook.db").unlink()
    with GradebookWriter(course.folder, bundle_of(course.folder, ASSIGNMENT)):
        pass
    assert contents(url) == theirs


def formgrader(course: Course) -> list[object]:
    """What nbgrader's formgrader shows of a course, without its random ids and the order that they make."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items() if key not in ("id", "index")}
        return sorted((plain(one) for one in value), key=repr) if isinstance(value, list) else value

    config = load_config(course.folder)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    return [
        plain(shown)
        for shown in (
            api.get_assignments(),
            api.get_submissions(ASSIGNMENT),
            api.get_notebooks(ASSIGNMENT),
            api.get_notebook_submissions(ASSIGNMENT, ASSIGNMENT),
            api.get_students(),
            api.get_student_submissions("ben"),
            api.get_student_notebook_submissions("ben", ASSIGNMENT),
        )
    ]


def test_nbgrader_goes_on_from_what_was_written(both):
    """Its formgrader, its export, its feedback and a grading of its own on our gradebook."""
    ours = both.ours
    shutil.copytree(both.theirs.folder / "autograded", ours.folder / "autograded", dirs_exist_ok=True)
    shutil.copytree(both.theirs.folder / "submitted", ours.folder / "submitted", dirs_exist_ok=True)
    shutil.copy(both.theirs.folder / "scores.json", ours.folder)
    shown = formgrader(ours)
    assert shown == formgrader(both.theirs)
    assert len(shown[1]) == len(STUDENTS)
    for course in (ours, both.theirs):
        course.nbgrader("export", "--to", "grades.csv")
        course.nbgrader("autograde", ASSIGNMENT, "--force", "--student=ben")
    ours.nbgrader("generate_feedback", ASSIGNMENT, "--student=ben")
    read = [sorted((course.folder / "grades.csv").read_text().splitlines()) for course in (ours, both.theirs)]
    assert read[0] == read[1]
    page = (ours.folder / "feedback" / "ben" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert "Say which layer, Jörg." in page
    assert contents(ours.url) == contents(both.theirs.url)
