"""Cutting the examples into mini-batches."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes


@takes(n="whole [1, inf)", batch_size="whole [1, inf)", rng="rng")
def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """The indices 0..n-1 in a fresh random order, cut into arrays `(batch_size,)`; the last one may be shorter.

    >>> sorted(len(batch) for batch in minibatches(10, 4, np.random.default_rng(0)))
    [2, 4, 4]
    """
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
