"""The live figures on batch size: what is drawn is what the engine computes, and what the buttons say is what is
seen."""

from typing import Any

import numpy as np
import pytest

from coursekit.nn import Loss, Sequential
from coursekit.training import minibatch_gradient_error, noise_scale
from coursekit.widgets import find
from coursekit.widgets.batch_size import scaling_rules, step_times
from coursekit.widgets.batch_size.gradient_cloud import BATCHES, Cloud, N, cloud, gradients, independent_error
from coursekit.widgets.batch_size.scaling_rules import BASE, LIMIT, SHARE, SIZES, Arrivals, arrivals, updates_to
from coursekit.widgets.batch_size.step_times import AROUND, POWER, Times, kept, measure
from coursekit.widgets.figure import Dots, Figure, Line, Panel
from coursekit.widgets.widget import Try


def suggestion(id: str, label: str) -> Try:
    return next(t for t in find(id).tries if t.label == label)


def panel(figure: Figure, id: str) -> Panel:
    return next(p for p in figure.panels if p.id == id)


# -- the cloud -------------------------------------------------------------------------------------------------------


def clouded(label: str, **other: object) -> tuple[Cloud, Figure]:
    v = find("batch_size.cloud").check(dict(suggestion("batch_size.cloud", label).values) | other)
    return cloud(int(v["moment"]), v["size"], v["replace"], v["seed"]), find("batch_size.cloud").figure(v)


def test_gradients_are_in_units_of_their_mean_and_the_two_directions_at_a_right_angle() -> None:
    g = gradients(80)
    assert g.rows.shape == (N, 1210)
    assert np.linalg.norm(g.mean) == pytest.approx(1.0)
    assert np.allclose(g.rows.mean(axis=0), g.mean)
    assert g.mean @ g.along == pytest.approx(1.0)
    assert g.along @ g.across == pytest.approx(0.0, abs=1e-9)
    rng = np.random.default_rng(0)
    spread = (g.rows @ g.across).std()
    for _ in range(20):
        other = rng.standard_normal(1210)
        other -= (other @ g.along) * g.along
        assert (g.rows @ (other / np.linalg.norm(other))).std() < spread


@pytest.mark.parametrize("size", [1, 4, 16, 64, 256])
@pytest.mark.parametrize("replace", [False, True])
def test_the_cloud_is_as_wide_as_foretold(size: int, replace: bool) -> None:
    clouds = [cloud(80, size, replace, seed) for seed in range(4)]
    measured = np.sqrt(np.mean([c.measured**2 for c in clouds]))
    foretold = clouds[0].independent if replace else clouds[0].foretold
    assert measured == pytest.approx(foretold, rel=0.06)


def test_with_replacement_the_error_is_the_variance_over_the_size() -> None:
    g = gradients(80)
    assert independent_error(g.rows, 10) ** 2 == pytest.approx(g.rows.var(axis=0).sum() / 10)


def test_all_examples_without_replacement_are_the_whole_gradient() -> None:
    c, figure = cloud(80, N, False, 0), find("batch_size.cloud").figure({"size": N})
    assert c.measured == c.foretold == 0.0
    assert np.allclose(c.along, 1.0)
    assert "every batch is the whole set" in panel(figure, "plane").title


def test_a_larger_batch_holds_the_smaller_one() -> None:
    g = gradients(80)
    rng = np.random.default_rng([3, 1])
    order = rng.permuted(np.tile(np.arange(N), (BATCHES, 1)), axis=1)
    for size in (1, 5, 50):
        assert np.allclose(cloud(80, size, False, 3).along, (g.rows @ g.along)[order[:, :size]].mean(axis=1))


def test_what_is_drawn_is_the_cloud() -> None:
    c, figure = clouded("Sixteen times as many")
    dots = next(m for m in panel(figure, "plane").marks if isinstance(m, Dots))
    assert np.array_equal(dots.x, c.along)
    assert np.array_equal(dots.y, c.across)
    lines = [m for m in panel(figure, "error").marks if isinstance(m, Line)]
    errors = [np.sqrt(minibatch_gradient_error(gradients(80).rows, int(b))) for b in np.asarray(lines[1].x)]
    assert np.allclose(lines[1].y, errors)
    assert f"B = {noise_scale(gradients(80).rows):.0f}, the noise scale" in figure.status.replace(".0,", ",")


