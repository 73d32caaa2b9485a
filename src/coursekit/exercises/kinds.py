"""What a function returns, and how an answer is turned into plain data before anything is compared.

An answer is judged by its exact type, dtype and shape. Nothing of the student's own classes is ever called: no
operator, no `__float__`, no `__array__`; what is accepted is copied into arrays and numbers of ours.
"""

import types
from dataclasses import dataclass
from typing import Any

import numpy as np

_SCALARS = frozenset({*np.sctypeDict.values()})
_FLOATS = frozenset({float, int} | {t for t in _SCALARS if issubclass(t, np.floating | np.integer)})
_INTEGERS = frozenset({int} | {t for t in _SCALARS if issubclass(t, np.integer)})
_LARGEST = 10_000_000  # entries of an array
_BITS = 1000  # of a whole number: Python refuses to print longer ones


def type_name(value: object) -> str:
    """The name of a value's type, read past any property of that name."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name[:60]


class UnreadableError(Exception):
    """The answer is not of the kind that was asked for; the message completes the sentence "it returned ..."."""


_NO_RETURN = ": is a `return` missing?"


def describe(value: Any) -> str:
    """A few words for what came in place of the right kind."""
    kind = type(value)
    if value is None:
        return f"None{_NO_RETURN}"
    if kind is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if kind in (tuple, list):
        return f"a {kind.__name__} of {len(value)}"
    if kind is types.GeneratorType:
        return "a generator: use `return` in place of `yield`"
    if kind is types.CoroutineType:
        return "a coroutine: write `def` in place of `async def`"
    if kind in (types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc):
        return "a function: call it, with parentheses"
    if kind is int and value.bit_length() > _BITS:
        return "an enormous whole number"
    if kind in (float, int):
        return f"the number {str(value)[:40]}"
    if kind in (bool, str):
        return f"the {kind.__name__} {str(value)[:40]!r}" if kind is str else f"the {kind.__name__} {str(value)[:40]}"
    if type.__subclasscheck__(np.ndarray, kind):
        return f"a {type_name(value)}, a special kind of array: return a plain NumPy array"
    return f"an object of type {type_name(value)}"


def _inside(problem: UnreadableError) -> str:
    """The message for a part of a result: something was returned."""
    return str(problem).removesuffix(_NO_RETURN)


@dataclass(frozen=True)
class Unread:
    """Stands for one of several results that is not of its kind; the others are still judged."""

    reason: str


class Kind:
    """One kind of result."""

    def read(self, value: Any) -> Any:
        """Our own copy of `value`; raises `UnreadableError`."""
        raise NotImplementedError

    def __str__(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class ArrayOf(Kind):
    """A plain NumPy array of real numbers; `integer` for labels and indices."""

    integer: bool = False

    def read(self, value: Any) -> Any:
        """A copy in its own dtype."""
        if type(value) is not np.ndarray:
            if type(value) in _FLOATS and type(value) not in (float, int):
                raise UnreadableError(f"a single number ({float(value):.6g})")
            extra = ": make it an array with np.array(...)" if type(value) is list else ""
            raise UnreadableError(describe(value) + extra)
        if value.dtype.kind not in ("iu" if self.integer else "fiub"):
            hint = "whole numbers are asked for" if self.integer else "real numbers are asked for"
            raise UnreadableError(f"{describe(value)}: {hint}")
        if value.size > _LARGEST:
            raise UnreadableError(f"{describe(value)}: far too large")
        return np.array(value, order="C", copy=True, subok=False)

    def __str__(self) -> str:
        return "an array of whole numbers" if self.integer else "an array"


@dataclass(frozen=True)
class Number(Kind):
    """A real scalar of Python or NumPy, or a 0-d array; `integer` for counts and indices."""

    integer: bool = False

    def read(self, value: Any) -> Any:
        """As a Python number."""
        if type(value) is np.ndarray and value.shape == () and value.dtype.kind in "fiu":
            value = value[()]
        if type(value) not in (_INTEGERS if self.integer else _FLOATS):
            raise UnreadableError(describe(value))
        try:
            number = int(value) if self.integer else float(value)
        except OverflowError:
            raise UnreadableError("a number too large for a float") from None
        if isinstance(number, int) and number.bit_length() > _BITS:
            raise UnreadableError(describe(number))
        return number

    def __str__(self) -> str:
        return "a whole number" if self.integer else "a number"


@dataclass(frozen=True)
class Flag(Kind):
    """True or False."""

    def read(self, value: Any) -> Any:
        """As a Python bool."""
        if type(value) not in (bool, np.bool_):
            raise UnreadableError(describe(value))
        return bool(value)

    def __str__(self) -> str:
        return "True or False"


@dataclass(frozen=True)
class Text(Kind):
    """A string."""

    def read(self, value: Any) -> Any:
        """At most its first 1000 characters."""
        if type(value) not in (str, np.str_):
            raise UnreadableError(describe(value))
        return str.__str__(value)[:1000]

    def __str__(self) -> str:
        return "a string"


@dataclass(frozen=True)
class Opaque(Kind):
    """Anything: the student's own cache, which nobody looks into."""

    def read(self, value: Any) -> Any:
        """Nothing of it is kept."""
        return None

    def __str__(self) -> str:
        return "anything"


