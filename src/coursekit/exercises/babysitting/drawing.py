"""Objectives for the searches: tables of losses that a reader can go through by hand."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.callbacks import table
from coursekit.exercises.cases import Draw, Made

NAN = float("nan")
INF = float("inf")

Setting = dict[str, Any]


def distinct(draw: Draw, n: int, low: float = 0.2, high: float = 2.5) -> list[float]:
    """So many different losses of two decimals, rising."""
    steps = np.arange(round(100 * low), round(100 * high))
    return [float(loss) / 100 for loss in np.sort(draw.rng.choice(steps, n, replace=False))]


def plain(number: Any) -> str:
    """A number or string as Python text that can be pasted: NaN and infinity by their names in NumPy."""
    if isinstance(number, float) and not np.isfinite(number):
        return "np.nan" if np.isnan(number) else "np.inf"
    return repr(number)


def objective(names: Sequence[str], keys: Sequence[tuple[Any, ...]], losses: Sequence[float]) -> Made:
    """The function that looks the loss of a setting up."""
    one = len(names) == 1
    entries = [
        f"{plain(key[0]) if one else '(' + ', '.join(map(plain, key)) + ')'}: {plain(loss)}"
        for key, loss in zip(keys, losses, strict=True)
    ]
    asked = ", ".join(f"s[{name!r}]" for name in names)
    return Made(table, (list(names), list(keys), list(losses)), f"lambda s: {{{', '.join(entries)}}}[{asked}]")


def on_grid(space: Mapping[str, Sequence[Any]], losses: Sequence[float]) -> Made:
    """The objective with these losses at the settings of `space`, the last key fastest."""
    return objective(list(space), list(itertools.product(*space.values())), losses)
