"""The engine."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
from workloads import MODELS, PATH_STEPS, STARTS, WALKERS, Net

from coursekit import optim
from coursekit.nn import BatchNorm, Dropout, Linear, ReLU, Sequential, SoftmaxCrossEntropy, Stack, Tanh
from coursekit.optim import landscapes
from coursekit.training import train, train_stack


def model(net: Net, seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    after = {
        "tanh": lambda n: (Tanh(),),
        "relu": lambda n: (ReLU(),),
        "bn": lambda n: (BatchNorm(n), ReLU(), Dropout(0.5, rng=rng)),
    }[net.unit]
    layers = [layer for pair in pairwise(net.sizes) for layer in (Linear(*pair), *after(pair[1]))]
    return Sequential(*layers[: -len(after(1))], rng=rng, dtype=np.float32)


def runner(net: Net) -> Callable[[], None]:
    made, rng, loss = model(net), np.random.default_rng(0), SoftmaxCrossEntropy()
    if not net.trains:
        made.check(net.x, net.y, loss)
        data, targets, rows = made.with_ones(net.x), made.targets(net.y, loss), np.arange(net.examples)
        return lambda: made.step(data, targets, rows, loss)
    optimizer = optim.Adam()

    def run() -> None:
        for _ in train(made, net.x, net.y, optimizer=optimizer, epochs=net.epochs, batch_size=net.batch_size, rng=rng):
            pass

    return run


def many(net: Net) -> Callable[[], None]:
    stack = Stack([model(net, seed) for seed in range(MODELS)])
    rngs = [np.random.default_rng(seed) for seed in range(MODELS)]
    optimizer = optim.Adam()

    def run() -> None:
        for _ in train_stack(stack, net.x, net.y, optimizer=optimizer, epochs=1, batch_size=net.batch_size, rngs=rngs):
            pass

    return run


def one_path(name: str) -> Callable[[], None]:
    rule, land = getattr(optim, name), landscapes.rosenbrock
    return partial(optim.path, rule, land.gradient, land.start, PATH_STEPS, lr=WALKERS[name])


def many_paths(name: str) -> Callable[[], None]:
    rule, land = getattr(optim, name), landscapes.rosenbrock
    starts = np.array(land.start) + 0.1 * np.random.default_rng(0).standard_normal((STARTS, 2))
    return partial(optim.paths, rule, land.gradient, starts, PATH_STEPS, lr=WALKERS[name])
