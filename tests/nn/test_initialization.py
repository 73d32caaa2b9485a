from functools import partial
from math import erf, log

import numpy as np
import pytest

from coursekit import nn
from coursekit.nn import Linear, Maxout, Sequential, initialization
from coursekit.nn.initialization import draw_weights, uniform_init

#: A million weights of a layer whose two fans differ.
FANS = (800, 1250)
N = 1_000_000


def rng(seed=0):
    return np.random.default_rng(seed)


def normal_cdf(z):
    return 0.5 * (1.0 + np.frompyfunc(erf, 1, 1)(z / 2**0.5).astype(float))


def uniform_cdf(z):
    """Of the uniform distribution with mean 0 and variance 1."""
    return np.clip(0.5 + z / 12**0.5, 0.0, 1.0)


def kolmogorov_smirnov(values, cdf):
    """The largest distance between the empirical distribution function and `cdf`."""
    expected, steps = cdf(np.sort(values, axis=None)), np.arange(values.size + 1) / values.size
    return max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))


#: By the Dvoretzky-Kiefer-Wolfowitz inequality, P(D > d) <= 2 exp(-2 n d^2): less than once in a million right runs.
KS_BOUND = (log(2e6) / (2 * N)) ** 0.5

#: initializer, mean, variance, distribution function of the standardized weight, and its kurtosis
RANDOM = {
    "normal_init": (partial(nn.normal_init, std=0.02), 0.0, 0.02**2, normal_cdf, 3.0),
    "uniform_init": (partial(uniform_init, low=-1, high=3), 1.0, 16 / 12, uniform_cdf, 1.8),
    "xavier_init": (nn.xavier_init, 0.0, 1 / 800, normal_cdf, 3.0),
    "xavier_init fan_avg": (partial(nn.xavier_init, mode="fan_avg"), 0.0, 2 / 2050, normal_cdf, 3.0),
    "xavier_uniform_init": (nn.xavier_uniform_init, 0.0, 2 / 2050, uniform_cdf, 1.8),
    "he_init": (nn.he_init, 0.0, 2 / 800, normal_cdf, 3.0),
}
every_random = pytest.mark.parametrize(("init", "mean", "variance", "cdf", "kurtosis"), RANDOM.values(), ids=RANDOM)


def test_the_table_holds_every_random_initializer():
    named = {name for name, value in vars(initialization).items() if name.endswith("_init")}
    assert {name.partition(" ")[0] for name in RANDOM} == named - {"constant_init"}


@every_random
def test_a_million_weights_have_the_moments_and_the_distribution(init, mean, variance, cdf, kurtosis):
    w = init(*FANS, rng=rng(11))
    assert (w.shape, w.dtype, w.size) == (FANS, np.float64, N)
    # Five standard errors, less than once in a million: of the mean, and of the variance about the known mean.
    assert abs(w.mean() - mean) < 5 * (variance / N) ** 0.5
    assert abs(np.mean((w - mean) ** 2) / variance - 1) < 5 * ((kurtosis - 1) / N) ** 0.5
    standardized = (w - mean) / variance**0.5
    assert kolmogorov_smirnov(standardized, cdf) < KS_BOUND
    # Neighbours along either axis are independent: the mean of their product has standard error 1 / sqrt(n).
    assert abs(np.mean(standardized[1:] * standardized[:-1])) < 5 / (N - FANS[1]) ** 0.5
    assert abs(np.mean(standardized[:, 1:] * standardized[:, :-1])) < 5 / (N - FANS[0]) ** 0.5


@pytest.mark.parametrize("wrong", ["uniform for normal", "two per cent too wide", "shifted by a hundredth"])
def test_the_bound_sees_a_wrong_distribution(wrong):
    z = rng(12).standard_normal(N)
    if wrong == "uniform for normal":
        z = rng(12).uniform(-(3**0.5), 3**0.5, N)
    z = {"two per cent too wide": 1.02 * z, "shifted by a hundredth": z + 0.01}.get(wrong, z)
    assert kolmogorov_smirnov(z, normal_cdf) > 1.1 * KS_BOUND


@every_random
def test_the_seed_decides(init, mean, variance, cdf, kurtosis):
    w = init(3, 4, rng=rng(1))
    np.testing.assert_array_equal(w, init(3, 4, rng=rng(1)))
    assert not np.array_equal(w, init(3, 4, rng=rng(2)))
    generator = rng(1)
    assert not np.array_equal(init(3, 4, rng=generator), init(3, 4, rng=generator))


def test_uniform_ones_stay_within_their_bounds():
    bound = (6 / 2050) ** 0.5
    assert 0.999 * bound < np.abs(nn.xavier_uniform_init(*FANS, rng())).max() <= bound
    w = uniform_init(*FANS, -1.0, 1.0, rng())
    assert -1.0 <= w.min() < -0.999
    assert 0.999 < w.max() < 1.0


def test_constant():
    np.testing.assert_array_equal(nn.constant_init(2, 3, 0.5), np.full((2, 3), 0.5))
    assert nn.constant_init(2, 3, 1).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.he_init(0, 3, rng()), "he_init: fan_in must be a whole number, 1 or more, not 0"),
        (lambda: nn.he_init(2.0, 3, rng()), "he_init: fan_in must be a whole number, 1 or more, not 2.0"),
        (lambda: nn.xavier_init(3, -1, rng()), "xavier_init: fan_out must be a whole number, 1 or more, not -1"),
        (lambda: nn.xavier_init(3, 3, rng(), mode="fan_out"), 'mode must be "fan_in" or "fan_avg", not \'fan_out\''),
        (lambda: nn.xavier_uniform_init(3, 0, rng()), "xavier_uniform_init: fan_out must be a whole number"),
        (lambda: nn.constant_init(3, 0, 0.0), "constant_init: fan_out must be a whole number"),
        (lambda: nn.constant_init(3, 1, float("nan")), "constant_init: value must be a number, and finite, not nan"),
        (lambda: nn.normal_init(3, 3, -1.0, rng()), "normal_init: std must be a number, 0 or more, and finite, not -1"),
        (lambda: nn.normal_init(3, 3, 1.0, np.random), r"normal_init: rng must be a numpy.random.Generator"),
        (lambda: uniform_init(3, 3, 1.0, -1.0, rng()), "uniform_init: low must be at most high, they are 1 and -1"),
        (
            lambda: uniform_init(3, 3, 0.0, float("inf"), rng()),
            "uniform_init: high must be a number, and finite, not inf",
        ),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


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


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_initializer_that_returns_no_finite_numbers_is_named(bad):
    def mine(fan_in, fan_out, rng):
        return np.where(rng.random((fan_in, fan_out)) < 2, bad, 0.0)

    with pytest.raises(
        ValueError, match=r"mine must return \(2, 3\) numbers, \(fan_in, fan_out\); it returned NaN or inf"
    ):
        draw_weights(mine, 2, 3, rng())


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_weights_of_a_readers_own_initializer_come_as_they_are(dtype):
    weights = draw_weights(lambda i, o, rng: np.ones((i, o), dtype), 2, 3, rng())
    assert (weights.shape, weights.dtype) == ((2, 3), dtype)
