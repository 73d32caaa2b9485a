"""The widgets on initialization: what is drawn is what was run, and what the buttons say is what is seen."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.widgets import Widget, find
from coursekit.widgets.figure import Edges, Figure
from coursekit.widgets.initialization.demo import Run, run
from coursekit.widgets.initialization.layers import Signals, foretold, signals
from coursekit.words import plain


def chosen(widget: Widget, label: str) -> dict[str, object]:
    return dict(next(t for t in widget.tries if t.label == label).values)


def try_run(label: str) -> Run:
    values = chosen(find("initialization.demo"), label)
    return run(values["data"], values["start"], values["seed"])


def first(result: Run) -> np.ndarray:
    return np.sqrt(np.mean(np.square(result.gradients[:, :12]), axis=1))


def drawn(figure: Figure) -> Edges:
    return next(m for m in figure.panels[0].marks if isinstance(m, Edges))


# -- demo ----------------------------------------------------------------------------------------------------------


def test_zero_stays_zero() -> None:
    result = try_run("Zero")
    assert not result.weights.any()
    assert not result.gradients.any()
    assert result.accuracy[-1] == 0.5


def test_too_small_stalls() -> None:
    result = try_run("Too small")
    assert 0 < first(result)[0] < 1e-4
    assert result.cost[-1] == pytest.approx(np.log(2), abs=2e-3)
    assert not result.gradients[-1].any()


def test_appropriate_learns() -> None:
    result = try_run("Appropriate")
    assert result.accuracy[-1] > 0.9
    assert result.cost[1] < result.cost[0]
    assert result.cost[-1] < 0.2


def test_too_large_begins_with_a_huge_cost_and_gradient() -> None:
    result = try_run("Too large")
    assert 100 < result.cost[0] < 1000
    assert first(result)[0] > 100 * first(try_run("Appropriate"))[0]


def test_too_large_steps_switch_a_whole_layer_off_for_good() -> None:
    result = try_run("Too large")
    assert not result.gradients[1:].any()
    assert result.weights[1].any()
    assert result.accuracy[-1] == 0.5


@pytest.mark.parametrize(("edges", "array"), [("w", "weights"), ("g", "gradients")])
def test_the_edges_are_the_run_s_and_the_view_does_not_train_again(edges: str, array: str) -> None:
    run.cache_clear()
    find("initialization.demo").figure({"data": "moons"})
    figure = find("initialization.demo").figure({"data": "moons", "edges": edges})
    assert run.cache_info().misses == 1
    values, shown = getattr(run("moons", "he", 0), array), drawn(figure).value
    if edges == "w":
        np.testing.assert_allclose(shown * np.abs(values).max(), values, rtol=1e-5, atol=1e-7)
    else:
        np.testing.assert_allclose(shown * np.abs(values).max(axis=1, keepdims=True), values, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("label", ["Too small", "Appropriate", "Too large"])
def test_the_largest_gradient_has_full_colour_in_every_frame_and_the_status_says_how_large_it_is(label: str) -> None:
    values = chosen(find("initialization.demo"), label) | {"edges": "g"}
    figure = find("initialization.demo").figure(values)
    result = run(values["data"], values["start"], values["seed"])
    some = result.gradients.any(axis=1)
    assert some[0]
    np.testing.assert_allclose(np.abs(drawn(figure).value).max(axis=1), np.where(some, 1.0, 0.0))
    assert figure.frames is not None
    for words, gradients in zip(figure.frames.status, result.gradients, strict=True):
        largest = float(np.abs(gradients).max())
        assert words.endswith(f"Full colour: gradient ±{plain(largest)}." if largest else "All gradients are 0.")


def test_every_edge_joins_the_units_of_its_weight() -> None:
    mark = drawn(find("initialization.demo").figure())
    assert mark.value.shape[1] == 2 * 6 + 6 * 6 + 6 * 6 + 6 * 2
    assert np.array_equal(mark.x2, mark.x1 + 1)
    # Weight (i, j) of the first layer, row by row: from input i to unit j.
    assert len(set(mark.y1[0, :6])) == 1
    assert len(set(mark.y2[0, :6])) == 6


# -- layers --------------------------------------------------------------------------------------------------------


def try_signals(label: str) -> Signals:
    return signals(**chosen(find("initialization.layers"), label))


def test_xavier_halves_the_mean_square_under_relu_as_the_formula_says() -> None:
    result = try_signals("ReLU with Xavier")
    assert result.forward_foretold == pytest.approx(0.5 ** np.arange(1, 11), rel=0.1)
    assert (result.forward[-1] / result.forward[0]) ** (1 / 9) == pytest.approx(0.5, abs=0.06)
    assert 3e-4 < result.forward[-1] < 3e-3


def test_he_stays_within_a_factor_of_three_of_one() -> None:
    result = try_signals("The same with He")
    assert 1 / 3 < result.forward[-1] < 3
    assert result.forward_foretold == pytest.approx(np.ones(10), rel=0.1)


def test_the_formula_halves_under_relu_and_its_gradient_too() -> None:
    forward, backward = foretold("relu", [1.0] * 4)
    assert forward == pytest.approx([1 / 2, 1 / 4, 1 / 8, 1 / 16], rel=1e-6)
    # The derivative at exactly 0 is 0: one of the 4,001 points of the grid.
    assert backward == pytest.approx([1 / 8, 1 / 4, 1 / 2, 1], rel=1e-2)
    assert foretold("relu", [2.0] * 4)[0] == pytest.approx(np.ones(4), rel=1e-6)


def test_the_formula_takes_each_layer_s_own_factor() -> None:
    assert foretold("relu", [2.0, 4.0, 1.0])[0] == pytest.approx([1, 2, 1], rel=1e-6)
    assert foretold("relu", [2.0, 4.0, 1.0])[1] == pytest.approx([1, 0.5, 1], rel=1e-2)


def test_wide_uniform_saturates_tanh() -> None:
    assert np.mean(np.abs(try_signals("Uniform(−1, 1), wide").outputs[9]) > 0.9) > 0.75


def test_rand_leaves_the_formula() -> None:
    result = try_signals("rand instead of randn")
    assert result.forward[-1] > 1e6 * result.forward_foretold[-1]


@pytest.mark.parametrize("unit", ["tanh", "relu", "sigmoid"])
def test_the_engine_measures_the_same_sizes(unit: str) -> None:
    result = signals("xavier_init", unit, 1.0, 40, 4)
    rng = np.random.default_rng(0)
    weights = [nn.xavier_init(40, 40, rng) for _ in range(4)]
    x, dout = rng.standard_normal((60, 40)), rng.standard_normal((60, 40))
    forward, backward = getattr(nn, unit), getattr(nn, f"{unit}_backward")
    assert [float(h.std()) for h in result.outputs] == pytest.approx(nn.activation_stds(x, weights, forward))
    stds = nn.gradient_stds(x, weights, forward, backward, dout)
    assert [float(g.std()) for g in result.gradients[:-1]] == pytest.approx(stds[1:])
