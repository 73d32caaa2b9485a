"""The questions for elementwise functions: the same shapes and edges for all of them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts

LARGE = 1e4


def elementwise(
    draw: Draw,
    *,
    backward: bool = False,
    options: Callable[[], Mapping[str, Any]] = dict,
    large: str = "edges",
) -> list[Case]:
    """Cases for `f(x, **options)` or `f(dout, x, **options)`, each array of one shape, entries away from 0.

    `options` draws the keyword arguments of one case. Entries of size 1e4 count for the group `large`.
    """

    def case(x: Array, about: str = "", group: str = "values") -> Case:
        args = (draw.array(*x.shape), x) if backward else (x,)
        return Case(args=args, kwargs=options(), about=about, group=group)

    def typical() -> Case:
        return case(draw.array(draw.size(2, 4), draw.size(2, 3)))

    cases = [
        case(abs(draw.array(1, 1))),
        case(-abs(draw.array(1, 1))),
        case(draw.array(2, 2)),
        typical(),
        case(draw.array(draw.size(4, 12), draw.size(3, 9))),
        case(draw.array(1, draw.size(2, 6)), "one row", "edges"),
        case(draw.array(draw.size(2, 6), 1), "one feature", "edges"),
        case(np.array([[-LARGE, LARGE]]), "large entries", large),
        case(np.array([[-LARGE], [-800.0], [-60.0], [60.0], [800.0], [LARGE]]), "large entries", large),
    ]
    if not backward:
        cases.append(case(np.zeros((1, 2)), "zeros", "edges"))
    return with_layouts(cases, typical=typical)


def at_zero(draw: Draw, options: Callable[[], Mapping[str, Any]] = dict, group: str = "zero") -> list[Case]:
    """Cases for `f(dout, x, **options)` with entries of `x` that are exactly 0, where a convention fixes the result."""
    mixed = draw.array(2, 3)
    mixed[0, 1] = mixed[1, 0] = 0.0
    return [
        Case(args=(draw.array(*x.shape), x), kwargs=options(), about="x is exactly 0", group=group)
        for x in (np.zeros((1, 1)), np.zeros((1, 3)), mixed)
    ]


def many(draw: Draw, *, backward: bool = False) -> Case:
    """40,000 entries, on which a loop is felt."""
    x = draw.array(200, 200)
    return Case(args=(draw.array(200, 200), x) if backward else (x,))


def many_backward(draw: Draw) -> Case:
    """The same with a `dout`."""
    return many(draw, backward=True)
