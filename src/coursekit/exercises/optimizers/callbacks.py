"""Gradients that are handed to `nesterov`: functions of the weights that return fresh arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np


def linear_slope(a: float, b: float) -> Callable[[Any], Any]:
    """The gradient of a parabola."""
    return lambda w: a * w + b


def cosine_slope(a: float) -> Callable[[Any], Any]:
    """The gradient of a sine wave: one that does not grow in proportion."""
    return lambda w: a * np.cos(w)


def no_slope() -> Callable[[Any], Any]:
    """The gradient on a plain."""
    return lambda w: 0 * w
