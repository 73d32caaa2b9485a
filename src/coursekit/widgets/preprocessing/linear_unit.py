"""A linear unit on two correlated features, with the inputs as they come or prepared: its loss, and descent on it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.data import pca, standardize, whiten, zca_whiten, zero_center
from coursekit.nn import mean_squared_error
from coursekit.optim import newton_step, path, sgd

Values = NDArray[np.floating]

POINTS = 120
STEPS = 200
#: The share of the excess loss at the start that counts as arrived.
ARRIVED = 0.01


@dataclass(frozen=True)
class Unit:
    """A linear unit `w1 x1 + w2 x2 + b` under the mean squared error, with all that gradient descent does on it.

    `hessian` is that of the loss in (w1, w2, b), `minimum` the place where the loss is `least`, `walk` the first 200
    steps from 0 at the rate `lr`, `excess` the loss above the least one on that walk, as a share of that at the start.
    """

    x: Values
    y: Values
    hessian: Values
    minimum: Values
    least: float
    lr: float
    condition: float
    walk: Values
    excess: Values
    steps: int

    def loss(self, w1: Values, w2: Values, b: float) -> Values:
        """The loss at many weights at once: it is a parabola, exactly."""
        d1, d2, d3 = w1 - self.minimum[0], w2 - self.minimum[1], b - self.minimum[2]
        h = self.hessian
        squares = h[0, 0] * d1 * d1 + h[1, 1] * d2 * d2 + h[2, 2] * d3 * d3
        result: Values = self.least + 0.5 * squares + h[0, 1] * d1 * d2 + (h[0, 2] * d1 + h[1, 2] * d2) * d3
        return result


@lru_cache(maxsize=1)
def _draws() -> tuple[Values, Values]:
    """Two features with mean 0, variance 1 and correlation 0 in the sample itself, and some noise for the target."""
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(POINTS, 2))
    return whiten(draws, draws, eps=1e-12)[0], 0.2 * rng.normal(size=POINTS)


def task(correlation: float, offset: float, ratio: float) -> tuple[Values, Values]:
    """Raw inputs `(120, 2)` with exactly these statistics, and the target, which the last two do not touch.

    Before the scales are set, each feature has variance 1 and mean `offset`; the first is then made `ratio` times as
    large. The target is linear in the features as they were before offset and scale, with noise.
    """
    white, noise = _draws()
    first = white[:, 0]
    second = correlation * white[:, 0] + np.sqrt(1.0 - correlation**2) * white[:, 1]
    y = first - 0.5 * second + 0.5 + noise
    return np.stack([ratio * (first + offset), second + offset], axis=1), y


def prepared(x: Values, stage: str) -> Values:
    """The inputs at a stage; each stage goes on from the one before."""
    if stage == "raw":
        return x
    if stage == "centred":
        return zero_center(x, x)[0]
    scaled = standardize(x, x)[0]
    if stage == "pca":
        return _signed(pca(scaled, scaled, k=2)[0], scaled)
    if stage == "whitened":
        return _signed(whiten(scaled, scaled)[0], scaled)
    return zca_whiten(scaled, scaled)[0] if stage == "zca" else scaled


def _signed(turned: Values, scaled: Values) -> Values:
    """Both axes with the sign that lets them go up with the first feature.

    The engine makes the largest entry of an axis positive. The axes of two scaled features stand at 45 degrees, where
    both entries are as large, and a rounding would choose: the cloud would flip over while a slider is dragged.
    """
    return np.asarray(turned * np.where(turned.T @ scaled[:, 0] < 0, -1.0, 1.0))


@lru_cache(maxsize=64)
def unit(stage: str, correlation: float, offset: float, ratio: float) -> Unit:
    """The unit on the inputs at a stage, trained from weights and bias 0 at the best constant rate."""
    raw, y = task(correlation, offset, ratio)
    x = prepared(raw, stage)
    with_ones = np.column_stack([x, np.ones(len(x))])

    def slopes(w: Values) -> Values:
        dscores = mean_squared_error((with_ones @ w)[:, None], y)[1]
        return np.asarray(with_ones.T @ dscores[:, 0])

    # The gradient is linear in the weights: its differences over the three unit steps are the Hessian.
    start = np.zeros(3)
    at_start = slopes(start)
    hessian = np.stack([slopes(step) - at_start for step in np.eye(3)], axis=1)
    hessian = 0.5 * (hessian + hessian.T)
    minimum = newton_step(start, at_start, hessian)
    least = mean_squared_error((with_ones @ minimum)[:, None], y)[0]
    curvatures, directions = np.linalg.eigh(hessian)
    lr = 2.0 / float(curvatures[0] + curvatures[-1])
    rows, pull = hessian.tolist(), at_start.tolist()

    def gradient(w1: float, w2: float, b: float) -> list[float]:
        return [row[0] * w1 + row[1] * w2 + row[2] * b + g for row, g in zip(rows, pull, strict=True)]

    shares = curvatures * (directions.T @ minimum) ** 2
    shares = shares / shares.sum()
    shrink = (1.0 - lr * curvatures) ** 2
    return Unit(
        x=x,
        y=y,
        hessian=hessian,
        minimum=minimum,
        least=least,
        lr=lr,
        condition=float(curvatures[-1] / curvatures[0]),
        walk=path(sgd, gradient, start, STEPS, lr=lr),
        excess=shares @ shrink[:, None] ** np.arange(STEPS + 1),
        steps=_steps(shares, shrink),
    )


def _steps(shares: Values, shrink: Values) -> int:
    """The first step with an excess of at most 1 %; along each principal direction it shrinks by a constant factor."""
    low, high = 0, 1
    while shares @ shrink**high > ARRIVED:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if shares @ shrink**middle > ARRIVED else (low, middle)
    return high
