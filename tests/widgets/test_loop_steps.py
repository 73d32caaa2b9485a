"""The training loop stepped through: each frame is what the engine does in that step, each try shows what it says."""

from typing import Any

import numpy as np
import pytest

from coursekit import nn
from coursekit.training import minibatches
from coursekit.widgets import Widget, find
from coursekit.widgets.figure import Dots, Figure, Frames, Line, Panel, Raster, Rule
from coursekit.widgets.loop import steps as steps_widget
from coursekit.widgets.loop.recorded import KEPT, POINTS, STEPS, Run, build, points, run


@pytest.fixture
def widget() -> Widget:
    return find("loop.steps")


def values(widget: Widget, label: str) -> dict[str, Any]:
    return dict(next(t for t in widget.tries if t.label == label).values)


def run_of(chosen: dict[str, Any], **changes: Any) -> Run:
    v = chosen | changes
    return run(v["data"], int(v["units"]), int(v["batch"]), v["lr"], v["seed"])


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def marks(where: Panel, kind: type, **fields: Any) -> list[Any]:
    return [m for m in where.marks if isinstance(m, kind) and all(getattr(m, k) == v for k, v in fields.items())]


def frames(figure: Figure) -> Frames:
    assert figure.frames is not None
    return figure.frames


@pytest.mark.parametrize("units", [0, 8])
def test_every_step_is_the_rule_written_out(units: int) -> None:
    """The same points, start and batches, with the loop in full: w ← w − η g."""
    lr, batch = 0.3, 64
    result = run("moons", units, batch, lr, 3)
    x, y = points("moons", np.random.default_rng([3, 0]))
    model = build(units, 2, np.random.default_rng([3, 1]))
    order = np.random.default_rng([3, 2])
    number = 0
    while number < 12:
        for rows in minibatches(POINTS, batch, order):
            number += 1
            value, grad = nn.softmax_cross_entropy(model.forward(x[rows]), y[rows])
            assert result.losses[number - 1] == pytest.approx(value, rel=1e-9)
            model.backward(grad)
            assert result.norms[number - 1] == pytest.approx(np.linalg.norm(model.grads), rel=1e-9)
            model.params[...] -= lr * model.grads
            whole = nn.softmax_cross_entropy(model.forward(x), y)[0]
            assert result.whole[number] == pytest.approx(whole, rel=1e-9)
            if number in KEPT:
                shown = result.batches[KEPT.index(number)]
                assert shown[shown >= 0].tolist() == rows.tolist()


def test_the_first_steps_are_kept_one_by_one_and_the_last_is_there(widget: Widget) -> None:
    figure = widget.figure()
    assert KEPT[:11] == tuple(range(11))
    assert KEPT[-1] == STEPS
    assert frames(figure).labels == ["start", *(f"step {n}" for n in KEPT[1:])]


def test_the_ringed_points_are_the_batch_of_the_step_and_none_before_the_first(widget: Widget) -> None:
    figure = widget.figure({"batch": "64"})
    result = run("spiral", 32, 64, 0.3, 0)
    ringed, everyone = marks(panel(figure, "plane"), Dots)
    assert np.isnan(ringed.y[0]).all()
    sizes = np.isfinite(ringed.y).sum(axis=1)
    assert sizes[1:4].tolist() == [64, 64, 64]
    assert sizes[4] == POINTS - 3 * 64  # what was left of the epoch
    seen = np.isfinite(ringed.y[2])
    assert ringed.x[2][seen] == pytest.approx(everyone.x[result.batches[2]], abs=1e-6)
    assert len(set(result.batches[1:5][result.batches[1:5] >= 0])) == POINTS  # every point once in an epoch


def test_the_regions_are_those_of_a_net_whose_accuracy_the_title_says(widget: Widget) -> None:
    figure = widget.figure()
    result = run("spiral", 32, 16, 0.3, 0)
    raster = marks(panel(figure, "plane"), Raster)[0]
    assert raster.z.dtype == np.uint8
    column, row = (np.rint((result.x + 2.6) / 5.2 * (raster.z.shape[1] - 1)).astype(int).clip(0, 39)).T
    for frame in (0, 10, -1):  # the region under a point is the class that it is given, but for points beside a border
        assert np.mean(raster.z[frame][row, column] == result.y) == pytest.approx(result.right[frame], abs=0.06)
    assert f"{100 * result.right[0]:.0f} % → {100 * result.right[-1]:.0f} %" in panel(figure, "plane").title


def test_the_status_of_a_frame_says_the_numbers_of_its_step(widget: Widget) -> None:
    figure = widget.figure()
    result = run("spiral", 32, 16, 0.3, 0)
    for n, line in zip(KEPT[1:], frames(figure).status[1:], strict=True):
        assert line.startswith(f"Step {n}: its 16 points had loss {result.losses[n - 1]:.3f}; ")
        assert f"norm {result.norms[n - 1]:.3f}, step's length {result.lengths[n - 1]:.3f}." in line
        assert line.endswith(f"{result.whole[n - 1]:.3f} → {result.whole[n]:.3f}.")
    assert result.lengths == pytest.approx(0.3 * result.norms, rel=1e-9)


