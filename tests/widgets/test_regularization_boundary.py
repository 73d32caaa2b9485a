"""One net twice: the two differ in the regularizer alone, and what the buttons say is what is seen."""

from typing import Any

import numpy as np
import pytest

from coursekit import nn
from coursekit.optim import Adam
from coursekit.training import minibatches
from coursekit.widgets import find
from coursekit.widgets.figure import Contour, Figure, Frames, Line, Panel, Raster
from coursekit.widgets.regularization.two_nets import (
    BATCH,
    CERTAIN,
    GRID,
    KEPT,
    NOISE,
    RATE,
    REACH,
    STEPS,
    Run,
    build,
    points,
    run,
    weights_of,
)

ID = "regularization.boundary"
PARAMETERS = {"l2": "lam2", "l1": "lam1", "dropout": "p", "max_norm": "c"}


def tried(label: str) -> tuple[dict[str, Any], int]:
    chosen = next(t for t in find(ID).tries if t.label == label)
    assert chosen.frame is not None
    return find(ID).defaults | dict(chosen.values), chosen.frame


def both(values: dict[str, Any], **changes: Any) -> tuple[Run, Run]:
    v = values | changes
    n, seed = int(v["n"]), v["seed"]
    return run("none", 0.0, n, seed), run(v["method"], v[PARAMETERS[v["method"]]], n, seed)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def frames(figure: Figure) -> Frames:
    assert figure.frames is not None
    return figure.frames


@pytest.mark.parametrize(("method", "strength"), [("none", 0.0), ("l2", 0.03), ("l1", 0.003), ("max_norm", 0.7)])
def test_the_run_is_the_rule_written_out(method: str, strength: float) -> None:
    n, seed = 50, 3
    result = run(method, strength, n, seed)
    x, y, x_new, y_new = points(n, seed)
    model, optimizer = build(0.0, seed), Adam(lr=RATE)
    order, loss, number = np.random.default_rng([seed, 3]), nn.SoftmaxCrossEntropy(), 0
    while number < 10:
        for rows in minibatches(n, BATCH, order):
            model.loss_and_grad(x[rows], y[rows], loss)
            for layer in model.layers:
                if isinstance(layer, nn.Linear) and method in ("l1", "l2"):
                    penalty = nn.l2_penalty if method == "l2" else nn.l1_penalty
                    layer.grads["w"][...] += penalty(layer.params["w"], strength)[1]
            optimizer.step(model.params, model.grads)
            for layer in model.layers:
                if isinstance(layer, nn.Linear) and method == "max_norm":
                    layer.params["w"][...] = nn.max_norm(layer.params["w"], strength)
            number += 1
    at = KEPT.index(10)
    assert result.loss[at] == pytest.approx(nn.softmax_cross_entropy(model.forward(x), y)[0], rel=1e-9)
    assert result.new_loss[at] == pytest.approx(nn.softmax_cross_entropy(model.forward(x_new), y_new)[0], rel=1e-9)
    assert result.length[at] == pytest.approx(np.linalg.norm(weights_of(model)), rel=1e-9)


def test_both_nets_have_the_same_points_and_start() -> None:
    a = run("none", 0.0, 50, 2)
    for method, strength in (("l2", 0.1), ("l1", 0.01), ("dropout", 0.5), ("max_norm", 0.5)):
        b = run(method, strength, 50, 2)
        assert b.loss[0] == a.loss[0]
        assert np.array_equal(b.regions[0], a.regions[0])
        assert b.loss[1] != a.loss[1]


def test_dropout_is_off_when_the_net_is_measured_and_no_bias_is_a_weight() -> None:
    model = build(0.5, 0)
    x = points(50, 0)[0]
    assert np.array_equal(model.forward(x), model.forward(x))
    assert sum(isinstance(layer, nn.Dropout) for layer in model.layers) == 2
    assert len(weights_of(model)) == 2 * 32 + 32 * 32 + 32 * 2


def test_max_norm_holds_its_limit() -> None:
    r = run("max_norm", 0.5, 100, 0)
    first = r.weights[:64].reshape(2, 32)
    assert np.linalg.norm(first, axis=0).max() <= 0.5 * (1 + 1e-9)


@pytest.mark.parametrize("n", [20, 1000])
def test_the_new_points_are_the_same_for_every_size(n: int) -> None:
    assert np.array_equal(points(n, 4)[2], points(50, 4)[2])
    assert len(points(n, 4)[0]) == n
    assert NOISE > 0.3  # enough that no border gets all right


