"""Update rules as pure functions: weights, gradient and the rule's own state in, new weights and new state out.

`w`, `dw` and the state have one shape, any shape; the state (`v`, `h`, `m`, `d`) starts at 0, `t` counts steps from 1.
All but `newton_step` work entry by entry and use operators only, so that they serve one Python float as well as an
array (through `rule.__wrapped__`, which does not look at its arguments). Bad arguments raise `ValueError` in one line.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(w="array (...)", dw="array (...)", lr="real [0, inf)")
def sgd(w: Array, dw: Array, lr: float) -> Array:
    """Gradient descent, `w - lr * dw`; returns the new `w`, arrays of any one shape.

    >>> sgd(np.array([1.0, 2.0]), np.array([10.0, -10.0]), lr=0.1)
    array([0., 3.])
    """
    return w - lr * dw


@takes(w="array (...)", dw="array (...)", v="array (...)", lr="real [0, inf)", rho="real [0, 1]")
def momentum(w: Array, dw: Array, v: Array, lr: float, rho: float = 0.9) -> tuple[Array, Array]:
    """Momentum (Polyak 1964): `v = rho * v - lr * dw; w = w + v`; returns `w, v`.

    `w`, `dw` and `v` have one shape. `v` is a velocity, in units of `w`: a share `rho` of it survives each step.

    >>> momentum(np.array([1.0]), np.array([10.0]), np.array([0.5]), lr=0.1)
    (array([0.45]), array([-0.55]))
    """
    v = rho * v - lr * dw
    return w + v, v


@takes(w="array (...)", grad_fn="function to array (...)", v="array (...)", lr="real [0, inf)", rho="real [0, 1]")
def nesterov(w: Array, grad_fn: Callable[[Array], Array], v: Array, lr: float, rho: float = 0.9) -> tuple[Array, Array]:
    """Nesterov's momentum in the form of Sutskever et al. (2013), section 2: the gradient is taken ahead.

    `v = rho * v - lr * grad_fn(w + rho * v); w = w + v`; returns `w, v`, arrays of one shape. `grad_fn(w)` gives the
    gradient at `w`, in the shape of `w`.

    >>> nesterov(np.array([1.0]), lambda w: 2.0 * w, np.array([0.5]), lr=0.1)
    (array([1.16]), array([0.16]))
    """
    v = rho * v - lr * grad_fn(w + rho * v)
    return w + v, v


@takes(w="array (...)", dw="array (...)", h="array (...) of 0 or more", lr="real [0, inf)", eps="real [0, inf)")
def adagrad(w: Array, dw: Array, h: Array, lr: float, eps: float = 1e-8) -> tuple[Array, Array]:
    """AdaGrad (Duchi et al. 2011), diagonal form: `h = h + dw**2; w = w - lr * dw / (sqrt(h) + eps)`; returns `w, h`.

    `w`, `dw` and `h` have one shape. `h`, the sum of the squared gradients so far, is 0 before the first step.

    >>> adagrad(np.array([1.0]), np.array([3.0]), np.array([16.0]), lr=0.5)
    (array([0.7]), array([25.]))
    """
    h = h + dw * dw
    return w - lr * dw / (h**0.5 + eps), h


@takes(
    w="array (...)",
    dw="array (...)",
    h="array (...) of 0 or more",
    lr="real [0, inf)",
    decay="real [0, 1)",
    eps="real [0, inf)",
)
def rmsprop(w: Array, dw: Array, h: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> tuple[Array, Array]:
    """RMSProp (Tieleman & Hinton 2012, lecture 6.5): AdaGrad whose sum of squares forgets; returns `w, h`.

    `h = decay * h + (1 - decay) * dw**2; w = w - lr * dw / (sqrt(h) + eps)`; `w`, `dw` and `h` have one shape.

    >>> rmsprop(np.array([1.0]), np.array([3.0]), np.array([1.0]), lr=0.5, decay=0.0)
    (array([0.5]), array([9.]))
    """
    h = decay * h + (1.0 - decay) * dw * dw
    return w - lr * dw / (h**0.5 + eps), h


@takes(
    w="array (...)",
    dw="array (...)",
    h="array (...) of 0 or more",
    d="array (...) of 0 or more",
    rho="real [0, 1)",
    eps="real (0, inf)",
)
def adadelta(
    w: Array, dw: Array, h: Array, d: Array, rho: float = 0.95, eps: float = 1e-6
) -> tuple[Array, Array, Array]:
    """AdaDelta (Zeiler 2012, algorithm 1), which has no learning rate; returns `w, h, d`.

    `h` averages squared gradients, `d` squared updates; all arrays have one shape. `h = rho * h + (1 - rho) * dw**2`,
    `update = sqrt(d + eps) / sqrt(h + eps) * dw`, `d = rho * d + (1 - rho) * update**2`, `w - update`. `eps` is inside
    both roots: without it the first update, where `d` is 0, would be 0 and so would all later ones.

    >>> adadelta(np.array([1.0]), np.array([2.0]), np.array([0.0]), np.array([0.0]), rho=0.25, eps=1.0)
    (array([0.]), array([3.]), array([0.75]))
    """
    h = rho * h + (1.0 - rho) * dw * dw
    update = ((d + eps) / (h + eps)) ** 0.5 * dw
    d = rho * d + (1.0 - rho) * update * update
    return w - update, h, d


@takes(
    w="array (...)",
    dw="array (...)",
    m="array (...)",
    v="array (...) of 0 or more",
    t="whole [1, inf)",
    lr="real [0, inf)",
    beta1="real [0, 1)",
    beta2="real [0, 1)",
    eps="real [0, inf)",
)
def adam(
    w: Array,
    dw: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Adam (Kingma & Ba 2015, algorithm 1); returns `w, m, v`.

    `m = beta1 * m + (1 - beta1) * dw` averages the gradient, `v = beta2 * v + (1 - beta2) * dw**2` its square; all
    arrays have one shape. Both start at 0, so early averages are too small, by the factors that `m_hat = m / (1 -
    beta1**t)` and `v_hat = v / (1 - beta2**t)` divide out. The step is `w - lr * m_hat / (sqrt(v_hat) + eps)`.

    >>> w, m, v = adam(np.zeros(2), np.array([1e-3, -5.0]), np.zeros(2), np.zeros(2), t=1, lr=0.1)
    >>> w.round(5)  # the first step is lr, whatever the gradient's size
    array([-0.1,  0.1])
    """
    m = beta1 * m + (1.0 - beta1) * dw
    v = beta2 * v + (1.0 - beta2) * dw * dw
    m_hat = m / (1.0 - beta1**t)
    v_hat = v / (1.0 - beta2**t)
    return w - lr * m_hat / (v_hat**0.5 + eps), m, v


