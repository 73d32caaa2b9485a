"""What a step of training costs on this machine, by batch size. Reported, and decided upon only by wide margins."""

from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np

from coursekit import nn
from coursekit.optim import SGD


def step_times(sizes: Sequence[int], hidden: int, *, rounds: int = 15, shortest: float = 3e-4) -> Mapping[int, float]:
    """Seconds of one step of a net 64-hidden-10 (forward, backward, update): the fastest of some turns of each size.

    The sizes take turns in a random order; a turn lasts at least `shortest` seconds.
    """
    rng, loss = np.random.default_rng(0), nn.SoftmaxCrossEntropy()
    ready = {}
    for size in sizes:
        model = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10), rng=rng)
        ready[size] = (model, SGD(lr=1e-3), rng.standard_normal((size, 64)), rng.integers(0, 10, size))

    def turn(size: int, times: int) -> float:
        model, optimizer, x, y = ready[size]
        start = perf_counter()
        for _ in range(times):
            model.loss_and_grad(x, y, loss)
            optimizer.step(model.params, model.grads)
        return (perf_counter() - start) / times

    repeats = {}
    for size in sizes:
        turn(size, 1)  # buffers are made in the first step
        repeats[size] = max(1, round(shortest / max(turn(size, 1), 1e-6)))
    fastest = dict.fromkeys(sizes, float("inf"))
    for _ in range(rounds):
        for size in rng.permutation(sizes):
            fastest[int(size)] = min(fastest[int(size)], turn(int(size), repeats[int(size)]))
    return fastest
