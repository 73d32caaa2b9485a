"""The list of a course's people that another system gives, and who of them is who in the gradebook."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.errors import CourseError

#: What a column can be, and the names under which Canvas, Moodle, hubs and spreadsheets have it.
COLUMNS = {
    "canvas id": ("ID", "Canvas User ID"),
    "sis id": ("SIS User ID",),
    "login": ("SIS Login ID", "Login ID", "Login", "Username", "User name", "NetID", "User", "User ID"),
    "student id": (
        "student_id",
        "Student ID",
        "nbgrader id",
        "id number",
        "idnumber",
        "Student number",
        "Matriculation number",
    ),
    "email": ("Email", "Email address", "E-mail", "E-mail address", "Mail"),
    "first name": ("First name", "first_name", "firstname", "Given name", "FirstName"),
    "last name": ("Last name", "last_name", "lastname", "Surname", "Family name", "LastName"),
    "name": ("Student", "Full name", "Name", "full_name", "Student name"),
    "section": ("Section", "Groups", "Group"),
}
_IDS = ("canvas id", "sis id", "login", "student id")


@dataclass(frozen=True)
class Person:
    """One line of a roster: what it says, by the kinds in `COLUMNS`; what it does not say is empty."""

    line: int
    said: Mapping[str, str]

    def __getitem__(self, kind: str) -> str:
        return self.said.get(kind, "")

    @property
    def full_name(self) -> str:
        """First name first; empty where there is none."""
        if self["name"]:
            last, comma, first = self["name"].partition(",")
            return f"{first.strip()} {last.strip()}" if comma else self["name"]
        return f"{self['first name']} {self['last name']}".strip()

    def __str__(self) -> str:
        known = next((self[kind] for kind in ("name", "login", "student id", "email", *_IDS) if self[kind]), "?")
        return f"{self.full_name or known} (line {self.line})"


@dataclass(frozen=True)
class Roster:
    """The people, and the names of the file's columns as they stand there."""

    people: tuple[Person, ...]
    header: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Someone in the gradebook; what is not known is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Joined:
    """Who is who: `people` by the student's id in the gradebook, and those of either side without a match."""

    people: Mapping[str, Person]
    only_in_roster: tuple[Person, ...]
    only_in_gradebook: tuple[str, ...]


def read_roster(path: Path) -> Roster:
    """The roster in the CSV file at `path`, with commas, semicolons or tabs.

    Raises `CourseError` where it has no column that says who is who.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8: save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    except csv.Error as fault:
        raise CourseError(f"{path} is no CSV file ({fault}): export it again") from None
    places = _places(header)
    if not places.keys() & {*_IDS, "email", "name", "last name"}:
        raise CourseError(
            f"{path} has no column that says who is who: name one `student_id`, `Email address` or `Full name`; "
            f"there is {', '.join(header)[:200] or 'nothing'}"
        )
    people = []
    for line, row in enumerate(rows, start=2):
        said = {kind: row[place].strip() for kind, place in places.items() if place < len(row) and row[place].strip()}
        # In Canvas' file a line with the points and one of posting policies stand among the people.
        if (said.keys() - {"section"}) and not said.get("name", "").startswith("Points Possible"):
            people.append(Person(line, said))
    return Roster(tuple(people), tuple(name.strip() for name in header))


def _places(header: Sequence[str]) -> dict[str, int]:
    names = [_plain(name) for name in header]
    places = {}
    for kind, synonyms in COLUMNS.items():
        found = (names.index(plain) for plain in map(_plain, synonyms) if plain in names)
        if (place := next(found, None)) is not None:
            places[kind] = place
    return places


def join(roster: Roster, students: Iterable[Known]) -> Joined:
    """Find each person of the roster in the gradebook.

    Of the columns with ids one is used for all: that with the most matches; for the same number can be one person's in
    one system and another's in the next. Who is not found by it is looked for by email, then by full name. What fits
    two people fits none.
    """
    left = {student.id: student for student in students}
    people: dict[str, Person] = {}
    open_people = list(roster.people)
    ways = [_Way(lambda p, kind=kind: p[kind], _ids) for kind in _IDS]  # type: ignore[misc]
    ways.append(_Way(lambda p: p["email"].partition("@")[0], _ids))
    best = max(ways, key=lambda way: len(way.matches(open_people, left.values())))
    by_email = _Way(lambda p: p["email"], lambda k: {k.email, k.id if "@" in k.id else ""})
    by_name = _Way(lambda p: _spoken(p.full_name), lambda k: {_spoken(f"{k.first_name} {k.last_name}"), _spoken(k.id)})
    for way in (best, by_email, by_name):
        found = way.matches(open_people, left.values())
        people |= found
        taken = {person.line for person in found.values()}
        open_people = [person for person in open_people if person.line not in taken]
        left = {id: student for id, student in left.items() if id not in found}
    return Joined(people, tuple(open_people), tuple(sorted(left)))


@dataclass(frozen=True)
class _Way:
    """One way to tell who is who: a value of a person, and the values under which a student is known."""

    of_person: Callable[[Person], str]
    of_student: Callable[[Known], set[str]]

    def matches(self, people: Iterable[Person], students: Iterable[Known]) -> dict[str, Person]:
        known = [(student.id, {_value(value) for value in self.of_student(student)} - {""}) for student in students]
        owners = Counter(value for _, values in known for value in values)
        by_value = {value: id for id, values in known for value in values if owners[value] == 1}
        people = list(people)
        claims = Counter(by_value.get(_value(self.of_person(person))) for person in people)
        return {
            id: person
            for person in people
            if (id := by_value.get(_value(self.of_person(person)))) is not None and claims[id] == 1
        }


def _ids(student: Known) -> set[str]:
    return {student.id, student.lms_user_id}


def _value(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _plain(text: str) -> str:
    """The name of a column, of which neither case nor spaces, hyphens and underscores matter."""
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _spoken(name: str) -> str:
    return " ".join(name.split()).casefold()
