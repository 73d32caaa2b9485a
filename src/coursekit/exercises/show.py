"""Numbers, arrays and calls as short text that a reader can paste back into Python."""

import re
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Given, Made, Seeded, arrays_in

_SMALL = 12  # entries of one array that is shown in full
_CALL = 30  # numbers in a call that is shown in full
_LONG = 300
_MANY = 4  # arguments of a call in which nobody knows any more which is which


def show(value: Any, *, digits: int = 6) -> str:
    """A value: small arrays in full, large ones by shape."""
    if isinstance(value, np.ndarray):
        if value.size > _SMALL:
            return f"an array of shape {value.shape}, {value.dtype}"
        return _nest(value.tolist(), digits)
    if isinstance(value, tuple):
        return ", ".join(show(part, digits=digits) for part in value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {show(part, digits=digits)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(show(part, digits=digits) for part in value) + "]"
    return _nest(value, digits)


def _nest(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nest(part, digits) for part in value) + "]"
    if isinstance(value, float):
        short = f"{value + 0.0:.{digits}g}"  # -0.0 is 0.0, and would only puzzle
        return short if any(sign in short for sign in ".en") else f"{short}.0"  # 0.0, not 0: it is pasted into arrays
    return repr(value)


def pair(expected: Any, got: Any) -> tuple[str, str]:
    """Both as text, with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 17):
        one, other = show(expected, digits=digits), show(got, digits=digits)
        if one != other:
            break
    return one, other


def argument(value: Any) -> str:
    """An argument as Python code."""
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype in (np.float64, np.int64) else f", dtype=np.{value.dtype}"
        return f"np.array({_pasted(show(value))}{dtype})" if value.size <= _SMALL else show(value)
    if isinstance(value, Given):
        short = sum(a.size for a in arrays_in(value)) <= _CALL
        inner = _arguments(value.names, value.args) if short else [f"{a.shape}" for a in arrays_in(value)]
        picked = "" if value.pick is None else f"[{value.pick}]"
        return f"{value.function}({'' if short else 'arrays of shape '}{', '.join(inner)}){picked}"
    if isinstance(value, Seeded):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, Made):
        return value.shown or f"(a function, {value.maker.__name__})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {argument(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(argument, value)) + "]"
    if callable(value):
        return getattr(value, "__name__", "a function")
    return show(value) if isinstance(value, str) else _pasted(show(value))


def _pasted(text: str) -> str:
    return re.sub(r"(?<![\w.'])(nan|inf)\b", r"np.\1", text)


def _numbers(value: Any) -> int:
    """How many numbers a plain list of them holds, 0 for anything else."""
    plain = isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value)
    return len(value) if plain else 0


def _named(key: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{key} of shape {value.shape}"
    if _numbers(value) > _SMALL:
        ends = ", ".join(map(argument, value[:3])), ", ".join(map(argument, value[-3:]))
        return f"{key} of {len(value)} numbers, [{ends[0]}, ..., {ends[1]}]"
    return f"{key}={argument(value)}"


def _arguments(names: tuple[str, ...], args: tuple[Any, ...]) -> list[str]:
    """Arguments as code; where there are many, each with its name."""
    if len(args) < _MANY or len(names) < len(args):
        return [argument(part) for part in args]
    return [f"{key}={argument(part)}" for key, part in zip(names, args, strict=False)]


def call(name: str, parameters: tuple[str, ...], case: Case, index: tuple[int, ...] | None = None) -> str:
    """The call of a case; where it is too long to read, the sizes, and the inputs at `index` if they line up."""
    extra = [f"{key}={argument(value)}" for key, value in case.kwargs.items()]
    if case.size + sum(map(_numbers, case.args)) <= _CALL:
        full = f"{name}({', '.join([*_arguments(parameters, case.args), *extra])})"
        if len(full) <= _LONG:
            return f"{full}  # {case.about}" if case.about else full
    named = list(zip(parameters, case.args, strict=False))
    text = ", ".join([*(_named(key, part) for key, part in named), *extra])
    if index is not None:
        lined_up = [
            (key, part) for key, part in named if isinstance(part, np.ndarray) and len(part.shape) == len(index)
        ]
        shapes = {part.shape for part in arrays_in([part for _, part in lined_up])}
        entry = f"entry [{', '.join(map(str, index))}]"
        if len(shapes) == 1 and len(lined_up) == len(arrays_in(case.args)):
            values = ", ".join(f"{key} = {show(float(part[index]))}" for key, part in lined_up)
            text += f"; {entry}, where {values}"
        else:
            text += f"; {entry} of the result"
    return f"{text} ({case.about})" if case.about else text
