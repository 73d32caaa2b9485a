"""The training loop: sample a batch, forward, loss, backward, update."""

import contextvars
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import generator, whole
from coursekit.nn import Loss, Sequential, SoftmaxCrossEntropy
from coursekit.optim import Optimizer, sgd
from coursekit.training.batches import minibatches

Array = NDArray[np.floating]
#: Numbers gathered at a time: all of an epoch where the data are small, what a cache holds where they are not.
_SPAN = 65536


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
    x, y = np.asarray(x), np.asarray(y)
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"train: optimizer must be an optimizer such as Adam(lr=1e-3), not {optimizer!r}")
    generator("train: rng", rng)
    whole("train: epochs", epochs, "[0, inf)")
    whole("train: batch_size", batch_size)
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
    data, targets = model.with_ones(x), model.targets(y, loss)
    span = batch_size * max(1, _SPAN // (batch_size * data.shape[1]))
    gathered = np.empty((min(span, len(data)), data.shape[1]), data.dtype)
    # Overflow on the way to divergence is what the event reports: in a context of the run's own, NumPy does not warn.
    # The caller's settings hold between steps, and to enter a context costs a tenth of np.errstate.
    quiet = contextvars.copy_context()
    quiet.run(np.seterr, over="ignore", invalid="ignore")

    def update(signal: Array, batch_targets: Any) -> float:
        value = float(model.step(signal, batch_targets, loss))
        if math.isfinite(value):
            optimizer.step(model.params, model.grads)
        return value

    for epoch in range(epochs):
        order = rng.permutation(len(data))  # what minibatches() draws and cuts
        for first in range(0, len(data), span):
            rows = order[first : first + span]
            x_span = np.take(data, rows, axis=0, out=gathered[: len(rows)], mode="clip")
            targets_span = targets[rows]
            for start in range(0, len(rows), batch_size):
                if schedule is not None:
                    optimizer.lr = schedule(number)
                stop = start + batch_size
                value = quiet.run(update, x_span[start:stop].T, targets_span[start:stop])
                if not math.isfinite(value):
                    yield Step(number, epoch, value, optimizer.lr, "diverged")
                    return
                yield Step(number, epoch, value, optimizer.lr)
                number += 1
