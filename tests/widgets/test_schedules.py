"""The widgets on schedules: what they draw is what the engine computes, and what their buttons say is what is seen."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.optim import SGD, one_cycle, reduce_on_plateau, step_decay, warmup
from coursekit.training import minibatches, range_test, train
from coursekit.widgets import Try, Widget, find
from coursekit.widgets.figure import Dots, Figure, Line, Panel
from coursekit.widgets.schedules.recorded import BATCH, EPOCHS, PARTS, UPDATES, Run, Settings, by_clock, run
from coursekit.widgets.schedules.search import EVERY, LRS, rate_curve
from coursekit.widgets.schedules.search import UPDATES as TRAINED
from coursekit.widgets.schedules.search import run as run_at
from coursekit.widgets.schedules.task import TRAIN, build, said, split


def suggestion(widget: Widget, label: str) -> Try:
    return next(t for t in widget.tries if t.label == label)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def lines(figure: Figure, id: str) -> list[Line]:
    return [m for m in panel(figure, id).marks if isinstance(m, Line)]


# -- the task ------------------------------------------------------------------------------------------------------


def test_wrong_labels_change_nothing_but_a_fifth_of_the_labels() -> None:
    right, typed = split(3, "right"), split(3, "mistyped")
    assert np.array_equal(right.x, typed.x)
    assert np.array_equal(right.x_held_out, typed.x_held_out)
    assert np.array_equal(right.y_held_out, typed.y_held_out)
    assert 0.15 < np.mean(right.y != typed.y) < 0.25


def test_a_rate_is_said_in_two_digits() -> None:
    assert [said(x) for x in (0.5, 0.0487, 0.00082, 4.87, 0.0)] == ["0.5", "0.049", "0.00082", "4.9", "0"]
    assert said(2e-5) == "2.0 × 10⁻⁵"


# -- designer ------------------------------------------------------------------------------------------------------


def designed(label: str) -> tuple[Run, Run, Figure]:
    """The run of a suggestion, the constant one beside it, and the figure."""
    widget = find("schedules.designer")
    values = widget.check(suggestion(widget, label).values)
    figure = widget.figure(values)
    reads = {
        "step": ("factor", "every"),
        "growing_batch": ("factor", "every"),
        "exponential": ("k",),
    }.get(values["schedule"], ())
    chosen = Settings(values["schedule"], values["lr0"], **{name: values[name] for name in reads})
    a = run(chosen, values["labels"], values["seed"])
    b = run(Settings("constant", values["lr_b"]), values["labels"], values["seed"])
    assert np.array_equal(lines(figure, "error")[0].y, b.errors)
    assert np.array_equal(lines(figure, "error")[1].y, a.errors)
    return a, b, figure


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings("step", 0.4, factor=0.5, every=3), {0: 0.4, 2.9: 0.4, 3: 0.2, 11: 0.05}),
        (Settings("exponential", 0.4, k=0.5), {0: 0.4, 4: 0.4 * np.exp(-2.0)}),
        (Settings("inverse_time", 0.4, k=0.5), {0: 0.4, 2: 0.2, 6: 0.1}),
        (Settings("cosine", 0.4), {0: 0.4, 6: 0.2, 12: 0.0}),
        (Settings("warmup", 0.4, rise=0), {0: 0.4, 6: 0.2, 12: 0.0}),
        (Settings("warmup", 0.4, rise=2), {0: 0.4 / 120, 2: 0.4, 7: 0.2, 12: 0.0}),
        (Settings("one_cycle", 0.4, rise=3), {0: 0.016, 3: 0.4, 12: 0.4 / 25e4}),
        (Settings("constant", 0.4), {0: 0.4, 11: 0.4}),
    ],
)
def test_times_are_counted_in_epochs(settings: Settings, expected: dict[float, float]) -> None:
    rate = by_clock(settings)
    for epoch, lr in expected.items():
        assert rate(epoch) == pytest.approx(lr, rel=1e-9, abs=1e-12)


def test_a_run_is_the_engines_own_run_under_that_schedule() -> None:
    settings, data, model = Settings("step", 0.3, factor=0.5, every=3), split(1, "mistyped"), build(1)
    for _ in train(
        model,
        data.x,
        data.y,
        optimizer=SGD(lr=0.3),
        epochs=EPOCHS,
        batch_size=BATCH,
        rng=np.random.default_rng([1, 3]),
        schedule=lambda t: step_decay(t / UPDATES, lr0=0.3, factor=0.5, every=3),
    ):
        pass
    result = run(settings, "mistyped", 1)
    assert result.updates == EPOCHS * UPDATES
    assert result.losses[-1] == nn.softmax_cross_entropy(model.forward(data.x), data.y)[0]
    assert result.errors[-1] == 100 * np.mean(model.forward(data.x_held_out).argmax(axis=1) != data.y_held_out)


def test_kept_states_stand_at_the_quarters_of_the_epochs() -> None:
    result, data, model = run(Settings("constant", 0.3), "right", 2), split(2, "right"), build(2)
    after = {}
    for step in train(
        model, data.x, data.y, optimizer=SGD(lr=0.3), epochs=2, batch_size=BATCH, rng=np.random.default_rng([2, 3])
    ):
        after[(step.number + 1) * BATCH / TRAIN] = nn.softmax_cross_entropy(model.forward(data.x), data.y)[0]
    assert len(result.losses) == PARTS * EPOCHS + 1
    for epochs in (0.25, 0.5, 1.0, 1.75):
        assert result.losses[int(PARTS * epochs)] == after[epochs]


def test_all_schedules_start_alike_and_warmup_is_the_engines() -> None:
    starts = {run(Settings(name, 0.3), "right", 0).losses[0] for name in ("step", "cosine", "plateau", "growing_batch")}
    assert len(starts) == 1
    rate = by_clock(Settings("warmup", 0.5, rise=2))
    for update in (0, 1, 59, 60, 119):
        assert rate(update / UPDATES) == pytest.approx(warmup(update, 0.5, 2 * UPDATES))
    assert by_clock(Settings("one_cycle", 0.5, rise=3))(5) == one_cycle(5, 0.5, 12, rise=0.25)


def test_the_plateau_is_cut_by_the_losses_of_the_digits_not_trained_on() -> None:
    settings = Settings("plateau", 0.5, factor=0.5, patience=1)
    result, data, model = run(settings, "mistyped", 0), split(0, "mistyped"), build(0)
    losses: list[float] = []

    def rate(t: int) -> float:
        if t and t % UPDATES == 0:
            losses.append(nn.softmax_cross_entropy(model.forward(data.x_held_out), data.y_held_out)[0])
        return reduce_on_plateau(losses, 0.5, factor=0.5, patience=1)

    rng = np.random.default_rng([0, 3])
    for _ in train(
        model, data.x, data.y, optimizer=SGD(lr=0.5), epochs=EPOCHS, batch_size=BATCH, rng=rng, schedule=rate
    ):
        pass
    assert result.losses[-1] == nn.softmax_cross_entropy(model.forward(data.x), data.y)[0]
    assert result.lrs[-2] == reduce_on_plateau(losses, 0.5, factor=0.5, patience=1)
    assert result.lrs[-1] < 0.5


def test_the_growing_batch_sees_as_many_digits_in_fewer_updates() -> None:
    result = run(Settings("growing_batch", 0.5, factor=0.5, every=3), "mistyped", 0)
    assert [int(result.batches[PARTS * e]) for e in (0, 3, 6, 9, 11)] == [16, 32, 64, 128, 128]
    assert np.all(result.lrs == 0.5)
    assert result.updates == sum(3 * -(-TRAIN // size) for size in (16, 32, 64, 128))
    whole = run(Settings("growing_batch", 0.1, factor=0.1, every=1), "right", 0)
    assert whole.batches[-1] == TRAIN
    assert len(whole.losses) == PARTS * EPOCHS + 1
    assert whole.losses[-2] == whole.losses[-3] != whole.losses[-1]  # the last epoch is one update


def test_the_loss_drops_with_the_first_cut() -> None:
    a, b, figure = designed("Cut the rate")
    before, after = PARTS * 3, PARTS * 4
    assert 0.20 < 1 - a.losses[after] / a.losses[before] < 0.30
    assert 0.05 < 1 - b.losses[after] / b.losses[before] < 0.15
    assert np.abs(np.diff(b.losses[after:])).mean() > 2 * np.abs(np.diff(a.losses[after:])).mean()
    assert np.array_equal(a.losses[: before + 1], b.losses[: before + 1])
    assert a.losses[-1] < 0.9 * b.losses[-1]
    assert a.errors[-1] < b.errors[-1]
    assert "0.5 → 0.062" in panel(figure, "rate").title


def test_a_small_rate_is_only_slowed_down_by_a_decay() -> None:
    a, b, _ = designed("A rate that is small already")
    assert a.losses[-1] > 1.15 * b.losses[-1]
    assert a.errors[-1] > b.errors[-1]
    assert b.losses[-1] < b.losses[-PARTS - 1]  # the constant run is still on its way


def test_a_growing_batch_ends_where_step_decay_ends() -> None:
    grown, _, figure = designed("Raise the batch instead")
    cut, _, _ = designed("Cut the rate")
    assert grown.losses[-1] == pytest.approx(cut.losses[-1], rel=0.05)
    assert grown.updates < 0.5 * cut.updates
    assert f"after {grown.updates} updates" in figure.status
    assert lines(figure, "rate")[0].label == "η · 16 / batch"


def test_with_right_labels_the_constant_rate_gets_lower() -> None:
    a, b, figure = designed("All labels right")
    assert b.losses[-1] < 0.6 * a.losses[-1]
    assert panel(figure, "loss").y.log


def test_a_run_that_diverges_says_so() -> None:
    figure = find("schedules.designer").figure({"lr_b": 3.0})
    result = run(Settings("constant", 3.0), "mistyped", 0)
    assert result.diverged is not None
    assert np.isnan(result.losses[-1])
    assert f"diverged in epoch {int(result.diverged) + 1}" in figure.status
    assert "constant diverged" in panel(figure, "loss").title


def test_of_two_constant_rates_each_is_called_by_its_name() -> None:
    figure = find("schedules.designer").figure({"schedule": "constant", "lr0": 1.0, "lr_b": 0.5})
    assert all("A " in panel(figure, id).title and ", B " in panel(figure, id).title for id in ("loss", "error"))


def test_the_dots_walk_along_the_lines() -> None:
    figure = find("schedules.designer").figure({"schedule": "cosine"})
    for id in ("loss", "error"):
        dots = [m for m in panel(figure, id).marks if isinstance(m, Dots)]
        for dot, line in zip(dots, lines(figure, id)[-2:], strict=True):
            assert np.array_equal(np.asarray(dot.y)[:, 0], line.y)


# -- range_test ----------------------------------------------------------------------------------------------------


def found(label: str) -> tuple[dict[str, object], Figure]:
    widget = find("schedules.range_test")
    values = widget.check(suggestion(widget, label).values)
    return values, widget.figure(values)


def test_the_curve_is_the_engines_range_test() -> None:
    data = split(2, "mistyped")
    test = range_test(
        build(2), data.x, data.y, lrs=LRS, optimizer=SGD(lr=1.0), batch_size=16, rng=np.random.default_rng([2, 3])
    )
    result = rate_curve("sgd", 16, "mistyped", "tenth", 2)
    assert np.array_equal(result.losses, test.losses[: len(result.losses)])
    assert result.taken == pytest.approx(0.1 * result.lowest)
    assert result.lowest == result.lrs[np.argmin(result.smooth)]


def test_the_runs_are_the_engines_and_take_the_batches_of_the_test() -> None:
    data, model = split(1, "mistyped"), build(1)
    second = minibatches(TRAIN, 16, np.random.default_rng([1, 3]))[1]
    first_loss = rate_curve("sgd", 16, "mistyped", "tenth", 1).losses[0]  # that of the second batch, after a tiny step
    assert first_loss == pytest.approx(nn.softmax_cross_entropy(model(data.x[second]), data.y[second])[0], abs=0.01)
    rng = np.random.default_rng([1, 3])
    for _ in train(model, data.x, data.y, optimizer=SGD(lr=0.1), epochs=TRAINED // UPDATES, batch_size=16, rng=rng):
        pass
    result = run_at("sgd", 16, "mistyped", 0.1, 1)
    assert len(result.losses) == TRAINED // EVERY + 1
    assert result.losses[-1] == nn.softmax_cross_entropy(model.forward(data.x_held_out), data.y_held_out)[0]


def test_nothing_then_the_fall_then_it_shoots_up() -> None:
    _, figure = found("Watch it")
    result = rate_curve("sgd", 16, "mistyped", "tenth", 0)
    n = len(result.lrs)
    assert n <= len(LRS)
    quarter = result.smooth[n // 4]
    assert quarter == pytest.approx(result.smooth[5], rel=0.1)
    low = int(np.argmin(result.smooth))
    assert result.smooth[low] < 0.6 * quarter
    assert result.losses[-1] > 4 * result.losses[low:].min() or n < len(LRS)
    assert np.log10(result.lrs[-1] / result.lowest) < 1.0
    assert figure.frames is not None
    assert figure.frames.count == n + TRAINED // EVERY + 1
    assert figure.frames.labels[0] == "η = 0.0001"
    grown = lines(figure, "test")[1]
    assert grown.grow
    assert np.array_equal(np.asarray(grown.y)[:n], np.clip(result.smooth, 0, 6))
    assert np.isnan(np.asarray(lines(figure, "training")[0].y)[:n]).all()


def test_a_tenth_of_the_lowest_beats_a_tenth_and_ten_times_of_itself() -> None:
    for seed in range(3):
        for optimizer in ("sgd", "momentum", "adam"):
            taken = rate_curve(optimizer, 16, "mistyped", "tenth", seed).taken
            small, right, large = (run_at(optimizer, 16, "mistyped", f * taken, seed) for f in (0.1, 1.0, 10.0))
            assert right.losses[-1] < small.losses[-1]
            assert large.diverged or right.losses[-1] < large.losses[-1]


def test_adams_curve_lies_to_the_left() -> None:
    values, _ = found("Another optimizer")
    assert values["optimizer"] == "adam"
    adam, sgd = (rate_curve(name, 16, "mistyped", "tenth", 0).lowest for name in ("adam", "sgd"))
    # Not its lowest point alone: where the fall begins, too.
    begins = [
        next(lr for lr, loss in zip(t.lrs, t.smooth, strict=True) if loss < 0.8 * t.smooth[0])
        for t in (rate_curve(name, 16, "mistyped", "tenth", 0) for name in ("adam", "sgd"))
    ]
    assert adam == pytest.approx(0.1 * sgd, rel=0.2)
    assert begins[0] == pytest.approx(0.1 * begins[1], rel=0.2)


def test_the_lowest_itself_is_too_much() -> None:
    _, figure = found("Greed")
    taken = rate_curve("sgd", 16, "mistyped", "lowest", 0).taken
    tenth, lowest, ten_times = (run_at("sgd", 16, "mistyped", f * taken, 0) for f in (0.1, 1.0, 10.0))
    assert tenth.losses[-1] < lowest.losses[-1]
    assert ten_times.diverged
    assert "ten times: diverged" in panel(figure, "training").title


def test_the_rate_of_every_update_is_drawn() -> None:
    figure = find("schedules.designer").figure({"schedule": "warmup", "lr0": 0.5, "rise": 2})
    expected = [by_clock(Settings("warmup", 0.5, rise=2))(t / UPDATES) for t in range(EPOCHS * UPDATES)]
    assert np.allclose(lines(figure, "rate")[1].y, expected, rtol=1e-6)
