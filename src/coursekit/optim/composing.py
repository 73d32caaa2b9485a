"""Schedules put together, looked at, and fed with losses."""

import functools
import math
from typing import Any, Protocol

from coursekit.arguments import as_float, function, name_of, number, shown, whole
from coursekit.optim.schedules import reduce_on_plateau


class Schedule(Protocol):
    """The learning rate as a function of the step or epoch, counted from 0: any callable `t -> lr`."""

    def __call__(self, t: Any, /) -> float:
        """The learning rate at `t`."""


def in_sequence(*timed: tuple[Schedule, float], then: Schedule) -> Schedule:
    """The schedule that follows each `(schedule, steps)` for its steps, and `then` from there on.

    Each counts its own `t` from 0. Warmup, then a cosine:

    >>> from functools import partial
    >>> from coursekit.optim.schedules import cosine_decay, warmup
    >>> rate = in_sequence(
    ...     (partial(warmup, lr0=0.4, warmup_steps=2), 2),
    ...     then=partial(cosine_decay, lr0=0.4, total=4),
    ... )
    >>> [round(rate(t), 3) for t in range(7)]
    [0.2, 0.4, 0.4, 0.341, 0.2, 0.059, 0.0]
    """
    for place, part in enumerate(timed):
        if not (isinstance(part, tuple) and len(part) == 2 and callable(part[0])):
            raise ValueError(f"in_sequence: part {place} must be a pair (schedule, steps), not {shown(part)}")
        number(f"in_sequence: the steps of part {place}", part[1], "(0, inf)")
    if not callable(then):
        raise ValueError(f"in_sequence: then must be a schedule, not {shown(then)}")
    return functools.partial(_rate_in_sequence, timed, then)


def _rate_in_sequence(timed: tuple[tuple[Schedule, float], ...], then: Schedule, t: float) -> float:
    for schedule, steps in timed:
        if t < steps:
            return rate_at(schedule, t)
        t -= steps
    return rate_at(then, t)


def rate_at(schedule: Schedule, t: float) -> float:
    """`schedule(t)` as a float; raises `ValueError` naming the schedule and `t` if it is no finite number >= 0.

    >>> rate_at(lambda t: 0.1 - t, 2)
    Traceback (most recent call last):
    ValueError: <lambda>: its learning rate at t = 2 must be a number, 0 or more, and finite, not -1.9
    """
    rate: Any = function("rate_at: schedule", schedule)(t)
    if type(rate) is float and 0.0 <= rate < math.inf:
        return rate
    return number(f"{name_of(schedule)}: its learning rate at t = {t}", rate, "[0, inf)")


class ReduceOnPlateau:
    """`reduce_on_plateau`, fed one loss at a time: `lr` is the rate after the losses so far.

    It is no function of the step, so it is not a `schedule` of `train`: between the steps, say at the end of an epoch,
    set `optimizer.lr = plateau.update(validation_loss)`.

    >>> plateau = ReduceOnPlateau(lr0=0.1, patience=2)
    >>> [plateau.update(loss) for loss in (3.0, 3.0, 3.5, 2.0)]
    [0.1, 0.1, 0.05, 0.05]
    """

    def __init__(self, lr0: float, factor: float = 0.5, patience: int = 3) -> None:
        self.lr = number("ReduceOnPlateau: lr0", lr0, "[0, inf)")
        self.factor = number("ReduceOnPlateau: factor", factor, "(0, 1]")
        self.patience = whole("ReduceOnPlateau: patience", patience)
        #: The lowest loss so far.
        self.best = math.inf
        # The losses from the best on, and the rate when it came: what was before matters no more.
        self._losses: list[float] = []
        self._lr0 = self.lr

    def update(self, loss: float) -> float:
        """The learning rate after one more loss, which may be NaN or infinite."""
        loss = _loss(loss)
        if loss < self.best:
            self.best, self._lr0, self._losses = loss, self.lr, []
        self._losses.append(loss)
        self.lr = reduce_on_plateau(self._losses, self._lr0, self.factor, self.patience)
        return self.lr

    def __repr__(self) -> str:
        return f"ReduceOnPlateau(lr={self.lr:g}, factor={self.factor:g}, patience={self.patience})"


def _loss(value: Any) -> float:
    loss = as_float(value)
    if loss is None:
        raise ValueError(f"ReduceOnPlateau: loss must be a number, not {shown(value)}")
    return loss
