"""PyTorch's figures for activations, linear layers and losses."""

from collections.abc import Callable

import numpy as np
import torch
from autograd import leaf, recorded
from torch.nn import functional as F  # noqa: N812, the field's own name for it

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


def activations(rng: np.random.Generator) -> Figures:
    """`activation/NAME`, at awkward values and drawn ones."""
    x = np.concatenate([edge_values(), 3.0 * rng.standard_normal(40)])
    out: Figures = {}
    for name, function in ACTIVATIONS.items():
        out |= recorded(f"activation/{name}", function, {"x": x}, rng)
    return out | dict(recorded("prelu", F.prelu, {"input": x, "weight": np.array([0.3])}, rng))


def layers(rng: np.random.Generator) -> Figures:
    """`linear` and `maxout`; PyTorch's weight is the engine's, transposed."""
    x, w1, w2 = (rng.standard_normal(shape) for shape in ((6, 5), (5, 4), (5, 4)))
    b1, b2 = rng.standard_normal((2, 4))
    linear = recorded("linear", lambda x, w, b: F.linear(x, w.T, b), {"x": x, "w": w1, "b": b1}, rng)
    pieces = {"x": x, "w1": w1, "b1": b1, "w2": w2, "b2": b2}
    maxout = recorded("maxout", lambda x, w1, b1, w2, b2: torch.maximum(x @ w1 + b1, x @ w2 + b2), pieces, rng)
    return dict(linear) | dict(maxout)


def losses(rng: np.random.Generator) -> Figures:
    """`loss/NAME` and `loss/NAME/dscores` for the same scores, from tiny to 1e4, as PyTorch has them."""
    n, classes = 7, 5
    scores = rng.standard_normal((n, classes)) * np.array([1e-8, 1.0, 10.0, 100.0, 1e3, 1e4, 3.0])[:, None]
    y, targets, weights = rng.integers(0, classes, n), rng.standard_normal((n, classes)), rng.random(classes) + 0.5
    labels, w = torch.tensor(y), torch.tensor(weights)
    kinds: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "cross_entropy": lambda s: F.cross_entropy(s, labels),
        "weighted": lambda s: F.cross_entropy(s, labels, weight=w),
        "smoothed": lambda s: F.cross_entropy(s, labels, label_smoothing=0.1),
        # Given both, PyTorch weighs the share that smoothing gives to a class by that class's weight, the engine by the
        # example's: the loss of each example, smoothed, times the weight of its label.
        "weighted_and_smoothed": lambda s: (
            F.cross_entropy(s, labels, label_smoothing=0.1, reduction="none") * w[labels]
        ).mean(),
        "mean_squared_error": lambda s: F.mse_loss(s, torch.tensor(targets)),
        "hinge": lambda s: F.multi_margin_loss(s, labels),
        "hinge_margin": lambda s: F.multi_margin_loss(s, labels, margin=3.0),
    }
    out = {"loss/scores": scores, "loss/y": y, "loss/targets": targets, "loss/weights": weights}
    out["loss/softmax"] = F.softmax(torch.tensor(scores), dim=1).numpy()
    for name, kind in kinds.items():
        at = leaf(scores)
        value = kind(at)
        out[f"loss/{name}"] = value.detach().numpy()
        out[f"loss/{name}/dscores"] = torch.autograd.grad(value, at)[0].numpy()
    return out
