"""The bowl: the path is that of gradient descent, the arrow is its gradient, and the notices hold."""

import math

import numpy as np
import pytest

from coursekit.optim import ravine, sgd
from coursekit.widgets import find
from coursekit.widgets.figure import Contour, Dots, Figure, Line, Panel
from coursekit.widgets.loop.bowl import CEILING, STEPS, Walk, off_course, walk


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def lines(figure: Figure, colour: str) -> Line:
    return next(m for p in figure.panels for m in p.marks if isinstance(m, Line) and m.colour == colour)


def suggested(label: str) -> tuple[Figure, Walk]:
    suggestion = next(t for t in find("loop.bowl").tries if t.label == label)
    return find("loop.bowl").figure(suggestion.values), walk(**suggestion.values)


@pytest.mark.parametrize(("kappa", "lr"), [(1.0, 0.3), (20.0, 0.09), (20.0, 0.105)])
def test_every_step_drawn_is_one_of_gradient_descent(kappa: float, lr: float) -> None:
    figure = find("loop.bowl").figure({"kappa": kappa, "lr": lr, "start": (-2.5, 1.0)})
    dots = next(m for m in panel(figure, "plane").marks if isinstance(m, Dots) and m.colour == "accent")
    w = np.array([-2.5, 1.0])
    for place in zip(np.ravel(dots.x), np.ravel(dots.y), strict=True):
        assert np.allclose(place, w, atol=1e-12)
        w = sgd(w, w * [1.0, kappa], lr=lr)


def test_at_twenty_to_one_it_is_the_ravine_of_the_engine() -> None:
    run = walk(20.0, (-2.5, 1.0), 0.09)
    assert np.allclose(run.losses, ravine.value(*run.places.T))
    contour = next(m for m in panel(find("loop.bowl").figure({"kappa": 20.0}), "plane").marks if isinstance(m, Contour))
    x, y = np.meshgrid(np.linspace(*contour.x_range, 61), np.linspace(*contour.y_range, 81))
    assert np.allclose(contour.z, ravine.value(x, y), rtol=1e-5)


@pytest.mark.parametrize("start", [(-2.5, 1.0), (1.3, -0.4), (0.0, 1.5), (2.0, 0.0)])
@pytest.mark.parametrize("kappa", [1.0, 7.0, 100.0])
def test_the_arrow_points_down_at_a_right_angle_to_the_contour(kappa: float, start: tuple[float, float]) -> None:
    figure = find("loop.bowl").figure({"kappa": kappa, "start": start})
    arrow, ring = (
        next(m for m in panel(figure, "plane").marks if isinstance(m, Line) and m.colour == c)
        for c in ("accent", "function")
    )
    way = np.array([arrow.x[1] - arrow.x[0], arrow.y[1] - arrow.y[0]])
    down = -np.array([start[0], kappa * start[1]])
    assert way @ down == pytest.approx(np.linalg.norm(way) * np.linalg.norm(down))
    values = 0.5 * (ring.x**2 + kappa * ring.y**2)
    assert np.allclose(values, 0.5 * (start[0] ** 2 + kappa * start[1] ** 2))
    tangent = np.array([-kappa * start[1], start[0]])
    turn = math.atan2(math.sqrt(kappa) * start[1], start[0])
    near = np.array([-math.sin(turn), math.cos(turn) / math.sqrt(kappa)])
    assert abs(near @ tangent) == pytest.approx(np.linalg.norm(near) * np.linalg.norm(tangent))
    assert abs(way @ near) < 1e-9


def test_the_angle_in_the_title() -> None:
    down, home = np.array([2.5, -20.0]), np.array([2.5, -1.0])
    angle = math.degrees(math.acos(down @ home / np.linalg.norm(down) / np.linalg.norm(home)))
    assert off_course(20.0, (-2.5, 1.0)) == pytest.approx(angle)
    assert f"{angle:.0f}°" in panel(find("loop.bowl").figure(), "plane").title
    assert off_course(20.0, (-2.5, 0.0)) == pytest.approx(0.0)
    assert off_course(1.0, (1.0, -1.0)) == pytest.approx(0.0)
    assert off_course(20.0, (0.0, 0.0)) is None


def test_a_round_bowl_takes_one_step_from_any_start() -> None:
    figure, run = suggested("A round bowl")
    assert np.allclose(run.places[1], 0.0)
    assert "straight at the minimum" in panel(figure, "plane").title
    for start in [(3.0, 2.0), (-0.1, 1.9)]:
        assert np.allclose(walk(1.0, start, 1.0).places[1], 0.0)


def test_in_a_ravine_it_zig_zags_and_creeps_along() -> None:
    figure, run = suggested("A ravine")
    assert not run.cut
    x, y = run.places.T
    assert np.all(y[1:] * y[:-1] < 0)
    assert np.allclose(x[1:] / x[:-1], 0.91)
    assert run.across[0] > 2 * run.along[0]
    assert run.along[20] > 0.95 * run.losses[20]
    assert np.allclose(lines(figure, "a").y, np.maximum(run.along, 1e-6))


def test_too_long_a_step_diverges_across_alone() -> None:
    figure, run = suggested("Too long a step")
    assert run.cut
    assert run.losses.max() <= CEILING
    assert np.allclose(run.across[1:] / run.across[:-1], 1.21)
    assert np.all(np.diff(run.along) < 0)
    assert "cut" in figure.status
    assert len(run.places) > 8
    line = lines(figure, "sgd")
    out = int(np.flatnonzero(np.abs(run.places[:, 1]) > 2.0)[0])
    assert figure.frames.start == out
    assert np.isfinite(line.y[-1]).sum() == out + 1
    assert np.all(np.abs(run.places[out:, 1]) > 2.0)


def test_a_hundred_to_one_is_slow_at_the_best_rate() -> None:
    _, run = suggested("A hundred to one")
    assert np.allclose(np.abs(run.places[1:] / run.places[:-1]), 0.98, atol=0.001)
    assert run.losses[STEPS] / run.losses[0] == pytest.approx(0.2, abs=0.01)
    size = np.linalg.norm
    best = min(np.geomspace(0.01, 0.03, 400), key=lambda lr: max(abs(1 - lr), abs(1 - 100 * lr)))
    assert best == pytest.approx(2 / 101, rel=0.005)
    assert size(run.places[STEPS]) < size(run.places[0])


@pytest.mark.parametrize("kappa", [1.0, 20.0, 100.0])
def test_the_limits_are_where_the_status_says(kappa: float) -> None:
    below, above = (walk(kappa, (-2.5, 1.0), factor * 2 / kappa).across for factor in (0.99, 1.01))
    assert below[-1] < below[0]
    assert above[-1] > above[0]
    status = find("loop.bowl").figure({"kappa": kappa}).status
    assert f"2/κ = {2 / kappa:.4f}" in status
    assert f"2/(1 + κ) = {2 / (1 + kappa):.4f}" in status


def test_the_first_step_may_already_leave_the_scale() -> None:
    figure = find("loop.bowl").figure({"kappa": 100.0, "lr": 2.5, "start": (3.0, 2.0)})
    assert figure.frames.count == 1
    assert "cut" in figure.status


def test_at_the_minimum_there_is_no_arrow() -> None:
    figure = find("loop.bowl").figure({"start": (0.0, 0.0)})
    assert not any(isinstance(m, Line) and m.colour == "accent" for m in panel(figure, "plane").marks)
    assert "no way down" in panel(figure, "plane").title
