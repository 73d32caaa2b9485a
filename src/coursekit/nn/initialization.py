"""Starting values for weights: functions `(fan_in, fan_out, ...) -> (fan_in, fan_out)` array, float64.

Any callable of this form can be given to a layer as `init`: it is called as `init(fan_in, fan_out, rng=rng)`, or
without `rng` where it takes none; `partial(normal_init, std=0.01)` sets what else it needs.
"""

import inspect
from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import as_array, name_of, shown, takes

Weights = NDArray[np.float64]


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", value="real (-inf, inf)")
def constant_init(fan_in: int, fan_out: int, value: float) -> Weights:
    """All weights equal to `value`: every unit of the layer then computes, and learns, the same.

    Returns `(fan_in, fan_out)`, float64. Raises `ValueError` if a fan is below 1 or `value` is not finite.

    >>> constant_init(1, 2, 0.5)
    array([[0.5, 0.5]])
    """
    return np.full((fan_in, fan_out), value, dtype=np.float64)


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", std="real [0, inf)", rng="rng")
def normal_init(fan_in: int, fan_out: int, std: float, rng: np.random.Generator) -> Weights:
    """Normal with mean 0 and standard deviation `std`, whatever the layer's width.

    Returns `(fan_in, fan_out)`, float64, drawn independently from N(0, std^2). Raises `ValueError` if a fan is below 1
    or `std` is negative.
    """
    return rng.standard_normal((fan_in, fan_out)) * std


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", low="real (-inf, inf)", high="real (-inf, inf)", rng="rng")
def uniform_init(fan_in: int, fan_out: int, low: float, high: float, rng: np.random.Generator) -> Weights:
    """Uniform on `[low, high)`, whatever the layer's width; its variance is `(high - low)**2 / 12`.

    Returns `(fan_in, fan_out)`, float64. Raises `ValueError` if a fan is below 1 or `low` is above `high`.
    """
    if low > high:
        raise ValueError(f"uniform_init: low must be at most high, they are {low:g} and {high:g}")
    return rng.uniform(low, high, (fan_in, fan_out))


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", rng="rng")
def xavier_init(fan_in: int, fan_out: int, rng: np.random.Generator, mode: str = "fan_in") -> Weights:
    """Normal with variance `1 / fan_in`, or `2 / (fan_in + fan_out)` with `mode="fan_avg"`.

    The first keeps the variance of a linear layer's signal, the second is the compromise with keeping the gradient's,
    which alone would need `1 / fan_out`. Returns `(fan_in, fan_out)`, float64. Raises `ValueError` if a fan is below 1
    or on another mode. Source: Glorot & Bengio 2010, eq. 10 and 12, drawn from the normal distribution.
    """
    if not isinstance(mode, str) or mode not in ("fan_in", "fan_avg"):
        raise ValueError(f'xavier_init: mode must be "fan_in" or "fan_avg", not {shown(mode)}')
    variance = 1.0 / fan_in if mode == "fan_in" else 2.0 / (fan_in + fan_out)
    return normal_init(fan_in, fan_out, variance**0.5, rng)


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", rng="rng")
def xavier_uniform_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
    """Uniform on `[-a, a)` with `a = sqrt(6 / (fan_in + fan_out))`, which has variance `2 / (fan_in + fan_out)`.

    Returns `(fan_in, fan_out)`, float64. Raises `ValueError` if a fan is below 1. Source: Glorot & Bengio 2010, eq. 16.
    """
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return uniform_init(fan_in, fan_out, -bound, bound, rng)


@takes(fan_in="whole [1, inf)", fan_out="whole [1, inf)", rng="rng")
def he_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
    """Normal with variance `2 / fan_in`: twice Xavier's, because ReLU halves the mean square of the signal.

    Returns `(fan_in, fan_out)`, float64. Raises `ValueError` if a fan is below 1. Source: He et al. 2015, eq. 10.
    """
    return normal_init(fan_in, fan_out, (2.0 / fan_in) ** 0.5, rng)


def draw_weights(
    init: Callable[..., NDArray[np.floating]], fan_in: int, fan_out: int, rng: np.random.Generator
) -> NDArray[np.floating]:
    """What `init`, often a reader's own, gives for these fans; `ValueError` in one line if that is no array of weights.

    Weights are finite numbers, `(fan_in, fan_out)`.
    """
    arguments = {"rng": rng} if "rng" in _parameters(init) else {}
    weights = as_array(f"{name_of(init)}: its result", init(fan_in, fan_out, **arguments))
    wanted = f"{name_of(init)} must return {(fan_in, fan_out)} numbers, (fan_in, fan_out)"
    if weights.shape != (fan_in, fan_out) or weights.dtype.kind not in "fiu":
        raise ValueError(f"{wanted}; it returned shape {weights.shape} of {weights.dtype}")
    if not np.isfinite(weights).all():
        raise ValueError(f"{wanted}; it returned NaN or infinity among them")
    return weights


def _parameters(init: Callable[..., object]) -> Collection[str]:
    try:
        return inspect.signature(init).parameters
    except ValueError:  # built-in functions do not say what they take
        return ()
