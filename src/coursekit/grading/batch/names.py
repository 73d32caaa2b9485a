"""Whose is this file? What the names in a folder or a learning platform's zip say.

* nbgrader: `<student>/<assignment>/<assignment>.ipynb`
  (https://nbgrader.readthedocs.io/en/stable/user_guide/philosophy.html).
* Canvas, "Download submissions": `<lastfirst>_[LATE_]<user id>_<file id>_<name>`, and `anon_<id>` in place of name and
  user id where grading is anonymous (canvas-lms, lib/content_zipper.rb: `get_filename`, `add_upload_submission`). The
  user id is the column `ID` of Canvas' gradebook file. A file that is handed in again under its old name comes as
  `name-1.ipynb`, and file ids grow with time.
* Moodle, "Download all submissions": `<Full Name>_<number>_assignsubmission_file/<path>`, as older sites do it
  `..._file_/<path>`, and without folders `..._file_<name>` (moodle, mod/assign/classes/downloader.php). The number is
  another one in every assignment, so that the name stands for the student, with the number where two share a name.
* A flat folder: `<student>_<assignment>.ipynb`, `<student>_<anything>.ipynb` or `<student>.ipynb`.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

_CANVAS = re.compile(
    r"(?:(?P<name>[^/]*?)_)??(?P<late>LATE_)?(?P<user>\d+|anon_[0-9A-Za-z]+)_(?P<file>\d+)_(?P<original>.+)", re.DOTALL
)
_MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<original>.*))?", re.DOTALL
)
#: A file that is handed in, or downloaded, a second time under its old name.
_AGAIN = re.compile(r"(?:-(?P<again>\d+)| ?\((?P<copy>\d+)\))$")

#: What systems leave behind in folders and archives; nobody handed it in.
_LEFTOVERS = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__"}

NOTEBOOK = ".ipynb"


class Form(Enum):
    """Which way of naming it is."""

    NBGRADER = "nbgrader's layout"
    CANVAS = "Canvas"
    MOODLE = "Moodle"
    FLAT = "a flat folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a file is. `number` is the platform's for this person, `original` what the student called the file.

    `order` grows with time where the name tells it. `late` is what the platform says.
    """

    student: str
    form: Form
    original: str
    number: str = ""
    order: tuple[int, ...] = ()
    late: bool = False


def owner_of(parts: tuple[str, ...], assignment: str) -> Owner | str:
    """Whose the file with these path parts is, or why it is nobody's, in a clause."""
    if any(part in ("", ".", "..") or "\\" in part for part in parts):
        return "its path leads elsewhere"
    if max(len(part) for part in parts) > 500:
        return "its name is too long"
    owner = _read(parts, assignment)
    if isinstance(owner, Owner) and (fault := no_id(owner.student)) is not None:
        return f"{owner.student!r} is no student's id: {fault}"
    return owner


def has_form(parts: tuple[str, ...], assignment: str) -> bool:
    """Whether the first of these parts is a student's, so that it is no folder around all the others."""
    return (len(parts) > 2 and parts[1] == assignment) or _MOODLE.fullmatch(parts[0]) is not None


def is_leftover(parts: tuple[str, ...]) -> bool:
    """Whether a system or an editor left this behind."""
    return any(part in _LEFTOVERS or part.startswith("._") for part in parts)


def is_meant(original: str, assignment: str) -> bool:
    """Whether a file's own name is that of the assignment's notebook, be it handed in again."""
    stem, _, end = original.rpartition("/")[2].rpartition(".")
    return end.lower() == "ipynb" and _AGAIN.sub("", stem) == assignment


def no_id(student: str) -> str | None:
    """Why this cannot be a student's id, which is a folder's name and a line in lists; None when it can."""
    if not student.strip():
        return "it is empty"
    if student != student.strip():
        return "there is a blank before or behind it"
    if "/" in student or "\\" in student:
        return "there is a path in it"
    if student.startswith("."):
        return "it begins with a dot"
    if not student.isprintable():
        return "there are characters in it that cannot be shown"
    if len(student) > 128 or len(student.encode()) > 200:  # the gradebook's limit, and one for the names of folders
        return "it is too long"
    return None


def shown(name: str) -> str:
    """A name that anybody may have chosen, as text that does nothing to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _read(parts: tuple[str, ...], assignment: str) -> Owner | str:
    moodle = _MOODLE.fullmatch(parts[0])
    if moodle is not None:
        inside = "/".join(parts[1:]) or moodle["original"] or ""
        name = _printable(moodle["name"])
        return Owner(student=name, form=Form.MOODLE, original=inside, number=moodle["number"], order=_again(inside))
    if len(parts) > 2:
        if parts[1] != assignment:
            return f"it is not in a folder {assignment}"
        student = unicodedata.normalize("NFC", parts[0])
        return Owner(student=student, form=Form.NBGRADER, original="/".join(parts[2:]))
    if len(parts) > 1:
        return f"it is not in a student's folder {assignment}"
    canvas = _CANVAS.fullmatch(parts[0])
    if canvas is not None:
        return Owner(
            student=canvas["user"],
            form=Form.CANVAS,
            original=canvas["original"],
            number=canvas["user"],
            order=(int(canvas["file"]), *_again(canvas["original"])),
            late=canvas["late"] is not None,
        )
    stem, dot, end = parts[0].rpartition(".")
    if not dot or end.lower() != "ipynb":
        return "it is no notebook"
    if is_meant(parts[0], assignment):  # as in one student's own folder, which was named in place of that of all
        return "its name does not say whose it is"
    # An id may hold a line or a number itself, as in jane_doe or s-17: the assignment's name says where it ends.
    whole = re.fullmatch(rf"(?P<student>.+)_(?P<rest>{re.escape(assignment)}{_AGAIN.pattern[:-1]}?)", stem, re.DOTALL)
    if whole is not None:
        student, rest = whole["student"], f"{whole['rest']}{NOTEBOOK}"
    else:
        student, _, rest = without_copy(stem).partition("_")
    return Owner(student=unicodedata.normalize("NFC", student), form=Form.FLAT, original=rest, order=_again(parts[0]))


def without_copy(stem: str) -> str:
    """A file's name without its end and without the ` (2)` of a second download, as it may stand for a student."""
    return unicodedata.normalize("NFC", re.sub(r" ?\(\d+\)$", "", stem))


def _again(name: str) -> tuple[int, ...]:
    found = _AGAIN.search(name.rpartition(".")[0])
    return (int(found["again"] or found["copy"]),) if found else (0,)


def _printable(name: str) -> str:
    # A full name may hold characters that only steer how others are shown; the platform wrote it, so it is kept.
    return " ".join("".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable()).split())
