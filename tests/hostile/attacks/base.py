"""What a hostile submission is, and the released notebooks that all of them are made from."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.exercises import assignment
from coursekit.exercises.kinds import DictOf, Flag, Kind, ListOf, Number, Optional, Series, Several, Text
from coursekit.grading.record import State

#: What an attack prints that could reach something which must not be there, whether it used it or not.
ESCAPED = "ESC" + "APED"
#: What every attack prints when it has done its work, so that none passes because it stumbled over itself.
DONE = "attempt over"


@dataclass(frozen=True, kw_only=True)
class Arena:
    """Where the attacks take place: absolute paths and ports that a student could know, and the canaries behind them.

    `flag` is the name of the files that attacks try to leave, `secret` what stands in every file they may not read;
    no notebook holds it.
    """

    root: Path
    home: Path
    port: int
    socket: str
    flag: str
    secret: str = field(repr=False)
    seeds: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One hostile or broken submission of `assignment`.

    `make` gives the file's bytes. `solved` names the exercises that it honestly solves: it gets their points, and less
    only where `harms_itself`. `states` are those that the submission may end in, `exercises` those of some of its
    exercises. `shows` must stand in the graded notebook: the attack was carried out. `says` must stand in what the
    student is told.
    """

    name: str
    aim: str
    make: Callable[[Arena], bytes]
    assignment: str = "activations"
    solved: Sequence[str] = ()
    harms_itself: bool = False
    states: frozenset[State] = frozenset({State.GRADED})
    exercises: Mapping[str, frozenset[State]] = field(default_factory=dict)
    shows: str = DONE
    says: Sequence[str] = ()


def released(id: str) -> dict[str, Any]:
    """The student's notebook of an assignment, a fresh copy, with only the cells that nbgrader knows.

    The other cells show and train: they would cost each of the attacks a second and change nothing.
    """
    notebook = copy.deepcopy(_NOTEBOOKS[id])
    notebook["cells"] = [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    return notebook


def solution(id: str, name: str) -> str:
    """The source of a right answer."""
    return _SOLUTIONS[id][name]


def wrong(id: str, name: str) -> str:
    """The source of an answer of the right kind that is right nowhere."""
    return f"def {name}(*args, **kwargs):\n    return {_nonsense(assignment(id).exercises[name].returns)}"


def _nonsense(kind: Kind) -> str:
    if isinstance(kind, Several):
        return "(" + ", ".join(map(_nonsense, kind.parts.values())) + ")"
    if isinstance(kind, Optional):
        return _nonsense(kind.kind)
    if isinstance(kind, ListOf | Series | DictOf):
        return "{}" if isinstance(kind, DictOf) else "[]"
    if isinstance(kind, Number):
        return "77" if kind.integer else "7.5"
    if isinstance(kind, Flag):
        return "True"
    return "'x'" if isinstance(kind, Text) else "np.full((7, 7), 7.5)"


def code_cell(source: str, **metadata: Any) -> dict[str, Any]:
    """A cell of the student's own."""
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}


def notebook(
    id: str = "activations",
    *,
    solved: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    first: Sequence[str] = (),
    last: Sequence[str] = (),
) -> dict[str, Any]:
    """A submission: `solved` right, `answers` as they are given, all else wrong; own cells right after the imports
    (`first`) and at the end (`last`)."""
    made = released(id)
    cells = []
    for cell in made["cells"]:
        meta = cell["metadata"]["nbgrader"]
        name = meta["grade_id"]
        if cell["cell_type"] == "code" and meta["solution"]:
            right = solution(id, name) if name in solved else wrong(id, name)
            cell["source"] = (answers or {}).get(name, right)
        cells.append(cell)
        if name == "imports":
            cells += map(code_cell, first)
    made["cells"] = [*cells, *map(code_cell, last)]
    for place, cell in enumerate(made["cells"]):
        cell.setdefault("id", f"own-{place}")
    return made


def as_bytes(made: Any) -> bytes:
    """A notebook as the file that is handed in."""
    return json.dumps(made, indent=1).encode()


def by_cell(
    name: str,
    aim: str,
    source: str = "",
    *,
    first: str = "",
    answers: Mapping[str, str] | None = None,
    assignment: str = "activations",
    solved: Sequence[str] = ("sigmoid",),
    **expected: Any,
) -> Attack:
    """An attack by cells of the student's own, at the end (`source`) or right after the imports (`first`), and by
    `answers`. `@root@`, `@home@`, `@port@`, `@socket@`, `@flag@` in them stand for the arena's."""

    def make(arena: Arena) -> bytes:
        def fill(text: str) -> str:
            for what in ("root", "home", "port", "socket", "flag"):
                text = text.replace(f"@{what}@", str(getattr(arena, what)))
            return text

        done = f"\nprint({DONE!r})"
        made = notebook(
            assignment,
            solved=solved,
            answers={name: fill(text) for name, text in (answers or {}).items()},
            first=[fill(first) + done] if first else [],
            last=[fill(source) + ("" if first else done)] if source or not first else [],
        )
        return as_bytes(made)

    return Attack(name=name, aim=aim, make=make, assignment=assignment, solved=solved, **expected)


def _sources(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for cell in found["cells"]:
        cell["source"] = "".join(cell["source"])
    return found


_ROOT = Path(__file__).parents[3]
_IDS = ("activations", "batchnorm", "initialization", "optimizers")
_NOTEBOOKS = {id: _sources(_ROOT / "exercises" / id / f"{id}.ipynb") for id in _IDS}
_SOLUTIONS = {
    id: {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["source"]
        for cell in _sources(_ROOT / "solutions" / id / f"{id}.ipynb")["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    for id in _IDS
}
