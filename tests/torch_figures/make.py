"""Write figures.npz: what PyTorch computes, in float64, for the engine's tests to agree with. Needs torch; run by hand.

python tests/torch_figures/make.py
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812, the field's own name for it

TARGET = Path(__file__).with_name("figures.npz")
STEPS = 50
LR = {"adam": 1e-2, "sgd": 0.1}

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda x: F.softplus(x, threshold=100.0),  # 20 by default: off by 2e-9 there
}

Figures = dict[str, np.ndarray]


def edge_values() -> np.ndarray:
    """Where floats are awkward: zeros of both signs, tiny, near 1, where exp under- and overflows, 1e4."""
    sizes = [0.0, 5e-324, 1e-300, 1e-16, 1e-8, 1e-3, 0.5, 1.0, 3.0, 20.0, 37.0, 88.8, 300.0, 709.0, 745.0, 1e4]
    return np.array([sign * size for size in sizes for sign in (1.0, -1.0)])


def _grads(output: torch.Tensor, dout: np.ndarray, *inputs: torch.Tensor) -> list[np.ndarray]:
    return [g.numpy() for g in torch.autograd.grad(output, inputs, torch.tensor(dout))]


def _leaf(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def activations(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    x = np.concatenate([edge_values(), 3.0 * rng.standard_normal(40)])
    dout = rng.standard_normal(x.shape)
    yield "x", x
    yield "dout", dout
    for name, function in ACTIVATIONS.items():
        leaf = _leaf(x)
        out = function(leaf)
        yield f"{name}/out", out.detach().numpy()
        yield f"{name}/dx", _grads(out, dout, leaf)[0]
    leaf, alpha = _leaf(x), _leaf(np.array([0.3]))
    out = F.prelu(leaf, alpha)
    dx, dalpha = _grads(out, dout, leaf, alpha)
    yield from (("prelu/out", out.detach().numpy()), ("prelu/dx", dx), ("prelu/dalpha", dalpha))


def layers(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    x, w1, w2 = (rng.standard_normal(shape) for shape in ((6, 5), (5, 4), (5, 4)))
    b1, b2, dout = (rng.standard_normal(shape) for shape in ((4,), (4,), (6, 4)))
    inputs = {"x": x, "w1": w1, "b1": b1, "w2": w2, "b2": b2}
    yield from ((f"layers/{name}", array) for name, array in (inputs | {"dout": dout}).items())
    leaves = {name: _leaf(array) for name, array in inputs.items()}
    out = F.linear(leaves["x"], leaves["w1"].T, leaves["b1"])
    yield "linear/out", out.detach().numpy()
    grads = _grads(out, dout, *(leaves[n] for n in ("x", "w1", "b1")))
    yield from ((f"linear/d{name}", grad) for name, grad in zip(("x", "w", "b"), grads, strict=True))
    out = torch.maximum(leaves["x"] @ leaves["w1"] + leaves["b1"], leaves["x"] @ leaves["w2"] + leaves["b2"])
    yield "maxout/out", out.detach().numpy()
    yield from ((f"maxout/d{n}", g) for n, g in zip(inputs, _grads(out, dout, *leaves.values()), strict=True))


def losses(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    scores = rng.standard_normal((7, 5)) * np.array([1e-8, 1.0, 10.0, 100.0, 1e3, 1e4, 3.0])[:, None]
    y = rng.integers(0, 5, 7)
    leaf = _leaf(scores)
    loss = F.cross_entropy(leaf, torch.tensor(y))
    yield from (("loss/scores", scores), ("loss/y", y), ("loss/softmax", F.softmax(leaf, dim=1).detach().numpy()))
    yield "loss/value", np.array(loss.item())
    yield "loss/dscores", torch.autograd.grad(loss, leaf)[0].numpy()


def runs(rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """A net 2-16-3 with tanh, the whole batch each step, from given weights: the losses and the weights at the end."""
    x, y = rng.standard_normal((40, 2)), rng.integers(0, 3, 40)
    start = {"w1": rng.standard_normal((2, 16)), "b1": np.zeros(16), "w2": rng.standard_normal((16, 3)) / 4}
    start["b2"] = np.zeros(3)
    yield from (("run/x", x), ("run/y", y))
    yield from ((f"run/{name}", array) for name, array in start.items())
    for rule, make in (("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)):
        p = {name: _leaf(array) for name, array in start.items()}
        optimizer = make(p.values(), lr=LR[rule])
        values = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            hidden = torch.tanh(torch.tensor(x) @ p["w1"] + p["b1"])
            loss = F.cross_entropy(hidden @ p["w2"] + p["b2"], torch.tensor(y))
            loss.backward()
            optimizer.step()
            values.append(loss.item())
        yield f"{rule}/losses", np.array(values)
        yield f"{rule}/params", np.concatenate([value.detach().numpy().ravel() for value in p.values()])


def figures() -> Figures:
    """All figures by name, inputs included."""
    rng = np.random.default_rng(20260101)
    out: Figures = {}
    for part in (activations, layers, losses, runs):
        out |= dict(part(rng))
    return out


if __name__ == "__main__":
    np.savez_compressed(TARGET, torch_version=np.array(torch.__version__), **figures())
    sys.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes, torch {torch.__version__}\n")
