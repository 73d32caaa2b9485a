"""Raise the score by what the file itself says: roles, points, ids, outputs, records of earlier gradings."""

import copy
from collections.abc import Callable
from typing import Any

from attacks.base import Arena, Attack, as_bytes, code_cell, notebook, released, solution
from coursekit.exercises import assignment
from coursekit.grading.record import State

_AIM = "raise the score: the file's own words"
_FULL = {name: exercise.max_score for name, exercise in assignment("activations").exercises.items()}


def _cell(made: dict[str, Any], id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(cell for cell in made["cells"] if cell["id"] == id)
    return found


def _checks(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in made["cells"] if cell["id"].startswith("check-")]


def _result(value: object) -> dict[str, Any]:
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": repr(value)}}


def points_changed(made: dict[str, Any]) -> None:
    for cell in _checks(made):
        cell["metadata"]["nbgrader"]["points"] = 999
    _cell(made, "check-relu")["metadata"]["nbgrader"]["points"] = -5
    _cell(made, "check-elu")["metadata"]["nbgrader"]["points"] = "NaN"


def roles_changed(made: dict[str, Any]) -> None:
    for cell in _checks(made):
        cell["metadata"]["nbgrader"].update(solution=True, locked=False, grade=True, task=False)
    _cell(made, "relu")["metadata"]["nbgrader"].update(grade=True, points=5)
    _cell(made, "elu")["metadata"]["nbgrader"].update(locked=True, solution=False)


def exercises_swapped(made: dict[str, Any]) -> None:
    """Every check says that it is that of the one function that is right."""
    for cell in _checks(made):
        cell["metadata"]["coursekit"]["exercise"] = "sigmoid"
        cell["source"] = "check(sigmoid)"


def checks_copied(made: dict[str, Any]) -> None:
    """The check that gives points stands there five times more, with its id and with others."""
    for number in range(5):
        again = copy.deepcopy(_cell(made, "check-sigmoid"))
        again["id"] = f"again-{number}"
        if number > 2:
            again["metadata"]["nbgrader"]["grade_id"] = f"check-sigmoid-{number}"
        made["cells"].append(again)


def metadata_of_other_types(made: dict[str, Any]) -> None:
    odd: list[Any] = [None, [], "x", 7, {"grade_id": None}, {"grade_id": ["relu"]}, {"grade_id": {"a": 1}}]
    for cell, meta in zip(_checks(made)[1:], odd, strict=False):
        cell["metadata"]["nbgrader"] = meta
        cell["metadata"]["coursekit"] = meta


def record_forged(made: dict[str, Any]) -> None:
    """The record of a grading that never was, where the grader leaves its own."""
    forged = {
        "assignment": "activations",
        "digest": "0" * 64,
        "key": "0" * 64,
        "state": "graded",
        "exercises": [
            {"name": name, "state": "graded", "score": top, "max_score": top, "result": {"score": top}, "failed": []}
            for name, top in _FULL.items()
        ],
        "repairs": [],
        "remarks": [],
    }
    made["metadata"]["coursekit"] = {"record": forged, "unreadable": "x", "stranger": "batchnorm"}
    for cell in made["cells"]:
        cell["metadata"].setdefault("coursekit", {})["record"] = forged


def outputs_forged(made: dict[str, Any]) -> None:
    for cell in _checks(made):
        cell["outputs"], cell["execution_count"] = [_result(9.0)], 1


def checks_edited(made: dict[str, Any]) -> None:
    for cell in _checks(made):
        cell["source"] = "9.0"
    _cell(made, "imports")["source"] = "import numpy as np\ncheck = lambda *functions: 9.0"


def cell_types_changed(made: dict[str, Any]) -> None:
    for cell in (_cell(made, "check-relu"), _cell(made, "imports"), _cell(made, "relu")):
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    raw = _cell(made, "check-elu")
    raw["cell_type"] = "raw"
    del raw["outputs"], raw["execution_count"]


def order_reversed(made: dict[str, Any]) -> None:
    """The checks stand before their functions; the imports come last, so that no function finds NumPy on its way."""
    made["cells"].reverse()


def kernel_changed(made: dict[str, Any]) -> None:
    made["metadata"]["kernelspec"] = {"name": "bash", "display_name": "; touch x", "argv": ["/bin/sh", "-c", "exit"]}
    made["metadata"]["language_info"] = {"name": "bash", "pygments_lexer": "nothing-of-the-kind"}
    made["metadata"]["nbgrader"] = {"autograded": True, "score": 99}


def tags_set(made: dict[str, Any]) -> None:
    """What nbclient, nbconvert and papermill read in a cell's tags."""
    for cell in made["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell", "remove_input", "parameters"]


def checks_deleted(made: dict[str, Any]) -> None:
    """Nothing but the function that is right: less to lose."""
    made["cells"] = [_cell(made, "sigmoid")]


def ids_clash(made: dict[str, Any]) -> None:
    for cell in made["cells"]:
        cell["id"] = "same"


def old_format_with_ids(made: dict[str, Any]) -> None:
    made["nbformat_minor"] = 2


_CHANGES: tuple[Callable[[dict[str, Any]], None], ...] = (
    points_changed,
    roles_changed,
    exercises_swapped,
    checks_copied,
    metadata_of_other_types,
    record_forged,
    outputs_forged,
    checks_edited,
    cell_types_changed,
    kernel_changed,
    tags_set,
    ids_clash,
    old_format_with_ids,
)


def _changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Arena], bytes]:
    def make(arena: Arena) -> bytes:
        made = notebook(solved=["sigmoid"], last=["print('attempt over')"])
        change(made)
        return as_bytes(made)

    return make


