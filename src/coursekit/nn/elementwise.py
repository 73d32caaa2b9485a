"""Activation layers made of a pair of functions: the engine's own smooth units, or a student's pair."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from coursekit.arguments import function, name_of, number
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
from coursekit.nn.layer import Array, Calls, Layer, PlainLayer, Shape, without_ones

Forward = Callable[[Array], Array]
Backward = Callable[[Array, Array], Array]


class Elementwise(PlainLayer):
    """An activation from a pair of YOUR functions: `forward(x)` and `backward(dout, x)`, both pure, for `(N, D)`.

    The pair is looked at on its first use with a batch of a new shape: a result of a wrong type, shape or dtype, or a
    changed input, raises `ValueError` that names the function.

    >>> Elementwise(np.tanh, lambda dout, x: dout / np.cosh(x) ** 2)
    Elementwise(tanh)
    """

    def __init__(self, forward: Forward, backward: Backward) -> None:
        super().__init__()
        self.function = function("Elementwise: forward", forward)
        self.derivative = function("Elementwise: backward", backward)

    def allocate(self, shape: Shape, n: int) -> None:
        """Memory, and the note to look at the pair again: what fits one example may not fit many."""
        super().allocate(shape, n)
        self._seen: set[str] = set()

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`forward(x)`."""
        return self._call("forward", self.function, x=x)

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`backward(dout, x)`."""
        return self._call("backward", self.derivative, dout=dout, x=x), {}

    def _call(self, which: str, pure: Callable[..., Array], **given: Array) -> Array:
        if which in self._seen:
            return pure(*given.values())
        result, x = call_watched(pure, given), given["x"]
        if not isinstance(result, np.ndarray):
            what = type(result).__name__
            raise ValueError(f"{name_of(pure)} must return an array like its input, it returned {what}")
        if result.shape != x.shape or result.dtype != x.dtype:
            raise ValueError(
                f"{name_of(pure)} must keep shape and dtype: given {x.dtype} {x.shape}, "
                f"it returned {result.dtype} {result.shape}"
            )
        self._seen.add(which)
        return result

    def __repr__(self) -> str:
        return f"{type(self).__name__}({name_of(self.function)})"


def call_watched(pure: Callable[..., Any], given: Mapping[str, Array], *more: Any) -> Any:
    """What a function of the reader's gives for `given` and `more`; `ValueError` if it changed an array of `given`."""
    before = {name: array.copy() for name, array in given.items()}
    result = pure(*given.values(), *more)
    for name, array in given.items():
        if not np.array_equal(before[name], array, equal_nan=True):
            raise ValueError(f"{name_of(pure)} must not change its input {name}: work on a copy")
    return result


class _Pair(Layer):
    """A layer of one of the engine's own pairs, which work on arrays of any shape: no turning round, no looking."""

    def __init__(self, forward: Forward, backward: Backward) -> None:
        super().__init__()
        self.function, self.derivative = forward, backward

    rereads_output = False

    def allocate(self, shape: Shape, n: int) -> None:
        """The output and the gradient."""
        self.take_out_and_dx(shape, n)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """The function's values."""
        self._x = without_ones(x)
        return [(_write, without_ones(self.out), self.function, self._x)]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """The derivative's values."""
        return [(_write, self.dx, self.derivative, dout, self._x)]


def _write(out: Array, pure: Callable[..., Array], *arguments: Array) -> None:
    out[...] = pure(*arguments)


class ELU(_Pair):
    """`x` where `x > 0`, else `alpha * (exp(x) - 1)` (Clevert et al. 2016)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = number("ELU: alpha", alpha, "[0, inf)")
        super().__init__(partial(elu, alpha=alpha), partial(elu_backward, alpha=alpha))

    def __repr__(self) -> str:
        return f"ELU({self.alpha})"


class GELU(_Pair):
    """`x * Phi(x)` in its tanh form (Hendrycks & Gimpel 2016)."""

    def __init__(self) -> None:
        super().__init__(gelu, gelu_backward)


class SiLU(_Pair):
    """`x * sigmoid(x)` (Elfwing et al. 2018)."""

    def __init__(self) -> None:
        super().__init__(silu, silu_backward)


class Softplus(_Pair):
    """`log(1 + exp(x))` (Dugas et al. 2001)."""

    def __init__(self) -> None:
        super().__init__(softplus, softplus_backward)
