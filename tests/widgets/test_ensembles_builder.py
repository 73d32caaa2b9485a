"""Building an ensemble: what is drawn is what the nets say, and what the buttons say is what is seen."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.optim import Adam
from coursekit.training import average_probabilities, bootstrap_indices, error_correlation, majority_vote, train
from coursekit.widgets import find
from coursekit.widgets.ensembles import pool as pool_module
from coursekit.widgets.ensembles.builder import KINDS, Ensemble, ensemble
from coursekit.widgets.ensembles.pool import EACH, FRESH, MISLABELLED, POINTS, build, members, points, pool
from coursekit.widgets.figure import Contour, Dots, Figure, Line, Panel, Raster, Text

WIDGET = find("ensembles.builder")


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


def tried(label: str) -> tuple[Ensemble, Figure]:
    values = dict(next(t.values for t in WIDGET.tries if t.label == label))
    counts = tuple(values[kind] for kind in KINDS)
    return ensemble(values["data"], values["seed"], values["rule"], counts), WIDGET.figure(values)


# -- the members ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["moons", "spiral", "circles"])
def test_some_training_labels_are_wrong_and_no_fresh_one(data: str) -> None:
    x, given, x_fresh, y_fresh = points(data, 3)
    right = np.arange(POINTS) % 2  # the classes come in turn
    assert np.mean(given != right) == pytest.approx(MISLABELLED)
    assert np.array_equal(y_fresh, np.arange(FRESH) % 2)
    assert np.abs(x.mean(axis=0)).max() < 1e-6
    assert x.std(axis=0) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert np.abs(x_fresh.mean(axis=0)).max() > 1e-4


def test_members_of_a_kind_differ_in_what_its_name_says_and_in_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any training the nets are what they were at the start."""
    monkeypatch.setattr(pool_module, "EPOCHS", 0)
    monkeypatch.setattr(pool_module, "snapshots", lambda steps, model, every: [model])
    x, given, _, _ = points("moons", 0)
    untrained = members(x, given, 0)
    starts = [model.params for model in untrained["starts"]]
    assert len({start.tobytes() for start in starts}) == EACH
    for model in [*untrained["bags"], *untrained["snapshots"]]:
        assert np.array_equal(model.params, starts[0])
    assert len({repr(model) for model in untrained["others"]}) == EACH
    assert repr(build(pool_module.USUAL, np.random.default_rng(0))) not in {repr(m) for m in untrained["others"]}


def test_a_bag_is_a_net_trained_on_a_bootstrap_sample() -> None:
    x, given, _, _ = points("circles", 0)
    rows = bootstrap_indices(POINTS, np.random.default_rng([0, 5, 2]))
    alone, order = build(pool_module.USUAL, np.random.default_rng([0, 3, 0])), np.random.default_rng([0, 4])
    optimizer = Adam(lr=pool_module.RATE)
    for _ in train(alone, x[rows], given[rows], optimizer=optimizer, epochs=80, batch_size=20, rng=order):
        pass
    assert members(x, given, 0)["bags"][2].params == pytest.approx(alone.params, rel=1e-6, abs=1e-9)
    assert 0.25 < np.mean([i not in rows for i in range(POINTS)]) < 0.48


def test_snapshots_lie_on_one_path() -> None:
    x, given, _, _ = points("circles", 0)
    trained = members(x, given, 0)
    steps = {kind: [m.params for m in models] for kind, models in trained.items()}
    assert all(len(models) == EACH for models in trained.values())

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.linalg.norm(a - b))

    neighbours = max(apart(a, b) for a, b in zip(steps["snapshots"][1:], steps["snapshots"][2:], strict=False))
    assert neighbours < min(apart(steps["starts"][0], other) for other in steps["starts"][1:])


def test_the_pool_says_what_the_nets_say() -> None:
    everyone = pool("moons", 1)
    x, given, x_fresh, _ = points("moons", 1)
    models = members(x, given, 1)
    for kind in KINDS:
        for model, probs in zip(models[kind], everyone.probs[kind], strict=True):
            assert probs == pytest.approx(nn.softmax(model.forward(x_fresh)), abs=1e-5)


# -- the ensemble --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["average", "vote"])
def test_the_first_k_are_asked_by_the_engines_rule(rule: str) -> None:
    made, everyone = ensemble("circles", 2, rule, (2, 3, 0, 1)), pool("circles", 2)
    assert made.kinds == ["starts", "starts", "bags", "bags", "bags", "snapshots"]
    probs = np.concatenate([everyone.probs["starts"][:2], everyone.probs["bags"][:3], everyone.probs["snapshots"][:1]])
    votes = probs.argmax(axis=2)
    for k in range(1, 7):
        answers = average_probabilities(probs[:k]).argmax(axis=1) if rule == "average" else majority_vote(votes[:k], 2)
        assert made.together[k - 1] == pytest.approx(np.mean(answers == everyone.y))
        assert made.alone[k - 1] == pytest.approx(np.mean(votes[k - 1] == everyone.y))
    assert made.correlation == pytest.approx(error_correlation(votes, everyone.y))
    assert made.together[0] == made.alone[0]


def test_the_plane_leans_as_the_members_do() -> None:
    average, vote = (ensemble("moons", 0, rule, (3, 0, 0, 0)) for rule in ("average", "vote"))
    assert average.lean[2] == pytest.approx(average.member[:3].mean(axis=0), abs=1e-6)
    assert np.unique(vote.lean[2].round(4)) == pytest.approx([-1.0, -1 / 3, 1 / 3, 1.0], abs=1e-3)
    assert average.lean[0] == pytest.approx(average.member[0], abs=1e-6)


