"""The convolutional layer as plain functions: images `(N, H, W, C)`, kernels `(k, k, C, F)`.

As everywhere in this field, "convolution" is the cross-correlation: the kernel is not mirrored.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(x="array (N, H, W, C)", w="array (k, k, C, F)", b="array (F)", stride="whole [1, inf)", padding="whole [0, inf)")
def conv2d(x: Array, w: Array, b: Array, stride: int = 1, padding: int = 0) -> Array:
    """Cross-correlate images with F kernels: `out[n, i, j] = sum(window[n, i, j] * w) + b`.

    `x` is `(N, H, W, C)`, `w` is `(k, k, C, F)`, `b` is `(F,)`; the window of `(i, j)` is the `(k, k, C)` part of the
    image, with `padding` zeros around it, that begins at row `i * stride` and column `j * stride`. The result is
    `(N, H', W', F)` with `H' = (H + 2 * padding - k) / stride + 1`, W' alike. Raises `ValueError` on shapes that do
    not fit, or where the windows do not cover the padded image exactly (others leave the rest out).

    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> conv2d(x, np.ones((2, 2, 1, 1)), np.zeros(1))[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    windows = _windows("conv2d", x, len(w), stride, padding)
    return np.tensordot(windows, w, axes=([3, 4, 5], [2, 0, 1])) + b


@takes(
    dout="array (N, I, J, F)",
    x="array (N, H, W, C)",
    w="array (k, k, C, F)",
    stride="whole [1, inf)",
    padding="whole [0, inf)",
)
def conv2d_backward(dout: Array, x: Array, w: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Array, Array]:
    """Gradients `dx, dw, db` of `sum(dout * conv2d(x, w, b, stride, padding))`; `dout` is `(N, H', W', F)`.

    An entry of `w` meets one pixel of every window, so `dw` sums the windows, weighted by `dout`; a pixel is in up to
    k * k windows, so `dx` adds up what comes through each entry of the kernel. Raises `ValueError` as `conv2d` does, or
    if `dout` has not the output's shape.
    """
    k = len(w)
    windows = _windows("conv2d_backward", x, k, stride, padding)
    n, height, width = windows.shape[:3]
    if dout.shape[:3] != (n, height, width):
        expected = (n, height, width, w.shape[3])
        raise ValueError(f"conv2d_backward: dout must have the output's shape {expected}, it has {dout.shape}")
    dw = np.tensordot(windows, dout, axes=([0, 1, 2], [0, 1, 2])).transpose(1, 2, 0, 3)
    dpadded = np.zeros_like(_padded(x, padding))
    for i in range(k):
        for j in range(k):
            dpadded[:, i : i + stride * height : stride, j : j + stride * width : stride] += dout @ w[i, j].T
    dx = dpadded[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, dw, dout.sum(axis=(0, 1, 2))


def _padded(x: Array, padding: int) -> Array:
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


def _windows(name: str, x: Array, k: int, stride: int, padding: int) -> Array:
    """All windows, `(N, H', W', C, k, k)`: a view on the padded images."""
    for axis, size in (("H", x.shape[1]), ("W", x.shape[2])):
        if size + 2 * padding < k or (size + 2 * padding - k) % stride:
            raise ValueError(
                f"{name}: {axis} + 2 * padding - k must be 0 or a multiple of stride, "
                f"it is {size} + 2 * {padding} - {k} with stride {stride}"
            )
    return sliding_window_view(_padded(x, padding), (k, k), axis=(1, 2))[:, ::stride, ::stride]
