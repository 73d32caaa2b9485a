"""ReLU, leaky ReLU and PReLU as layers. They compute what the functions in `activations` define, into buffers."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy import greater, maximum, multiply

from coursekit.arguments import number
from coursekit.nn.activations import prelu, prelu_backward
from coursekit.nn.layer import Array, Layer, PlainLayer, Shape


class ReLU(Layer):
    """`max(0, x)`."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, the slope at each entry (0 or 1), and the gradient."""
        size = (prod(shape), n)
        self._out, self._values = self.signal("out", shape, n)
        self._slope, self._dx = self.buffer("slope", size), self.buffer("dx", size)
        # An array of full size, not a number: `maximum` is three times slower against a number.
        self._zeros = self.buffer("zeros", size)
        self._zeros.fill(0.0)

    def forward(self, x: Array, training: bool = False) -> Array:
        """The signal of `max(0, x)`."""
        inputs = x[..., :-1, :]
        if self.in_place:
            self._out, self._values = x, inputs
        maximum(inputs, self._zeros, out=self._values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout` where `x > 0`, else 0."""
        # A product with the slopes: assignment through a boolean mask is many times slower.
        greater(self._values, self._zeros, self._slope)
        multiply(dout, self._slope, self._dx)
        return self._dx


class LeakyReLU(Layer):
    """`x` where `x > 0`, else `alpha * x`, with a constant slope `0 <= alpha < 1`."""

    def __init__(self, alpha: float = 0.01) -> None:
        super().__init__()
        self.alpha = number("LeakyReLU: alpha", alpha, "[0, 1]")

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, the slope at each entry (`alpha` or 1), and the gradient."""
        size = (prod(shape), n)
        self._out, self._values = self.signal("out", shape, n)
        self._slope, self._dx = self.buffer("slope", size), self.buffer("dx", size)
        self._alphas = self.buffer("alphas", size)
        self._alphas.fill(self.alpha)
        self._zero = np.zeros((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """The signal of `max(x, alpha * x)`."""
        self._x = x[..., :-1, :]
        multiply(self._x, self._alphas, self._values)
        maximum(self._x, self._values, out=self._values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout` where `x > 0`, else `alpha * dout`."""
        greater(self._x, self._zero, self._slope)
        maximum(self._slope, self._alphas, out=self._slope)
        multiply(dout, self._slope, self._dx)
        return self._dx

    def __repr__(self) -> str:
        return f"LeakyReLU({self.alpha})"


class PReLU(PlainLayer):
    """Leaky ReLU whose slope is learned: one parameter `alpha`, shape `()`, for all units (He et al. 2015)."""

    def __init__(self, alpha: float = 0.25) -> None:
        super().__init__()
        self.alpha = number("PReLU: alpha", alpha)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`alpha`."""
        return {"alpha": ()}

    def initialize(self, rng: np.random.Generator) -> None:
        """The slope starts at the constructor's `alpha`."""
        self.params["alpha"][...] = self.alpha

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`prelu`."""
        return prelu(x, float(params["alpha"]))

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`prelu_backward`."""
        dx, dalpha = prelu_backward(dout, x, float(params["alpha"]))
        return dx, {"alpha": dalpha}

    def __repr__(self) -> str:
        return f"PReLU({self.alpha})"
