"""`coursekit new exercise ID NAME`: the start of an exercise, in every place that an exercise stands in.

A spec, its line in the assignment and in the table of what is promised, and the notebook's cells. The engine's function
comes first: name, signature and room are read from it. All texts are made before the first is written.
"""

import inspect
import keyword
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat

from coursekit.grading import authoring_texts as texts
from coursekit.grading.errors import CourseError
from coursekit.grading.project import SOURCE

_ROOMS = ("nn", "optim", "data", "training")
_PACKAGE = Path("src/coursekit/exercises")
_TABLE = Path("tests/contracts/promised.py")
_REGISTRY = _PACKAGE / "__init__.py"


def new_exercise(root: Path, id: str, name: str) -> list[Path]:
    """Begin the exercise `name` of the assignment `id`; returns the files written, relative to `root`."""
    for what, word in (("assignment", id), ("exercise", name)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word) or keyword.iskeyword(word):
            raise CourseError(
                f"{word!r} is no name for an {what}: small letters, digits and underscores, as in he_init"
            )
    room, function = _engine_function(name)
    _refuse_a_second(name)
    for needed in (_REGISTRY, _TABLE):
        if not (root / needed).is_file():
            raise CourseError(f"{root / needed} is not there: this is for the project's own folder, with its sources")
    module = _PACKAGE / id / f"{name}_task.py"
    if (root / module).exists():
        raise CourseError(f"{module} is there already: go on in it, or remove it first")
    written = {
        module: texts.spec(id, room, function),
        _PACKAGE / id / "__init__.py": _with_exercise(root, id, name),
        _REGISTRY: _with_assignment((root / _REGISTRY).read_text("utf-8"), id),
        _TABLE: _with_promise((root / _TABLE).read_text("utf-8"), id, room, function),
        Path(SOURCE) / id / f"{id}.ipynb": _with_cells(root, id, function),
    }
    changed = [
        path
        for path, text in written.items()
        if not (root / path).is_file() or (root / path).read_text("utf-8") != text
    ]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(written[path], "utf-8")
    return changed


def _engine_function(name: str) -> tuple[str, Callable[..., Any]]:
    for room in _ROOMS:
        found = getattr(import_module(f"coursekit.{room}"), name, None)
        if inspect.isfunction(found):
            return room, found
    raise CourseError(
        f"the engine has no function {name}: write it first, with its docstring and tests, in one of "
        f"{', '.join(f'coursekit.{room}' for room in _ROOMS)}, and name it in that room's __init__.py"
    )


def _refuse_a_second(name: str) -> None:
    from coursekit.exercises import assignment, assignments

    for id in assignments():
        if name in assignment(id).exercises:
            raise CourseError(f"{name} is an exercise already, in the assignment {id}")


def _with_exercise(root: Path, id: str, name: str) -> str:
    path = root / _PACKAGE / id / "__init__.py"
    line = f"from coursekit.exercises.{id}.{name}_task import {name.upper()}"
    if not path.is_file():
        return texts.package(id, name, line)
    text = path.read_text("utf-8")
    order = re.search(r"^_ORDER = \((.*?)\)", text, re.MULTILINE | re.DOTALL)
    imports = [found for found in text.splitlines() if found.startswith(f"from coursekit.exercises.{id}.")]
    if order is None or not imports:
        raise CourseError(f"{path.relative_to(root)} has no _ORDER = (...) to add {name.upper()} to: add it by hand")
    inside = order[1].rstrip().rstrip(",")
    text = text.replace(order[0], f"_ORDER = ({inside},\n    {name.upper()},\n)")
    before = [found for found in imports if found < line]
    anchor = before[-1] if before else imports[0]
    return text.replace(anchor, f"{anchor}\n{line}" if before else f"{line}\n{anchor}", 1)


def _with_assignment(text: str, id: str) -> str:
    found = re.search(r"^_ASSIGNMENTS = \{(.*?)\}", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise CourseError(f"{_REGISTRY} has no _ASSIGNMENTS = {{...}} to add {id} to: add it by hand")
    if f'"{id}"' in found[1]:
        return text
    inside = found[1].strip().rstrip(",")
    return text.replace(found[0], f'_ASSIGNMENTS = {{\n    {inside},\n    "{id}": "coursekit.exercises.{id}",\n}}')


def _with_promise(text: str, id: str, room: str, function: Callable[..., Any]) -> str:
    line = f'        ("{room}", "{texts.signature(function)}"),'
    found = re.search(rf'^    "{id}": \[\n.*?^    \],\n', text, re.MULTILINE | re.DOTALL)
    if found is not None:
        return text.replace(found[0], found[0].removesuffix("    ],\n") + f"{line}\n    ],\n")
    end = text.index("\n}\n", text.index("PROMISED = {"))
    return f'{text[:end]}\n    "{id}": [\n{line}\n    ],{text[end:]}'


def _with_cells(root: Path, id: str, function: Callable[..., Any]) -> str:
    path = root / SOURCE / id / f"{id}.ipynb"
    cells = texts.cells(id, function)
    if not path.is_file():
        return str(nbformat.writes(texts.notebook(root, id, cells))) + "\n"
    nb = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    taken = {cell.id for cell in nb.cells} & {cell.id for cell in cells}
    if taken:
        raise CourseError(f"{path.relative_to(root)} has a cell {', '.join(sorted(taken))} already: rename that first")
    last = max((i for i, cell in enumerate(nb.cells) if cell.id.startswith("check-")), default=len(nb.cells) - 1)
    nb.cells[last + 1 : last + 1] = cells
    return str(nbformat.writes(nb)) + "\n"
