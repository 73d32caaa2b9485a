"""The widget on a rare class: what it draws is what the engine computes, and what its buttons say is what is seen."""

import numpy as np
import pytest

from coursekit.data import class_weights
from coursekit.widgets import find
from coursekit.widgets.figure import Dots, Figure, Line, Panel, Raster, Text
from coursekit.widgets.preprocessing.imbalance import FRESH, POINTS, REACH, Result, majority, run, sample

WIDGET = find("preprocessing.imbalance")
SEEDS = range(5)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def tried(label: str) -> tuple[Result, Result, float, Figure]:
    """Both runs of a suggestion, the accuracy of the constant answer, and the figure."""
    values = dict(next(t.values for t in WIDGET.tries if t.label == label))
    share, distance, model, seed = (values[name] for name in ("share", "distance", "model", "seed"))
    pair = [run(model, share, distance, on, seed) for on in (False, True)]
    return pair[0], pair[1], majority(share, distance, seed), WIDGET.figure(values)


def bars(figure: Figure) -> list[dict[str, float]]:
    """What is drawn for the constant answer, without weights and with: by group, from the top, the bar's length."""
    marks = panel(figure, "scores").marks
    heads = {m.y: m.text for m in marks if isinstance(m, Text) and m.text.endswith(", %")}
    drawn: list[dict[str, float]] = [{}, {}, {}]
    for line in (m for m in marks if isinstance(m, Line)):
        x, y = np.asarray(line.x), float(np.asarray(line.y)[0])
        head = min(place for place in heads if place > y)
        assert x[0] == 0.0
        drawn[round(head - y) - 1][heads[head].removesuffix(", %")] = float(x[1])
    return drawn


def shown(result: Result) -> dict[str, float]:
    names = ("accuracy", "recall, frequent class", "recall, rare class", "precision, rare class")
    return dict(zip(names, (result.accuracy, *result.recall, result.precision), strict=True))


# -- the data and the runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [1, 5, 33, 50])
def test_the_share_of_the_rare_class_is_what_the_slider_says(share: int) -> None:
    for n in (POINTS, FRESH):
        y = sample(n, share, 1.5, np.random.default_rng(0))[1]
        assert len(y) == n
        assert y.mean() == pytest.approx(share / 100)
    assert majority(share, 1.5, 0) == pytest.approx(100 - share)


def test_the_clouds_have_std_one_and_the_distance_asked_for() -> None:
    x, y = sample(40_000, 50, 2.5, np.random.default_rng(1))
    assert np.linalg.norm(x[y == 0].mean(axis=0) - x[y == 1].mean(axis=0)) == pytest.approx(2.5, abs=0.05)
    assert x[y == 0].std(axis=0) == pytest.approx([1.0, 1.0], abs=0.02)


@pytest.mark.parametrize("seed", [0, 1, 2, 17])
def test_the_points_lie_in_the_panel_however_far_apart_the_centres_are(seed: int) -> None:
    x = sample(POINTS, 50, 3.0, np.random.default_rng(seed))[0]
    assert np.mean(np.abs(x).max(axis=1) < REACH) > 0.99


def test_a_smaller_share_takes_rare_points_away_and_moves_none() -> None:
    few, many = (sample(POINTS, share, 1.5, np.random.default_rng(3)) for share in (5, 20))
    assert np.array_equal(few[0][few[1] == 1], many[0][many[1] == 1][:20])
    assert np.array_equal(many[0][many[1] == 0], few[0][few[1] == 0][:320])


def test_the_weights_are_the_engines_and_count_each_class_the_same() -> None:
    y = sample(POINTS, 5, 1.5, np.random.default_rng(0))[1]
    weighted, without = (run("logistic", 5, 1.5, on, 0) for on in (True, False))
    assert np.array_equal(weighted.weights, class_weights(y, 2))
    assert weighted.weights @ [380, 20] == pytest.approx(POINTS)
    assert weighted.weights[1] == pytest.approx(19 * weighted.weights[0])
    assert np.array_equal(without.weights, [1.0, 1.0])


@pytest.mark.parametrize("model", ["logistic", "net"])
@pytest.mark.parametrize("share", [1, 50])
@pytest.mark.parametrize("distance", [0.5, 3.0])
def test_every_run_ends_with_a_lower_loss(model: str, share: int, distance: float) -> None:
    for weighted in (False, True):
        losses = run(model, share, distance, weighted, 0).losses
        assert len(losses) == 200
        assert np.isfinite(losses).all()
        assert losses[-1] < losses[0]


def test_logistic_regression_has_arrived() -> None:
    for share in (5, 50):
        for weighted in (False, True):
            losses = run("logistic", share, 1.5, weighted, 0).losses
            assert losses[-21] - losses[-1] < 1e-3


