"""Search in ranges of hyperparameters, from coarse to fine, on a linear or a logarithmic scale."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import flag, number, shown, takes
from coursekit.training.search import Objective, Setting, Trial, best_trial, trials
from coursekit.training.sequences import halton_points

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """The values of one hyperparameter, from `low` to `high`; equal steps are equal ratios where `log` is set.

    A range of one value holds a parameter fixed. Raises `ValueError` if `low` is above `high`, or not above 0 where
    `log` is set.

    >>> Range(1e-4, 1.0, log=True).at(0.5)
    0.01
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        flag("Range: log", self.log)
        number("Range: low", self.low, "(0, inf)" if self.log else "(-inf, inf)")
        number("Range: high", self.high)
        if self.low > self.high:
            raise ValueError(f"Range: low must not be above high, they are {self.low:g} and {self.high:g}")

    def at(self, share: float) -> float:
        """The value that lies this share of the way from `low` to `high`."""
        share = number("Range: share", share)
        value = (1.0 - share) * self._place(self.low) + share * self._place(self.high)
        return min(max(10.0**value if self.log else value, self.low), self.high)

    def share(self, value: float) -> float:
        """How far `value` lies on the way from `low`, 0, to `high`, 1; halfway where there is no way."""
        number("Range: value", value, "(0, inf)" if self.log else "(-inf, inf)")
        low, high = self._place(self.low), self._place(self.high)
        return (self._place(value) - low) / (high - low) if low < high else 0.5

    def _place(self, value: float) -> float:
        return math.log10(value) if self.log else value


Ranges = Mapping[str, Range]


@takes(points="finite array (n, d)")
def settings_at(ranges: Ranges, points: Points) -> list[Setting]:
    """The settings at `points`, `(n, d)` in `[0, 1]`: one column per range, in the dict's order.

    >>> settings_at({"lr": Range(1e-3, 0.1, log=True), "rho": Range(0, 1)}, np.array([[0.5, 0.25]]))
    [{'lr': 0.01, 'rho': 0.25}]
    """
    _check("settings_at", ranges)
    if points.shape[1] != len(ranges) or points.min() < 0 or points.max() > 1:
        raise ValueError(
            f"settings_at: points must be (n, {len(ranges)}) of numbers in [0, 1], one column per range, "
            f"they are {points.shape} from {points.min():g} to {points.max():g}"
        )
    named = [(name, ends.at) for name, ends in ranges.items()]
    return [{name: at(share) for (name, at), share in zip(named, point, strict=True)} for point in points.tolist()]


@takes(objective="function", n="whole [1, inf)", rng="rng")
def quasi_random_search(objective: Objective, ranges: Ranges, n: int, rng: np.random.Generator) -> Setting:
    """The best of `n` settings at scrambled `halton_points`: as `random_search`, without its clumps and gaps."""
    _check("quasi_random_search", ranges)
    return best_trial(trials(objective, settings_at(ranges, halton_points(n, len(ranges), rng)))).setting


class Search(NamedTuple):
    """What `coarse_to_fine` found: the best trial, all trials in order, and the ranges of each round.

    `at_edge` says "low" or "high" for every parameter whose best value lies at an end of its first range: widen that
    range and search again, the best may lie beyond.
    """

    best: Trial
    trials: list[Trial]
    rounds: list[dict[str, Range]]
    at_edge: dict[str, str]


@takes(
    objective="function",
    n="whole [1, inf)",
    rounds="whole [1, inf)",
    rng="rng",
    shrink="real (0, 1)",
    edge="real [0, 0.5)",
    points="function",
)
def coarse_to_fine(
    objective: Objective,
    ranges: Ranges,
    *,
    n: int,
    rounds: int,
    rng: np.random.Generator,
    shrink: float = 0.6,
    edge: float = 0.05,
    points: Callable[[int, int, np.random.Generator], Points] = halton_points,
) -> Search:
    """`rounds` of `n` settings each, in ranges that shrink around the best so far: by the factor `shrink` each round.

    They never leave `ranges`. The smaller `shrink` is, the faster the search closes in, on a wrong place too: below 0.5
    it cannot come back from one that lies half a range away. Lower is better, NaN never wins. A best value in the outer
    share `edge` of its range is reported. `points(n, d, rng)` gives the points of a round; `lambda n, d, rng:
    rng.random((n, d))` makes them independent. Raises `ValueError` if the first round gives only NaN.

    >>> bowl = lambda setting: (setting["x"] - 0.3) ** 2
    >>> found = coarse_to_fine(bowl, {"x": Range(-1, 1)}, n=8, rounds=5, rng=np.random.default_rng(0))
    >>> round(found.best.setting["x"], 1), len(found.trials), found.at_edge
    (0.3, 40, {})
    """
    _check("coarse_to_fine", ranges)
    tried: list[Trial] = []
    boxes: list[dict[str, Range]] = []
    box = dict(ranges)
    for _ in range(rounds):
        boxes.append(box)
        tried += trials(objective, settings_at(box, points(n, len(box), rng)))
        best = best_trial(tried)
        box = {name: _around(best.setting[name], whole, box[name], shrink) for name, whole in ranges.items()}
    shares = {name: whole.share(best.setting[name]) for name, whole in ranges.items()}
    ends = {name: "low" if share < 0.5 else "high" for name, share in shares.items() if not edge < share < 1 - edge}
    return Search(best, tried, boxes, ends)


def _around(value: float, whole: Range, last: Range, shrink: float) -> Range:
    """The part of `whole` around `value` that is `shrink` times as wide as `last`; moved inside where it sticks out."""
    width = shrink * (whole.share(last.high) - whole.share(last.low))
    low = min(max(whole.share(value) - width / 2, 0.0), 1.0 - width)
    return Range(whole.at(low), whole.at(low + width), whole.log)


def _check(function: str, ranges: Ranges) -> None:
    if not isinstance(ranges, Mapping) or not ranges or not all(isinstance(ends, Range) for ends in ranges.values()):
        example = "{'lr': Range(1e-4, 1, log=True)}"
        raise ValueError(f"{function}: ranges must be a dict such as {example}, not {shown(ranges)}")
