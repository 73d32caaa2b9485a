"""Activation layers made of a pair of functions: the engine's own smooth units, or a student's pair."""

from collections.abc import Callable
from functools import partial

import numpy as np

from coursekit.nn.activations import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    silu,
    silu_backward,
    softplus,
    softplus_backward,
)
from coursekit.nn.layer import Array, Layer


class Elementwise(Layer):
    """An activation from a pair: `forward(x)` and `backward(dout, x)`, both pure, keeping shape and dtype.

    The pair is looked at on its first use with a batch of a new shape: a wrong type, shape or dtype, or a changed
    input, raises `TypeError` or `ValueError` that names the function.

    >>> Elementwise(np.tanh, lambda dout, x: dout / np.cosh(x) ** 2)
    Elementwise(tanh)
    """

    def __init__(self, forward: Callable[[Array], Array], backward: Callable[[Array, Array], Array]) -> None:
        super().__init__()
        for name, function in (("forward", forward), ("backward", backward)):
            if not callable(function):
                raise TypeError(f"Elementwise: {name} must be a function of arrays, not {function!r}")
        self.function, self.derivative = forward, backward

    def allocate(self, shape: tuple[int, ...]) -> None:
        """Nothing but the note to look at the pair again: what fits one example may not fit many."""
        self._forward_seen = self._backward_seen = False

    def forward(self, x: Array, training: bool = False) -> Array:
        """`forward(x)`, of the shape of `x`."""
        self.make_room(x)
        self._x = x
        if self._forward_seen:
            return self.function(x)
        before = x.copy()
        out = self.function(x)
        _check_result(self.function, out, before, x)
        self._forward_seen = True
        return out

    def backward(self, dout: Array) -> Array:
        """`backward(dout, x)` with the `x` of the last forward pass."""
        if self._backward_seen:
            return self.derivative(dout, self._x)
        before, dout_before = self._x.copy(), dout.copy()
        dx = self.derivative(dout, self._x)
        _check_result(self.derivative, dx, before, self._x)
        if not np.array_equal(dout_before, dout, equal_nan=True):
            raise ValueError(f"{_name(self.derivative)} must not change its input dout: work on a copy")
        self._backward_seen = True
        return dx

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_name(self.function)})"


def _name(function: Callable[..., Array]) -> str:
    inner = function.func if isinstance(function, partial) else function
    return str(getattr(inner, "__name__", inner))


def _check_result(function: Callable[..., Array], result: object, before: Array, x: Array) -> None:
    name = _name(function)
    if not isinstance(result, np.ndarray):
        raise TypeError(f"{name} must return an array like its input, it returned {type(result).__name__}")
    if result.shape != x.shape or result.dtype != x.dtype:
        raise ValueError(
            f"{name} must keep shape and dtype: given {x.dtype} {x.shape}, it returned {result.dtype} {result.shape}"
        )
    if not np.array_equal(before, x, equal_nan=True):
        raise ValueError(f"{name} must not change its input x: work on a copy")


class ELU(Elementwise):
    """`x` where `x > 0`, else `alpha * (exp(x) - 1)` (Clevert et al. 2016)."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(partial(elu, alpha=alpha), partial(elu_backward, alpha=alpha))
        self.alpha = alpha

    def __repr__(self) -> str:
        return f"ELU({self.alpha})"


class _Named(Elementwise):
    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class GELU(_Named):
    """`x * Phi(x)` in its tanh form (Hendrycks & Gimpel 2016)."""

    def __init__(self) -> None:
        super().__init__(gelu, gelu_backward)


class SiLU(_Named):
    """`x * sigmoid(x)` (Elfwing et al. 2018)."""

    def __init__(self) -> None:
        super().__init__(silu, silu_backward)


class Softplus(_Named):
    """`log(1 + exp(x))` (Dugas et al. 2001)."""

    def __init__(self) -> None:
        super().__init__(softplus, softplus_backward)
