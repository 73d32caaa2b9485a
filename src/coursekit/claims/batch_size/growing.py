"""The batch grown where the rate would be cut: what it does to one update, and to a whole run."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from coursekit.claims.batch_size.experiments import loss_of, net
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.nn import Linear, Loss, MeanSquaredError, Sequential
from coursekit.optim import SGD, batch_size_schedule, step_decay
from coursekit.training import per_example_gradients, train

#: Batch and rate at the start; every 5 of 15 epochs one of them changes by FACTOR.
SIZE, FACTOR, EVERY, EPOCHS = 16, 4, 5, 15
WAYS = ("constant", "cut", "grown")


def plan(way: str, lr: float) -> tuple[Callable[[int], float], Callable[[int], int]]:
    """Rate and batch size by epoch."""
    rate = partial(step_decay, lr0=lr, factor=1 / FACTOR, every=EVERY) if way == "cut" else lambda epoch: lr
    if way == "grown":
        return rate, partial(batch_size_schedule, batch_size0=SIZE, factor=FACTOR, every=EVERY)
    return rate, lambda epoch: SIZE


def run(
    model: Sequential, x: Values, y: Values | Labels, way: str, lr: float, seed: int, loss: Loss | None = None
) -> int:
    """Train the model by one of WAYS; the updates made."""
    rate, size = plan(way, lr)
    optimizer, rng, made = SGD(lr=lr), np.random.default_rng([seed, 2]), 0
    for epoch in range(EPOCHS):
        optimizer.lr = rate(epoch)
        for _ in train(model, x, y, optimizer=optimizer, epochs=1, batch_size=size(epoch), rng=rng, loss=loss):
            made += 1
    return made


def line(seed: int) -> tuple[Values, Values, float]:
    """1,000 examples of 10 normal features, targets with noise of std 1; a linear unit's least error."""
    rng = np.random.default_rng([seed, 3])
    x = rng.standard_normal((1000, 10))
    t = x @ rng.standard_normal((10, 1)) + rng.standard_normal((1000, 1))
    ones = np.concatenate([x, np.ones((1000, 1))], axis=1)
    return x, t, float(np.mean((ones @ np.linalg.lstsq(ones, t)[0] - t) ** 2))


def runs(seed: int) -> Mapping[str, float]:
    """By way: training loss and test error on the digits, how far above its least the noisy line ends, updates."""
    data, numbers = split_digits(seed), {}
    x, t, least = line(seed)
    for way in WAYS:
        model = net(seed)
        numbers[f"{way}_updates"] = float(run(model, data.x_train, data.y_train, way, 0.4, seed))
        numbers[f"{way}_loss"] = loss_of(model, data.x_train, data.y_train)
        numbers[f"{way}_error"] = error(model, data.x_test, data.y_test)
        unit = Sequential(Linear(10, 1), rng=np.random.default_rng([seed, 1]))
        run(unit, x, t, way, 0.1, seed, MeanSquaredError())
        numbers[f"{way}_above"] = float(np.mean((unit.forward(x) - t) ** 2)) - least
    return numbers


def one_update(seed: int, draws: int = 400) -> Mapping[str, float]:
    """Mean and scatter of an update after 5 epochs: rate cut, batch grown, and 4 cut ones in a row.

    `step_*` is the length of the mean update, `noise_*` the root mean squared distance from it, both in units of
    those before the change.
    """
    data = split_digits(seed)
    x, y = data.x_train, data.y_train
    model, rng = net(seed), np.random.default_rng([seed, 2])
    for _ in train(model, x, y, optimizer=SGD(lr=0.1), epochs=5, batch_size=SIZE, rng=rng):
        pass
    gradients = per_example_gradients(model, x, y)

    def moves(lr: float, size: int, times: int = 1) -> tuple[float, float]:
        made = np.array(
            [
                -lr * sum(gradients[rng.choice(len(x), size, replace=False)].mean(axis=0) for _ in range(times))
                for _ in range(draws)
            ]
        )
        mean = -lr * times * gradients.mean(axis=0)
        return float(np.linalg.norm(mean)), float(np.sqrt(np.mean(np.sum((made - mean) ** 2, axis=1))))

    step, noise = moves(0.1, SIZE)
    numbers = {"relative": noise / step}
    for way, (lr, size, times) in {
        "cut": (0.1 / FACTOR, SIZE, 1),
        "grown": (0.1, FACTOR * SIZE, 1),
        "four": (0.1 / FACTOR, SIZE, FACTOR),
    }.items():
        new_step, new_noise = moves(lr, size, times)
        numbers |= {f"step_{way}": new_step / step, f"noise_{way}": new_noise / noise}
    return numbers
