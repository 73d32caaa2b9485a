"""Cross-validation: every example serves once for validation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Indices = NDArray[np.int64]


@takes(n="whole [2, inf)", k="whole [2, inf)", rng="rng")
def k_fold(n: int, k: int, rng: np.random.Generator) -> list[tuple[Indices, Indices]]:
    """`k` pairs `(train, validation)` of indices into `n` shuffled examples: each is in one validation fold.

    The folds differ in size by at most 1. Raises `ValueError` if `k` is above `n`.

    >>> [(len(train), len(validation)) for train, validation in k_fold(10, 4, np.random.default_rng(0))]
    [(7, 3), (7, 3), (8, 2), (8, 2)]
    """
    if k > n:
        raise ValueError(f"k_fold: k must be at most n, one example a fold, not {k} for {n} examples")
    folds = np.array_split(rng.permutation(n), k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]


@takes(
    fit_and_score="function to number", x="any array (N, ...)", y="any array (N, ...)", k="whole [2, inf)", rng="rng"
)
def cross_validate(
    fit_and_score: Callable[[Any, Any, Any, Any], float], x: Any, y: Any, k: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """`(k,)`: what `fit_and_score(x_train, y_train, x_val, y_val)` returns on each of the `k` folds of `k_fold`.

    Their mean estimates the score on new examples. What is fitted to data (the mean of `standardize`, say) belongs
    inside `fit_and_score`: outside, it would have seen the validation fold.

    >>> def spread(x_train, y_train, x_val, y_val):
    ...     return float(np.mean((y_val - np.mean(y_train)) ** 2))
    >>> cross_validate(spread, np.zeros((3, 1)), np.array([1.0, 1.0, 1.0]), 3, np.random.default_rng(0))
    array([0., 0., 0.])
    """
    scores = [
        fit_and_score(x[train], y[train], x[validation], y[validation]) for train, validation in k_fold(len(x), k, rng)
    ]
    return np.array(scores)
