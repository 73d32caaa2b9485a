"""The experiments behind the chapter's claims and figures: one small net on the digits, one function per question."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.nn import Linear, ReLU, Sequential, SoftmaxCrossEntropy
from coursekit.optim import SGD
from coursekit.training import minibatches, per_example_gradients, train

Batches = Callable[[np.random.Generator], Iterable[NDArray[np.int64]]]


def net(seed: int, *, classes: int = 10, std: float | None = None) -> Sequential:
    """64-32-classes with ReLU; He's and Xavier's weights, or normal ones of std `std`. The same start for a seed."""
    hidden: Callable[..., Values] = nn.he_init if std is None else partial(nn.normal_init, std=std)
    top: Callable[..., Values] = nn.xavier_init if std is None else partial(nn.normal_init, std=std)
    rng = np.random.default_rng([seed, 1])
    return Sequential(Linear(64, 32, init=hidden), ReLU(), Linear(32, classes, init=top), rng=rng)


def loss_of(model: Sequential, x: Values, y: Labels) -> float:
    """The mean cross-entropy over all examples; inf where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = nn.softmax_cross_entropy(model.forward(x), y)[0]
    return value if np.isfinite(value) else float("inf")


def steepest(seed: int) -> Mapping[str, float]:
    """How far the loss of all digits falls for a step of one length in several directions, early in training.

    `short` and `long` are the fall along the negative gradient, `short_other` and `long_other` the largest fall among
    the others: 20 directions tilted by 0.3 rad, the negative signs of the gradient, and the direction to the point
    that 150 further steps of gradient descent arrive at. Long is the distance to that point, short 1/1000 of it.
    """
    data = split_digits(seed)
    model, rng = net(seed), np.random.default_rng(seed)
    x, y = data.x_train, data.y_train

    def descend(steps: int) -> None:
        for _ in train(model, x, y, optimizer=SGD(lr=0.3), epochs=steps, batch_size=len(x), rng=rng):
            pass

    descend(20)
    here = model.params.copy()
    start, gradient = model.loss_and_grad(x, y, SoftmaxCrossEntropy()), model.grads.copy()
    descend(150)
    towards = model.params - here
    distance = float(np.linalg.norm(towards))
    down = -gradient / np.linalg.norm(gradient)
    others = [towards / distance, np.sign(down) / np.linalg.norm(np.sign(down))]
    for _ in range(20):
        side = rng.standard_normal(len(down))
        side -= (side @ down) * down
        others.append(np.cos(0.3) * down + np.sin(0.3) * side / np.linalg.norm(side))

    def fall(direction: Values, length: float) -> float:
        model.params[:] = here + length * direction
        return float(start) - loss_of(model, x, y)

    numbers = {}
    for name, length in (("short", distance / 1000), ("long", distance)):
        numbers[name] = fall(down, length)
        numbers[f"{name}_other"] = max(fall(direction, length) for direction in others)
    return numbers


@lru_cache(maxsize=8)
def gradient_noise(seed: int, sizes: tuple[int, ...] = (1, 4, 16, 64), draws: int = 400) -> Mapping[str, float]:
    """Gradients of random batches against the gradient of all digits, at the start of training.

    `spread<B>` is the root mean squared distance, in units of the whole gradient's length; `bias` the squared distance
    of the mean of all batches of 16 from the whole gradient, over what chance gives an unbiased mean; `slope` that of
    log spread over log B.
    """
    data = split_digits(seed)
    gradients = per_example_gradients(net(seed), data.x_train, data.y_train)
    whole = gradients.mean(axis=0)
    rng = np.random.default_rng(seed)
    numbers = {}
    for size in sizes:
        batches = [gradients[rng.choice(len(gradients), size, replace=False)].mean(axis=0) for _ in range(draws)]
        off = np.array(batches) - whole
        mean_squared = float(np.mean(np.sum(off**2, axis=1)))
        numbers[f"spread{size}"] = mean_squared**0.5 / float(np.linalg.norm(whole))
        if size == 16:
            numbers["bias"] = float(np.sum(off.mean(axis=0) ** 2)) / (mean_squared / draws)
    spreads = [numbers[f"spread{size}"] for size in sizes]
    numbers["slope"] = float(np.polyfit(np.log(sizes), np.log(spreads), 1)[0])
    return numbers


