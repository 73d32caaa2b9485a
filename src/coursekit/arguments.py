"""Bad arguments end in one line that names the function, the argument, what came and what is allowed.

`takes` says what a public function takes, and checks it at every call:

>>> @takes(x="array (N, D)", p="real [0, 1)", rng="rng")
... def thinned(x, p, rng):
...     return x * (rng.random(x.shape) >= p)
>>> thinned(np.ones((2, 3)), 1.5, np.random.default_rng(0))
Traceback (most recent call last):
ValueError: thinned: p must be a number in [0, 1), not 1.5

What can be asked of an argument:

- `array (N, D)`: a floating array of that shape, not empty. A letter stands for one size, the same wherever it stands
  among the function's arguments; a whole number for itself; `...` for any shape, again the same everywhere, and at the
  end, `(N, ...)`, for any further axes. Whole numbers become float64, all other dtypes are refused.
- `array (...) or empty`: of no numbers too, for what works entry by entry.
- `finite array (N, D)`: the same without NaN and infinity. `array (D) of 0 or more`: without negative entries.
- `any array (N, H, W, C)`: a real array whose dtype is kept, uint8 too.
- `labels (N)` or `labels (N) below C`: an integer array of values from 0 up, below a size or another argument.
- `real [0, 1)`, `whole [1, inf)`: a number, a whole number, in the interval. One of NumPy's comes in as Python's: a
  float64 scalar would turn a float32 array into float64.
- `rng`: a numpy.random.Generator. `size`: a whole number or a tuple of them. `flag`: True or False.
- `function`: something that can be called. `function to number`, `function to array (...)`, `function to loss and array
  (...)`: what it returns is looked at as well, at every call; a number may be NaN or infinite.
- `series`: a list or 1-D array of numbers, also empty, NaN or infinite, as losses may be; comes in as Python floats.
- `optional ...`: any of these, or None.
"""

import functools
import inspect
import math
import re
import reprlib
from collections.abc import Callable
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")
#: What the letters of the shapes stand for in one call: a size, and the argument that set it.
Sizes = dict[str, tuple[Any, str]]


