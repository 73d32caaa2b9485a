"""Gradients by central differences, and the comparison of a model's own gradients with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import instance, takes
from coursekit.nn import Loss, Sequential, SoftmaxCrossEntropy

Array = NDArray[np.float64]


@takes(f="function to number", h="real (0, inf)")
def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """`(f(x + h e_i) - f(x - h e_i)) / 2h` for every entry of `x`, a float64 array of any shape.

    `x` is stepped in place, entry by entry, and holds the same bits afterwards (also if `f` raises). The error is of
    order `h**2` from the formula and `1e-16 * |f| / h` from rounding. Raises `ValueError` if `x` is not a float64 array
    that can be written to.

    >>> numerical_gradient(lambda x: float(np.sum(x**2)), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    # No copy will do: `f` may look at `x` itself, as `gradient_check` has the model do.
    if not isinstance(x, np.ndarray) or x.dtype != np.float64 or not x.flags.writeable:
        raise ValueError(f"numerical_gradient: x must be a float64 array that can be stepped in place, not {_kind(x)}")
    gradient = np.empty_like(x, subok=False)
    for i in np.ndindex(x.shape):
        original = x[i]
        try:
            x[i] = original + h
            above = f(x)
            x[i] = original - h
            below = f(x)
        finally:
            x[i] = original
        gradient[i] = (above - below) / (2.0 * h)
    return gradient


@takes(a="array (...)", b="array (...)")
def relative_error(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """`max |a - b| / max(|a| + |b|, 1e-12)` over all entries of two arrays of one shape.

    Raises `ValueError` on different shapes or empty arrays.

    >>> relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    0.5
    """
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12)))


@takes(h="real (0, inf)")
def gradient_check(model: Sequential, x: ArrayLike, y: Any, *, loss: Loss | None = None, h: float = 1e-5) -> float:
    """The relative error of `model`'s gradients against central differences, the largest over its parameters.

    At 1e-6 or less the backward pass is hardly wrong; a kink (ReLU) within `h` of an example can make it larger. A
    difference no larger than the rounding error of the quotient, about `4 * 2.2e-16 * |loss| / h`, counts as 0, since
    nothing can be said about gradients that small. The model runs as outside training (no dropout, running statistics).
    `loss` is softmax cross-entropy unless given. The parameters are the same afterwards. Raises `ValueError` if the
    model is not float64.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    instance("gradient_check: model", model, Sequential, "a Sequential")
    if model.dtype != np.float64:
        raise ValueError(
            f"gradient_check: model must be float64, this one is {model.dtype}: build it with dtype=np.float64"
        )
    model.check(x, y, loss)
    x = np.asarray(x, np.float64)
    at_rest = model.loss_and_grad(x, y, loss, training=False)
    gradient = model.grads.copy()

    def value(_: Array) -> float:
        return loss(model.forward(x), y)[0]

    numerical = numerical_gradient(value, np.asarray(model.params, np.float64), h)
    rounding = 4.0 * np.finfo(np.float64).eps * abs(at_rest) / h
    explained = np.abs(gradient - numerical) <= rounding
    return relative_error(gradient, np.where(explained, gradient, numerical))


def _kind(x: Any) -> str:
    if not isinstance(x, np.ndarray):
        return f"a {type(x).__name__}"
    return f"one of {x.dtype}" if x.dtype != np.float64 else "a read-only one"
