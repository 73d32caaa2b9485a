"""Files that are no notebooks, or hardly."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from attacks.base import Arena, Attack, as_bytes, notebook
from coursekit.grading.record import State

_AIM = "broken files"
_UNREADABLE = frozenset({State.UNREADABLE})


def _good() -> dict[str, Any]:
    return notebook(solved=["sigmoid"], last=["print('attempt over')"])


def _text() -> str:
    return as_bytes(_good()).decode()


def _with(**changes: Any) -> bytes:
    return as_bytes({**_good(), **changes})


def _with_cell(**changes: Any) -> bytes:
    made = _good()
    made["cells"].append(
        {
            "cell_type": "code",
            "id": "odd",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "",
            **changes,
        }
    )
    return as_bytes(made)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("activations.ipynb", _text())
    return file.getvalue()


_FILES: dict[str, Callable[[], bytes]] = {
    "empty-file": lambda: b"",
    "white-space": lambda: b" \n\n",
    "not-json": lambda: b"def relu(x): return x",
    "html-page": lambda: b"<!DOCTYPE html><html><body>Sign in to download</body></html>",
    "cut-off": lambda: _text().encode()[: len(_text()) // 2],
    "two-notebooks-in-one-file": lambda: _text().encode() * 2,
    "merge-conflict": lambda: _text().replace('"cells": [', '<<<<<<< HEAD\n"cells": [\n=======').encode(),
    "latin-1": lambda: _text().replace("attempt over", "é over").encode("latin-1"),
    "utf-16": lambda: _text().encode("utf-16"),
    "nul-bytes": lambda: b"\0" * 5000,
    "a-zip-archive": _zip,
    "a-number": lambda: b"42",
    "a-list": lambda: b"[]",
    "null": lambda: b"null",
    "an-empty-object": lambda: b"{}",
    "no-cells": lambda: json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode(),
    "cells-that-are-text": lambda: _with(cells="all of them"),
    "cells-that-are-numbers": lambda: _with(cells=[1, None, []]),
    "metadata-that-is-a-list": lambda: _with(metadata=[]),
    "format-of-the-future": lambda: _with(nbformat=99),
    "format-that-is-text": lambda: _with(nbformat="4"),
    "format-that-is-negative": lambda: _with(nbformat=-4),
    "format-that-is-huge": lambda: _text().replace('"nbformat": 4', '"nbformat": ' + "4" * 5000).encode(),
    "nested-too-deeply": lambda: b"[" * 200_000,
    "metadata-nested-too-deeply": lambda: (
        _text().replace('"metadata": {', '"metadata": {"a": ' + "[" * 50_000 + "]" * 50_000 + ",", 1).encode()
    ),
    "source-of-numbers": lambda: _with_cell(source=[1, 2, {"a": 1}]),
    "cell-of-no-known-type": lambda: _with_cell(cell_type="video"),
    "outputs-of-no-form": lambda: _with_cell(outputs=[{"output_type": "hologram", "data": 7}]),
    "too-large": lambda: (
        b'{"cells": [], "metadata": {"a": "' + b"x" * 21_000_000 + b'"}, "nbformat": 4, "nbformat_minor": 5}'
    ),
    "a-number-of-many-digits": lambda: (
        _text().replace('"metadata": {', '"metadata": {"a": ' + "9" * 100_000 + ",", 1).encode()
    ),
}

#: Odd, but notebooks: what stands in them is graded as in any other.
_ODD: dict[str, Callable[[], bytes]] = {
    "byte-order-mark": lambda: b"\xef\xbb\xbf" + _text().encode(),
    "numbers-that-are-none": lambda: (
        _text().replace('"metadata": {', '"metadata": {"a": NaN, "b": -Infinity, "c": 1e999,', 1).encode()
    ),
    "half-characters": lambda: _with_cell(source="name = '\ud800'"),
    "lines-of-another-system": lambda: _text().replace("\\n", "\\r\\n").encode(),
    "sources-as-lists-of-lines": lambda: as_bytes(
        {
            **_good(),
            "cells": [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in _good()["cells"]],
        }
    ),
    "unknown-keys-everywhere": lambda: _with(author={"name": "x"}, extra=[1, 2, 3]),
    "ids-that-are-no-ids": lambda: _with_cell(id="not an id! " * 20),
    "attachments-and-widgets": lambda: _with(
        metadata={
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"a": 1}}}},
            "kernelspec": None,
        }
    ),
}


def _old(arena: Arena) -> bytes:
    """The same cells in format 3, as Jupyter wrote it ten years ago."""
    made = _good()
    cells = [
        {
            "cell_type": "code",
            "collapsed": False,
            "input": cell["source"],
            "language": "python",
            "metadata": cell["metadata"],
            "outputs": [],
        }
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "metadata": cell["metadata"], "source": cell["source"]}
        for cell in made["cells"]
    ]
    return json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": "x"},
            "worksheets": [{"cells": cells, "metadata": {}}],
        }
    ).encode()


def _file(make: Callable[[], bytes]) -> Callable[[Arena], bytes]:
    return lambda arena: make()


ATTACKS: list[Attack] = [
    *(
        Attack(name=name, aim=_AIM, make=_file(make), states=_UNREADABLE, shows="", says=["could not be read"])
        for name, make in _FILES.items()
    ),
    *(
        Attack(
            name=name,
            aim=_AIM,
            make=_file(make),
            solved=["sigmoid"],
            harms_itself=True,
            states=_UNREADABLE | {State.GRADED},
            shows="",
        )
        for name, make in _ODD.items()
    ),
    Attack(name="format-of-ten-years-ago", aim=_AIM, make=_old, solved=["sigmoid"], shows=""),
]
