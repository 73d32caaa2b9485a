"""The training loop: sample a batch, forward, loss, backward, update."""

import contextvars
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import (
    as_array,
    function,
    generator,
    instance,
    label_array,
    number,
    real_array,
    shown,
    takes,
    whole,
)
from coursekit.nn import Constraint, Loss, Penalty, Sequential, SoftmaxCrossEntropy
from coursekit.nn.regularizers import check_part
from coursekit.optim import Optimizer, rate_at, sgd
from coursekit.optim.clipping import limit_norm
from coursekit.training.batches import minibatches

Array = NDArray[np.floating]


@takes(
    w="array (...)",
    loss_and_grad="function to loss and array (...)",
    x="any array (N, ...)",
    y="any array (N, ...)",
    lr="real [0, inf)",
    batch_size="whole [1, inf)",
    epochs="whole [0, inf)",
    rng="rng",
)
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

    `number` counts updates from 0, `epoch` passes over the data from 0; `loss` is the batch's loss before the update,
    without the `penalty`; `lr` the learning rate used; `event` is "" or "diverged".
    """

    number: int
    epoch: int
    loss: float
    lr: float
    event: str = ""
    penalty: float = 0.0


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
    penalty: Penalty | None = None,
    constraint: Constraint | None = None,
    max_grad_norm: float | None = None,
    augment: Callable[[Array, np.random.Generator], Array] | None = None,
    batches: Callable[[np.random.Generator], Iterable[NDArray[np.integer]]] | None = None,
) -> Iterator[Step]:
    """Train `model` on the examples `x`, `(N, D)`, and their targets `y`; yields a `Step` after every update.

    Nothing happens but by the caller's `for`: stop early with `break`, draw or measure between steps. Each epoch goes
    through fresh `minibatches` drawn from `rng`, or through what `batches(rng)` gives. `loss` is softmax cross-entropy
    unless given.

    `schedule(number)` sets the learning rate before each step. `penalty`, `L2(1e-4)`, adds its gradient to the loss's;
    `constraint`, `MaxNorm(3.0)`, limits the weights after each update. `max_grad_norm` scales down a gradient that is
    longer. `augment(x_batch, rng)` gives the batch that is trained on in place of `x_batch`, of the same shape.

    A loss that is NaN or infinite is reported, not raised: that step's event is "diverged", its update is not made, and
    training ends. Bad arguments raise `ValueError` at the call.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    x, y = as_array("train: x", x), as_array("train: y", y)
    instance("train: model", model, Sequential, "a Sequential")
    instance("train: optimizer", optimizer, Optimizer, "an optimizer such as Adam(lr=1e-3)")
    generator("train: rng", rng)
    whole("train: epochs", epochs, "[0, inf)")
    whole("train: batch_size", batch_size)
    if max_grad_norm is not None:
        number("train: max_grad_norm", max_grad_norm, "(0, inf)")
    for what, given in (("schedule", schedule), ("augment", augment), ("batches", batches)):
        if given is not None:
            function(f"train: {what}", given)
    model.check(x, y, loss)
    if penalty is not None:
        check_part("train: penalty", penalty, "add", "a penalty such as L2(1e-4)")
        penalty.attach(model)
    if constraint is not None:
        check_part("train: constraint", constraint, "apply", "a constraint such as MaxNorm(3.0)")
        constraint.attach(model)

    params, grads = model.params, model.grads

    def update(number: int, epoch: int, data: Array, targets: Any, rows: NDArray[np.integer]) -> Step:
        """One step, without an update where the loss or the penalty before it is not finite."""
        value, added = float(model.step(data, targets, rows, loss)), 0.0
        if penalty is not None:
            added = penalty.add(params, grads)
        if not math.isfinite(value + added):
            return Step(number, epoch, value, optimizer.lr, "diverged", added)
        if max_grad_norm is not None:
            limit_norm(grads, max_grad_norm)
        optimizer.step(params, grads)
        if constraint is not None:
            constraint.apply(params)
        return Step(number, epoch, value, optimizer.lr, "", added)

    feed = _Feed(model, x, model.targets(y, loss), batch_size, rng, augment, batches)
    return _steps(update, feed, optimizer, epochs, schedule)


def _steps(
    update: Callable[[int, int, Array, Any, NDArray[np.integer]], Step],
    feed: "_Feed",
    optimizer: Optimizer,
    epochs: int,
    schedule: Callable[[int], float] | None,
) -> Iterator[Step]:
    # Overflow on the way to divergence is what the event reports: in a context of the run's own, NumPy does not warn.
    # The caller's settings hold between steps, and to enter a context costs a tenth of np.errstate.
    quiet = contextvars.copy_context()
    quiet.run(np.seterr, over="ignore", invalid="ignore")
    number = 0
    for epoch in range(epochs):
        for batch in feed.epoch():
            if schedule is not None:
                optimizer.lr = rate_at(schedule, number)
            step = quiet.run(update, number, epoch, *batch)
            yield step
            if step.event:
                return
            number += 1


class _Feed:
    """The batches of an epoch: all data, all targets, and which rows of both."""

    def __init__(
        self,
        model: Sequential,
        x: Array,
        targets: NDArray[Any],
        batch_size: int,
        rng: np.random.Generator,
        augment: Callable[[Array, np.random.Generator], Array] | None,
        batches: Callable[[np.random.Generator], Iterable[NDArray[np.integer]]] | None,
    ) -> None:
        self.model, self.targets, self.rng, self.augment, self.batches = model, targets, rng, augment, batches
        self.data, self.batch_size, self.shape = model.with_ones(x), batch_size, x.shape[1:]

    def epoch(self) -> Iterator[tuple[Array, Any, NDArray[np.integer]]]:
        """What `Sequential.step` takes for each batch."""
        for rows in self._chosen():
            if self.augment is None:
                yield self.data, self.targets, rows
            else:
                yield self._augmented(rows), self.targets[rows], np.arange(len(rows))

    def _chosen(self) -> Iterator[NDArray[np.integer]]:
        if self.batches is None:
            order = self.rng.permutation(len(self.data))  # what minibatches() draws and cuts
            for start in range(0, len(order), self.batch_size):
                yield order[start : start + self.batch_size]
            return
        what, given = "train: what batches(rng) gives", self.batches(self.rng)
        if not isinstance(given, Iterable):
            raise ValueError(f"{what} must be index arrays, one for each batch, not {shown(given)}")
        for rows in given:
            indices = label_array(what, rows, len(self.data))
            if indices.ndim != 1:
                raise ValueError(f"{what} must be index arrays (n,), one has shape {indices.shape}")
            yield indices

    def _augmented(self, rows: NDArray[np.integer]) -> Array:
        assert self.augment is not None
        examples = self.data[rows, :-1].reshape(-1, *self.shape)
        changed = real_array("train: what augment returns", self.augment(examples.copy(), self.rng), floating=False)
        if changed.shape != examples.shape:
            raise ValueError(f"train: augment must keep the shape {examples.shape}, it returned {changed.shape}")
        return self.model.with_ones(changed)
