"""Penalties on weights as plain functions: the number that is added to the loss, and its gradient.

L2 is `0.5 * lam * ||w||^2`, so its gradient is `lam * w`. Without the half, as `lam * ||w||^2` (CS231n's notes on
losses, Keras), the same `lam` is twice as strong.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import real_array, shown, takes

Array = NDArray[np.floating]

#: How the names of the parameters begin that `regularize` leaves alone: biases and BatchNorm's beta, and its gamma.
UNPENALIZED = ("b", "gamma")


@takes(w="array (...)", lam="real [0, inf)")
def l2_penalty(w: Array, lam: float) -> tuple[float, Array]:
    """`0.5 * lam * sum(w**2)` and its gradient `lam * w`; returns `loss, grad` for `w` of any shape.

    Raises `ValueError` if `lam` is negative.

    >>> l2_penalty(np.array([3.0, -4.0]), lam=0.1)
    (1.25, array([ 0.3, -0.4]))
    """
    return 0.5 * lam * float(np.sum(w**2)), lam * w


@takes(w="array (...)", lam="real [0, inf)")
def l1_penalty(w: Array, lam: float) -> tuple[float, Array]:
    """`lam * sum(|w|)` and its gradient `lam * sign(w)`, 0 at 0; returns `loss, grad` for `w` of any shape.

    Raises `ValueError` if `lam` is negative. Source: the lasso, Tibshirani 1996.

    >>> l1_penalty(np.array([3.0, -4.0, 0.0]), lam=0.5)
    (3.5, array([ 0.5, -0.5,  0. ]))
    """
    return lam * float(np.sum(np.abs(w))), lam * np.sign(w)


@takes(w="array (...)", l1="real [0, inf)", l2="real [0, inf)")
def elastic_net(w: Array, l1: float, l2: float) -> tuple[float, Array]:
    """L1 and L2 together, `l1 * sum(|w|) + 0.5 * l2 * sum(w**2)`; returns `loss, grad` for `w` of any shape.

    Raises `ValueError` if a strength is negative. Source: Zou & Hastie 2005, whose second term has no half.

    >>> elastic_net(np.array([3.0, -4.0]), l1=0.5, l2=0.1)
    (4.75, array([ 0.8, -0.9]))
    """
    loss1, grad1 = l1_penalty(w, l1)
    loss2, grad2 = l2_penalty(w, l2)
    return loss1 + loss2, grad1 + grad2


@takes(w="array (...)", t="real [0, inf)")
def soft_threshold(w: Array, t: float) -> Array:
    """`sign(w) * max(|w| - t, 0)`: each entry brought nearer to 0 by `t`, and to exactly 0 where it is within `t`.

    It is the `u` with the least `0.5 * (u - w)**2 + t * |u|`, so a gradient step on the rest of the loss, followed by
    this with `t = lr * lam`, is a step of L1 that can end at 0, which a step along `l1_penalty`'s gradient never does
    but by chance. `w` is of any shape; raises `ValueError` if `t` is negative. Source: Donoho 1995; as a step of
    descent, Daubechies et al. 2004.

    >>> soft_threshold(np.array([3.0, -0.5, 0.0, -2.0]), t=1.0)
    array([ 2., -0.,  0., -1.])
    """
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


@takes(lam="real [0, inf)")
def regularize(params: Mapping[str, Array], lam: float) -> tuple[float, dict[str, Array]]:
    """`l2_penalty` of all weights in `params`, a dict of arrays of any shapes; returns `loss, grads`, a dict like it.

    Keys that begin with "b" (biases, and BatchNorm's beta) or "gamma" add nothing to the loss and have a gradient of
    zeros: a bias multiplies no input, so it cannot fit noise in one, and pulling it to 0 only shifts the output. Raises
    `ValueError` if `params` is no mapping to floating arrays, or `lam` is negative.

    >>> regularize({"w": np.array([[2.0]]), "b": np.array([5.0])}, lam=0.5)
    (1.0, {'w': array([[1.]]), 'b': array([0.])})
    """
    loss, grads = 0.0, {}
    for name, value in _arrays(params).items():
        if name.startswith(UNPENALIZED):
            grads[name] = np.zeros_like(value)
        else:
            penalty, grads[name] = l2_penalty(value, lam)
            loss += penalty
    return loss, grads


@takes(w="array (D, H)", c="real (0, inf)")
def max_norm(w: Array, c: float) -> Array:
    """`w` with each column whose norm is above `c` scaled down to norm `c`; `w` is `(D, H)`, one column per unit.

    Not a penalty but a constraint, applied after the update; the other columns stay as they are, bit for bit. Raises
    `ValueError` if `c` is not above 0. Source: Srebro & Shraibman 2005; with dropout in Srivastava et al. 2014,
    section 5.1.

    >>> max_norm(np.array([[3.0, 0.3], [4.0, 0.4]]), c=1.0)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """
    norms: Array = np.linalg.norm(w, axis=0)
    return w * (c / np.maximum(norms, c))  # exactly 1 for a column within the limit, and never divided by 0


def _arrays(params: Mapping[str, Array]) -> dict[str, Array]:
    if not isinstance(params, Mapping):
        raise ValueError(f"regularize: params must be a dict of arrays, not {shown(params)}")
    return {str(name): real_array(f"regularize: params[{name!r}]", value) for name, value in params.items()}
