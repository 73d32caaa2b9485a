"""Starting values for weights: functions `(fan_in, fan_out, ...) -> (fan_in, fan_out)` array, float64.

Any callable of this form can be given to a layer as `init`: it is called as `init(fan_in, fan_out, rng=rng)`, or
without `rng` where it takes none; `partial(normal_init, std=0.01)` sets what else it needs.
"""

import inspect
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]


def constant_init(fan_in: int, fan_out: int, value: float) -> Weights:
    """All weights equal to `value`; every unit of the layer then learns the same (no symmetry is broken)."""
    _check_fans(fan_in, fan_out)
    return np.full((fan_in, fan_out), value, dtype=np.float64)


def normal_init(fan_in: int, fan_out: int, std: float, rng: np.random.Generator) -> Weights:
    """Normal with mean 0 and standard deviation `std`, whatever the layer's width."""
    _check_fans(fan_in, fan_out)
    if not std >= 0:
        raise ValueError(f"normal_init: std must be 0 or more, not {std}")
    return rng.standard_normal((fan_in, fan_out)) * std


def xavier_init(fan_in: int, fan_out: int, rng: np.random.Generator, mode: str = "fan_in") -> Weights:
    """Normal with variance `1 / fan_in`, or `2 / (fan_in + fan_out)` with `mode="fan_avg"` (Glorot & Bengio 2010)."""
    if mode not in ("fan_in", "fan_avg"):
        raise ValueError(f'xavier_init: mode must be "fan_in" or "fan_avg", not {mode!r}')
    _check_fans(fan_in, fan_out)
    variance = 1.0 / fan_in if mode == "fan_in" else 2.0 / (fan_in + fan_out)
    return normal_init(fan_in, fan_out, variance**0.5, rng)


def xavier_uniform_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
    """Uniform on `(-a, a)` with `a = sqrt(6 / (fan_in + fan_out))` (Glorot & Bengio 2010, eq. 16)."""
    _check_fans(fan_in, fan_out)
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return rng.uniform(-bound, bound, (fan_in, fan_out))


def he_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Weights:
    """Normal with variance `2 / fan_in`: twice Xavier's, because ReLU halves the mean square (He et al. 2015)."""
    _check_fans(fan_in, fan_out)
    return normal_init(fan_in, fan_out, (2.0 / fan_in) ** 0.5, rng)


def draw_weights(
    init: Callable[..., NDArray[np.floating]], fan_in: int, fan_out: int, rng: np.random.Generator
) -> NDArray[np.floating]:
    """What `init` gives for these fans; raises `ValueError` in one line if that is no array of weights."""
    parameters = inspect.signature(init).parameters
    arguments = {"rng": rng} if "rng" in parameters else {}
    weights = np.asarray(init(fan_in, fan_out, **arguments))
    if weights.shape != (fan_in, fan_out) or weights.dtype.kind not in "fiu":
        name = getattr(init, "__name__", repr(init))
        raise ValueError(
            f"{name} must return {(fan_in, fan_out)} numbers, (fan_in, fan_out); "
            f"it returned shape {weights.shape} of {weights.dtype}"
        )
    return weights


def _check_fans(fan_in: int, fan_out: int) -> None:
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"fan_in and fan_out must be at least 1, they are {fan_in} and {fan_out}")
