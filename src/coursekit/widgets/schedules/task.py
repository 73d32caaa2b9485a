"""What both widgets train: a small net on digits, some of whose training labels are wrong if so wished."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits
from coursekit.words import plain

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

TRAIN = 960
HELD_OUT = 400
WIDTH = 32
#: Shares of the training labels that are wrong, by the name of the choice.
NOISE = {"right": 0.0, "mistyped": 0.2}


@dataclass(frozen=True)
class Data:
    """Digits to train on, with the labels as they were typed, and others whose labels are right."""

    x: Values
    y: Labels
    x_held_out: Values
    y_held_out: Labels


@lru_cache(maxsize=8)
def split(seed: int, labels: str) -> Data:
    """960 digits to train on and 400 others, all with the training mean taken off, on one scale.

    Whether labels are wrong changes nothing else: the same digits stand in the same order.
    """
    images, y = digits()
    x = images.reshape(len(images), -1)
    order = np.random.default_rng([seed, 0]).permutation(len(x))
    rows, others = order[:TRAIN], order[TRAIN : TRAIN + HELD_OUT]
    mean = x[rows].mean(axis=0)
    x = (x - mean) / (x[rows] - mean).std()
    rng = np.random.default_rng([seed, 1])
    wrong = rng.random(TRAIN) < NOISE[labels]
    typed = np.where(wrong, (y[rows] + rng.integers(1, 10, TRAIN)) % 10, y[rows])
    return Data(x=x[rows], y=typed, x_held_out=x[others], y_held_out=y[others])


def build(seed: int) -> nn.Sequential:
    """64-32-10 with ReLU; the same first weights for a seed."""
    rng = np.random.default_rng([seed, 2])
    return nn.Sequential(nn.Linear(64, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 10), rng=rng)


def said(lr: float) -> str:
    """A learning rate in two digits."""
    return f"{lr:.2g}" if lr == 0 or lr >= 1e-4 else plain(lr, 1)
