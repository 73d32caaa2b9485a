"""A model in words and numbers: its layers and sizes, and what goes through them."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursekit.arguments import instance
from coursekit.nn.activations import dead_fraction
from coursekit.nn.layer import Array
from coursekit.nn.losses import Loss
from coursekit.nn.passes import Chain, shape_after


def table(model: Chain) -> str:
    """The layers of `model`: what each is, the shape of its output, and how many parameters it has."""
    shape = model.example_shape
    rows = [("layer", "output", "parameters")]
    for i, layer in enumerate(model.layers):
        shape = None if shape is None else shape_after(i, layer, shape)
        sizes = "?" if shape is None else ", ".join(map(str, shape))
        rows.append((repr(layer), f"(N, {sizes})", f"{layer.n_params:,}"))
    rows.append(("total", "", f"{model.params.size:,}"))
    first, second, third = (max(len(row[column]) for row in rows) for column in range(3))
    return "\n".join(f"{name:<{first}}  {shape:<{second}}  {count:>{third}}" for name, shape, count in rows)


class LayerStatistics(NamedTuple):
    """What one layer did with a batch: see `layer_statistics`."""

    layer: str
    #: Mean and standard deviation of the outputs.
    mean: float
    std: float
    #: Share of units that are 0 for every example of the batch.
    dead: float
    #: Standard deviation of the gradient at the outputs.
    grad_std: float
    #: Norms of the layer's parameters and of their gradients; 0 where it has none.
    param_norm: float
    param_grad_norm: float


def layer_statistics(model: Chain, x: ArrayLike, y: Any, loss: Loss) -> list[LayerStatistics]:
    """What each layer does with the batch `x` and what comes back through it, first layer first.

    `x` is `(N, D)` or `(N, H, W, C)`, `y` what `loss` takes with it. One forward and one backward pass as in training:
    afterwards `model.grads` holds that gradient, and the running statistics of BatchNorm have moved as in a step.
    """
    instance("layer_statistics: model", model, Chain, "a model such as Sequential(...)")
    model.check(x, y, loss)
    outputs = model.outputs(x, training=True)
    _, dscores = model.judged(loss, outputs[-1], y)
    model.backward(dscores)
    rows = []
    for layer, out, dout in zip(model.layers, outputs, model.gradients(), strict=True):
        rows.append(
            LayerStatistics(
                repr(layer),
                float(out.mean()),
                float(out.std()),
                dead_fraction(out.reshape(len(out), -1)),
                float(dout.std()),
                _norm(layer.params),
                _norm(layer.grads),
            )
        )
    return rows


def _norm(arrays: Mapping[str, Array]) -> float:
    """The Euclidean norm of all entries together."""
    return math.sqrt(sum(float(np.sum(array.astype(np.float64) ** 2)) for array in arrays.values()))
