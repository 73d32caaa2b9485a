"""The vote: what is drawn is the engine's formula and a simulation that keeps to it; each button shows what it says."""

import numpy as np
import pytest

from coursekit.training import ensemble_error, majority_vote
from coursekit.widgets import find
from coursekit.widgets.ensembles.voters import (
    MOST,
    QUESTIONS,
    SHOWN,
    SIZES,
    break_even,
    drawn,
    foretold,
    measured_correlation,
    simulated,
    trio,
)
from coursekit.widgets.figure import Bars, Dots, Figure, Line, Panel, Raster, Shade

WIDGET = find("ensembles.voters")


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def tried(label: str) -> tuple[dict[str, float], Figure]:
    values = dict(next(t.values for t in WIDGET.tries if t.label == label))
    return values, WIDGET.figure(values)


# -- the draws -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "rho"), [(0.1, 0.0), (0.3, 0.2), (0.5, 0.6), (0.2, 1.0)])
def test_voters_err_and_correlate_as_the_sliders_say(p: float, rho: float) -> None:
    wrong = np.concatenate([drawn(p, rho, seed) for seed in range(10)], axis=1)
    spread = 4 * np.sqrt(p * (1 - p) / (10 * QUESTIONS))
    assert wrong.mean(axis=1) == pytest.approx(np.full(MOST, p), abs=spread)
    assert np.mean([measured_correlation(p, rho, seed, 21) for seed in range(10)]) == pytest.approx(rho, abs=0.02)


@pytest.mark.parametrize(("p", "rho"), [(0.3, 0.0), (0.3, 0.2), (0.55, 0.1), (0.1, 0.8)])
def test_the_simulation_keeps_to_the_formula(p: float, rho: float) -> None:
    shares = np.mean([simulated(p, rho, seed) for seed in range(10)], axis=0)
    expected = np.array([foretold(p, int(m), rho) for m in SIZES])
    spread = np.sqrt(expected * (1 - expected) / (10 * QUESTIONS))
    assert np.all(np.abs(shares - expected) <= 4.5 * spread + 1e-3)


def test_the_ends_of_the_correlation() -> None:
    assert foretold(0.3, 21, 0.0) == pytest.approx(ensemble_error(0.3, 21))
    assert foretold(0.3, 21, 1.0) == pytest.approx(0.3)
    assert np.all(drawn(0.3, 1.0, 0) == drawn(0.3, 1.0, 0)[0])
    assert np.isnan(measured_correlation(0.3, 0.2, 0, 1))


def test_more_errors_and_more_likeness_change_no_more_than_they_have_to() -> None:
    few, many = drawn(0.2, 0.3, 0), drawn(0.4, 0.3, 0)
    assert np.all(many >= few)
    free, alike = drawn(0.3, 0.0, 0), drawn(0.3, 0.2, 0)
    changed = np.any(free != alike, axis=0)
    assert np.mean(changed) < 0.25


@pytest.mark.parametrize("p", [0.05, 0.1, 0.2, 0.4])
def test_two_weaker_voters_break_even_where_the_odds_say(p: float) -> None:
    """Independent: their odds of being wrong, multiplied, are those of the one."""
    q = break_even(p, 0.0)
    assert (q / (1 - q)) ** 2 == pytest.approx(p / (1 - p), rel=1e-6)
    assert trio(p, q, 0.0) == pytest.approx(p)
    assert break_even(p, 1.0) == pytest.approx(p, abs=1e-6)
    assert break_even(p, 0.3) < q


