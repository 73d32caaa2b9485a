"""The linear (affine) layer: as plain functions, and as a layer of a model."""

from collections.abc import Callable

import numpy as np

from coursekit.nn.initialization import draw_weights, he_init
from coursekit.nn.layer import Array, Layer, Shape


def linear(x: Array, w: Array, b: Array) -> Array:
    """`x @ w + b`: `x` is `(N, D)`, `w` is `(D, H)`, `b` is `(H,)`, the result `(N, H)`.

    Raises `ValueError` if the shapes do not fit.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]]), np.array([0.5]))
    array([[21.5]])
    """
    x, w, b = np.asarray(x), np.asarray(w), np.asarray(b)
    _check_shapes(x, w)
    if b.shape != w.shape[1:]:
        raise ValueError(f"linear: b must be {w.shape[1:]}, one number per column of w, it has shape {b.shape}")
    return x @ w + b


def linear_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Gradients `dx, dw, db` of `sum(dout * linear(x, w, b))`; `dout` is `(N, H)`.

    `dx = dout @ w.T`, `dw = x.T @ dout`, `db` the sum of the rows of `dout`. Raises `ValueError` on shapes that do not
    fit.
    """
    dout, x, w = np.asarray(dout), np.asarray(x), np.asarray(w)
    _check_shapes(x, w)
    if dout.shape != (x.shape[0], w.shape[1]):
        raise ValueError(
            f"linear_backward: dout must have the output's shape {(x.shape[0], w.shape[1])}, it has {dout.shape}"
        )
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def _check_shapes(x: Array, w: Array) -> None:
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(
            f"linear: x must be (N, D) and w (D, H) with the same D, they have shapes {x.shape} and {w.shape}"
        )


class Linear(Layer):
    """`x @ w + b` with parameters `w` `(n_in, n_out)` and `b` `(n_out,)`.

    `init(fan_in, fan_out, rng)` draws the weights (He's by default); `bias` is the constant that the biases start at.
    """

    def __init__(self, n_in: int, n_out: int, *, init: Callable[..., Array] = he_init, bias: float = 0.0) -> None:
        super().__init__()
        check_settings("Linear", n_in, n_out, init)
        self.n_in, self.n_out, self.init, self.bias = n_in, n_out, init, bias

    def input_shape(self) -> Shape:
        """`(n_in,)`."""
        return (self.n_in,)

    def output_shape(self, shape: Shape) -> Shape:
        """`(n_out,)`."""
        return (self.n_out,)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`w` and `b`."""
        return {"w": (self.n_in, self.n_out), "b": (self.n_out,)}

    def initialize(self, rng: np.random.Generator) -> None:
        """Weights from `init`, biases constant."""
        self.params["w"][...] = draw_weights(self.init, self.n_in, self.n_out, rng)
        self.params["b"][...] = self.bias

    def allocate(self, shape: tuple[int, ...]) -> None:
        """The output, the gradient at the input, and a row of ones that sums `dout` faster than `sum` does."""
        self._out = self.buffer("out", (shape[0], self.n_out))
        self._dx = self.buffer("dx", shape)
        self._ones = self.buffer("ones", (shape[0],))
        self._ones.fill(1.0)

    def forward(self, x: Array, training: bool = False) -> Array:
        """`(N, n_out)`."""
        self.make_room(x)
        self._x = x
        np.dot(x, self.params["w"], out=self._out)
        np.add(self._out, self.params["b"], out=self._out)
        return self._out

    def backward(self, dout: Array) -> Array:
        """`(N, n_in)`."""
        np.dot(self._x.T, dout, out=self.grads["w"])
        np.dot(self._ones, dout, out=self.grads["b"])
        if self.needs_dx:
            np.dot(dout, self.params["w"].T, out=self._dx)
        return self._dx

    def __repr__(self) -> str:
        return f"Linear({self.n_in}, {self.n_out})"


def check_settings(kind: str, n_in: int, n_out: int, init: object) -> None:
    """Raise if `n_in` or `n_out` is no count of features, or `init` no function."""
    if not callable(init):
        raise TypeError(f"{kind}: init must be a function (fan_in, fan_out, rng) such as he_init, not {init!r}")
    for name, value in (("n_in", n_in), ("n_out", n_out)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{kind}: {name} must be a whole number of features, not {value!r}")
        if value < 1:
            raise ValueError(f"{kind}: {name} must be at least 1, not {value}")
