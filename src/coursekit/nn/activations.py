"""Activation functions and their backward passes, as plain functions of arrays.

Every `*_backward(dout, x)` returns the gradient of `sum(dout * forward(x))` with respect to `x`, where `x` is the value
BEFORE the activation. All but maxout work entry by entry on arrays of any shape; they keep the dtype of a floating
input (whole numbers are taken as float64) and never change it. At a kink the derivative is that of the side
`x <= 0`, so relu's derivative at exactly 0 is 0. They raise `ValueError` on an array that does not hold real numbers, a
`dout` whose shape is not that of `x`, or a slope outside its interval.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(x="array (...) or empty")
def sigmoid(x: Array) -> Array:
    """The logistic function `1 / (1 + exp(-x))`, entry by entry; `x` has any shape, the values lie in (0, 1).

    Computed from `exp(-|x|)`, which cannot overflow, so no finite input gives a warning.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, decay).astype(decay.dtype, copy=False) / (1.0 + decay)


@takes(dout="array (...) or empty", x="array (...) or empty")
def sigmoid_backward(dout: Array, x: Array) -> Array:
    """`dout * s * (1 - s)` with `s = sigmoid(x)`; `dout` has the shape of `x`, any shape.

    `1 - sigmoid(x)` is computed as `sigmoid(-x)`: the same number, but exact where `s` has rounded to 1.
    """
    slope: Array = sigmoid(x) * sigmoid(-x)
    return dout * slope


@takes(x="array (...) or empty")
def tanh(x: Array) -> Array:
    """The hyperbolic tangent, `2 * sigmoid(2x) - 1`; `x` has any shape, the values lie in (-1, 1) around 0."""
    return np.tanh(x)


@takes(dout="array (...) or empty", x="array (...) or empty")
def tanh_backward(dout: Array, x: Array) -> Array:
    """`dout * (1 - tanh(x)**2)`; `dout` has the shape of `x`, any shape."""
    return dout * (1.0 - np.tanh(x) ** 2)


@takes(x="array (...) or empty")
def relu(x: Array) -> Array:
    """The rectified linear unit, `max(0, x)` entry by entry; `x` has any shape (Nair & Hinton 2010).

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(x, 0.0)


@takes(dout="array (...) or empty", x="array (...) or empty")
def relu_backward(dout: Array, x: Array) -> Array:
    """`dout` where `x > 0`, else 0; `dout` has the shape of `x`, any shape.

    >>> relu_backward(np.array([5.0, 5.0, 5.0]), np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 5.])
    """
    return dout * (x > 0)


@takes(x="array (...) or empty", alpha="real [0, 1]")
def leaky_relu(x: Array, alpha: float = 0.01) -> Array:
    """`x` where `x > 0`, else `alpha * x`; `x` has any shape (Maas et al. 2013).

    The slope `alpha` is a constant, `0 <= alpha < 1`; at the limit, 1, this is the identity. Raises `ValueError` if it
    lies outside [0, 1].

    >>> leaky_relu(np.array([-2.0, 3.0]), alpha=0.5)
    array([-1.,  3.])
    """
    return np.where(x > 0, x, alpha * x)


@takes(dout="array (...) or empty", x="array (...) or empty", alpha="real [0, 1]")
def leaky_relu_backward(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    """`dout` where `x > 0`, else `alpha * dout`; `dout` has the shape of `x`, any shape."""
    return np.where(x > 0, dout, alpha * dout)


@takes(x="array (...) or empty", alpha="real (-inf, inf)")
def prelu(x: Array, alpha: float) -> Array:
    """`max(0, x) + alpha * min(0, x)`: leaky ReLU with a learned slope, which may be any number (He et al. 2015).

    `x` has any shape; `alpha` is one number for all units.
    """
    return np.maximum(x, 0.0) + alpha * np.minimum(x, 0.0)


@takes(dout="array (...) or empty", x="array (...) or empty", alpha="real (-inf, inf)")
def prelu_backward(dout: Array, x: Array, alpha: float) -> tuple[Array, float]:
    """Gradients of `prelu` with respect to its input and to the slope that all units share.

    Returns `dx` (shape of `x`) and `dalpha = sum(dout * x)` over the entries with `x <= 0`.
    """
    dx = np.where(x > 0, dout, alpha * dout)
    dalpha = float(np.sum(dout * np.minimum(x, 0.0)))
    return dx, dalpha


@takes(x="array (...) or empty", alpha="real [0, inf)")
def elu(x: Array, alpha: float = 1.0) -> Array:
    """`x` where `x > 0`, else `alpha * (exp(x) - 1)`; `x` has any shape (Clevert et al. 2016).

    `alpha` is a constant; raises `ValueError` if it is negative.

    >>> elu(np.array([-1e4, 0.0, 3.0]), alpha=2.0)
    array([-2.,  0.,  3.])
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


