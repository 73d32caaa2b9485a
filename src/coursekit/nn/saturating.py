"""Sigmoid and tanh as layers. They compute what the functions in `activations` define, into buffers."""

from math import prod

import numpy as np
from numpy import add, divide, exp, maximum, multiply, negative, subtract, tanh

from coursekit.nn.layer import Array, Layer, Shape


class Sigmoid(Layer):
    """`1 / (1 + exp(-x))`."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, `exp(-x)` and the gradient."""
        size = (prod(shape), n)
        self._out, self._values = self.signal("out", shape, n)
        self._decay, self._dx = self.buffer("decay", size), self.buffer("dx", size)
        # Below this exp(-x), or its reciprocal, would leave the normal numbers. An array of full size, not a number:
        # `maximum` is three times slower against a number.
        self._lowest = self.buffer("lowest", size)
        self._lowest.fill(np.log(np.finfo(self._out.dtype).tiny) + 0.3)
        self._one = np.ones((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """The signal of the sigmoids."""
        decay, inputs = self._decay, x[..., :-1, :]
        if self.in_place:
            self._out, self._values = x, inputs
        values = self._values
        maximum(inputs, self._lowest, out=decay)
        negative(decay, decay)
        exp(decay, decay)
        add(decay, self._one, values)
        divide(self._one, values, values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout * s * (1 - s)`, with `1 - s` as `exp(-x) * s`, which is exact where `s` has rounded to 1."""
        dx = self._dx
        multiply(self._decay, self._values, dx)
        multiply(dx, self._values, dx)
        multiply(dx, dout, dx)
        return dx


class Tanh(Layer):
    """The hyperbolic tangent."""

    def allocate(self, shape: Shape, n: int) -> None:
        """The output and the gradient."""
        self._out, self._values = self.signal("out", shape, n)
        self._dx = self.buffer("dx", (prod(shape), n))
        self._one = np.ones((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """The signal of the tangents."""
        inputs = x[..., :-1, :]
        if self.in_place:
            self._out, self._values = x, inputs
        tanh(inputs, self._values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout * (1 - tanh(x)**2)`."""
        dx, values = self._dx, self._values
        multiply(values, values, dx)
        subtract(self._one, dx, dx)
        multiply(dx, dout, dx)
        return dx
