"""Finds what was handed in, in the three ways in which a course gets it; every file ends somewhere, and it is said.

A folder in nbgrader's layout, a flat folder, or the zip of Canvas or Moodle (or that zip unpacked): `names` reads whose
a file is, `places` lists and reads. Of several notebooks of one student the one that counts is that with the
assignment's name; of several such, or of none, the newest. A student whose files hold no notebook gets a row too.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from coursekit.exercises import assignments
from coursekit.grading.batch.names import (
    NOTEBOOK,
    Form,
    Owner,
    has_form,
    is_meant,
    no_id,
    owner_of,
    shown,
    without_copy,
)
from coursekit.grading.batch.places import Archive, Entry, Folder, Place
from coursekit.grading.errors import CourseError
from coursekit.grading.reading import UnreadableError

SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What one student handed in: a file, or why there is none that could be taken (`fault`, a clause).

    `remarks` are for the student: which of several files was taken, and that the platform calls it late (`late`).
    """

    student: str
    entry: Entry | None = None
    own: int = 0
    fault: str = ""
    remarks: tuple[str, ...] = ()
    submitted: datetime | None = None
    late: bool = False


@dataclass(kw_only=True)
class Found:
    """The submissions, by student; `nobody` lists files that are none, and why, `said` what was chosen among several.

    Use it while the `with find(...)` lasts.
    """

    place: Place
    submissions: list[Submission]
    nobody: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def read(self, submission: Submission) -> bytes:
        """The file's bytes. Raises `UnreadableError`."""
        if submission.entry is None:
            raise UnreadableError(submission.fault)
        return self.place.read(submission.entry, submission.own)


@contextmanager
def find(root: Path, assignment: str, where: Path | None = None) -> Iterator[Found]:
    """What was handed in for `assignment`: in `submitted/` of the course in `root`, or in the folder or zip `where`.

    Raises `CourseError` where there is no such place, or nothing of this assignment in it.
    """
    path = where or root / SUBMITTED
    if not path.exists():
        raise CourseError(f"{path} does not exist: put the submissions there, or name their folder by --submissions")
    if path.is_dir():
        place: Place = Folder(path, _of_interest(assignment))
    elif zipfile.is_zipfile(path):
        place = Archive(path)
    else:
        raise CourseError(f"{path} is neither a folder nor a zip file: name one of them by --submissions")
    with place:
        yield _sorted_out(place, path, assignment)


def _of_interest(assignment: str) -> Callable[[tuple[str, ...]], bool]:
    # A course's folder holds every assignment of every student: only this one's is walked through.
    others = set(assignments()) - {assignment}
    return lambda parts: not (len(parts) == 2 and parts[1] in others) or has_form(parts, assignment)


def _sorted_out(place: Place, path: Path, assignment: str) -> Found:
    entries = list(place.entries())
    around = _around(entries, assignment) if isinstance(place, Archive) else 0
    found = Found(place=place, submissions=[])
    owned: dict[tuple[Form, str, str], list[tuple[Entry, Owner]]] = {}
    for entry in entries:
        owner = owner_of(entry.parts[around:], assignment)
        if isinstance(owner, str):
            if not entry.gap:
                found.nobody.append(f"{shown(entry.name)}: {owner}")
        else:
            person = owner.number if owner.form is Form.MOODLE else owner.student
            owned.setdefault((owner.form, owner.student, person), []).append((entry, owner))
    for student, files in _by_student(owned, found, assignment).items():
        submission, said = _chosen(student, files, assignment, around, place)
        found.submissions.append(submission)
        found.said += [f"{student}: {line}" for line in said]
    if not found.submissions:
        there = f"; there is {found.nobody[0]}" if found.nobody else ""
        raise CourseError(f"there are no submissions for {assignment} in {path}{there}")
    found.submissions.sort(key=lambda one: one.student)
    return found


def _around(entries: list[Entry], assignment: str) -> int:
    """How many folders there are around all files, as in a zip of a folder."""
    depth = 0
    while entries and len({entry.parts[depth] for entry in entries if len(entry.parts) > depth + 1}) == 1:
        if any(len(e.parts) <= depth + 1 or has_form(e.parts[depth:], assignment) for e in entries):
            break
        depth += 1
    return depth


