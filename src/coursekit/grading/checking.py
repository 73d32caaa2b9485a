"""`coursekit check NOTEBOOK`: the whole notebook in a fresh kernel, and what its checks say."""

import ast
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from coursekit.exercises import assignment, assignments
from coursekit.grading.errors import CourseError
from coursekit.grading.reading import UnreadableError, read

# `Out` and `In` are IPython's own record of the cell before this one.
_ASK = "__import__('json').dumps([result.to_dict() for result in Out[len(In) - 2].results])"


@dataclass(frozen=True)
class Checked:
    """What one check cell showed: the exercise, the points it gave of those it can give, and the text.

    `results` are the results as plain data, one for each function that the cell checks; none where it failed.
    """

    exercise: str
    score: float
    max_score: float
    text: str
    results: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; the text only where there are no results."""
        plain = {"exercise": self.exercise, "score": self.score, "max_score": self.max_score}
        return plain | ({"results": list(self.results)} if self.results else {"text": self.text})


def check_notebook(path: Path, timeout: int = 60) -> list[Checked]:
    """Run the notebook at `path` in a copy of its folder, with `timeout` seconds a cell; one entry per check cell."""
    if not path.exists():
        raise CourseError(f"there is no file {path}: name a notebook, such as exercises/activations/activations.ipynb")
    if path.is_dir():
        raise CourseError(f"{path} is a folder: name the notebook in it")
    try:
        nb = read(path)
    except UnreadableError as fault:
        raise CourseError(f"{path} is not a notebook: {fault}") from None
    marks = dict(_check_cells(nb, path))
    if not marks:
        raise CourseError(f"{path} has no check cells: start from the released notebook of an assignment")
    run = _with_questions(nb, set(marks))
    with tempfile.TemporaryDirectory(prefix="coursekit-check-") as scratch:
        folder = Path(scratch) / "run"
        _copy_beside(path, folder)
        _execute(run, folder, timeout, path)
    return [_read(run, index, mark) for index, mark in zip(_places(run), marks.values(), strict=True)]


def _check_cells(nb: Any, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, cell in enumerate(nb.cells):
        mark = cell.metadata.get("coursekit")
        if cell.cell_type != "code" or not isinstance(mark, dict) or "exercise" not in mark:
            continue
        id, name = mark.get("assignment"), mark["exercise"]
        if not isinstance(id, str) or id not in assignments():
            raise CourseError(
                f"{path} belongs to {id!r}, which is no assignment here: there is {', '.join(assignments())}"
            )
        if not isinstance(name, str) or name not in assignment(id).exercises:
            raise CourseError(f"{path} checks {name!r}, which is no exercise of {id}: start from the released notebook")
        yield index, {"exercise": name, "max_score": assignment(id).exercises[name].max_score}


def _with_questions(nb: Any, checks: set[int]) -> Any:
    """A copy of `nb` where every check cell is followed by one that asks for its score."""
    run = nb.copy()
    run.cells = []
    for index, cell in enumerate(nb.cells):
        run.cells.append(cell)
        if index in checks:
            run.cells.append(new_code_cell(_ASK, metadata={"coursekit-score": True}))
    run.nbformat_minor = max(run.nbformat_minor, 5)
    return run


def _places(run: Any) -> list[int]:
    return [i - 1 for i, cell in enumerate(run.cells) if "coursekit-score" in cell.metadata]


def _copy_beside(path: Path, folder: Path) -> None:
    """The files next to the notebook, so that it finds its data and can harm none of them."""
    folder.mkdir()
    for item in path.resolve().parent.iterdir():
        if item.is_file() and item.suffix != ".ipynb" and item.stat().st_size < 50_000_000:
            shutil.copy2(item, folder)


def _execute(run: Any, folder: Path, timeout: int, path: Path) -> None:
    client = NotebookClient(
        run,
        timeout=timeout,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--log-level=40"],  # its warning about unencrypted sockets is not for students
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except NoSuchKernel:
        raise CourseError('there is no Python kernel here: run  pip install "coursekit[notebook]"') from None
    except CellTimeoutError:
        raise CourseError(
            f"{path}: a cell ran for more than {timeout} s and could not be stopped: look for a loop"
        ) from None
    except DeadKernelError:
        raise CourseError(
            f"{path}: a cell ended Python itself (out of memory, or os._exit): run it cell by cell"
        ) from None


def _read(run: Any, index: int, mark: dict[str, Any]) -> Checked:
    cell, answer = run.cells[index], run.cells[index + 1]
    text = "\n".join(filter(None, (_text(output) for output in cell.outputs))) or "(nothing was shown)"
    results: list[dict[str, Any]] = []
    for output in answer.outputs:
        if output.output_type == "execute_result":
            results = json.loads(ast.literal_eval(output.data["text/plain"]))
    top = sum(result["max_score"] for result in results) if results else mark["max_score"]
    score = sum(result["score"] for result in results)
    return Checked(mark["exercise"], float(score), float(top), text, tuple(results))


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text).rstrip()
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return str(output.get("data", {}).get("text/plain", ""))
