"""Dropout as a layer."""

from math import prod

import numpy as np
from numpy import greater_equal, multiply

from coursekit.arguments import flag, generator, number
from coursekit.nn.layer import Array, Calls, Layer, Shape, without_ones


class Dropout(Layer):
    """Each value is dropped (set to 0) with probability `p` while training; a fresh mask for each batch.

    `inverted` dropout, the default, scales what is kept by `1 / (1 - p)` in training and does nothing outside; plain
    dropout scales all values by `1 - p` outside of training instead (Srivastava et al. 2014). `mask`, `(N, D)`, is the
    last training pass's, scaled: what `dropout` returns as its second result.
    """

    rereads_output = False

    def __init__(self, p: float, *, rng: np.random.Generator, inverted: bool = True) -> None:
        super().__init__()
        self.p, self.rng = number("Dropout: p", p, "[0, 1)"), generator("Dropout: rng", rng)
        self.inverted = flag("Dropout: inverted", inverted)

    def allocate(self, shape: Shape, n: int) -> None:
        """The output, the mask and the gradient."""
        self.take_out_and_dx(shape, n)
        self._mask, self._kept = self.buffer("mask", (prod(shape), n)), self.buffer("kept", (prod(shape), n), bool)
        # 16 random bits an entry: p is met to within 1 in 65,536, and what is kept is scaled by the share that it met.
        dropped = min(round(self.p * 65536), 65535)
        self._bound = np.array(dropped, np.uint16)
        self._scale = np.array(65536 / (65536 - dropped) if self.inverted else 1.0, self.dtype)
        self._at_rest = np.array(1.0 if self.inverted else 1.0 - self.p, self.dtype)

    @property
    def mask(self) -> Array:
        """The last mask as the plain functions have it, `(N, D)`: a copy."""
        if "_mask" not in self.__dict__:
            raise ValueError("Dropout: there is no mask before the first forward pass")
        return self._mask.swapaxes(-1, -2).copy()

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """A mask, and `x * mask`."""
        drawn: Calls = [(self._draw,)] if training else [(self._mask.fill, self._at_rest)]
        return [*drawn, (multiply, without_ones(x), self._mask, self.values_for(x))]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`dout * mask`."""
        return [(multiply, dout, self._mask, self.dx)]

    def _draw(self) -> None:
        # Whole 64-bit draws, cut in four, cost a third of as many draws of 16 bits.
        draws = self.rng.integers(0, 2**64 - 1, -(-self._kept.size // 4), np.uint64, endpoint=True)
        bits = draws.view(np.uint16)[: self._kept.size].reshape(self._kept.shape)
        greater_equal(bits, self._bound, self._kept)
        np.copyto(self._mask, self._kept)
        multiply(self._mask, self._scale, self._mask)

    def __repr__(self) -> str:
        return f"Dropout({self.p}{'' if self.inverted else ', inverted=False'})"
