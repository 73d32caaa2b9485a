"""Dropout's thinned nets: each is the whole one with a mask, and their mean is what theory says. And the tries."""

from typing import Any

import numpy as np
import pytest

from coursekit import nn
from coursekit.widgets import find
from coursekit.widgets.figure import Dots, Edges, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.regularization.thinned_nets import (
    HIDDEN,
    Net,
    all_masks,
    drawn,
    everyone,
    margin,
    points,
    trained,
)
from coursekit.widgets.regularization.thinning_shown import PASSES

ID = "regularization.dropout"


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def frames(figure: Figure) -> Frames:
    assert figure.frames is not None
    return figure.frames


def rules(figure: Figure) -> dict[str, float]:
    return {m.label: float(m.x) for m in panel(figure, "all").marks if isinstance(m, Rule) and m.x is not None}


def tried(label: str, **changes: Any) -> tuple[dict[str, Any], Figure]:
    chosen = next(t for t in find(ID).tries if t.label == label)
    v = find(ID).defaults | dict(chosen.values) | changes
    return v, find(ID).figure(v)


def by_hand(net: Net, x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    cuts = np.cumsum(net.hidden)[:-1]
    h = x
    for (w, b), m in zip(net.layers[:-1], np.split(mask, cuts), strict=True):
        h = np.maximum(h @ w + b, 0) * m
    w, b = net.layers[-1]
    return h @ w + b


@pytest.mark.parametrize("depth", [1, 2])
def test_a_thinned_net_is_the_net_with_a_mask(depth: int) -> None:
    net = trained(depth, 0.4, True, 1)
    x = points(1)[2][:7]
    masks = drawn(net, 5, 1)
    scores = net.scores(x, masks)
    assert scores.shape == (5, 7, 2)
    for mask, its in zip(masks, scores, strict=True):
        assert np.allclose(its, by_hand(net, x, mask), atol=1e-12)
    assert np.allclose(net.scores(x), by_hand(net, x, np.ones(sum(HIDDEN[depth]))), atol=1e-12)


def test_the_net_is_trained_with_dropout_and_starts_alike_for_both_kinds() -> None:
    inverted, plain = trained(1, 0.5, True, 0), trained(1, 0.5, False, 0)
    assert inverted.hidden == plain.hidden == (8,)
    x, y = points(0)[2:]
    assert np.mean(inverted.scores(x).argmax(axis=1) == y) > 0.8
    assert not np.array_equal(inverted.layers[0][0], plain.layers[0][0])


@pytest.mark.parametrize(("inverted", "kept"), [(True, 1 / 0.75), (False, 1.0)])
def test_masks_hold_0_and_what_is_kept(inverted: bool, kept: float) -> None:
    masks = drawn(trained(1, 0.25, inverted, 0), 2000, 0)
    assert sorted(set(masks.ravel())) == pytest.approx([0.0, kept])
    assert np.mean(masks == 0) == pytest.approx(0.25, abs=0.02)


def test_all_masks_are_there_once_and_their_chances_add_up() -> None:
    masks = all_masks(8)
    assert len({tuple(m) for m in masks}) == 256
    everybody = everyone(trained(1, 0.3, True, 0), 1, 0, (0.8, -0.5))
    assert everybody.chances.sum() == pytest.approx(1.0)
    assert everybody.chances[-1] == pytest.approx(0.7**8)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["inverted", "plain"])
def test_with_one_hidden_layer_the_mean_is_the_whole_net(seed: int, p: float, kind: str) -> None:
    figure = find(ID).figure({"seed": seed, "p": p, "kind": kind, "depth": "1"})
    found = rules(figure)
    assert found["mean"] == pytest.approx(found["whole"], abs=1e-9)


def test_the_drawn_edges_are_those_of_the_pass() -> None:
    figure = find(ID).figure()
    net = trained(1, 0.3, True, 0)
    masks = drawn(net, PASSES, 0)
    edges = next(m for m in panel(figure, "net").marks if isinstance(m, Edges))
    for k in range(PASSES):
        value = np.asarray(edges.value)[k]
        ways_in, ways_out = value[:16].reshape(2, 8), value[16:].reshape(8, 2)
        off = masks[k] == 0
        assert (ways_in[:, off] == 0).all()
        assert (ways_out[off] == 0).all()
        assert np.allclose(ways_out[~off], net.layers[1][0][~off], atol=1e-6)
        assert f"{int((~off).sum())} of 8 units" in frames(figure).status[k]
    assert np.allclose(np.asarray(edges.value)[-1][:16].reshape(2, 8), net.layers[0][0], atol=1e-6)


def test_scores_come_pass_by_pass_with_their_mean() -> None:
    figure = find(ID).figure()
    net = trained(1, 0.3, True, 0)
    seen = margin(net.scores(np.array([[0.8, -0.5]]), drawn(net, PASSES, 0)))[:, 0]
    dots = next(m for m in panel(figure, "passes").marks if isinstance(m, Dots))
    line = next(m for m in panel(figure, "passes").marks if isinstance(m, Line))
    shown, means = np.asarray(dots.y), np.asarray(line.y)
    for k in range(PASSES):
        assert np.isfinite(shown[k]).sum() == k + 1
        assert np.allclose(shown[k][: k + 1], seen[: k + 1])
        assert means[k][k] == pytest.approx(seen[: k + 1].mean())
    assert np.isfinite(shown[-1]).all()


# -- the tries -----------------------------------------------------------------------------------------------------


def accuracy_of_the_whole(figure: Figure) -> float:
    return float(figure.status.rsplit("average of all), ", 1)[1].split(" %")[0])


@pytest.mark.parametrize("seed", range(4))
def test_all_of_them_at_once(seed: int) -> None:
    _, figure = tried("All of them at once", seed=seed)
    found = rules(figure)
    assert found["mean"] == pytest.approx(found["whole"], abs=1e-9)
    everybody = everyone(trained(1, 0.3, True, seed), 1, seed, (0.8, -0.5))
    assert accuracy_of_the_whole(figure) > everybody.one


def test_two_hidden_layers() -> None:
    _, figure = tried("Two hidden layers")
    found = rules(figure)
    assert 0.05 < abs(found["mean"] - found["whole"]) < 0.3
    assert "1,024" in figure.status
    net = trained(2, 0.3, True, 0)
    assert abs(found["mean"] - found["whole"]) < everyone(net, 2, 0, (0.3, 0.4)).margins.std()


def test_plain_dropout_scaled_by_the_share_that_is_kept() -> None:
    v, figure = tried("Plain, scaled by 1 − p")
    found = rules(figure)
    assert found["mean"] == pytest.approx(found["whole"], abs=1e-9)
    net = trained(1, v["p"], False, v["seed"])
    w = nn.dropout_rescale(net.layers[1][0], 0.2)
    h = np.maximum(np.array(v["point"]) @ net.layers[0][0] + net.layers[0][1], 0)
    assert found["whole"] == pytest.approx(float(margin(h @ w + net.layers[1][1])))


def test_plain_dropout_scaled_by_the_share_that_is_dropped() -> None:
    v, figure = tried("Plain, scaled by p")
    _, right = tried("Plain, scaled by 1 − p")
    found, should = rules(figure), rules(right)
    assert v["p"] / (1 - v["p"]) == pytest.approx(0.25)
    assert found["mean"] == should["mean"] > 0 > found["whole"]
    assert accuracy_of_the_whole(figure) < accuracy_of_the_whole(right) - 5
    half = [rules(tried(label, p=0.5)[1])["whole"] for label in ("Plain, scaled by p", "Plain, scaled by 1 − p")]
    assert half[0] == pytest.approx(half[1])
