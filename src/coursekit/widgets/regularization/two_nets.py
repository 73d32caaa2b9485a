"""What `regularization.boundary` trains: a net too large for its few noisy points, regularized or not."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import moons
from coursekit.optim import Adam
from coursekit.training import train

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

WIDTH, STEPS, BATCH, RATE = 32, 800, 32, 0.01
#: How far the points scatter about their half circles. So far that nobody gets more than about 87 % of new ones right.
NOISE = 0.35
NEW_POINTS = 500
#: The steps after which the nets are drawn and measured.
KEPT = (0, 5, 10, 20, 40, 60, 80, 120, 180, 240, 320, 400, 500, 650, STEPS)
GRID, REACH = 38, 2.4
#: The probabilities of class 1 on the grid are kept as whole numbers, 255 for certain.
CERTAIN = 255


@dataclass(frozen=True)
class Run:
    """One training run at the steps `KEPT`: rows of `regions` `(GRID, GRID)` are probabilities of class 1 times 255;
    the rest are `(len(KEPT),)`. `length` is the norm of all weights, without the biases."""

    regions: NDArray[np.uint8]
    loss: Values
    new_loss: Values
    right: Values
    new_right: Values
    length: Values
    weights: Values

    @property
    def best(self) -> int:
        """The place in KEPT where the loss on new points is least: where early stopping would stop."""
        return int(self.new_loss.argmin())


@lru_cache(maxsize=8)
def points(n: int, seed: int) -> tuple[Values, Labels, Values, Labels]:
    """`n` points to train on and 500 new ones, which are the same for every `n`."""
    x, y = moons(n, np.random.default_rng([seed, 20]), noise=NOISE)
    x_new, y_new = moons(NEW_POINTS, np.random.default_rng([seed, 21]), noise=NOISE)
    return x, y, x_new, y_new


def weights_of(model: nn.Sequential) -> Values:
    """All weights of the linear layers in one row, without the biases."""
    return np.concatenate([layer.params["w"].ravel() for layer in model.layers if isinstance(layer, nn.Linear)])


def build(p: float, seed: int) -> nn.Sequential:
    """2-32-32-2 with ReLU, and dropout behind each hidden layer if `p` > 0; one seed gives one set of weights."""
    layers: list[nn.Layer] = []
    fan_in = 2
    for _ in range(2):
        layers += [nn.Linear(fan_in, WIDTH), nn.ReLU()]
        if p > 0:
            layers.append(nn.Dropout(p, rng=np.random.default_rng([seed, 4, len(layers)])))
        fan_in = WIDTH
    return nn.Sequential(*layers, nn.Linear(fan_in, 2), rng=np.random.default_rng([seed, 2]))


@lru_cache(maxsize=32)
def run(method: str, strength: float, n: int, seed: int) -> Run:
    """Train by Adam for 800 steps with batches of 32, or of all points where they are fewer.

    Points, first weights and the order of the points depend on `n` and `seed` alone. All measurements are made without
    dropout and without the penalty.
    """
    x, y, x_new, y_new = points(n, seed)
    model = build(strength if method == "dropout" else 0.0, seed)
    penalties: dict[str, type[nn.L1] | type[nn.L2]] = {"l2": nn.L2, "l1": nn.L1}
    ticks = np.linspace(-REACH, REACH, GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    regions: list[NDArray[np.uint8]] = []
    rows: list[tuple[float, ...]] = []

    def keep() -> None:
        p_grid = nn.softmax(model.forward(grid))[:, 1].reshape(GRID, GRID)
        regions.append(np.rint(CERTAIN * p_grid).astype(np.uint8))
        measured = [float(np.linalg.norm(weights_of(model)))]
        for data, labels in ((x, y), (x_new, y_new)):
            scores = model.forward(data)
            measured.append(float(nn.softmax_cross_entropy(scores, labels)[0]))
            measured.append(100.0 * float(np.mean(scores.argmax(axis=1) == labels)))
        rows.append(tuple(measured))

    keep()
    for step in train(
        model,
        x,
        y,
        optimizer=Adam(lr=RATE),
        epochs=STEPS,
        batch_size=min(BATCH, n),
        rng=np.random.default_rng([seed, 3]),
        penalty=penalties[method](strength) if method in penalties else None,
        constraint=nn.MaxNorm(strength) if method == "max_norm" else None,
    ):
        if step.number + 1 in KEPT:
            keep()
        if step.number + 1 == STEPS:
            break
    length, loss, right, new_loss, new_right = np.array(rows).T
    return Run(np.array(regions), loss, new_loss, right, new_right, length, weights_of(model))
