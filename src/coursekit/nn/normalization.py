"""Batch and layer normalization: a mean and a variance taken off, then a learned scale `gamma` and shift `beta`.

The variance is the biased one (divided by the number of rows, not by one less) everywhere, in the running statistics
too; PyTorch's running variance is the unbiased one.
"""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import shown, takes

Array = NDArray[np.floating]
#: What a backward pass needs of its forward pass: the normalized input, gamma, and the standard deviations.
Cache = tuple[Array, Array, Array]


def moments(x: Array, axis: int) -> tuple[Array, Array]:
    """Mean and biased variance along `axis`, which is kept with size 1.

    Two passes, because the mean square minus the squared mean loses all digits if the mean is large compared to the
    spread. The mean of the deviations is 0 but for rounding; adding it to the mean corrects that rounding. Without it a
    long float32 sum is so far off that a constant feature of 1e4 would get a spread of its own.
    """
    mean = x.mean(axis, keepdims=True)
    mean = mean + (x - mean).mean(axis, keepdims=True)
    return mean, np.mean((x - mean) ** 2, axis, keepdims=True)


@takes(
    x="finite array (N, D)",
    gamma="finite array (D)",
    beta="finite array (D)",
    running_mean="finite array (D)",
    running_var="finite array (D) of 0 or more",
    momentum="real [0, 1]",
    eps="real (0, inf)",
)
def batchnorm_train(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[Array, Cache, Array, Array]:
    """Normalize each feature over the batch: `gamma * (x - mean) / sqrt(var + eps) + beta`.

    `x` is `(N, D)`, the other arrays `(D,)`; `mean` and `var` (biased) are those of the batch. Returns `out, cache,
    running_mean, running_var`: the output, what `batchnorm_backward` needs, and new running statistics,
    `momentum * running + (1 - momentum) * batch`. PyTorch's momentum is one minus this one.

    Raises `ValueError` on shapes that do not fit, NaN or infinity, a negative `running_var`, `momentum` outside
    [0, 1], or `eps` that is not above 0. Source: Ioffe & Szegedy 2015, algorithm 1.

    >>> x, zeros, ones = np.array([[1.0], [3.0]]), np.zeros(1), np.ones(1)
    >>> out, cache, running_mean, running_var = batchnorm_train(x, ones, zeros, zeros, ones)
    >>> out.round(3), running_mean, running_var
    (array([[-1.],
           [ 1.]]), array([0.2]), array([1.]))
    """
    mean, var = moments(x, axis=0)
    std = np.sqrt(var + eps)
    normalized = (x - mean) / std
    running_mean = momentum * running_mean + (1.0 - momentum) * mean[0]
    running_var = momentum * running_var + (1.0 - momentum) * var[0]
    return gamma * normalized + beta, (normalized, gamma, std), running_mean, running_var


@takes(
    x="array (N, D)",
    gamma="finite array (D)",
    beta="finite array (D)",
    running_mean="finite array (D)",
    running_var="finite array (D) of 0 or more",
    eps="real (0, inf)",
)
def batchnorm_eval(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Normalize with the running statistics: `gamma * (x - running_mean) / sqrt(running_var + eps) + beta`.

    `x` is `(N, D)`, the other arrays `(D,)`; a row's output does not depend on the other rows. Raises `ValueError` as
    `batchnorm_train` does, but lets NaN in `x` through. Source: Ioffe & Szegedy 2015, algorithm 2.

    >>> batchnorm_eval(np.array([[4.0]]), np.ones(1), np.zeros(1), np.array([1.0]), np.array([9.0])).round(3)
    array([[1.]])
    """
    normalized: Array = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * normalized + beta


@takes(dout="array (N, D)")
def batchnorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Gradients `dx, dgamma, dbeta` of `sum(dout * out)` of `batchnorm_train`; `(N, D)`, `(D,)`, `(D,)`.

    With `z = (x - mean) / std`: `dbeta = sum(dout)` and `dgamma = sum(dout * z)`, sums over the batch, and for x

        dx = gamma / std * (dout - dbeta / N - z * dgamma / N)

    because x reaches the output in three ways. Directly: the gradient at z, `g = gamma * dout`, divided by std. Through
    the mean: `dz/dmean = -1/std` in every row and `dmean/dx = 1/N`, so `-sum(g) / (N * std)`. Through the variance:
    `dz/dvar = -z / (2 * std^2)` and `dvar/dx = 2 * (x - mean) / N = 2 * z * std / N`, so
    `-z * sum(g * z) / (N * std)`. (The variance's own dependence on the mean adds nothing: deviations sum to 0.)

    Raises `ValueError` if `dout` has not the shape of the output. Source: Ioffe & Szegedy 2015, section 3, simplified.
    """
    normalized, gamma, std = _of_one_shape("batchnorm_backward", dout, cache)
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * normalized, axis=0)
    dx = gamma / std * (dout - (dbeta + normalized * dgamma) / len(dout))
    return dx, dgamma, dbeta


@takes(
    x="finite array (N, H, W, C)",
    gamma="finite array (C)",
    beta="finite array (C)",
    running_mean="finite array (C)",
    running_var="finite array (C) of 0 or more",
    momentum="real [0, 1]",
    eps="real (0, inf)",
)
def spatial_batchnorm_train(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[Array, Cache, Array, Array]:
    """`batchnorm_train` for images `(N, H, W, C)`: one mean and one variance per channel, over all pixels of the batch.

    The other arrays are `(C,)`. Every pixel counts as one row of C features. Returns `out, cache, running_mean,
    running_var` and raises as `batchnorm_train` does. Source: Ioffe & Szegedy 2015, section 3.2.
    """
    out, cache, running_mean, running_var = batchnorm_train(
        x.reshape(-1, x.shape[3]), gamma, beta, running_mean, running_var, momentum, eps
    )
    return out.reshape(x.shape), cache, running_mean, running_var


@takes(
    x="array (N, H, W, C)",
    gamma="finite array (C)",
    beta="finite array (C)",
    running_mean="finite array (C)",
    running_var="finite array (C) of 0 or more",
    eps="real (0, inf)",
)
def spatial_batchnorm_eval(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """`batchnorm_eval` for images `(N, H, W, C)` and statistics per channel, `(C,)`; raises as that does."""
    rows = x.reshape(-1, x.shape[3])
    return batchnorm_eval(rows, gamma, beta, running_mean, running_var, eps).reshape(x.shape)


@takes(dout="array (N, H, W, C)")
def spatial_batchnorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Gradients `dx, dgamma, dbeta` of `spatial_batchnorm_train`; `(N, H, W, C)`, `(C,)`, `(C,)`.

    `batchnorm_backward` with every pixel as one row. Raises `ValueError` if `dout` does not fit the output.
    """
    dx, dgamma, dbeta = batchnorm_backward(dout.reshape(-1, dout.shape[3]), cache)
    return dx.reshape(dout.shape), dgamma, dbeta


@takes(
    w="array (D, H)",
    b="array (H)",
    gamma="finite array (H)",
    beta="finite array (H)",
    running_mean="finite array (H)",
    running_var="finite array (H) of 0 or more",
    eps="real (0, inf)",
)
def fold_batchnorm(
    w: Array,
    b: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float = 1e-5,
) -> tuple[Array, Array]:
    """The `w, b` of one linear layer that computes what `linear` and then `batchnorm_eval` do.

    `w` is `(D, H)`, the other arrays `(H,)`. With `scale = gamma / sqrt(running_var + eps)`: `w * scale` and
    `(b - running_mean) * scale + beta`. Raises `ValueError` on shapes that do not fit, NaN or infinity in the
    statistics, a negative `running_var`, or `eps` that is not above 0.

    >>> w, b, one, zero = np.array([[2.0]]), np.array([1.0]), np.ones(1), np.zeros(1)
    >>> w, b = fold_batchnorm(w, b, gamma=3 * one, beta=zero, running_mean=one, running_var=4 * one)
    >>> w.round(3), b.round(3)
    (array([[3.]]), array([0.]))
    """
    scale = gamma / np.sqrt(running_var + eps)
    return w * scale, (b - running_mean) * scale + beta


@takes(x="finite array (N, D)", gamma="finite array (D)", beta="finite array (D)", eps="real (0, inf)")
def layernorm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, Cache]:
    """Normalize each ROW over its features: `gamma * (x - mean) / sqrt(var + eps) + beta`.

    `x` is `(N, D)`, `gamma` and `beta` are `(D,)`; `mean` and `var` (biased) are those of the row, so a row's output
    depends on no other row and is the same in training and evaluation. Returns `out, cache`. Raises `ValueError` on
    shapes that do not fit, NaN or infinity, or `eps` that is not above 0. Source: Ba, Kiros & Hinton 2016, section 3.

    >>> layernorm(np.array([[1.0, 3.0], [10.0, 30.0]]), np.ones(2), np.zeros(2))[0].round(3)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    mean, var = moments(x, axis=1)
    std = np.sqrt(var + eps)
    normalized = (x - mean) / std
    return gamma * normalized + beta, (normalized, gamma, std)


@takes(dout="array (N, D)")
def layernorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Gradients `dx, dgamma, dbeta` of `sum(dout * out)` of `layernorm`; `(N, D)`, `(D,)`, `(D,)`.

    `dbeta` and `dgamma` are those of `batchnorm_backward`, and so is the way to `dx`, with means over the features in
    place of the batch. Here gamma changes within them, so it stays inside: with `g = gamma * dout` the gradient at the
    normalized `z`, `dx = (g - mean(g) - z * mean(g * z)) / std`. Raises `ValueError` if `dout` has not the shape of the
    output.
    """
    normalized, gamma, std = _of_one_shape("layernorm_backward", dout, cache)
    g = gamma * dout
    dx = (g - g.mean(axis=1, keepdims=True) - normalized * np.mean(g * normalized, axis=1, keepdims=True)) / std
    return dx, np.sum(dout * normalized, axis=0), dout.sum(axis=0)


def _of_one_shape(name: str, dout: Array, cache: Cache) -> Cache:
    """`cache`; raises if it is none, or if `dout` would broadcast against it."""
    if not isinstance(cache, tuple) or len(cache) != 3 or not all(isinstance(part, np.ndarray) for part in cache):
        what = "what the forward pass returned as its second result"
        raise ValueError(f"{name}: cache must be {what}, not {shown(cache)}")
    if dout.shape != cache[0].shape:
        raise ValueError(f"{name}: dout must have the output's shape {cache[0].shape}, it has {dout.shape}")
    return cache
