"""Many small models trained at once, each as if it were alone: for sweeps over settings, and for ensembles."""

import contextvars
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import as_array, function, generator, instance, shown, whole
from coursekit.nn import Loss, Penalty, SoftmaxCrossEntropy, Stack
from coursekit.nn.regularizers import check_part
from coursekit.optim import Optimizer

Array = NDArray[np.floating]


class StackStep(NamedTuple):
    """One step of M models: as `Step`, with one entry per model in `loss`, `diverged` and `penalty`.

    A model that has diverged keeps the parameters that it had before; its further losses are NaN.
    """

    number: int
    epoch: int
    loss: Array
    lr: Any
    diverged: NDArray[np.bool_]
    penalty: Any = 0.0


def train_stack(
    stack: Stack,
    x: ArrayLike,
    y: Any,
    *,
    optimizer: Optimizer,
    loss: SoftmaxCrossEntropy | None = None,
    epochs: int,
    batch_size: int,
    rngs: Sequence[np.random.Generator],
    schedule: Callable[[int], Any] | None = None,
    penalty: Penalty | None = None,
) -> Iterator[StackStep]:
    """Train the M models of `stack` side by side; yields a `StackStep` after every update.

    `x` is `(n, D)` and `y` `(n,)`, the same for all models, or `(M, n, D)` and `(M, n)`, each its own (bagging). Model
    `m` draws its mini-batches from `rngs[m]`, and gets to the same parameters, but for rounding, as `train` gives it;
    only dropout's masks are drawn for all models from one generator.
    `optimizer.lr`, and what `schedule(number)` returns, may be one rate or an array `(M,)`, one for each model;
    `penalty` is the same for all, `L2(1e-4)`, or `PerModel(L2(1.0), strengths)`.

    A model whose loss is NaN or infinite stops there; training ends when none is left. Bad arguments raise `ValueError`
    at the call.
    """
    instance("train_stack: stack", stack, Stack, "a Stack of models")
    instance("train_stack: optimizer", optimizer, Optimizer, "an optimizer such as Adam(lr=1e-3)")
    whole("train_stack: epochs", epochs, "[0, inf)")
    whole("train_stack: batch_size", batch_size)
    rngs = list(rngs) if isinstance(rngs, Sequence) else [rngs]
    if len(rngs) != len(stack):
        raise ValueError(f"train_stack: rngs must be one generator for each of {len(stack)} models, not {len(rngs)}")
    for m, rng in enumerate(rngs):
        generator(f"train_stack: rngs[{m}]", rng)
    if schedule is not None:
        function("train_stack: schedule", schedule)
    loss = SoftmaxCrossEntropy() if loss is None else loss
    if not isinstance(loss, SoftmaxCrossEntropy):
        raise ValueError(
            f"train_stack: loss must be a SoftmaxCrossEntropy, the one that stacks know, not {shown(loss)}"
        )
    x, y = as_array("train_stack: x", x), as_array("train_stack: y", y)
    x = np.broadcast_to(x, (len(stack), *x.shape)) if y.ndim == 1 else x
    y = np.broadcast_to(y, (len(stack), *y.shape)) if y.ndim == 1 else y
    stack.check(x, y, loss)
    if penalty is not None:
        check_part("train_stack: penalty", penalty, "add", "a penalty such as L2(1e-4)")
        penalty.attach(stack)
    return _steps(stack, x, y, optimizer, loss, epochs, batch_size, rngs, schedule, penalty)


def _steps(
    stack: Stack,
    x: Array,
    y: NDArray[Any],
    optimizer: Optimizer,
    loss: Loss,
    epochs: int,
    batch_size: int,
    rngs: list[np.random.Generator],
    schedule: Callable[[int], Any] | None,
    penalty: Penalty | None,
) -> Iterator[StackStep]:
    number, (models, n) = 0, y.shape
    data, targets = stack.with_ones(x), stack.targets(y, loss)
    firsts = n * np.arange(models)[:, None]
    diverged = np.zeros(len(stack), bool)
    quiet = contextvars.copy_context()
    quiet.run(np.seterr, over="ignore", invalid="ignore")

    def update(rows: NDArray[np.integer]) -> tuple[Array, Any]:
        values = np.array(stack.step(data, targets, rows, loss), np.float64)
        added = 0.0 if penalty is None else penalty.add(stack.params, stack.grads)
        np.logical_or(diverged, ~np.isfinite(values + added), out=diverged)
        kept = stack.params[diverged]
        if not diverged.all():
            optimizer.step(stack.params, stack.grads)
        if len(kept):
            stack.params[diverged], values[diverged] = kept, np.nan
        return values, added

    for epoch in range(epochs):
        orders = firsts + np.stack([rng.permutation(n) for rng in rngs])  # what minibatches() draws and cuts
        for start in range(0, n, batch_size):
            rows = orders[:, start : start + batch_size]
            if schedule is not None:
                _set_rate(optimizer, schedule, number, models)
            values, added = quiet.run(update, rows)
            yield StackStep(number, epoch, values, optimizer.lr, diverged.copy(), added)
            if diverged.all():
                return
            number += 1


def _set_rate(optimizer: Optimizer, schedule: Callable[[int], Any], number: int, models: int) -> None:
    try:
        optimizer.lr = schedule(number)
    except ValueError as error:
        raise ValueError(f"train_stack: schedule at step {number}: {error}") from None
    if np.shape(optimizer.lr) not in ((), (models,)):
        shape = np.shape(optimizer.lr)
        raise ValueError(f"train_stack: schedule must give one rate, or {models} for {models} models, not {shape}")
