"""The experiments behind the chapter's claims and figures: nets on the digits, with a normalization and without."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Values, error, split_digits
from coursekit.optim import SGD
from coursekit.training import train

WIDTH = 32
#: The learning rates of plain SGD from which each net may choose its best.
RATES = (0.03, 0.1, 0.3, 1.0, 3.0)
#: Standard deviations of the first weights, from far too small to far too large.
STDS = tuple(float(std) for std in np.geomspace(1e-4, 1.0, 20))
#: A run counts as fast once the mean training loss of its last 10 steps is below this.
TARGET = 0.2
#: Activations by name.
UNITS: dict[str, Callable[[], nn.Layer]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def norm_net(
    norm: str,
    seed: int,
    *,
    depth: int = 3,
    scale: float = 1.0,
    std: float = 0.0,
    unit: str = "relu",
    after: bool = False,
) -> nn.Sequential:
    """`depth` hidden layers of 32 units, the weights `scale` times He's (ReLU) or Xavier's (else), or normal if `std`.

    `norm` is "none", "batch" or "layer", and stands before the activation, or behind it if `after`. One seed draws one
    set of weights, whatever the normalization.
    """
    base: Callable[..., Values] = nn.he_init if unit == "relu" else nn.xavier_init

    def init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Values:
        if std:
            return nn.normal_init(fan_in, fan_out, std, rng)
        return scale * base(fan_in, fan_out, rng)

    layers: list[nn.Layer] = []
    fan_in = 64
    for _ in range(depth):
        pair: list[nn.Layer] = [UNITS[unit]()]
        if norm != "none":
            pair.insert(1 if after else 0, nn.BatchNorm(WIDTH) if norm == "batch" else nn.LayerNorm(WIDTH))
        layers += [nn.Linear(fan_in, WIDTH, init=init), *pair]
        fan_in = WIDTH
    layers.append(nn.Linear(fan_in, 10, init=init))
    return nn.Sequential(*layers, rng=np.random.default_rng(seed), dtype=np.float32)


@dataclass(frozen=True)
class Run:
    """The training losses, one a step, and the errors on both parts of the digits at the end."""

    losses: Values
    train_error: float
    test_error: float
    diverged: bool

    def steps_to(self, target: float, window: int = 10) -> float:
        """Steps until the mean of the last `window` losses is below `target`; infinity if it never is."""
        means = np.convolve(self.losses, np.ones(window) / window, mode="valid")
        reached = np.flatnonzero(means < target)
        return float(reached[0] + window) if len(reached) else float("inf")


@lru_cache(maxsize=1024)
def run(
    norm: str,
    seed: int,
    *,
    lr: float,
    steps: int = 300,
    batch: int = 32,
    depth: int = 3,
    scale: float = 1.0,
    std: float = 0.0,
    unit: str = "relu",
    after: bool = False,
    few: int = 0,
) -> Run:
    """Plain SGD for `steps` steps, on all training digits or the first `few`.

    Data, first weights and batches depend on the seed alone.
    """
    data = split_digits(seed)
    x, y = (data.x_train[:few], data.y_train[:few]) if few else (data.x_train, data.y_train)
    x = x.astype(np.float32)
    model = norm_net(norm, seed, depth=depth, scale=scale, std=std, unit=unit, after=after)
    losses: list[float] = []
    diverged = False
    rng = np.random.default_rng(1000 + seed)
    epochs = steps * batch // len(x) + 1
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in train(model, x, y, optimizer=SGD(lr=lr), epochs=epochs, batch_size=batch, rng=rng):
            if step.event == "diverged":
                diverged = True
                break
            losses.append(step.loss)
            if step.number + 1 == steps:
                break
        if not diverged:
            try:
                errors = error(model, x, y), error(model, data.x_test.astype(np.float32), data.y_test)
            except ValueError:  # weights or statistics beyond float32
                diverged = True
    if diverged:
        errors = (0.9, 0.9)  # a guess among ten
    return Run(np.array(losses), *errors, diverged)


@lru_cache(maxsize=256)
def best(norm: str, seed: int, *, steps: int = 300, unit: str = "relu", depth: int = 3, after: bool = False) -> float:
    """Steps to a training loss of TARGET, at whichever of RATES needs fewest."""
    runs = (run(norm, seed, lr=lr, steps=steps, unit=unit, depth=depth, after=after) for lr in RATES)
    return min(r.steps_to(TARGET) for r in runs)


def shape(x: Values) -> tuple[float, float]:
    """Skewness and kurtosis (3 for a normal distribution) of each column, then the mean over the columns of their
    sizes."""
    z = x - x.mean(axis=0)
    var = np.mean(z**2, axis=0)
    return (
        float(np.mean(np.abs(np.mean(z**3, axis=0) / var**1.5))),
        float(np.mean(np.mean(z**4, axis=0) / var**2)),
    )


def normalized(x: Values) -> Values:
    """`x` normalized over its rows, gamma 1 and beta 0; epsilon so small that it does not matter."""
    d = x.shape[1]
    return nn.batchnorm_train(x, np.ones(d), np.zeros(d), np.zeros(d), np.ones(d), eps=1e-12)[0]


def skewed(seed: int, rows: int = 2000, features: int = 20) -> Values:
    """Log-normal features: long to the right, of all sizes."""
    rng = np.random.default_rng(seed)
    exponents: Values = rng.normal(0.0, 0.6, (rows, features)) + rng.normal(0.0, 1.0, features)
    return np.exp(exponents)
