"""The writer on its own: what stays, what is refused, what happens when the database is held or the writer killed."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import make_url, text

from coursekit.grading.bundle import Bundle
from coursekit.grading.errors import CourseError
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.record import State

from .conftest import ASSIGNMENT, Course, contents

ANSWERED = {"explain-flow": "It shrinks in every layer.", "explain-deaths": "A large step."}
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write(course: Course, *items, url: str | None = None, patience: float = 60.0) -> dict[str, str]:
    with GradebookWriter(course.folder, course.bundle, url, patience=patience) as writer:
        return writer.write(items)


def grades(url: str, student: str) -> dict[str, tuple[float | None, bool]]:
    with Gradebook(url) as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


@pytest.fixture
def recorded(course: Course, sqlite_template: Path) -> Course:
    """The course with its assignment in an SQLite gradebook."""
    shutil.copy(sqlite_template, course.folder / "gradebook.db")
    return course


def test_a_gradebook_is_begun_where_there_is_none(course, empty_database):
    write(course, ("ada", course.record({"relu": 5.0}, course.notebook(ANSWERED)), MOMENT), url=empty_database)
    found = contents(empty_database)
    assert [len(found[table]) for table in ("assignment", "notebook", "student", "submission")] == [1, 1, 1, 1]
    with Gradebook(empty_database, "coursekit") as gradebook:
        version = gradebook.db.execute(text("select version_num from alembic_version")).all()
    assert len(version) == 1, "nbgrader knows which version of its tables these are"


def test_scores_go_to_the_cells_whose_exercise_they_are_of(course, database):
    scores = {name: top / 4 for name, top in course.points.items()}
    write(course, ("ada", course.record(scores, course.notebook(ANSWERED)), MOMENT), url=database)
    found = grades(database, "ada")
    assert {name: found[f"check-{name}"] for name in scores} == {name: (score, False) for name, score in scores.items()}
    assert found["explain-flow"] == found["explain-deaths"] == (None, True)


def test_the_api_of_nbgrader_reads_what_was_written(course, database):
    write(course, ("ada", course.record(course.points, course.notebook(ANSWERED)), MOMENT), url=database)
    with Gradebook(database, "coursekit") as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        assert submission.score == sum(course.points.values())
        assert submission.max_score == sum(course.points.values()) + 8
        assert submission.needs_manual_grade
        assert submission.timestamp == datetime(2026, 3, 1, 12)  # as nbgrader keeps it
        assert [one["student"] for one in gradebook.submission_dicts(ASSIGNMENT)] == ["ada"]
        assert gradebook.student_dicts()[0]["score"] == submission.score
        assert gradebook.notebook_submission_dicts(ASSIGNMENT, ASSIGNMENT)[0]["failed_tests"] is False


def test_to_write_again_changes_nothing(course, database):
    items = [(who, course.record({"relu": 5.0}, course.notebook(ANSWERED)), MOMENT) for who in ("ada", "ben")]
    write(course, *items, url=database)
    before = contents(database)
    write(course, *items, *items, url=database)
    write(course, items[0], url=database)
    assert contents(database) == before
    assert len(before["submission"]) == 2


def test_of_one_student_twice_the_last_counts(course, database):
    first, last = course.record({"relu": 1.0}), course.record({"relu": 2.0})
    write(course, ("ada", first, MOMENT), ("ben", first, None), ("ada", last, MOMENT), url=database)
    assert grades(database, "ada")["check-relu"] == (2.0, False)
    assert grades(database, "ben")["check-relu"] == (1.0, False)


def test_a_time_is_kept_in_utc_and_stays_where_none_is_given(course, database):
    local = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    write(course, ("ada", course.record({}), local), ("ben", course.record({}), None), url=database)
    write(course, ("ada", course.record({}), None), url=database)
    moments = {who: moment for who, _, moment, _ in contents(database)["submission"]}
    assert moments == {"ada": "2026-03-01 12:00:00.000000", "ben": None}


def test_a_file_that_could_not_be_read_has_nothing_for_a_person_to_do(course, database):
    write(course, ("ada", course.record({}, state=State.UNREADABLE), MOMENT), url=database)
    assert set(grades(database, "ada").values()) == {(0.0, False)}


def test_what_is_not_the_students_fault_is_no_zero(course, database):
    record = course.record({"relu": 5.0, "elu": 3.0}, course.notebook(ANSWERED), elu=State.INFRASTRUCTURE)
    write(course, ("ada", record, None), ("ben", course.record({}, state=State.INFRASTRUCTURE), None), url=database)
    assert grades(database, "ada")["check-relu"] == (5.0, False)
    assert grades(database, "ada")["check-elu"] == (None, True)
    assert set(grades(database, "ben").values()) == {(None, True)}


def test_what_is_not_the_students_fault_leaves_an_earlier_grade_as_it_was(course, database):
    write(course, ("ada", course.record({"relu": 5.0}, course.notebook(ANSWERED)), MOMENT), url=database)
    before = contents(database)
    later = MOMENT + timedelta(days=1)
    write(course, ("ada", course.record({}, state=State.INFRASTRUCTURE), later), url=database)
    assert contents(database) == before


def test_answers_in_a_notebook_that_cannot_be_read_wait_for_a_person(course, database):
    write(course, ("ada", course.record({}, '{"cells": [{"metadata": 3}]}'), None), url=database)
    assert grades(database, "ada")["explain-flow"] == (None, True)


def test_what_a_notebook_says_of_its_own_cells_counts_for_nothing(course, database):
    nb = nbformat.reads(course.notebook(ANSWERED), as_version=4)
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=1000, solution=False, checksum="0")
    write(course, ("ada", course.record({"relu": 1.0}, nbformat.writes(nb)), None), url=database)
    assert grades(database, "ada")["check-relu"] == (1.0, False)
    assert grades(database, "ada")["explain-flow"] == (None, True)


@pytest.mark.parametrize(
    ("student", "reason"),
    [("x" * 129, "129 characters"), ("", "empty"), ("  ", "empty"), ("a\x00b", "be shown"), ("a\udcffb", "be shown")],
)
def test_what_is_no_id_of_a_student_is_refused_and_the_others_are_written(course, database, student, reason):
    record = course.record({"relu": 5.0})
    refused = write(
        course, ("ada", record, None), (student, record, None), ("Jörg, Åsa '\"%", record, None), url=database
    )
    assert refused.keys() == {student}
    assert reason in refused[student]
    assert {row[0] for row in contents(database)["student"]} == {"ada", "Jörg, Åsa '\"%"}


def test_more_than_one_transaction_takes(course, database):
    record = course.record({"relu": 5.0}, course.notebook(ANSWERED))
    write(course, *((f"s{i:04d}", record, MOMENT) for i in range(1100)), url=database)
    found = contents(database)
    assert len(found["submission"]) == 1100
    assert len(found["grade"]) == 1100 * (len(course.points) + 2)
    assert all(row[3] == 5.0 for row in found["grade"] if row[1] == "check-relu")


def other_points(course: Course, **changed: float) -> Bundle:
    nb = json.loads(course.release)
    for cell in nb["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade_id") in changed:
            meta["points"] = changed[meta["grade_id"]]
    return Bundle(assignment=ASSIGNMENT, release=json.dumps(nb), seed=7)


def test_other_points_of_the_release_are_recorded(course, database):
    write(course, ("ada", course.record({"relu": 5.0}), None), url=database)
    course.bundle = other_points(course, **{"check-relu": 50})
    write(course, url=database)
    with Gradebook(database) as gradebook:
        assert gradebook.find_grade_cell("check-relu", ASSIGNMENT, ASSIGNMENT).max_score == 50
    assert grades(database, "ada")["check-relu"] == (5.0, False)


def test_cells_cannot_be_taken_from_an_assignment_that_was_handed_in(course, database):
    write(course, ("ada", course.record({"relu": 5.0}), None), url=database)
    before = contents(database)
    nb = json.loads(course.release)
    nb["cells"] = [cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") != "check-relu"]
    course.bundle = Bundle(assignment=ASSIGNMENT, release=json.dumps(nb), seed=7)
    with pytest.raises(CourseError, match="submissions for other cells of activations"):
        write(course, url=database)
    assert contents(database) == before


def test_a_release_that_was_recorded_in_part_is_recorded_anew(course, database):
    """As after a kill in the middle of it: nbgrader commits each cell by itself."""
    write(course, url=database)
    before = contents(database)
    with Gradebook(database) as gradebook:
        cell = gradebook.find_grade_cell("check-relu", ASSIGNMENT, ASSIGNMENT)
        gradebook.db.delete(cell)
        gradebook.db.commit()
    assert contents(database) != before
    write(course, url=database)
    assert contents(database) == before


def test_a_bundle_without_cells_is_refused(course):
    course.bundle = Bundle(assignment=ASSIGNMENT, release="{}", seed=7)
    with pytest.raises(CourseError, match="no graded cells"):
        write(course)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "is no address of a gradebook"),
        ("postgres://ada:secret@host/db", "is no address of a gradebook"),
        ("sqlite://", "in memory"),
        ("sqlite:////nowhere/at/all/gradebook.db", "cannot be used .unable to open database file.*--resume"),
        ("postgresql://ada:secret@127.0.0.1:1/db", "cannot be used"),
    ],
)
def test_a_gradebook_that_cannot_be_is_said_in_a_line_without_the_password(course, url, words):
    with pytest.raises(CourseError, match=words) as caught:
        write(course, url=url, patience=0.2)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_relative_address_is_meant_from_the_course(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(course, ("ada", course.record({}), None), url="sqlite:///here.db")
    assert contents(f"sqlite:///{course.folder / 'here.db'}")["submission"]


def test_the_courses_own_setting_is_taken(course):
    with (course.folder / "nbgrader_config.py").open("a") as file:
        file.write("\nc.CourseDirectory.db_url = 'sqlite:///' + str(root / 'elsewhere.db')\n")
    write(course, ("ada", course.record({}), None))
    assert contents(f"sqlite:///{course.folder / 'elsewhere.db'}")["submission"]
    assert not (course.folder / "gradebook.db").exists()


def test_a_locked_gradebook_is_waited_for(recorded):
    holder = sqlite3.connect(recorded.folder / "gradebook.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Timer(1.0, lambda: holder.execute("COMMIT")).start()
    write(recorded, ("ada", recorded.record({"relu": 5.0}), None))
    holder.close()
    assert grades(recorded.url, "ada")["check-relu"] == (5.0, False)


def test_a_gradebook_that_stays_locked_is_said_and_nothing_is_half_written(recorded):
    before = contents(recorded.url)
    holder = sqlite3.connect(recorded.folder / "gradebook.db", isolation_level=None)
    with GradebookWriter(recorded.folder, recorded.bundle, patience=0.1) as writer:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(CourseError, match=r"database is locked.*--resume: nothing is lost"):
            writer.write([("ada", recorded.record({}), None)])
        holder.close()
        assert contents(recorded.url) == before
        writer.write([("ada", recorded.record({}), None)])
    assert len(contents(recorded.url)["submission"]) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_is_away_for_a_moment_is_waited_for(course, database, postgres):
    record = course.record({"relu": 5.0})
    with GradebookWriter(course.folder, course.bundle, database) as writer:
        writer.write([("ada", record, None)])
        postgres.stop(signal.SIGQUIT)  # as it goes down: at once
        again = threading.Timer(1.0, postgres.start)
        again.start()
        writer.write([("ben", record, None)])
        again.join()
    assert {row[0] for row in contents(database)["submission"]} == {"ada", "ben"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_stays_away_is_said(course, database, postgres):
    with GradebookWriter(course.folder, course.bundle, database, patience=0.3) as writer:
        postgres.stop(signal.SIGQUIT)
        try:
            with pytest.raises(CourseError, match=r"cannot be used.*--resume: nothing is lost"):
                writer.write([("ada", course.record({}), None)])
        finally:
            postgres.start()
        writer.write([("ada", course.record({}), None)])
    assert [row[0] for row in contents(database)["submission"]] == ["ada"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("wrong", [{"username": "nobody_here"}, {"database": "missing"}])
def test_what_waiting_cannot_mend_is_said_at_once(course, database, wrong):
    """With patience for an hour: were this waited for, the test would not end."""
    url = make_url(database).set(**{"password": "secret", **wrong}).render_as_string(hide_password=False)
    with pytest.raises(CourseError, match="does not exist") as caught:
        write(course, url=url, patience=3600)
    assert "secret" not in str(caught.value)


def test_two_writers_at_a_time_do_not_make_two_of_anyone(course, database):
    """A grader at work beside `nbgrader autograde` or another machine's: neither may lose or double a student."""
    record = course.record({"relu": 5.0}, course.notebook(ANSWERED))
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with GradebookWriter(course.folder, course.bundle, database) as writer:
                for start in range(0, 200, 20):
                    writer.write([(f"s{i:03d}", record, MOMENT) for i in range(start, start + 20)])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    found = contents(database)
    assert len(found["student"]) == len(found["submission"]) == len(found["submitted notebook"]) == 200


