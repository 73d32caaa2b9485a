"""Reads what students hand in, whatever it is."""

import json
import math
import re
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

MAX_BYTES = 20_000_000
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class UnreadableError(Exception):
    """The file is no notebook; the message says why in a few words."""


def unread_notebook(fault: str) -> NotebookNode:
    """What stands in for a file that is no notebook: one cell that says so, and what to do."""
    text = (
        f"**The file that was handed in could not be read as a notebook: {fault}.** Nothing in it could be graded. "
        "Open it in Jupyter, choose Kernel → Restart and run all, save, and hand it in again; if it does not open, "
        "start from a fresh copy of the assignment and paste your functions into it."
    )
    return new_notebook(cells=[new_markdown_cell(text)])


def parse(content: bytes) -> NotebookNode:
    """The notebook in these bytes, valid, of the newest format; cells without an id of their own get one.

    NaN and infinities, which are no JSON, become null; half a surrogate pair, which no file can hold, a question mark.
    Raises `UnreadableError`, and nothing else for whatever the bytes are.
    """
    _refuse_giant(len(content))
    if not content.strip():
        raise UnreadableError("it is empty")
    try:
        return _parse(content.decode("utf-8-sig"))  # some editors of Windows begin a file with a mark
    except UnreadableError:
        raise
    except UnicodeDecodeError:
        fault = "it is not UTF-8 text"
    except nbformat.ValidationError as problem:
        fault = f"its structure is not that of a notebook ({problem.message.splitlines()[0][:120]})"
    except json.JSONDecodeError as problem:
        fault = f"it is not valid JSON from line {problem.lineno} on"
    except RecursionError:
        fault = "it is nested too deeply"
    except Exception as problem:  # nbformat meets foreign data with errors of every kind
        fault = f"its structure is not that of a notebook ({type(problem).__name__})"
    raise UnreadableError(fault)


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None  # 1e999 would be written out as Infinity, which is no JSON


def _parse(text: str) -> NotebookNode:
    data = json.loads(text, parse_constant=lambda name: None, parse_float=_finite)
    if _HALF.search(text):
        data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    if (fault := _no_notebook(data)) is not None:
        raise UnreadableError(fault)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an id that stands there twice: it is mended, and is no news to a student
        if data["nbformat"] == nbformat.current_nbformat:
            data["nbformat_minor"] = nbformat.current_nbformat_minor  # tools that mix formats give ids to older ones
            nb = nbformat.v4.to_notebook_json(data)
        else:
            nb = nbformat.reads(json.dumps(data), as_version=nbformat.current_nbformat)
        nbformat.validate(nb)
    return nb


def read(path: Path) -> NotebookNode:
    """The notebook at `path`; raises `UnreadableError`."""
    return parse(_content(path))


def _content(path: Path) -> bytes:
    try:
        _refuse_giant(path.stat().st_size)
        return path.read_bytes()
    except OSError as fault:
        raise UnreadableError(fault.strerror or "it cannot be opened") from None


def _refuse_giant(size: int) -> None:
    if size > MAX_BYTES:
        raise UnreadableError(
            f"it has {size / 1e6:.0f} MB, and the limit is {MAX_BYTES / 1e6:.0f} MB: clear its outputs"
        )


def _no_notebook(content: object) -> str | None:
    """What keeps this JSON from being a notebook of a format that can be read here."""
    if not isinstance(content, dict):
        return "it is JSON, but nothing like a notebook"
    if not {"cells", "worksheets"} & content.keys():
        return "it holds no cells"
    version = content.get("nbformat")
    if type(version) is not int or version < 1:
        return "it does not say which notebook format it has"
    if version > nbformat.current_nbformat:
        return f"it has notebook format {version}, and the newest that is known here is {nbformat.current_nbformat}"
    return None
