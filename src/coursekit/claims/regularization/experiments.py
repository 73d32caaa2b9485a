"""The experiments behind the chapter's claims and figures: an overlarge net on few digits, regularized in many ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.optim import Adam
from coursekit.training import train

#: Digits to train on; as many as four hundred others choose the strengths, and the 360 of the test are looked at last.
FEW, CHOOSE = 200, 400
#: The share of the labels trained on that is wrong, where the data are noisy.
NOISE = 0.2
WIDTH, STEPS, BATCH, RATE = 64, 400, 25, 0.003
#: The strengths among which each regularizer may choose its best, by the loss on the digits for choosing.
STRENGTHS: dict[str, tuple[float, ...]] = {
    "l2": (0.001, 0.003, 0.01, 0.03),
    "l1": (0.0001, 0.0003, 0.001, 0.003),
    "max_norm": (0.3, 0.5, 0.8, 1.2),
    "dropout": (0.2, 0.4, 0.5, 0.7),
}


def overlarge(seed: int, p: float = 0.0, *, inverted: bool = True) -> nn.Sequential:
    """64-64-64-10 with ReLU, and dropout behind both hidden layers if `p`; one seed draws one set of weights."""
    layers: list[nn.Layer] = []
    fan_in = 64
    for k in range(2):
        layers += [nn.Linear(fan_in, WIDTH), nn.ReLU()]
        if p > 0:
            layers.append(nn.Dropout(p, rng=np.random.default_rng([seed, 3, k]), inverted=inverted))
        fan_in = WIDTH
    return nn.Sequential(*layers, nn.Linear(fan_in, 10), rng=np.random.default_rng([seed, 1]), dtype=np.float32)


@dataclass(frozen=True)
class Run:
    """Errors and losses at the end: on the digits trained on, on those for choosing, and on the test's."""

    train_error: float
    choose_error: float
    test_error: float
    train_loss: float
    choose_loss: float
    test_loss: float

    @property
    def gap(self) -> float:
        """Error on the test minus error on the digits trained on."""
        return self.test_error - self.train_error


def to_learn(seed: int, noise: float = 0.0, few: int = FEW) -> tuple[Values, Labels]:
    """The first `few` training digits, and their labels, of which a share `noise` has been drawn among the others."""
    data = split_digits(seed)
    y, rng = data.y_train[:few].copy(), np.random.default_rng([seed, 7])
    wrong = rng.permutation(few)[: round(noise * few)]
    y[wrong] = (y[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return data.x_train[:few].astype(np.float32), y


def measured(model: nn.Sequential, seed: int, noise: float = 0.0, few: int = FEW) -> Run:
    """Error and loss of `model` on the three parts; only the labels trained on are noisy."""
    data = split_digits(seed)
    parts = (
        to_learn(seed, noise, few),
        (data.x_train[-CHOOSE:], data.y_train[-CHOOSE:]),
        (data.x_test, data.y_test),
    )
    errors = [error(model, x.astype(np.float32), y) for x, y in parts]
    losses = [float(nn.softmax_cross_entropy(model.forward(x.astype(np.float32)), y)[0]) for x, y in parts]
    return Run(*errors, *losses)


def fit(
    model: nn.Sequential,
    seed: int,
    *,
    penalty: nn.Penalty | None = None,
    constraint: nn.Constraint | None = None,
    noise: float = 0.0,
    few: int = FEW,
    steps: int = STEPS,
) -> nn.Sequential:
    """Adam for `steps` steps on the first `few` digits; which, and in what order, depends on the seed alone."""
    x, y = to_learn(seed, noise, few)
    epochs = steps * BATCH // few + 1
    rng = np.random.default_rng([seed, 2])
    run = train(
        model,
        x,
        y,
        optimizer=Adam(lr=RATE),
        epochs=epochs,
        batch_size=BATCH,
        rng=rng,
        penalty=penalty,
        constraint=constraint,
    )
    for number, _ in enumerate(run, start=1):
        if number == steps:
            break
    return model


@lru_cache(maxsize=2048)
def run(
    seed: int,
    *,
    l2: float | tuple[float, ...] = 0.0,
    l1: float = 0.0,
    max_norm: float = 0.0,
    dropout: float = 0.0,
    noise: float = 0.0,
    few: int = FEW,
) -> Run:
    """One run with the named regularizers, 0 for none; `l2` may be a strength for each of the three layers."""
    penalty: nn.Penalty | None = None
    if l2:
        penalty = nn.L2(l2)
    elif l1:
        penalty = nn.L1(l1)
    model = overlarge(seed, dropout)
    limit = nn.MaxNorm(max_norm) if max_norm else None
    fit(model, seed, penalty=penalty, constraint=limit, noise=noise, few=few)
    return measured(model, seed, noise, few)


def best(name: str, seed: int, strengths: Sequence[float] = (), **others: float) -> tuple[float, Run]:
    """The strength of regularizer `name` with the least loss on the digits for choosing, and its run."""
    runs = {s: run(seed, **{name: s}, **others) for s in strengths or STRENGTHS[name]}
    chosen = min(runs, key=lambda s: runs[s].choose_loss)
    return chosen, runs[chosen]


def mean(values: Values) -> float:
    """The mean over the seeds."""
    return float(np.mean(values))
