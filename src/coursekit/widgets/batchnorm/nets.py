"""What two widgets train: a small net on the digits, with a normalization behind each hidden layer or without."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

WIDTH = 32
TRAIN = 1000
HELD_OUT = 400


@dataclass(frozen=True)
class Data:
    """Digits with the mean image taken off and one scale for all pixels, both from the training part."""

    x: Values
    y: Labels
    x_held_out: Values
    y_held_out: Labels


@lru_cache(maxsize=4)
def split(seed: int) -> Data:
    """1000 digits to train on and 400 others."""
    images, y = digits()
    x = images.reshape(len(images), -1)
    order = np.random.default_rng(seed).permutation(len(x))
    rows, others = order[:TRAIN], order[TRAIN : TRAIN + HELD_OUT]
    mean, scale = x[rows].mean(axis=0), (x[rows] - x[rows].mean(axis=0)).std()
    x = ((x - mean) / scale).astype(np.float32)
    return Data(x=x[rows], y=y[rows], x_held_out=x[others], y_held_out=y[others])


def build(norm: str, depth: int, scale: float, seed: int, momentum: float = 0.9) -> nn.Sequential:
    """`depth` hidden layers of 32 ReLU units; one seed gives one set of weights, whatever the normalization."""

    def init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Values:
        return scale * nn.he_init(fan_in, fan_out, rng)

    layers: list[nn.Layer] = []
    n = 64
    for _ in range(depth):
        layers.append(nn.Linear(n, WIDTH, init=init))
        if norm == "batch":
            layers.append(nn.BatchNorm(WIDTH, momentum=momentum))
        elif norm == "layer":
            layers.append(nn.LayerNorm(WIDTH))
        layers.append(nn.ReLU())
        n = WIDTH
    layers.append(nn.Linear(n, 10, init=init))
    return nn.Sequential(*layers, rng=np.random.default_rng(1000 + seed), dtype=np.float32)


def batchnorms(model: nn.Sequential) -> list[nn.BatchNorm]:
    """The BatchNorm layers, from the input to the output."""
    return [layer for layer in model.layers if isinstance(layer, nn.BatchNorm)]


def training_mode(model: nn.Sequential, x: Values, batch_size: int) -> Values:
    """The outputs for `x`, batch by batch with each batch's own statistics; the running statistics stay as they are."""
    kept = [{name: value.copy() for name, value in layer.state.items()} for layer in batchnorms(model)]
    parts = [model.forward(x[i : i + batch_size], training=True).copy() for i in range(0, len(x), batch_size)]
    for layer, state in zip(batchnorms(model), kept, strict=True):
        for name, value in state.items():
            layer.state[name][...] = value
    return np.concatenate(parts)