@dataclass(frozen=True)
class ListOf(Kind):
    """A list (or tuple) of one kind."""

    kind: Kind

    def read(self, value: Any) -> Any:
        """As a list."""
        if type(value) not in (list, tuple):
            raise UnreadableError(describe(value))
        return [self.kind.read(part) for part in value]

    def __str__(self) -> str:
        return f"a list, each entry {self.kind}"


@dataclass(frozen=True)
class DictOf(Kind):
    """A dict from strings to one kind."""

    kind: Kind

    def read(self, value: Any) -> Any:
        """As a dict, its keys in order."""
        if type(value) is not dict or any(type(key) is not str for key in value):
            raise UnreadableError(describe(value))
        read = {}
        for key in sorted(value):
            try:
                read[key] = self.kind.read(value[key])
            except UnreadableError as problem:
                raise UnreadableError(f"a dict whose {key[:40]!r} is {_inside(problem)}") from None
        return read

    def __str__(self) -> str:
        return f"a dict, each value {self.kind}"


@dataclass(frozen=True)
class Optional(Kind):
    """A kind, or None."""

    kind: Kind

    def read(self, value: Any) -> Any:
        """None stays None."""
        return None if value is None else self.kind.read(value)

    def __str__(self) -> str:
        return f"{self.kind} or None"


@dataclass(frozen=True)
class Series(Kind):
    """Numbers in a row: a list, a tuple or a 1-D array."""

    def read(self, value: Any) -> Any:
        """As a list of floats."""
        if type(value) is np.ndarray and value.ndim == 1 and value.dtype.kind in "fiu" and value.size <= _LARGEST:
            return [float(number) for number in value]
        if type(value) not in (list, tuple):
            raise UnreadableError(describe(value))
        return [Number().read(number) for number in value]

    def __str__(self) -> str:
        return "a list or 1-D array of numbers"


@dataclass(frozen=True)
class Plain(Kind):
    """One value of a setting: a number, a string, True, False or None."""

    def read(self, value: Any) -> Any:
        """As Python's own."""
        if value is None or type(value) in (bool, np.bool_):
            return None if value is None else bool(value)
        if type(value) in (str, np.str_):
            return Text().read(value)
        return Number(integer=type(value) in _INTEGERS).read(value)

    def __str__(self) -> str:
        return "a number or a string"


class Several(Kind):
    """Several named results, as a tuple or a list: `Several(dx=ArrayOf(), dalpha=Number())`."""

    def __init__(self, **parts: Kind) -> None:
        self.parts = parts

    def read(self, value: Any) -> Any:
        """As a tuple."""
        if type(value) is not tuple and issubclass(type(value), tuple):  # a named tuple, read past its own methods
            value = tuple(tuple.__iter__(value))
        if type(value) not in (tuple, list):
            raise UnreadableError(
                f"{describe(value)}; {len(self.parts)} results are asked for: {', '.join(self.parts)}"
            )
        if len(value) != len(self.parts):
            raise UnreadableError(f"{len(value)} results; {len(self.parts)} are asked for: {', '.join(self.parts)}")
        read = []
        for (name, kind), part in zip(self.parts.items(), value, strict=True):
            try:
                read.append(kind.read(part))
            except UnreadableError as problem:
                read.append(Unread(f"{name} is {_inside(problem)}"))
        return tuple(read)

    def __str__(self) -> str:
        return ", ".join(f"{name} ({kind})" for name, kind in self.parts.items())
