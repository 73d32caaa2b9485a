"""The cloud from raw to whitened: what is drawn is what the engine computes, and what the buttons say is what is
seen."""

import itertools

import numpy as np
import pytest

from coursekit.data import pca, standardize, whiten, zca_whiten, zero_center
from coursekit.nn import mean_squared_error
from coursekit.widgets import find
from coursekit.widgets.figure import Contour, Dots, Figure, Line, Panel
from coursekit.widgets.preprocessing.cloud import KEPT, STAGES
from coursekit.widgets.preprocessing.linear_unit import ARRIVED, STEPS, Unit, prepared, task, unit

SETTINGS = [(0.8, 1.5, 2.0), (0.0, 3.0, 1.0), (0.95, 0.0, 10.0), (0.5, 4.0, 3.0)]
EVERY = [(stage, *setting) for stage, setting in itertools.product(STAGES, SETTINGS)]


def tried(label: str, **other: object) -> tuple[Unit, Figure]:
    widget = find("preprocessing.cloud")
    values = widget.check(dict(next(t for t in widget.tries if t.label == label).values) | other)
    u = unit(values["stage"], values["correlation"], values["offset"], values["ratio"])
    return u, widget.figure(values)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def mark(figure: Figure, id: str, kind: type) -> object:
    return next(m for m in panel(figure, id).marks if isinstance(m, kind))


def excess(u: Unit, w: np.ndarray) -> float:
    """The loss above the least one at (w1, w2, b), as a share of that at 0, by the engine's loss."""
    loss = mean_squared_error((u.x @ w[:2] + w[2])[:, None], u.y)[0]
    start = mean_squared_error(np.zeros((len(u.x), 1)), u.y)[0]
    return (loss - u.least) / (start - u.least)


@pytest.mark.parametrize(("correlation", "offset", "ratio"), SETTINGS)
def test_the_raw_cloud_has_what_the_sliders_say(correlation: float, offset: float, ratio: float) -> None:
    x, _ = task(correlation, offset, ratio)
    assert np.corrcoef(x.T)[0, 1] == pytest.approx(correlation, abs=1e-9)
    assert x.std(axis=0) == pytest.approx([ratio, 1.0], abs=1e-9)
    assert x.mean(axis=0) == pytest.approx([ratio * offset, offset], abs=1e-9)


def test_each_stage_is_what_the_engine_makes_of_the_one_before() -> None:
    x, _ = task(0.8, 1.5, 2.0)
    scaled = standardize(zero_center(x, x)[0], x)[0]
    expected = {
        "raw": x,
        "centred": zero_center(x, x)[0],
        "scaled": scaled,
        "pca": pca(scaled, scaled, k=2)[0],
        "whitened": whiten(scaled, scaled)[0],
        "zca": zca_whiten(scaled, scaled)[0],
    }
    assert list(expected) == list(STAGES)
    for stage, inputs in expected.items():
        dots = mark(find("preprocessing.cloud").figure({"stage": stage, "offset": 1.5}), "cloud", Dots)
        if stage in ("pca", "whitened"):  # the sign of an axis is free, and made to go up with the first feature here
            inputs = inputs * np.sign(inputs.T @ scaled[:, 0])
        assert np.allclose(prepared(x, stage), inputs, rtol=0, atol=1e-9)
        assert isinstance(dots, Dots)
        assert np.allclose(np.column_stack([dots.x, dots.y]), inputs, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("stage", "correlation", "offset", "ratio"), EVERY)
def test_the_minimum_the_hessian_and_the_rate_are_those_of_the_loss(
    stage: str, correlation: float, offset: float, ratio: float
) -> None:
    u = unit(stage, correlation, offset, ratio)
    inputs = np.column_stack([u.x, np.ones(len(u.x))])
    assert np.allclose(u.hessian, 2.0 * inputs.T @ inputs / len(inputs), rtol=1e-9, atol=1e-9)
    assert np.allclose(u.minimum, np.linalg.lstsq(inputs, u.y, rcond=None)[0], rtol=0, atol=1e-6)
    curvatures = np.linalg.eigvalsh(u.hessian)
    assert u.condition == pytest.approx(curvatures[-1] / curvatures[0])
    # At this rate the flattest and the steepest direction shrink alike; at any other one of them would shrink less.
    assert 1.0 - u.lr * curvatures[0] == pytest.approx(-(1.0 - u.lr * curvatures[-1]), abs=1e-9)


