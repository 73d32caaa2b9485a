"""The widgets on batch normalization: what they draw is what the engine computes, and what their buttons say is what is
seen."""

import numpy as np
import pytest

from coursekit.nn import Linear, batchnorm_train
from coursekit.training import minibatches
from coursekit.widgets import Try, Widget, find
from coursekit.widgets.batchnorm.batch_pass import EPS, SHAPES, skewness
from coursekit.widgets.batchnorm.nets import WIDTH, batchnorms, build, split, training_mode
from coursekit.widgets.batchnorm.side_by_side import Run, run, smooth
from coursekit.widgets.batchnorm.two_modes import KEPT, mean_errors
from coursekit.widgets.batchnorm.two_modes import Run as Modes
from coursekit.widgets.batchnorm.two_modes import run as run_modes
from coursekit.widgets.figure import Bars, Dots, Figure, Line, Panel


def suggestion(widget: Widget, label: str) -> Try:
    return next(t for t in widget.tries if t.label == label)


def tried(id: str, label: str) -> Figure:
    return find(id).figure(suggestion(find(id), label).values)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


# -- batch ---------------------------------------------------------------------------------------------------------


def examples(figure: Figure, id: str) -> np.ndarray:
    return np.asarray(next(m for m in panel(figure, id).marks if isinstance(m, Dots)).x)


def heights(figure: Figure, id: str) -> np.ndarray:
    return np.asarray(next(m for m in panel(figure, id).marks if isinstance(m, Bars)).heights)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_dots_are_what_the_engine_makes_of_the_batch(shape: str) -> None:
    figure = find("batchnorm.batch").figure({"shape": shape, "gamma": 0.5, "beta": 3.0, "n": 40, "seed": 3})
    zero, one = np.zeros(1), np.ones(1)
    raw = examples(figure, "raw")[:, None]
    out = batchnorm_train(raw, 0.5 * one, 3.0 * one, zero, one, eps=EPS)[0]
    assert np.allclose(examples(figure, "out"), out[:, 0], rtol=0, atol=1e-12)
    normalized = examples(figure, "normalized")
    assert normalized.mean() == pytest.approx(0.0, abs=1e-9)
    assert normalized.std() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    "values", [{}, {"n": 1}, {"gamma": 0.0}, {"undo": True}, {"n": 256, "gamma": 3.0, "beta": 4.0}]
)
def test_every_example_is_in_a_bar(values: dict[str, object]) -> None:
    figure = find("batchnorm.batch").figure(values)
    for id in ("raw", "normalized", "out"):
        assert heights(figure, id).sum() == pytest.approx(100.0)


def test_two_humps_stay_two_humps() -> None:
    normalized = examples(tried("batchnorm.batch", "Two humps stay two humps"), "normalized")
    assert abs(normalized.mean()) < 1e-9
    assert normalized.std() == pytest.approx(1.0, abs=1e-4)
    in_the_middle = np.mean(np.abs(normalized) < 0.4)
    assert in_the_middle < 0.12  # a Gaussian has 31 % there
    assert 0.3 < np.mean(normalized > 0.4) < 0.7


def test_the_skew_is_the_same_after_normalizing() -> None:
    figure = find("batchnorm.batch").figure({"shape": "skewed", "n": 256})
    before, after = (skewness(examples(figure, id)) for id in ("raw", "normalized"))
    assert before > 1.0
    assert after == pytest.approx(before, rel=1e-9)


def test_gamma_and_beta_undo_it() -> None:
    figure = tried("batchnorm.batch", "Undo it")
    assert np.allclose(examples(figure, "out"), examples(figure, "raw"), rtol=0, atol=1e-9)
    assert "undone" in figure.status
    assert np.array_equal(heights(figure, "out"), heights(figure, "raw"))


def test_a_batch_of_two_is_always_minus_one_and_one() -> None:
    values = dict(suggestion(find("batchnorm.batch"), "A batch of two").values)
    for seed in range(8):
        figure = find("batchnorm.batch").figure(values | {"seed": seed})
        assert np.sort(examples(figure, "normalized")) == pytest.approx([-1.0, 1.0], abs=0.01)


def test_a_single_example_becomes_beta() -> None:
    figure = find("batchnorm.batch").figure({"n": 1, "beta": 2.5})
    assert examples(figure, "normalized") == pytest.approx([0.0], abs=1e-12)
    assert examples(figure, "out") == pytest.approx([2.5], abs=1e-12)


