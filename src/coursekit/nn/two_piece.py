"""Maxout as a layer (two linear pieces)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.arguments import function, number, whole
from coursekit.nn.activations import maxout, maxout_backward
from coursekit.nn.initialization import draw_weights, he_init
from coursekit.nn.layer import Array, Pattern, PlainLayer, Shape


class Maxout(PlainLayer):
    """`max(x @ w1 + b1, x @ w2 + b2)`, a linear layer and its activation in one (Goodfellow et al. 2013).

    Parameters `w1`, `w2` `(n_in, n_out)` and `b1`, `b2` `(n_out,)`; `init` and `bias` as in `Linear`.
    """

    keeps_shape = False

    def __init__(self, n_in: int, n_out: int, *, init: Callable[..., Array] = he_init, bias: float = 0.0) -> None:
        super().__init__()
        self.n_in, self.n_out = whole("Maxout: n_in", n_in), whole("Maxout: n_out", n_out)
        self.init, self.bias = function("Maxout: init", init), number("Maxout: bias", bias)

    def takes(self) -> Pattern:
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

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`maxout`."""
        return maxout(x, **params)

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`maxout_backward`; a tie goes to the second piece."""
        dx, *grads = maxout_backward(dout, x, **params)
        return dx, dict(zip(("w1", "b1", "w2", "b2"), grads, strict=True))

    def __repr__(self) -> str:
        return f"Maxout({self.n_in}, {self.n_out})"
