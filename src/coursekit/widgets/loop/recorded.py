"""One training run, kept step by step: what `loop.steps` draws."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import blobs, circles, moons, spiral, standardize, xor
from coursekit.optim import SGD
from coursekit.training import accuracy, minibatches, predicted_labels, train

Values = NDArray[np.floating]

POINTS = 240
STEPS = 300
#: The steps after which the plane is drawn: the first one by one, then further and further apart.
KEPT = (*range(11), 12, 14, 16, 19, 23, 28, 34, 41, 50, 60, 75, 90, 110, 130, 155, 180, 210, 240, 270, STEPS)
#: The plane is drawn from -REACH to REACH both ways, on a grid of so many points each way.
GRID, REACH = 40, 2.6
_DATA: dict[str, Callable[[np.random.Generator], tuple[NDArray[np.float64], NDArray[np.int64]]]] = {
    "spiral": lambda rng: spiral(POINTS, rng, noise=0.15),
    "moons": lambda rng: moons(POINTS, rng, noise=0.12),
    "xor": lambda rng: xor(POINTS, rng),
    "circles": lambda rng: circles(POINTS, rng),
    "blobs": lambda rng: blobs(POINTS, rng),
}


@dataclass(frozen=True)
class Run:
    """One training run. `whole` has an entry for the start and one after each step; `losses`, `norms` and `lengths`
    (batch loss before the update, norm of its gradient, distance the parameters moved) one per step. The others have a
    row per step of `kept`; `batches` holds the rows of the batch of that step, -1 where there is none."""

    x: Values
    y: NDArray[np.int64]
    n_classes: int
    kept: NDArray[np.int64]
    whole: Values
    losses: Values
    norms: Values
    lengths: Values
    regions: NDArray[np.uint8]
    right: Values
    batches: NDArray[np.int64]
    diverged: bool


def points(data: str, rng: np.random.Generator) -> tuple[Values, NDArray[np.int64]]:
    """The chosen data, each feature with mean 0 and standard deviation 1."""
    x, y = _DATA[data](rng)
    return standardize(x, x)[0], y


def build(units: int, n_classes: int, rng: np.random.Generator) -> nn.Sequential:
    """2-units-C with ReLU, or 2-C without a hidden layer."""
    hidden = [nn.Linear(2, units), nn.ReLU()] if units else []
    return nn.Sequential(*hidden, nn.Linear(units or 2, n_classes), rng=rng)


@lru_cache(maxsize=16)
def run(data: str, units: int, batch: int, lr: float, seed: int) -> Run:
    """Train by plain SGD for `STEPS` steps; stops early where the loss is no longer finite.

    Data, start and order of the points have generators of their own: a change of one leaves the others as they are.
    """
    x, y = points(data, np.random.default_rng([seed, 0]))
    n_classes = int(y.max()) + 1
    model = build(units, n_classes, np.random.default_rng([seed, 1]))
    ticks = np.linspace(-REACH, REACH, GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    drawn: list[NDArray[np.int64]] = []
    kept: list[tuple[int, NDArray[np.uint8], float, NDArray[np.int64]]] = []
    made: list[tuple[float, float, float]] = []
    diverged = False

    def epoch(rng: np.random.Generator) -> list[NDArray[np.int64]]:
        order = minibatches(POINTS, batch, rng)
        drawn.extend(order)
        return order

    def keep(number: int) -> None:
        rows = np.full(batch, -1)
        if number:
            rows[: len(drawn[number - 1])] = drawn[number - 1]
        labels = predicted_labels(model.forward(grid)).astype(np.uint8).reshape(GRID, GRID)
        kept.append((number, labels, accuracy(predicted_labels(model.forward(x)), y), rows))

    def everyone() -> float:
        return float(nn.softmax_cross_entropy(model.forward(x), y)[0])

    with np.errstate(over="ignore", invalid="ignore"):
        whole = [everyone()]
        keep(0)
        before = model.params.copy()
        for step in train(
            model,
            x,
            y,
            optimizer=SGD(lr=lr),
            epochs=STEPS,
            batch_size=batch,
            rng=np.random.default_rng([seed, 2]),
            batches=epoch,
        ):
            length = float(np.linalg.norm(model.params - before))
            entry = (step.loss, float(np.linalg.norm(model.grads)), length)
            now = everyone()
            if step.event == "diverged" or not np.isfinite([*entry, now]).all():
                diverged = True
                break
            made.append(entry)
            whole.append(now)
            before[:] = model.params
            if len(made) in KEPT:
                keep(len(made))
            if len(made) == STEPS:
                break
        if diverged and kept[-1][0] != len(made):
            model.params[:] = before  # the last state that was finite is shown
            keep(len(made))
    numbers, regions, right, batches = zip(*kept, strict=True)
    losses, norms, lengths = np.array(made).reshape(-1, 3).T
    return Run(
        x=x,
        y=y,
        n_classes=n_classes,
        kept=np.array(numbers),
        whole=np.array(whole),
        losses=losses,
        norms=norms,
        lengths=lengths,
        regions=np.array(regions),
        right=np.array(right),
        batches=np.array(batches),
        diverged=diverged,
    )
