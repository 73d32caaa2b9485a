"""The questions for update rules: the same shapes, states and edges for all that work entry by entry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts

Shape = tuple[int, ...]
#: From the step `t` to the keyword arguments of a call, in the order of the signature; most rules have no `t`.
Settings = Callable[[int], Mapping[str, Any]]

LARGE = 1e4
TINY = 1e-7  # near the usual eps, so that its default shows


def entrywise(
    draw: Draw,
    states: Sequence[str],
    given: Settings,
    *,
    default: Settings | None = None,
    also: Sequence[Mapping[str, Any]] = (),
    tiny: float | None = None,
    gradient: Callable[[Array], Any] = lambda dw: dw,
) -> list[Case]:
    """Cases for `rule(w, dw, *states, **settings)`.

    Each of `states` is "signed" (a velocity, an average of gradients) or "squares" (never negative). Cases of the group
    `default` call with `default(t)` alone, all others with `given(t)`, which names every setting that has a default;
    `also` has more settings, for one case each, and perhaps an `about`. `tiny` is the size of gradients at which the
    default of eps shows. `gradient` makes the second argument from the gradient that was drawn.
    """

    def state(shape: Shape) -> tuple[Array, ...]:
        drawn = [draw.array(*shape) for _ in states]
        return tuple(np.round(a**2, 2) if kind == "squares" else a for a, kind in zip(drawn, states, strict=True))

    def case(
        shape: Shape,
        t: int,
        about: str = "",
        group: str = "values",
        *,
        start: bool = False,
        dw: Array | None = None,
        settings: Settings = given,
        **more: Any,
    ) -> Case:
        w = draw.array(*shape)
        dw = draw.array(*shape) if dw is None else dw
        moved = tuple(np.zeros(shape) for _ in states) if start else state(shape)
        return Case(args=(w, gradient(dw), *moved), kwargs={**settings(t), **more}, about=about, group=group)

    flat, table = (draw.size(3, 8),), (draw.size(3, 6), draw.size(2, 5))
    by_position = case((2,), 2)
    cases = [
        case((1,), 1, start=bool(states)),
        case((1,), 2),
        case((2,), 1),
        case((2, 2), 3),
        case((2,), 1, start=True),
        *(case((2,), 2, **more) for more in also),
        Case(args=(*by_position.args, *by_position.kwargs.values()), about="all by position"),
        case(flat, 999),
        case(table, draw.size(5, 20)),
    ]
    if default is not None:
        about = "settings left at their defaults"
        cases += [
            case((1,), 1, about, "default", start=True, settings=default),
            case((2,), 2, about, "default", settings=default),
            case((draw.size(2, 5), 3), 999, about, "default", settings=default),
        ]
        if tiny is not None:
            small = [np.array([tiny, -2 * tiny]), np.round(tiny * draw.array(3), 12)]
            cases += [
                case(dw.shape, 1, "tiny gradients", "default", start=True, dw=dw, settings=default) for dw in small
            ]
    mixed = draw.array(2, 3)
    mixed[0, 1] = mixed[1, 0] = 0.0
    cases += [
        case((1,), 1, "a gradient of 0", "zero", start=True, dw=np.zeros(1)),
        case((2, 3), 1, "some gradients are 0", "zero", start=True, dw=mixed),
        case((2,), 2, "a gradient of 0", "edges", dw=np.zeros(2)),
        case((1, draw.size(2, 6)), 2, "one row", "edges"),
        case((draw.size(2, 6), 1), 3, "one column", "edges"),
        case((2,), 3, "large gradients", "edges", dw=np.array([LARGE, -0.5 * LARGE])),
        case((2, 2), 1, "large gradients", "edges", start=True, dw=LARGE * np.array([[1.0, -0.3], [1e-6, 0.7]])),
    ]
    return with_layouts(cases, typical=lambda: case((draw.size(2, 4), draw.size(2, 3)), draw.size(2, 9)))
