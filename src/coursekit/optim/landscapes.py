"""Landscapes for optimizers to walk: functions of two numbers with their gradients, minima and a window to look at.

`value(x, y)` and `gradient(x, y)`, which is `dx, dy`, take floats or arrays.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Landscape(NamedTuple):
    """A function of two numbers. `window` is `x_low, x_high, y_low, y_high`; a saddle has no minimum."""

    name: str
    value: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    minima: tuple[tuple[float, float], ...]
    window: tuple[float, float, float, float]
    start: tuple[float, float]

    def __reduce__(self) -> Any:
        # One of ours is pickled by its name, since its functions have none.
        return self.name if LANDSCAPES.get(self.name) is self else (Landscape, tuple(self))


def _rosenbrock_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    off = y - x * x
    return 2.0 * (x - 1.0) - 400.0 * x * off, 200.0 * off


def _beale(x: Any, y: Any) -> Any:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y
    return a * a + b * b + c * c


def _beale_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y
    dx = 2.0 * (a * (y - 1.0) + b * (y * y - 1.0) + c * (y * y * y - 1.0))
    return dx, 2.0 * x * (a + 2.0 * b * y + 3.0 * c * y * y)


def _himmelblau(x: Any, y: Any) -> Any:
    a, b = x * x + y - 11.0, x + y * y - 7.0
    return a * a + b * b


def _himmelblau_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    a, b = x * x + y - 11.0, x + y * y - 7.0
    return 4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b


def _cos(x: Any) -> Any:
    return math.cos(x) if isinstance(x, float) else np.cos(x)


def _sin(x: Any) -> Any:
    return math.sin(x) if isinstance(x, float) else np.sin(x)


_TURN = 2.0 * math.pi

#: `x^2 + y^2`: as steep one way as the other.
bowl = Landscape(
    "bowl",
    lambda x, y: x * x + y * y,
    lambda x, y: (2.0 * x, 2.0 * y),
    minima=((0.0, 0.0),),
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(-1.5, 1.0),
)

#: `(x^2 + 20 y^2) / 2`: twenty times as curved across as along.
ravine = Landscape(
    "ravine",
    lambda x, y: 0.5 * x * x + 10.0 * y * y,
    lambda x, y: (x, 20.0 * y),
    minima=((0.0, 0.0),),
    window=(-3.0, 3.0, -1.5, 1.5),
    start=(-2.5, 1.0),
)

#: `x^2 - y^2`: flat at the origin, a minimum along x and a maximum along y.
saddle = Landscape(
    "saddle",
    lambda x, y: x * x - y * y,
    lambda x, y: (2.0 * x, -2.0 * y),
    minima=(),
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(-1.5, 1e-3),
)

#: `(1 - x)^2 + 100 (y - x^2)^2` (Rosenbrock 1960): a curved valley with an almost flat floor.
rosenbrock = Landscape(
    "rosenbrock",
    lambda x, y: (1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x),
    _rosenbrock_gradient,
    minima=((1.0, 1.0),),
    window=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.5, 2.0),
)

#: `(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2` (Beale 1958): plains between steep walls.
beale = Landscape(
    "beale",
    _beale,
    _beale_gradient,
    minima=((3.0, 0.5),),
    window=(-4.5, 4.5, -4.5, 4.5),
    start=(1.0, 1.5),
)

#: `(x^2 + y - 11)^2 + (x + y^2 - 7)^2` (Himmelblau 1972): four minima, all as deep.
himmelblau = Landscape(
    "himmelblau",
    _himmelblau,
    _himmelblau_gradient,
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    window=(-5.0, 5.0, -5.0, 5.0),
    start=(0.0, -0.5),
)

#: `20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)` (Rastrigin 1974): a bowl covered with dimples.
rastrigin = Landscape(
    "rastrigin",
    lambda x, y: 20.0 + x * x - 10.0 * _cos(_TURN * x) + y * y - 10.0 * _cos(_TURN * y),
    lambda x, y: (2.0 * x + 10.0 * _TURN * _sin(_TURN * x), 2.0 * y + 10.0 * _TURN * _sin(_TURN * y)),
    minima=((0.0, 0.0),),
    window=(-5.12, 5.12, -5.12, 5.12),
    start=(-3.2, 2.3),
)

#: All of them by name.
LANDSCAPES = {each.name: each for each in (bowl, ravine, saddle, rosenbrock, beale, himmelblau, rastrigin)}