def test_colours_and_border_are_the_run() -> None:
    figure = find(ID).figure()
    for id, r in zip(("plane_a", "plane_b"), both(find(ID).defaults), strict=True):
        where = panel(figure, id)
        raster = next(m for m in where.marks if isinstance(m, Raster))
        assert np.allclose(np.asarray(raster.z), r.regions / CERTAIN - 0.5, atol=1e-6)
        border = next(m for m in where.marks if isinstance(m, Contour))
        assert border.levels == [CERTAIN / 2]
        x, y, _, _ = points(50, 0)
        column, row = np.rint((x + REACH) / (2 * REACH) * (GRID - 1)).astype(int).clip(0, GRID - 1).T
        says = r.regions[-1][row, column] > CERTAIN / 2
        assert 100 * np.mean(says == y) == pytest.approx(r.right[-1], abs=10)
        assert f"right {r.right[-1]:.0f} % here, {r.new_right[-1]:.0f} % of new points" in where.title


def test_curves_are_clipped_at_the_ends_of_the_axis_and_say_so() -> None:
    figure = find(ID).figure()
    a, b = both(find(ID).defaults)
    for id, r in (("loss_a", a), ("loss_b", b)):
        where = panel(figure, id)
        own, new = (m for m in where.marks if isinstance(m, Line))
        assert np.array_equal(own.y, np.clip(r.loss, 0.01, 5.0))
        assert np.array_equal(new.y, np.clip(r.new_loss, 0.01, 5.0))
        assert ("cut off" in where.y.label) == (r.loss.min() < 0.01 or r.new_loss.max() > 5.0)
        assert f"at step {KEPT[r.best]}" in where.title
    assert "cut off" in panel(figure, "loss_a").y.label


# -- the tries -----------------------------------------------------------------------------------------------------


def test_a_little_l2() -> None:
    values, _ = tried("A little L2")
    a, b = both(values)
    assert a.right[-1] == 100.0 > b.right[-1]
    assert b.new_right[-1] > a.new_right[-1]
    assert b.new_loss[-1] < a.new_loss[-1] / 4
    assert b.length[-1] < a.length[-1] / 3
    certain = [np.mean(np.abs(r.regions[-1] / CERTAIN - 0.5) > 0.45) for r in (a, b)]
    assert certain[0] > 0.9 > 0.8 > certain[1]
    ratios = [both(values, seed=s)[0].new_loss[-1] / both(values, seed=s)[1].new_loss[-1] for s in range(5)]
    assert min(ratios) > 2.0
    assert np.median(ratios) > 4.0


def test_too_much_l2() -> None:
    values, _ = tried("Too much L2")
    b, little = both(values)[1], both(values, lam2=0.01)[1]
    assert b.loss[-1] > 1.4 * little.loss[-1]
    assert b.new_loss[-1] > 1.2 * little.new_loss[-1]
    assert b.loss[-1] == pytest.approx(b.new_loss[-1], rel=0.15)
    gone = both(values, lam2=0.3)[1]
    assert np.abs(gone.weights).max() < 0.05
    assert gone.loss[-1] == pytest.approx(np.log(2), abs=0.01)
    assert bend(b) < bend(little) < bend(both(values)[0])


def bend(r: Run) -> float:
    """How long the border is: neighbouring cells of different classes."""
    says = r.regions[-1] > CERTAIN / 2
    return float(np.sum(says[1:] != says[:-1]) + np.sum(says[:, 1:] != says[:, :-1]))


def test_stop_a_in_time() -> None:
    values, frame = tried("Stop A in time")
    a, _ = both(values)
    assert a.best == frame
    assert KEPT[frame] == 180
    assert a.new_loss[-1] > 1.5 * a.new_loss[frame]
    assert a.loss[-1] < 0.6 * a.loss[frame]  # it goes on learning
    later, earlier = a.regions[-1] > CERTAIN / 2, a.regions[frame] > CERTAIN / 2
    edges = [np.sum(r[1:] != r[:-1]) + np.sum(r[:, 1:] != r[:, :-1]) for r in (later, earlier)]
    assert edges[0] > edges[1]


@pytest.mark.parametrize("seed", range(4))
def test_twenty_times_the_data(seed: int) -> None:
    values, _ = tried("Twenty times the data")
    a, b = both(values, seed=seed)
    few, _ = both(values, seed=seed, n="50")
    assert a.new_loss[-1] - a.loss[-1] < 0.1 * (few.new_loss[-1] - few.loss[-1])
    assert a.new_right[-1] >= b.new_right[-1] - 1.0
    if seed == 0:
        assert a.new_loss[-1] <= b.new_loss[-1] + 0.01


def test_status_and_alternative_say_the_numbers_of_both_nets() -> None:
    figure = find(ID).figure({"method": "dropout", "n": "20"})
    a, b = both(find(ID).defaults | {"method": "dropout", "n": "20"})
    for r in (a, b):
        assert f"{r.right[-1]:.0f} % of its own and {r.new_right[-1]:.0f} % of new points" in figure.status
        assert f"length of all weights {r.length[-1]:.1f}" in figure.alt
    assert frames(figure).labels[-1] == f"step {STEPS}"
    assert "dropout, p = 0.5" in figure.alt
