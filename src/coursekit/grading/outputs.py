"""What a notebook shows: outputs that came from the sandbox, and in a check cell the result that the referee gave.

What comes from the sandbox is a student's: it is copied by form, so that the notebook stays a valid one.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from coursekit.exercises import Result
from coursekit.grading.record import ExerciseRecord, State

_JSON = ("application/json",)
#: What a state says to the student whose exercise or cell ended in it.
SAID = {
    State.STUDENT_ERROR: "No question could be put to your function: see below what came in place of an answer.",
    State.OUTPUT_LIMIT: "It wrote so much that it was stopped.",
    State.TIMEOUT: "It did not finish in time and was stopped.",
    State.MEMORY: "It needed more memory than there is and was stopped.",
    State.DIED: "It ended Python itself (os._exit, a crash), so that no answer came.",
    State.WRONG_ASSIGNMENT: "This is the notebook of another assignment.",
    State.UNREADABLE: "The file could not be read as a notebook.",
    State.INFRASTRUCTURE: "The grading itself failed here, which is not your fault; it will be graded again.",
}


def cleaned(outputs: Iterable[Any], count: int | None) -> list[NotebookNode]:
    """Valid notebook outputs of what a run sent; what has no such form is left out."""
    return [made for output in outputs if isinstance(output, Mapping) and (made := _output(output, count)) is not None]


def _output(output: Mapping[str, Any], count: int | None) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=str(output.get("text", "")))
    if kind == "error":
        lines = output.get("traceback")
        trace = [str(line) for line in lines] if isinstance(lines, list) else []
        fields = {key: str(output.get(key, "")) for key in ("ename", "evalue")}
        return new_output("error", traceback=trace, **fields)
    if kind in ("display_data", "execute_result"):
        data = {
            str(mime): value if mime in _JSON else str(value)
            for mime, value in _mapping(output.get("data")).items()
            if isinstance(value, str) or mime in _JSON
        }
        extra = {"execution_count": count} if kind == "execute_result" else {}
        return new_output(str(kind), data=data, **extra)
    return None


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def stopped(reason: str) -> NotebookNode:
    """The output of a cell that did not run to its end."""
    return new_output("error", ename="Stopped", evalue=reason, traceback=[f"Stopped: {reason}"])


def verdict(record: ExerciseRecord, count: int | None = None) -> NotebookNode:
    """The output of a check cell: nbgrader reads the score in its plain text, people read the rest."""
    said = SAID.get(record.state, "")
    head = f"<p><strong>{escape(said)}</strong></p>" if said else ""
    page = f"{head}{Result.from_dict(record.result)._repr_html_()}<p>Checked with the private cases.</p>"
    data = {"text/plain": repr(record.score), "text/html": page}
    return new_output("execute_result", data=data, execution_count=count)


def note(nb: NotebookNode, repairs: Sequence[str], remarks: Sequence[str] = ()) -> None:
    """Write what was put back, and what else is to be said, into a cell at the top of the notebook."""
    if not repairs and not remarks:
        return
    lines = [*remarks, *(["**Before grading, this was put back into the notebook:**"] if repairs else [])]
    text = "\n\n".join(lines) + "".join(f"\n- {_plain(repair)}" for repair in repairs)
    cell = new_markdown_cell(text)
    if (nb.nbformat, nb.nbformat_minor) < (4, 5):
        del cell["id"]
    nb.cells.insert(0, cell)


def _plain(text: str) -> str:
    """A line of Markdown that says just this text, whatever marks are in it."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#!<>|$~&" else sign for sign in " ".join(text.split()))
