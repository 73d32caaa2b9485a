"""From a record to what the gradebook holds of it: points of check cells, and which answers a person must read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from coursekit.grading.record import Record, State
from coursekit.grading.restore import Role


@dataclass(frozen=True)
class Marks:
    """`scores` by graded cell, None where a person has to look; `unanswered` are solution cells left as released."""

    scores: Mapping[str, float | None]
    unanswered: frozenset[str]


def marks_of(record: Record, roles: Mapping[str, Role]) -> Marks:
    """The marks of a record, by the roles of the released cells.

    A check cell has its exercise's score; a written answer waits for a person, or has 0 points where nothing was
    written. What could not be judged for a reason that is not the student's waits for a person too, and so does an
    answer in a notebook that the record does not hold.
    """
    judged = {one.name: one.score for one in record.exercises if one.state is not State.INFRASTRUCTURE}
    written = _sources(record.notebook)
    if not record.notebook and record.state not in (State.UNREADABLE, State.WRONG_ASSIGNMENT):
        written = None  # there was one, as with a row of the ledger that has it in its file: it may hold an answer
    unanswered = frozenset(
        name
        for name, role in roles.items()
        if role.nbgrader.get("solution") and written is not None and written.get(name, role.source) == role.source
    )
    scores: dict[str, float | None] = {}
    for name, role in roles.items():
        if not role.nbgrader.get("grade"):
            continue
        if role.nbgrader.get("solution"):
            scores[name] = 0.0 if name in unanswered else None
        else:
            scores[name] = judged.get((role.coursekit or {}).get("exercise", ""))
    return Marks(scores, unanswered)


def _sources(notebook: str) -> dict[str, str] | None:
    """The text of each cell by its grade id; empty where there is no notebook, None where it cannot be told."""
    if not notebook:
        return {}
    try:
        found = {}
        for cell in json.loads(notebook)["cells"]:
            if name := cell["metadata"].get("nbgrader", {}).get("grade_id"):
                source = cell["source"]
                found[name] = source if isinstance(source, str) else "".join(source)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found
