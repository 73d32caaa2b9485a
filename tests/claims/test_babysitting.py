"""The experiments of the chapter on looking after a run measure what they say."""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.claims.babysitting.checklist import barely, naive_cross_entropy, tiny
from coursekit.claims.babysitting.curves import chosen_and_judged, small_set, without_gap
from coursekit.claims.babysitting.experiments import BATCH, Setting, fit, net, part, sweep
from coursekit.claims.babysitting.ranges import halving, one, steps_to
from coursekit.claims.babysitting.searching import FOLDS, SETTINGS, THREE, TWO, choices, points, scored
from coursekit.claims.digits_task import split_digits
from coursekit.nn import SoftmaxCrossEntropy
from coursekit.optim import SGD


def test_the_three_parts_are_apart_and_of_the_sizes_that_are_said() -> None:
    data = part(0, 300, 300)
    assert (len(data.x), len(data.x_val), len(data.x_test)) == (300, 300, 360)
    together = np.concatenate([data.x, data.x_val, data.x_test])
    whole = split_digits(0)
    assert {row.tobytes() for row in together} <= {row.tobytes() for row in [*whole.x_train, *whole.x_test]}
    assert np.array_equal(data.x_val, whole.x_train[300:600])


def test_the_nets_differ_in_their_scale_alone_and_begin_as_good_as_guessing() -> None:
    assert np.allclose(net(2, scale=3.0).params, 3.0 * net(2).params)
    assert np.array_equal(net(2, drop=0.5).params, net(2).params)
    data = part(2)
    assert SoftmaxCrossEntropy()(net(2).forward(data.x), data.y)[0] == pytest.approx(np.log(10), abs=0.1)


def test_a_net_of_the_sweep_is_the_net_alone() -> None:
    data = part(1)
    alone = fit(net(1), data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=0.1), epochs=4, lam=0.01, seed=1)
    losses = sweep([Setting(1.0, 1.0), Setting(0.1, 0.01)], 1, epochs=(2, 4))
    assert losses.shape == (2, 2)
    assert losses[1, 1] == pytest.approx(alone.val, rel=1e-9)
    assert one({"lr": 0.1, "lam": 0.01}, 1) == pytest.approx(sweep([Setting(0.1, 0.01)], 1)[0, 0])


def test_a_run_that_explodes_is_said_to() -> None:
    data = part(0)
    result = fit(net(0), data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=1e6), epochs=8)
    assert result.gone
    assert result.right == 0.1
    assert sweep([Setting(1e6, 0.0)], 0)[0, 0] == 10.0


def test_the_naive_loss_is_the_right_one_where_nothing_is_rounded_to_zero() -> None:
    rng = np.random.default_rng(0)
    scores, y = rng.standard_normal((7, 10)), rng.integers(0, 10, 7)
    value, dscores = naive_cross_entropy(scores, y)
    right, right_dscores = SoftmaxCrossEntropy()(scores, y)
    assert value == pytest.approx(right)
    assert np.allclose(dscores, right_dscores)
    with np.errstate(divide="ignore"):
        assert not np.isfinite(naive_cross_entropy(1000.0 * scores, y)[0])


def test_each_fault_of_the_tiny_set_is_one() -> None:
    right = tiny(0, "none")
    assert tiny(0, "zero").first == pytest.approx(np.log(10))
    assert tiny(0, "raw").first > 2.0 * right.first
    assert tiny(0, "rate").train == pytest.approx(right.first, rel=0.05)
    assert tiny(0, "sign").train > right.first
    with np.errstate(all="ignore"):
        assert tiny(0, "labels").right == 1.0


def test_the_penalty_holds_the_loss_where_it_is() -> None:
    assert barely(0, "penalty", 0.01).train == pytest.approx(np.log(10), abs=0.05)
    assert barely(0, "rate", 0.1, epochs=10).val < 1.0


def test_a_small_set_has_a_gap_and_a_strong_penalty_costs_both_sides() -> None:
    gap, strong = small_set(0, 0.0), small_set(0, 0.3)
    assert gap.run.right == 1.0
    assert gap.run.val_right < 0.9
    assert strong.run.right < gap.run.right
    assert np.mean(gap.right) == pytest.approx(gap.run.val_right)


def test_the_half_that_chooses_does_not_judge() -> None:
    runs = [replace(small_set(0, 0.0), right=right) for right in ((0.9, 0.5), (0.6, 0.8))]
    assert chosen_and_judged(runs)[0] == pytest.approx((0.5 + 0.6) / 2)


def test_runs_without_a_gap_differ_in_one_thing() -> None:
    assert without_gap(0, "good").right > 0.98
    assert without_gap(0, "slow").right < 0.9


def test_weights_without_a_pull_shrink_by_the_product_of_rate_and_strength() -> None:
    expected = np.ceil(np.log(0.5) / np.log(1 - 0.1 * 0.3))
    assert halving(0.1, 0.3, 0) == expected
    assert halving(0.3, 0.1, 0) == expected


def test_ten_times_the_rate_takes_about_a_tenth_of_the_steps() -> None:
    assert 8 < steps_to(1.0, 0.01, 0) / steps_to(1.0, 0.1, 0) < 12


@pytest.mark.parametrize("ranges", [TWO, THREE])
def test_all_methods_have_as_many_points_and_a_grid_few_values(ranges: dict[str, object]) -> None:
    d, side = len(ranges), 6 - len(ranges)
    for method in ("grid", "random", "quasi"):
        made = points(method, side, d, np.random.default_rng(0))
        assert made.shape == (side**d, d)
        assert made.min() >= 0
        assert made.max() < 1
        assert len(np.unique(made[:, 0])) == (side if method == "grid" else side**d)


def test_a_shifted_grid_visits_every_place_alike() -> None:
    firsts = [points("grid", 4, 2, np.random.default_rng(i))[:, 0] for i in range(400)]
    counts = np.histogram(np.concatenate(firsts), np.linspace(0, 1, 9))[0]
    assert counts.min() > 0.8 * counts.mean()


def test_the_choices_are_those_of_the_scores_and_none_beats_the_best() -> None:
    one_set, folds, best = choices(0, 60, 0)
    assert best <= min(one_set, folds)
    data = split_digits(0)
    scores = scored(data.x_train[:60], data.y_train[:60], data.x_test, data.y_test, 0, epochs=2)
    alone = fit(
        net(0),
        data.x_train[:60],
        data.y_train[:60],
        data.x_test,
        data.y_test,
        optimizer=SGD(lr=SETTINGS[5].lr),
        epochs=2,
        lam=SETTINGS[5].lam,
        seed=0,
    )
    assert scores.losses[5] == pytest.approx(alone.val, rel=1e-9)
    assert 60 // FOLDS == 12
    assert BATCH == 20
