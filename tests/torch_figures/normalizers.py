"""PyTorch's figures for BatchNorm, LayerNorm and dropout."""

import numpy as np
import torch
from autograd import recorded
from torch.nn import functional as F  # noqa: N812, the field's own name for it

Figures = dict[str, np.ndarray]
EPS = 1e-5
#: The engine's `momentum` is one minus PyTorch's.
MOMENTUM = 0.1


def batchnorm(rng: np.random.Generator) -> Figures:
    """`batchnorm/rows/train`, `batchnorm/rows/eval`, and both for images.

    `running_mean` and `running_var` are those before; `new_running_mean` and `new_running_var` PyTorch's own after.
    """
    out: Figures = {}
    for kind, shape in {"rows": (9, 4), "images": (3, 4, 2, 5)}.items():
        inputs = {"x": 3.0 * rng.standard_normal(shape) + 10.0 * rng.standard_normal(shape[-1])}
        inputs |= {"gamma": rng.standard_normal(shape[-1]), "beta": rng.standard_normal(shape[-1])}
        before = {"running_mean": rng.standard_normal(shape[-1]), "running_var": rng.random(shape[-1]) + 0.5}
        for mode in ("train", "eval"):
            name, after = f"batchnorm/{kind}/{mode}", {key: torch.tensor(array) for key, array in before.items()}
            out |= recorded(name, _normalized, inputs, rng, training=mode == "train", **after)
            out |= {f"{name}/{key}": array for key, array in before.items()}
            out |= {f"{name}/new_{key}": array.numpy() for key, array in after.items()}
    return out


def _normalized(
    x: torch.Tensor,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    training: bool,
) -> torch.Tensor:
    """Channels second, as PyTorch has them; it changes the running statistics in place."""
    moved = x.movedim(-1, 1)
    return F.batch_norm(moved, running_mean, running_var, gamma, beta, training, MOMENTUM, EPS).movedim(1, -1)


def layernorm(rng: np.random.Generator) -> Figures:
    """`layernorm`: rows far from 0, of different spread."""
    x = rng.standard_normal((6, 5)) * np.logspace(-1, 2, 6)[:, None] + 10.0 * rng.standard_normal((6, 1))
    inputs = {"x": x, "gamma": rng.standard_normal(5), "beta": rng.standard_normal(5)}
    return dict(recorded("layernorm", lambda x, gamma, beta: F.layer_norm(x, (5,), gamma, beta, EPS), inputs, rng))


def dropout(rng: np.random.Generator) -> Figures:
    """`dropout`: PyTorch draws its own mask, found where it lets ones through."""
    torch.manual_seed(1)
    x, p = rng.standard_normal((6, 5)), 0.25
    state = torch.get_rng_state()
    mask = F.dropout(torch.ones(6, 5, dtype=torch.float64), p)
    torch.set_rng_state(state)
    return dict(recorded("dropout", lambda x: F.dropout(x, p), {"x": x}, rng)) | {"dropout/mask": mask.numpy()}
