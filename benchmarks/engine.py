"""How fast the engine trains small nets, beside textbook NumPy and, where installed, PyTorch (eager, fused Adam).

    OPENBLAS_NUM_THREADS=1 python benchmarks/engine.py [ROUNDS]

One thread, float32, Adam. Prints microseconds per training step (the best of ROUNDS runs, all contestants in turn) and
each one's time over the engine's. Ratios are what counts; the figures of one machine say little about another.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import importlib.util
import itertools
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from coursekit.nn import Linear, ReLU, Sequential, Tanh
from coursekit.optim import Adam
from coursekit.training import train

EXAMPLES, EPOCHS = 3200, 5


@dataclass
class Workload:
    name: str
    sizes: tuple[int, ...]
    unit: str
    batch_size: int
    x: np.ndarray = field(init=False)
    y: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        self.x = rng.standard_normal((EXAMPLES, self.sizes[0])).astype(np.float32)
        self.y = rng.integers(0, self.sizes[-1], EXAMPLES)

    @property
    def steps(self) -> int:
        return EPOCHS * -(-EXAMPLES // self.batch_size)


def engine(work: Workload) -> None:
    unit = {"tanh": Tanh, "relu": ReLU}[work.unit]
    layers = [layer for sizes in itertools.pairwise(work.sizes) for layer in (Linear(*sizes), unit())]
    rng = np.random.default_rng(0)
    model = Sequential(*layers[:-1], rng=rng, dtype=np.float32)
    for _ in train(model, work.x, work.y, optimizer=Adam(), epochs=EPOCHS, batch_size=work.batch_size, rng=rng):
        pass


def textbook(work: Workload) -> None:
    """As one writes it the first time: a list of arrays, fresh arrays at every operation, one Adam update per array."""
    rng = np.random.default_rng(0)
    pairs = list(itertools.pairwise(work.sizes))
    w = [(rng.standard_normal(pair) * np.sqrt(2 / pair[0])).astype(np.float32) for pair in pairs]
    params = w + [np.zeros(n, np.float32) for _, n in pairs]
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    t, depth = 0, len(pairs)
    for _ in range(EPOCHS):
        order = rng.permutation(EXAMPLES)
        for start in range(0, EXAMPLES, work.batch_size):
            rows = order[start : start + work.batch_size]
            h, y = [work.x[rows]], work.y[rows]
            for i in range(depth):
                z = h[-1] @ params[i] + params[depth + i]
                h.append(z if i == depth - 1 else np.tanh(z) if work.unit == "tanh" else np.maximum(z, 0))
            p = np.exp(h[-1] - h[-1].max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            _loss = -np.log(p[np.arange(len(y)), y]).mean()
            p[np.arange(len(y)), y] -= 1
            d, grads = p / len(y), [np.empty(0)] * len(params)
            for i in reversed(range(depth)):
                grads[i], grads[depth + i] = h[i].T @ d, d.sum(axis=0)
                if i:
                    d = (d @ params[i].T) * (1 - h[i] ** 2 if work.unit == "tanh" else h[i] > 0)
            t += 1
            for i, g in enumerate(grads):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g**2
                params[i] = params[i] - 1e-3 * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)


def pytorch(work: Workload) -> None:
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    unit = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[work.unit]
    layers = [layer for sizes in itertools.pairwise(work.sizes) for layer in (torch.nn.Linear(*sizes), unit())]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    x, y = torch.tensor(work.x), torch.tensor(work.y)
    for _ in range(EPOCHS):
        order = torch.randperm(EXAMPLES)
        x_epoch, y_epoch = x[order], y[order]
        for start in range(0, EXAMPLES, work.batch_size):
            batch = slice(start, start + work.batch_size)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x_epoch[batch]), y_epoch[batch]).backward()
            optimizer.step()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    contestants: dict[str, Callable[[Workload], None]] = {"engine": engine, "textbook": textbook}
    if importlib.util.find_spec("torch"):
        contestants["pytorch"] = pytorch
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}; microseconds per step")
    for work in (
        Workload("a: 2-64-64-2 tanh, batch 32", (2, 64, 64, 2), "tanh", 32),
        Workload("b: 64-128-64-10 ReLU, batch 64", (64, 128, 64, 10), "relu", 64),
    ):
        best = dict.fromkeys(contestants, np.inf)
        for _, (name, run) in itertools.product(range(rounds), contestants.items()):
            start = time.perf_counter()
            run(work)
            best[name] = min(best[name], (time.perf_counter() - start) / work.steps * 1e6)
        print(work.name, *(f"{name} {us:.0f} ({us / best['engine']:.2f}x)" for name, us in best.items()), sep="   ")


if __name__ == "__main__":
    main()
