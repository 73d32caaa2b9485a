"""Many small nets on the digits at once, one for each cell of a map: learning rate along, strength of L2 up."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits
from coursekit.optim import SGD
from coursekit.training import Range, accuracy, predicted_labels, train_stack

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

UNITS, BATCH = 16, 20
#: Epochs after which the nets are looked at.
KEPT = (1, 2, 4, 8)
TRAIN, HELD_OUT = 300, 300


@lru_cache(maxsize=4)
def split(seed: int) -> tuple[Values, Labels, Values, Labels]:
    """300 digits to train on and 300 others, centred and scaled by the first."""
    images, y = digits()
    x = images.reshape(len(images), -1)
    order = np.random.default_rng([seed, 0]).permutation(len(x))
    rows, others = order[:TRAIN], order[TRAIN : TRAIN + HELD_OUT]
    mean, std = x[rows].mean(axis=0), (x[rows] - x[rows].mean(axis=0)).std()
    x = (x - mean) / std
    return x[rows], y[rows], x[others], y[others]


@dataclass(frozen=True)
class Sweep:
    """After each of the epochs `KEPT`, for each net: the loss on the held-out digits and the share of them that is
    wrong in per cent. Both `(len(KEPT), M)`, NaN where the loss is no longer finite."""

    losses: Values
    wrong: Values


def ticks(ends: Range, cells: int) -> list[float]:
    """The values of a map's columns or rows, from the lower end to the upper one."""
    return [ends.at(i / (cells - 1)) for i in range(cells)]


@lru_cache(maxsize=24)
def mapped(rates: Range, strengths: Range, cells: int, seed: int) -> Sweep:
    """One net for each cell of a map, row by row from below: a row per strength, a column per rate."""
    columns, rows = np.meshgrid(ticks(rates, cells), ticks(strengths, cells))
    return trained(tuple(columns.ravel().tolist()), tuple(rows.ravel().tolist()), seed)


@lru_cache(maxsize=48)
def trained(rates: tuple[float, ...], strengths: tuple[float, ...], seed: int) -> Sweep:
    """A net 64-16-10 for each pair of rate and strength: the same first weights, data and batches for all."""
    x, y, x_val, y_val = split(seed)
    layers = nn.Linear(64, UNITS), nn.ReLU(), nn.Linear(UNITS, 10)
    model = nn.Sequential(*layers, rng=np.random.default_rng([seed, 1]))
    stack = nn.Stack([model] * len(rates))
    loss = nn.SoftmaxCrossEntropy()
    kept = []

    def look(gone: NDArray[np.bool_]) -> None:
        entries = []
        for params, lost in zip(stack.params, gone, strict=True):
            model.params[...] = params
            entries.append((np.nan, np.nan) if lost else _judged(model, loss, x_val, y_val))
        kept.append(entries)

    per_epoch = -(-len(x) // BATCH)
    gone = np.zeros(len(stack), bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in train_stack(
            stack,
            x,
            y,
            optimizer=SGD(lr=np.array(rates)),
            epochs=KEPT[-1],
            batch_size=BATCH,
            rngs=[np.random.default_rng([seed, 2]) for _ in rates],
            penalty=nn.PerModel(nn.L2(1.0), np.array(strengths)),
        ):
            gone = step.diverged
            if step.number + 1 in {per_epoch * epoch for epoch in KEPT}:
                look(gone)
        while len(kept) < len(KEPT):
            look(gone)
    losses, wrong = np.moveaxis(np.array(kept), -1, 0)
    return Sweep(losses, wrong)


def _judged(model: nn.Sequential, loss: nn.SoftmaxCrossEntropy, x: Values, y: Labels) -> tuple[float, float]:
    if not np.isfinite(model.params).all():
        return np.nan, np.nan
    scores = model.forward(x)
    if not np.isfinite(scores).all():
        return np.nan, np.nan
    value = loss(scores, y)[0]
    wrong = 100.0 * (1.0 - accuracy(predicted_labels(scores), y))
    return (value, wrong) if np.isfinite(value) else (np.nan, np.nan)