def _by_student(
    owned: dict[tuple[Form, str, str], list[tuple[Entry, Owner]]], found: Found, assignment: str
) -> dict[str, list[tuple[Entry, Owner]]]:
    """The files of each student, where two people of one name are told apart by the platform's number."""
    people: dict[str, set[str]] = {}
    for form, student, person in owned:
        if form is Form.MOODLE:
            people.setdefault(student, set()).add(person)
    out: dict[str, list[tuple[Entry, Owner]]] = {}
    for (form, student, person), files in owned.items():
        if form is Form.FLAT and (names := _several(files, assignment)):
            found.said.append(
                f"{student}_...: nothing says that these are one student's, so each is one: {', '.join(names)}"
            )
            for name, one in zip(names, files, strict=True):
                out.setdefault(name, []).append(one)
            continue
        namesakes = form is Form.MOODLE and len(people[student]) > 1
        if namesakes:
            found.said.append(f"{student}: {len(people[student])} people have this name; this is {student} {person}")
        out.setdefault(f"{student} {person}" if namesakes else student, []).extend(files)
    return out


def _several(files: list[tuple[Entry, Owner]], assignment: str) -> list[str]:
    """Of `jane_doe.ipynb` and `jane_roe.ipynb` the whole names, so that neither is left out as the other's draft.

    None where the files are one student's: where one is `jane.ipynb`, or has the assignment's name.
    """
    if any(not owner.original or is_meant(owner.original, assignment) for _, owner in files):
        return []
    names = [without_copy(entry.parts[-1].rpartition(".")[0]) for entry, _ in files]
    return names if len(set(names)) > 1 and not any(map(no_id, names)) else []


def _chosen(
    student: str, files: list[tuple[Entry, Owner]], assignment: str, around: int, place: Place
) -> tuple[Submission, list[str]]:
    """The file that counts, and what is to be said of it."""
    form = files[0][1].form
    notebooks = [(e, o) for e, o in files if not e.gap and e.parts[-1].lower().endswith(NOTEBOOK)]
    if form is Form.NBGRADER:
        exact = [(e, o) for e, o in notebooks if o.original == f"{assignment}{NOTEBOOK}"]
        submitted = _submitted(files, around + 2, place)
        if not exact and len(notebooks) > 1:
            names = ", ".join(shown(o.original) for _, o in notebooks[:5])
            fault = f"there is no {assignment}{NOTEBOOK}, and several other notebooks: {names}"
            return Submission(student=student, fault=fault, submitted=submitted), [fault]
        notebooks = exact or notebooks
    else:
        submitted = None
    if not notebooks:
        names = ", ".join(shown(o.original) or shown(e.name) for e, o in files[:5])
        fault = f"no notebook was handed in; what is there: {names}"
        return Submission(student=student, fault=fault, submitted=submitted), [fault]
    meant = [(e, o) for e, o in notebooks if is_meant(o.original, assignment)]
    entry, owner = max(meant or notebooks, key=lambda one: (one[1].order, one[0].age, one[0].parts))
    said = []
    if len(notebooks) > 1:
        others = ", ".join(shown(e.parts[-1]) for e, _ in notebooks if e is not entry)
        said.append(f"{len(notebooks)} notebooks were handed in: {shown(entry.parts[-1])} was graded, not {others}")
    elif form is Form.NBGRADER and owner.original != f"{assignment}{NOTEBOOK}":
        said.append(f"there is no {assignment}{NOTEBOOK}, so {shown(owner.original)} was graded")
    remarks = (*(f"{line[0].upper()}{line[1:]}." for line in said), *(["Canvas calls it late."] if owner.late else []))
    own = around + (2 if owner.form is Form.NBGRADER else 1)
    return Submission(
        student=student, entry=entry, own=own, remarks=remarks, submitted=submitted, late=owner.late
    ), said


def _submitted(files: list[tuple[Entry, Owner]], own: int, place: Place) -> datetime | None:
    """When it was handed in, in UTC, as timestamp.txt of nbgrader's exchange has it; None where nothing says it."""
    from nbgrader.utils import parse_utc

    for entry, owner in files:
        if owner.original == "timestamp.txt":
            try:
                text = place.read(entry, own, limit=200).decode("ascii").strip()
                moment = parse_utc(text) if re.match(r"\d{4}-\d\d-\d\d", text) else None
            except Exception:  # dateutil meets foreign text with errors of every kind
                return None
            return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else None
    return None
