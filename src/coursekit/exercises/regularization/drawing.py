"""The questions for penalties: weights of every shape that matters, and strengths that tell one slip from another."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts

LARGE = 1e4


def penalized(draw: Draw, strengths: Callable[[], Mapping[str, float]]) -> list[Case]:
    """Cases for `f(w, **strengths())`, a loss and a gradient; `strengths` draws one case's."""

    def case(w: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(w,), kwargs=strengths(), about=about, group=group)

    def typical() -> Case:
        return case(draw.array(draw.size(2, 4), draw.size(2, 3)))

    by_position = Case(args=(draw.array(2, 2), *strengths().values()), about="by position")
    whole = Case(args=(draw.array(2, 3), *range(2, 2 + len(strengths()))), about="whole numbers", group="edges")
    none = Case(args=(draw.array(2, 2), *[0.0] * len(strengths())), about="no penalty at all", group="edges")
    return with_layouts(
        [
            case(-abs(draw.array(1, 1))),
            case(draw.array(2, 2)),
            by_position,
            typical(),
            case(draw.array(draw.size(4, 12), draw.size(3, 9))),
            case(draw.array(1, draw.size(2, 6)), "one row", "edges"),
            case(draw.array(draw.size(2, 6), 1), "one feature", "edges"),
            case(np.array([[-LARGE, LARGE], [LARGE, 0.5 * LARGE]]), "large entries", "edges"),
            whole,
            none,
        ],
        typical=typical,
    )


def with_zeros(draw: Draw, strengths: Callable[[], Mapping[str, float]]) -> list[Case]:
    """Cases with weights that are exactly 0, where |w| has a kink and a convention fixes the gradient."""
    mixed = draw.array(2, 3)
    mixed[0, 1] = mixed[1, 0] = 0.0
    return [
        Case(args=(w,), kwargs=strengths(), about="some w are exactly 0", group="zero")
        for w in (np.zeros((1, 1)), np.array([[0.0, 1.5]]), mixed)
    ]
