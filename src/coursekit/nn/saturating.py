"""Sigmoid and tanh as layers. They compute what the functions in `activations` define, into memory that stays."""

import numpy as np
from numpy import add, divide, exp, multiply, negative, subtract, tanh

from coursekit.nn.layer import Array, Calls, Layer, Shape, larger, without_ones


class Sigmoid(Layer):
    """`1 / (1 + exp(-x))`."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, `exp(-x)` and the gradient."""
        self.take_out_and_dx(shape, n)
        self._decay, self._lowest = self.buffer("decay", self.dx.shape[-2:]), self.buffer("lowest", self.dx.shape[-2:])
        # Below this exp(-x), or its reciprocal, would leave the normal numbers.
        self._lowest.fill(np.log(np.finfo(self.dx.dtype).tiny) + 0.3)
        self._one = np.ones((), self.dtype)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """The sigmoids, and `exp(-x)` for the way back."""
        decay, one, values = self._decay, self._one, self.values_for(x)
        self._values = values
        return [
            (larger, without_ones(x), self._lowest, decay),
            (negative, decay, decay),
            (exp, decay, decay),
            (add, decay, one, values),
            (divide, one, values, values),
        ]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`dout * s * (1 - s)`, with `1 - s` as `exp(-x) * s`, which is exact where `s` has rounded to 1."""
        return [
            (multiply, self._decay, self._values, self.dx),
            (multiply, self.dx, self._values, self.dx),
            (multiply, self.dx, dout, self.dx),
        ]


class Tanh(Layer):
    """The hyperbolic tangent."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output and the gradient."""
        self.take_out_and_dx(shape, n)
        self._one = np.ones((), self.dtype)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """The tangents."""
        self._values = self.values_for(x)
        return [(tanh, without_ones(x), self._values)]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`dout * (1 - tanh(x)**2)`."""
        return [
            (multiply, self._values, self._values, self.dx),
            (subtract, self._one, self.dx, self.dx),
            (multiply, self.dx, dout, self.dx),
        ]
