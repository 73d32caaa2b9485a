"""How the two results of `dropout` are looked at: facts that hold for every draw, and how often and where it drops."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.chance import seeded, share_within
from coursekit.exercises.judging import Asked, Failure
from coursekit.exercises.kinds import Unread

#: The long side of the arrays in which is counted how many entries each row, or each column, loses.
MANY = 250
#: How far the standard deviation of that many counts may be from the true one, as a share of it. The counts are nearly
#: normal, so the sum of their squared distances is nearly chi-square with 249 degrees of freedom or more: by Wilson and
#: Hilferty 1.3 times the standard deviation is 6.4 sigmas up, and 0.7 times further down, so below 1e-9.
SPREAD = 0.3
#: The entries of the smallest array. All of them are dropped, so that no kept one can be looked at, with a probability
#: of 0.3**20 = 3e-11 at most.
FEWEST = 20
#: Calls of the group "counts", with 1600 entries and p = 0.3: any one number of zeros comes with a probability below
#: 0.022, so the same number in all calls with one of 0.022**6 = 1e-10.
CALLS = 7

_KEPT, _FACTOR = "mask where kept", "out / x where kept"
_STRAY, _ZEROS = "out entries that should be 0 but are not", "mask has zeros"
_SHARE = "share of zeros in the mask"
_ROWS, _COLUMNS = "zeros per row, std", "zeros per column, std"


def _common(values: Array) -> Any:
    """The one value of all, or the few there are, or a word for many; NaN where there is none."""
    if values.size == 0:
        return float("nan")
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-6 * max(abs(high), abs(low)):
        return high
    if not np.isfinite(high - low):
        return float("nan")
    few = np.unique(values[:100])
    return few if few.size <= 4 else "many different values"


_FACTS: Mapping[str, Callable[[Array, Array, Array], Any]] = {
    _KEPT: lambda x, out, mask: _common(mask[mask != 0]),
    _FACTOR: lambda x, out, mask: _common((lambda seen: out[seen] / x[seen])((mask != 0) & (x != 0))),
    _STRAY: lambda x, out, mask: int(np.count_nonzero(out[(mask == 0) | (x == 0)])),
    _ZEROS: lambda x, out, mask: bool(np.any(mask == 0)),
    _SHARE: lambda x, out, mask: float(np.mean(mask == 0)),
    _ROWS: lambda x, out, mask: float(np.count_nonzero(mask == 0, axis=1).std()),
    _COLUMNS: lambda x, out, mask: float(np.count_nonzero(mask == 0, axis=0).std()),
}


def _look(x: Array, names: Sequence[str], value: Any) -> Mapping[str, Any]:
    out, mask = (np.asarray(part, float) for part in value)
    with np.errstate(all="ignore"):
        return {name: _FACTS[name](x, out, mask) for name in names}


def _dropping(x: Array, p: float, seed: int, **how: Any) -> Case:
    """A call that drops; how often and where is looked at where there are `MANY` rows or columns."""
    facts: dict[str, Any] = {_KEPT: 1 / (1 - p), _STRAY: 0}
    within: dict[str, float] = {}
    if np.any(x):
        facts[_FACTOR] = 1 / (1 - p)
    if max(x.shape) >= MANY:
        name, others = (_ROWS, x.shape[1]) if len(x) >= MANY else (_COLUMNS, len(x))
        std = float(np.sqrt(others * p * (1 - p)))
        facts |= {_SHARE: p, name: std}
        within = {_SHARE: share_within(p, x.size), name: SPREAD * std}
    look = Summary(of=partial(_look, x, tuple(facts)), expected=facts, within=within)
    return Case(args=(x, p, Seeded(seed)), summary=look, **how)


def _still(case: Case, about: str, group: str, **how: Any) -> Case:
    """Such a call where nothing is to be dropped: the mask is all ones, and the output is the input."""
    facts = {_ZEROS: False, _KEPT: 1.0, _FACTOR: 1.0}
    look = Summary(of=partial(_look, case.args[0], tuple(facts)), expected=facts)
    return replace(case, about=about, group=group, summary=look, **how)


def _counted(case: Case) -> Case:
    """Nothing of the answer alone is compared: what counts is how several differ."""
    return replace(case, summary=Summary(of=lambda value: {}))


def cases(draw: Draw) -> list[Case]:
    """All questions; `group` "counts" is for `not_a_fixed_number`, "seeded" for `chance.draws_from_rng`."""

    def seed() -> int:
        return int(draw.rng.integers(1, 1000))

    def small(n: int, d: int, about: str = "", group: str = "values", p: float = 0.3, **how: Any) -> Case:
        return _dropping(draw.array(n, d), p, seed(), about=about, group=group, **how)

    long, short = draw.size(MANY, MANY + 40), draw.size(40, 50)
    single = draw.array(4, 8).astype(np.float32)
    first, still = small(4, FEWEST // 4, p=0.2), small(6, 10)
    seeds, x = seed(), draw.array(3, 10)
    return [
        first,
        small(long, short, p=draw.number(0.2, 0.4)),
        small(short, long, p=draw.number(0.6, 0.8)),
        small(4, 8, "training by name", kwargs={"training": True}),
        small(1, FEWEST + draw.size(0, 9), "one row", "edges"),
        small(FEWEST + draw.size(0, 9), 1, "one feature", "edges"),
        _dropping(np.zeros((4, 8)), 0.3, seed(), about="zeros", group="edges"),
        _dropping(np.full((4, 8), -1e4), 0.3, seed(), about="large entries", group="edges"),
        _still(replace(first, args=(first.args[0], 0, first.args[2])), "p = 0", "edges"),
        _still(still, "in evaluation", "evaluation", kwargs={"training": False}),
        _still(replace(still, args=(*still.args, False)), "in evaluation, by position", "evaluation"),
        small(5, 6, "a view into a larger array", "edges", view=True),
        _dropping(single, 0.3, seed(), about="float32", group="float32"),
        _still(_dropping(single, 0.3, seed()), "float32 in evaluation", "float32", kwargs={"training": False}),
        *(_counted(small(40, 40, group="counts")) for _ in range(CALLS)),
        *(_counted(case) for case in seeded(lambda number: Case(args=(x, 0.5, Seeded(number))), seeds)),
        replace(first, about="the first input once more"),
    ]


def not_a_fixed_number(asked: Sequence[Asked]) -> Failure | None:
    """Over calls on arrays of 100 entries, the number of zeros is not always the same."""
    masks = [one.answer.value[1] for one in asked]
    unread = next((mask.reason for mask in masks if isinstance(mask, Unread)), "")
    counts = {int(np.count_nonzero(mask == 0)) for mask in masks} if not unread else set()
    if len(counts) > 1:
        return None
    return Failure(
        "a number of zeros that differs from call to call",
        unread or f"exactly {counts.pop()} zeros in every mask",
        f"{len(asked)} calls on x of shape (40, 40), p=0.3, with differently seeded generators",
    )
