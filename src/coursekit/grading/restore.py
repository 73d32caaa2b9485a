"""Puts a submitted notebook back into the released form before it is graded.

nbgrader restores the text of read-only cells, but it believes the submission's own metadata, aborts the whole batch on
a copied graded cell, and leaves a deleted one without a score.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

_SCHEMA = 3
_NOTE = "This cell was missing from the submission and was put back for grading."


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Every cell that the gradebook knows stands in the notebook once, with the release's own metadata.

    Of several copies the last keeps its role, as in nbgrader; the others become plain cells. A missing cell is put back
    after the nearest cell before it that is still there. Texts of read-only cells are left to OverwriteCells.
    """

    release_directory = Unicode(
        "", help="the folder of released notebooks, whose coursekit metadata is the one that counts"
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore `nb` in place, by the gradebook's record of the released notebook."""
        names = resources["nbgrader"]
        release = _released_cells(Path(self.release_directory) / names["assignment"] / f"{names['notebook']}.ipynb")
        with Gradebook(names["db_url"]) as gradebook:
            try:
                notebook = gradebook.find_notebook(names["notebook"], names["assignment"])
            except MissingEntry:
                return nb, resources
            roles = _roles(notebook, release)
        _settle(nb, roles, self.log)
        _put_back(nb, roles, self.log)
        return nb, resources


@dataclass(frozen=True)
class _Role:
    """What one cell of the release is, whatever a submission says of it."""

    kind: str
    source: str
    nbgrader: dict[str, Any]
    coursekit: dict[str, Any] | None


def _roles(notebook: Notebook, release: dict[str, dict[str, Any]]) -> dict[str, _Role]:
    """The role of each known cell, in the release's order. Points and texts are the gradebook's."""
    points = {cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    roles = {}
    # The gradebook keeps no order, so that of the release counts; what the release lacks comes last.
    place = {name: i for i, name in enumerate(release)}
    for cell in sorted(notebook.source_cells, key=lambda cell: place.get(cell.name, len(place))):
        name = cell.name
        meta: dict[str, Any] = {
            "grade": name in graded,
            "grade_id": name,
            "locked": bool(cell.locked),
            "schema_version": _SCHEMA,
            "solution": name in solutions,
            "task": name in tasks,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        if name in points:
            meta["points"] = points[name]
        mark = release.get(name, {}).get("metadata", {}).get("coursekit")
        roles[name] = _Role(str(cell.cell_type), str(cell.source), meta, mark)
    return roles


def _released_cells(path: Path) -> dict[str, dict[str, Any]]:
    """The released notebook's cells by grade id, in order; empty where there is no readable release."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {name: cell for cell in cells if (name := cell["metadata"].get("nbgrader", {}).get("grade_id"))}


def _grade_id(cell: NotebookNode) -> str | None:
    meta = cell.metadata.get("nbgrader")
    grade_id = meta.get("grade_id") if isinstance(meta, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _settle(nb: NotebookNode, roles: dict[str, _Role], log: Any) -> None:
    """Give the last cell of each known id its role; take every claim to a role from all others."""
    seen: set[str] = set()
    for cell in reversed(nb.cells):
        name = _grade_id(cell)
        if name in roles and name not in seen:
            seen.add(name)
            _apply(cell, roles[name])
            continue
        if name in roles:
            log.warning("Cell %r stands in the notebook several times: the last one counts", name)
        elif name is not None:
            log.warning("Cell %r is not part of this assignment: it runs as a plain cell", name)
        cell.metadata.pop("nbgrader", None)
        cell.metadata.pop("coursekit", None)


def _apply(cell: NotebookNode, role: _Role) -> None:
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


def _put_back(nb: NotebookNode, roles: dict[str, _Role], log: Any) -> None:
    place = {name: cell for cell in nb.cells if (name := _grade_id(cell)) is not None}
    # Where nothing of the release is left (another notebook, or an unreadable one) it follows what was handed in.
    stranger = not place
    after = len(nb.cells) if stranger else 0
    for name, role in roles.items():
        if name in place:
            after = next(i for i, cell in enumerate(nb.cells) if cell is place[name]) + 1
            continue
        log.warning("Cell %r is missing from the submission: it is put back", name)
        cell = new_code_cell(role.source) if role.kind == "code" else new_markdown_cell(role.source)
        restored = [cell] if stranger else [new_markdown_cell(_NOTE), cell]
        for fresh in restored:
            if (nb.nbformat, nb.nbformat_minor) < (4, 5):
                del fresh["id"]  # ids came with format 4.5, and an older notebook is invalid with them
        _apply(cell, role)
        nb.cells[after:after] = restored
        after += len(restored)
