"""What a classifier gets right: in all, and class by class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]
Labels = NDArray[np.integer]


@takes(scores="finite array (N, C)")
def predicted_labels(scores: Array) -> NDArray[np.int64]:
    """The class with the highest score in each row, `(N, C)` to `(N,)`; the first of equals.

    >>> predicted_labels(np.array([[0.1, 0.9], [0.5, 0.5]]))
    array([1, 0])
    """
    labels: NDArray[np.int64] = scores.argmax(axis=1)
    return labels


@takes(predictions="labels (N)", y="labels (N)")
def accuracy(predictions: Labels, y: Labels) -> float:
    """The share of examples whose predicted label is the true one; both `(N,)`.

    It says little where the classes differ much in size: always predicting the largest does well. See
    `balanced_accuracy`.

    >>> accuracy(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]))
    0.75
    """
    return float(np.mean(predictions == y))


@takes(scores="finite array (N, C)", y="labels (N) below C", k="whole [1, inf)")
def top_k_accuracy(scores: Array, y: Labels, k: int) -> float:
    """The share of examples whose true class is among the `k` with the highest scores, `(N, C)`.

    Of equal scores the smaller label comes first, so that `k = 1` is the accuracy of `predicted_labels`. Raises
    `ValueError` if `k` is above C.

    >>> top_k_accuracy(np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]), np.array([2, 2]), 2)
    0.5
    """
    n_classes = scores.shape[1]
    if k > n_classes:
        raise ValueError(f"top_k_accuracy: k must be at most C = {n_classes}, the scores of a row, not {k}")
    own = np.take_along_axis(scores, y[:, np.newaxis], axis=1)
    ahead = (scores > own) | ((scores == own) & (np.arange(n_classes) < y[:, np.newaxis]))
    return float(np.mean(ahead.sum(axis=1) < k))


@takes(n_classes="whole [1, inf)", predictions="labels (N) below n_classes", y="labels (N) below n_classes")
def confusion_matrix(predictions: Labels, y: Labels, n_classes: int) -> NDArray[np.int64]:
    """`(n_classes, n_classes)` counts: entry `[i, j]` is how many examples of class i were taken for class j.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(counts, (y, predictions), 1)
    return counts


def recall(predictions: Labels, y: Labels, n_classes: int) -> NDArray[np.float64]:
    """`(n_classes,)`: the share of each class's examples that were found; NaN for a class that has none.

    >>> recall(np.array([0, 1, 1]), np.array([0, 0, 1]), 3)
    array([0.5, 1. , nan])
    """
    counts = confusion_matrix(predictions, y, n_classes)
    return _share(np.diag(counts), counts.sum(axis=1))


def precision(predictions: Labels, y: Labels, n_classes: int) -> NDArray[np.float64]:
    """`(n_classes,)`: the share of the predictions of each class that are right; NaN for one never predicted.

    >>> precision(np.array([0, 1, 1]), np.array([0, 0, 1]), 3)
    array([1. , 0.5, nan])
    """
    counts = confusion_matrix(predictions, y, n_classes)
    return _share(np.diag(counts), counts.sum(axis=0))


def f1_score(predictions: Labels, y: Labels, n_classes: int) -> NDArray[np.float64]:
    """`(n_classes,)`: the harmonic mean of precision and recall, `2 right / (examples + predictions)` of each class.

    0 for a class of which no prediction is right, NaN for one that neither occurs nor is predicted.

    >>> f1_score(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]), 4).round(3)
    array([0.667, 0.5  , 0.   ,   nan])
    """
    counts = confusion_matrix(predictions, y, n_classes)
    return _share(2 * np.diag(counts), counts.sum(axis=0) + counts.sum(axis=1))


def balanced_accuracy(predictions: Labels, y: Labels, n_classes: int) -> float:
    """The mean `recall` of the classes that occur in `y`, `(N,)`: each counts the same, however few its examples.

    >>> balanced_accuracy(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1]), 2)
    0.5
    """
    return float(np.nanmean(recall(predictions, y, n_classes)))


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """`part / whole`, NaN where there is no whole."""
    with np.errstate(invalid="ignore"):
        share: NDArray[np.float64] = part / whole
    return share
