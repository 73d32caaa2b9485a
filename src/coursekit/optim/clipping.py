"""Gradient clipping: gradients cut down before an update, to a norm or entry by entry (Pascanu et al. 2013)."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import number, shown, takes

Array = NDArray[np.floating]


@takes(grad="array (...)", max_norm="real (0, inf)")
def clip_by_norm(grad: Array, max_norm: float) -> Array:
    """`grad`, scaled to the Euclidean norm `max_norm` where its own is larger; its direction stays.

    The norm is that of the whole array: hand in all of a model's gradients as one vector. A gradient that holds NaN or
    infinity has no norm to be scaled to, and comes back as it is.

    >>> clip_by_norm(np.array([3.0, 4.0]), max_norm=1.0)
    array([0.6, 0.8])
    """
    return grad * _scale(grad, max_norm)[1]


@takes(grad="array (...)", limit="real [0, inf)")
def clip_by_value(grad: Array, limit: float) -> Array:
    """Each entry of `grad` cut to -limit..limit; this changes the direction. NaN stays NaN, infinity becomes the limit.

    >>> clip_by_value(np.array([3.0, -0.5]), limit=1.0)
    array([ 1. , -0.5])
    """
    return np.clip(grad, -limit, limit)


def limit_norm(grads: Array, max_norm: float) -> float:
    """`clip_by_norm` in place, on the flat gradient of a model; returns the norm it had before.

    That norm is NaN or infinite where the gradient is, which is then left as it is: look at it, and stop.
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
