"""The experiments behind the claims on initialization measure what they say."""

from datetime import date

import numpy as np
import pytest

from coursekit.claims.initialization.demo_times import demo_times
from coursekit.claims.initialization.experiments import STARTS, fit, net, signal, unlike


def test_units_that_are_alike_and_one_that_is_not() -> None:
    alike = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    assert unlike(alike) == 0
    one_off = np.array([[1.0, 1.0, 4.0], [2.0, 2.0, 5.0]])
    assert unlike(one_off) == pytest.approx(2.0 / np.sqrt((1 + 1 + 16 + 4 + 4 + 25) / 6))


@pytest.mark.parametrize(
    ("start", "mean", "std"),
    [
        ("small", 0.0, 0.01),
        ("one", 0.0, 1.0),
        ("xavier", 0.0, 1 / 20),
        ("he", 0.0, 2**0.5 / 20),
        ("uniform", 0.0, 1 / 3**0.5),
        ("small rand", 0.005, 0.01 / 12**0.5),
        ("rand", 0.5, 1 / 12**0.5),
        ("xavier rand", 0.5 / 20, 1 / 12**0.5 / 20),
        ("he rand", 0.5 * 2**0.5 / 20, (2 / 12) ** 0.5 / 20),
    ],
)
def test_each_start_has_the_mean_and_the_spread_of_its_formula(start: str, mean: float, std: float) -> None:
    w = STARTS[start](400, 400, rng=np.random.default_rng(0))
    assert w.mean() == pytest.approx(mean, abs=0.02 * std)
    assert w.std() == pytest.approx(std, rel=0.02)


def test_every_layer_of_a_net_takes_the_start_but_the_last_where_another_is_named() -> None:
    model = net("constant", "tanh", 2, 0, last="zero")
    first, second, last = (layer.params["w"] for layer in model.layers[::2])
    assert (first == 0.1).all()
    assert (second == 0.1).all()
    assert (last == 0).all()


def test_a_run_that_diverges_counts_as_guessing() -> None:
    assert fit(net("one", "relu", 10, 0), 0, lr=1.0, epochs=1) == 0.9


def test_the_signal_of_small_tanh_layers_is_that_of_linear_ones() -> None:
    """At std 0.01 tanh is the identity: each layer multiplies by 0.01 times the root of the width, up and down."""
    run = signal("small", "tanh", 0, depth=4, width=100)
    np.testing.assert_allclose(run.sizes[1:] / run.sizes[:-1], 0.1, rtol=0.1)
    np.testing.assert_allclose(run.gradients[:-1] / run.gradients[1:], 0.1, rtol=0.1)
    assert run.flat == 0


def test_with_rand_the_units_are_more_alike_than_with_a_mean_of_zero() -> None:
    assert signal("small rand", "relu", 0).differ < 0.2 < signal("small", "relu", 0).differ


def test_a_net_may_start_with_an_initializer_of_ones_own() -> None:
    model = net(lambda fan_in, fan_out: np.full((fan_in, fan_out), 0.25), "relu", 1, 0)
    assert (model.layers[0].params["w"] == 0.25).all()
    assert (model.layers[-1].params["w"] == 0.25).all()


def test_the_times_of_the_demo_are_those_of_enough_changes_on_a_named_machine() -> None:
    times = demo_times()
    for what in ("train", "view", "frames"):
        assert times[what]["count"] >= 30
        assert 0 < times[what]["median_ms"] <= times[what]["p95_ms"]
    assert 0 <= times["frames"]["late"] <= 1
    machine = times["machine"]
    assert machine["cores"] >= 1
    assert machine["processor"]
    assert machine["browser"]
    date.fromisoformat(machine["date"])
