"""Learning rate and batch size together: one follows the other, or the batch grows instead."""

import math

from coursekit.arguments import takes


@takes(lr="real [0, inf)", batch_size="whole [1, inf)", base_batch_size="whole [1, inf)")
def linear_scaling(lr: float, batch_size: int, base_batch_size: int) -> float:
    """`lr * batch_size / base_batch_size`, where `lr` was found at `base_batch_size` (Goyal et al. 2017).

    >>> linear_scaling(0.1, batch_size=1024, base_batch_size=256)
    0.4
    """
    return lr * batch_size / base_batch_size


@takes(lr="real [0, inf)", batch_size="whole [1, inf)", base_batch_size="whole [1, inf)")
def sqrt_scaling(lr: float, batch_size: int, base_batch_size: int) -> float:
    """`lr * sqrt(batch_size / base_batch_size)`, which keeps the noise of an update the same (Hoffer et al. 2017).

    >>> sqrt_scaling(0.1, batch_size=1024, base_batch_size=256)
    0.2
    """
    return lr * math.sqrt(batch_size / base_batch_size)


@takes(
    t="real [0, inf)",
    batch_size0="whole [1, inf)",
    factor="real [1, inf)",
    every="real (0, inf)",
    max_batch_size="whole [1, inf)",
)
def batch_size_schedule(
    t: float, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096
) -> int:
    """`min(max_batch_size, floor(batch_size0 * factor ** (t // every)))`; `t` counts from 0 (Smith et al. 2018).

    The batch grows by `factor` where `step_decay` would cut the rate by it.

    >>> [batch_size_schedule(t, 1000, every=2) for t in range(6)]
    [1000, 1000, 2000, 2000, 4000, 4000]
    """
    try:
        size: float = batch_size0 * float(factor) ** (t // every)
    except OverflowError:
        return max_batch_size
    return math.floor(min(size, max_batch_size))
