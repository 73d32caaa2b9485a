"""What `coursekit new exercise` writes. `TODO` marks what only the author can say; the tests look for it."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import coursekit
from coursekit.grading.project import site_url
from coursekit.grading.setup_cell import setup_source

Function = Callable[..., Any]

#: How an argument of this name is drawn; any other is a number, or keeps its default.
_DRAWN = {
    **dict.fromkeys(("x", "dout", "w", "dw", "h", "v", "m", "scores", "a", "grad", "update"), "draw.array(n, d)"),
    **dict.fromkeys(("b", "gamma", "beta"), "draw.array(d)"),
    "y": "draw.rng.integers(0, 3, n)",
    "rng": "Seeded(int(draw.rng.integers(2**31)))",
}

_SPEC = '''"""{name}."""

import numpy as np

from coursekit.exercises.cases import {cases_imports}
from coursekit.exercises.kinds import {kind}
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import {standard}
from coursekit.{room} import {name}


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, d: int, about: str = "", group: str = "values") -> Case:
        return Case(args=({drawn}), about=about, group=group)

    def typical() -> Case:
        return case(draw.size(2, 5), draw.size(2, 4))

    cases = [
        case(1, 1),
        case(2, 2),
        typical(),
        case(1, draw.size(2, 6), "one row", "edges"),
        case(draw.size(2, 6), 1, "one feature", "edges"),
        # TODO: the edges of this function: zeros, large entries, options given by keyword
    ]
    return with_layouts(cases, typical=typical{single})


{constant} = Exercise(
    assignment="{id}",
    reference={name},
    task="TODO: what to write, the shapes, and the conventions that matter.",
    rule="TODO: {signature} = the formula, as text",
    returns={kind}(),
    cases=_cases,
    checks=(
{checks}
    ),
    # TODO: three or more wrong answers that people really give; each takes the arguments of {signature}.
    misconceptions=(
        Misconception(
            id="zeros",
            function=lambda {parameters}: np.zeros_like({first}),
            hint="TODO: what this code does, as seen from its numbers, and the one question that leads out of it?",
        ),
    ),
    # TODO: two or more other right answers: a loop, another form of the formula.
    variants={{}},
)
'''

_PACKAGE = '''"""The assignment `{id}`, in the order in which the chapter introduces the functions."""

{line}
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = ({constant},)

ASSIGNMENT = Assignment(
    id="{id}",
    title="TODO",
    exercises=Exercises({{exercise.name: exercise for exercise in _ORDER}}),
)
'''

_CHECKS = (
    ('values(3, "TODO: a question about one entry that can be worked out by hand?")', 3, "values"),
    ("edges()", 1, "edges"),
    ("unchanged()", 1, "unchanged"),
    ("keeps_float32()", 1, "keeps_float32"),
)


def signature(function: Function) -> str:
    """The call as text, with its defaults."""
    parameters = inspect.signature(function).parameters.values()
    shown = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
    return f"{function.__name__}({', '.join(shown)})"


def spec(id: str, room: str, function: Function) -> str:
    """The module with the exercise."""
    name = function.__name__
    parameters = list(inspect.signature(function).parameters.values())
    drawn = [_DRAWN.get(p.name, "draw.number(0.1, 0.9)") for p in parameters if p.default is p.empty]
    floating = any("array" in one for one in drawn)
    checks = [check for check in _CHECKS if floating or check[2] != "keeps_float32"]
    imports = ["Case", "Draw", *(["Seeded"] if "rng" in function.__code__.co_varnames else []), "with_layouts"]
    return _SPEC.format(
        name=name,
        constant=name.upper(),
        id=id,
        room=room,
        kind="ArrayOf" if floating else "Number",
        signature=signature(function),
        parameters=", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters),
        first=parameters[0].name,
        drawn=", ".join(drawn) + ("," if len(drawn) == 1 else ""),
        single="" if floating else ", single=False",
        checks="\n".join(f"        {check[0]}," for check in checks),
        standard=", ".join(sorted(check[2] for check in checks)),
        cases_imports=", ".join(imports),
    )


def package(id: str, name: str, line: str) -> str:
    """The `__init__.py` of a new assignment."""
    return _PACKAGE.format(id=id, constant=name.upper(), line=line)


def _meta(grade_id: str, **values: Any) -> dict[str, Any]:
    plain = {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": False}
    return {**plain, "task": False, **values}


def _locked(id: str, source: str, **more: Any) -> nbformat.NotebookNode:
    meta = {"nbgrader": _meta(id, cell_type="code", locked=True), "deletable": False, "editable": False, **more}
    return new_code_cell(source, id=id, metadata=meta)


def cells(id: str, function: Function) -> list[nbformat.NotebookNode]:
    """The text, the cell to solve and the check of one exercise."""
    name = function.__name__
    floating = any(p in _DRAWN and "array" in _DRAWN[p] for p in inspect.signature(function).parameters)
    points = sum(check[1] for check in _CHECKS if floating or check[2] != "keeps_float32")
    why = "TODO: the question that this function answers, its formula, and a number worked out by hand."
    solution = (
        f'def {signature(function)}:\n    """TODO: what it returns, and its shape.\n\n'
        '    >>> 1 + 1  # TODO: the worked number\n    2\n    """\n    ### BEGIN SOLUTION\n'
        '    raise NotImplementedError("TODO: the solution")\n    ### END SOLUTION'
    )
    check = _locked(f"check-{name}", f"check({name})")
    check.metadata.nbgrader.update(grade=True, points=points)
    check.metadata.coursekit = {"assignment": id, "exercise": name, "version": coursekit.__version__}
    return [
        new_markdown_cell(why, id=f"why-{name.replace('_', '-')}"),
        new_code_cell(solution, id=name, metadata={"nbgrader": _meta(name, cell_type="code", solution=True)}),
        check,
    ]


def notebook(root: Path, id: str, tasks: Sequence[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """A notebook with these tasks, the cells that every notebook begins with, and a written question."""
    version = coursekit.__version__
    setup = _locked("setup", setup_source(version, site_url(root)), jupyter={"source_hidden": True})
    setup.metadata.coursekit = {"role": "setup", "version": version}
    question = (
        "**Question 1 (2 points).** TODO: what did the run above show, and why?\n\n| points | for |\n|---|---|\n"
        "| 1 | TODO: what is seen, with its number |\n| 1 | TODO: the reason |"
    )
    answer = _meta("explain", cell_type="markdown", grade=True, points=2, solution=True)
    nb = new_notebook(
        cells=[
            new_markdown_cell("# TODO: the title\n\n**TODO: the question that this notebook answers.**", id="title"),
            setup,
            _locked("imports", "import numpy as np\nfrom coursekit import check"),
            *tasks,
            new_markdown_cell("## The pay-off\n\nTODO: what the student's own functions do now.", id="part-pay-off"),
            new_code_cell(f"{tasks[1].id}  # TODO: an experiment that runs on it", id="pay-off"),
            new_markdown_cell(question, id="ask-explain"),
            new_markdown_cell("TODO: a model answer.", id="explain", metadata={"nbgrader": answer}),
        ]
    )
    nb.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nb.metadata.language_info = {"name": "python"}
    return nb
