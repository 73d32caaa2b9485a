"""The training loop: sample a batch, forward, loss, backward, update."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.nn import Loss, Sequential, SoftmaxCrossEntropy
from coursekit.optim import Optimizer, sgd
from coursekit.training.batches import minibatches

Array = NDArray[np.floating]


def sgd_train(
    w: Array,
    loss_and_grad: Callable[[Array, Array, Any], tuple[float, Array]],
    x: Array,
    y: Any,
    lr: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> tuple[Array, list[float]]:
    """Mini-batch gradient descent, written out: `w, losses` after `epochs` passes over the examples.

    `loss_and_grad(w, x_batch, y_batch)` gives the loss and the gradient of one batch. Each epoch takes fresh
    `minibatches`; `losses` has one entry per update, the loss before it. `w` itself is not changed.
    """
    losses = []
    for _ in range(epochs):
        for rows in minibatches(len(x), batch_size, rng):
            loss, grad = loss_and_grad(w, x[rows], y[rows])
            losses.append(loss)
            w = sgd(w, grad, lr)
    return w, losses


class Step(NamedTuple):
    """One step of training.

    `number` counts updates from 0, `epoch` passes over the data from 0; `loss` is the batch's loss before the update;
    `lr` the learning rate used; `event` is "" or "diverged".
    """

    number: int
    epoch: int
    loss: float
    lr: float
    event: str = ""


def train(
    model: Sequential,
    x: ArrayLike,
    y: Any,
    *,
    optimizer: Optimizer,
    loss: Loss | None = None,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    schedule: Callable[[int], float] | None = None,
) -> Iterator[Step]:
    """Train `model` on the examples `x`, `(N, D)`, and their targets `y`; yields a `Step` after every update.

    Nothing happens but by the caller's `for`: stop early with `break`, draw or measure between steps. Each epoch goes
    through fresh `minibatches` drawn from `rng`. `schedule(number)`, if given, sets `optimizer.lr` before each step.
    `loss` is softmax cross-entropy unless given. A loss that is NaN or infinite is reported, not raised: that step's
    event is "diverged", its update is not made, and training ends. Bad arguments raise at the call.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    x, y = np.asarray(x, model.dtype), np.asarray(y)
    if len(x) != len(y):
        raise ValueError(f"train: x has {len(x)} examples, y has {len(y)}: they must be as many")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"train: optimizer must be an optimizer such as Adam(lr=1e-3), not {optimizer!r}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"train: rng must be a numpy.random.Generator, not {type(rng).__name__}")
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)) or epochs < 0:
        raise ValueError(f"train: epochs must be a whole number of 0 or more, not {epochs!r}")
    minibatches(1, batch_size, np.random.default_rng(0))  # raises on a bad size, before the first step
    model.check(x, y, loss)
    return _steps(model, x, y, optimizer, loss, epochs, batch_size, rng, schedule)


def _steps(
    model: Sequential,
    x: Array,
    y: NDArray[Any],
    optimizer: Optimizer,
    loss: Loss,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    schedule: Callable[[int], float] | None,
) -> Iterator[Step]:
    number = 0
    for epoch in range(epochs):
        # One gather for the whole epoch: batches are then slices, not copies.
        order = np.concatenate(minibatches(len(x), batch_size, rng))
        x_epoch, y_epoch = x[order], y[order]
        for start in range(0, len(x), batch_size):
            if schedule is not None:
                optimizer.lr = schedule(number)
            batch = slice(start, start + batch_size)
            # Overflow on the way to divergence is what the event reports; the caller's own settings hold between steps.
            with np.errstate(over="ignore", invalid="ignore"):
                value = model.loss_and_grad(x_epoch[batch], y_epoch[batch], loss)
                diverged = not math.isfinite(value)
                if not diverged:
                    optimizer.step(model.params, model.grads)
            yield Step(number, epoch, value, optimizer.lr, "diverged" if diverged else "")
            if diverged:
                return
            number += 1
