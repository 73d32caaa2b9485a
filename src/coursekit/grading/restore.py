"""Puts a submitted notebook back into the released form before it is graded, and says what was put back.

Only the release is believed: which cells there are, what they are worth, what stands in those that nobody may edit.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

_SCHEMA = 3
_NOTE = "This cell was missing from the submission and was put back for grading."
_ELSEWHERE = "# What belongs here is defined in another cell."
_DEFINED = re.compile(r"^def +(\w+) *\(", re.MULTILINE)
_TOLD = ("grade", "solution", "task", "locked", "points", "cell_type")


@dataclass(frozen=True)
class Role:
    """What one cell of the release is, whatever a submission says of it; `before` is the text of the cell before it."""

    kind: str
    source: str
    nbgrader: Mapping[str, Any]
    coursekit: Mapping[str, Any] | None = None
    before: str = ""

    @property
    def locked(self) -> bool:
        """Whether its text is the release's; else it is the student's."""
        return bool(self.nbgrader["locked"]) or (self.nbgrader["grade"] and not self.nbgrader["solution"])


def released_cells(release: str) -> dict[str, dict[str, Any]]:
    """The cells of a released notebook by grade id, in order, with the text `before` each; empty where it cannot be
    read."""
    try:
        cells = json.loads(release)["cells"]
        return {
            name: {**cell, "before": _text(before)}
            for before, cell in pairwise([{"source": ""}, *cells])
            if (name := cell["metadata"].get("nbgrader", {}).get("grade_id"))
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def roles_of(release: str) -> dict[str, Role]:
    """The role of each cell of a released notebook, by grade id, in order."""
    roles = {}
    for name, cell in released_cells(release).items():
        marks = {**cell["metadata"]["nbgrader"], "schema_version": _SCHEMA}
        roles[name] = Role(cell["cell_type"], _text(cell), marks, cell["metadata"].get("coursekit"), cell["before"])
    return roles


def _text(cell: Mapping[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def exercises_in(roles: Mapping[str, Role]) -> list[str]:
    """The exercises that a release checks: an instructor may have taken some out."""
    return [role.coursekit["exercise"] for role in roles.values() if role.coursekit and "exercise" in role.coursekit]


def restore(nb: NotebookNode, roles: Mapping[str, Role]) -> list[str]:
    """Bring `nb`, in place, to where every cell of `roles` stands in it once; a sentence for each repair.

    Of several copies the last keeps its role, as in nbgrader; the others become plain cells. A missing cell is put back
    after the nearest cell before it that is still there. A locked cell gets its own text again.

    Some tools save cells without their marks. Such a cell is known by what stands in it, or before it.
    """
    return [*_settle(nb, roles), *_recognise(nb, roles), *_put_back(nb, roles)]


def grade_id(cell: NotebookNode) -> str | None:
    """What nbgrader calls this cell, None where it calls it nothing."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def _settle(nb: NotebookNode, roles: Mapping[str, Role]) -> list[str]:
    """Give the last cell of each known id its role; take every claim to a role from all others."""
    seen: set[str] = set()
    copies: dict[str, int] = {}
    repairs: list[str] = []
    for cell in reversed(nb.cells):
        name = grade_id(cell)
        if name is not None and name in roles and name not in seen:
            seen.add(name)
            repairs += _apply(name, cell, roles[name])
            continue
        if name is not None and name in roles:
            copies[name] = copies.get(name, 1) + 1
        elif name is not None:
            repairs.append(
                f"A cell called itself {name[:60]!r}, which is no part of this assignment: it ran as a plain cell."
            )
        cell.metadata.pop("nbgrader", None)
        cell.metadata.pop("coursekit", None)
    repairs += [
        f"The cell {name} stood there {n} times: the last one counts, the others ran as plain cells."
        for name, n in copies.items()
    ]
    return repairs[::-1]


