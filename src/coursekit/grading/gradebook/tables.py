"""The tables that leave the gradebook: for people who read spreadsheets, for Canvas, and for Moodle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.gradebook.grades import Graded, Gradesheet
from coursekit.grading.gradebook.roster import Joined, Known, Person, Roster
from coursekit.grading.gradebook.spreadsheet import Cell
from coursekit.grading.record import State

Table = list[list[Cell]]

NOT_HANDED_IN = "not handed in"


@dataclass(frozen=True)
class Class:
    """The people of a course: everyone in the gradebook, and where there is a roster, who of it is who."""

    students: Sequence[Known]
    roster: Roster | None = None
    joined: Joined | None = None


def handed_in(sheets: Sequence[Gradesheet], course: Class) -> Iterator[tuple[Known, Person | None]]:
    """Those with a submission whom a learning platform can know: with a roster only who was found in it."""
    for student in course.students:
        person = course.joined.people.get(student.id) if course.joined else None
        if (course.joined is None or person is not None) and any(student.id in sheet.graded for sheet in sheets):
            yield student, person


def csv_table(sheets: Sequence[Gradesheet], course: Class) -> Table:
    """A row for each student and assignment, those who handed in nothing too, with a column for each graded cell.

    A student of whom only the roster knows stands there without an id of the gradebook.
    """
    cells = list(dict.fromkeys(name for sheet in sheets for name in sheet.cells))
    header = ["assignment", "student_id", "last_name", "first_name", "email", "section", "state", "submitted", *cells]
    table: Table = [[*header, "raw_score", "late_submission_penalty", "score", "max_score", "needs_manual_grade"]]
    for sheet in sheets:
        for student in course.students:
            person = course.joined.people.get(student.id) if course.joined else None
            table.append(_csv_row(sheet, cells, student, person, sheet.graded.get(student.id)))
        for person in course.joined.only_in_roster if course.joined else ():
            table.append(_csv_row(sheet, cells, Known(""), person, None))
    return table


def _csv_row(
    sheet: Gradesheet, cells: Sequence[str], student: Known, person: Person | None, graded: Graded | None
) -> list[Cell]:
    row: list[Cell] = [sheet.assignment, student.id, *_names(student, person), *_contact(student, person)]
    if graded is None:
        return [*row, NOT_HANDED_IN, None, *(None for _ in cells), None, None, None, sheet.max_score, None]
    moment = f"{graded.moment:%Y-%m-%d %H:%M:%S} UTC" if graded.moment else None
    totals: list[Cell] = [graded.raw, graded.penalty, graded.score, sheet.max_score, "yes" if graded.waits else "no"]
    return [*row, str(graded.state or ""), moment, *(graded.points.get(name) for name in cells), *totals]


def _names(student: Known, person: Person | None) -> tuple[str, str]:
    if person is not None and not (student.last_name or student.first_name):
        if person["last name"] or person["first name"]:
            return person["last name"], person["first name"]
        first, _, last = person.full_name.rpartition(" ")
        return last, first
    return student.last_name, student.first_name


def _contact(student: Known, person: Person | None) -> tuple[str, str]:
    return student.email or (person["email"] if person else ""), person["section"] if person else ""


def canvas_table(sheets: Sequence[Gradesheet], course: Class) -> Table:
    """Canvas' gradebook file: a column for each assignment, and a line with the points that are possible.

    The header has Student, ID, SIS User ID, SIS Login ID and Section in this order, and Canvas finds a student by the
    first of ID, SIS User ID, SIS Login ID and name that it knows (canvas-lms, lib/gradebook_importer.rb, `header?`,
    `update_column_count`, `process_student`). It finds an assignment by the number behind its title, else by the title
    (`parse_assignments`), and begins a new one for a title that it does not know; the roster's own column is taken
    where the roster is Canvas' export and has one. Students who handed in nothing are left out, so that nothing that
    stands in Canvas for them is changed.
    """
    titles = [_canvas_title(sheet.assignment, course.roster) for sheet in sheets]
    table: Table = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]]
    table.append(["Points Possible", None, None, None, None, *(sheet.max_score for sheet in sheets)])
    for student, person in handed_in(sheets, course):
        name = f"{student.last_name}, {student.first_name}".strip(", ") or student.id
        if person is None:
            who: list[Cell] = [name, student.lms_user_id, "", student.id, ""]
        else:
            said = person["name"] or f"{person['last name']}, {person['first name']}".strip(", ") or name
            login = person["login"] or person["student id"] or student.id
            who = [said, person["canvas id"], person["sis id"], login, person["section"]]
        table.append([*who, *(_score(sheet, student.id) for sheet in sheets)])
    return table


def _canvas_title(assignment: str, roster: Roster | None) -> str:
    for title in roster.header if roster else ():
        name, _, rest = title.rpartition(" (")
        if name.casefold() == assignment.casefold() and rest[:-1].isdigit() and rest.endswith(")"):
            return title
    return assignment


#: The columns by which Moodle can find a user, and where a person says it.
MOODLE_KEYS = {"Username": "login", "ID number": "student id", "Email address": "email"}


def moodle_table(sheets: Sequence[Gradesheet], course: Class) -> Table:
    """Moodle's grade import: a column that identifies the user, and one for each grade item.

    Moodle asks on the page which column is which: "Map from" is one of Username, ID number and Email address
    (docs.moodle.org, "Grade import"; moodle, grade/import/csv/classes/load_data.php). One user that it does not know
    stops the whole import, so a column stands here only where it says something of everyone. Feedback is left out: with
    it Moodle would overwrite more than the grade. No grade is `-`, which a new grade item takes too.
    """
    keys = moodle_keys(sheets, course)
    table: Table = [[*keys, "First name", "Last name", *(sheet.assignment for sheet in sheets)]]
    for student, person in handed_in(sheets, course):
        last, first = _names(student, person)
        row: list[Cell] = [_moodle_key(key, student, person) for key in keys]
        scores = [_score(sheet, student.id) for sheet in sheets]
        table.append([*row, first, last, *("-" if score is None else score for score in scores)])
    return table


def moodle_keys(sheets: Sequence[Gradesheet], course: Class) -> list[str]:
    """The columns of `MOODLE_KEYS` that say something of everyone who handed in."""
    people = list(handed_in(sheets, course))
    return [key for key in MOODLE_KEYS if all(_moodle_key(key, student, person) for student, person in people)]


def _moodle_key(key: str, student: Known, person: Person | None) -> str:
    if person is not None:
        return person[MOODLE_KEYS[key]] or (student.email if key == "Email address" else "")
    return {"Username": student.id, "Email address": student.email}.get(key, "")


def _score(sheet: Gradesheet, student: str) -> float | None:
    graded = sheet.graded.get(student)
    return None if graded is None else graded.score


def remarks_on(sheets: Sequence[Gradesheet], course: Class) -> list[str]:
    """What whoever takes the table on has to know, a line each: whose 0 is none, who is missing, what is open."""
    lines = []
    for sheet in sheets:
        by_state: dict[State, list[str]] = {}
        for student, graded in sheet.graded.items():
            if graded.state is not None:
                by_state.setdefault(graded.state, []).append(student)
        blank = [one for one, graded in sheet.graded.items() if graded.score is None]
        old = sorted(set(by_state.get(State.INFRASTRUCTURE, [])) - set(blank))
        lines += _line(f"{sheet.assignment}: not graded for a reason that is not the student's, left blank", blank)
        lines += _line(f"{sheet.assignment}: the last run could not grade these, an earlier grade stands", old)
        for state in (State.UNREADABLE, State.WRONG_ASSIGNMENT):
            lines += _line(f"{sheet.assignment}: {state}, so the score is no measure", by_state.get(state, []))
        waiting = [student for student, graded in sheet.graded.items() if graded.waits and student not in blank]
        lines += _line(f"{sheet.assignment}: answers wait for a person, the score can still rise", waiting, most=20)
    if course.joined is not None:
        lines += _line("in the roster, not in the gradebook", [str(one) for one in course.joined.only_in_roster])
        lines += _line("in the gradebook, not in the roster", list(course.joined.only_in_gradebook))
    return lines


def _line(what: str, who: Sequence[str], *, most: int | None = None) -> list[str]:
    shown = ["".join(letter if letter.isprintable() else "?" for letter in one) for one in sorted(who)]
    rest = f" and {len(shown) - most} more" if most is not None and len(shown) > most else ""
    return [f"{what} ({len(shown)}): {', '.join(shown[:most])}{rest}"] if shown else []