def takes(**wanted: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the named arguments of the decorated function at every call; arrays come in as arrays.

    `function.__wrapped__` is the function without the checks, for loops that have looked at their arguments already.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        names = list(inspect.signature(function).parameters)
        asked = [(names.index(name), name, _parse(rule)) for name, rule in wanted.items()]

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            values = list(args)
            given = dict(zip(names, values, strict=False)) | kwargs
            sizes: Sizes = {}
            for at, name, look in asked:
                if name not in given:  # left at its default, or missing: Python's own message says so
                    continue
                value = look(f"{function.__name__}: {name}", given[name], sizes, given)
                if at < len(values):
                    values[at] = value
                else:
                    kwargs[name] = value
            return function(*values, **kwargs)  # type: ignore[arg-type]

        return checked

    return decorate


def number(what: str, value: Any, interval: str = "(-inf, inf)") -> float:
    """`value` as a float; raises `ValueError` if it is no real number in `interval`, written `[0, 1)`."""
    contains, allowed = _interval(interval)
    real = as_float(value)
    if real is None:
        raise ValueError(f"{what} must be a number{allowed}, not {shown(value)}")
    if not contains(real):
        raise ValueError(f"{what} must be a number{allowed}, not {real:g}")
    return real


def as_float(value: Any) -> float | None:
    """A real number of Python's or NumPy's, also NaN, infinite or an array without axes, as a float; else None."""
    if type(value) is float:
        return value
    scalar = _without_axes(value)
    if isinstance(scalar, bool) or not isinstance(scalar, Real):
        return None
    try:
        return float(scalar)
    except OverflowError:
        return math.inf if scalar > 0 else -math.inf  # type: ignore[operator]


def returned(what: str, value: Any) -> float:
    """What a function of the caller's returned, as a float, NaN and infinity too; `ValueError` if it is no number."""
    real = as_float(value)
    if real is None:
        raise ValueError(f"{what} must return a number, not {shown(value)}")
    return real


def whole(what: str, value: Any, interval: str = "[1, inf)") -> int:
    """`value` as an int; raises `ValueError` if it is no whole number in `interval`."""
    contains, allowed = _interval(interval)
    scalar = _without_axes(value)
    if isinstance(scalar, bool) or not isinstance(scalar, (int, np.integer)) or not contains(int(scalar)):
        raise ValueError(f"{what} must be a whole number{allowed.removesuffix(', and finite')}, not {shown(value)}")
    return int(scalar)


def _without_axes(value: Any) -> Any:
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = 9
_short.maxstring, _short.maxother = 90, 200


def shown(value: Any) -> str:
    """What came, on one line that is not too long: an array's own form has several."""
    return " ".join(_short.repr(value).split())


def name_of(named: Any) -> str:
    """The name to call a function by in an error, its own also within a `partial`."""
    while isinstance(named, functools.partial):
        named = named.func
    return getattr(named, "__name__", type(named).__name__)


def flag(what: str, value: Any) -> bool:
    """`value` as a bool; raises `ValueError` if it is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{what} must be True or False, not {shown(value)}")
    return bool(value)


def instance(what: str, value: Any, kind: type, example: str) -> None:
    """Raise `ValueError` if `value` is no `kind`; `example` says what would be one."""
    if not isinstance(value, kind):
        raise ValueError(f"{what} must be {example}, not {shown(value)}")


def generator(what: str, value: Any) -> np.random.Generator:
    """`value`; raises `ValueError` if it is no numpy.random.Generator."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(f"{what} must be a numpy.random.Generator (np.random.default_rng(0)), not {shown(value)}")
    return value


def function(what: str, value: Any) -> Any:
    """`value`; raises `ValueError` if it cannot be called."""
    if not callable(value):
        raise ValueError(f"{what} must be a function, not {shown(value)}")
    return value


def lengths(what: str, value: Any) -> Any:
    """`value`; raises `ValueError` if it is neither a whole number of 1 or more nor a tuple of them."""
    for length in value if isinstance(value, tuple) else (value,):
        whole(what, length)
    return value


def real_array(
    what: str, value: Any, *, floating: bool = True, finite: bool = False, empty: bool = False
) -> np.ndarray[Any, Any]:
    """`value` as an array of real numbers, not empty unless `empty`; whole numbers become float64 where `floating`."""
    array = as_array(what, value)
    if array.dtype.kind not in "fiub" or (floating and array.dtype.kind == "b"):
        raise ValueError(f"{what} must be an array of real numbers, not of {array.dtype}")
    if array.size == 0 and not empty:
        raise ValueError(f"{what} must not be empty, it has shape {array.shape}")
    if floating and array.dtype.kind != "f":
        array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite, it holds NaN or infinity")
    return array


def as_array(what: str, value: Any) -> np.ndarray[Any, Any]:
    """`value` as an array of any dtype; raises `ValueError` if it is a list of rows that differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{what} must be an array of numbers, its rows differ in length") from None


def series(what: str, value: Any) -> list[float]:
    """`value`, a list or a 1-D array of real numbers that may be empty, NaN or infinite, as Python floats."""
    numbers = as_array(what, value)
    if numbers.size > 0:
        numbers = real_array(what, numbers)
    if numbers.ndim != 1:
        raise ValueError(f"{what} must be a list of numbers, it has shape {numbers.shape}")
    return [float(each) for each in numbers]


def label_array(what: str, value: Any, below: int | None = None) -> np.ndarray[Any, Any]:
    """`value` as an array of whole-number labels from 0 up to, but without, `below`."""
    array = as_array(what, value)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{what} must hold whole-number labels, not {array.dtype}")
    if array.size == 0:
        raise ValueError(f"{what} must not be empty, it has shape {array.shape}")
    low, high = int(array.min()), int(array.max())
    if low < 0 or (below is not None and high >= below):
        allowed = "0 or more" if below is None else f"0..{below - 1}"
        raise ValueError(f"{what} must hold labels {allowed}, it holds {low if low < 0 else high}")
    return array


# -- the rules of `takes` --------------------------------------------------------------------------------------------

Look = Callable[[str, Any, Sizes, dict[str, Any]], Any]


def _parse(rule: str) -> Look:
    if rule.startswith("optional "):
        inner = _parse(rule.removeprefix("optional "))
        return lambda what, value, sizes, given: None if value is None else inner(what, value, sizes, given)
    if rule == "rng":
        return lambda what, value, sizes, given: generator(what, value)
    if rule == "function":
        return lambda what, value, sizes, given: function(what, value)
    if rule == "flag":
        return lambda what, value, sizes, given: flag(what, value)
    if rule.startswith("function to "):
        return functools.partial(_watched, _parse_result(rule.removeprefix("function to ")))
    if rule == "size":
        return lambda what, value, sizes, given: lengths(what, value)
    if rule == "series":
        return lambda what, value, sizes, given: series(what, value)
    if match := re.fullmatch(r"(real|whole) ([\[(].+[\])])", rule):
        check, interval = (number if match[1] == "real" else whole), match[2]

        def look_at_number(what: str, value: Any, sizes: Sizes, given: dict[str, Any]) -> Any:
            checked = check(what, value, interval)
            return value if type(value) is int else checked

        return look_at_number
    if match := re.fullmatch(r"(finite |any )?array \((.+?)\)( of 0 or more)?( or empty)?", rule):
        dims, floating, finite = _dims(match[2]), match[1] != "any ", match[1] == "finite "
        signed, empty = match[3] is None, match[4] is not None

        def look(what: str, value: Any, sizes: Sizes, given: dict[str, Any]) -> Any:
            array = real_array(what, value, floating=floating, finite=finite, empty=empty)
            if not signed and array.min() < 0:
                raise ValueError(f"{what} must hold numbers of 0 or more, it holds {array.min():g}")
            _fit(what, array.shape, dims, sizes)
            return array

        return look
    if match := re.fullmatch(r"labels \((.+?)\)(?: below (\w+))?", rule):
        dims, bound = _dims(match[1]), match[2]

        def look_at_labels(what: str, value: Any, sizes: Sizes, given: dict[str, Any]) -> Any:
            below = sizes[bound][0] if bound in sizes else given.get(bound)
            array = label_array(what, value, below)
            _fit(what, array.shape, dims, sizes)
            return array

        return look_at_labels
    raise SyntaxError(f"takes: no rule reads {rule!r}")


def _parse_result(rule: str) -> Look:
    """The look at what a function returns: a number, an array, or a loss with an array."""
    if rule == "number":
        return lambda what, value, sizes, given: returned(what, value)
    look_at_array = _parse(rule.removeprefix("loss and "))
    if not rule.startswith("loss and "):
        return lambda what, value, sizes, given: look_at_array(f"{what}: its result", value, sizes, given)

    def look(what: str, value: Any, sizes: Sizes, given: dict[str, Any]) -> Any:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise ValueError(f"{what} must return a pair (loss, gradient), not {shown(value)}")
        loss = returned(f"{what}: as the loss it", value[0])
        return loss, look_at_array(f"{what}: its gradient", value[1], sizes, given)

    return look


def _watched(look: Look, what: str, value: Any, sizes: Sizes, given: dict[str, Any]) -> Any:
    """The function `value`, whose results are looked at."""
    function(what, value)
    return lambda *args: look(what, value(*args), sizes, given)


def _dims(text: str) -> list[str]:
    return [dim.strip() for dim in text.split(",") if dim.strip()]


def _fit(what: str, shape: tuple[int, ...], dims: list[str], sizes: Sizes) -> None:
    """Raise if `shape` does not fit the letters `dims`; letters met for the first time take their size from it."""
    argument = what.rpartition(" ")[2]
    if dims == ["..."]:
        known, source = sizes.setdefault("...", (shape, argument))
        if shape != known:
            raise ValueError(f"{what} must have the shape of {source}, {known}, it has {shape}")
        return
    form = f"({', '.join(dims)}{',' if len(dims) == 1 else ''})"
    if dims[-1] == "...":
        dims = dims[:-1]
        shape = shape[: len(dims)]
    if len(shape) != len(dims):
        raise ValueError(f"{what} must be {form}, it has shape {shape}")
    for dim, size in zip(dims, shape, strict=True):
        known, source = (int(dim), "") if dim.isdigit() else sizes.setdefault(dim, (size, argument))
        if size != known:
            where = f" with {dim} = {known} as in {source}" if source not in ("", argument) else ""
            raise ValueError(f"{what} must be {form}{where}, it has shape {shape}")


@functools.cache
def _interval(text: str) -> tuple[Callable[[float], bool], str]:
    """Whether a number lies in an interval, and the interval in words."""
    low, high = (float(end) for end in text[1:-1].split(","))
    opened, closed = text[0] == "(", text[-1] == "]"

    def contains(value: float) -> bool:
        return (low < value if opened else low <= value) and (value <= high if closed else value < high)

    if math.isinf(high):
        allowed = "" if math.isinf(low) else f" above {low:g}" if opened else f", {low:g} or more"
        return contains, f"{allowed}, and finite" if not math.isinf(low) or not closed else allowed
    return contains, f" in {text}"
