"""The steps in a valley: what is drawn is what gradient descent does, and the limits are where they are said to be."""

import numpy as np
import pytest

from coursekit.optim import sgd
from coursekit.widgets import find
from coursekit.widgets.figure import Dots, Figure, Line, Panel
from coursekit.widgets.loop.valley import CEILING, FLOOR, STEPS, TWO_VALLEYS, curve_of, quadratic, walk


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def steps(label: str) -> tuple[Figure, np.ndarray, np.ndarray]:
    """The figure of a suggestion, with the places of its steps and the losses drawn."""
    suggestion = next(t for t in find("loop.valley").tries if t.label == label)
    figure = find("loop.valley").figure(suggestion.values)
    dots = [m for m in panel(figure, "curve").marks if isinstance(m, Dots)][-1]
    losses = next(m for m in panel(figure, "loss").marks if isinstance(m, Line)).y
    return figure, np.ravel(dots.x), np.ravel(losses)


@pytest.mark.parametrize(("shape", "lr"), [("quadratic", 0.3), ("quadratic", 1.7), ("two", 0.1)])
def test_every_step_drawn_is_one_of_gradient_descent_and_lies_on_the_curve(shape: str, lr: float) -> None:
    figure = find("loop.valley").figure({"shape": shape, "lr": lr, "start": -3.0, "h": 1.0})
    curve = curve_of(shape, 1.0)
    dots = [m for m in panel(figure, "curve").marks if isinstance(m, Dots)][-1]
    x, y = np.ravel(dots.x), np.ravel(dots.y)
    w = np.array([-3.0])
    for place, height in zip(x, y, strict=True):
        assert place == pytest.approx(w[0], abs=1e-12)
        assert height == pytest.approx(curve.value(w[0]) - curve.lowest, abs=1e-12)
        w = sgd(w, np.array([curve.slope(w[0])]), lr=lr)


@pytest.mark.parametrize("curve", [quadratic(0.7), quadratic(4.0), TWO_VALLEYS])
def test_slope_curvature_and_minima_belong_to_the_curve(curve: object) -> None:
    grid, d = np.linspace(-3.5, 3.5, 41), 1e-5
    assert np.allclose((curve.value(grid + d) - curve.value(grid - d)) / (2 * d), curve.slope(grid), atol=1e-6)
    assert np.allclose((curve.slope(grid + d) - curve.slope(grid - d)) / (2 * d), curve.curvature(grid), atol=1e-6)
    for place in curve.minima:
        assert curve.slope(place) == pytest.approx(0.0, abs=1e-12)
        assert curve.curvature(place) > 0
    assert curve.value(np.linspace(-4, 4, 4001)).min() >= curve.lowest - 1e-9


@pytest.mark.parametrize("h", [0.5, 1.0, 2.5])
def test_the_limits_are_where_the_status_says(h: float) -> None:
    best, _, _ = walk(quadratic(h), -3.0, 1 / h)
    assert abs(best[1]) < 1e-12
    assert abs(walk(quadratic(h), -3.0, 0.99 * 2 / h)[0][-1]) < 3.0
    assert abs(walk(quadratic(h), -3.0, 1.01 * 2 / h)[0][-1]) > 3.0
    status = find("loop.valley").figure({"h": h}).status
    assert f"1/h = {1 / h:.3f}" in status
    assert f"2/h = {2 / h:.3f}" in status


def test_crawling_leaves_more_than_a_third() -> None:
    figure, x, _ = steps("Crawl")
    assert len(x) == STEPS + 1
    assert np.allclose(x[1:] / x[:-1], 0.97)
    assert 1 / 3 < x[-1] / x[0] < 1 / 2
    assert "crawls" in panel(figure, "curve").title


def test_converging_halves_the_distance_and_quarters_the_loss() -> None:
    _, x, losses = steps("Converge")
    assert np.allclose(x[1:] / x[:-1], 0.5)
    above = losses[losses > FLOOR]
    assert len(above) > 10
    assert np.allclose(above[1:] / above[:-1], 0.25)


def test_oscillating_changes_sides_and_comes_a_tenth_nearer() -> None:
    _, x, losses = steps("Oscillate")
    assert np.allclose(x[1:] / x[:-1], -0.9)
    assert np.all(np.diff(losses) < 0)
    crawl = walk(quadratic(1.0), -3.0, 0.1)[1]
    assert np.allclose(losses, crawl)


def test_diverging_lands_ever_farther_from_any_start_and_is_cut() -> None:
    figure, x, losses = steps("Diverge")
    assert np.allclose(x[1:] / x[:-1], -1.2)
    assert losses[-1] <= CEILING < losses[-1] * 1.2**2
    assert "cut" in figure.status
    assert "diverges" in panel(figure, "curve").title
    assert np.flatnonzero(np.abs(x) > 4.0)[0] == figure.frames.start == 8
    near = walk(quadratic(1.0), 0.1, 2.2)[0]
    assert abs(near[-1]) > 10 * abs(near[0])


def test_the_start_at_the_minimum_does_not_move() -> None:
    figure = find("loop.valley").figure({"start": 0.0, "lr": 4.0})
    dots = [m for m in panel(figure, "curve").marks if isinstance(m, Dots)][-1]
    assert not np.any(dots.x)
    assert "slope is 0" in panel(figure, "curve").title


def test_of_two_valleys_the_start_and_the_rate_choose_one() -> None:
    def title(start: float, lr: float) -> str:
        figure = find("loop.valley").figure({"shape": "two", "start": start, "lr": lr})
        return panel(figure, "curve").title

    assert title(-3.0, 0.1) == "ends in the deep left valley"
    assert title(3.0, 0.1) == "ends in the shallow right valley"
    deep, wide = (2 / TWO_VALLEYS.curvature(place) for place in TWO_VALLEYS.minima)
    assert deep < wide
    rate = (deep + wide) / 2
    for start in np.linspace(-2.5, 2.5, 21):
        assert abs(walk(TWO_VALLEYS, float(start), float(rate))[0][-1] - TWO_VALLEYS.minima[0]) > 0.01


def test_the_two_valleys_are_first_seen_with_a_rate_that_leaves_the_deep_one() -> None:
    figure = find("loop.valley").figure({"shape": "two"})
    assert panel(figure, "curve").title == "jumps out of the deep left valley into the shallow right one"
    assert walk(TWO_VALLEYS, -3.0, 0.5)[0][-1] == pytest.approx(TWO_VALLEYS.minima[1], abs=0.01)
    assert find("loop.valley").defaults["start"] < TWO_VALLEYS.minima[0]


def test_its_frames_grow_by_one_step() -> None:
    figure = find("loop.valley").figure()
    line = next(m for m in panel(figure, "curve").marks if isinstance(m, Line) and m.frames)
    assert list(np.isfinite(line.y).sum(axis=1)) == list(range(1, figure.frames.count + 1))
