"""Maxout as a layer (two linear pieces)."""

from collections.abc import Callable

import numpy as np

from coursekit.nn.activations import maxout, maxout_backward
from coursekit.nn.affine import check_settings
from coursekit.nn.initialization import draw_weights, he_init
from coursekit.nn.layer import Array, Layer, Shape


class Maxout(Layer):
    """`max(x @ w1 + b1, x @ w2 + b2)`, a linear layer and its activation in one (Goodfellow et al. 2013).

    Parameters `w1`, `w2` `(n_in, n_out)` and `b1`, `b2` `(n_out,)`; `init` and `bias` as in `Linear`.
    """

    def __init__(self, n_in: int, n_out: int, *, init: Callable[..., Array] = he_init, bias: float = 0.0) -> None:
        super().__init__()
        check_settings("Maxout", n_in, n_out, init)
        self.n_in, self.n_out, self.init, self.bias = n_in, n_out, init, bias

    def input_shape(self) -> Shape:
        """`(n_in,)`."""
        return (self.n_in,)

    def output_shape(self, shape: Shape) -> Shape:
        """`(n_out,)`."""
        return (self.n_out,)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`w1`, `b1`, `w2`, `b2`."""
        w, b = (self.n_in, self.n_out), (self.n_out,)
        return {"w1": w, "b1": b, "w2": w, "b2": b}

    def initialize(self, rng: np.random.Generator) -> None:
        """Both pieces drawn apart, one after the other."""
        for piece in "12":
            self.params["w" + piece][...] = draw_weights(self.init, self.n_in, self.n_out, rng)
            self.params["b" + piece][...] = self.bias

    def forward(self, x: Array, training: bool = False) -> Array:
        """`(N, n_out)`."""
        self.make_room(x)
        self._x = x
        return maxout(x, **self.params)

    def backward(self, dout: Array) -> Array:
        """`(N, n_in)`; a tie goes to the second piece."""
        dx, *grads = maxout_backward(dout, self._x, **self.params)
        for name, grad in zip(("w1", "b1", "w2", "b2"), grads, strict=True):
            self.grads[name][...] = grad
        return dx

    def __repr__(self) -> str:
        return f"Maxout({self.n_in}, {self.n_out})"
