"""The linear (affine) layer: as plain functions, and as a layer of a model."""

from collections.abc import Callable

import numpy as np

from coursekit.arguments import function, number, takes, whole
from coursekit.nn.initialization import draw_weights, he_init
from coursekit.nn.layer import Array, Calls, Layer, Pattern, Shape, without_ones


@takes(x="array (N, D)", w="array (D, H)", b="array (H)")
def linear(x: Array, w: Array, b: Array) -> Array:
    """`x @ w + b`: `x` is `(N, D)`, `w` is `(D, H)`, `b` is `(H,)`, the result `(N, H)`.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]]), np.array([0.5]))
    array([[21.5]])
    """
    return x @ w + b


@takes(dout="array (N, H)", x="array (N, D)", w="array (D, H)")
def linear_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Gradients `dx, dw, db` of `sum(dout * linear(x, w, b))`; `dout` is `(N, H)`.

    `dx = dout @ w.T`, `dw = x.T @ dout`, `db` the sum of the rows of `dout`.
    """
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


class Linear(Layer):
    """`x @ w + b` with parameters `w` `(n_in, n_out)` and `b` `(n_out,)`.

    `init(fan_in, fan_out, rng)` draws the weights (He's by default); `bias` is the constant that the biases start at,
    None for a layer without any, as is usual before a BatchNorm, which takes off the mean anyway.
    """

    keeps_shape = False
    rereads_output = False

    def __init__(
        self, n_in: int, n_out: int, *, init: Callable[..., Array] = he_init, bias: float | None = 0.0
    ) -> None:
        super().__init__()
        self.n_in, self.n_out = whole("Linear: n_in", n_in), whole("Linear: n_out", n_out)
        self.init = function("Linear: init", init)
        self.bias = None if bias is None else number("Linear: bias", bias)

    def takes(self) -> Pattern:
        """`(n_in,)`."""
        return (self.n_in,)

    def output_shape(self, shape: Shape) -> Shape:
        """`(n_out,)`."""
        return (self.n_out,)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`w` and, right behind it, `b`."""
        w = (self.n_in, self.n_out)
        return {"w": w} if self.bias is None else {"w": w, "b": (self.n_out,)}

    def initialize(self, rng: np.random.Generator) -> None:
        """Weights from `init`, biases constant."""
        self.params["w"][...] = draw_weights(self.init, self.n_in, self.n_out, rng)
        if self.bias is not None:
            self.params["b"][...] = self.bias

    def bind(self, params: Array, grads: Array) -> None:
        """Besides the two parameters, take them as one matrix: the bias is the weight of the signal's row of ones."""
        super().bind(params, grads)
        together = (*params.shape[:-1], -1, self.n_out)
        self._w, self._grad = params.reshape(together), grads.reshape(together)

    def allocate(self, shape: Shape, n: int) -> None:
        """The output and the gradient at the input."""
        self.take_out_and_dx(shape, n)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """`w.T @ x`: in columns, what `x @ w + b` is in rows."""
        self._x = x if self.bias is not None else without_ones(x)
        return [(self._dot, self._w.mT, self._x, without_ones(self.out))]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`x @ dout.T`, and, where it is needed, `w @ dout`."""
        calls: Calls = [(self._dot, self._x, dout.mT, self._grad)]
        if self.needs_dx:
            calls.append((self._dot, self._w[..., : self.n_in, :], dout, self.dx))
        return calls

    def __repr__(self) -> str:
        return f"Linear({self.n_in}, {self.n_out}{', bias=None' if self.bias is None else ''})"
