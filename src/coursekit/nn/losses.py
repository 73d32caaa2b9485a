"""Softmax and the cross-entropy loss: as plain functions, and as the loss object that training uses."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy import exp, log, multiply, subtract
from numpy.typing import ArrayLike, DTypeLike, NDArray

from coursekit.arguments import label_array, number, real_array, takes
from coursekit.nn.layer import Array, Calls, run

Labels = NDArray[np.integer]


@takes(scores="array (N, C)")
def softmax(scores: Array) -> Array:
    """`exp(scores) / sum(exp(scores))` along each row; `(N, C)` to `(N, C)`, rows sum to 1.

    The row's maximum is taken off first, which changes nothing but keeps `exp` from overflowing.

    >>> softmax(np.array([[1e4, 1e4]]))
    array([[0.5, 0.5]])
    """
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = exp / exp.sum(axis=1, keepdims=True)
    return probabilities


@takes(scores="array (N, C)", y="labels (N) below C")
def softmax_cross_entropy(scores: Array, y: Labels) -> tuple[float, Array]:
    """The mean of `-log softmax(scores)[i, y[i]]`, in nats, and its gradient `(softmax - onehot) / N`.

    `scores` is `(N, C)`, `y` holds N labels in 0..C-1. Returns `loss, dscores`, the latter `(N, C)`.
    """
    rows = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=1))
    loss = float(np.mean(log_total - shifted[rows, y]))
    dscores = softmax(scores)
    dscores[rows, y] -= 1.0
    return loss, dscores / len(y)


class Loss(Protocol):
    """A loss: called with scores and targets it returns the mean loss and the gradient at the scores."""

    def __call__(self, scores: Array, y: Any, /) -> tuple[float, Array]:
        """`loss, dscores`."""


class LossCalls(NamedTuple):
    """The calls that compute a loss, where they look for the targets, `(N, C)`, and where they leave its value."""

    calls: Calls
    targets: Array
    value: Array


class SoftmaxCrossEntropy:
    """The loss object of `softmax_cross_entropy`: the same numbers, computed class by class into memory that stays.

    `label_smoothing` s in [0, 1) trains towards `1 - s` on the label plus `s / C` on every class (Szegedy et al. 2016).
    `class_weights`, `(C,)`, multiplies the loss of each example by the weight of its class; the mean still divides by
    the number of examples (PyTorch divides by the sum of their weights, which is the same on average for weights such
    as `class_weights(y, n_classes)`, whose mean over the examples is 1).
    """

    def __init__(self, *, class_weights: ArrayLike | None = None, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = number("SoftmaxCrossEntropy: label_smoothing", label_smoothing, "[0, 1)")
        self.class_weights = None
        if class_weights is not None:
            weights = real_array("SoftmaxCrossEntropy: class_weights", class_weights, finite=True)
            if weights.ndim != 1 or weights.min() < 0:
                raise ValueError("SoftmaxCrossEntropy: class_weights must be (C,) numbers of 0 or more")
            self.class_weights = weights

    def __call__(self, scores: Array, y: Labels) -> tuple[float, Array]:
        """`loss, dscores`; raises as `softmax_cross_entropy` does."""
        scores = real_array("cross-entropy: scores", scores)
        if scores.ndim != 2:
            raise ValueError(f"cross-entropy: scores must be (N, C), it has shape {scores.shape}")
        y = label_array("cross-entropy: y", y, scores.shape[1])
        if y.shape != scores.shape[:1]:
            raise ValueError(
                f"cross-entropy: y must be one label for each of {len(scores)} rows, it has shape {y.shape}"
            )
        rows = np.ascontiguousarray(scores.T)
        drows = np.empty_like(rows)
        calls, targets, value = self.calls(rows, drows)
        targets[...] = self.targets(y, scores.shape[1], scores.dtype)
        run(calls)
        return float(value), drows.T

    def targets(self, y: Labels, n_classes: int, dtype: DTypeLike) -> Array:
        """The labels `(..., N)` as what the probabilities are drawn to, `(..., N, C)`: once for a whole run."""
        labels = label_array("cross-entropy: y", y, n_classes)
        smoothing = self.label_smoothing
        rows = np.eye(n_classes) * (1.0 - smoothing) + smoothing / n_classes
        if self.class_weights is not None:
            if len(self.class_weights) != n_classes:
                raise ValueError(
                    f"cross-entropy: {len(self.class_weights)} class_weights, but {n_classes} scores an example"
                )
            rows *= self.class_weights[:, None]
        chosen: Array = rows.astype(dtype)[labels]
        return chosen

    def calls(self, rows: Array, drows: Array) -> "LossCalls":
        """How to compute the loss of the scores that will stand in `rows`, one row per class, `(C, N)`.

        The gradient goes into `drows`. Both may have a models' axis in front; then the loss is `(M,)`, one of each.
        """
        *lead, n_classes, n = rows.shape
        log_p, wanted = np.empty(rows.shape, rows.dtype), np.empty(rows.shape, rows.dtype)
        targets, value = np.empty((*lead, n, n_classes), rows.dtype), np.empty(lead, rows.dtype)
        # `dot` is the faster product of two matrices, `matmul` the one that knows stacks of them.
        product, inner = (np.matmul, np.vecdot) if lead else (np.dot, np.dot)
        top, class_ones = np.empty((*lead, 1, n), rows.dtype), np.ones((1, n_classes), rows.dtype)
        share = np.array(1.0 / n, rows.dtype)
        weighted: Calls = []
        if self.class_weights is not None:
            weights = np.empty_like(top)
            weighted = [(product, class_ones, wanted, weights), (multiply, drows, weights, drows)]
        calls: Calls = [
            (wanted.__setitem__, ..., targets.mT),
            (np.maximum.reduce, rows, -2, None, top, True),
            (subtract, rows, top, log_p),
            (exp, log_p, drows),
            (product, class_ones, drows, top),  # the sum over the classes, in a third of the time of `sum`
            (log, top, top),
            (subtract, log_p, top, log_p),
            (inner, log_p.reshape(*lead, -1), wanted.reshape(*lead, -1), value),
            (multiply, value, -share, value),
            (exp, log_p, drows),
            *weighted,
            (subtract, drows, wanted, drows),
            (multiply, drows, share, drows),
        ]
        return LossCalls(calls, targets, value)

    def __repr__(self) -> str:
        weights = "" if self.class_weights is None else f"class_weights={self.class_weights.tolist()}"
        smoothing = f"label_smoothing={self.label_smoothing}" if self.label_smoothing else ""
        return f"SoftmaxCrossEntropy({', '.join(filter(None, (weights, smoothing)))})"
