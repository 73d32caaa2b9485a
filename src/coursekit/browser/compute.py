"""A widget's figure for values that came as JSON."""

import json
import platform

import numpy as np

import coursekit
from coursekit.widgets import find, wire


def compute(id: str, values_json: str) -> tuple[str, list[bytes]]:
    """JSON text of `{"figure": ...}` or `{"error": one line}`, and the bytes of the figure's arrays.

    In the text each array's `data` is its index in the list of bytes.
    """
    try:
        values = json.loads(values_json)
    except ValueError:
        return _refuse("The controls' values are not valid JSON.")
    if not isinstance(values, dict):
        return _refuse(f"The controls' values come as an object, not as {type(values).__name__}.")
    try:
        widget = find(id)
    except KeyError as error:
        return _refuse(str(error.args[0]))
    try:
        return wire.split(widget.answer(values))
    except (TypeError, ValueError) as error:
        # A NaN, an infinity or an object of NumPy's among the figure's plain values: JSON has none of them.
        return _refuse(f"The figure of widget {id} cannot be sent: {error}")


def _refuse(message: str) -> tuple[str, list[bytes]]:
    return json.dumps({"error": message}), []


def versions() -> str:
    """What runs here, as JSON."""
    found = {"python": platform.python_version(), "numpy": np.__version__, "coursekit": coursekit.__version__}
    return json.dumps(found)