@lru_cache(maxsize=128)
def examples_to(target: float, seed: int, *, batch_size: int | None, n: int, limit: int = 300) -> float:
    """Examples looked at until the loss over the first `n` training digits is below `target`, at the best rate.

    `batch_size` None is gradient descent on all. The rates are a factor of about 3 apart; inf if none arrives within
    `limit` passes. The loss is looked at eight times a pass at most.
    """
    data = split_digits(seed)
    x, y = data.x_train[:n], data.y_train[:n]
    size = n if batch_size is None else batch_size
    every = max(1, n // size // 8)
    best = float("inf")
    for lr in (1.0, 0.3, 0.1, 0.03, 3.0):
        model = net(seed)
        run = train(
            model, x, y, optimizer=SGD(lr=lr), epochs=limit, batch_size=size, rng=np.random.default_rng([seed, 2])
        )
        for step in run:
            seen = float((step.number + 1) * size)
            if step.event or seen >= best:
                break
            if (step.number + 1) % every == 0 and loss_of(model, x, y) < target:
                best = seen
                break
    return best


def with_replacement(n: int, batch_size: int) -> Batches:
    """As many batches as a pass has, each example drawn from all `n`."""
    return lambda rng: [rng.integers(0, n, batch_size) for _ in range(-(-n // batch_size))]


def always(order: NDArray[np.int64], batch_size: int) -> Batches:
    """The same batches in every epoch."""
    return lambda _: [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


@lru_cache(maxsize=256)
def after(seed: int, how: str, *, lr: float = 0.1, batch_size: int = 32, epochs: int = 10) -> tuple[float, float]:
    """Training loss and test error of the net after `epochs`; `how` the batches are drawn is one of four.

    "fresh" (a new order each epoch), "once" (one random order for all epochs), "sorted" (class after class) and
    "replacement" (each example drawn from all).
    """
    data = split_digits(seed)
    x, y = data.x_train, data.y_train
    ways: dict[str, Batches | None] = {
        "fresh": None,
        "once": always(np.random.default_rng([seed, 3]).permutation(len(x)), batch_size),
        "sorted": always(np.argsort(y, kind="stable"), batch_size),
        "replacement": with_replacement(len(x), batch_size),
    }
    model, rng = net(seed), np.random.default_rng([seed, 2])
    for _ in train(model, x, y, optimizer=SGD(lr=lr), epochs=epochs, batch_size=batch_size, rng=rng, batches=ways[how]):
        pass
    return loss_of(model, x, y), error(model, data.x_test, data.y_test)


def excess(seed: int, *, replace: bool, epochs: int = 40, lr: float = 0.005) -> float:
    """How far above its minimum the squared error of a linear unit ends, one example at a time at a constant rate.

    200 examples of 10 standard normal features, targets with noise of std 1; the mean over the last 20 epochs.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((200, 10))
    t = x @ rng.standard_normal(10) + rng.standard_normal(200)
    w = np.zeros(10)
    best = np.mean((x @ np.linalg.lstsq(x, t, rcond=None)[0] - t) ** 2)
    above = []
    for epoch in range(epochs):
        rows = rng.integers(0, 200, 200) if replace else np.concatenate(minibatches(200, 1, rng))
        for i in rows:
            w = w - lr * 2.0 * (x[i] @ w - t[i]) * x[i]
        if epoch >= epochs - 20:
            above.append(np.mean((x @ w - t) ** 2) - best)
    return float(np.mean(above))


#: A factor of 2 apart.
RATES = tuple(0.04 * 2.0**k for k in range(8))


@lru_cache(maxsize=64)
def best_rate(seed: int, batch_size: int, *, epochs: int = 8) -> float:
    """The rate among RATES with the lowest training loss after `epochs`; the loss is a mean over the batch.

    With a sum in place of the mean the best rate is this one divided by the batch size: the updates are the same.
    """
    data = split_digits(seed)
    x, y = data.x_train, data.y_train
    results = []
    for lr in RATES:
        model, diverged, rng = net(seed), False, np.random.default_rng([seed, 2])
        for step in train(model, x, y, optimizer=SGD(lr=lr), epochs=epochs, batch_size=batch_size, rng=rng):
            diverged = bool(step.event)
        results.append((float("inf") if diverged else loss_of(model, x, y), lr))
    return min(results)[1]


def first_loss(seed: int, classes: int, *, std: float | None) -> float:
    """The loss over the training digits below `classes` before the first step."""
    data = split_digits(seed)
    chosen = data.y_train < classes
    return loss_of(net(seed, classes=classes, std=std), data.x_train[chosen], data.y_train[chosen])


def squared_error(scores: Values, wanted: Values) -> tuple[float, Values]:
    """Half the squared distance of softmax's probabilities from the wanted ones, `(N, C)`, and its gradient: means."""
    p = nn.softmax(scores)
    value, dp = nn.mean_squared_error(p, wanted)
    half_sum = scores.shape[1] / 2
    return half_sum * value, half_sum * p * (dp - np.sum(dp * p, axis=1, keepdims=True))


@lru_cache(maxsize=64)
def classify(seed: int, loss: str, *, scale: float, epochs: int = 5) -> tuple[float, float]:
    """Training and test error after `epochs` at the rate with the lowest training error, a factor of 3 apart.

    `loss` is "cross-entropy" or "squared error"; `scale` multiplies all weights of the start.
    """
    data = split_digits(seed)
    y = data.y_train if loss == "cross-entropy" else np.eye(10)[data.y_train]
    results = []
    for lr in (0.1, 0.3, 1.0, 3.0, 10.0):
        model, rng = net(seed), np.random.default_rng([seed, 2])
        model.params[:] *= scale
        how = SoftmaxCrossEntropy() if loss == "cross-entropy" else squared_error
        for _ in train(model, data.x_train, y, optimizer=SGD(lr=lr), loss=how, epochs=epochs, batch_size=32, rng=rng):
            pass
        results.append((error(model, data.x_train, data.y_train), error(model, data.x_test, data.y_test)))
    return min(results)
