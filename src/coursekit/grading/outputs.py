"""What grading writes into a notebook: results in check cells, what was put back, why a cell was stopped."""

from collections.abc import Sequence
from html import escape

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell

from coursekit.exercises import Result
from coursekit.grading.record import ExerciseRecord, State

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


def stopped(reason: str) -> NotebookNode:
    """The output of a cell that did not run to its end."""
    return from_dict(
        {"output_type": "error", "ename": "Stopped", "evalue": reason, "traceback": [f"Stopped: {reason}"]}
    )


def verdict(record: ExerciseRecord) -> NotebookNode:
    """The output of a check cell: nbgrader reads the score in its plain text, people read the rest."""
    said = SAID.get(record.state, "")
    head = f"<p><strong>{escape(said)}</strong></p>" if said else ""
    page = f"{head}{Result.from_dict(record.result)._repr_html_()}<p>Checked with the private cases.</p>"
    data = {"text/plain": repr(record.score), "text/html": page}
    # Not by `new_output`, which takes longer to look whether this is valid than all the rest of the grading does.
    return from_dict({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})


def note(nb: NotebookNode, repairs: Sequence[str], remarks: Sequence[str] = ()) -> None:
    """Write what was put back, and what else is to be said, into a cell at the top of the notebook."""
    if not repairs and not remarks:
        return
    lines = [*remarks, *(["**Before grading, this was put back into the notebook:**"] if repairs else [])]
    text = "\n\n".join(lines) + "".join(f"\n- {_plain(repair)}" for repair in repairs)
    nb.cells.insert(0, new_markdown_cell(text))


def _plain(text: str) -> str:
    """A line of Markdown that says just this text, whatever marks are in it."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#!<>|$~&" else sign for sign in " ".join(text.split()))
