"""Gradient clipping: gradients cut down before an update, to a norm or entry by entry (Pascanu et al. 2013)."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import number, shown, takes

Array = NDArray[np.floating]


@takes(grad="array (...)", max_norm="real (0, inf)")
def clip_by_norm(grad: Array, max_norm: float) -> Array:
    """`grad`, of any shape, scaled down to the Euclidean norm `max_norm` if its own is larger; its direction stays.

    The norm is that of the whole array: pass all of a model's gradients as one vector. A gradient with NaN or infinity
    cannot be scaled to a norm, and is returned unchanged.

    >>> clip_by_norm(np.array([3.0, 4.0]), max_norm=1.0)
    array([0.6, 0.8])
    """
    return grad * _scale(grad, max_norm)[1]


@takes(grad="array (...)", limit="real [0, inf)")
def clip_by_value(grad: Array, limit: float) -> Array:
    """Each entry of `grad`, of any shape, cut to -limit..limit, which changes the direction.

    NaN stays NaN, infinity becomes the limit.

    >>> clip_by_value(np.array([3.0, -0.5]), limit=1.0)
    array([ 1. , -0.5])
    """
    return np.clip(grad, -limit, limit)


def limit_norm(grads: Array, max_norm: float) -> float:
    """`clip_by_norm` in place, on a model's flat gradient `(n_params,)`; returns the norm that it had before.

    If the gradient holds NaN or infinity, so does that norm, and the gradient stays as it is: check for it, and stop.
    """
    if not isinstance(grads, np.ndarray) or grads.dtype.kind != "f" or grads.size == 0:
        raise ValueError(f"limit_norm: grads must be a floating array that is not empty, not {shown(grads)}")
    norm, scale = _scale(grads, number("limit_norm: max_norm", max_norm, "(0, inf)"))
    if scale != 1.0:
        grads *= scale
    return norm


def _scale(grad: NDArray[Any], max_norm: float) -> tuple[float, float]:
    """The norm of `grad`, and what it must be multiplied by."""
    flat = grad.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        norm = math.sqrt(flat @ flat)
        if math.isinf(norm):  # the squares of large float32 numbers overflow where the norm does not
            norm = float(np.linalg.norm(flat.astype(np.float64)))
    return norm, max_norm / norm if max_norm < norm < math.inf else 1.0
