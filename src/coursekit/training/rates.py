"""The learning-rate range test: raise the rate step by step until the loss blows up."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.arguments import takes


@takes(loss_at="function", lrs="finite array (R) of 0 or more")
def lr_range_test(loss_at: Callable[[float], float], lrs: Any) -> float | None:
    """The largest rate of the rising `lrs` before `loss_at(lr)` first turns bad; None if the first is bad already.

    Bad is NaN, infinite, or above 4 times the lowest loss so far; losses are 0 or more. Rates after the first bad one
    are not tried. After Smith (2017), section 3.3, whose test reads the range off a plot. Raises `ValueError` if the
    rates do not rise.

    >>> lr_range_test(lambda lr: 1.0 / lr if lr < 0.5 else 1e3, [0.01, 0.1, 1.0])
    0.1
    """
    if np.any(np.diff(lrs) <= 0):
        raise ValueError(f"lr_range_test: lrs must rise from each to the next, they are {lrs}")
    largest, lowest = None, math.inf
    for lr in map(float, lrs):
        loss = loss_at(lr)
        if not math.isfinite(loss) or loss > 4 * lowest:
            break
        largest, lowest = lr, min(lowest, loss)
    return largest
