"""Nets trained by every optimizer, each at every rate of a grid, from the same start on the same batches."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.data import spiral, standardize
from coursekit.nn import Linear, ReLU, Sequential
from coursekit.optim import SGD, AdaDelta, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from coursekit.training import train

#: A factor of about 3 apart, the library's own default among them where it has one.
_SGD_RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
_UNIT_RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
OPTIMIZERS: dict[str, tuple[Callable[[float], Optimizer], tuple[float, ...]]] = {
    "sgd": (lambda lr: SGD(lr=lr), (0.03, 0.1, 0.3, 1.0, 3.0)),
    "momentum": (lambda lr: Momentum(lr=lr), _SGD_RATES),
    "nesterov": (lambda lr: Nesterov(lr=lr), _SGD_RATES),
    "adagrad": (lambda lr: AdaGrad(lr=lr), (0.01, 0.03, 0.1, 0.3, 1.0)),
    "rmsprop": (lambda lr: RMSProp(lr=lr), _UNIT_RATES),
    "adadelta": (lambda lr: AdaDelta(lr=lr), (0.1, 0.3, 1.0, 3.0, 10.0)),
    "adam": (lambda lr: Adam(lr=lr), _UNIT_RATES),
    "adamw": (lambda lr: AdamW(lr=lr), _UNIT_RATES),
}
DEFAULTS = {"adam": 1e-3, "adadelta": 1.0}
#: How often the loss of all training examples is looked at, in steps.
EVERY = 5


@dataclass(frozen=True)
class Task:
    """Data, the layers' sizes, how long to train, and the training loss that counts as arrived."""

    sizes: tuple[int, ...]
    epochs: int
    target: float


TASKS = {"digits": Task((64, 32, 10), 6, 0.1), "spiral": Task((2, 32, 32, 3), 40, 0.1)}


@dataclass(frozen=True)
class Race:
    """Steps until the training loss is below the task's target (inf if never), the last loss, and the test error."""

    steps: float
    loss: float
    error: float


@lru_cache(maxsize=8)
def data_of(task: str, seed: int) -> tuple[Values, Labels, Values, Labels]:
    """Training and test data."""
    if task == "digits":
        d = split_digits(seed)
        return d.x_train, d.y_train, d.x_test, d.y_test
    points, y = spiral(600, np.random.default_rng([seed, 5]), noise=0.2)
    x = standardize(points[:300], points)[1]
    return x[:300], y[:300], x[300:], y[300:]


def net(task: str, seed: int) -> Sequential:
    """Linear layers with ReLU between them; the same start for a seed."""
    sizes = TASKS[task].sizes
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [Linear(fan_in, fan_out), ReLU()]
    return Sequential(*layers[:-1], rng=np.random.default_rng([seed, 1]))


def loss_of(model: Sequential, x: Values, y: Labels) -> float:
    """The mean cross-entropy over all examples; inf where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = nn.softmax_cross_entropy(model.forward(x), y)[0]
    return float(value) if np.isfinite(value) else float("inf")


@lru_cache(maxsize=1024)
def race(task: str, name: str, lr: float, seed: int) -> Race:
    """One run."""
    x, y, x_test, y_test = data_of(task, seed)
    model, settings = net(task, seed), TASKS[task]
    make, _ = OPTIMIZERS[name]
    arrived = float("inf")
    rng = np.random.default_rng([seed, 2])
    for step in train(model, x, y, optimizer=make(lr), epochs=settings.epochs, batch_size=32, rng=rng):
        if step.event:
            return Race(steps=float("inf"), loss=float("inf"), error=1.0)
        done = step.number + 1
        if arrived == float("inf") and done % EVERY == 0 and loss_of(model, x, y) < settings.target:
            arrived = float(done)
    return Race(steps=arrived, loss=loss_of(model, x, y), error=error(model, x_test, y_test))


def best(task: str, name: str, seed: int) -> Race:
    """The run at the rate that arrives first; of equals, and where none arrives, the one with the lowest loss."""
    runs = [race(task, name, lr, seed) for lr in OPTIMIZERS[name][1]]
    return min(runs, key=lambda r: (r.steps, r.loss))
