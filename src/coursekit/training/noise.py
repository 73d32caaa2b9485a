"""The noise in a mini-batch's gradient: how large it is, and what it says about the batch size."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import instance, takes
from coursekit.nn import Loss, Sequential, SoftmaxCrossEntropy

Array = NDArray[np.floating]


@takes(n="whole [1, inf)", batch_size="whole [1, inf)")
def updates_per_epoch(n: int, batch_size: int) -> int:
    """How many batches of `batch_size` one pass over `n` examples takes; a short last one counts.

    >>> updates_per_epoch(10, 4)
    3
    """
    return -(-n // batch_size)


@takes(per_example_grads="finite array (n, D)", batch_size="whole [1, inf)")
def minibatch_gradient_error(per_example_grads: Array, batch_size: int) -> float:
    """The expected squared distance of a mini-batch's gradient from that of all `n` examples.

    `per_example_grads` is `(n, D)`; the batch is `batch_size` of its rows, drawn without replacement. With `S` the sum
    of the entries' variances (dividing by `n - 1`) this is `S / batch_size * (1 - batch_size / n)`: the error of a mean
    of independent draws, times the finite population correction (Cochran 1977, section 2.6). Computed in float64.
    Raises `ValueError` if `batch_size` is above `n`.

    >>> minibatch_gradient_error(np.array([[0.0], [2.0]]), 1)
    1.0
    """
    n = len(per_example_grads)
    if batch_size > n:
        raise ValueError(f"minibatch_gradient_error: batch_size must be at most n = {n}, the rows, not {batch_size}")
    if n == 1:
        return 0.0
    variance = per_example_grads.var(axis=0, ddof=1, dtype=np.float64).sum()
    return float(variance / batch_size * (1.0 - batch_size / n))


@takes(grad_fn="function to array (...)", x="any array (N, ...)", y="any array (N, ...)", micro_batch="whole [1, inf)")
def accumulate_gradients(grad_fn: Callable[[Any, Any], Array], x: Any, y: Any, micro_batch: int) -> Array:
    """The mean gradient of all N examples, from parts of at most `micro_batch` examples that fit into memory.

    `x` is `(N, ...)`, `y` is `(N, ...)`; `grad_fn(x_part, y_part)` gives the mean gradient over the rows of a part, in
    any shape. Each part counts by its number of rows, so a short last one has the right weight.
    """
    total: Any = 0.0
    for start in range(0, len(x), micro_batch):
        part = slice(start, start + micro_batch)
        total = total + len(x[part]) * grad_fn(x[part], y[part])
    mean: Array = total / len(x)
    return mean


@takes(per_example_grads="finite array (n, D)")
def noise_scale(per_example_grads: Array) -> float:
    """The simple gradient noise scale, from the gradients of `n >= 2` examples, `(n, D)`.

    The trace of their covariance (dividing by `n - 1`) over the squared norm of their mean: about the batch size at
    which noise and gradient are equally large, so that larger batches stop paying off (McCandlish et al. 2018,
    equation 2.9). Infinite where the mean is 0. Computed in float64.

    >>> noise_scale(np.array([[1.0, 0.0], [3.0, 0.0]]))
    0.5
    """
    if len(per_example_grads) < 2:
        raise ValueError("noise_scale: per_example_grads must have at least 2 rows, it has 1")
    trace = per_example_grads.var(axis=0, ddof=1, dtype=np.float64).sum()
    mean = per_example_grads.mean(axis=0, dtype=np.float64)
    squared_norm = mean @ mean
    return float(trace / squared_norm) if squared_norm > 0 else math.inf


@takes(
    norms_small="finite array (T) of 0 or more",
    norms_big="finite array (S) of 0 or more",
    batch_small="whole [1, inf)",
    batch_big="whole [1, inf)",
)
def noise_scale_from_norms(norms_small: Array, norms_big: Array, batch_small: int, batch_big: int) -> float:
    """`noise_scale` as measured in training: from the norms of gradients at two batch sizes, `(T,)` and `(S,)`.

    The expected squared norm at batch size B is `|G|**2 + S / B`. Two sizes give both unknowns (McCandlish et al. 2018,
    appendix A.1), each from the mean of the squared norms: `|G|**2 = (B_big * big - B_small * small) / (B_big -
    B_small)`, `S = (small - big) / (1 / B_small - 1 / B_big)`, and the result is `S / |G|**2`. A few norms give a rough
    value, below 0 at worst; it is infinite where noise is all there is, `|G|**2 <= 0`. The parts of an accumulated
    gradient are the small batches, their mean the big one. Raises `ValueError` if `batch_small` is not below
    `batch_big`.

    >>> round(noise_scale_from_norms(np.sqrt([3.0]), np.sqrt([1.5]), 1, 4), 6)
    2.0
    """
    if batch_small >= batch_big:
        raise ValueError(
            f"noise_scale_from_norms: batch_small must be below batch_big, they are {batch_small} and {batch_big}"
        )
    small, big = (np.mean(np.square(norms, dtype=np.float64)) for norms in (norms_small, norms_big))
    squared_norm = (batch_big * big - batch_small * small) / (batch_big - batch_small)
    trace = (small - big) / (1.0 / batch_small - 1.0 / batch_big)
    return float(trace / squared_norm) if squared_norm > 0 else math.inf


def per_example_gradients(model: Sequential, x: ArrayLike, y: Any, *, loss: Loss | None = None) -> Array:
    """`(N, n_params)`: the gradient of each example's own loss, for `minibatch_gradient_error` and `noise_scale`.

    One backward pass per example, as outside training: with dropout's random masks or the statistics of a batch, an
    example has no gradient of its own. `loss` is softmax cross-entropy unless given. Overwrites `model.grads`.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    instance("per_example_gradients: model", model, Sequential, "a Sequential")
    model.check(x, y, loss)
    x, y = np.asarray(x, model.dtype), np.asarray(y)
    gradients = np.empty((len(x), model.params.size), model.dtype)
    for i, gradient in enumerate(gradients):
        model.loss_and_grad(x[i : i + 1], y[i : i + 1], loss, training=False)
        gradient[:] = model.grads
    return gradients
