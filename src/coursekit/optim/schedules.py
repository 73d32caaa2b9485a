"""Schedules: the learning rate as a function of the step or epoch `t`, counted from 0; and when to stop.

A schedule is any callable `t -> lr`: a function here with its settings fixed (`partial(cosine_decay, lr0=0.1,
total=100)`), a lambda, one made by `in_sequence`. `t` may be a fraction (epochs so far). Bad arguments raise
`ValueError` in one line.
"""

import math
from collections.abc import Sequence

from coursekit.arguments import takes


@takes(t="real [0, inf)", lr0="real [0, inf)")
def constant(t: float, lr0: float) -> float:
    """`lr0`, whatever `t`; a schedule for places that want one."""
    return lr0


@takes(t="real [0, inf)", lr0="real [0, inf)", factor="real (0, 1]", every="real (0, inf)")
def step_decay(t: float, lr0: float, factor: float = 0.5, every: float = 5) -> float:
    """`lr0 * factor ** (t // every)`: the rate is cut by `factor` after each `every` steps.

    >>> [step_decay(t, lr0=0.8, every=2) for t in range(5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """
    rate: float = lr0 * factor ** (t // every)
    return rate


@takes(t="real [0, inf)", lr0="real [0, inf)", k="real [0, inf)")
def exponential_decay(t: float, lr0: float, k: float) -> float:
    """`lr0 * exp(-k t)`: the same share is lost at each step; `k` is per step.

    >>> exponential_decay(10, lr0=1.0, k=0.1)
    0.36787944117144233
    """
    return lr0 * math.exp(-k * t)


@takes(t="real [0, inf)", lr0="real [0, inf)", k="real [0, inf)")
def inverse_time_decay(t: float, lr0: float, k: float) -> float:
    """`lr0 / (1 + k t)`: half the rate after `1 / k` steps, a third after `2 / k` (the rate of Robbins & Monro 1951).

    >>> inverse_time_decay(20, lr0=0.3, k=0.1)
    0.09999999999999999
    """
    return lr0 / (1.0 + k * t)


@takes(t="real [0, inf)", lr0="real [0, inf)", total="real (0, inf)", lr_min="real [0, inf)")
def cosine_decay(t: float, lr0: float, total: float, lr_min: float = 0.0) -> float:
    """Half a cosine from `lr0` at 0 to `lr_min` at `total`, and `lr_min` from there on (Loshchilov & Hutter 2017).

    `lr_min + 0.5 * (lr0 - lr_min) * (1 + cos(pi t / total))`.

    >>> [round(cosine_decay(t, lr0=1.0, total=4), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    return lr_min + 0.5 * (lr0 - lr_min) * (1.0 + math.cos(math.pi * min(t / total, 1.0)))


@takes(t="real [0, inf)", lr0="real [0, inf)", warmup_steps="whole [0, inf)")
def warmup(t: float, lr0: float, warmup_steps: int) -> float:
    """A straight line from `lr0 / warmup_steps` at 0 to `lr0` at `warmup_steps - 1`, then `lr0` (Goyal et al. 2017).

    >>> [warmup(t, lr0=0.5, warmup_steps=4) for t in range(5)]
    [0.125, 0.25, 0.375, 0.5, 0.5]
    """
    return lr0 if t + 1 >= warmup_steps else lr0 * (t + 1) / warmup_steps


@takes(
    t="real [0, inf)",
    lr_max="real [0, inf)",
    total="real (0, inf)",
    rise="real [0, 1)",
    lr_start="optional real [0, inf)",
    lr_end="optional real [0, inf)",
)
def one_cycle(
    t: float,
    lr_max: float,
    total: float,
    rise: float = 0.3,
    lr_start: float | None = None,
    lr_end: float | None = None,
) -> float:
    """Up from `lr_start` to `lr_max` in the share `rise` of `total` steps, down to `lr_end` in the rest, then `lr_end`.

    Both ways are half cosines, as PyTorch's `OneCycleLR` draws Smith's policy (Smith & Topin 2018), with its defaults:
    `lr_start = lr_max / 25`, `lr_end = lr_start / 1e4`. (Smith's own lines are straight.)

    >>> [round(one_cycle(t, lr_max=1.0, total=10), 3) for t in (0, 3, 10, 11)]
    [0.04, 1.0, 0.0, 0.0]
    """
    lr_start = lr_max / 25.0 if lr_start is None else lr_start
    lr_end = lr_start / 1e4 if lr_end is None else lr_end
    top = rise * total
    if t < top:
        return cosine_decay(t, lr_start, top, lr_max)
    return cosine_decay(t - top, lr_max, total - top, lr_end)


@takes(losses="series", lr0="real [0, inf)", factor="real (0, 1]", patience="whole [1, inf)")
def reduce_on_plateau(losses: Sequence[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    """The learning rate after these losses, cut by `factor` whenever `patience` in a row have not improved.

    A loss improves when it is strictly below the best so far; NaN never does. After a cut the count restarts and the
    best stays. `losses` may be empty. In training, feed a `ReduceOnPlateau` instead.

    >>> reduce_on_plateau([3.0, 2.0, 2.0, 2.5, 2.0], lr0=0.1)
    0.05
    """
    lr, best, waited = lr0, math.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            lr, waited = lr * factor, 0
    return lr


@takes(val_losses="series", patience="whole [1, inf)")
def early_stopping(val_losses: Sequence[float], patience: int) -> int:
    """The index of the epoch to keep, where training ends at the `patience`-th epoch in a row that does not improve.

    An epoch improves when its loss is strictly below the best so far; NaN never does. What comes after the end is not
    looked at: the best up to there is kept, the first one where none improves. Raises `ValueError` if there is none.

    >>> early_stopping([3.0, 2.0, 2.5, 2.5, 1.0], patience=2)
    1
    """
    if len(val_losses) == 0:
        raise ValueError("early_stopping: val_losses must not be empty")
    kept, best, waited = 0, math.inf, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            kept, best, waited = epoch, loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return kept


@takes(losses="series", tol="real [0, inf)")
def has_converged(losses: Sequence[float], tol: float) -> bool:
    """Whether the last loss changed by at most the share `tol`: `abs(l[-1] - l[-2]) <= tol * abs(l[-2])`.

    `False` with fewer than two losses, and where one of the two is NaN.

    >>> has_converged([1.0, 0.5, 0.499], tol=0.01)
    True
    """
    return len(losses) >= 2 and abs(losses[-1] - losses[-2]) <= tol * abs(losses[-2])
