"""What the claims on looking after a run train: small nets on the digits, one by one or many at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import DTypeLike, NDArray

from coursekit.claims.digits_task import Labels, Values, split_digits
from coursekit.nn import L2, Dropout, Linear, Loss, PerModel, ReLU, Sequential, SoftmaxCrossEntropy, Stack, he_init
from coursekit.optim import SGD, Optimizer
from coursekit.training import accuracy, predicted_labels, train, train_stack

BATCH = 20


@dataclass(frozen=True)
class Part:
    """Digits to train on, to choose by, and to judge the choice by."""

    x: Values
    y: Labels
    x_val: Values
    y_val: Labels
    x_test: Values
    y_test: Labels


@lru_cache(maxsize=16)
def part(seed: int, n: int = 300, n_val: int = 300) -> Part:
    """The first `n` training digits, the next `n_val` to choose by, and the 360 of the test part."""
    data = split_digits(seed)
    return Part(
        data.x_train[:n],
        data.y_train[:n],
        data.x_train[n : n + n_val],
        data.y_train[n : n + n_val],
        data.x_test,
        data.y_test,
    )


def net(
    seed: int, *, units: int = 16, scale: float = 1.0, drop: float = 0.0, dtype: DTypeLike = np.float64
) -> Sequential:
    """64-`units`-10 with ReLU; He's first weights times `scale`, those of the output layer a tenth of that.

    With `drop` a dropout of that probability stands behind the hidden layer.
    """

    def init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Values:
        return (0.1 if fan_out == 10 else 1.0) * scale * he_init(fan_in, fan_out, rng)

    dropout = [Dropout(drop, rng=np.random.default_rng([seed, 3]))] if drop else []
    layers = [Linear(64, units, init=init), ReLU(), *dropout, Linear(units, 10, init=init)]
    return Sequential(*layers, rng=np.random.default_rng([seed, 1]), dtype=dtype)


@dataclass(frozen=True)
class Outcome:
    """A finished run: the first and last loss and the share of right answers over the training set and on other digits,
    and whether the run ended in a loss that is not finite (then the losses are infinite, the shares those of a guess).
    """

    first: float
    train: float
    val: float
    right: float
    val_right: float
    gone: bool


def fit(
    model: Sequential,
    x: Values,
    y: Labels,
    x_val: Values,
    y_val: Labels,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = BATCH,
    lam: float = 0.0,
    loss: Loss | None = None,
    seed: int = 0,
) -> Outcome:
    """Train `model` and say what came of it."""
    judge = SoftmaxCrossEntropy()
    gone = False
    with np.errstate(all="ignore"):
        first = judge(model.forward(x), y)[0]
        rng = np.random.default_rng([seed, 2])
        for step in train(
            model,
            x,
            y,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            rng=rng,
            penalty=L2(lam),
            loss=loss,
        ):
            gone = step.event == "diverged"
        if gone or not np.isfinite(model.params).all():
            return Outcome(first, np.inf, np.inf, 0.1, 0.1, True)
        scores, scores_val = model.forward(x), model.forward(x_val)
        if not (np.isfinite(scores).all() and np.isfinite(scores_val).all()):
            return Outcome(first, np.inf, np.inf, 0.1, 0.1, True)
        return Outcome(
            first,
            judge(scores, y)[0],
            judge(scores_val, y_val)[0],
            accuracy(predicted_labels(scores), y),
            accuracy(predicted_labels(scores_val), y_val),
            False,
        )


@dataclass(frozen=True)
class Setting:
    """What is searched for: the rate, the strength of L2, and the size of the first weights in units of He's."""

    lr: float
    lam: float
    scale: float = 1.0


def sweep(
    settings: Sequence[Setting],
    seed: int,
    *,
    epochs: Sequence[int] = (8,),
    data: Part | None = None,
    start: Callable[[float], Sequential] | None = None,
) -> NDArray[np.float64]:
    """`(len(epochs), len(settings))`: the loss on the digits to choose by, after each of the rising `epochs`.

    A net for each setting, all trained at once with the same first weights (but for their size), data and batches; a
    loss that is not finite, or above 10, counts as 10.
    """
    data = part(seed) if data is None else data
    make = (lambda scale: net(seed, scale=scale)) if start is None else start
    stack = Stack([make(setting.scale) for setting in settings])
    model, judge = make(1.0), SoftmaxCrossEntropy()
    per_epoch = -(-len(data.x) // BATCH)
    wanted = {per_epoch * epoch for epoch in epochs}
    kept: list[list[float]] = []
    gone = np.zeros(len(stack), bool)

    def look() -> None:
        losses = []
        for params, lost in zip(stack.params, gone, strict=True):
            if lost or not np.isfinite(params).all():
                losses.append(10.0)
                continue
            model.params[...] = params
            scores = model.forward(data.x_val)
            value = judge(scores, data.y_val)[0] if np.isfinite(scores).all() else np.inf
            losses.append(min(value, 10.0) if np.isfinite(value) else 10.0)
        kept.append(losses)

    with np.errstate(all="ignore"):
        for step in train_stack(
            stack,
            data.x,
            data.y,
            optimizer=SGD(lr=np.array([setting.lr for setting in settings])),
            epochs=max(epochs),
            batch_size=BATCH,
            rngs=[np.random.default_rng([seed, 2]) for _ in settings],
            penalty=PerModel(L2(1.0), np.array([setting.lam for setting in settings])),
        ):
            gone = step.diverged
            if step.number + 1 in wanted:
                look()
        while len(kept) < len(epochs):
            look()
    return np.array(kept)