# -- the drawing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{}, {"share": 20, "model": "net", "seed": 2}, {"distance": 3.0}])
def test_both_planes_show_the_same_points_and_their_own_regions(values: dict[str, object]) -> None:
    figure = WIDGET.figure(values)
    chosen = WIDGET.check(values)
    share, distance, model, seed = (chosen[name] for name in ("share", "distance", "model", "seed"))
    x, y = sample(POINTS, share, distance, np.random.default_rng(seed))
    for id, on in (("without", False), ("with", True)):
        result = run(model, share, distance, on, seed)
        dots = next(m for m in panel(figure, id).marks if isinstance(m, Dots))
        assert np.array_equal(np.column_stack([dots.x, dots.y]), x)
        assert np.array_equal(dots.group, y)
        regions = next(m for m in panel(figure, id).marks if isinstance(m, Raster))
        assert np.array_equal(regions.z, result.regions)
        assert f"{result.recall[1]:.0f} %" in panel(figure, id).title
        assert bars(figure)[1 + int(on)] == pytest.approx(shown(result))


def test_accuracy_is_the_recalls_weighted_by_the_shares() -> None:
    for weighted in (False, True):
        result = run("net", 10, 1.5, weighted, 1)
        assert result.accuracy == pytest.approx(0.9 * result.recall[0] + 0.1 * result.recall[1])


def test_the_first_bars_are_the_constant_answer() -> None:
    assert bars(WIDGET.figure({"share": 8}))[0] == pytest.approx(
        {"accuracy": 92.0, "recall, frequent class": 100.0, "recall, rare class": 0.0}
    )


def test_every_bar_has_its_number_beside_it() -> None:
    figure = WIDGET.figure({"share": 20})
    texts = [m for m in panel(figure, "scores").marks if isinstance(m, Text)]
    for length, y in [
        (float(np.asarray(m.x)[1]), float(np.asarray(m.y)[0]))
        for m in panel(figure, "scores").marks
        if isinstance(m, Line)
    ]:
        beside = next(t.text for t in texts if t.y == y)
        assert float(beside.split()[0]) == round(length)


def test_where_nothing_is_called_rare_it_says_so() -> None:
    figure = WIDGET.figure({"share": 1, "distance": 0.5})
    assert np.isnan(run("logistic", 1, 0.5, False, 0).precision)
    assert "nothing is called rare" in figure.alt
    assert "precision, rare class" not in bars(figure)[1]
    assert sum("none called rare" in m.text for m in panel(figure, "scores").marks if isinstance(m, Text)) == 2


# -- the suggestions -----------------------------------------------------------------------------------------------


def test_an_accuracy_of_95_percent_that_means_nothing() -> None:
    without, _, constant, figure = tried("An accuracy of 95 % that means nothing")
    assert constant == bars(figure)[0]["accuracy"] == pytest.approx(95.0)
    assert without.accuracy == pytest.approx(95.0, abs=0.5)
    assert without.recall[1] < 10.0
    assert bars(figure)[1] == pytest.approx(shown(without))
    for seed in SEEDS:
        other = run("logistic", 5, 1.5, False, seed)
        assert other.accuracy == pytest.approx(95.0, abs=0.5)
        assert other.recall[1] < 25.0


def test_weights_bring_recall_back_at_a_price() -> None:
    without, weighted, constant, figure = tried("What weights buy, and their price")
    assert without.recall[1] == pytest.approx(20.0, abs=5.0)
    assert 75.0 < weighted.recall[1] < 80.0
    assert weighted.accuracy < constant - 10.0
    assert weighted.precision == pytest.approx(25.0, abs=3.0)
    assert weighted.precision < without.precision - 30.0
    assert bars(figure)[2] == pytest.approx(shown(weighted))
    for seed in SEEDS:
        before, after = (run("logistic", 10, 1.5, on, seed) for on in (False, True))
        assert after.recall[1] > before.recall[1] + 30.0
        assert after.precision < before.precision - 20.0
        assert after.accuracy < 90.0


def test_balanced_classes_make_no_difference() -> None:
    without, weighted, constant, figure = tried("Balanced")
    assert np.array_equal(weighted.weights, [1.0, 1.0])
    assert np.array_equal(without.losses, weighted.losses)
    assert np.array_equal(without.regions, weighted.regions)
    assert bars(figure)[1] == bars(figure)[2]
    assert constant == pytest.approx(50.0)
    assert "the two runs are the same" in figure.status
    assert "the two runs are the same" not in WIDGET.figure({"share": 49}).status


def test_a_net_finds_the_eight_it_was_trained_on_and_half_of_the_fresh() -> None:
    _, weighted, _, figure = tried("A net with eight rare examples")
    assert sample(POINTS, 2, 1.5, np.random.default_rng(0))[1].sum() == 8
    assert weighted.found_in_training == 100.0
    assert weighted.recall[1] == pytest.approx(50.0, abs=6.0)
    assert "100 % of those trained on" in figure.status
    assert f"{weighted.recall[1]:.0f} % of the rare found" in figure.status
    for seed in SEEDS:
        other = run("net", 2, 1.5, True, seed)
        assert other.recall[1] < other.found_in_training - 10.0