def test_a_late_penalty_plugin_that_fails_is_named(recorded):
    with (recorded.folder / "nbgrader_config.py").open("a") as file:
        file.write("\ndef fails(self, student_id, score, late):\n    raise ValueError('no such rule')\n")
        file.write("PointAnHour.late_submission_penalty = fails\n")
    with Gradebook(recorded.url, "coursekit") as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-01 11:00:00")
    with pytest.raises(CourseError, match=r"PointAnHour fails for ada .ValueError: no such rule.*--resume"):
        write(recorded, ("ada", recorded.record({"relu": 5.0}), MOMENT))
    assert not contents(recorded.url)["submission"]


#: Imports once, then forks a writer for every line that it reads, and says its process and how far it has come.
WRITER = """
import os, sys
from pathlib import Path
from coursekit.grading.bundle import Bundle
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.record import Record

folder, url = Path(sys.argv[1]), sys.argv[2]
release = (folder / "exercises/activations/activations.ipynb").read_text(encoding="utf-8")
record = Record.from_json((folder / "record.json").read_text(), (folder / "record.ipynb").read_text())
for _ in sys.stdin:
    if (pid := os.fork()) == 0:
        print('pid', os.getpid(), flush=True)
        with GradebookWriter(folder, Bundle(assignment="activations", release=release, seed=7), url) as writer:
            for start in range(0, 10_000, 10):
                writer.write([(f"s{i:04d}", record, None) for i in range(start, start + 10)])
                print(start, flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
"""


