"""The widgets on activations: what they draw is what the engine computes, and what their buttons say is what is
seen."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.widgets import ControlError, Try, Widget, find
from coursekit.widgets.activations.deep_signals import HE, signals
from coursekit.widgets.activations.dying_units import UNITS as HIDDEN
from coursekit.widgets.activations.dying_units import _hinges, run
from coursekit.widgets.activations.units import UNITS
from coursekit.widgets.figure import Dots, Figure, Line, Panel, Shade


def suggestion(widget: Widget, label: str) -> Try:
    return next(t for t in widget.tries if t.label == label)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def dot(where: Panel) -> tuple[float, float]:
    mark = next(m for m in where.marks if isinstance(m, Dots))
    return float(np.ravel(mark.x)[0]), float(np.ravel(mark.y)[0])


def slope_at_input(values: dict[str, object]) -> float:
    return dot(panel(find("activations.explorer").figure(values), "derivative"))[1]


# -- explorer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0])
def test_the_derivative_drawn_is_the_slope_of_the_function_drawn(name: str, alpha: float) -> None:
    figure = find("activations.explorer").figure({"unit": name, "alpha": alpha})
    function = next(m for m in panel(figure, "function").marks if isinstance(m, Line) and m.colour == name)
    derivative = next(m for m in panel(figure, "derivative").marks if isinstance(m, Line))
    middle = (function.x[1:] + function.x[:-1]) / 2
    rise = np.diff(function.y) / np.diff(function.x)
    seen = np.isfinite(derivative.y)
    assert np.abs(np.interp(middle, derivative.x[seen], derivative.y[seen]) - rise).max() < 1e-3


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "maxout"])
def test_a_jump_of_the_derivative_is_a_gap_not_a_slope(name: str) -> None:
    figure = find("activations.explorer").figure({"unit": name, "alpha": 0.2})
    line = next(m for m in panel(figure, "derivative").marks if isinstance(m, Line))
    assert np.isnan(line.y).sum() == 1
    assert line.x[np.isnan(line.y)] == 0.0


@pytest.mark.parametrize(("x", "shaded"), [(5.0, True), (0.0, False), (-5.0, True)])
def test_what_is_shaded_is_flat(x: float, shaded: bool) -> None:
    figure = find("activations.explorer").figure({"unit": "tanh", "x": x})
    stretches = [m for m in panel(figure, "function").marks if isinstance(m, Shade)]
    assert any(m.x1 <= x <= m.x2 for m in stretches) == shaded
    assert (abs(slope_at_input({"unit": "tanh", "x": x})) < 0.05) == shaded


def test_the_tangent_touches_the_function() -> None:
    figure = find("activations.explorer").figure({"unit": "elu", "x": -1.0, "alpha": 1.0})
    tangent = next(m for m in panel(figure, "function").marks if isinstance(m, Line) and m.label == "tangent")
    rise = (tangent.y[1] - tangent.y[0]) / (tangent.x[1] - tangent.x[0])
    assert rise == pytest.approx(np.exp(-1.0), abs=1e-12)
    assert np.interp(-1.0, tangent.x, tangent.y) == pytest.approx(np.expm1(-1.0), abs=1e-12)


def test_alpha_moves_only_the_units_that_have_one() -> None:
    for name, unit in UNITS.items():
        values = [slope_at_input({"unit": name, "x": -1.0, "alpha": alpha}) for alpha in (0.1, 0.9)]
        assert (values[0] != values[1]) == unit.takes_alpha, name


def test_sigmoid_at_its_best_has_a_quarter() -> None:
    assert slope_at_input(dict(suggestion(find("activations.explorer"), "Sigmoid at its best").values)) == 0.25
    assert max(slope_at_input({"unit": "sigmoid", "x": x}) for x in np.arange(-6.0, 6.1, 0.1).clip(-6, 6)) == 0.25


def test_a_relu_that_is_off_passes_nothing_and_on_the_other_side_all() -> None:
    values = dict(suggestion(find("activations.explorer"), "A ReLU that is off").values)
    assert slope_at_input(values) == 0.0
    assert slope_at_input(values | {"x": 1.0}) == 1.0


def test_the_leak_is_a_tenth() -> None:
    values = dict(suggestion(find("activations.explorer"), "Leave a leak").values)
    assert slope_at_input(values) == pytest.approx(0.1)


def test_maxout_is_the_absolute_value_relu_and_flat_nowhere() -> None:
    values = dict(suggestion(find("activations.explorer"), "Bend maxout into |x|").values)
    for alpha, expected in ((1.0, np.abs), (0.0, nn.relu)):
        figure = find("activations.explorer").figure(values | {"alpha": alpha})
        line = next(m for m in panel(figure, "function").marks if isinstance(m, Line) and m.colour == "maxout")
        assert np.array_equal(line.y, expected(line.x))
    assert not [m for m in panel(find("activations.explorer").figure(values), "function").marks if isinstance(m, Shade)]


# -- deep ------------------------------------------------------------------------------------------------------


def try_signals(label: str):
    return signals(**suggestion(find("activations.deep"), label).values)


def test_ten_sigmoid_layers_leave_less_than_a_hundred_thousandth() -> None:
    run_ = try_signals("Ten sigmoid layers")
    assert run_.gradient_std[0] / run_.gradient_std[-1] < 1e-5
    assert np.all(np.diff(np.log(run_.gradient_std)) > np.log(2))


def test_relu_with_he_stays_within_one_power_of_ten() -> None:
    run_ = try_signals("Twenty ReLU layers, He")
    for sizes in (run_.output_std, run_.gradient_std):
        assert sizes.max() / sizes.min() < 10


def test_relu_with_xavier_keeps_071_a_layer_and_a_thousandth_in_all() -> None:
    run_ = try_signals("The same with Xavier")
    for ratio in (run_.gradient_std[0] / run_.gradient_std[-1], run_.output_std[-1] / run_.output_std[0]):
        assert 3e-4 < ratio < 3e-3
        assert ratio ** (1 / 19) == pytest.approx(0.71, abs=0.02)


def test_large_tanh_weights_pile_up_the_outputs_and_grow_the_gradient() -> None:
    run_ = try_signals("tanh with weights too large")
    assert np.mean(np.abs(run_.outputs[9]) > 0.9) > 0.7
    assert run_.gradient_std[0] > 100 * run_.gradient_std[-1]


def test_the_engine_model_gives_the_same_signals() -> None:
    run_ = signals("tanh", 1.0, 3)
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal((100, 100)), rng.standard_normal((100, 100))
    weights = [nn.normal_init(100, 100, 0.1, rng) for _ in range(3)]
    layers = [layer for _ in range(3) for layer in (nn.Linear(100, 100), nn.Tanh())]
    model = nn.Sequential(*layers, rng=np.random.default_rng(1))
    for layer, w in zip(model.layers[::2], weights, strict=True):
        layer.params["w"][...], layer.params["b"][...] = w, 0.0
    outputs = model.outputs(x)[1::2]
    model.forward(x)
    model.backward(dout)
    for mine, theirs in zip(run_.outputs + run_.gradients, outputs + model.gradients()[1::2], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("gain", "scheme"), [(1.0, "Xavier's scale"), (HE, "He's scale"), (3.0, "3.00 times Xavier's")]
)
def test_the_scheme_is_named(gain: float, scheme: str) -> None:
    assert scheme in find("activations.deep").figure({"gain": gain}).status


# -- dead ------------------------------------------------------------------------------------------------------


def try_run(label: str):
    return run(**suggestion(find("activations.dead"), label).values)


def test_learning_gently_kills_no_unit_and_learns() -> None:
    result = try_run("Learn gently")
    assert not result.dead.any()
    assert result.accuracy[-1] > 0.9
    x, _ = _hinges(result.weights[-1:], result.biases[-1:], ~result.dead[-1:])
    assert np.isfinite(x).sum() == 2 * HIDDEN, "every line is on the panel"


def test_learning_far_too_fast_kills_all() -> None:
    result = try_run("Learn far too fast")
    assert result.dead[-1].all()
    assert result.accuracy[-1] == pytest.approx(0.5, abs=0.01)


def test_negative_biases_kill_nearly_half_at_once_and_for_good() -> None:
    result = try_run("Start with biases of −2")
    assert 0.4 < result.dead[0].mean() < 0.5
    assert np.all(result.dead[:, result.dead[0]])
    assert np.array_equal(result.weights[-1][:, result.dead[0]], result.weights[0][:, result.dead[0]])


def test_leaky_units_do_not_die_and_do_better_but_badly() -> None:
    leaky, dead = try_run("Far too fast, but leaky"), try_run("Learn far too fast")
    assert not leaky.dead.any()
    assert dead.accuracy[-1] < leaky.accuracy[-1] < 0.9


def test_it_starts_in_a_state_worth_seeing() -> None:
    figure = find("activations.dead").figure()
    assert 0.1 < run("relu", 5.0, 0.0, 0).dead[-1].mean() < 0.9
    assert "of 30 units dead" in figure.frames.status[-1]


def test_a_hinge_is_where_its_unit_switches() -> None:
    result = run("relu", 0.5, 0.0, 0)
    x, y = _hinges(result.weights, result.biases, np.ones_like(result.dead))
    w, b = result.weights[-1], result.biases[-1]
    for unit in range(HIDDEN):
        for end in range(2):
            point = np.array([x[-1, 3 * unit + end], y[-1, 3 * unit + end]])
            if np.isfinite(point).all():
                assert abs(point @ w[:, unit] + b[unit]) < 1e-9 * (1 + np.abs(w[:, unit]).sum())
                assert np.abs(point).max() <= 2.6 + 1e-9


def test_divergence_is_said_and_drawn() -> None:
    result = run("leaky_relu", 10.0, 0.0, 3)
    figure = find("activations.dead").figure({"unit": "leaky_relu", "lr": 10.0, "seed": 3})
    assert result.diverged == ("no longer a finite number" in figure.status)


# -- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "values", "told"),
    [
        ("activations.explorer", {"x": 7.0}, "it takes a number from -6 to 6"),
        ("activations.explorer", {"unit": "Relu"}, "one of sigmoid, tanh, relu"),
        ("activations.deep", {"depth": 2.5}, "a whole number from 2 to 20"),
        ("activations.deep", {"gain": float("nan")}, "a number from 0.1 to 10"),
        ("activations.dead", {"seed": -1}, "a count of 0 or more"),
        ("activations.dead", {"rate": 1.0}, "has no control 'rate'"),
    ],
)
def test_a_value_that_a_control_does_not_take_is_refused_in_one_line(
    id: str, values: dict[str, object], told: str
) -> None:
    with pytest.raises(ControlError, match=r"^[^\n]+$") as refused:
        find(id).figure(values)
    assert told in str(refused.value)
