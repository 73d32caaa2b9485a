"""Settings of two parameters and what they are worth, where one of the two may matter more than the other."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.training import Range, Trial, best_trial, grid, halton_points, settings_at, trials

Values = NDArray[np.float64]

METHODS = ("grid", "random", "quasi")
#: Trials that a square grid can have.
SIZES = (4, 9, 16, 25, 36, 49)
#: How wide the hill is along the parameter that matters, as a share of its range (a standard deviation).
WIDTH = 0.07
HILLS = 150
#: The hill of seed 0 is one on which the three searches differ as they do on average.
_FIRST = 14
RANGES = {"first": Range(0.0, 1.0), "second": Range(0.0, 1.0)}


@dataclass(frozen=True)
class Hill:
    """What a setting is worth, from 0 to 1: a hill with its top at `(first, second)`.

    Along the first parameter it is narrow. `weight` from 0 to 1 says how much the second one matters: at 0 not at all,
    at 1 as much as the first.
    """

    first: float
    second: float
    weight: float

    def value(self, first: Values, second: Values) -> Values:
        """`exp(-d^2 / 2)` with d the distance from the top in widths, that of the second parameter times `weight`."""
        along, across = (first - self.first) / WIDTH, self.weight * (second - self.second) / WIDTH
        return np.exp(-0.5 * (along**2 + across**2))

    def cost(self, setting: dict[str, float]) -> float:
        """What a search makes small: 1 less the value."""
        return 1.0 - float(self.value(np.array(setting["first"]), np.array(setting["second"])))


def hill(weight: float, seed: int, number: int = 0) -> Hill:
    """One hill, its top anywhere but in the outer tenth of the square."""
    first, second = np.random.default_rng([_FIRST + seed, 0, number]).uniform(0.1, 0.9, 2)
    return Hill(float(first), float(second), weight)


def settings(method: str, n: int, seed: int, number: int = 0) -> list[dict[str, float]]:
    """`n` settings as the method lays or draws them; the grid in the middles of its cells, so that none is at a rim."""
    rng = np.random.default_rng([_FIRST + seed, 1, number])
    if method == "grid":
        side = round(n**0.5)
        middles = [(i + 0.5) / side for i in range(side)]
        return list(grid({"first": middles, "second": middles}))
    points = rng.random((n, 2)) if method == "random" else halton_points(n, 2, rng)
    return settings_at(RANGES, points)


def search(method: str, top: Hill, n: int, seed: int) -> tuple[list[Trial], Trial]:
    """All trials in order, and the best."""
    tried = trials(top.cost, settings(method, n, seed))
    return tried, best_trial(tried)


def distinct(tried: list[Trial], name: str) -> int:
    """How many values of one parameter were tried."""
    return len({trial.setting[name] for trial in tried})


@lru_cache(maxsize=8)
def expected(weight: float, seed: int) -> dict[str, Values]:
    """For each method the mean over 150 hills of the best value found with each of `SIZES` trials."""
    most = SIZES[-1]
    found: dict[str, Values] = {}
    tops = [hill(weight, seed, number) for number in range(HILLS)]
    for method in METHODS:
        best = np.zeros((HILLS, len(SIZES)))
        for number, top in enumerate(tops):
            if method == "grid":
                for i, size in enumerate(SIZES):
                    best[number, i] = top.value(*_columns(method, size, seed)).max()
            else:
                values = top.value(*_columns(method, most, seed, number))
                best[number] = np.maximum.accumulate(values)[np.array(SIZES) - 1]
        found[method] = best.mean(axis=0)
    return found


@lru_cache(maxsize=512)
def _columns(method: str, n: int, seed: int, number: int = 0) -> tuple[Values, Values]:
    """The two parameters of `settings`, as columns."""
    points = np.array([[s["first"], s["second"]] for s in settings(method, n, seed, number)])
    return points[:, 0], points[:, 1]
