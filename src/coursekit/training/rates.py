"""The learning-rate range test: raise the rate step by step until the loss blows up."""

import copy
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import takes
from coursekit.nn import Loss, Sequential
from coursekit.optim import Optimizer
from coursekit.training.loop import train


@takes(loss_at="function to number", lrs="finite array (R) of 0 or more")
def lr_range_test(loss_at: Callable[[float], float], lrs: Any) -> float | None:
    """The largest of the rising rates `lrs`, `(R,)`, before `loss_at(lr)` first turns bad; None if the first is bad.

    A loss is bad if it is NaN, infinite, or above 4 times the lowest so far; losses are 0 or more. Rates after the
    first bad one are not tried. After Smith (2017), section 3.3, whose test reads the range off a plot. Raises
    `ValueError` if the rates do not rise.

    >>> lr_range_test(lambda lr: 1.0 / lr if lr < 0.5 else 1e3, [0.01, 0.1, 1.0])
    0.1
    """
    if np.any(np.diff(lrs) <= 0):
        raise ValueError(f"lr_range_test: lrs must rise from each to the next, not {np.array2string(lrs, threshold=6)}")
    largest, lowest = None, math.inf
    for lr in map(float, lrs):
        loss = loss_at(lr)
        if not math.isfinite(loss) or loss > 4 * lowest:
            break
        largest, lowest = lr, min(lowest, loss)
    return largest


class RangeTest(NamedTuple):
    """The rates that were tried, the loss after a step at each, and the largest that `lr_range_test` lets pass."""

    lrs: list[float]
    losses: list[float]
    largest: float | None


@takes(lrs="finite array (R) of 0 or more")
def range_test(
    model: Sequential,
    x: ArrayLike,
    y: Any,
    *,
    lrs: Any,
    optimizer: Optimizer,
    batch_size: int,
    rng: np.random.Generator,
    loss: Loss | None = None,
) -> RangeTest:
    """A learning-rate range test on a model (Smith 2017): one step of training per rate, the rates rising.

    Works on copies: `model` and `optimizer` stay as they are. The loss of a rate is that of the next batch, after the
    step. Ends where the loss blows up, with the bad loss as the last. `np.geomspace(1e-5, 10, 60)` is a good first
    choice of rates; a mini-batch's loss is noisy, so look at the curve as well. Raises as `train` does.
    """
    rates = [float(lr) for lr in lrs]
    steps = train(
        copy.deepcopy(model),
        x,
        y,
        optimizer=copy.deepcopy(optimizer),
        loss=loss,
        epochs=len(rates) + 1,  # more than enough: an epoch has a step or more
        batch_size=batch_size,
        rng=rng,
        schedule=lambda t: rates[min(t, len(rates) - 1)],
    )
    after = itertools.islice(steps, 1, None)
    losses: list[float] = []

    def loss_at(_: float) -> float:
        step = next(after, None)  # None: the run had diverged before its first step
        losses.append(math.nan if step is None else step.loss)
        return losses[-1]

    largest = lr_range_test(loss_at, rates)
    return RangeTest(rates[: len(losses)], losses, largest)


@takes(losses="series", beta="real [0, 1)")
def smoothed(losses: Sequence[float], beta: float = 0.9) -> NDArray[np.float64]:
    """A weighted mean of the losses so far at each step, `(n,)`: one that is k steps old has `beta ** k` of the weight.

    `v = beta v + (1 - beta) loss`, divided by `1 - beta ** t` so that the start at 0 does not count (as in Adam, Kingma
    & Ba 2015). A loss that is not finite is what the mean is from there on.

    >>> smoothed([4.0, 2.0, 2.0], beta=0.5).round(3).tolist()
    [4.0, 2.667, 2.286]
    """
    mean, weight, out = 0.0, 0.0, []
    for loss in losses:
        mean, weight = beta * mean + (1.0 - beta) * loss, beta * weight + (1.0 - beta)
        out.append(mean / weight)
    return np.array(out, np.float64)


@takes(lrs="finite array (R) of 0 or more", losses="finite array (R)", decades="real (0, inf)")
def steepest_rate(lrs: Any, losses: Any, decades: float = 1.0) -> float:
    """The rate at which the losses of a range test fall fastest, by a straight line over `log10(lr)` around it.

    `lrs` and `losses` are `(R,)`, the rates positive and rising. For each rate the line is fitted by least squares to
    all points within half of `decades` to its left and right; only rates whose whole stretch was tried count, all where
    none has. A single difference of noisy losses would answer with the noise.

    >>> steepest_rate([0.001, 0.01, 0.1, 1.0], [2.0, 2.0, 1.0, 0.9], decades=2.0)
    0.1
    """
    lrs, losses = np.asarray(lrs, np.float64), np.asarray(losses, np.float64)
    if len(lrs) < 2 or lrs[0] <= 0 or np.any(np.diff(lrs) <= 0):
        raise ValueError(
            f"steepest_rate: lrs must be two rates or more, above 0 and rising, not {np.array2string(lrs, threshold=6)}"
        )
    place, half = np.log10(lrs), 0.5 * decades + 1e-9
    whole = (place - half >= place[0] - 2e-9) & (place + half <= place[-1] + 2e-9)
    slopes = np.full(len(lrs), np.inf)
    for i in np.flatnonzero(whole) if whole.any() else range(len(lrs)):
        near = np.abs(place - place[i]) <= half
        across = place[near] - place[near].mean()
        if np.any(across):
            slopes[i] = np.sum(across * losses[near]) / np.sum(across**2)
    return float(lrs[int(np.argmin(slopes))])
