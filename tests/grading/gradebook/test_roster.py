"""Whose line of a roster is whose in the gradebook."""

import pytest

from coursekit.grading.errors import CourseError
from coursekit.grading.gradebook.roster import Known, join, read_roster

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,activations (77),Current Score
    Points Possible,,,,,85.0,(read only)
,,,,,Manual Posting,
"Lovelace, Ada",1001,7001,ada,"CS 1, CS 2",3,
"Müller, Jörg",1002,1001,joerg,CS 1,,
"Student, Test",1003,,,CS 1,,
"""
MOODLE = """\ufeffFirst name,Last name,ID number,Email address
Ada,Lovelace,7001,ada@uni.example
Jörg,Müller,,joerg@uni.example
"""


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def matches(roster, *students):
    joined = join(roster, students)
    found = {id: person.full_name for id, person in joined.people.items()}
    return found, [person.full_name for person in joined.only_in_roster], list(joined.only_in_gradebook)


def test_canvas_own_export(tmp_path):
    read = roster(tmp_path, CANVAS)
    assert [person.full_name for person in read.people] == ["Ada Lovelace", "Jörg Müller", "Test Student"]
    assert read.people[0]["section"] == "CS 1, CS 2"
    assert "activations (77)" in read.header
    found = matches(read, Known("ada"), Known("joerg"), Known("eve"))
    assert found == ({"ada": "Ada Lovelace", "joerg": "Jörg Müller"}, ["Test Student"], ["eve"])


def test_a_number_that_means_two_people_in_two_columns_is_read_in_one_column_only(tmp_path):
    """1001 is Ada's number in Canvas, and Jörg's at the university."""
    read = roster(tmp_path, CANVAS)
    assert matches(read, Known("1001"), Known("1002"))[0] == {"1001": "Ada Lovelace", "1002": "Jörg Müller"}
    assert matches(read, Known("1001"), Known("7001"))[0] == {"1001": "Jörg Müller", "7001": "Ada Lovelace"}


def test_moodles_own_export(tmp_path):
    read = roster(tmp_path, MOODLE)
    for students in (
        (Known("Ada Lovelace"), Known("jörg  müller")),
        (Known("ada"), Known("joerg")),
        (Known("a1", email="ADA@uni.example"), Known("joerg@uni.example")),
        (Known("x", "Ada", "Lovelace"), Known("y", "Jörg", "Müller")),
        (Known("7001"), Known("j", "Jörg", "Müller")),
    ):
        found, only_in_roster, only_in_gradebook = matches(read, *students)
        assert found == dict(zip((one.id for one in students), ("Ada Lovelace", "Jörg Müller"), strict=True)), students
        assert not only_in_roster
        assert not only_in_gradebook


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "column", ["student_id", "Student ID", "username", "E-Mail", "Full name", "SIS User ID", "id-number"]
)
def test_columns_are_found_by_name(tmp_path, delimiter, column):
    read = roster(tmp_path, f"x{delimiter}{column}{delimiter}y\n1{delimiter}ada{delimiter}2\n")
    assert matches(read, Known("ada"))[0].keys() == {"ada"}


def test_what_fits_two_people_fits_none(tmp_path):
    twins = "Full name,Email\nKim Lee,kim1@x.example\nKim Lee,kim2@x.example\nBo Ek,\n"
    assert matches(roster(tmp_path, twins), Known("Kim Lee"), Known("Bo Ek")) == (
        {"Bo Ek": "Bo Ek"},
        ["Kim Lee", "Kim Lee"],
        ["Kim Lee"],
    )
    one = "Full name\nKim Lee\n"
    assert matches(roster(tmp_path, one), Known("1", "Kim", "Lee"), Known("2", "Kim", "Lee"))[0] == {}
    twice = "student_id,Section\nada,1\nada,2\n"
    assert matches(roster(tmp_path, twice), Known("ada"))[0] == {}


def test_ids_that_differ_in_a_hyphen_are_two(tmp_path):
    assert matches(roster(tmp_path, "student_id\na-b\n"), Known("ab"), Known("a-b"))[0].keys() == {"a-b"}


def test_short_and_empty_lines_are_nothing(tmp_path):
    read = roster(tmp_path, "student_id,Email\nada\n\n,\nben,b@x.example,more\n")
    assert [person["student id"] for person in read.people] == ["ada", "ben"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no column that says who is who"),
        (b"score,grade\n1,2\n", "name one `student_id`.*there is score, grade"),
        ("Name\nJörg\n".encode("latin-1"), "is not UTF-8: save it as CSV UTF-8"),
        (b"Name\n" + b"x" * 200_000, "is no CSV file"),
    ],
)
def test_what_is_no_roster_is_said_in_a_line(tmp_path, content, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=words) as caught:
        read_roster(path)
    assert "\n" not in str(caught.value)
