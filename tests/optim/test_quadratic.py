"""Momentum on a quadratic: the factor is that of the steps themselves, and the best setting is the best."""

import numpy as np
import pytest

from coursekit.optim import best_momentum, momentum, momentum_factor, path

GRID = [(lr, rho) for lr in (0.05, 0.3, 1.0, 1.9, 2.5, 3.4) for rho in (0.0, 0.1, 0.5, 0.9)]


@pytest.mark.parametrize(("lr", "rho"), GRID)
@pytest.mark.parametrize("h", [0.5, 1.0])
def test_the_factor_is_the_spectral_radius_of_a_step(lr: float, rho: float, h: float) -> None:
    step = np.array([[1.0 - lr * h, rho], [-lr * h, rho]])  # of w and v
    assert momentum_factor(lr, rho, h) == pytest.approx(np.abs(np.linalg.eigvals(step)).max(), abs=1e-9)


@pytest.mark.parametrize(("lr", "rho"), [(0.05, 0.5), (0.3, 0.9), (2.5, 0.5), (3.4, 0.5)])
def test_the_factor_is_what_a_long_path_shrinks_by(lr: float, rho: float) -> None:
    w = np.abs(path(momentum, lambda w: (w,), [1.0], 400, lr=lr, rho=rho)[:, 0])
    highs = [w[100:150].max(), w[350:400].max()]
    assert (highs[1] / highs[0]) ** (1 / 250) == pytest.approx(momentum_factor(lr, rho), abs=2e-3)


@pytest.mark.parametrize("kappa", [1.0, 3.0, 100.0])
def test_no_setting_near_by_is_better_for_both_ends(kappa: float) -> None:
    def worst(lr: float, rho: float) -> float:
        return max(momentum_factor(lr, rho, h) for h in np.linspace(2.0, 2.0 * kappa, 25))

    lr, rho = best_momentum(2.0, 2.0 * kappa)
    least = worst(lr, rho)
    assert least == pytest.approx((kappa**0.5 - 1) / (kappa**0.5 + 1), abs=1e-6)
    for d in (0.9, 0.99, 1.0, 1.01, 1.1):
        for e in (-0.05, -0.005, 0.0, 0.005, 0.05):
            assert worst(d * lr, min(max(rho + e, 0.0), 1.0)) >= least - 1e-7


def test_curvatures_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="lowest must not be above highest = 1, it is 2"):
        best_momentum(2.0, 1.0)
