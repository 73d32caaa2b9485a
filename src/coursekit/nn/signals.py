"""How large signals and gradients are, layer by layer, in a deep net without biases: what initialization decides."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import real_array, shown, takes

Array = NDArray[np.floating]


@takes(x="array (N, D)", activation="function")
def activation_stds(x: Array, weights: Sequence[Array], activation: Callable[[Array], Array]) -> list[float]:
    """The standard deviation, over all entries, of each layer's output: `h = activation(h @ w)` from `h = x`.

    `x` is `(N, D)`, `weights` is a list of arrays, the first `(D, H)`, each with as many rows as the one before has
    columns. The list has one number per layer, first layer first; `x` itself is not in it. Raises `ValueError` on
    shapes that do not fit, also of what `activation` returns. Source: the experiment is that of Glorot & Bengio 2010,
    figure 6.

    >>> activation_stds(np.array([[1.0, -1.0]]), [np.eye(2), 0.5 * np.eye(2)], relu)
    [0.5, 0.25]
    """
    stds, h = [], x
    for w in _chained("activation_stds", x, weights):
        h = _kept("activation_stds: activation", activation, h @ w)
        stds.append(float(np.std(h)))
    return stds


@takes(x="array (N, D)", activation="function", activation_backward="function", dout="array (N, H)")
def gradient_stds(
    x: Array,
    weights: Sequence[Array],
    activation: Callable[[Array], Array],
    activation_backward: Callable[[Array, Array], Array],
    dout: Array,
) -> list[float]:
    """The standard deviation, over all entries, of the gradient at each layer's INPUT, first layer first.

    `x` and `weights` as in `activation_stds`; `dout`, `(N, H)`, is the gradient at the last layer's output, and
    `activation_backward(dout, z)` takes it to `z = h @ w`, before the activation. Raises `ValueError` on shapes that do
    not fit. Source: Glorot & Bengio 2010, figure 7.

    >>> identity, passed = lambda z: z, lambda dout, z: dout
    >>> gradient_stds(np.ones((1, 2)), [np.eye(2), 3 * np.eye(2)], identity, passed, np.array([[1.0, -1.0]]))
    [3.0, 3.0]
    """
    weights, zs, h = _chained("gradient_stds", x, weights), [], x
    for w in weights:
        zs.append(h @ w)
        h = _kept("gradient_stds: activation", activation, zs[-1])
    if dout.shape != h.shape:
        raise ValueError(f"gradient_stds: dout must have the last output's shape {h.shape}, it has {dout.shape}")
    stds = []
    for w, z in zip(reversed(weights), reversed(zs), strict=True):
        dout = _kept("gradient_stds: activation_backward", activation_backward, dout, z) @ w.T
        stds.append(float(np.std(dout)))
    return stds[::-1]


def _chained(name: str, x: Array, weights: Sequence[Array]) -> list[Array]:
    """`weights` as arrays; raises if one does not take what the one before gives."""
    if not isinstance(weights, (list, tuple)):
        raise ValueError(f"{name}: weights must be a list of arrays, not {shown(weights)}")
    chain, source = [], x
    for i, w in enumerate(weights):
        what = f"{name}: weights[{i}]"
        array = real_array(what, w)
        if array.ndim != 2 or array.shape[0] != source.shape[1]:
            raise ValueError(f"{what} must be ({source.shape[1]}, H), for what comes in, it has shape {array.shape}")
        chain.append(array)
        source = array
    return chain


def _kept(what: str, function: Callable[..., Array], *arguments: Array) -> Array:
    """What `function`, often a reader's own, returns; raises if it has not the shape of its first argument."""
    result = real_array(f"{what}: its result", function(*arguments))
    if result.shape != arguments[0].shape:
        raise ValueError(f"{what} must keep the shape {arguments[0].shape}, it returned {result.shape}")
    return result
