"""The task that most claims are measured on: the digits, split, centred and scaled, and the share of wrong answers."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.data import digits
from coursekit.nn import Sequential

Values = NDArray[np.floating]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Digits:
    """The digits in two parts, with the training mean of each pixel taken off, all divided by one training std."""

    x_train: Values
    y_train: Labels
    x_test: Values
    y_test: Labels


@lru_cache(maxsize=8)
def split_digits(seed: int) -> Digits:
    """1,437 digits to train on and 360 to test on, drawn by `seed`."""
    x, y = digits()
    order = np.random.default_rng(seed).permutation(len(x))
    test, training = order[:360], order[360:]
    mean, std = x[training].mean(axis=0), x[training].std()
    return Digits((x[training] - mean) / std, y[training], (x[test] - mean) / std, y[test])


def error(model: Sequential, x: Values, y: Labels) -> float:
    """Share of wrong answers."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean(model.forward(x).argmax(axis=1) != y))