@pytest.mark.parametrize(("data", "n_classes"), [("spiral", 3), ("moons", 2), ("xor", 2), ("circles", 2), ("blobs", 3)])
def test_the_rule_stands_at_the_loss_of_an_even_guess(widget: Widget, data: str, n_classes: int) -> None:
    rule = marks(panel(widget.figure({"data": data}), "loss"), Rule)[0]
    assert rule.y == pytest.approx(np.log(n_classes), abs=1e-12)
    assert rule.label == f"ln {n_classes}"
    assert nn.softmax_cross_entropy(np.zeros((6, n_classes)), np.arange(6) % n_classes)[0] == pytest.approx(rule.y)


def test_the_curves_are_the_run_and_what_is_cut_off_is_said(widget: Widget) -> None:
    for values, cut in (({}, False), ({"data": "moons", "batch": "1", "lr": 0.1}, True), ({"lr": 10.0}, False)):
        figure = widget.figure(values)
        where = panel(figure, "loss")
        result = run_of({"data": "spiral", "units": "32", "batch": "16", "lr": 0.3, "seed": 0} | values)
        batch, whole = marks(where, Line)
        low, high = where.y.low, where.y.high
        assert low is not None
        assert high is not None
        assert whole.width > 2 * batch.width
        assert np.array_equal(whole.y, np.clip(result.whole, low, high))
        assert np.array_equal(batch.y, np.clip(result.losses, low, high))
        beyond = bool((np.concatenate([result.whole, result.losses]) > high).any())
        assert beyond == cut == ("cut off" in where.y.label)
        assert where.y.log == (result.whole.max() > 5)
        of_batch, of_all = marks(where, Dots)
        assert np.isnan(of_batch.y[0]).all()
        assert of_batch.y[1:, 0].tolist() == [batch.y[n - 1] for n in KEPT[1:]]
        assert of_all.y[:, 0].tolist() == [whole.y[n] for n in KEPT]
        gradient = panel(figure, "gradient")
        norms = marks(gradient, Line)[0]
        assert np.array_equal(norms.y, np.clip(result.norms, 0.01, 100.0))
        assert ("cut off" in gradient.y.label) == (not np.array_equal(norms.y, result.norms))


def test_another_rate_or_batch_has_the_same_points_and_start(widget: Widget) -> None:
    base = run("spiral", 32, 16, 0.3, 0)
    for other in (run("spiral", 32, 64, 0.3, 0), run("spiral", 32, 16, 3.0, 0)):
        assert np.array_equal(other.x, base.x)
        assert np.array_equal(other.regions[0], base.regions[0])
        assert other.whole[0] == base.whole[0]


# -- the tries -----------------------------------------------------------------------------------------------------


def test_the_first_step(widget: Widget) -> None:
    chosen = values(widget, "The first step")
    figure, result = widget.figure(chosen), run_of(chosen)
    plane = panel(figure, "plane")
    assert np.isfinite(marks(plane, Dots)[0].y[1]).sum() == 16
    z = marks(plane, Raster)[0].z
    assert np.mean(z[0] != z[1]) > 0.5  # most of the plane
    assert result.whole[0] > np.log(3) > result.whole[1:11].max()
    for seed in range(1, 6):
        assert run_of(chosen, seed=seed).whole[1:11].min() < np.log(3)


@pytest.mark.parametrize("seed", range(5))
def test_one_point_at_a_time(widget: Widget, seed: int) -> None:
    chosen = values(widget, "One point at a time")
    result = run_of(chosen, seed=seed)
    assert np.mean(np.diff(result.whole) > 0) > 0.5
    assert np.std(result.losses[-100:]) > 5 * np.std(result.whole[-100:])  # one point jumps, the set does not
    assert result.whole[-1] < result.whole[0] / 3


@pytest.mark.parametrize("seed", range(5))
def test_all_points_in_every_step(widget: Widget, seed: int) -> None:
    chosen = values(widget, "All points in every step")
    result = run_of(chosen, seed=seed)
    assert result.losses == pytest.approx(result.whole[:-1], rel=1e-9)
    assert (np.diff(result.whole) < 0).all()
    one = values(widget, "One point at a time")
    assert {k: v for k, v in one.items() if k != "batch"} == {k: v for k, v in chosen.items() if k != "batch"}


@pytest.mark.parametrize("seed", range(5))
def test_a_straight_line_for_xor(widget: Widget, seed: int) -> None:
    chosen = values(widget, "A straight line for XOR")
    assert run_of(chosen, seed=seed).whole[-1] == pytest.approx(np.log(2), abs=0.01)
    assert run_of(chosen, seed=seed, units="32").whole[-1] < 0.2  # it is the model, not the loop


# -- where it fails ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", ["1", str(POINTS)])
def test_a_loss_that_is_no_longer_finite_ends_the_run_and_is_said(widget: Widget, batch: str) -> None:
    result = run("moons", 32, int(batch), 1e6, 0)
    assert result.diverged
    assert len(result.whole) == len(result.losses) + 1 <= STEPS
    assert result.kept[-1] == len(result.losses)  # the last state that was finite is shown
    figure = steps_widget.draw("moons", "32", batch, 1e6, 0)
    assert "no longer a finite number" in figure.status
    assert f"at step {len(result.whole)} the loss was no longer a finite number" in frames(figure).status[-1]
    for line in (m for p in figure.panels for m in marks(p, Line)):
        assert np.isfinite(line.y).all()
