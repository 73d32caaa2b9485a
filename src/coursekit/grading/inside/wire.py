"""Plain values as bytes: JSON for the structure, raw buffers for the arrays, and no pickle in either direction.

Both sides of the sandbox use it. `decode` reads what a hostile process may have written: whatever the bytes are, it
gives a value of the plain nest or raises `WireError`, and never uses more memory than a few times the bytes' length.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.kinds import Unread

DEPTH = 16
_DTYPE = re.compile(r"[<>|][fiub](?:1|2|4|8|16)")
_NUMBERS = 16  # floats in a list from which on they are sent as one buffer
_BITS = 1100  # of a whole number; see kinds.Number


class WireError(Exception):
    """Bytes that are no message, or a value that cannot be sent."""


#: Turns a value that is not of the plain nest into one that is, with a tag; and back.
Outward = Callable[[Any, Callable[[Any], Any]], Any]
Inward = Callable[[str, Sequence[Any], Callable[[Any], Any]], Any]


def encode(value: Any, extra: Outward | None = None) -> tuple[Any, bytes]:
    """The value as something for JSON, and the buffers of its arrays in a row.

    Takes None, bool, int, float, str, NumPy numbers, lists, tuples, dicts with string keys, real arrays, `Unread`, and
    what `extra` takes. Raises `WireError` for anything else.
    """
    buffers: list[bytes] = []

    def pack(part: Any, depth: int = 0) -> Any:
        kind = type(part)
        if depth > DEPTH:
            raise WireError("the value is nested too deeply")
        if part is None or kind in (bool, float, str):
            return part
        if kind is int:
            if part.bit_length() > _BITS:
                raise WireError("the whole number is too large")
            return part
        if kind is np.ndarray:
            return _array(part, "a", buffers)
        if isinstance(part, np.generic):
            return _array(np.asarray(part), "n", buffers)
        if kind is list and len(part) >= _NUMBERS and all(type(number) is float for number in part):
            buffers.append(np.array(part, "<f8").tobytes())
            return ["f", len(part)]
        if kind in (list, tuple):
            return ["l" if kind is list else "t", [pack(one, depth + 1) for one in part]]
        if kind is dict:
            if any(type(key) is not str for key in part):
                raise WireError("a dict's keys must be strings")
            return ["d", [[key, pack(one, depth + 1)] for key, one in part.items()]]
        if kind is Unread:
            return ["unread", part.reason]
        if extra is not None:
            return extra(part, lambda inner: pack(inner, depth + 1))
        raise WireError(f"a value of type {kind.__name__} cannot be sent")

    return pack(value), b"".join(buffers)


def _array(array: Any, tag: str, buffers: list[bytes]) -> list[Any]:
    dtype = array.dtype.str
    if not _DTYPE.fullmatch(dtype):
        raise WireError(f"an array of dtype {array.dtype} cannot be sent")
    buffers.append(array.tobytes())
    return [tag, dtype, list(array.shape)]


def decode(plain: Any, blob: bytes | memoryview, extra: Inward | None = None, *, text: int = 10_000) -> Any:
    """The inverse of `encode`; strings longer than `text` are cut. Raises `WireError` for what is not of its form."""
    buffers = _Buffers(blob)

    def unpack(part: Any, depth: int = 0) -> Any:
        if depth > DEPTH:
            raise WireError("nested too deeply")
        if part is None or type(part) in (bool, float):
            return part
        if type(part) is int:
            if part.bit_length() > _BITS:
                raise WireError("a whole number is too large")
            return part
        if type(part) is str:
            return clean(part, text)
        if type(part) is not list or not part or type(part[0]) is not str:
            raise WireError("no tag")
        tag, *rest = part
        match tag, rest:
            case "a", [str() as dtype, list() as shape]:
                return buffers.array(dtype, shape)
            case "n", [str() as dtype, []]:
                return buffers.array(dtype, [])[()]
            case "f", [int() as count]:
                return [float(number) for number in buffers.array("<f8", [count])]
            case "l", [list() as items]:
                return [unpack(one, depth + 1) for one in items]
            case "t", [list() as items]:
                return tuple(unpack(one, depth + 1) for one in items)
            case "d", [list() as items]:
                return dict(_pair(one, text, lambda inner: unpack(inner, depth + 1)) for one in items)
            case "unread", [str() as reason]:
                return Unread(clean(reason, text))
        if extra is None:
            raise WireError("an unknown tag")
        return extra(tag, rest, lambda inner: unpack(inner, depth + 1))

    value = unpack(plain)
    if buffers.left():
        raise WireError("bytes are left over")
    return value


def _pair(item: Any, text: int, unpack: Callable[[Any], Any]) -> tuple[str, Any]:
    if type(item) is not list or len(item) != 2 or type(item[0]) is not str:
        raise WireError("no pair")
    return clean(item[0], text), unpack(item[1])


class _Buffers:
    """Takes arrays from a row of buffers: a shape is believed only where the bytes for it are there."""

    def __init__(self, blob: bytes | memoryview) -> None:
        self.blob = memoryview(blob)
        self.at = 0

    def left(self) -> int:
        return len(self.blob) - self.at

    def array(self, dtype: str, shape: list[Any]) -> Any:
        if not _DTYPE.fullmatch(dtype):
            raise WireError("no dtype of real numbers")
        if len(shape) > 32 or any(type(n) is not int or not 0 <= n < 2**40 for n in shape):
            raise WireError("no shape")
        try:
            kind = np.dtype(dtype)
        except TypeError:
            raise WireError("no dtype of this machine") from None
        size = kind.itemsize * math.prod(shape)
        if size > self.left():
            raise WireError("fewer bytes than the shape needs")
        raw = self.blob[self.at : self.at + size]
        self.at += size
        try:
            if kind.kind == "b":  # a bool that is neither 0 nor 1 is no bool
                return (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
            return np.frombuffer(raw, kind).reshape(shape).copy()
        except ValueError:
            raise WireError("no such shape") from None


def clean(text: str, limit: int = 10_000) -> str:
    """A string that can be written as UTF-8, cut to a length."""
    return text[:limit].encode("utf-8", "replace").decode()


def dumps(plain: Any) -> bytes:
    """JSON text as bytes."""
    return json.dumps(plain, separators=(",", ":")).encode()


def loads(raw: bytes) -> Any:
    """JSON from bytes that may be anything."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError, MemoryError) as problem:
        raise WireError(f"no JSON: {type(problem).__name__}") from None
