"""Cutting the examples into mini-batches."""

import numpy as np
from numpy.typing import NDArray


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """The indices 0..n-1 in a fresh random order, cut into batches of `batch_size`; the last one may be short.

    Raises `ValueError` if `n` or `batch_size` is below 1, `TypeError` if one is no whole number.

    >>> sorted(len(batch) for batch in minibatches(10, 4, np.random.default_rng(0)))
    [2, 4, 4]
    """
    for name, value in (("n", n), ("batch_size", batch_size)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"minibatches: {name} must be a whole number, not {value!r}")
        if value < 1:
            raise ValueError(f"minibatches: {name} must be at least 1, not {value}")
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
