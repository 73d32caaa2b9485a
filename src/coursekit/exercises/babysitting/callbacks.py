"""The functions that cases hand to a submission: losses of an array, objectives, samplers. They need NumPy alone."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Setting = dict[str, Any]


def cubes() -> Callable[[Array], float]:
    """The sum of the cubes: its central difference is `3 x**2 + h**2`."""
    return lambda x: float(np.sum(x**3))


def square_of_sum() -> Callable[[Array], float]:
    """Cubes, and the square of the sum, which ties all entries to one another."""
    return lambda x: float(np.sum(x**3) + np.sum(x) ** 2)


def log_sum_exp() -> Callable[[Array], float]:
    """The logarithm of the sum of exponentials."""
    return lambda x: float(np.log(np.sum(np.exp(x))))


def waves(c: Array) -> Callable[[Array], float]:
    """Sines weighted by `c`, and the length of x."""
    return lambda x: float(np.sum(c * np.sin(x)) + np.sqrt(1 + np.sum(x**2)))


def table(names: list[str], keys: list[tuple[Any, ...]], values: list[float]) -> Callable[[Setting], float]:
    """The value of a setting, looked up by its entries `names`."""
    rows = dict(zip(keys, values, strict=True))
    return lambda setting: rows[tuple(setting[name] for name in names)]


def sequence(settings: list[Setting]) -> Callable[[Any], Setting]:
    """A sampler that hands out `settings` one after another, whatever the generator."""
    left = iter(settings)

    def sample(rng: Any) -> Setting:
        setting = next(left, None)
        if setting is None:
            raise ValueError(f"sample was called more than {len(settings)} times")
        return dict(setting)

    return sample


def log_rate(low: float, high: float) -> Callable[[Any], Setting]:
    """A sampler of learning rates whose exponent is uniform between `low` and `high`."""
    return lambda rng: {"lr": float(10 ** rng.uniform(low, high))}


def distance(exponent: float) -> Callable[[Setting], float]:
    """How far the exponent of a learning rate is from the best one."""
    return lambda setting: abs(math.log10(setting["lr"]) - exponent)


def losses_at(lrs: list[float], losses: list[float]) -> Callable[[float], float]:
    """The loss at each learning rate."""
    rows = dict(zip(lrs, losses, strict=True))
    return lambda lr: rows[lr]
