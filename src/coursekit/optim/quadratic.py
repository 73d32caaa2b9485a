"""Momentum on a quadratic, solved: how fast it comes in, and the best rate and share for given curvatures."""

import math

from coursekit.arguments import takes


@takes(lr="real [0, inf)", rho="real [0, 1]", curvature="real [0, inf)")
def momentum_factor(lr: float, rho: float, curvature: float = 1.0) -> float:
    """The factor by which `momentum` shrinks a distance per step in the long run, on `curvature * w**2 / 2`.

    Two positions in a row fix the next: `w' = b w - rho w_before` with `b = 1 + rho - lr * curvature`. So it is the
    larger size of the roots of `z**2 - b z + rho`: `sqrt(rho)` where they are complex, that is where the distance
    swings, and `(|b| + sqrt(b**2 - 4 rho)) / 2` where they are real. Above 1 it diverges (Polyak 1964).

    >>> momentum_factor(lr=0.5, rho=0.0), round(momentum_factor(lr=0.5, rho=0.81), 6)
    (0.5, 0.9)
    """
    b = 1.0 + rho - lr * curvature
    inside = b * b - 4.0 * rho
    return math.sqrt(rho) if inside < 0.0 else 0.5 * (abs(b) + math.sqrt(inside))


@takes(lowest="real (0, inf)", highest="real (0, inf)")
def best_momentum(lowest: float, highest: float) -> tuple[float, float]:
    """The `lr, rho` with the least `momentum_factor` for all curvatures from `lowest` to `highest` (Polyak 1964).

    `lr = (2 / (sqrt(lowest) + sqrt(highest)))**2` and `rho = ((sqrt(kappa) - 1) / (sqrt(kappa) + 1))**2`, where
    `kappa = highest / lowest`. Both ends are damped critically, and the factor is `sqrt(rho)`. Raises `ValueError` if
    `lowest` is above `highest`.

    >>> lr, rho = best_momentum(1.0, 9.0)
    >>> lr, rho, momentum_factor(lr, rho, 1.0), momentum_factor(lr, rho, 9.0)
    (0.25, 0.25, 0.5, 0.5)
    """
    if lowest > highest:
        raise ValueError(f"best_momentum: lowest must not be above highest = {highest:g}, it is {lowest:g}")
    a, b = math.sqrt(lowest), math.sqrt(highest)
    return (2.0 / (a + b)) ** 2, ((b - a) / (b + a)) ** 2
