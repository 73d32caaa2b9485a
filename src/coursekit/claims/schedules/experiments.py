"""The experiments behind the chapter's claims and figures: one small net on digits, a fifth of their labels mistyped.

With wrong labels in it no net of this size can please every example, so gradients of small batches never die away: the
state that most real tasks are in. Where labels are all right, it is said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.nn import Linear, ReLU, Sequential, Stack
from coursekit.optim import (
    SGD,
    Adam,
    Optimizer,
    Schedule,
    constant,
    cosine_decay,
    exponential_decay,
    inverse_time_decay,
    step_decay,
)
from coursekit.training import train, train_stack

N = 960
BATCH = 16
PER_EPOCH = N // BATCH
EPOCHS = 12
#: The rates that every schedule may start from.
RATES = (0.03, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Task:
    """960 digits to train on, 477 to choose by and 360 to report on; the labels of the last two are all right."""

    x: Values
    y: Labels
    x_val: Values
    y_val: Labels
    x_test: Values
    y_test: Labels


@lru_cache(maxsize=16)
def task(seed: int, noise: float = 0.2) -> Task:
    """`noise` is the share of the training labels that are another digit's."""
    data = split_digits(seed)
    x, x_test = data.x_train.astype(np.float32), data.x_test.astype(np.float32)
    rng = np.random.default_rng([seed, 4])
    wrong = rng.random(N) < noise
    typed = np.where(wrong, (data.y_train[:N] + rng.integers(1, 10, N)) % 10, data.y_train[:N])
    return Task(x[:N], typed, x[N:], data.y_train[N:], x_test, data.y_test)


def net(seed: int) -> Sequential:
    """64-32-10 with ReLU; the same start for a seed."""
    rng = np.random.default_rng([seed, 1])
    return Sequential(Linear(64, 32), ReLU(), Linear(32, 10), rng=rng, dtype=np.float32)


