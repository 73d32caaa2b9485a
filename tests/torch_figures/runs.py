"""Training runs in PyTorch: 200 steps of each optimizer, on three nets, in both dtypes."""

import json
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import nn, optim

Figures = dict[str, np.ndarray]
Parameters = Iterable[torch.Tensor]

STEPS, EXAMPLES, BATCH = 200, 64, 16
N_IN, HIDDEN, CLASSES = 4, 8, 3
DROPPED = 0.25
DTYPES = ("float64", "float32")

#: The engine's optimizers by name: their settings, and PyTorch's optimizer that does the same.
OPTIMIZERS: dict[str, tuple[dict[str, float], Callable[[Parameters], optim.Optimizer]]] = {
    "SGD": ({"lr": 0.1}, lambda p: optim.SGD(p, lr=0.1)),
    # PyTorch's velocity is the engine's divided by -lr; where lr changes between steps the two differ.
    "Momentum": ({"lr": 0.05, "rho": 0.9}, lambda p: optim.SGD(p, lr=0.05, momentum=0.9)),
    "Nesterov": ({"lr": 0.05, "rho": 0.9}, lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
    "AdaGrad": ({"lr": 0.1, "eps": 1e-8}, lambda p: optim.Adagrad(p, lr=0.1, eps=1e-8)),
    "RMSProp": ({"lr": 0.01, "decay": 0.99, "eps": 1e-8}, lambda p: optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8)),
    "AdaDelta": ({"lr": 1.0, "rho": 0.95, "eps": 1e-6}, lambda p: optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-6)),
    "Adam": (
        {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        lambda p: optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    ),
    "AdamW": (
        {"lr": 0.01, "weight_decay": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1, betas=(0.9, 0.999), eps=1e-8),
    ),
}


class Masked(nn.Module):
    """Inverted dropout with masks that were drawn before, one a pass."""

    def __init__(self, masks: np.ndarray) -> None:
        super().__init__()
        self.masks = iter(masks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.tensor(next(self.masks) / (1.0 - DROPPED), dtype=x.dtype)


#: Each net for the masks `(STEPS, BATCH, HIDDEN)` that dropout uses.
NETS: dict[str, Callable[[np.ndarray], list[nn.Module]]] = {
    "plain": lambda masks: [nn.Linear(N_IN, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, CLASSES)],
    # Without a bias before BatchNorm, which takes off the mean: its gradient would be rounding noise, and Adam would
    # make steps of full length of it.
    "batchnorm": lambda masks: [
        nn.Linear(N_IN, HIDDEN, bias=False),
        nn.BatchNorm1d(HIDDEN),
        nn.Tanh(),
        nn.Linear(HIDDEN, CLASSES),
    ],
    "dropout": lambda masks: [nn.Linear(N_IN, HIDDEN), nn.Tanh(), Masked(masks), nn.Linear(HIDDEN, CLASSES)],
}


def runs(rng: np.random.Generator) -> Figures:
    """What all runs share, and `runs/DTYPE/NET/...`: one row for each optimizer, in the order of `runs/settings`.

    Shared: the `settings` by optimizer (JSON), the examples `x` and `y`, the `rows` of each batch, dropout's `masks`,
    one bit for each entry, and the starting parameters `start/NET`, in the engine's order and layout.
    """
    y = rng.integers(0, CLASSES, EXAMPLES)
    x = rng.standard_normal((CLASSES, N_IN))[y] + rng.standard_normal((EXAMPLES, N_IN))  # classes that overlap
    rows = np.concatenate([rng.permutation(EXAMPLES) for _ in range(STEPS * BATCH // EXAMPLES)]).reshape(STEPS, BATCH)
    masks = rng.random((STEPS, BATCH, HIDDEN)) >= DROPPED
    out = {"runs/x": x, "runs/y": y, "runs/rows": rows.astype(np.uint8)}
    out |= {"runs/masks": np.packbits(masks), "runs/masks/shape": np.array(masks.shape)}
    out["runs/settings"] = np.array(json.dumps({name: settings for name, (settings, _) in OPTIMIZERS.items()}))
    for net, make in NETS.items():
        start = [_first(parameter, rng) for parameter in nn.Sequential(*make(masks)).parameters()]
        out[f"runs/start/{net}"] = flat(start)
        for dtype in DTYPES:
            results = []
            for _, optimizer in OPTIMIZERS.values():
                model = nn.Sequential(*make(masks)).to(getattr(torch, dtype))
                results.append(trained(model, start, optimizer, x.astype(dtype), y, rows))
            out |= {f"runs/{dtype}/{net}/{key}": np.stack([each[key] for each in results]) for key in results[0]}
    return out


def _first(parameter: torch.Tensor, rng: np.random.Generator) -> np.ndarray:
    """First values in the engine's layout: weights `(n_in, n_out)`; biases and scales of one sign, none near 0."""
    shape = tuple(parameter.shape)[::-1]
    return rng.standard_normal(shape) / shape[0] ** 0.5 if len(shape) > 1 else rng.uniform(0.25, 1.0, shape)


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """One vector of all of them."""
    return np.concatenate([array.ravel() for array in arrays])


def trained(
    model: nn.Module,
    start: Sequence[np.ndarray],
    make: Callable[[Parameters], optim.Optimizer],
    x: np.ndarray,
    y: np.ndarray,
    rows: np.ndarray,
) -> Figures:
    """`losses` of all steps and the `params` at the end, in the engine's layout; BatchNorm's running statistics."""
    with torch.no_grad():
        for parameter, first in zip(model.parameters(), start, strict=True):
            parameter.copy_(torch.tensor(first.T))
    optimizer, values = make(model.parameters()), []
    for batch in rows:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(torch.tensor(x[batch])), torch.tensor(y[batch]))
        loss.backward()
        optimizer.step()
        values.append(loss.detach().numpy())
    params = flat([parameter.detach().numpy().T for parameter in model.parameters()])
    running = {name: array.numpy() for name, array in model.named_buffers() if "running" in name}
    return {"losses": np.array(values), "params": params} | {k.split(".")[1]: v for k, v in running.items()}