def test_gamma_zero_switches_the_feature_off() -> None:
    figure = find("batchnorm.batch").figure({"gamma": 0.0, "beta": 1.5})
    assert np.array_equal(examples(figure, "out"), np.full(64, 1.5))
    assert "switched off" in figure.status


def test_epsilon_counts_where_the_spread_is_small() -> None:
    figure = tried("batchnorm.batch", "Where ε counts")
    raw, normalized = examples(figure, "raw"), examples(figure, "normalized")
    assert raw.var() < EPS
    assert 0.4 < normalized.std() < 0.6
    assert "small beside ε" in figure.status


# -- training ------------------------------------------------------------------------------------------------------


def runs_of(label: str) -> tuple[Run, Run, Figure]:
    values = dict(suggestion(find("batchnorm.training"), label).values)
    lr, scale, batch, depth, seed = (values[name] for name in ("lr", "scale", "batch", "depth", "seed"))
    pair = [run(norm, lr, scale, int(batch), depth, seed) for norm in ("none", values["norm"])]
    return pair[0], pair[1], find("batchnorm.training").figure(values)


def test_both_nets_have_the_same_start_and_only_the_normalization_differs() -> None:
    plain_net, normed = build("none", 3, 0.5, 7), build("batch", 3, 0.5, 7)
    weights = [[layer.params["w"] for layer in net.layers if isinstance(layer, Linear)] for net in (plain_net, normed)]
    assert len(weights[0]) == len(weights[1]) == 4
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_training_mode_leaves_the_running_statistics_alone_and_is_batchnorm_by_the_formula() -> None:
    net, data = build("batch", 1, 1.0, 0), split(0)
    before = [{k: v.copy() for k, v in layer.state.items()} for layer in batchnorms(net)]
    scores = training_mode(net, data.x[:12], 6)
    for layer, state in zip(batchnorms(net), before, strict=True):
        assert all(np.array_equal(layer.state[k], v) for k, v in state.items())
    first, last = net.layers[0].params, net.layers[-1].params
    one, zero = np.ones(WIDTH), np.zeros(WIDTH)
    z = batchnorm_train((data.x[6:12] @ first["w"] + first["b"]).astype(float), one, zero, zero, one)[0]
    assert np.allclose(scores[6:], np.maximum(z, 0) @ last["w"] + last["b"], atol=1e-4)


def test_only_batchnorm_survives_a_learning_rate_of_one() -> None:
    without, with_norm, figure = runs_of("A learning rate of 1")
    # How badly a net without ends hangs on the start, and on the order in which a processor adds up.
    assert np.median([run("none", 1.0, 1.0, 32, 3, seed).accuracies[-1] for seed in range(5)]) < 50.0
    assert without.accuracies[-1] < with_norm.accuracies[-1] - 30.0
    assert with_norm.accuracies[-1] > 90.0
    gentle = [run(norm, 0.1, 1.0, 32, 3, 0).accuracies[-1] for norm in ("none", "batch")]
    assert min(gentle) > 90.0
    drawn = [m for m in panel(figure, "accuracy").marks if isinstance(m, Line)]
    assert np.array_equal(drawn[0].y, without.accuracies)
    assert np.array_equal(drawn[1].y, with_norm.accuracies)


def test_only_batchnorm_trains_from_tiny_weights() -> None:
    without, with_norm, _ = runs_of("Weights a hundred times too small")
    assert smooth(without.losses)[-1] > 2.2  # ln 10 is 2.303
    assert with_norm.accuracies[-1] > run("batch", 0.1, 1.0, 32, 3, 0).accuracies[-1] - 3.0
    assert without.spreads[0] < 1e-3
    assert with_norm.spreads[0] == pytest.approx(1.0, abs=0.1)


def test_with_batches_of_two_batchnorm_is_worse_and_layernorm_is_not() -> None:
    without, with_norm, _ = runs_of("Batches of two")
    assert with_norm.accuracies[-1] < without.accuracies[-1] - 30.0
    without, with_norm, _ = runs_of("Batches of two, LayerNorm")
    assert abs(with_norm.accuracies[-1] - without.accuracies[-1]) < 10.0


def test_a_run_that_diverges_says_so() -> None:
    figure = find("batchnorm.training").figure({"lr": 10.0, "scale": 3.0})
    result = run("none", 10.0, 3.0, 32, 3, 0)
    assert result.diverged is not None
    assert len(result.losses) <= result.diverged + 1
    assert f"no longer finite after step {result.diverged}" in figure.status
    assert "not finite without" in panel(figure, "loss").title


