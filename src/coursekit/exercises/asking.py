"""Asking a submission: one call per case, whatever the function does, and plain data back."""

import contextlib
import io
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.exercises import guard
from coursekit.exercises.cases import Case, Given, fresh, unchanged
from coursekit.exercises.kinds import Kind, UnreadableError, describe, type_name

_PRINT_LIMIT = 2000


def _overflow_is_seen() -> bool:
    with warnings.catch_warnings(record=True) as caught, np.errstate(over="warn"):
        warnings.simplefilter("always")
        np.exp(np.full(1, 1e4))
    return bool(caught)


#: Whether NumPy can warn of an overflow here; WebAssembly, in a browser, has no flags for it.
OVERFLOW_IS_SEEN = _overflow_is_seen()


class TimeUp(BaseException):
    """Raised inside a call by whoever keeps the time; no `Exception`, so that `except Exception` lets it through."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one call gave: a plain `value`, or `error`, a clause such as "it raised ValueError: ...".

    `changed` names the inputs that the call changed. `stopped` is set when the call was ended from outside: no case
    after it is asked. `seen` is what the checks compare: the value, or the case's summary of it (see `looking`).
    `replaced` names functions of NumPy or the engine that the call replaced; they have been put back.
    """

    value: Any = None
    seen: Any = None
    error: str | None = None
    changed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    stopped: bool = False
    replaced: tuple[str, ...] = ()

    @property
    def overflow(self) -> bool:
        """Whether NumPy warned of an overflow."""
        return any("overflow" in message for message in self.warnings)


class CompanionError(Exception):
    """Another function of the submission did not make what this one is given; the message is an answer's error."""


class _Printed(io.StringIO):
    """Keeps the first of what is printed, so that a chatty function costs no memory."""

    def write(self, text: str) -> int:
        if self.tell() < _PRINT_LIMIT:
            super().write(text[:_PRINT_LIMIT])
        return len(text)

    def close(self) -> None:
        """Stays open: a function that closes its output has still to be judged."""


def ask_all(
    functions: Mapping[str, Callable[..., Any]],
    name: str,
    parameters: Iterable[str],
    cases: Iterable[Case],
    kind: Kind,
    *,
    watch: guard.Watch | None = None,
) -> list[Answer]:
    """The answers to all cases; after a call that was stopped from outside the rest count as not answered.

    `watch` looks whose code runs; a call in which the course's own did counts as not answered.
    """
    cases, names = list(cases), tuple(parameters)
    answers: list[Answer] = []
    try:
        for case in cases:
            answers.append(ask(functions, name, names, case, kind, watch))
            if answers[-1].stopped:
                break
    except TimeUp:
        answers.append(Answer(error=_TIME_UP, stopped=True))
    missing = len(cases) - len(answers)
    last = answers[-1] if answers else Answer()
    return (answers + [Answer(error=last.error, stopped=True)] * missing)[: len(cases)]


_TIME_UP = "it did not finish in time"


def out_of_time(count: int) -> list[Answer]:
    """As many answers that were not given in time."""
    return [Answer(error=_TIME_UP, stopped=True)] * count


def ask(
    functions: Mapping[str, Callable[..., Any]],
    name: str,
    parameters: tuple[str, ...],
    case: Case,
    kind: Kind,
    watch: guard.Watch | None = None,
) -> Answer:
    """Call `functions[name]` once. Never raises, except for `TimeUp` between two statements of its own."""
    printed = _Printed()
    value: Any = None
    error: str | None = None
    stopped = False
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    depth = sys.getrecursionlimit()
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                with watch.on() if watch else contextlib.nullcontext():
                    args, kwargs = arguments(functions, case)
                    value = functions[name](*args, **kwargs)
            except TimeUp:
                error, stopped = _TIME_UP, True
            except KeyboardInterrupt:
                error, stopped = "it was interrupted (KeyboardInterrupt)", True
            except CompanionError as problem:
                error = str(problem)
            except BaseException as problem:  # a student's function may raise anything, SystemExit too
                error = _complaint(problem, functions.get(name))
            finally:
                sys.setrecursionlimit(depth)
        if type(value) is types.CoroutineType:
            value.close()
    changed = tuple(
        key
        for key, before, after in [
            *zip(parameters, case.args, args, strict=False),
            *((key, case.kwargs[key], kwargs[key]) for key in kwargs),
        ]
        if not unchanged(before, after)
    )
    replaced = guard.restore() if watch else []
    error = (watch.complaint(failed=error is not None) if watch and not stopped else None) or error
    if error is None:
        try:
            value = kind.read(value)
        except UnreadableError as problem:
            value, error = None, f"it returned {problem}"
    return Answer(
        value=value if error is None else None,
        error=error,
        changed=changed,
        warnings=tuple(dict.fromkeys(_safe_text(w.message) for w in caught)),
        printed=printed.getvalue()[:_PRINT_LIMIT],
        stopped=stopped,
        replaced=tuple(replaced),
    )


def arguments(functions: Mapping[str, Callable[..., Any]], case: Case) -> tuple[list[Any], dict[str, Any]]:
    """Fresh arguments of a case; what it needs from another function of the submission is made by that."""
    args = [_argument(functions, part, case) for part in case.args]
    return args, {key: fresh(part, view=case.view) for key, part in case.kwargs.items()}


def _argument(functions: Mapping[str, Callable[..., Any]], part: Any, case: Case) -> Any:
    if not isinstance(part, Given):
        return fresh(part, view=case.view)
    function, pick = functions[part.function], part.pick
    given = [_argument(functions, inner, case) for inner in part.args]
    fault = f"it could not be called: {part.function}, whose result it is given, "
    try:
        made: Any = function(*given)
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as problem:
        raise CompanionError(fault + _complaint(problem, function).removeprefix("it ")) from None
    if pick is None:
        return made
    if not issubclass(type(made), tuple | list):
        raise CompanionError(f"{fault}returned {describe(made)}; its result number {pick + 1} is wanted")
    results = list(made)
    if len(results) <= pick:
        raise CompanionError(f"{fault}returned {len(results)} results; number {pick + 1} is wanted")
    return results[pick]


def _safe_text(thing: object) -> str:
    try:
        return " ".join(str(thing).split())[:200]
    except BaseException:  # the text of an exception is the student's code too
        return "(no readable message)"


def _complaint(problem: BaseException, function: object) -> str:
    text = _safe_text(problem)
    name = type_name(problem)
    code = function.__code__ if type(function) is types.FunctionType else None
    line = None
    if code is not None:
        for frame, number in traceback.walk_tb(problem.__traceback__):
            if frame.f_code.co_filename == code.co_filename:
                line = number
    where = f" (in line {line} of its cell or file)" if line else ""
    return f"it raised {name}{': ' if text else ''}{text}{where}"
