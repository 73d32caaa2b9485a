"""What the chapter's claims share: iris and raw digits in two parts, a small net, and the steps that it needs."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values
from coursekit.data import digits, iris, train_test_split
from coursekit.nn import Linear, ReLU, Sequential
from coursekit.optim import SGD
from coursekit.training import train

Parts = tuple[Values, Labels, Values, Labels]
Both = tuple[Values, Values]

#: The learning rates among which every treatment may choose its best: raw data want small ones, centred data large.
RATES = (0.3, 0.1, 1.0, 3.0, 10.0, 0.03)


@lru_cache(maxsize=8)
def raw_digits(seed: int) -> Parts:
    """1,437 digits for training and 360 for the test, pixels from 0 to 16."""
    x, y = digits()
    return train_test_split(x, y, 0.2, np.random.default_rng(seed))


@lru_cache(maxsize=8)
def raw_iris(seed: int) -> Parts:
    """100 flowers for training and 50 for the test, in cm, each species in its share."""
    x, y = iris()
    return train_test_split(x, y, 1 / 3, np.random.default_rng(seed), stratify=True)


def net(features: int, hidden: int, classes: int, seed: int) -> Sequential:
    """One hidden layer of ReLU with He's weights; with `hidden` 0 a linear classifier."""
    rng = np.random.default_rng(seed)
    if hidden == 0:
        return Sequential(Linear(features, classes, init=nn.xavier_init), rng=rng)
    layers = (Linear(features, hidden, init=nn.he_init), ReLU(), Linear(hidden, classes, init=nn.xavier_init))
    return Sequential(*layers, rng=rng)


def steps_to(
    x: Values,
    y: Labels,
    seed: int,
    *,
    hidden: int,
    every: int = 10,
    batch_size: int = 32,
    target: float = 0.1,
    limit: int = 1000,
    rates: Sequence[float] = RATES,
) -> float:
    """Steps of SGD until the loss over all of `x` is below `target`, at the best of the rates.

    The loss is looked at after each `every` steps. The answer is `limit` if no rate gets there: a lower bound.
    """
    loss = nn.SoftmaxCrossEntropy()
    best = limit
    for lr in rates:
        model = net(x.shape[1], hidden, int(y.max()) + 1, seed)
        rng = np.random.default_rng(seed + 1000)
        for number, step in enumerate(
            train(model, x, y, optimizer=SGD(lr=lr), epochs=limit, batch_size=batch_size, rng=rng), start=1
        ):
            if step.event == "diverged" or number >= best:
                break
            if number % every:
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                reached = loss(model.forward(x), y)[0] < target
            if reached:
                best = number
                break
    return float(best)


def fitted(
    x: Values,
    y: Labels,
    seed: int,
    *,
    hidden: int = 64,
    lr: float = 0.1,
    steps: int = 1000,
    augment: Callable[[Values, np.random.Generator], Values] | None = None,
) -> Sequential:
    """A net after that many steps of SGD with batches of 32, whatever the number of examples."""
    model = net(x.shape[1], hidden, int(y.max()) + 1, seed)
    rng = np.random.default_rng(seed + 1000)
    run = train(model, x, y, optimizer=SGD(lr=lr), epochs=steps, batch_size=32, rng=rng, augment=augment)
    for number, _ in enumerate(run, start=1):
        if number == steps:
            break
    return model
