"""PyTorch's figures for convolution and pooling: it has the channels second, and the filters first in the kernels."""

from typing import Any

import numpy as np
import torch
from autograd import recorded
from torch.nn import functional as F  # noqa: N812, the field's own name for it

Figures = dict[str, np.ndarray]
POOLS = {"max_pool": F.max_pool2d, "average_pool": F.avg_pool2d}


def convolution(rng: np.random.Generator) -> Figures:
    """`conv2d/stride STRIDE, padding PADDING`: a cross-correlation, as the engine's."""
    out: Figures = {}
    for stride, padding in ((1, 0), (1, 1), (2, 0), (2, 1), (3, 2)):
        shape = (2, 5, 7, 3) if stride < 3 else (2, 5, 8, 3)  # such that the windows cover the padded image
        inputs = {"x": rng.standard_normal(shape), "w": rng.standard_normal((3, 3, 3, 4)), "b": rng.standard_normal(4)}
        name = f"conv2d/stride {stride}, padding {padding}"
        out |= recorded(name, _convolved, inputs, rng, stride=stride, padding=padding)
    return out


def _convolved(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, **given: int) -> torch.Tensor:
    return F.conv2d(x.movedim(-1, 1), w.permute(3, 2, 0, 1), b, **given).movedim(1, -1)


def pooling(rng: np.random.Generator) -> Figures:
    """`max_pool/SIZE` and `average_pool/SIZE`, of images of few whole numbers, where windows have ties."""
    out: Figures = {}
    for size in (1, 2, 3):
        x = rng.integers(-2, 3, (2, 6, 12, 3)).astype(np.float64)
        for name, pool in POOLS.items():
            out |= recorded(f"{name}/{size}", _pooled, {"x": x}, rng, pool=pool, size=size)
    return out


def _pooled(x: torch.Tensor, pool: Any, size: int) -> torch.Tensor:
    out: torch.Tensor = pool(x.movedim(-1, 1), size).movedim(1, -1)
    return out
