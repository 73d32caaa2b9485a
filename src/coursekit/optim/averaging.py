"""Averages of the weights along the way, which often do better than the last weights (Polyak & Juditsky 1992)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import number, real_array, takes

Array = NDArray[np.floating]


@takes(decay="real [0, 1]")
def ema_weights(snapshots: Iterable[Array], decay: float) -> Array:
    """The exponential moving average of weights of one shape: `ema = decay * ema + (1 - decay) * snapshot`.

    It starts at the first snapshot, so nothing pulls it towards 0. Raises `ValueError` where there is no snapshot, or
    their shapes differ.

    >>> ema_weights([np.array([0.0]), np.array([8.0]), np.array([8.0])], decay=0.5)
    array([6.])
    """
    ema, *later = _alike("ema_weights", snapshots)
    for snapshot in later:
        ema = decay * ema + (1.0 - decay) * snapshot
    return ema


def average_weights(snapshots: Iterable[Array]) -> Array:
    """The plain mean of weights of one shape, such as those at the end of one run (Izmailov et al. 2018).

    It makes sense for weights along one path of training; those of separate runs lie in different valleys. Statistics
    that a layer keeps beside its weights (BatchNorm's) have to be measured anew. Raises `ValueError` if there is no
    snapshot or their shapes differ.

    >>> average_weights([np.array([1.0, 2.0]), np.array([3.0, 2.0])])
    array([2., 2.])
    """
    mean: Array = np.mean(_alike("average_weights", snapshots), axis=0)
    return mean


class EMA:
    """`ema_weights`, fed one snapshot at a time: a model's parameters after each step, or a noisy loss to be smoothed.

    >>> ema = EMA(decay=0.5)
    >>> [ema.update(np.array([weight])).item() for weight in (0.0, 8.0, 8.0)]
    [0.0, 4.0, 6.0]
    >>> ema.average
    array([6.])
    """

    def __init__(self, decay: float) -> None:
        self.decay = number("EMA: decay", decay, "[0, 1]")
        self._average: Array | None = None

    @property
    def average(self) -> Array:
        """The average so far; raises `ValueError` before the first `update`."""
        if self._average is None:
            raise ValueError("EMA: there is no average before the first update")
        return self._average

    def update(self, params: Array) -> Array:
        """The average with one more snapshot, of the shape of the first; `params` may change afterwards.

        Raises `ValueError` if the shape differs.
        """
        if self._average is None:
            self._average = real_array("EMA: params", params).copy()
        else:
            self._average = ema_weights([self._average, params], self.decay)
        return self._average

    def __repr__(self) -> str:
        return f"EMA(decay={self.decay})"


def _alike(name: str, snapshots: Any) -> list[Array]:
    if not isinstance(snapshots, Iterable):
        raise ValueError(f"{name}: snapshots must be a list of arrays, not {type(snapshots).__name__}")
    arrays = [real_array(f"{name}: snapshots[{i}]", snapshot) for i, snapshot in enumerate(snapshots)]
    if not arrays:
        raise ValueError(f"{name}: snapshots must hold at least one array of weights")
    for i, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise ValueError(f"{name}: snapshots[{i}] must be {arrays[0].shape} as the first, not {array.shape}")
    return arrays
