"""Reads what students hand in, whatever it is."""

import json
import warnings
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


def read(path: Path) -> Any:
    """The notebook at `path`, brought up to date from an older format, with an id of its own for every cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an id that stands there twice: it is mended, and is no news to a student
        return nbformat.read(path, as_version=4)


def unreadable(path: Path) -> str | None:
    """Why the file at `path` is not a notebook, in a few words; None when it is one."""
    try:
        size = path.stat().st_size
        if size == 0:
            return "it is empty"
        if size > MAX_BYTES:
            return f"it has {size / 1e6:.0f} MB, and the limit is {MAX_BYTES / 1e6:.0f} MB: clear its outputs"
        text = path.read_text(encoding="utf-8")
        if (fault := _no_notebook(json.loads(text))) is not None:
            return fault
        nbformat.validate(read(path))
    except OSError as fault:
        return fault.strerror or "it cannot be opened"
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    except nbformat.ValidationError as fault:
        return f"its structure is not that of a notebook ({fault.message.splitlines()[0][:120]})"
    except json.JSONDecodeError as fault:
        return f"it is not valid JSON from line {fault.lineno} on"
    except RecursionError:
        return "it is nested too deeply"
    except Exception as fault:  # nbformat meets foreign data with errors of every kind
        return f"its structure is not that of a notebook ({type(fault).__name__})"
    return None


def _no_notebook(content: object) -> str | None:
    """What keeps this JSON from being a notebook of a format that can be read here."""
    if not isinstance(content, dict):
        return "it is JSON, but nothing like a notebook"
    if not {"cells", "worksheets"} & content.keys():
        return "it holds no cells"
    if not isinstance(version := content.get("nbformat"), int) or version < 1:
        return "it does not say which notebook format it has"
    if version > nbformat.current_nbformat:
        return f"it has notebook format {version}, and the newest that is known here is {nbformat.current_nbformat}"
    return None