def test_no_member_at_all_is_one_net() -> None:
    nobody = WIDGET.figure({"bags": 0})
    assert nobody.status.startswith("No member chosen: here is one net.")
    assert nobody.frames is not None
    assert nobody.frames.count == 1
    one = WIDGET.figure({"bags": 0, "starts": 1})
    assert "No member" not in one.status
    assert np.array_equal(raster(nobody, "plane").z, raster(one, "plane").z)
    assert panel(one, "correlation").title == ""


def raster(figure: Figure, id: str) -> Raster:
    return next(m for m in panel(figure, id).marks if isinstance(m, Raster))


# -- the drawing ---------------------------------------------------------------------------------------------------


def test_every_frame_has_its_border_its_dots_and_its_line() -> None:
    values = {"starts": 2, "bags": 3, "others": 1, "snapshots": 0}
    figure, made = WIDGET.figure(values), ensemble("circles", 0, "average", (2, 3, 1, 0))
    assert figure.frames is not None
    assert figure.frames.start == figure.frames.count - 1 == 5
    assert np.array_equal(raster(figure, "plane").z, made.lean)
    newest, border = (m for m in panel(figure, "plane").marks if isinstance(m, Contour))
    assert np.array_equal(newest.z, made.member)
    assert np.array_equal(border.z, made.lean)
    alone, now = (m for m in panel(figure, "accuracy").marks if isinstance(m, Dots))
    assert np.isfinite(alone.y).sum(axis=1).tolist() == [1, 2, 3, 4, 5, 6]
    assert alone.y[-1] == pytest.approx(100 * made.alone)
    assert now.y[:, 0] == pytest.approx(100 * made.together)
    line = next(m for m in panel(figure, "accuracy").marks if isinstance(m, Line))
    assert line.y == pytest.approx(100 * made.together)
    words = [m.text for m in panel(figure, "accuracy").marks if isinstance(m, Text)]
    assert words == ["starts", "bags", "others"]
    assert figure.frames.status[5] == (
        f"Member 6 joins, another architecture, {100 * made.alone[5]:.1f} % right alone: together "
        f"{100 * made.together[4]:.1f} → {100 * made.together[5]:.1f} %."
    )


def test_the_matrix_has_every_pair_and_leaves_the_diagonal_out() -> None:
    figure, made = WIDGET.figure({"starts": 2, "bags": 2}), ensemble("circles", 0, "average", (2, 2, 0, 0))
    z = np.asarray(raster(figure, "correlation").z)
    apart = ~np.eye(4, dtype=bool)
    assert z[apart] == pytest.approx(made.correlation[apart])
    assert not z[~apart].any()
    texts = {(m.x, m.y): m.text for m in panel(figure, "correlation").marks if isinstance(m, Text)}
    assert len(texts) == 12
    assert texts[(3.0, 1.0)] == f"{made.correlation[0, 2]:.2f}"
    assert f"{made.mean_correlation:.2f}" in panel(figure, "correlation").title
    many = WIDGET.figure(dict.fromkeys(KINDS, EACH))
    assert not [m for m in panel(many, "correlation").marks if isinstance(m, Text)]


# -- the suggestions -----------------------------------------------------------------------------------------------


def test_five_bags_beat_the_best_of_them() -> None:
    made, figure = tried("Five bags")
    assert made.alone.mean() == pytest.approx(1 - 1 / 7, abs=0.01)
    assert made.mean_correlation == pytest.approx(0.33, abs=0.01)
    assert made.together[-1] > made.alone.max()
    assert f"{100 * made.together[-1]:.1f} % right together" in panel(figure, "plane").title
    assert {name: WIDGET.check({})[name] for name in KINDS} == {"starts": 0, "bags": 5, "others": 0, "snapshots": 0}
    for seed in range(5):  # the gain is there with other data and starts, though not always over the best
        other = ensemble("circles", seed, "average", (0, EACH, 0, 0))
        assert other.together[-1] > other.alone.mean() + 0.03


def test_five_starts_gain_next_to_nothing_there() -> None:
    made, _ = tried("Five first weights")
    assert made.mean_correlation == pytest.approx(0.69, abs=0.01)
    assert made.together[-1] <= made.alone.mean() + 0.002
    for seed in range(5):
        starts, bags = (ensemble("circles", seed, "average", c) for c in ((EACH, 0, 0, 0), (0, EACH, 0, 0)))
        assert starts.mean_correlation > bags.mean_correlation + 0.2
        assert starts.together[-1] - starts.alone.mean() < bags.together[-1] - bags.alone.mean()


def test_five_snapshots_are_good_and_gain_little() -> None:
    made, _ = tried("Five snapshots")
    assert 0.0 < made.together[-1] - made.alone.mean() < 0.005
    assert made.alone.min() > tried("Five first weights")[0].alone.max()


def test_two_of_each_kind_are_better_than_their_mean_and_worse_than_three() -> None:
    made, figure = tried("Two of each kind")
    assert made.together[-1] - made.alone.mean() > 0.01
    assert np.sum(made.alone > made.together[-1]) == 3
    assert figure.frames is not None
    assert figure.frames.count == 8
