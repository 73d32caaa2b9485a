"""Reads what students hand in, whatever it is."""

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_markdown_cell, new_notebook

MAX_BYTES = 20_000_000


class TolerantNotebookExporter(NotebookExporter):  # type: ignore[misc]
    """nbconvert's notebook exporter, which takes an unreadable submission as an empty notebook that says so.

    RestoreCells then puts the released cells back, so the student gets a recorded score and feedback, and the batch
    goes on. The handed-in file stays as it is.
    """

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, dict[str, Any]]:
        """As in nbconvert; never raises for what the file holds."""
        fault = unreadable(Path(filename))
        if fault is None:
            return super().from_filename(filename, resources=resources, **options)  # type: ignore[no-any-return]
        self.log.warning("%s cannot be read as a notebook (%s): graded as an empty one", filename, fault)
        text = (
            f"**The file that was handed in could not be read as a notebook: {fault}.** Nothing in it could be graded. "
            "Open it in Jupyter, choose Kernel → Restart and run all, save, and hand it in again; if it does not open, "
            "start from a fresh copy of the assignment and paste your functions into it."
        )
        nb = new_notebook(cells=[new_markdown_cell(text)])
        return self.from_notebook_node(nb, resources=resources, **options)  # type: ignore[no-any-return]


def unreadable(path: Path) -> str | None:
    """Why the file at `path` is not a notebook, in a few words; None when it is one."""
    try:
        size = path.stat().st_size
        if size == 0:
            return "it is empty"
        if size > MAX_BYTES:
            return f"it has {size / 1e6:.0f} MB, and the limit is {MAX_BYTES / 1e6:.0f} MB: clear its outputs"
        # as_version also brings an older notebook format up to date, as nbconvert does when it reads.
        nbformat.validate(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4))
    except OSError as fault:
        return fault.strerror or "it cannot be opened"
    except UnicodeDecodeError:
        return "it is not a text file"
    except nbformat.ValidationError as fault:
        return f"its structure is not that of a notebook ({fault.message.splitlines()[0][:120]})"
    except nbformat.reader.NotJSONError:
        return "it is not valid JSON"
    except RecursionError:
        return "it is nested too deeply"
    except Exception as fault:  # nbformat meets foreign data with errors of every kind
        return f"it has no notebook format ({type(fault).__name__})"
    return None
