"""Two-dimensional toy sets: points `x`, `(n, 2)`, and labels `y`, `(n,)`, the classes in turn (0, 1, ..., 0, 1, ...).

All points lie within a few units of the origin. `noise` is the standard deviation of the normal noise that is added to
each coordinate. All functions raise `ValueError` on a bad argument.
"""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


@takes(n="whole [1, inf)", rng="rng", n_classes="whole [2, inf)", noise="real [0, inf)")
def spiral(n: int, rng: np.random.Generator, *, n_classes: int = 3, noise: float = 0.2) -> tuple[Points, Labels]:
    """`x, y`, `(n, 2)` and `(n,)`: one spiral arm per class, each about two thirds of a turn (after CS231n).

    Here `noise` is in radians: it blurs the angle, so the arms touch more the further out they are.
    """
    y = _labels(n, n_classes)
    radius = rng.uniform(0.0, 1.0, n)
    angle = 2.0 * np.pi * y / n_classes + 4.0 * radius + noise * rng.standard_normal(n)
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]), y


@takes(n="whole [1, inf)", rng="rng", noise="real [0, inf)")
def moons(n: int, rng: np.random.Generator, *, noise: float = 0.1) -> tuple[Points, Labels]:
    """`x, y`, `(n, 2)` and `(n,)`: two half circles that reach into one another, one per class."""
    y = _labels(n, 2)
    angle = rng.uniform(0.0, np.pi, n)
    upper = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    x = np.where(y[:, None] == 0, upper, -upper)
    return _blur(x, noise, rng), y


@takes(n="whole [1, inf)", rng="rng", noise="real [0, inf)")
def xor(n: int, rng: np.random.Generator, *, noise: float = 0.0) -> tuple[Points, Labels]:
    """`x, y`, `(n, 2)` and `(n,)`, in a square: class 0 where both coordinates have one sign, else class 1."""
    y = _labels(n, 2)
    x = rng.uniform(-1.0, 1.0, (n, 2))
    x[:, 1] = np.abs(x[:, 1]) * np.where(y == 0, 1.0, -1.0) * np.where(x[:, 0] >= 0, 1.0, -1.0)
    return _blur(x, noise, rng), y


@takes(n="whole [1, inf)", rng="rng", noise="real [0, inf)")
def circles(n: int, rng: np.random.Generator, *, noise: float = 0.1) -> tuple[Points, Labels]:
    """`x, y`, `(n, 2)` and `(n,)`: class 0 on the unit circle, class 1 on one of half its radius."""
    y = _labels(n, 2)
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    radius = np.where(y == 0, 1.0, 0.5)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return _blur(x, noise, rng), y


@takes(n="whole [1, inf)", rng="rng", n_classes="whole [2, inf)", noise="real [0, inf)")
def blobs(n: int, rng: np.random.Generator, *, n_classes: int = 3, noise: float = 0.25) -> tuple[Points, Labels]:
    """`x, y`, `(n, 2)` and `(n,)`: one round normal cloud per class, their centres evenly spaced on the unit circle."""
    y = _labels(n, n_classes)
    angle = 2.0 * np.pi * y / n_classes
    return _blur(np.column_stack([np.sin(angle), np.cos(angle)]), noise, rng), y


def _labels(n: int, n_classes: int) -> Labels:
    return np.arange(n, dtype=np.int64) % n_classes  # by default 32 bits in the browser


def _blur(x: Points, noise: float, rng: np.random.Generator) -> Points:
    return x + noise * rng.standard_normal(x.shape)
