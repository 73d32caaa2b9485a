"""Update rules as pure functions: weights, gradient and the rule's own state in, new weights and new state out."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def sgd(w: Array, dw: Array, lr: float) -> Array:
    """Gradient descent, `w - lr * dw`; arrays of one shape.

    >>> sgd(np.array([1.0, 2.0]), np.array([10.0, -10.0]), lr=0.1)
    array([0., 3.])
    """
    return w - lr * dw


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

    `m` and `v`, of the shape of `w`, average the gradient and its square and start at 0; `t` counts steps from 1 and
    undoes that start: `m_hat = m / (1 - beta1**t)`, `v_hat = v / (1 - beta2**t)`,
    `w - lr * m_hat / (sqrt(v_hat) + eps)`. Raises `ValueError` if `t` is below 1.
    """
    if t < 1:
        raise ValueError(f"adam: t counts steps from 1, it cannot be {t}")
    m = beta1 * m + (1.0 - beta1) * dw
    v = beta2 * v + (1.0 - beta2) * dw * dw
    m_hat = m / (1.0 - beta1**t)
    v_hat = v / (1.0 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
