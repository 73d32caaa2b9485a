from functools import partial

import numpy as np
import pytest

from coursekit import nn
from coursekit.nn import Linear, Maxout, Sequential

FANS = (300, 500)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("init", "variance"),
    [
        (partial(nn.normal_init, std=0.02), 0.02**2),
        (nn.xavier_init, 1 / 300),
        (partial(nn.xavier_init, mode="fan_avg"), 2 / 800),
        (nn.xavier_uniform_init, 2 / 800),
        (nn.he_init, 2 / 300),
    ],
)
def test_mean_and_variance(init, variance):
    w = init(*FANS, rng=rng())
    assert w.shape == FANS
    assert w.dtype == np.float64
    # Six standard errors: of the mean sqrt(variance / n), of the variance at most variance * sqrt(2 / n).
    assert abs(w.mean()) < 6 * (variance / w.size) ** 0.5
    assert abs(w.var() / variance - 1) < 6 * (2 / w.size) ** 0.5
    np.testing.assert_array_equal(w, init(*FANS, rng=rng()))
    assert not np.array_equal(w, init(*FANS, rng=rng(1)))


def test_normal_ones_have_normal_tails_and_uniform_ones_none():
    assert np.mean(np.abs(nn.he_init(*FANS, rng())) > 2 * (2 / 300) ** 0.5) == pytest.approx(0.0455, abs=0.004)
    bound = (6 / 800) ** 0.5
    uniform = np.abs(nn.xavier_uniform_init(*FANS, rng()))
    assert 0.999 * bound < uniform.max() < bound


def test_constant():
    np.testing.assert_array_equal(nn.constant_init(2, 3, 0.5), np.full((2, 3), 0.5))
    assert nn.constant_init(2, 3, 1).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.he_init(0, 3, rng()), "fan_in and fan_out must be at least 1, they are 0 and 3"),
        (lambda: nn.xavier_init(0, 3, rng()), "at least 1"),
        (lambda: nn.xavier_uniform_init(3, 0, rng()), "at least 1"),
        (lambda: nn.constant_init(3, -1, 0.0), "at least 1"),
        (lambda: nn.normal_init(3, 3, -1.0, rng()), "std must be 0 or more, not -1.0"),
        (lambda: nn.xavier_init(3, 3, rng(), mode="fan_out"), "mode must be"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "init",
    [
        partial(nn.constant_init, value=0.25),
        lambda fan_in, fan_out: np.full((fan_in, fan_out), 0.25),
        lambda fan_in, fan_out, rng: np.full((fan_in, fan_out), 0.25),
    ],
)
def test_a_layer_takes_an_initializer_with_and_without_rng(init):
    model = Sequential(Linear(2, 3, init=init, bias=0.01), Maxout(3, 2, init=init), rng=rng())
    np.testing.assert_array_equal(model.layers[0].params["w"], 0.25)
    np.testing.assert_array_equal(model.layers[0].params["b"], 0.01)
    np.testing.assert_array_equal(model.layers[1].params["w2"], 0.25)


def test_maxout_draws_its_two_pieces_apart():
    params = Sequential(Maxout(3, 4), rng=rng()).layers[0].params
    assert not np.array_equal(params["w1"], params["w2"])


@pytest.mark.parametrize("wrong", [lambda i, o: np.ones((o, i)), lambda i, o: None, lambda i, o: np.ones(i)])
def test_an_initializer_that_returns_something_else_is_named(wrong):
    with pytest.raises(ValueError, match=r"<lambda> must return \(2, 3\) numbers, \(fan_in, fan_out\); it returned"):
        Sequential(Linear(2, 3, init=wrong), rng=rng())
