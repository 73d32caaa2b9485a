"""Search for hyperparameters: settings are dicts, an objective gives each a value, the lowest value is the best."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import as_float, shown, takes

Setting = dict[str, Any]
Objective = Callable[[Setting], float]


class Trial(NamedTuple):
    """A setting that was tried, and the value that the objective gave it."""

    setting: Setting
    value: float


@takes(objective="function to number")
def trials(objective: Objective, settings: Iterable[Setting]) -> list[Trial]:
    """Every one of `settings`, tried in order; `progress(settings)` shows how far it is.

    >>> trials(lambda setting: setting["lr"] ** 2, [{"lr": 2.0}, {"lr": -1.0}])
    [Trial(setting={'lr': 2.0}, value=4.0), Trial(setting={'lr': -1.0}, value=1.0)]
    """
    if isinstance(settings, Mapping) or not isinstance(settings, Iterable):
        raise ValueError(f"trials: settings must be a list of dicts, not {shown(settings)}")
    # The record keeps a copy, taken before the objective can change what it is given.
    return [Trial(_copy(setting), objective(setting)) for setting in settings]


def best_trial(tried: Iterable[Trial]) -> Trial:
    """The trial with the lowest value, the first of equals; one whose value is NaN never wins.

    Raises `ValueError` if there is none but NaN.

    >>> best_trial([Trial({"lr": 1.0}, float("nan")), Trial({"lr": 0.1}, 0.3), Trial({"lr": 0.01}, 0.3)])
    Trial(setting={'lr': 0.1}, value=0.3)
    """
    tried = list(tried) if isinstance(tried, Iterable) else [tried]
    for trial in tried:
        if not isinstance(trial, Trial) or as_float(trial.value) is None:
            raise ValueError(f"best_trial: tried must be a list of trials with a number each, not of {shown(trial)}")
    comparable = [trial for trial in tried if not math.isnan(trial.value)]
    if not comparable:
        raise ValueError(f"best_trial: no setting can be the best, the value of all {len(tried)} tried is NaN")
    return min(comparable, key=lambda trial: trial.value)


def grid(space: Mapping[str, Iterable[Any]]) -> Iterator[Setting]:
    """Every setting of the product of the lists in `space`, in the dict's order, the last key fastest.

    Raises `ValueError` if a list is empty.

    >>> list(grid({"lr": [0.1, 0.01], "depth": [1]}))
    [{'lr': 0.1, 'depth': 1}, {'lr': 0.01, 'depth': 1}]
    """
    if not isinstance(space, Mapping) or not space:
        raise ValueError(f"grid: space must be a dict of lists, one per parameter, not {shown(space)}")
    for name, values in space.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise ValueError(f"grid: space[{name!r}] must be a list of values, not {shown(values)}")
    choices = {name: list(values) for name, values in space.items()}
    for name, values in choices.items():
        if not values:
            raise ValueError(f"grid: space[{name!r}] must hold at least one value")
    return (dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values()))


@takes(objective="function")
def grid_search(objective: Objective, space: Mapping[str, Iterable[Any]]) -> Setting:
    """The best setting of the `grid` over the lists in `space`: lowest value, NaN never, the first on a tie.

    Raises `ValueError` if a list is empty or every value is NaN.

    >>> grid_search(lambda setting: abs(setting["lr"] - 0.2), {"lr": [1.0, 0.1, 0.01]})
    {'lr': 0.1}
    """
    return best_trial(trials(objective, grid(space))).setting


@takes(objective="function", sample="function", n="whole [1, inf)", rng="rng")
def random_search(
    objective: Objective, sample: Callable[[np.random.Generator], Setting], n: int, rng: np.random.Generator
) -> Setting:
    """The best setting of `n` draws `sample(rng)`: lowest value, NaN never, the first on a tie.

    Where few parameters matter, `n` draws try `n` values of each, a grid far fewer (Bergstra & Bengio 2012). Raises
    `ValueError` if every value is NaN.
    """
    return best_trial(
        trials(objective, (_copy(sample(rng), "random_search: sample must return") for _ in range(n)))
    ).setting


@takes(low="real (0, inf)", high="real (0, inf)", size="size", rng="rng")
def log_uniform(low: float, high: float, size: int | tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws between `low` and `high` whose logarithm is uniform: as many from 1e-4 to 1e-3 as from 1e-3 to 1e-2.

    Raises `ValueError` if an end is not above 0 or `low` is above `high`.

    >>> log_uniform(1e-4, 1e-1, 3, np.random.default_rng(0)).shape
    (3,)
    """
    if low > high:
        raise ValueError(f"log_uniform: low must not be above high, they are {low:g} and {high:g}")
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def _copy(setting: Any, what: str = "trials: a setting must be") -> Setting:
    if not isinstance(setting, Mapping):
        raise ValueError(f"{what} a dict such as {{'lr': 0.1}}, not {shown(setting)}")
    return dict(setting)