@pytest.mark.parametrize(("stage", "correlation", "offset", "ratio"), EVERY)
def test_the_path_is_gradient_descent_and_its_loss_the_one_drawn(
    stage: str, correlation: float, offset: float, ratio: float
) -> None:
    u = unit(stage, correlation, offset, ratio)
    inputs, w = np.column_stack([u.x, np.ones(len(u.x))]), np.zeros(3)
    for step in range(31):
        assert np.allclose(u.walk[step], w, rtol=0, atol=1e-8)
        assert u.excess[step] == pytest.approx(excess(u, w), abs=1e-8)
        w = w - u.lr * inputs.T @ mean_squared_error((inputs @ w)[:, None], u.y)[1][:, 0]


@pytest.mark.parametrize(("stage", "correlation", "offset", "ratio"), EVERY)
def test_the_steps_in_the_title_are_the_first_that_reach_one_percent(
    stage: str, correlation: float, offset: float, ratio: float
) -> None:
    u = unit(stage, correlation, offset, ratio)
    if u.steps > STEPS:
        assert u.excess[-1] > ARRIVED
        return
    assert excess(u, u.walk[u.steps]) <= ARRIVED < excess(u, u.walk[u.steps - 1])


def test_hundreds_of_steps_are_counted_right() -> None:
    u = unit("raw", 0.0, 3.0, 1.0)
    w = np.zeros(3)
    for _ in range(u.steps - 1):
        w = w - u.lr * (u.hessian @ (w - u.minimum))
    assert u.steps > STEPS
    assert excess(u, w) > ARRIVED
    assert excess(u, w - u.lr * (u.hessian @ (w - u.minimum))) <= ARRIVED


@pytest.mark.parametrize("frame", [0, 3, len(KEPT) - 1])
@pytest.mark.parametrize("stage", STAGES)
def test_the_contours_are_the_loss_with_the_bias_of_that_step(stage: str, frame: int) -> None:
    figure = find("preprocessing.cloud").figure({"stage": stage})
    defaults = find("preprocessing.cloud").defaults
    u = unit(stage, defaults["correlation"], defaults["offset"], defaults["ratio"])
    contour, line = mark(figure, "weights", Contour), mark(figure, "weights", Line)
    assert isinstance(contour, Contour)
    assert isinstance(line, Line)
    z = np.asarray(contour.z)[frame]
    for row, column in [(0, 0), (5, 30), (18, 18), (36, 2)]:
        w = [np.linspace(*contour.x_range, 37)[column], np.linspace(*contour.y_range, 37)[row]]
        loss = mean_squared_error((u.x @ w + u.walk[KEPT[frame], 2])[:, None], u.y)[0]
        assert z[row, column] == pytest.approx(loss, rel=1e-5)
    assert np.asarray(line.x)[frame, -1] == pytest.approx(u.walk[KEPT[frame], 0], abs=1e-5)
    assert np.asarray(line.y)[frame, -1] == pytest.approx(u.walk[KEPT[frame], 1], abs=1e-5)


@pytest.mark.parametrize("stage", STAGES)
def test_the_line_in_the_cloud_is_the_fit_at_the_median_target(stage: str) -> None:
    figure = find("preprocessing.cloud").figure({"stage": stage})
    defaults = find("preprocessing.cloud").defaults
    u = unit(stage, defaults["correlation"], defaults["offset"], defaults["ratio"])
    contour, dots = mark(figure, "cloud", Contour), mark(figure, "cloud", Dots)
    assert isinstance(contour, Contour)
    assert isinstance(dots, Dots)
    z = np.asarray(contour.z)
    for row, column in [(0, 0), (1, 3), (4, 2)]:
        x = [np.linspace(*contour.x_range, 5)[column], np.linspace(*contour.y_range, 5)[row]]
        assert z[row, column] == pytest.approx(x @ u.minimum[:2] + u.minimum[2], abs=1e-5)
    assert contour.levels == [float(np.median(u.y))]
    # The line parts the two kinds of target up to the noise, at every stage.
    above = u.x @ u.minimum[:2] + u.minimum[2] > np.median(u.y)
    assert (above == np.asarray(dots.group).astype(bool)).mean() > 0.85


