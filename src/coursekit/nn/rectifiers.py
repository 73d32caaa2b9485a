"""ReLU, leaky ReLU and PReLU as layers. They compute what the functions in `activations` define."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import greater, multiply

from coursekit.arguments import number
from coursekit.nn.activations import prelu, prelu_backward
from coursekit.nn.layer import Array, Calls, Layer, PlainLayer, Shape, larger, without_ones


class ReLU(Layer):
    """`max(0, x)`."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, the slope at each entry (0 or 1), and the gradient."""
        self.take_out_and_dx(shape, n)
        self._slope, self._zeros = self.buffer("slope", self.dx.shape[-2:]), self.buffer("zeros", self.dx.shape[-2:])
        self._zeros.fill(0.0)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """`max(0, x)`."""
        self._values = self.values_for(x)
        return [(larger, without_ones(x), self._zeros, self._values)]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`dout` where `x > 0`, else 0: a product with the slopes, since a boolean mask is many times slower."""
        return [(greater, self._values, self._zeros, self._slope), (multiply, dout, self._slope, self.dx)]


class LeakyReLU(Layer):
    """`x` where `x > 0`, else `alpha * x`, with a constant slope `0 <= alpha <= 1`."""

    rereads_output = False

    def __init__(self, alpha: float = 0.01) -> None:
        super().__init__()
        self.alpha = number("LeakyReLU: alpha", alpha, "[0, 1]")

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, the slope at each entry (`alpha` or 1), and the gradient."""
        self.take_out_and_dx(shape, n)
        self._slope, self._alphas = self.buffer("slope", self.dx.shape[-2:]), self.buffer("alphas", self.dx.shape[-2:])
        self._alphas.fill(self.alpha)
        self._zero = np.zeros((), self.dtype)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """`max(x, alpha * x)`."""
        self._x, values = without_ones(x), without_ones(self.out)
        return [(multiply, self._x, self._alphas, values), (larger, self._x, values, values)]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`dout` where `x > 0`, else `alpha * dout`."""
        return [
            (greater, self._x, self._zero, self._slope),
            (larger, self._slope, self._alphas, self._slope),
            (multiply, dout, self._slope, self.dx),
        ]

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
