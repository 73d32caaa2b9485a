"""Sigmoid and tanh as layers. They compute what the functions in `activations` define, into buffers."""

from math import prod

import numpy as np

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
        decay, values = self._decay, self._values
        np.maximum(x[..., :-1, :], self._lowest, out=decay)
        np.negative(decay, out=decay)
        np.exp(decay, out=decay)
        np.add(decay, self._one, out=values)
        np.divide(self._one, values, out=values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout * s * (1 - s)`, with `1 - s` as `exp(-x) * s`, which is exact where `s` has rounded to 1."""
        dx = self._dx
        np.multiply(self._decay, self._values, out=dx)
        np.multiply(dx, self._values, out=dx)
        np.multiply(dx, dout, out=dx)
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
        np.tanh(x[..., :-1, :], out=self._values)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout * (1 - tanh(x)**2)`."""
        dx = self._dx
        np.multiply(self._values, self._values, out=dx)
        np.subtract(self._one, dx, out=dx)
        np.multiply(dx, dout, out=dx)
        return dx