def _apply(name: str, cell: NotebookNode, role: Role) -> list[str]:
    """Make `cell` what `role` says; what of that was news."""
    repairs = []
    claimed = cell.metadata["nbgrader"]
    exercise = (role.coursekit or {}).get("exercise")
    mark = cell.metadata.get("coursekit")
    other = exercise is not None and (mark.get("exercise") if isinstance(mark, dict) else None) != exercise
    if (
        other
        or cell.cell_type != role.kind
        or any(claimed[key] != role.nbgrader.get(key) for key in _TOLD if key in claimed)
    ):
        repairs.append(
            f"What the notebook says of the cell {name} (its points or its role) had been changed: it was put back."
        )
    cell.metadata["nbgrader"] = NotebookNode(role.nbgrader)
    cell.metadata.pop("coursekit", None)
    if role.coursekit is not None:
        cell.metadata["coursekit"] = NotebookNode(role.coursekit)
    if cell.cell_type != role.kind:
        cell.cell_type = role.kind
        cell.pop("attachments", None)
        if role.kind == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    if role.locked and cell.source != role.source:
        # The setup cell is not the same in every release, and is of no account.
        if cell.source.split() != role.source.split() and (role.coursekit or {}).get("role") != "setup":
            repairs.append(
                f"The text of the cell {name}, which belongs to the assignment, had been changed: it was put back."
            )
        cell.source = role.source
    return repairs


def _recognise(nb: NotebookNode, roles: Mapping[str, Role]) -> list[str]:
    """Give the role of each missing cell to an unmarked one that must be it; of several to the last.

    A function is known by its name, an answer in words by the question before it, all else by its text.
    """
    there = {grade_id(cell) for cell in nb.cells}
    missing = {name: role for name, role in roles.items() if name not in there}
    if not missing:
        return []
    by_clue: dict[tuple[str, str, str], NotebookNode] = {}
    for before, cell in pairwise([None, *nb.cells]):
        if grade_id(cell) is None:
            by_clue |= dict.fromkeys(_clues(cell, before), cell)
    known = []
    for name, role in missing.items():
        cell = by_clue.get(_clue_of(role))
        if cell is not None and grade_id(cell) is None:
            cell.metadata["nbgrader"] = NotebookNode(grade_id=name)
            _apply(name, cell, role)  # what it says is no news
            known.append(name)
    said = (
        f"Cells had lost the marks that say what they are, and were known by what stands in them: {', '.join(known)}."
    )
    return [said] if known else []


def _clues(cell: NotebookNode, before: NotebookNode | None) -> list[tuple[str, str, str]]:
    """What an unmarked cell may be known by."""
    clues = [(cell.cell_type, "text", _words(cell.source))]
    if before is not None and (question := _words(before.source)):
        clues.append((cell.cell_type, "question", question))
    return clues + [(cell.cell_type, "function", name) for name in _defined(cell.source)]


def _clue_of(role: Role) -> tuple[str, str, str]:
    """What the cell of a role is known by."""
    if role.locked:
        return role.kind, "text", _words(role.source)
    if role.kind == "code":
        return role.kind, "function", min(_defined(role.source), default="")
    return role.kind, "question", _words(role.before)


def _words(source: str) -> str:
    return " ".join(source.split())


def _defined(source: str) -> set[str]:
    """The functions that a cell defines at its top level."""
    return set(_DEFINED.findall(source))


def _put_back(nb: NotebookNode, roles: Mapping[str, Role]) -> list[str]:
    place = {name: cell for cell in nb.cells if (name := grade_id(cell)) is not None}
    # Where nothing of the release is left (another notebook, or an unreadable one) it follows what was handed in.
    stranger = not place
    after = len(nb.cells) if stranger else 0
    missing = []
    theirs = {function for cell in nb.cells if cell.cell_type == "code" for function in _defined(cell.source)}
    for name, role in roles.items():
        if name in place:
            after = next(i for i, cell in enumerate(nb.cells) if cell is place[name]) + 1
            continue
        missing.append(name)
        # The released function, which does nothing yet, must not take the place of one that is written elsewhere.
        elsewhere = not role.locked and bool(functions := _defined(role.source)) and functions <= theirs
        source = _ELSEWHERE if elsewhere else role.source
        cell = new_code_cell(source) if role.kind == "code" else new_markdown_cell(source)
        cell.metadata["nbgrader"] = NotebookNode(role.nbgrader)
        _apply(name, cell, role)
        restored = [cell] if stranger else [new_markdown_cell(_NOTE), cell]
        nb.cells[after:after] = restored
        after += len(restored)
    if stranger and missing:
        return ["None of the assignment's own cells was in the notebook: they were put behind what it holds."]
    return [f"The cell {name} was missing: it was put back as it was released." for name in missing]
