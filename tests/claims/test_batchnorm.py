"""The experiments of the chapter on batch normalization: that they measure what they say, on cases known beforehand."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.claims.batchnorm.experiments import STDS, Run, norm_net, normalized, run, shape
from coursekit.claims.batchnorm.shift_runs import Shake, follow, moved, net_of, turn


def test_nets_with_and_without_start_from_the_same_weights() -> None:
    plain, batch, layer = (norm_net(norm, 3, scale=0.5) for norm in ("none", "batch", "layer"))
    weights = [
        [part.params["w"] for part in net.layers if isinstance(part, nn.Linear)] for net in (plain, batch, layer)
    ]
    for one, other, third in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, third)
    assert weights[0][1].std() == pytest.approx(0.5 * np.sqrt(2 / 32), rel=0.1)


@pytest.mark.parametrize(("after", "names"), [(False, ["BatchNorm", "ReLU"]), (True, ["ReLU", "BatchNorm"])])
def test_the_place_of_the_normalization(after: bool, names: list[str]) -> None:
    net = norm_net("batch", 0, depth=2, after=after)
    assert [type(layer).__name__ for layer in net.layers] == ["Linear", *names, "Linear", *names, "Linear"]


def test_steps_to_a_loss_count_from_the_first_step_of_the_window() -> None:
    r = Run(np.array([3.0, 3.0, 1.0, 1.0, 0.0]), 0.0, 0.0, False)
    assert r.steps_to(1.5, window=2) == 4
    assert r.steps_to(0.6, window=2) == 5
    assert r.steps_to(0.1, window=2) == float("inf")


def test_a_run_that_diverges_is_worth_a_guess() -> None:
    r = run("none", 0, lr=1e6, steps=20)
    assert r.diverged
    assert r.test_error == 0.9
    assert not run("none", 0, lr=0.1, steps=20).diverged
    assert len(run("none", 0, lr=0.1, steps=20).losses) == 20


def test_skewness_and_kurtosis_of_known_distributions() -> None:
    rng = np.random.default_rng(0)
    normal, exponential = rng.standard_normal((200_000, 2)), rng.exponential(1.0, (200_000, 2))
    assert shape(normal) == pytest.approx((0.0, 3.0), abs=0.05)
    assert shape(exponential) == pytest.approx((2.0, 9.0), rel=0.1)
    np.testing.assert_allclose(normalized(exponential).std(axis=0), 1.0)


def test_first_weights_of_a_given_spread() -> None:
    net = norm_net("none", 0, std=0.01)
    assert net.layers[0].params["w"].std() == pytest.approx(0.01, rel=0.1)
    assert net.layers[2].params["w"].std() == pytest.approx(0.01, rel=0.1)
    assert STDS[0] == pytest.approx(1e-4)
    assert STDS[-1] == pytest.approx(1.0)
    assert len(STDS) == 20


def test_what_is_shaken_is_stretched_and_shifted_unit_by_unit_and_only_in_training() -> None:
    net = nn.Sequential(Shake(1.0, 7), rng=np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((50, 4))
    np.testing.assert_array_equal(net.forward(x), x)
    first, second = net.forward(x, training=True), net.forward(x, training=True)
    assert np.abs(first - second).max() > 0.1
    for out in (first, second):
        factors = np.ptp(out, axis=0) / np.ptp(x, axis=0)
        shifts = (out - factors * x)[0]
        np.testing.assert_allclose(out, factors * x + shifts, atol=1e-12)
        assert np.all((factors >= 1) & (factors <= 1.5) & (np.abs(shifts) <= 1))
        assert len(set(factors)) == 4
    np.testing.assert_allclose(net.backward(np.ones((50, 4))), np.tile(factors, (50, 1)), atol=1e-12)


def test_the_shaken_net_is_the_batchnorm_net_with_something_behind() -> None:
    shaken, normed = net_of("shaken", 3, 1.0), net_of("batch", 3, 0.0)
    np.testing.assert_array_equal(shaken.params, normed.params)
    x = np.random.default_rng(0).standard_normal((6, 64))
    np.testing.assert_allclose(shaken.forward(x), normed.forward(x), atol=1e-6)
    assert sum(isinstance(part, Shake) for part in shaken.layers) == 3


def test_how_far_a_distribution_moved() -> None:
    x = np.random.default_rng(0).standard_normal((400, 3))
    assert moved([x], [x[::-1]]) == 0.0  # the same values in another order
    assert moved([x], [x + 0.5 * x.std(axis=0)]) == pytest.approx(0.5)
    assert moved([2 * x], [2 * x + 0.5 * x.std(axis=0)]) == pytest.approx(0.25)
    assert moved([x, x], [x, x + x.std(axis=0)]) == pytest.approx(0.5)


def test_a_gradient_is_not_turned_by_a_step_of_length_nought_and_more_by_a_longer_one() -> None:
    still, short, long = (turn("batch", 0, lr=lr, every=50) for lr in (1e-9, 0.1, 1.0))
    assert still.change < 1e-3
    assert still.cosine == pytest.approx(1.0, abs=1e-5)
    assert still.change < short.change < long.change


def test_the_layers_below_move_an_input_less_than_they_and_the_layer_itself() -> None:
    still, moving = follow("none", 0, lr=1e-9), follow("none", 0, lr=1.0)
    assert still.ten < 1e-4
    assert 0.0 < moving.below < moving.one < moving.ten
