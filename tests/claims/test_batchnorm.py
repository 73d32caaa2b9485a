"""The experiments of the chapter on batch normalization: that they measure what they say, on cases known beforehand."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.claims.batchnorm.experiments import Run, norm_net, normalized, run, shape


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
