"""The squared error: as a plain function, and as a loss object."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(scores="array (N, C)", y="finite array (...)")
def mean_squared_error(scores: Array, y: Array) -> tuple[float, Array]:
    """The mean of `(scores - y)**2` over all entries, and its gradient `2 * (scores - y) / (N * C)`.

    `scores` is `(N, C)`, and so is `y`, in any units; where C is 1, `y` may be `(N,)`. Returns `loss, dscores`, the
    latter with the shape and dtype of `scores`. This is the mean of PyTorch's `MSELoss`, Keras and scikit-learn; the
    form `0.5 * sum over the outputs, mean over the batch` is C / 2 times as large, and a learning rate for it is to be
    multiplied by C / 2 here. Raises `ValueError` if `y` does not fit: `(N,)` against `(N, 1)` is never broadcast to
    `(N, N)`.

    >>> mean_squared_error(np.array([[1.0], [5.0]]), np.array([0.0, 2.0]))
    (5.0, array([[1.],
           [3.]]))
    """
    targets = y[:, np.newaxis] if y.ndim == 1 else y
    if targets.shape != scores.shape:
        allowed = f"{scores.shape} as scores" + (f" or {scores.shape[:1]}" if scores.shape[1] == 1 else "")
        raise ValueError(f"mean_squared_error: y must be {allowed}, it has shape {y.shape}")
    difference = (scores - targets).astype(scores.dtype, copy=False)
    return float(np.mean(difference**2)), 2.0 * difference / difference.size


class MeanSquaredError:
    """The loss object of `mean_squared_error`."""

    def __call__(self, scores: Array, y: Array) -> tuple[float, Array]:
        """`loss, dscores`; raises as `mean_squared_error` does."""
        return mean_squared_error(scores, y)

    def __repr__(self) -> str:
        return "MeanSquaredError()"
