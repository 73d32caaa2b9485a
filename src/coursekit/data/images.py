"""Images `(N, H, W, C)`, row 0 at the top: flips, crops and noise. What needs values between pixels is in `warping`.

Each image draws for itself from `rng`. Flips and crops only move pixels and keep any real dtype, uint8 too.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Scalar = TypeVar("Scalar", bound=np.generic)
Floating = NDArray[np.floating]


@takes(images="any array (N, H, W, C)")
def horizontal_flip(images: NDArray[Scalar]) -> NDArray[Scalar]:
    """The images `(N, H, W, C)` mirrored along the width, left for right: a view of the same shape and dtype."""
    return images[:, :, ::-1]


@takes(images="any array (N, H, W, C)")
def vertical_flip(images: NDArray[Scalar]) -> NDArray[Scalar]:
    """The images `(N, H, W, C)` mirrored along the height, top for bottom: a view of the same shape and dtype.

    Of both flips, one after the other, comes a turn by 180 degrees.
    """
    return images[:, ::-1]


@takes(images="any array (N, H, W, C)", rng="rng", p="real [0, 1]", flip="function to any array (N, H, W, C)")
def random_flip(
    images: NDArray[Scalar],
    rng: np.random.Generator,
    p: float = 0.5,
    flip: Callable[[NDArray[Scalar]], NDArray[Scalar]] = horizontal_flip,
) -> NDArray[Scalar]:
    """Each of the images `(N, H, W, C)` mirrored with probability `p`, along the width unless `flip` does otherwise.

    `flip` takes all of the images and gives as many of the same shape: `vertical_flip`, or a function of your own.
    """
    flipped = rng.random(len(images)) < p
    return np.where(flipped[:, None, None, None], flip(images), images)


@takes(images="any array (N, H, W, C)", size="whole [1, inf)", rng="rng")
def random_crop(images: NDArray[Scalar], size: int, rng: np.random.Generator) -> NDArray[Scalar]:
    """A window of `size` by `size` pixels from each image, `(N, size, size, C)`, uniform over all offsets.

    Raises `ValueError` if the window is larger than the images.
    """
    n, height, width, _ = images.shape
    if size > min(height, width):
        raise ValueError(f"random_crop: size must be at most {min(height, width)}, the images are {height}x{width}")
    top, left = rng.integers(0, height - size + 1, n), rng.integers(0, width - size + 1, n)
    return np.stack([image[i : i + size, j : j + size] for image, i, j in zip(images, top, left, strict=True)])


@takes(images="any array (N, H, W, C)", pad="whole [0, inf)", rng="rng")
def pad_and_crop(images: NDArray[Scalar], pad: int, rng: np.random.Generator) -> NDArray[Scalar]:
    """Each of the images `(N, H, W, C)` moved by up to `pad` whole pixels in both directions, zeros where nothing was.

    A border of `pad` zeros all around, then a window of the old size at random: the augmentation that goes with
    CIFAR-10 (He et al. 2016, section 4.2).
    """
    n, height, width, _ = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    top, left = rng.integers(0, 2 * pad + 1, (2, n))
    return np.stack([image[i : i + height, j : j + width] for image, i, j in zip(padded, top, left, strict=True)])


@takes(x="array (...)", rng="rng", std="real [0, inf)")
def add_noise(x: Floating, rng: np.random.Generator, std: float = 0.1) -> Floating:
    """`x` with normal noise of standard deviation `std` on every entry; images, signals or any other shape."""
    noisy: Floating = x + std * rng.standard_normal(x.shape)
    return noisy.astype(x.dtype)