def _reversed(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"])
    order_reversed(made)
    return as_bytes(made)


def _stripped(arena: Arena) -> bytes:
    made = notebook(solved=["sigmoid"])
    checks_deleted(made)
    return as_bytes(made)


def _of_another_assignment(arena: Arena) -> bytes:
    made = notebook("batchnorm", solved=["batchnorm_eval"])
    made["cells"].append(code_cell(solution("activations", "relu")))
    return as_bytes(made)


def _only_own_cells(arena: Arena) -> bytes:
    """Right answers in cells of the student's own, above released cells that raise."""
    made = released("activations")
    made["cells"] = [
        code_cell("import numpy as np\n" + solution("activations", "sigmoid")),
        *(cell for cell in made["cells"] if cell["id"] == "no such cell"),
        code_cell("print('attempt over')"),
    ]
    made["nbformat_minor"] = 4
    return as_bytes(made)


def _two_keys(arena: Arena) -> bytes:
    """JSON with each key twice: what a reader and a checker see may differ."""
    text = as_bytes(notebook(solved=["sigmoid"], last=["print('attempt over')"])).decode()
    return (
        text.replace('"points": 5', '"points": 5, "points": 500')
        .replace('"cells": [', '"cells": [], "cells": [')
        .encode()
    )


ATTACKS: list[Attack] = [
    *(
        Attack(name=change.__name__.replace("_", "-"), aim=_AIM, make=_changed(change), solved=["sigmoid"])
        for change in _CHANGES
    ),
    Attack(
        name="order-reversed",
        aim=_AIM,
        make=_reversed,
        solved=["sigmoid"],
        harms_itself=True,
        shows="",
    ),
    Attack(
        name="all-but-one-cell-deleted",
        aim=_AIM,
        make=_stripped,
        solved=["sigmoid"],
        states=frozenset({State.STUDENT_ERROR}),
        shows="",
        says=["The cell relu was missing"],
    ),
    Attack(
        name="notebook-of-another-assignment",
        aim=_AIM,
        make=_of_another_assignment,
        states=frozenset({State.WRONG_ASSIGNMENT}),
        shows="",
        says=["batchnorm"],
    ),
    Attack(
        name="only-cells-of-ones-own",
        aim=_AIM,
        make=_only_own_cells,
        solved=["sigmoid"],
        harms_itself=True,
        states=frozenset({State.STUDENT_ERROR}),
    ),
    Attack(name="json-keys-twice", aim=_AIM, make=_two_keys, solved=["sigmoid"]),
]