def test_single_examples_are_far_off_and_many_pull_uphill() -> None:
    c, figure = clouded("One example")
    assert c.measured > 10
    assert 0.15 < c.uphill / BATCHES < 0.35
    assert f"{100 * c.uphill / BATCHES:.0f} %" in panel(figure, "plane").title
    assert np.mean(c.along) == pytest.approx(1.0, abs=0.6)


def test_sixteen_times_the_batch_is_a_quarter_of_the_error() -> None:
    one, sixteen = clouded("One example")[0], clouded("Sixteen times as many")[0]
    assert sixteen.measured / one.measured == pytest.approx(0.25, abs=0.02)
    assert sixteen.uphill <= 0.01 * BATCHES


def test_late_in_training_the_same_batch_is_nearly_twice_as_far_off() -> None:
    early, late = clouded("Sixteen times as many")[0], clouded("Late in training")[0]
    assert 1.7 < late.measured / early.measured < 2.0
    assert gradients(640).loss < 0.1 * gradients(80).loss


def test_three_quarters_without_replacement_have_half_the_error() -> None:
    without, with_ = clouded("Three quarters of all")[0], clouded("Three quarters of all", replace=True)[0]
    assert without.measured / with_.measured == pytest.approx(0.5, abs=0.03)
    assert without.foretold / without.independent == pytest.approx(0.5, abs=0.01)


# -- the rules ---------------------------------------------------------------------------------------------------------


def arrived(label: str) -> tuple[Arrivals, Figure]:
    v = find("batch_size.scaling").check(dict(suggestion("batch_size.scaling", label).values))
    lr = v["lr"] * SHARE[v["optimizer"]]
    return arrivals(float(v["target"]), lr, v["optimizer"], v["seed"]), find("batch_size.scaling").figure(v)


def at(found: Arrivals, rule: str, size: int) -> float:
    return float(found.updates[rule][SIZES.index(size)])


def test_all_rules_agree_at_the_base_and_nowhere_else() -> None:
    found = arrivals(0.5, 0.1, "sgd", 0)
    assert at(found, "none", BASE) == at(found, "sqrt", BASE) == at(found, "linear", BASE)
    assert updates_to(0.5, 64, 0.4, "sgd", 0) == at(found, "linear", 64)
    assert updates_to(0.5, 64, 0.2, "sgd", 0) == at(found, "sqrt", 64)
    assert updates_to(0.5, 64, 0.1, "sgd", 0) == at(found, "none", 64)
    assert np.array_equal(found.examples("sqrt"), found.updates["sqrt"] * np.array(SIZES))


