"""How a closed form is recorded: its inputs, its output, and what PyTorch pulls back to each input."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

Entry = tuple[str, np.ndarray]


def leaf(array: np.ndarray) -> torch.Tensor:
    """A float64 tensor that gathers gradients."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def recorded(
    name: str,
    function: Callable[..., torch.Tensor],
    inputs: dict[str, np.ndarray],
    rng: np.random.Generator,
    **constants: Any,
) -> Iterator[Entry]:
    """`name/x` for each input x, `name/out`, a drawn `name/dout`, and `name/dx` for the gradient of sum(dout * out).

    `function(*inputs, **constants)` takes and returns arrays laid out as the engine's; the constants, tensors or
    settings, have no gradient.
    """
    leaves = {key: leaf(array) for key, array in inputs.items()}
    out = function(*leaves.values(), **constants)
    dout = rng.standard_normal(out.shape)
    grads = torch.autograd.grad(out, list(leaves.values()), torch.tensor(dout))
    yield from ((f"{name}/{key}", array) for key, array in inputs.items())
    yield from ((f"{name}/out", out.detach().numpy()), (f"{name}/dout", dout))
    yield from ((f"{name}/d{key}", grad.numpy()) for key, grad in zip(inputs, grads, strict=True))