@pytest.mark.parametrize("setting", SETTINGS)
def test_all_stages_start_and_end_with_the_same_loss(setting: tuple[float, float, float]) -> None:
    units = [unit(stage, *setting) for stage in STAGES]
    assert [u.least for u in units] == pytest.approx([units[0].least] * len(units), rel=1e-6)
    assert all((u.walk[0] == 0).all() for u in units)
    assert units[0].least < 0.1 < mean_squared_error(np.zeros((len(units[0].y), 1)), units[0].y)[0]


@pytest.mark.parametrize("stage", ["pca", "whitened"])
def test_no_axis_flips_while_the_correlation_is_dragged(stage: str) -> None:
    for correlation in np.arange(0.05, 0.96, 0.05):
        x, _ = task(float(correlation), 1.5, 2.0)
        assert (prepared(x, stage).T @ (x[:, 0] - x[:, 0].mean()) > 0).all()


def test_only_the_mean_is_off() -> None:
    raw, figure = tried("Only the mean is off")
    assert raw.condition > 300
    assert raw.x.std(axis=0) == pytest.approx([1.0, 1.0])
    assert "the cloud is round" in panel(figure, "cloud").title
    assert f"{raw.steps} steps" in panel(figure, "weights").title
    centred, figure = tried("Only the mean is off", stage="centred")
    assert centred.condition == pytest.approx(1.0)
    assert centred.steps == 1
    assert "1 step to" in panel(figure, "weights").title


def test_only_the_scales_differ() -> None:
    centred, figure = tried("Only the scales differ")
    assert centred.condition == pytest.approx(100.0)
    assert "condition number 100" in panel(figure, "weights").title
    scaled, _ = tried("Only the scales differ", stage="scaled")
    assert scaled.condition == pytest.approx(1.0)
    assert scaled.steps == 1


def test_turning_is_not_enough() -> None:
    turned, figure = tried("Turning is not enough")
    straight, _ = tried("Turning is not enough", stage="scaled")
    assert turned.condition == pytest.approx(19.0)
    assert turned.condition == pytest.approx(straight.condition)
    assert turned.steps == straight.steps > 10
    assert np.corrcoef(turned.x.T)[0, 1] == pytest.approx(0.0, abs=1e-9)
    assert np.corrcoef(straight.x.T)[0, 1] == pytest.approx(0.9)
    assert abs(turned.hessian[0, 1]) < 1e-9 < abs(straight.hessian[0, 1])
    assert f"condition number 19, {straight.steps} steps" in panel(figure, "weights").title


def test_whiten_the_worst_of_them() -> None:
    white, figure = tried("Whiten the worst of them")
    raw, _ = tried("Whiten the worst of them", stage="raw")
    upright, _ = tried("Whiten the worst of them", stage="zca")
    assert raw.steps > 10000
    assert white.steps == upright.steps == 1
    assert white.condition == pytest.approx(1.0, abs=1e-3)
    assert f"raw inputs take {raw.steps} steps" in figure.status
    # Upright: each feature still goes with the one that it was, which is not so after PCA whitening.
    kept = [abs(np.corrcoef(upright.x[:, i], raw.x[:, i])[0, 1]) for i in range(2)]
    turned = [abs(np.corrcoef(white.x[:, i], raw.x[:, i])[0, 1]) for i in range(2)]
    assert min(kept) > 0.75
    assert min(turned) < 0.5


def test_the_widget_starts_with_a_path_that_arrives_while_it_is_watched() -> None:
    figure = find("preprocessing.cloud").figure()
    defaults = find("preprocessing.cloud").defaults
    u = unit(defaults["stage"], defaults["correlation"], defaults["offset"], defaults["ratio"])
    assert 20 < u.steps < STEPS
    assert figure.frames is not None
    assert figure.frames.start == figure.frames.count - 1 == len(KEPT) - 1


@pytest.mark.parametrize("stage", STAGES)
def test_all_of_the_excess_loss_is_there_before_the_first_step(stage: str) -> None:
    frames = find("preprocessing.cloud").figure({"stage": stage}).frames
    assert frames is not None
    assert "; 100 % of the excess loss is left." in frames.status[0]
