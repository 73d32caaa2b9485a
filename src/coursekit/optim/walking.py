"""The way an update rule takes over a landscape of a few coordinates, from one start or from many at once.

One start goes in plain Python floats, coordinate by coordinate: for two numbers an array costs many times what it
holds. Many starts go in arrays. The rule and the gradient are the same functions for both.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import function, real_array, shown, whole
from coursekit.optim.reading import Reading

Array = NDArray[np.float64]
#: `grad(x, y)` -> `dx, dy`: written with operators, so that it works on floats as well as on arrays.
Gradient = Callable[..., Sequence[Any]]


def path(rule: Callable[..., Any], grad: Gradient, start: ArrayLike, steps: int, **settings: Any) -> Array:
    """The positions `(steps + 1, D)` of `rule` from `start`, D numbers, along `grad(x, y, ...)`, the D slopes there.

    `settings` are the rule's, `lr` among them, which may be a schedule: a function of the step, counted from 0. The
    state starts at 0; `t`, where the rule takes it, counts from 1. A path that leaves the numbers is infinite or NaN
    from there on. Raises `ValueError` on settings, a start or a gradient that do not fit.

    >>> from coursekit.optim.rules import sgd
    >>> path(sgd, lambda x, y: (2.0 * x, 20.0 * y), [4.0, 1.0], steps=2, lr=0.05).round(3)
    array([[4.  , 1.  ],
           [3.6 , 0.  ],
           [3.24, 0.  ]])
    """
    place = real_array("path: start", start, finite=True).astype(np.float64)
    if place.ndim != 1:
        raise ValueError(f"path: start must be (D,), one number for each coordinate, it has shape {place.shape}")
    reading = _looked_at("path", rule, grad, place, steps, settings)
    walk = _in_floats_ahead if reading.asks else _in_floats
    if len(reading.states) <= (1 if reading.asks else 2):
        try:
            with np.errstate(all="ignore"):
                return walk(reading, grad, place.tolist(), steps)
        except (ArithmeticError, ValueError, TypeError):
            pass  # Python's floats raise, or turn complex, where arrays go on with infinity and NaN
    return _in_arrays(reading, grad, place[:, None], steps)[:, :, 0]


def paths(rule: Callable[..., Any], grad: Gradient, starts: ArrayLike, steps: int, **settings: Any) -> Array:
    """The positions `(steps + 1, S, D)` from S starts at once, `(S, D)`; otherwise as `path`."""
    places = real_array("paths: starts", starts, finite=True)
    if places.ndim != 2:
        raise ValueError(f"paths: starts must be (S, D), one row for each start, it has shape {places.shape}")
    places = np.ascontiguousarray(places.T, np.float64)
    reading = _looked_at("paths", rule, grad, places, steps, settings)
    return _in_arrays(reading, grad, places, steps).transpose(0, 2, 1)


def _looked_at(caller: str, rule: Any, grad: Any, places: Array, steps: int, settings: dict[str, Any]) -> Reading:
    """How to call the rule; raises in one line if it, its settings or the gradient do not fit."""
    whole(f"{caller}: steps", steps, "[0, inf)")
    function(f"{caller}: grad", grad)
    slopes = grad(*places)
    if not isinstance(slopes, (tuple, list, np.ndarray)) or len(slopes) != len(places):
        raise ValueError(f"{caller}: grad must give {len(places)} slopes at {len(places)} coordinates")
    for slope in slopes:
        if not isinstance(slope, float):
            shape = real_array(f"{caller}: what grad gives", slope).shape
            if shape not in ((), places.shape[1:]):
                raise ValueError(f"{caller}: grad must give slopes {places.shape[1:]}, not {shape}")
    try:  # by their types too: True equals 1, but is no rate
        return _read(rule, tuple(settings.items()), tuple(map(type, settings.values())))
    except TypeError as error:
        if not str(error).startswith("unhashable"):
            raise
        return _read.__wrapped__(rule, tuple(settings.items()), ())


@functools.lru_cache(64)  # a look takes as long as fifty steps in two dimensions, and a start is dragged many times
def _read(rule: Callable[..., Any], settings: tuple[tuple[str, Any], ...], types: tuple[type, ...]) -> Reading:
    """Read the rule, and take one step of two numbers through its own checks."""
    reading = Reading(rule, dict(settings))
    ones, zeros = np.ones(2), [np.zeros(2) for _ in reading.states]
    tail = next(reading.tails(1))
    with np.errstate(all="ignore"):
        results = reading.checked(ones, (lambda _: ones) if reading.asks else ones, *zeros, *tail)
    for what, part in zip(("w", *reading.states), reading.parts(results), strict=True):
        if np.shape(part) != (2,):
            raise ValueError(f"{reading.name}: it must keep the shape of {what}, it made {np.shape(part)} of (2,)")
    return reading


def _in_floats(reading: Reading, grad: Gradient, w: list[float], steps: int) -> Array:
    rule, n_states = reading.rule, len(reading.states)
    first, second = [0.0] * len(w), [0.0] * len(w)
    visited = list(w)
    for tail in reading.tails(steps):
        for i, slope in enumerate(grad(*w)):
            if n_states == 2:
                w[i], first[i], second[i] = rule(w[i], slope, first[i], second[i], *tail)
            elif n_states == 1:
                w[i], first[i] = rule(w[i], slope, first[i], *tail)
            else:
                w[i] = rule(w[i], slope, *tail)
        visited += w
    return _real(visited).reshape(steps + 1, len(w))


def _in_floats_ahead(reading: Reading, grad: Gradient, w: list[float], steps: int) -> Array:
    """`_in_floats` for a rule that asks for the gradient: first each coordinate says where, then it has its answer."""
    rule, v = reading.rule, [0.0] * len(w)
    visited = list(w)
    asked: list[float] = []

    def ask(at: float) -> float:
        asked.append(at)
        return 0.0

    def answer(_: float) -> Any:
        return next(slopes)

    for tail in reading.tails(steps):
        asked.clear()
        for i, x in enumerate(w):
            rule(x, ask, v[i], *tail)
        slopes = iter(grad(*asked))
        for i, x in enumerate(w):
            w[i], v[i] = rule(x, answer, v[i], *tail)
        visited += w
    return _real(visited).reshape(steps + 1, len(w))


def _real(visited: list[Any]) -> Array:
    places = np.array(visited)
    if places.dtype.kind not in "fi":  # None would become NaN
        raise TypeError
    return places.astype(np.float64, copy=False)


def _in_arrays(reading: Reading, grad: Gradient, w: Array, steps: int) -> Array:
    rule = reading.rule
    states: list[Any] = [np.zeros_like(w) for _ in reading.states]
    visited = np.empty((steps + 1, *w.shape))
    visited[0], slopes, shape = w, np.empty_like(w), w.shape

    def gradient(at: Array) -> Array:
        given = grad(*at)
        if not isinstance(given, (tuple, list, np.ndarray)) or len(given) != len(slopes):
            raise ValueError(f"{reading.name}: grad must give {len(slopes)} slopes at every step, not {shown(given)}")
        for i, slope in enumerate(given):
            slopes[i] = slope
        return slopes

    with np.errstate(all="ignore"):
        for t, tail in enumerate(reading.tails(steps), start=1):
            results = rule(w, gradient if reading.asks else gradient(w), *states, *tail)
            if type(results) is not tuple or len(results) != 1 + len(states):
                results = reading.parts(results)
            w, *states = results
            if getattr(w, "shape", None) != shape:
                raise ValueError(f"{reading.name}: it must keep the shape of w at every step, it made {np.shape(w)}")
            visited[t] = w
    return visited
