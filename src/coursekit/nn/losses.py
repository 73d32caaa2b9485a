"""Softmax and the cross-entropy loss: as plain functions, and as the loss object that training uses."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coursekit.nn.layer import Array

Labels = NDArray[np.integer]


def softmax(scores: Array) -> Array:
    """`exp(scores) / sum(exp(scores))` along each row; `(N, C)` to `(N, C)`, rows sum to 1.

    The row's maximum is taken off first, which changes nothing but keeps `exp` from overflowing.

    >>> softmax(np.array([[1e4, 1e4]]))
    array([[0.5, 0.5]])
    """
    scores = np.asarray(scores)
    if scores.ndim != 2:
        raise ValueError(f"softmax: scores must be (N, C), they have shape {scores.shape}")
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = exp / exp.sum(axis=1, keepdims=True)
    return probabilities


def softmax_cross_entropy(scores: Array, y: Labels) -> tuple[float, Array]:
    """The mean of `-log softmax(scores)[i, y[i]]`, in nats, and its gradient `(softmax - onehot) / N`.

    `scores` is `(N, C)`, `y` holds N labels in 0..C-1. Returns `loss, dscores`, the latter `(N, C)`. Raises
    `ValueError` on other shapes or labels, `TypeError` on labels that are no integers.
    """
    scores = np.asarray(scores)
    check_labels(scores.shape, y)
    rows = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=1))
    loss = float(np.mean(log_total - shifted[rows, y]))
    dscores = softmax(scores)
    dscores[rows, y] -= 1.0
    return loss, dscores / len(y)


def check_labels(shape: tuple[int, ...], y: Any) -> None:
    """Raise in one line if `y` cannot be the labels for scores of `shape`."""
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"cross-entropy: scores must be (N, C) with at least one row, they have shape {shape}")
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iu":
        what = f"an array of {y.dtype}" if isinstance(y, np.ndarray) else type(y).__name__
        raise TypeError(f"cross-entropy: y must be an array of whole-number labels, not {what}")
    if y.shape != shape[:1]:
        raise ValueError(f"cross-entropy: {shape[0]} rows of scores need {shape[0]} labels, y has shape {y.shape}")
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= shape[1]:
        wrong = low if low < 0 else high
        raise ValueError(
            f"cross-entropy: label {wrong} is out of range: {shape[1]} scores a row mean 0..{shape[1] - 1}"
        )


class Loss(Protocol):
    """A loss: called with scores and targets it returns the mean loss and the gradient at the scores."""

    def __call__(self, scores: Array, y: Any, /) -> tuple[float, Array]:
        """`loss, dscores`."""


class SoftmaxCrossEntropy:
    """The loss object of `softmax_cross_entropy`: the same numbers, computed class by class into memory that stays."""

    def __init__(self) -> None:
        self._fits: tuple[tuple[int, ...], np.dtype[Any]] | None = None

    def __call__(self, scores: Array, y: Labels) -> tuple[float, Array]:
        """`loss, dscores`; raises as `softmax_cross_entropy` does."""
        check_labels(scores.shape, y)
        # In memory of its own: a model in training still refers to what `unchecked` returned last.
        return SoftmaxCrossEntropy().unchecked(scores, y)

    def _allocate(self, scores: Array) -> None:
        n, n_classes = scores.shape
        # One row per class: reductions over a few long rows are faster than over many short ones.
        self._rows = np.empty((n_classes, n), scores.dtype)
        self._flat = self._rows.reshape(-1)
        self._top, self._total, self._log = (np.empty(n, scores.dtype) for _ in range(3))
        self._ones, self._class_ones = np.ones(n, scores.dtype), np.ones(n_classes, scores.dtype)
        self._columns, self._at = np.arange(n), np.empty(n, np.intp)
        # As an array, so that small labels (int8) times n do not overflow.
        self._n, self._stride = np.array(n, scores.dtype), np.array(n, np.intp)
        self._fits = (scores.shape, scores.dtype)

    def unchecked(self, scores: Array, y: Labels) -> tuple[float, Array]:
        """The same for labels that `check_labels` has passed: what a training loop calls.

        `dscores` is this object's own memory, overwritten by the next call.
        """
        if self._fits != (scores.shape, scores.dtype):
            self._allocate(scores)
        rows, total, at = self._rows, self._total, self._at
        np.multiply(y, self._stride, out=at, casting="unsafe")
        np.add(at, self._columns, out=at)
        np.copyto(rows, scores.T)
        np.maximum.reduce(rows, axis=0, out=self._top)
        np.subtract(rows, self._top, out=rows)
        picked = np.dot(self._flat[at], self._ones)
        np.exp(rows, out=rows)
        np.dot(self._class_ones, rows, out=total)  # the sum over the classes, in a third of the time of `sum`
        np.log(total, out=self._log)
        loss = float(np.dot(self._log, self._ones) - picked) / len(y)
        np.multiply(total, self._n, out=total)
        np.divide(rows, total, out=rows)
        self._flat[at] -= 1.0 / len(y)
        return loss, rows.T

    def __repr__(self) -> str:
        return "SoftmaxCrossEntropy()"