def loss_of(model: Sequential, x: Values, y: Labels) -> float:
    """The mean cross-entropy over all examples; inf where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            value = float(nn.softmax_cross_entropy(model.forward(x), y)[0])
        except ValueError:  # scores that are not finite
            return float("inf")
    return value if np.isfinite(value) else float("inf")


def gradient_norm(model: Sequential, x: Values, y: Labels) -> float:
    """The length of the gradient over all these examples."""
    model.loss_and_grad(x, y, nn.SoftmaxCrossEntropy())
    return float(np.linalg.norm(model.grads))


@dataclass(frozen=True)
class Ends:
    """What a sweep gives, an entry a schedule: loss over the training digits, share of wrong answers, and the batch
    losses step by step, `(steps, schedules)`, NaN after a divergence."""

    loss: Values
    val_error: Values
    test_error: Values
    steps: Values


def sweep(
    seed: int,
    schedules: Sequence[Schedule],
    *,
    noise: float = 0.2,
    epochs: int = EPOCHS,
    optimizer: Callable[[float], Optimizer] = SGD,
) -> Ends:
    """The same net from the same start on the same batches, once under each schedule (of the epoch), side by side."""
    data, models = task(seed, noise), [net(seed) for _ in schedules]
    stack = Stack(models)
    steps = train_stack(
        stack,
        data.x,
        data.y,
        optimizer=optimizer(0.1),
        epochs=epochs,
        batch_size=BATCH,
        rngs=[np.random.default_rng([seed, 2]) for _ in schedules],
        schedule=lambda t: np.array([rate(t / PER_EPOCH) for rate in schedules]),
    )
    losses = [step.loss for step in steps]
    members = stack.members()
    return Ends(
        loss=np.array([loss_of(m, data.x, data.y) for m in members]),
        val_error=np.array([error(m, data.x_val, data.y_val) for m in members]),
        test_error=np.array([error(m, data.x_test, data.y_test) for m in members]),
        steps=np.array(losses),
    )


#: The contestants: a schedule of the epoch from its starting rate. Two settings each where there is one to choose.
KINDS: Mapping[str, Sequence[Callable[[float], Schedule]]] = {
    "constant": (lambda lr: partial(constant, lr0=lr),),
    "step": tuple(partial(lambda every, lr: partial(step_decay, lr0=lr, every=every), e) for e in (2, 4)),
    "exponential": tuple(partial(lambda k, lr: partial(exponential_decay, lr0=lr, k=k), k) for k in (0.17, 0.35)),
    "inverse_time": tuple(partial(lambda k, lr: partial(inverse_time_decay, lr0=lr, k=k), k) for k in (0.5, 2.0)),
    "cosine": (lambda lr: partial(cosine_decay, lr0=lr, total=EPOCHS),),
}


@lru_cache(maxsize=64)
def race(seed: int, noise: float = 0.2) -> Mapping[str, Ends]:
    """Every kind of schedule with every setting from every rate of `RATES`; entries run over settings, then rates."""
    entries = {kind: [make(lr) for make in makes for lr in RATES] for kind, makes in KINDS.items()}
    ends = sweep(seed, [s for part in entries.values() for s in part], noise=noise)
    found, first = {}, 0
    for kind, part in entries.items():
        cut = slice(first, first + len(part))
        found[kind] = Ends(ends.loss[cut], ends.val_error[cut], ends.test_error[cut], ends.steps[:, cut])
        first += len(part)
    return found


def best(ends: Ends) -> int:
    """The entry that a practitioner would choose: the lowest validation error, the first of equals."""
    return int(np.argmin(ends.val_error))


@lru_cache(maxsize=64)
def constants(seed: int, rates: tuple[float, ...], noise: float = 0.2, epochs: int = EPOCHS) -> Ends:
    """A sweep over constant rates."""
    return sweep(seed, [partial(constant, lr0=lr) for lr in rates], noise=noise, epochs=epochs)


@dataclass(frozen=True)
class History:
    """One run, looked at after every epoch; the first entry is the start.

    Losses and errors are over whole sets. `whole` is the norm of the gradient over all training digits, `batch` the
    mean norm of the batches' gradients in that epoch (first entry: of the first batch), `moved` how far the parameters
    came in it.
    """

    loss: Values
    val_loss: Values
    val_error: Values
    test_error: Values
    whole: Values
    batch: Values
    moved: Values


@lru_cache(maxsize=64)
def history(seed: int, rate: Schedule, epochs: int, noise: float = 0.2) -> History:
    """Plain SGD under `rate`, a schedule of the epoch."""
    data, model = task(seed, noise), net(seed)
    rows: list[tuple[float, ...]] = []
    norms: list[float] = []
    before = model.params.copy()

    def look() -> None:
        batch = float(np.mean(norms)) if norms else np.nan
        rows.append((
            loss_of(model, data.x, data.y),
            loss_of(model, data.x_val, data.y_val),
            error(model, data.x_val, data.y_val),
            error(model, data.x_test, data.y_test),
            gradient_norm(model, data.x, data.y),
            batch,
            float(np.linalg.norm(model.params - before)),
        ))  # fmt: skip
        norms.clear()
        before[:] = model.params

    look()
    for step in train(
        model,
        data.x,
        data.y,
        optimizer=SGD(lr=0.1),
        epochs=epochs,
        batch_size=BATCH,
        rng=np.random.default_rng([seed, 2]),
        schedule=lambda t: rate(t / PER_EPOCH),
    ):
        norms.append(float(np.linalg.norm(model.grads)))
        if step.number == 0:
            rows[0] = (*rows[0][:5], norms[0], 0.0)
        if (step.number + 1) % PER_EPOCH == 0:
            look()
    return History(*np.array(rows).T)


def effective_rates(
    optimizer: Optimizer, seed: int, at: Sequence[int], steps: int
) -> Mapping[int, NDArray[np.float64]]:
    """The change of each weight over its gradient, at the steps `at` (from 1): the rate that each weight really had.

    Exact for rules that multiply the gradient by something (not for those with momentum). Weights without a gradient in
    that step are left out.
    """
    data, model = task(seed), net(seed)
    before, found = model.params.copy(), {}
    for step in train(
        model,
        data.x,
        data.y,
        optimizer=optimizer,
        epochs=EPOCHS,
        batch_size=BATCH,
        rng=np.random.default_rng([seed, 2]),
    ):
        number = step.number + 1
        if number in at:
            has = np.abs(model.grads) > 1e-6
            found[number] = np.asarray((before - model.params)[has] / model.grads[has], np.float64)
        before[:] = model.params
        if number == steps:
            break
    return found


def adam(lr: float) -> Optimizer:
    """Adam with its usual settings."""
    return Adam(lr=lr)
