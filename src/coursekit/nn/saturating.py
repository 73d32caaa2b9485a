"""Sigmoid and tanh as layers. They compute what the functions in `activations` define, into buffers."""

import numpy as np

from coursekit.nn.layer import Array, Layer


class Sigmoid(Layer):
    """`1 / (1 + exp(-x))`."""

    def allocate(self, shape: tuple[int, ...]) -> None:
        """The output, `exp(-x)` and the gradient."""
        self._out = self.buffer("out", shape)
        self._decay = self.buffer("decay", shape)
        self._dx = self.buffer("dx", shape)
        # Below this exp(-x), or its reciprocal, would leave the normal numbers. An array, not a number: `maximum` is
        # three times slower against a number.
        self._lowest = self.buffer("lowest", shape)
        self._lowest.fill(np.log(np.finfo(self._out.dtype).tiny) + 0.3)
        self._one = np.ones((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Of the shape of `x`."""
        self.make_room(x)
        decay, out = self._decay, self._out
        np.maximum(x, self._lowest, out=decay)
        np.negative(decay, out=decay)
        np.exp(decay, out=decay)
        np.add(decay, self._one, out=out)
        np.divide(self._one, out, out=out)
        return out

    def backward(self, dout: Array) -> Array:
        """`dout * s * (1 - s)`, with `1 - s` as `exp(-x) * s`, which is exact where `s` has rounded to 1."""
        dx = self._dx
        np.multiply(self._decay, self._out, out=dx)
        np.multiply(dx, self._out, out=dx)
        np.multiply(dx, dout, out=dx)
        return dx


class Tanh(Layer):
    """The hyperbolic tangent."""

    def allocate(self, shape: tuple[int, ...]) -> None:
        """The output and the gradient."""
        self._out = self.buffer("out", shape)
        self._dx = self.buffer("dx", shape)
        self._one = np.ones((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Of the shape of `x`."""
        self.make_room(x)
        np.tanh(x, out=self._out)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout * (1 - tanh(x)**2)`."""
        dx = self._dx
        np.multiply(self._out, self._out, out=dx)
        np.subtract(self._one, dx, out=dx)
        np.multiply(dx, dout, out=dx)
        return dx
