"""From an answer to what is compared: the value itself, or a case's summary of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.asking import Answer
from coursekit.exercises.cases import Case
from coursekit.exercises.compare import Difference, difference
from coursekit.exercises.kinds import Unread


def reference_seen(cases: Iterable[Case], answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The reference's answers, each with what is expected at its case."""
    out = []
    for case, answer in zip(cases, answers, strict=True):
        if case.summary is None or answer.error is not None:
            out.append(replace(answer, seen=answer.value))
        else:
            out.append(replace(answer, seen={**case.summary.of(answer.value), **case.summary.expected}))
    return tuple(out)


def seen(cases: Sequence[Case], reference: Sequence[Answer], answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """A submission's answers, each with what of it is compared."""
    return tuple(
        replace(answer, seen=_look(case, right.value, answer))
        for case, right, answer in zip(cases, reference, answers, strict=True)
    )


def _look(case: Case, right: Any, answer: Answer) -> Any:
    if case.summary is None or answer.error is not None:
        return answer.value
    unread = _first_unread(answer.value)
    if unread is not None:
        return unread
    if not case.summary.free_shape:
        wanted, came = _form(right), _form(answer.value)
        if wanted != came:
            return Unread(f"{came} in place of {wanted}")
    try:
        return case.summary.of(answer.value)
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Unread(f"{_form(answer.value)}: nothing that could be looked at further")


def _first_unread(value: Any) -> Unread | None:
    """The first part of an answer that is not of its kind: a summary has nothing to say of the whole then."""
    if isinstance(value, Unread):
        return value
    parts = value if isinstance(value, tuple | list) else ()
    return next((found for part in parts if (found := _first_unread(part)) is not None), None)


def _form(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"shape {value.shape}"
    if isinstance(value, Unread):
        return value.reason
    if isinstance(value, tuple | list):
        parts = [_form(part) for part in value]
        if len(parts) > 3 and len(set(parts)) == 1:
            return f"{len(parts)} × {parts[0]}"
        return f"({', '.join(parts[:6])}{', ...' if len(parts) > 6 else ''})"
    return type(value).__name__


def differ(case: Case, got: Any, expected: Any, *, slack: float = 1.0) -> tuple[str, Difference] | None:
    """Where two seen values differ, with the name in the summary; None where they agree.

    `slack` 2 compares two random answers with one another, each of which may be off.
    """
    if isinstance(got, Unread) or isinstance(expected, Unread):
        alike = isinstance(got, Unread) and isinstance(expected, Unread) and got.reason == expected.reason
        return None if alike else ("", Difference("of another form"))
    if case.summary is None:
        found = difference(got, expected, single=case.single, scale=case.scale)
        return None if found is None else ("", found)
    for name, wanted in expected.items():
        if name not in got:
            return name, Difference("missing")
        within = case.summary.within.get(name)
        if within is None:
            found = difference(got[name], wanted, single=case.single, scale=case.scale)
        else:
            found = _apart(got[name], wanted, slack * within)
        if found is not None:
            return name, found
    return None


def _apart(got: Any, expected: Any, within: float) -> Difference | None:
    one, other = np.asarray(got, float), np.asarray(expected, float)
    if one.shape != other.shape:
        return Difference(f"shape {one.shape} in place of {other.shape}")
    wrong = ~(np.abs(one - other) <= within)
    if not wrong.any():
        return None
    return Difference(index=tuple(int(i) for i in np.argwhere(wrong)[0]) if one.ndim else None)
