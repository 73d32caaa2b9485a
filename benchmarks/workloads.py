"""What is timed: the nets, their data, and the passes over them. No contestant is imported here."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Net:
    """A classifier of `sizes`, with `unit` ("tanh", "relu", or "bn": BatchNorm, ReLU and dropout of one half)."""

    key: str
    title: str
    sizes: tuple[int, ...]
    unit: str
    batch_size: int
    examples: int
    epochs: int
    #: Whether the optimizer steps too; (d) is a forward and a backward pass alone.
    trains: bool = True

    @cached_property
    def x(self) -> np.ndarray:
        return np.random.default_rng(0).standard_normal((self.examples, self.sizes[0])).astype(np.float32)

    @cached_property
    def y(self) -> np.ndarray:
        return np.random.default_rng(1).integers(0, self.sizes[-1], self.examples)

    @property
    def steps(self) -> int:
        return self.epochs * (self.examples // self.batch_size)


NETS = {
    net.key: net
    for net in (
        Net("a", "2-64-64-2 tanh, batch 32", (2, 64, 64, 2), "tanh", 32, 3200, 5),
        Net("b", "64-128-64-10 ReLU, batch 64", (64, 128, 64, 10), "relu", 64, 3200, 5),
        Net("c", "784-256-128-10 ReLU + BatchNorm + dropout, batch 128", (784, 256, 128, 10), "bn", 128, 3200, 2),
        Net("d", "10 layers of 500 ReLU, batch 1000, no optimizer", (500,) * 11, "relu", 1000, 1000, 1, trains=False),
    )
}

#: The optimizers that walk a landscape, with the learning rate they take there.
WALKERS = {"sgd": 1e-3, "momentum": 1e-4, "rmsprop": 1e-2, "adam": 1e-2}
PATH_STEPS, STARTS = 500, 256
#: Models trained at once.
MODELS = 32