def test_a_modest_rate_gains_nothing_without_a_rule_and_everything_with_the_linear_one() -> None:
    found, figure = arrived("A modest rate")
    assert at(found, "none", 256) == at(found, "none", BASE)
    for size in (32, 64, 128):
        assert at(found, "linear", size) == pytest.approx(at(found, "linear", size // 2) / 2, abs=0.5)
        assert at(found, "linear", size) * size == pytest.approx(at(found, "linear", BASE) * BASE)
    assert "16 times the examples at 256" in panel(figure, "examples").title
    lines = [m for m in panel(figure, "updates").marks if isinstance(m, Line)]
    for line, rule in zip(lines, ("none", "sqrt", "linear"), strict=True):
        assert np.array_equal(line.y, found.updates[rule], equal_nan=True)


def test_near_the_limit_the_linear_rule_is_soon_over() -> None:
    found, _ = arrived("A rate near its limit")
    assert at(found, "linear", 32) <= 0.55 * at(found, "linear", BASE)
    assert at(found, "linear", 64) > 0.7 * at(found, "linear", 32)
    assert np.isnan(at(found, "linear", 128))
    assert np.isnan(at(found, "linear", 256))
    assert at(found, "sqrt", 256) < 0.3 * at(found, "sqrt", BASE)


def test_smaller_batches_need_a_smaller_rate() -> None:
    found, _ = arrived("Smaller batches")
    assert np.isnan(at(found, "none", 8))
    assert at(found, "linear", 8) / at(found, "linear", BASE) == pytest.approx(2, rel=0.1)
    assert at(found, "linear", 8) * 8 <= 1.1 * at(found, "linear", BASE) * BASE


def test_an_answer_takes_few_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times differ from machine to machine; updates and looks do not. A reader's browser waits for both."""
    counted = {"step": 0, "forward": 0}
    for name in counted:
        whole = getattr(Sequential, name)

        def count(*args: Any, whole: Any = whole, name: str = name, **named: Any) -> Any:
            counted[name] += 1
            return whole(*args, **named)

        monkeypatch.setattr(Sequential, name, count)
    for t in find("batch_size.scaling").tries:
        updates_to.cache_clear()
        counted |= {"step": 0, "forward": 0}
        arrived(t.label)
        assert 0 < counted["step"] <= 1500
        assert 0 < counted["forward"] <= 500


@pytest.mark.parametrize(("target", "lr"), [(0.5, 0.1), (0.2, 0.2), (0.2, 0.4)])
def test_looks_that_are_spared_change_nothing(monkeypatch: pytest.MonkeyPatch, target: float, lr: float) -> None:
    spared = arrivals(target, lr, "sgd", 0)
    monkeypatch.setattr(scaling_rules, "FAR", np.inf)
    updates_to.cache_clear()
    every = arrivals(target, lr, "sgd", 0)
    updates_to.cache_clear()
    for rule, values in spared.updates.items():
        assert np.array_equal(values, every.updates[rule], equal_nan=True)


def test_adam_saves_updates_without_a_rule_and_about_half_with_the_root() -> None:
    found, _ = arrived("Adam")
    none, root = (found.updates[rule][SIZES.index(BASE) :] for rule in ("none", "sqrt"))
    assert np.all(np.diff(none) < 0)
    assert none[-1] < 0.6 * none[0]
    ratios = root[1:] / root[:-1]
    assert np.all((ratios > 0.5) & (ratios < 0.71))


def test_with_adam_too_the_linear_rule_ends_first() -> None:
    """The chapter's text says it of this setting."""
    modest, high = (arrivals(0.2, lr * SHARE["adam"], "adam", 0) for lr in (0.1, 0.4))
    assert at(modest, "linear", 256) < at(modest, "sqrt", 256)
    assert at(high, "linear", 256) > 1.5 * at(high, "sqrt", 256)


def test_a_rate_at_which_nothing_arrives_is_said() -> None:
    figure = find("batch_size.scaling").figure({"lr": 0.8, "target": "0.1"})
    assert "At B = 16: not within the limit" in figure.status
    assert "linear nowhere" in figure.status
    marked = [m for m in panel(figure, "updates").marks if isinstance(m, Dots) and np.any(np.asarray(m.y) > LIMIT)]
    assert sum(len(np.asarray(m.x)[np.asarray(m.y) > LIMIT]) for m in marked) > len(SIZES)


# -- times -----------------------------------------------------------------------------------------------------------


def test_what_was_recorded_says_what_the_buttons_say() -> None:
    medium, wide = kept(128), kept(512)
    sixteen, last = 4, 8
    assert medium.steps[sixteen] < 2 * medium.steps[0]
    gain = [t.per_example[0] / t.per_example[last] for t in (medium, wide)]
    assert gain[1] < 0.8 * gain[0]
    title = panel(find("batch_size.timing").figure(), "cost").title
    assert title == f"in a batch of 256 an example costs 1/{gain[0]:.0f} of one alone"


def test_a_press_measures_here() -> None:
    figure = find("batch_size.timing").figure({"presses": 1})
    lines = [m for m in panel(figure, "cost").marks if isinstance(m, Line)]
    assert [line.label for line in lines] == ["a step costs the same", "recorded", "here"]
    here = np.asarray(lines[2].y)
    assert here[0] > 2 * here[6]  # alone against a batch of 64: an order of magnitude on every machine
    assert "on this machine" in figure.status


def test_the_times_are_those_of_steps_of_that_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that moves by the examples of a step, an example takes the same time in every batch."""
    clock = [0.0]
    whole = Sequential.loss_and_grad

    def counted(self: Sequential, x: np.ndarray, y: np.ndarray, loss: Loss) -> float:
        clock[0] += len(x) * 1e-6
        return float(whole(self, x, y, loss))

    monkeypatch.setattr(step_times, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(Sequential, "loss_and_grad", counted)
    times = measure(8, seconds=1e-3, shortest=1e-5)
    assert np.allclose(times.per_example, 1e-6)
    assert np.allclose(times.near_per_example, 1.0)
    assert times.beside == pytest.approx((0.0, 0.0), abs=1e-9)


def test_a_power_of_two_that_stands_out_is_seen() -> None:
    near = np.array(AROUND, float)
    near[AROUND.index(POWER)] *= 0.8
    off, scatter = Times(np.ones(11), near).beside
    assert off == pytest.approx(-25.0)
    assert scatter == pytest.approx(0.0, abs=1e-9)
