"""Softmax and the cross-entropy loss: as plain functions, and as the loss object that training uses."""

import copy
from typing import Any, Protocol

import numpy as np
from numpy import exp, log, maximum, multiply, subtract, vdot, vecdot
from numpy.typing import ArrayLike, DTypeLike, NDArray

from coursekit.arguments import label_array, number, real_array, takes
from coursekit.nn.layer import Array

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
        self._fits: tuple[Any, ...] | None = None

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
        # In memory of its own: a model in training still refers to what `of_rows` returned last.
        apart = copy.copy(self)
        apart._fits = None
        value, drows = apart.of_rows(scores.T, self.targets(y, scores.shape[1], scores.dtype))
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

    def _allocate(self, rows: Array) -> None:
        *lead, n_classes, n = rows.shape
        self._log_p, self._drows, self._wanted = (np.empty(rows.shape, rows.dtype) for _ in range(3))
        self._top, self._class_ones = np.empty((*lead, 1, n), rows.dtype), np.ones((1, n_classes), rows.dtype)
        self._share = np.array(1.0 / n, rows.dtype)
        self._dot: Any = np.matmul if lead else np.dot
        self._fits = rows.shape

    def of_rows(self, rows: Array, targets: Array) -> tuple[Any, Array]:
        """The loss and its gradient for the scores as a signal has them, one row per class, `(C, N)`.

        `targets`, `(N, C)`, is what `targets` made of the labels. All may have a models' axis in front; then the loss
        is an array, one of each model. The gradient is this object's own memory, overwritten by the next call.
        """
        if self._fits != rows.shape or self._drows.dtype != rows.dtype:
            self._allocate(rows)
        log_p, drows, wanted, top = self._log_p, self._drows, self._wanted, self._top
        wanted[...] = targets.mT
        maximum.reduce(rows, axis=-2, keepdims=True, out=top)
        subtract(rows, top, log_p)
        exp(log_p, drows)
        self._dot(self._class_ones, drows, top)  # the sum over the classes, in a third of the time of `sum`
        log(top, top)
        subtract(log_p, top, log_p)
        value = vdot(log_p, wanted) if rows.ndim == 2 else vecdot(log_p, wanted).sum(axis=-1)
        exp(log_p, drows)
        if self.class_weights is not None:
            multiply(drows, wanted.sum(axis=-2, keepdims=True), drows)
        subtract(drows, wanted, drows)
        multiply(drows, self._share, drows)
        return value * -self._share, drows

    def __repr__(self) -> str:
        weights = "" if self.class_weights is None else f"class_weights={self.class_weights.tolist()}"
        smoothing = f"label_smoothing={self.label_smoothing}" if self.label_smoothing else ""
        return f"SoftmaxCrossEntropy({', '.join(filter(None, (weights, smoothing)))})"