_adam = inspect.unwrap(adam)  # without the checks, which `adamw` has made


@takes(
    w="array (...)",
    dw="array (...)",
    m="array (...)",
    v="array (...) of 0 or more",
    t="whole [1, inf)",
    lr="real [0, inf)",
    weight_decay="real [0, inf)",
    beta1="real [0, 1)",
    beta2="real [0, 1)",
    eps="real [0, inf)",
)
def adamw(
    w: Array,
    dw: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float,
    weight_decay: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """AdamW (Loshchilov & Hutter 2019): Adam with weight decay kept out of the averages; returns `w, m, v`.

    `w - lr * (m_hat / (sqrt(v_hat) + eps) + weight_decay * w)`, all with the old `w`; `m_hat`, `v_hat` and the shapes
    are those of `adam`.

    >>> w, m, v = adamw(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1), t=1, lr=0.1, weight_decay=0.5)
    >>> w
    array([0.95])
    """
    stepped, m, v = _adam(w, dw, m, v, t, lr, beta1, beta2, eps)
    return stepped - lr * weight_decay * w, m, v


@takes(w="array (D)", grad="array (D)", hessian="finite array (D, D)")
def newton_step(w: Array, grad: Array, hessian: Array) -> Array:
    """One step of Newton's method, `w - inverse(hessian) @ grad`; `(D,)`, `(D,)` and a symmetric `(D, D)`.

    The inverse is never formed; a linear system is solved instead. The step ends where the quadratic with this `grad`
    and `hessian` is flat, which is its minimum only if the Hessian is positive definite. Raises `ValueError` if the
    Hessian is not symmetric, or singular to working precision.

    >>> newton_step(np.array([3.0, 4.0]), grad=np.array([6.0, 80.0]), hessian=np.diag([2.0, 20.0]))
    array([0., 0.])
    """
    _check_invertible(hessian)
    return w - np.linalg.solve(hessian, grad)


def _check_invertible(hessian: NDArray[Any]) -> None:
    if not np.allclose(hessian, hessian.T, rtol=0.0, atol=1e-4 * float(np.abs(hessian).max())):
        raise ValueError("newton_step: hessian must be symmetric, it differs from its transpose")
    if np.linalg.cond(hessian) * np.finfo(hessian.dtype).eps >= 1.0:
        raise ValueError("newton_step: hessian must be invertible, this one is singular to working precision")
