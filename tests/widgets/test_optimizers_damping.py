"""Damping: the map is the engine's factor, the curves are steps of momentum, the words say which kind it is."""

import math

import numpy as np
import pytest

from coursekit.optim import best_momentum, momentum, momentum_factor
from coursekit.widgets import find
from coursekit.widgets.figure import Dots, Line, Raster
from coursekit.widgets.optimizers.damping import RATE, SHARE, STEPS, kind_of, swing

WIDGET = find("optimizers.damping")


def setting(label: str) -> tuple[float, float]:
    at: tuple[float, float] = next(t for t in WIDGET.tries if t.label == label).values["setting"]
    return at


def steps_to_a_hundredth(w: np.ndarray) -> int:
    """The first step from which on the distance is a hundredth or less."""
    return int(np.flatnonzero(np.abs(w) > 0.01)[-1]) + 1


@pytest.mark.parametrize(("rate", "rho"), [(0.2, 0.8), (0.05, 0.0), (2.5, 0.5), (3.9, 0.2)])
def test_the_distances_are_steps_of_momentum(rate: float, rho: float) -> None:
    w, v = np.ones(1), np.zeros(1)
    for distance in swing(rate, rho):
        assert distance == pytest.approx(w[0], rel=1e-9, abs=1e-12)
        w, v = momentum(w, w, v, lr=rate, rho=rho)


def test_the_map_is_the_engine_s_factor_cut_at_its_top() -> None:
    raster = next(m for m in WIDGET.figure().panels[0].marks if isinstance(m, Raster))
    rows, columns = raster.z.shape
    rates, shares = np.linspace(*RATE, columns), np.linspace(*SHARE, rows)
    for i, j in ((0, 0), (10, 5), (40, 40), (66, 80), (30, 70)):
        assert raster.z[i, j] == pytest.approx(min(1.2, momentum_factor(rates[j], shares[i])), rel=1e-6)


@pytest.mark.parametrize(
    ("rate", "rho", "kind"),
    [
        (0.05, 0.0, "over-damped"),
        (0.05, 0.603, "critically damped"),
        (0.05, 0.9, "under-damped"),
        (1.9, 0.05, "changes sides at every step"),
        (2.5, 0.2, "diverges"),
        (2.0, 0.0, "neither shrinks nor grows"),
    ],
)
def test_the_kind_is_what_the_distance_does(rate: float, rho: float, kind: str) -> None:
    assert kind_of(rate, rho) == kind
    w = swing(rate, rho)
    turns = int(np.sum(np.diff(np.sign(w)) != 0))
    if kind == "over-damped":
        assert turns == 0
        assert np.all(np.diff(w) < 0)
    elif kind == "under-damped":
        assert 1 <= turns < STEPS / 2
    elif kind == "changes sides at every step":
        assert turns == STEPS
    elif kind == "diverges":
        assert abs(w[-1]) > 10


@pytest.mark.parametrize("values", [{}, {"kappa": 25.0}, {"setting": (2.5, 0.2)}, {"setting": (1.0, 0.0)}])
def test_no_distance_stands_out_of_its_envelope_and_one_touches_it(values: dict[str, object]) -> None:
    lines = [m for m in WIDGET.figure(values).panels[1].marks if isinstance(m, Line)]
    for upper, lower, w in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        assert (np.abs(w.y) <= upper.y + 1e-6).all()
        assert lower.y == pytest.approx(-upper.y)
        assert np.isclose(np.abs(w.y), upper.y, atol=1e-6).any()
        assert w.grow


def test_two_curvatures_are_two_points_of_one_height() -> None:
    dots = [m for m in WIDGET.figure({"setting": (2.0, 0.4), "kappa": 10.0}).panels[0].marks if isinstance(m, Dots)]
    assert [(float(d.x[0]), float(d.y[0])) for d in dots] == [(2.0, 0.4), (pytest.approx(0.2), 0.4)]


# -- the tries -----------------------------------------------------------------------------------------------------


def test_crawl() -> None:
    rate, rho = setting("Crawl")
    w = swing(rate, rho)
    assert w[1:] / w[:-1] == pytest.approx(0.95)
    factors = [momentum_factor(rate, r) for r in np.arange(0.0, 0.6, 0.05)]
    assert (np.diff(factors) < 0).all()  # straight up it gets faster, to the curve
    assert kind_of(rate, 0.7) == "under-damped"


def test_just_enough() -> None:
    rate, rho = setting("Just enough")
    assert rho == pytest.approx((1 - math.sqrt(rate)) ** 2, abs=1e-3)
    w = swing(rate, rho)
    assert (w > 0).all()
    assert steps_to_a_hundredth(w) == 26
    assert math.ceil(math.log(0.01) / math.log(1 - rate)) == 90


def test_too_little_damping() -> None:
    rate, rho = setting("Too little damping")
    for other in (rate, 0.5, 1.5, 3.0):
        assert momentum_factor(other, rho) == pytest.approx(0.975, abs=5e-4)
    crossings = [int(np.sum(np.diff(np.sign(swing(r, rho))) != 0)) for r in (rate, 0.5, 1.5, 3.0)]
    assert crossings == sorted(crossings)
    assert crossings[0] < crossings[-1]


def test_two_curvatures_at_once() -> None:
    suggestion = next(t for t in WIDGET.tries if t.label == "Two curvatures at once")
    (rate, rho), kappa = suggestion.values["setting"], suggestion.values["kappa"]
    lr, best = best_momentum(1.0, kappa)
    assert (rate, rho) == pytest.approx((lr * kappa, best), abs=1e-3)
    for r in (rate, rate / kappa):
        assert momentum_factor(r, rho) == pytest.approx(2 / 3, abs=2e-3)
    assert (kappa - 1) / (kappa + 1) == pytest.approx(0.92, abs=5e-3)
    assert "0.667; without momentum 0.923" in WIDGET.figure(suggestion.values).status