# -- the drawing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"m": 1}, {"m": 51, "rho": 0.0}, {"p": 0.6, "rho": 1.0}])
def test_what_is_drawn_is_what_is_drawn_by_lot(values: dict[str, float]) -> None:
    figure, chosen = WIDGET.figure(values), WIDGET.check(values)
    p, m, rho, seed = (chosen[name] for name in ("p", "m", "rho", "seed"))
    wrong = drawn(p, rho, seed)[:m]
    raster = next(mark for mark in panel(figure, "questions").marks if isinstance(mark, Raster))
    z = np.asarray(raster.z)
    assert np.array_equal(z[-m:], wrong[:, :SHOWN])
    assert np.array_equal(z[0], majority_vote(wrong, 2)[:SHOWN])
    assert not z[(len(z) - m) // 2 : -m].any()
    top, bottom = raster.y_range[1], raster.y_range[0]
    assert (top, top - bottom) == (m, len(z) - 1)  # a voter a unit of the axis
    bars = next(mark for mark in panel(figure, "counts").marks if isinstance(mark, Bars))
    assert bars.heights.sum() == pytest.approx(100.0)
    shade = next(mark for mark in panel(figure, "counts").marks if isinstance(mark, Shade))
    lost = bars.heights[np.arange(m + 1) > shade.x1].sum()
    assert lost == pytest.approx(100 * simulated(p, rho, seed)[m // 2])
    assert f"on {lost:.1f} %" in panel(figure, "counts").title


def test_the_curves_are_the_formulas_and_the_dot_is_where_the_sliders_are() -> None:
    figure = WIDGET.figure({"p": 0.2, "m": 11, "rho": 0.3, "q": 0.3})
    free, theirs = (m for m in panel(figure, "sizes").marks if isinstance(m, Line))
    at = 5  # m = 11
    assert free.y[at] == pytest.approx(100 * ensemble_error(0.2, 11))
    assert theirs.y[at] == pytest.approx(100 * foretold(0.2, 11, 0.3))
    here = [m for m in panel(figure, "sizes").marks if isinstance(m, Dots)][-1]
    assert (here.x[0], here.y[0]) == pytest.approx((11, theirs.y[at]))
    weaker = next(m for m in panel(figure, "weaker").marks if isinstance(m, Line))
    assert weaker.y[30] == pytest.approx(100 * trio(0.2, 0.3, 0.3))
    shade = next(m for m in panel(figure, "weaker").marks if isinstance(m, Shade))
    assert shade.x2 == pytest.approx(100 * break_even(0.2, 0.3))


def test_an_even_number_from_a_link_becomes_the_next_odd_one() -> None:
    assert WIDGET.figure({"m": 10}).status == WIDGET.figure({"m": 11}).status


# -- the suggestions -----------------------------------------------------------------------------------------------


def test_independent_voters_lose_three_questions_in_a_hundred() -> None:
    values, figure = tried("Independent")
    assert foretold(0.3, 21, 0.0) == pytest.approx(0.03, abs=0.005)
    assert simulated(0.3, 0.0, 0)[10] == pytest.approx(0.03, abs=0.005)
    columns = drawn(0.3, 0.0, 0)[:21, :SHOWN].mean(axis=0)
    assert np.sum(columns > 0.5) <= 3
    assert columns.std() < 0.12
    assert "2.6 % wrong, one alone 30 %" in panel(figure, "sizes").title
    assert values["rho"] == 0


def test_a_shared_fifth_is_a_floor() -> None:
    _, figure = tried("A fifth of the errors shared")
    floor = 0.2 * 0.3
    fifty, twenty = foretold(0.3, 51, 0.2), foretold(0.3, 21, 0.2)
    assert floor < fifty < twenty < floor + 0.025
    assert twenty - fifty < 0.1 * (0.3 - twenty)
    columns = drawn(0.3, 0.2, 0)[:, :SHOWN].mean(axis=0)
    assert np.sum(columns == 1.0) >= 2
    assert "6.1 % wrong" in panel(figure, "sizes").title


def test_above_one_half_it_gets_worse() -> None:
    values, _ = tried("Worse than a coin")
    assert (values["p"], values["m"]) == (0.55, 51)
    assert foretold(0.55, 51, 0.0) == pytest.approx(0.75, abs=0.03)
    assert simulated(0.55, 0.0, 0)[-1] == pytest.approx(0.75, abs=0.03)


def test_two_at_80_percent_help_one_at_90() -> None:
    _, figure = tried("One at 90 %, two at 80 %")
    assert trio(0.1, 0.2, 0.0) == pytest.approx(0.072, abs=1e-9)
    assert break_even(0.1, 0.0) == pytest.approx(0.25)
    assert "10 → 7.2 %; they help below 25 %" in panel(figure, "weaker").title
    assert trio(0.1, 0.2, 0.25) > 0.1  # "how soon they do not"
