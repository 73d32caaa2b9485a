"""Grid against random, and the map of rate and penalty: what they draw is computed, what their buttons say is seen."""

import numpy as np
import pytest

from coursekit.nn import L2, Linear, ReLU, Sequential, SoftmaxCrossEntropy
from coursekit.optim import SGD
from coursekit.training import Range, train
from coursekit.widgets import Try, Widget, find
from coursekit.widgets.babysitting.heat_map import (
    DRAWS,
    EXPLODED,
    FINE,
    HIGH,
    LOW,
    RATES,
    ROWS,
    STRENGTHS,
    drawn_trials,
    shown,
)
from coursekit.widgets.babysitting.hills import HILLS, METHODS, SIZES, distinct, expected, hill, search, settings
from coursekit.widgets.babysitting.sweep import BATCH, KEPT, UNITS, mapped, split, ticks, trained
from coursekit.widgets.figure import Dots, Figure, Line, Panel, Raster

SEARCH, HEATMAP = find("babysitting.search"), find("babysitting.heatmap")


def suggestion(widget: Widget, label: str) -> Try:
    return next(t for t in widget.tries if t.label == label)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


# -- search --------------------------------------------------------------------------------------------------------


def best(method: str, values: dict[str, object]) -> float:
    n, weight, seed = int(str(values["n"])), float(str(values["weight"])), int(str(values["seed"]))
    return 1.0 - search(method, hill(weight, seed), n, seed)[1].value


def test_a_hill_is_worth_one_at_its_top_and_the_weight_is_what_the_second_parameter_counts() -> None:
    for weight in (0.0, 0.3, 1.0):
        top = hill(weight, 5)
        here = top.value(np.array(top.first), np.array(top.second))
        assert here == pytest.approx(1.0)
        away = top.value(np.array(top.first + 0.05 * weight), np.array(top.second))
        assert top.value(np.array(top.first), np.array(top.second + 0.05)) == pytest.approx(away)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", SIZES)
def test_each_method_has_its_trials_inside_and_a_grid_repeats_itself(method: str, n: int) -> None:
    tried = settings(method, n, 2)
    assert len(tried) == n
    assert all(0.0 <= value <= 1.0 for setting in tried for value in setting.values())
    assert len({s["first"] for s in tried}) == (round(n**0.5) if method == "grid" else n)


def test_the_mean_is_that_of_single_searches() -> None:
    found = [
        1.0 - min(hill(0.1, 3, number).cost(s) for s in settings("random", 16, 3, number)) for number in range(HILLS)
    ]
    assert np.mean(found) == pytest.approx(expected(0.1, 3)["random"][SIZES.index(16)])


def test_the_dots_come_one_by_one() -> None:
    figure = SEARCH.figure({"n": "9"})
    assert figure.frames is not None
    assert figure.frames.count == 9
    for method in METHODS:
        dots = [m for m in panel(figure, method).marks if isinstance(m, Dots)]
        shown_now = np.isfinite(np.asarray(dots[1].y)).sum(axis=1)
        assert np.array_equal(shown_now, np.arange(1, 10))
        assert f"{best(method, {'n': 9, 'weight': 0.1, 'seed': 0}):.2f}" in panel(figure, method).title


def test_where_one_parameter_matters_the_grid_spends_sixteen_trials_on_four_values() -> None:
    values = suggestion(SEARCH, "One parameter matters").values
    tried, _ = search("grid", hill(0.0, 0), 16, 0)
    assert distinct(tried, "first") == 4
    assert len({trial.value for trial in tried}) == 4
    for seed in range(3):
        means = expected(0.0, seed)
        assert np.all(means["random"] > means["grid"])
        assert np.all(means["quasi"] > means["grid"])
    assert best("grid", dict(values)) < best("random", dict(values))


def test_where_both_matter_alike_random_is_worse_than_the_grid() -> None:
    for seed in range(3):
        means = expected(1.0, seed)
        assert np.all(means["random"] < means["grid"])


def test_quasi_random_points_find_the_most_on_average() -> None:
    values = suggestion(SEARCH, "Random without its clumps").values
    for seed in (0, 1, int(str(values["seed"]))):
        means = expected(0.1, seed)
        assert np.all(means["quasi"][1:] > means["random"][1:])
        assert np.all(means["quasi"][1:] > means["grid"][1:])
    assert best("quasi", dict(values)) == max(best(m, dict(values)) for m in METHODS)


def test_a_grid_can_be_lucky() -> None:
    values = dict(suggestion(SEARCH, "A lucky grid").values)
    assert best("grid", values) == max(best(m, values) for m in METHODS) > 0.9
    top = hill(0.1, int(str(values["seed"])))
    assert min(abs(top.first - column) for column in (1 / 6, 1 / 2, 5 / 6)) < 0.05


