"""A linear model under L1 and L2 together, for many strengths at once: what `regularization.paths` draws."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn

Values = NDArray[np.floating]

EXAMPLES, NEW_EXAMPLES, NOISE = 30, 1000, 2.0
#: The weights that made the targets. The fourth feature is the twin of the first.
TRUE = np.array([2.0, -2.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
LOW, HIGH = 0.01, 10.0
#: The strengths of a path.
STRENGTHS = np.geomspace(LOW, HIGH, 37)
STEPS = 800


@dataclass(frozen=True)
class Data:
    """Features with mean 0 and standard deviation 1, targets with mean 0, so that no bias is needed."""

    x: Values
    y: Values
    x_new: Values
    y_new: Values


@lru_cache(maxsize=16)
def examples(likeness: float, seed: int) -> Data:
    """30 examples and 1,000 new ones; the first and the fourth feature correlate by `likeness`."""
    rng = np.random.default_rng([seed, 7])
    n = EXAMPLES + NEW_EXAMPLES
    x = rng.standard_normal((n, len(TRUE)))
    x[:, 3] = likeness * x[:, 0] + np.sqrt(1 - likeness**2) * x[:, 3]
    y = x @ TRUE + NOISE * rng.standard_normal(n)
    mean, std, level = x[:EXAMPLES].mean(axis=0), x[:EXAMPLES].std(axis=0), y[:EXAMPLES].mean()
    x, y = (x - mean) / std, y - level
    return Data(x[:EXAMPLES], y[:EXAMPLES], x[EXAMPLES:], y[EXAMPLES:])


def fit(data: Data, strengths: Values, share: float, exact: bool) -> Values:
    """The weights after 800 steps from 0, a column `(D, 1)` for each of the `strengths`.

    The loss is half the mean squared error plus `lam * (share * ||w||_1 + (1 - share) / 2 * ||w||^2)`. With `exact`
    each step ends with the soft threshold; else the gradient of L1 is taken like that of anything else.
    """
    lam = np.asarray(strengths, float)
    w, b = np.zeros((data.x.shape[1], len(lam))), np.zeros(len(lam))
    targets = np.repeat(data.y[:, None], len(lam), axis=1)
    steepest = float(np.linalg.eigvalsh(data.x.T @ data.x / len(data.x)).max())
    lr = 1.0 / (steepest + (1 - share) * lam)
    reach = lr * lam * share
    for _ in range(STEPS):
        # The engine's mean is over all entries; each column is to have its own, and half of it.
        _, dscores = nn.mean_squared_error(nn.linear(data.x, w, b), targets)
        _, dw, _ = nn.linear_backward(0.5 * len(lam) * dscores, data.x, w)
        _, pull = nn.l2_penalty(w, 1.0 - share)
        kink = 0.0 if exact else share * nn.l1_penalty(w, 1.0)[1]
        w = w - lr * (dw + lam * (pull + kink))
        if share > 0 and exact:
            w = reach * nn.soft_threshold(w / reach, 1.0)  # one threshold for each column
    return w


@dataclass(frozen=True)
class Path:
    """Weights for every strength, `(10, 37)`, and the squared error on new examples `(37,)`; the same at one strength,
    `(10,)` and a number."""

    weights: Values
    errors: Values
    here: Values
    error_here: float

    @property
    def best(self) -> int:
        """The place of the strength with the least error on new examples."""
        return int(self.errors.argmin())


@lru_cache(maxsize=32)
def path(share: float, exact: bool, likeness: float, seed: int, lam: float) -> Path:
    """The whole path and the fit at `lam`."""
    data = examples(likeness, seed)
    weights = fit(data, np.append(STRENGTHS, lam), share, exact)
    outputs = nn.linear(data.x_new, weights, np.zeros(weights.shape[1]))
    errors = np.mean((outputs - data.y_new[:, None]) ** 2, axis=0)
    return Path(weights[:, :-1], errors[:-1], weights[:, -1], float(errors[-1]))