def test_the_loss_is_smoothed_over_ten_steps() -> None:
    losses = np.arange(30.0)
    assert smooth(losses)[0] == 0.0
    assert smooth(losses)[29] == pytest.approx(losses[20:30].mean())


# -- modes ---------------------------------------------------------------------------------------------------------


def modes_of(label: str) -> tuple[Modes, int, Figure]:
    """The run of a suggestion, the frame that it shows, and the figure."""
    chosen = suggestion(find("batchnorm.modes"), label)
    values = dict(chosen.values)
    assert chosen.frame is not None
    result = run_modes(int(values["batch"]), float(values["momentum"]), values["scale"], values["seed"])
    return result, chosen.frame, find("batchnorm.modes").figure(values)


def test_two_examples_show_half_of_the_variance() -> None:
    result, frame, figure = modes_of("Batches of two")
    # "With some starts not", and where a start ends hangs on the order in which a processor adds up.
    starts = [run_modes(2, 0.9, 1.0, seed) for seed in range(9)]
    assert np.median([r.running_accuracy[frame] - r.batch_accuracy[frame] for r in starts]) > 5.0
    assert 0.35 < result.variance_ratio[frame] < 0.65
    drawn = next(m for m in panel(figure, "variance").marks if isinstance(m, Dots))
    assert np.array_equal(drawn.y, result.running_var)
    assert np.array_equal(drawn.x, result.true_var)


def test_the_running_means_are_drawn_by_how_far_they_are_off() -> None:
    result, _, figure = modes_of("Batches of two")
    drawn = np.asarray(next(m for m in panel(figure, "mean").marks if isinstance(m, Dots)).y)
    assert np.allclose(drawn * np.sqrt(result.true_var) + result.true_mean, result.running_mean, atol=1e-9)
    assert np.abs(result.true_mean / np.sqrt(result.true_var)).max() < 1e-3  # the data are centred
    small, large = (np.abs(mean_errors(run_modes(n, 0.9, 1.0, 0))[-1]).mean() for n in (2, 200))
    assert small > 4.0 * large


def test_running_statistics_read_too_early_are_those_of_the_start() -> None:
    result, frame, figure = modes_of("Read too early")
    assert KEPT[frame] == 20
    assert figure.frames is not None
    assert figure.frames.labels[frame] == "step 20"
    assert result.batch_loss[frame] < 1.2
    assert result.running_loss[frame] == pytest.approx(np.log(10.0), abs=0.2)
    assert result.variance_ratio[frame] > 10.0
    assert abs(result.running_loss[-1] - result.batch_loss[-1]) < 0.1


def test_without_an_average_the_last_two_examples_decide() -> None:
    result, frame, _ = modes_of("No average at all")
    assert frame == -1
    assert np.median((result.running_loss / result.batch_loss)[-5:]) > 2.0  # it jumps: one step alone says little
    jumps = [np.abs(np.diff(np.log(losses))).mean() for losses in (result.running_loss, result.batch_loss)]
    assert jumps[0] > 5.0 * jumps[1]


def test_large_batches_make_the_modes_agree() -> None:
    result, frame, _ = modes_of("Batches of 200")
    assert abs(result.running_accuracy[frame] - result.batch_accuracy[frame]) <= 2.0
    assert abs(result.running_loss[frame] - result.batch_loss[frame]) < 0.05
    assert result.variance_ratio[frame] == pytest.approx(1.0, abs=0.03)


def test_the_momentum_changes_nothing_in_training_mode() -> None:
    results = [run_modes(50, momentum, 1.0, 0) for momentum in (0.0, 0.99)]
    assert np.array_equal(results[0].batch_loss, results[1].batch_loss)
    assert not np.array_equal(results[0].running_loss, results[1].running_loss)


def test_asking_does_not_change_the_running_statistics() -> None:
    first = run_modes(200, 0.0, 1.0, 0)
    data, net = split(0), build("batch", 2, 1.0, 0, 0.0)
    rows = minibatches(len(data.x), 200, np.random.default_rng(2000))[0]
    z = (data.x[rows] @ net.layers[0].params["w"]).astype(float)
    assert np.allclose(first.running_mean[0], z.mean(axis=0), atol=1e-4)
    assert np.allclose(first.running_var[0], z.var(axis=0), rtol=1e-3)
