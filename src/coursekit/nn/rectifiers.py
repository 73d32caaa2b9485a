"""ReLU, leaky ReLU and PReLU as layers. They compute what the functions in `activations` define, into buffers."""

import numpy as np

from coursekit.nn.activations import prelu, prelu_backward
from coursekit.nn.layer import Array, Layer


class ReLU(Layer):
    """`max(0, x)`."""

    def allocate(self, shape: tuple[int, ...]) -> None:
        """The output, the slope at each entry (0 or 1), and the gradient."""
        self._out = self.buffer("out", shape)
        self._slope = self.buffer("slope", shape)
        self._dx = self.buffer("dx", shape)
        # An array, not a number: `maximum` is three times slower against a number.
        self._zeros = self.buffer("zeros", shape)
        self._zeros.fill(0.0)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Of the shape of `x`."""
        self.make_room(x)
        np.maximum(x, self._zeros, out=self._out)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout` where `x > 0`, else 0."""
        # A product with the slopes: assignment through a boolean mask is many times slower.
        np.greater(self._out, self._zeros, out=self._slope)
        np.multiply(dout, self._slope, out=self._dx)
        return self._dx


class LeakyReLU(Layer):
    """`x` where `x > 0`, else `alpha * x`, with a constant slope `0 <= alpha < 1`."""

    def __init__(self, alpha: float = 0.01) -> None:
        super().__init__()
        if not 0 <= alpha < 1:
            raise ValueError(f"LeakyReLU: alpha must satisfy 0 <= alpha < 1, not {alpha}")
        self.alpha = alpha

    def allocate(self, shape: tuple[int, ...]) -> None:
        """The output, the slope at each entry (`alpha` or 1), and the gradient."""
        self._out = self.buffer("out", shape)
        self._slope = self.buffer("slope", shape)
        self._dx = self.buffer("dx", shape)
        self._alphas = self.buffer("alphas", shape)
        self._alphas.fill(self.alpha)
        self._zero = np.zeros((), self.dtype)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Of the shape of `x`."""
        self.make_room(x)
        self._x = x
        np.multiply(x, self._alphas, out=self._out)
        np.maximum(x, self._out, out=self._out)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`dout` where `x > 0`, else `alpha * dout`."""
        np.greater(self._x, self._zero, out=self._slope)
        np.maximum(self._slope, self._alphas, out=self._slope)
        np.multiply(dout, self._slope, out=self._dx)
        return self._dx

    def __repr__(self) -> str:
        return f"LeakyReLU({self.alpha})"


class PReLU(Layer):
    """Leaky ReLU whose slope is learned: one parameter `alpha`, shape `()`, for all units (He et al. 2015)."""

    def __init__(self, alpha: float = 0.25) -> None:
        super().__init__()
        self.alpha = alpha

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`alpha`."""
        return {"alpha": ()}

    def initialize(self, rng: np.random.Generator) -> None:
        """The slope starts at the constructor's `alpha`."""
        self.params["alpha"][...] = self.alpha

    def forward(self, x: Array, training: bool = False) -> Array:
        """Of the shape of `x`."""
        self.make_room(x)
        self._x = x
        return prelu(x, float(self.params["alpha"]))

    def backward(self, dout: Array) -> Array:
        """The gradient at the input; that of the slope goes to `grads["alpha"]`."""
        dx, self.grads["alpha"][...] = prelu_backward(dout, self._x, float(self.params["alpha"]))
        return dx

    def __repr__(self) -> str:
        return f"PReLU({self.alpha})"
