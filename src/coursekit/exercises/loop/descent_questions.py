"""The questions for sgd_train.

Its answer depends on how `rng` is called, so it is asked where the order plays no part, or shows in the losses:

- rows that are all alike: any batches give the same losses and weights;
- a loss that adds up rows of 1, 10, 100, ...: its digits say which rows came, and how often;
- batches of one row, whose number is the loss: the order of each epoch can be read off. Two random orders of 14 rows
  are the same once in 14! = 9e10 times.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from coursekit.exercises import chance
from coursekit.exercises.cases import Array, Case, Draw, Made, Seeded, Summary, with_layouts
from coursekit.exercises.loop.callbacks import LEAST_SQUARES, ROLL_CALL, least_squares, roll_call

_ROWS = 14


def _visits(value: Any, n: int, per_epoch: int, pairs: float) -> Mapping[str, Any]:
    """Which rows came, from the digits of the losses."""
    w, losses = value
    seen = []
    for loss in losses:
        if not (math.isfinite(loss) and 0 <= loss < 10**15):
            raise ValueError("this loss adds up no rows")
        seen.append([int(digit) for digit in reversed(f"{round(loss):015d}")])
    epochs = [np.sum(seen[i : i + per_epoch], axis=0) for i in range(0, len(seen), per_epoch)]
    once = np.array([1] * n + [0] * (15 - n))
    return {
        "number of updates": len(losses),
        "examples in each update": [sum(digits) for digits in seen],
        "every example once an epoch": all(bool(np.array_equal(epoch, once)) for epoch in epochs),
        "every x comes with its own y": bool(w[1] == pairs),
    }


def _orders(value: Any) -> Mapping[str, Any]:
    """How the order of the epochs changes."""
    _, losses = value
    epochs = [list(losses[i : i + _ROWS]) for i in range(0, len(losses), _ROWS)]
    sorted_ = [epoch for epoch in epochs if epoch == sorted(epoch)]
    again = [one for one, before in zip(epochs[1:], epochs[:-1], strict=True) if one == before]
    return {
        "number of updates": len(losses),
        "epochs in the order of the rows of x": len(sorted_),
        "epochs in the same order as the one before": len(again),
    }


def _updates(value: Any) -> Mapping[str, Any]:
    return {"number of updates": len(value[1])}


def cases(draw: Draw) -> list[Case]:
    """Rows that are alike, rows that can be counted, rows in an order."""
    seeds = iter(draw.rng.integers(1000, size=30).tolist())

    def alike(
        n: int, d: int, batch_size: int, epochs: int, about: str = "", group: str = "values", units: int = 0
    ) -> Case:
        """`n` rows that are all the same."""
        x = np.tile(draw.array(1, d, low=0.3, high=2.0), (n, 1))
        target = draw.array(1, units, low=1.0) if units else draw.array(1, low=1.0)
        y = np.tile(target, (n, 1)) if units else np.repeat(target, n)
        w = draw.array(d, units) if units else draw.array(d)
        while np.abs(x @ w - y).min() < 0.5:  # an update that moves little tells little
            w = w + 1.0
        return case(np.round(w, 2), x, y, draw.number(0.02, 0.1), batch_size, epochs, about, group)

    def case(
        w: Array, x: Array, y: Array, lr: float, batch_size: int, epochs: int, about: str = "", group: str = "values"
    ) -> Case:
        made = Made(least_squares, shown=LEAST_SQUARES)
        return Case(args=(w, made, x, y, lr, batch_size, epochs, Seeded(next(seeds))), about=about, group=group)

    def typical() -> Case:
        return alike(5, draw.size(2, 3), 2, draw.size(2, 3))

    def visits(n: int, batch_size: int, epochs: int) -> Case:
        x = 10.0 ** np.arange(n)[:, None]
        w = draw.array(2)
        looked = partial(_visits, n=n, per_epoch=-(-n // batch_size), pairs=float(w[1]))
        args = (w, Made(roll_call, shown=ROLL_CALL), x, x[:, 0].copy(), 0.5, batch_size, epochs, Seeded(next(seeds)))
        return Case(args=args, group="visits", summary=Summary(of=looked, free_shape=True))

    def orders() -> Case:
        x = np.arange(1.0, _ROWS + 1)[:, None]
        args = (draw.array(2), Made(roll_call, shown=ROLL_CALL), x, x[:, 0].copy(), 0.5, 1, 3, Seeded(next(seeds)))
        about = "the loss is the number of the row that came"
        return Case(args=args, group="orders", about=about, summary=Summary(of=_orders, free_shape=True))

    xs, ys, start = draw.array(8, 2), draw.array(8), draw.array(2)

    def seeded(seed: int) -> Case:
        args = (start, Made(least_squares, shown=LEAST_SQUARES), xs, ys, 0.1, 3, 2, Seeded(seed))
        return Case(args=args, summary=Summary(of=_updates, free_shape=True))

    at_minimum = case(np.array([2.0]), np.full((2, 1), 0.5), np.full(2, 1.0), 0.1, 2, 1, "at the minimum", "edges")
    drawn = [
        alike(1, 1, 1, 1),
        alike(1, 1, 1, 2),
        alike(2, 1, 2, 2),
        alike(4, 2, 2, 2),
        typical(),
        alike(draw.size(6, 9), draw.size(2, 3), draw.size(4, 5), draw.size(2, 3)),
        alike(1, draw.size(2, 3), 1, 2, "one row", "edges"),
        alike(draw.size(3, 5), 1, 2, 2, "one feature", "edges"),
        alike(draw.size(3, 5), 2, draw.size(7, 9), 2, "a batch larger than all", "edges"),
        alike(3, 2, 2, 2, "w is (D, H)", "edges", units=draw.size(2, 3)),
        at_minimum,
        case(np.array([1e4]), np.full((3, 1), 0.5), np.full(3, -1e4), 1, 2, 2, "large weights, lr = 1", "edges"),
        visits(5, 2, 2),
        visits(draw.size(10, 12), draw.size(4, 5), 2),
        orders(),
        *chance.seeded(seeded, next(seeds)),
    ]
    return with_layouts(drawn, typical=typical)
