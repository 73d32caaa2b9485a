"""PyTorch, eager, on one thread, with denormals flushed (for the whole process, so for NumPy too)."""

from collections.abc import Callable
from itertools import pairwise

import torch
from workloads import PATH_STEPS, WALKERS, Net

from coursekit.optim import landscapes

torch.set_num_threads(1)
torch.set_flush_denormal(True)

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": lambda params, lr: torch.optim.SGD(params, lr, momentum=0.9),
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
}


def runner(net: Net, *, fused: bool | None) -> Callable[[], None]:
    torch.manual_seed(0)
    after = {
        "tanh": lambda n: (torch.nn.Tanh(),),
        "relu": lambda n: (torch.nn.ReLU(),),
        "bn": lambda n: (torch.nn.BatchNorm1d(n), torch.nn.ReLU(), torch.nn.Dropout(0.5)),
    }[net.unit]
    layers = [layer for pair in pairwise(net.sizes) for layer in (torch.nn.Linear(*pair), *after(pair[1]))]
    model = torch.nn.Sequential(*layers[: -len(after(1))])
    optimizer = torch.optim.Adam(model.parameters(), fused=fused)
    x, y = torch.tensor(net.x), torch.tensor(net.y)

    def run() -> None:
        for _ in range(net.epochs):
            order = torch.randperm(net.examples)
            x_epoch, y_epoch = x[order], y[order]
            for start in range(0, net.examples, net.batch_size):
                batch = slice(start, start + net.batch_size)
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(x_epoch[batch]), y_epoch[batch]).backward()
                if net.trains:
                    optimizer.step()

    return run


def one_path(name: str) -> Callable[[], None]:
    """`torch.optim` on the landscape's value, differentiated by autograd, as one writes it."""
    land = landscapes.rosenbrock

    def run() -> None:
        place = torch.tensor(land.start, dtype=torch.float64, requires_grad=True)
        optimizer = OPTIMIZERS[name]([place], lr=WALKERS[name])
        visited = [place.detach().clone()]
        for _ in range(PATH_STEPS):
            optimizer.zero_grad()
            land.value(place[0], place[1]).backward()
            optimizer.step()
            visited.append(place.detach().clone())

    return run
