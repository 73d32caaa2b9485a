"""From answers to a result: the named checks, their points, and the known wrong answer behind them.

Points. A check gives all of its points or none. A `core` check stands for itself. Every other check (an edge case, the
choice at a kink, an input left alone, a dtype kept) counts only once a core check passes: `return x` changes no input
and keeps float32, and has still done nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from coursekit.exercises.asking import Answer
from coursekit.exercises.cases import Case, arrays_in
from coursekit.exercises.compare import difference
from coursekit.exercises.kinds import Unread
from coursekit.exercises.looking import differ
from coursekit.exercises.show import call, pair, show


@dataclass(frozen=True)
class Failure:
    """Why a check failed, as text."""

    expected: str
    got: str
    at: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Asked:
    """A case with the reference's value for it and the submission's answer."""

    case: Case
    reference: Answer
    answer: Answer

    @property
    def expected(self) -> Any:
        """What the reference returned."""
        return self.reference.value


@dataclass(frozen=True, kw_only=True)
class Check:
    """A named check over the cases of one `group` (None: over all).

    `aspect` says what of the answers is looked at, `part` which of several results (by name, None: all of them; of a
    summary: what bears that name as its first word).
    `judge` replaces both, for results that have no single right value, such as random ones.
    """

    name: str
    points: int
    hint: str = ""
    group: str | None = "values"
    part: str | None = None
    aspect: Literal["value", "unchanged", "dtype", "overflow"] = "value"
    core: bool = False
    judge: Callable[[Sequence[Asked]], Failure | None] | None = None


@dataclass(frozen=True)
class Names:
    """What texts call the function, its parameters and its results."""

    function: str
    parameters: tuple[str, ...]
    results: tuple[str, ...] = ()


def failure(check: Check, asked: Sequence[Asked], names: Names) -> Failure | None:
    """The first failing case of a check, None where it passes."""
    mine = [a for a in asked if check.group is None or a.case.group == check.group]
    if check.judge is not None:
        broken = next((_broken(a, names) for a in mine if a.answer.error is not None), None)
        return broken or check.judge(mine)
    looks: Mapping[str, Callable[[Check, Asked, Names], Failure | None]] = {
        "value": _value,
        "unchanged": _inputs,
        "dtype": _dtype,
        "overflow": _overflow,
    }
    return next((found for a in mine if (found := looks[check.aspect](check, a, names)) is not None), None)


def _broken(asked: Asked, names: Names, part: str | None = None) -> Failure:
    if asked.case.summary is not None:
        expected = _summary(asked.case, asked.reference.seen)
    else:
        expected = show(asked.expected if part is None else asked.expected[names.results.index(part)])
    return Failure(expected, asked.answer.error or "", call(names.function, names.parameters, asked.case))


def _summary(case: Case, seen: Mapping[str, Any]) -> str:
    return "; ".join(_named(case, name, value) for name, value in seen.items())


def _named(case: Case, name: str, value: Any) -> str:
    assert case.summary is not None
    within = case.summary.within.get(name)
    return f"{name} = {show(value)}" + (f" ± {show(within, digits=2)}" if within else "")


def _value(check: Check, asked: Asked, names: Names) -> Failure | None:
    if asked.answer.error is not None:
        return _broken(asked, names, check.part)
    if asked.case.summary is not None:
        return _one_summary(asked, names, check.part)
    if not names.results:
        return _one_value(asked.expected, asked.answer.value, "", asked, names)
    for name, expected, got in zip(names.results, asked.expected, asked.answer.value, strict=True):
        if check.part in (None, name):
            found = _one_value(expected, got, "" if check.part else f"{name} = ", asked, names)
            if found is not None:
                return found
    return None


def _one_summary(asked: Asked, names: Names, part: str | None) -> Failure | None:
    expected, got = asked.reference.seen, asked.answer.seen
    if part is not None:
        expected = {key: value for key, value in expected.items() if key.split(" ")[0] == part}
    found = differ(asked.case, got, expected)
    if found is None:
        return None
    where = partial(call, names.function, names.parameters, asked.case)
    if isinstance(got, Unread):
        came, _, wanted = got.reason.partition(" in place of ")
        return Failure(wanted or _summary(asked.case, expected), came, where())
    name, place = found
    one, other = expected[name], got.get(name)
    label = name
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and place.index is not None and one.size > _WHOLE:
        label, one, other = f"{name}[{', '.join(map(str, place.index))}]", one[place.index], other[place.index]
    within = asked.case.summary.within.get(name) if asked.case.summary else None
    first, second = pair(one, other)
    return Failure(
        f"{label} = {first}" + (f" ± {show(within, digits=2)}" if within else ""), f"{label} = {second}", where()
    )


def _one_value(expected: Any, got: Any, label: str, asked: Asked, names: Names) -> Failure | None:
    where = partial(call, names.function, names.parameters, asked.case)
    if isinstance(got, Unread):
        return Failure(label + show(expected), got.reason, where())
    found = difference(got, expected, single=asked.case.single, scale=asked.case.scale)
    if found is None:
        return None
    if isinstance(expected, np.ndarray) and isinstance(got, np.ndarray):
        if found.index is None:
            return Failure(f"{label}shape {expected.shape}", f"{label}shape {got.shape}", where())
        if expected.size > _WHOLE:
            expected, got = float(expected[found.index]), float(got[found.index])
    one, other = pair(expected, got)
    return Failure(label + one, label + other, where(found.index))


_WHOLE = 12
_WHOLE_NUMBERS = frozenset({("i", "i"), ("i", "u"), ("u", "i"), ("u", "u")})


def _inputs(check: Check, asked: Asked, names: Names) -> Failure | None:
    if not asked.answer.changed:
        return None
    changed = " and ".join(asked.answer.changed)
    verb = "are" if len(asked.answer.changed) > 1 else "is"
    return Failure(
        f"{changed} {verb} the same after the call",
        f"{changed} {verb} changed",
        call(names.function, names.parameters, asked.case),
    )


_NOT_THE_DTYPE = (
    "Here it is the values that are wrong, not the dtype. Does another check fail by the same mistake, or is float32 "
    "too coarse for a step of yours?"
)


def _dtype(check: Check, asked: Asked, names: Names) -> Failure | None:
    wrong = _value(check, asked, names)
    if wrong is not None:
        return wrong if asked.answer.error else replace(wrong, hint=_NOT_THE_DTYPE)
    wanted, came = arrays_in(asked.expected), arrays_in(asked.answer.value)
    for one, other in zip(wanted, came, strict=False):
        # Labels and counts are whole numbers of any width.
        if one.dtype != other.dtype and (one.dtype.kind, other.dtype.kind) not in _WHOLE_NUMBERS:
            return Failure(str(one.dtype), str(other.dtype), call(names.function, names.parameters, asked.case))
    return None


def _overflow(check: Check, asked: Asked, names: Names) -> Failure | None:
    if asked.answer.error is not None:
        return _broken(asked, names)
    if not asked.answer.overflow:
        return None
    warning = next(message for message in asked.answer.warnings if "overflow" in message)
    return Failure(
        "no overflow warning", f"NumPy warned: {warning}", call(names.function, names.parameters, asked.case)
    )


def faults(checks: Sequence[Check], failures: Mapping[str, Failure | None]) -> frozenset[str]:
    """What failed, by name; a check with a `judge` may ask for several things, so there also what it asked for."""
    return frozenset(
        f"{check.name}: {found.expected}" if check.judge else check.name
        for check in checks
        if (found := failures[check.name]) is not None
    )


def telling(cases: Sequence[Case], reference: Sequence[Answer], wrong: Sequence[Answer]) -> tuple[int, ...]:
    """The places of the cases whose values tell a wrong answer from the reference."""
    answers = enumerate(zip(cases, reference, wrong, strict=True))
    return tuple(i for i, (c, r, w) in answers if not alike(c, r, w))


def agreement(
    cases: Sequence[Case],
    reference: Sequence[Answer],
    wrong: Sequence[Answer],
    tells: Sequence[int],
    student: Sequence[Answer],
    failed: tuple[frozenset[str], frozenset[str]],
) -> int:
    """How many cases `student` answers as `wrong` does; 0 unless it does on every one that tells it from the reference.

    `tells` are those, from `telling`. A wrong answer with wrong values is told by them. One whose values are right is
    told by what else is wrong with it: an input that it changes, a dtype that it does not keep, an overflow; and where
    there is nothing of that either, by what fails (`faults`: the wrong answer's, the student's). At least
    half of all cases must agree, so that a function that is wrong everywhere is not named for its zeros; and of those
    where the student is wrong at least half, the first among them, which is the one that is shown: else a mistake that
    shows only at NaN would be found in whatever happens to agree there.
    """
    if not all(alike(cases[i], wrong[i], student[i]) for i in tells):
        return 0
    if not tells:
        marks = [(_marks(r), _marks(w), _marks(s)) for r, w, s in zip(reference, wrong, student, strict=True)]
        if all(r == w for r, w, _ in marks) and (not failed[0] or failed[0] != failed[1]):
            return 0
        if any(s[i] != w[i] for r, w, s in marks for i in range(len(r)) if r[i] != w[i]):
            return 0
    agrees = [alike(c, w, s) for c, w, s in zip(cases, wrong, student, strict=True)]
    if 2 * sum(agrees) < len(cases):
        return 0
    explained = [agrees[i] for i in telling(cases, reference, student)]
    return sum(agrees) if not explained or (explained[0] and 2 * sum(explained) >= len(explained)) else 0


def alike(case: Case, one: Answer, other: Answer) -> bool:
    """Whether two answers to a case say the same, or fail alike."""
    if one.error is not None or other.error is not None:
        return _fault(one.error) == _fault(other.error)
    return differ(case, one.seen, other.seen, slack=2.0) is None


_SHAPES = re.compile("matmul|aligned|broadcast")
_OWN_TO_A_CALL = re.compile(r"'[^']*'|\d+")


def _fault(error: str | None) -> tuple[str, str]:
    """What went wrong, without the names and numbers of one call.

    One ValueError is not another: too many values to unpack are no shapes that do not fit. Shapes that do not fit are
    one mistake, whichever of NumPy's operations finds it.
    """
    kind, _, told = (error or "").partition(":")
    return kind, "shapes" if _SHAPES.search(told) else _OWN_TO_A_CALL.sub("", told)


def _marks(answer: Answer) -> tuple[Any, ...]:
    return answer.changed, tuple(a.dtype.str for a in arrays_in(answer.value)), answer.overflow