def test_the_curves_are_the_means() -> None:
    figure = SEARCH.figure({"weight": 0.3, "seed": 2})
    drawn = [m for m in panel(figure, "average").marks if isinstance(m, Line)]
    for line, method in zip(drawn, METHODS, strict=True):
        assert np.array_equal(line.y, expected(0.3, 2)[method])


# -- heatmap -------------------------------------------------------------------------------------------------------


def coarse(seed: int = 0) -> np.ndarray:
    """Losses of the whole map, `(epochs, strengths, rates)`."""
    return shown(mapped(RATES["all"][0], STRENGTHS, ROWS, seed)).reshape(len(KEPT), ROWS, ROWS)


def test_a_cell_is_what_its_net_gives_alone() -> None:
    x, y, x_val, y_val = split(0)
    net = Sequential(Linear(64, UNITS), ReLU(), Linear(UNITS, 10), rng=np.random.default_rng([0, 1]))
    rng = np.random.default_rng([0, 2])
    for _ in train(net, x, y, optimizer=SGD(lr=0.1), epochs=KEPT[-1], batch_size=BATCH, rng=rng, penalty=L2(0.01)):
        pass
    alone = SoftmaxCrossEntropy()(net.forward(x_val), y_val)[0]
    assert trained((1.0, 0.1), (0.0, 0.01), 0).losses[-1, 1] == pytest.approx(alone, rel=1e-3)
    rates, strengths = ticks(RATES["all"][0], ROWS), ticks(STRENGTHS, ROWS)
    row, column = int(np.argmin(np.abs(np.array(strengths) - 0.01))), int(np.argmin(np.abs(np.array(rates) - 0.1)))
    assert coarse()[-1, row, column] == pytest.approx(alone, rel=1e-3)


def test_few_rates_train_and_a_small_penalty_does_not_matter() -> None:
    for seed in range(3):
        last, first = coarse(seed)[-1], coarse(seed)[0]
        trains = np.nanmin(np.where(np.isfinite(last), last, EXPLODED), axis=0) < 1.0
        assert 2 <= trains.sum() <= 3
        assert np.all(np.abs(last[:, 0] - first[:, 0]) < 0.1)
        assert not (last[:, -1] < np.log(10)).any()
        assert np.isfinite(last[:, -1]).sum() <= 1
        assert np.nanmax(np.ptp(last[:3, :-1], axis=0)) < 0.1


def test_the_best_rate_after_one_epoch_is_that_after_eight() -> None:
    losses = coarse()
    columns = [int(np.nanargmin(losses[i])) % ROWS for i in (0, -1)]
    assert columns[0] == columns[1]
    assert np.nanmin(losses[0]) > np.nanmin(losses[-1])
    frame = suggestion(HEATMAP, "After one epoch").frame
    figure = HEATMAP.figure()
    assert figure.frames is not None
    assert frame is not None
    assert figure.frames.labels[frame] == "after 1 epoch"


def test_a_best_at_the_edge_is_called_that_and_beyond_it_is_better() -> None:
    values = suggestion(HEATMAP, "The best at the edge").values
    figure = HEATMAP.figure(values)
    assert "at the edge of the rates: widen" in figure.status
    assert "widen" in panel(figure, "coarse").title
    assert "edge" not in HEATMAP.figure().status
    narrow = coarse()[-1][:, :5]
    around = [Range(at / 10, at * 10, log=True) for at in values["centre"]]
    fine = shown(mapped(around[0], around[1], FINE, 0))[-1]
    assert np.nanmin(fine) < 0.5 * np.nanmin(narrow)
    assert int(np.nanargmin(fine)) % FINE > FINE // 2  # beyond the edge


def test_draws_uniform_in_the_number_lie_where_nothing_trains() -> None:
    pairs, losses = drawn_trials("linear", 0)
    assert np.mean(pairs > 0.1) > 0.9
    assert not np.isfinite(losses).any()
    assert f"All {DRAWS} draws exploded" in HEATMAP.figure({"draws": "linear"}).status
    for seed in range(3):
        pairs, losses = drawn_trials("log", seed)
        assert LOW <= pairs.min() <= pairs.max() <= HIGH
        assert np.isfinite(losses).sum() > DRAWS // 2


def test_the_maps_draw_the_losses_and_mark_the_best() -> None:
    marks = panel(HEATMAP.figure(), "coarse").marks
    z = np.asarray(next(m for m in marks if isinstance(m, Raster)).z)
    losses = coarse()
    kept = np.isfinite(losses)
    assert np.allclose(10.0 ** z[kept], losses[kept], rtol=1e-5)
    assert np.allclose(10.0 ** z[~kept], EXPLODED)
    best_one = next(m for m in marks if isinstance(m, Dots))
    at = np.unravel_index(np.nanargmin(losses[-1]), (ROWS, ROWS))
    assert np.asarray(best_one.x)[-1, 0] == pytest.approx(ticks(RATES["all"][0], ROWS)[at[1]])
    assert np.asarray(best_one.y)[-1, 0] == pytest.approx(ticks(STRENGTHS, ROWS)[at[0]])
