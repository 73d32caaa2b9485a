"""Babysitting: numbers that say whether a run is healthy, before it starts, while it goes and when it has ended."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(n_classes="whole [1, inf)")
def expected_initial_loss(n_classes: int) -> float:
    """`ln(n_classes)`: the cross-entropy, in nats, of a net that knows nothing and finds all classes equally likely.

    A first loss far above it means that the initial weights are too large, or that the loss is wrong.

    >>> round(expected_initial_loss(10), 3)
    2.303
    """
    return math.log(n_classes)


@takes(w="array (...)", update="array (...)")
def update_ratio(w: Array, update: Array) -> float:
    """`||update|| / ||w||`, Euclidean norms over all entries; arrays of one shape.

    A rule of thumb is about 1e-3: a much larger ratio means that the learning rate is too high, a much smaller one that
    it is too low. It is infinite where all weights are 0 (biases at the start), NaN where the update is 0 as well.

    >>> update_ratio(np.array([3.0, 4.0]), np.array([0.0, 0.01]))
    0.002
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.linalg.norm(update) / np.linalg.norm(w))


@takes(train_losses="array (T)", val_losses="array (V)")
def diagnose(train_losses: Any, val_losses: Any) -> str:
    """What a run's losses, `(T,)` and `(V,)` in the order of its epochs, say about it: the first of these that holds.

    - "diverged": a NaN or infinity anywhere, or the last training loss is above 1.5 times the first;
    - "not_learning": the last training loss is above 0.95 times the first;
    - "overfitting": the last validation loss is above 1.2 times its minimum, or above 2 times the last training loss
      + 0.1;
    - "underfitting": the last training loss is above half of the first;
    - "healthy".

    The bounds are rules of thumb for losses of 0 or more. T and V may differ. Raises `ValueError` if either is empty.

    >>> diagnose([2.3, 1.1, 0.4], [2.3, 1.4, 1.9])
    'overfitting'
    """
    first, last = train_losses[0], train_losses[-1]
    if not (np.isfinite(train_losses).all() and np.isfinite(val_losses).all()) or last > 1.5 * first:
        return "diverged"
    if last > 0.95 * first:
        return "not_learning"
    if val_losses[-1] > 1.2 * np.min(val_losses) or val_losses[-1] > 2.0 * last + 0.1:
        return "overfitting"
    if last > 0.5 * first:
        return "underfitting"
    return "healthy"