def test_a_writer_that_is_killed_leaves_whole_submissions_only(course, database):
    """Killed twelve times with -9 somewhere in the middle, each time begun again from the start."""
    scores = {name: top / 2 for name, top in course.points.items()}
    record = course.record(scores, course.notebook(ANSWERED))
    (course.folder / "record.json").write_text(record.to_json())
    (course.folder / "record.ipynb").write_text(record.notebook)
    graded = len(course.points) + 2
    commented = sum(cell[1] == "SolutionCell" for cell in contents(database)["cell"])
    command = [sys.executable, "-c", WRITER, str(course.folder), database]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        for kill in range(12):
            parent.stdin.write("go\n")
            parent.stdin.flush()
            said = iter(parent.stdout.readline, "")
            child = next(int(line[4:]) for line in said if line.startswith("pid "))
            start = next(int(line) for line in said if int(line) >= 20 * kill)
            # A little into the next transaction, another time each.
            time.sleep(0.002 * kill)
            os.kill(child, signal.SIGKILL)
            found = contents(database)
            students = [row[0] for row in found["submission"]]
            assert len(students) == len(set(students)) >= start + 10, "what was said to be written is there"
            assert len(found["submitted notebook"]) == len(students)
            assert len(found["grade"]) == graded * len(students)
            assert len(found["comment"]) == commented * len(students)
            assert {row[3] for row in found["grade"] if row[1].startswith("check-")} == set(scores.values())
        parent.stdin.close()
