"""Dropout as plain functions: inverted, which scales while it trains, and plain, which scales afterwards.

`p` is always the probability to DROP an entry. Srivastava et al. (2014) write p for the probability to keep it.
"""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(x="array (...)", p="real [0, 1)", rng="rng", training="flag")
def dropout(x: Array, p: float, rng: np.random.Generator, training: bool = True) -> tuple[Array, Array]:
    """Inverted dropout: each entry of `x` is set to 0 with probability `p`, the others are divided by `1 - p`.

    Returns `out, mask` with `out = x * mask`, of the shape and dtype of `x`. The mask holds 0 and `1 / (1 - p)`, drawn
    independently for every entry, so the mean of `out` over many masks is `x`, and evaluation needs nothing: without
    `training` the mask is all ones and nothing is drawn. Raises `ValueError` if `p` is outside [0, 1). Source:
    Srivastava et al. 2014, sections 4 and 10.

    >>> out, mask = dropout(np.ones((2, 4)), 0.5, np.random.default_rng(0))
    >>> out
    array([[2., 0., 0., 0.],
           [2., 2., 2., 2.]])
    """
    if not training:
        return x, np.ones_like(x)
    mask = (rng.random(x.shape) >= p).astype(x.dtype) / (1.0 - p)
    return x * mask, mask


@takes(dout="array (...)", mask="array (...)")
def dropout_backward(dout: Array, mask: Array) -> Array:
    """`dout * mask`: entries that were dropped get no gradient; `mask` is the one that `dropout` returned.

    Raises `ValueError` if the two differ in shape.
    """
    return dout * mask


@takes(x="array (...)", p="real [0, 1)", rng="rng", training="flag")
def plain_dropout(x: Array, p: float, rng: np.random.Generator, training: bool = True) -> tuple[Array, Array]:
    """Dropout as first published: each entry of `x` is set to 0 with probability `p`, the others stay as they are.

    Returns `out, mask` with `out = x * mask`, of the shape and dtype of `x`; the mask holds 0 and 1. The mean of `out`
    is then `(1 - p) * x`, so without `training` the mask is `1 - p` everywhere, which has the effect of
    `dropout_rescale` on the weights of the next layer. `dropout_backward` is the backward pass of this function too.
    Raises `ValueError` if `p` is outside [0, 1). Source: Hinton et al. 2012.
    """
    mask = (rng.random(x.shape) >= p).astype(x.dtype) if training else np.full_like(x, 1.0 - p)
    return x * mask, mask


@takes(w="array (...)", p="real [0, 1)")
def dropout_rescale(w: Array, p: float) -> Array:
    """`(1 - p) * w`, of any shape: the weights to use at test time after training with PLAIN dropout.

    `w` multiplies the entries that were dropped with probability `p`. In training only a share `1 - p` of them was
    there; at test time all are. A net trained with inverted dropout needs no change. Raises `ValueError` if `p` is
    outside [0, 1). Source: Srivastava et al. 2014, figure 2, whose p is this `1 - p`.

    >>> dropout_rescale(np.array([1.0, 2.0]), p=0.2)
    array([0.8, 1.6])
    """
    return (1.0 - p) * w
