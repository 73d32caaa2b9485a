"""Pooling over windows that do not overlap, and flattening, as plain functions of images `(N, H, W, C)`."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(x="array (N, H, W, C)", size="whole [1, inf)")
def max_pool(x: Array, size: int) -> Array:
    """The largest value of each `(size, size)` window, channel by channel: `(N, H / size, W / size, C)`.

    The windows lie side by side. Raises `ValueError` if `size` does not divide H and W.

    >>> max_pool(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    out: Array = _windows("max_pool", x, size).max(axis=4)
    return out


@takes(dout="array (N, I, J, C)", x="array (N, H, W, C)", size="whole [1, inf)")
def max_pool_backward(dout: Array, x: Array, size: int) -> Array:
    """`dx`: the gradient of each window goes to its largest entry, the first of them (row by row) where several tie.

    `dout` has the output's shape, `dx` that of `x`. Raises `ValueError` if the shapes do not fit.
    """
    windows = _windows("max_pool_backward", x, size)
    _check_dout("max_pool_backward", dout, windows)
    dwindows = np.zeros_like(windows)
    np.put_along_axis(dwindows, windows.argmax(axis=4)[..., np.newaxis], dout[..., np.newaxis], axis=4)
    return _image(dwindows, size)


@takes(x="array (N, H, W, C)", size="whole [1, inf)")
def average_pool(x: Array, size: int) -> Array:
    """The mean of each `(size, size)` window, channel by channel: `(N, H / size, W / size, C)`.

    The windows lie side by side; `size` equal to H and W is global average pooling. Raises `ValueError` if `size` does
    not divide H and W.

    >>> average_pool(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    out: Array = _windows("average_pool", x, size).mean(axis=4)
    return out


@takes(dout="array (N, I, J, C)", x="array (N, H, W, C)", size="whole [1, inf)")
def average_pool_backward(dout: Array, x: Array, size: int) -> Array:
    """`dx`: every entry of a window gets `1 / size**2` of the window's gradient.

    `dout` has the output's shape, `dx` that of `x`, whose values do not matter. Raises `ValueError` as
    `max_pool_backward` does.
    """
    _check_dout("average_pool_backward", dout, _windows("average_pool_backward", x, size))
    return dout.repeat(size, axis=1).repeat(size, axis=2) / size**2


@takes(x="array (N, H, W, C)")
def flatten(x: Array) -> Array:
    """Each image as one row: `(N, H, W, C)` to `(N, H * W * C)`, the channels of a pixel next to each other.

    >>> flatten(np.arange(8.0).reshape(2, 1, 2, 2))
    array([[0., 1., 2., 3.],
           [4., 5., 6., 7.]])
    """
    return x.reshape(len(x), -1)


@takes(dout="array (N, D)", x="array (N, H, W, C)")
def flatten_backward(dout: Array, x: Array) -> Array:
    """`dout`, `(N, H * W * C)`, in the shape of `x`. Raises `ValueError` if it does not fit."""
    if dout.shape != flatten(x).shape:
        raise ValueError(f"flatten_backward: dout must be {flatten(x).shape} for x {x.shape}, it has {dout.shape}")
    return dout.reshape(x.shape)


def _windows(name: str, x: Array, size: int) -> Array:
    """All windows, each flat, row by row: `(N, H / size, W / size, C, size * size)`."""
    n, height, width, channels = x.shape
    if height % size or width % size:
        raise ValueError(f"{name}: size must divide the images' {height} x {width} pixels, it is {size}")
    blocks = x.reshape(n, height // size, size, width // size, size, channels)
    return blocks.transpose(0, 1, 3, 5, 2, 4).reshape(n, height // size, width // size, channels, size * size)


def _image(windows: Array, size: int) -> Array:
    """What `_windows` took apart, put together."""
    n, rows, columns, channels, _ = windows.shape
    blocks = windows.reshape(n, rows, columns, channels, size, size).transpose(0, 1, 4, 2, 5, 3)
    return blocks.reshape(n, rows * size, columns * size, channels)


def _check_dout(name: str, dout: Array, windows: Array) -> None:
    if dout.shape != windows.shape[:4]:
        raise ValueError(f"{name}: dout must have the output's shape {windows.shape[:4]}, it has {dout.shape}")
