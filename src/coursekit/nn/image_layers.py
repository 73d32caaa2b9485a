"""Layers for images `(N, H, W, C)`: convolution, pooling, flattening. Small and plain; each calls its function."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from coursekit.arguments import function, number, whole
from coursekit.nn.convolution import conv2d, conv2d_backward
from coursekit.nn.initialization import draw_weights, he_init
from coursekit.nn.layer import Array, Calls, Layer, Pattern, PlainLayer, Shape
from coursekit.nn.pooling import average_pool, average_pool_backward, max_pool, max_pool_backward


class Conv2d(PlainLayer):
    """`conv2d`: `n_out` filters of `(size, size, n_in)`; parameters `w` `(size, size, n_in, n_out)` and `b` `(n_out,)`.

    `init(fan_in, fan_out, rng)` draws the weights for `fan_in = size * size * n_in` (He's by default); `bias` as in
    `Linear`, None for a layer without any.
    """

    keeps_shape = False

    def __init__(
        self,
        n_in: int,
        n_out: int,
        size: int = 3,
        *,
        stride: int = 1,
        padding: int = 0,
        init: Callable[..., Array] = he_init,
        bias: float | None = 0.0,
    ) -> None:
        super().__init__()
        self.n_in, self.n_out = whole("Conv2d: n_in", n_in), whole("Conv2d: n_out", n_out)
        self.size, self.stride = whole("Conv2d: size", size), whole("Conv2d: stride", stride)
        self.padding = whole("Conv2d: padding", padding, "[0, inf)")
        self.init = function("Conv2d: init", init)
        self.bias = None if bias is None else number("Conv2d: bias", bias)

    def takes(self) -> Pattern:
        """`(H, W, n_in)`."""
        return (None, None, self.n_in)

    def output_shape(self, shape: Shape) -> Shape:
        """`(H', W', n_out)`, with `H' = (H + 2 * padding - size) / stride + 1`; `ValueError` if that is not whole."""
        sides = []
        for side in shape[:2]:
            steps, rest = divmod(side + 2 * self.padding - self.size, self.stride)
            if steps < 0 or rest:
                raise ValueError(f"{self}: windows do not fill an image of {shape[0]}x{shape[1]}: change its padding")
            sides.append(steps + 1)
        return (*sides, self.n_out)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`w` and, right behind it, `b`."""
        w = (self.size, self.size, self.n_in, self.n_out)
        return {"w": w} if self.bias is None else {"w": w, "b": (self.n_out,)}

    def initialize(self, rng: np.random.Generator) -> None:
        """Weights from `init`, biases constant."""
        weights = draw_weights(self.init, self.size * self.size * self.n_in, self.n_out, rng)
        self.params["w"][...] = weights.reshape(self.params["w"].shape)
        if self.bias is not None:
            self.params["b"][...] = self.bias

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`conv2d`."""
        b = np.zeros(self.n_out, x.dtype) if self.bias is None else params["b"]
        return conv2d(x, params["w"], b, stride=self.stride, padding=self.padding)

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`conv2d_backward`."""
        dx, dw, db = conv2d_backward(dout, x, params["w"], stride=self.stride, padding=self.padding)
        return dx, {"w": dw} if self.bias is None else {"w": dw, "b": db}

    def __repr__(self) -> str:
        more = {"stride": self.stride if self.stride > 1 else 0, "padding": self.padding}
        extra = "".join(f", {name}={value}" for name, value in more.items() if value)
        extra += ", bias=None" if self.bias is None else ""
        return f"Conv2d({self.n_in}, {self.n_out}, {self.size}{extra})"


class _Pool(PlainLayer):
    keeps_shape = False
    #: The function and its backward pass.
    pair: tuple[Callable[[Array, int], Array], Callable[[Array, Array, int], Array]]

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.size = whole(f"{type(self).__name__}: size", size)

    def takes(self) -> Pattern:
        """`(H, W, C)`."""
        return (None, None, None)

    def output_shape(self, shape: Shape) -> Shape:
        """`(H / size, W / size, C)`; `ValueError` if `size` does not divide them."""
        if shape[0] % self.size or shape[1] % self.size:
            raise ValueError(f"{self}: size {self.size} does not divide an image of {shape[0]}x{shape[1]}")
        return (shape[0] // self.size, shape[1] // self.size, shape[2])

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """The function."""
        return self.pair[0](x, self.size)

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """Its backward pass."""
        return self.pair[1](dout, x, self.size), {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size})"


class MaxPool2d(_Pool):
    """`max_pool`: the largest value of each `size` x `size` window, windows side by side."""

    pair = (max_pool, max_pool_backward)


class AveragePool2d(_Pool):
    """`average_pool`: the mean of each `size` x `size` window, windows side by side."""

    pair = (average_pool, average_pool_backward)


class Flatten(Layer):
    """`images.reshape(N, -1)`, which inside a model is how they lie anyway."""

    keeps_shape = False

    def output_shape(self, shape: Shape) -> Shape:
        """All features in a row."""
        return (prod(shape),)

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """None: the output is the input."""
        self.out = x
        return []

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """None: the gradient is the same."""
        self.dx = dout
        return []
