"""How a figure crosses to JavaScript: one JSON text plus the raw bytes of its arrays, or one JSON text with base64."""

import base64
import json
from typing import Any


def split(message: Any) -> tuple[str, list[bytes]]:
    """JSON text in which the bytes of every array are replaced by their index, and the list of those bytes."""
    buffers: list[bytes] = []

    def walk(node: Any) -> Any:
        if isinstance(node, bytes):
            buffers.append(node)
            return len(buffers) - 1
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, (list, tuple)):
            return [walk(value) for value in node]
        return node

    return json.dumps(walk(message), allow_nan=False), buffers


def inline(message: Any) -> str:
    """One JSON text with the bytes of every array as base64, for a page that holds its state in itself."""

    def encode(node: Any) -> str:
        if isinstance(node, bytes):
            return base64.b64encode(node).decode("ascii")
        raise TypeError(f"{type(node).__name__} cannot be put into a page")

    return json.dumps(message, default=encode, allow_nan=False, separators=(",", ":"))