@takes(dout="array (...) or empty", x="array (...) or empty", alpha="real [0, inf)")
def elu_backward(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    """`dout` where `x > 0`, else `dout * alpha * exp(x)`; `dout` has the shape of `x`, any shape."""
    return np.where(x > 0, dout, dout * (alpha * np.exp(np.minimum(x, 0.0))))


@takes(x="array (N, D)", w1="array (D, H)", b1="array (H)", w2="array (D, H)", b2="array (H)")
def maxout(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    """The larger of two linear units, `max(x @ w1 + b1, x @ w2 + b2)` (Goodfellow et al. 2013).

    `x` is `(N, D)`, `w1` and `w2` are `(D, H)`, `b1` and `b2` are `(H,)`; the result is `(N, H)`. Raises `ValueError`
    if the shapes do not fit.
    """
    return np.maximum(x @ w1 + b1, x @ w2 + b2)


@takes(
    dout="array (N, H)",
    x="array (N, D)",
    w1="array (D, H)",
    b1="array (H)",
    w2="array (D, H)",
    b2="array (H)",
)
def maxout_backward(
    dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Gradients `dx, dw1, db1, dw2, db2` of maxout; only the unit that won an entry gets its gradient.

    `dout` is `(N, H)`, the others as in `maxout`. A tie goes to the second unit.
    """
    first_won = x @ w1 + b1 > x @ w2 + b2
    dout1, dout2 = dout * first_won, dout * ~first_won
    dx = dout1 @ w1.T + dout2 @ w2.T
    return dx, x.T @ dout1, dout1.sum(axis=0), x.T @ dout2, dout2.sum(axis=0)


@takes(x="array (...) or empty")
def softplus(x: Array) -> Array:
    """`log(1 + exp(x))`, a smooth ReLU whose derivative is the sigmoid; `x` has any shape (Dugas et al. 2001)."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


@takes(dout="array (...) or empty", x="array (...) or empty")
def softplus_backward(dout: Array, x: Array) -> Array:
    """`dout * sigmoid(x)`; `dout` has the shape of `x`, any shape."""
    return dout * sigmoid(x)


@takes(x="array (...) or empty")
def silu(x: Array) -> Array:
    """`x * sigmoid(x)`, also called swish; `x` has any shape (Elfwing et al. 2018; Ramachandran et al. 2017)."""
    return x * sigmoid(x)


@takes(dout="array (...) or empty", x="array (...) or empty")
def silu_backward(dout: Array, x: Array) -> Array:
    """`dout * s * (1 + x * (1 - s))` with `s = sigmoid(x)`; `dout` has the shape of `x`, any shape."""
    return dout * sigmoid(x) * (1.0 + x * sigmoid(-x))


_GELU_SLOPE: float = 2.0 * (2.0 / np.pi) ** 0.5
_GELU_CUBIC = 0.044715


@takes(x="array (...) or empty")
def gelu(x: Array) -> Array:
    """`x * Phi(x)`, Phi the normal distribution function, in the tanh form of Hendrycks & Gimpel (2016).

    `x` has any shape. `0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`; it differs from the exact form by less
    than 5e-4.
    """
    return x * sigmoid(_GELU_SLOPE * x * (1.0 + _GELU_CUBIC * x * x))


@takes(dout="array (...) or empty", x="array (...) or empty")
def gelu_backward(dout: Array, x: Array) -> Array:
    """`dout` times the derivative of the tanh form; `dout` has the shape of `x`, any shape."""
    inner = _GELU_SLOPE * x * (1.0 + _GELU_CUBIC * x * x)
    slope = _GELU_SLOPE * (1.0 + 3.0 * _GELU_CUBIC * x * x)
    return dout * sigmoid(inner) * (1.0 + x * sigmoid(-inner) * slope)


@takes(h="array (N, D)")
def dead_fraction(h: Array) -> float:
    """Share of units (columns of `h`, `(N, D)`) whose output is 0 for every one of the N examples.

    >>> dead_fraction(np.array([[0.0, 1.0], [0.0, 0.0]]))
    0.5
    """
    return float(np.mean(np.all(h == 0, axis=0)))


#: Every elementwise activation by name: `(forward(x), backward(dout, x))`, parameters at their defaults.
#: PReLU is missing because its backward pass returns two gradients; with a fixed slope it is leaky ReLU.
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "sigmoid": (sigmoid, sigmoid_backward),
    "tanh": (tanh, tanh_backward),
    "relu": (relu, relu_backward),
    "leaky_relu": (leaky_relu, leaky_relu_backward),
    "elu": (elu, elu_backward),
    "gelu": (gelu, gelu_backward),
    "silu": (silu, silu_backward),
    "softplus": (softplus, softplus_backward),
}
