"""Paths over landscapes: one start, many starts and the plain rule on arrays all go the same way."""

import math

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import LANDSCAPES, path, paths

RULES = [
    (optim.sgd, {"lr": 1e-3}),
    (optim.momentum, {"lr": 1e-3, "rho": 0.8}),
    (optim.nesterov, {"lr": 1e-3}),
    (optim.adagrad, {"lr": 0.1}),
    (optim.rmsprop, {"lr": 1e-2, "decay": 0.9}),
    (optim.adadelta, {}),
    (optim.adam, {"lr": 0.1}),
    (optim.adamw, {"lr": 0.1, "weight_decay": 0.01}),
]
every_rule = pytest.mark.parametrize(("rule", "settings"), RULES, ids=[row[0].__name__ for row in RULES])


def quartic(x, y, z):
    """Three coordinates that depend on one another."""
    return x * x * x + y, 2.0 * y + x - z, 3.0 * z - y


def by_hand(rule, grad, start, steps, settings):
    """The rule itself, checks and all, on one array of D numbers."""
    w = np.array(start, np.float64)
    n_states = {"sgd": 0, "momentum": 1, "nesterov": 1, "adagrad": 1, "rmsprop": 1}.get(rule.__name__, 2)
    states, positions = [np.zeros_like(w) for _ in range(n_states)], [w]
    for t in range(1, steps + 1):
        counted = {"t": t} if rule.__name__.startswith("adam") else {}
        gradient = (lambda at: np.array(grad(*at))) if rule is optim.nesterov else np.array(grad(*w))
        results = rule(w, gradient, *states, **counted, **settings)
        w, *states = results if n_states else (results,)
        positions.append(w)
    return np.array(positions)


@every_rule
@pytest.mark.parametrize("name", LANDSCAPES)
def test_one_start_goes_as_the_rule_on_an_array(rule, settings, name):
    landscape = LANDSCAPES[name]
    walked = path(rule, landscape.gradient, landscape.start, 40, **settings)
    assert (walked.shape, walked.dtype) == ((41, 2), np.float64)
    np.testing.assert_allclose(walked, by_hand(rule, landscape.gradient, landscape.start, 40, settings), rtol=1e-9)


@every_rule
def test_many_starts_go_as_each_alone_in_any_number_of_coordinates(rule, settings):
    starts = np.random.default_rng(0).uniform(-1, 1, (5, 3))
    before = starts.copy()
    walked = paths(rule, quartic, starts, 25, **settings)
    assert (walked.shape, walked.dtype) == ((26, 5, 3), np.float64)
    for i, start in enumerate(starts):
        alone = path(rule, quartic, start, 25, **settings)
        np.testing.assert_allclose(walked[:, i], alone, rtol=1e-11)
        np.testing.assert_allclose(alone, by_hand(rule, quartic, start, 25, settings), rtol=1e-11)
    np.testing.assert_array_equal(starts, before)


@every_rule
def test_no_step_is_the_start(rule, settings):
    np.testing.assert_array_equal(path(rule, quartic, [1, 2, 3], 0, **settings), [[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(paths(rule, quartic, [[1, 2, 3]], 0, **settings), [[[1.0, 2.0, 3.0]]])
    assert path(rule, lambda x: (2.0 * x,), [1.0], 3, **settings).shape == (4, 1)


@pytest.mark.parametrize("rule", [optim.sgd, optim.momentum, optim.nesterov])
@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau", "rastrigin"])
def test_a_path_that_leaves_the_numbers_goes_on_as_what_it_is(rule, name):
    landscape = LANDSCAPES[name]
    lr = 10.0 if name != "rastrigin" else 1e200
    walked = path(rule, landscape.gradient, landscape.start, 60, lr=lr)
    assert walked.shape == (61, 2)
    assert not np.isfinite(walked[-1]).any()
    np.testing.assert_array_equal(walked[0], landscape.start)
    left = int(np.argmin(np.isfinite(walked).all(axis=1)))
    assert left > 1
    assert np.isfinite(walked[:left]).all()
    together = paths(rule, landscape.gradient, [landscape.start, landscape.start], 60, lr=lr)
    np.testing.assert_allclose(together[:left, 1], walked[:left], rtol=1e-9)


def test_powers_that_overflow_in_python_do_not_end_a_path():
    walked = path(optim.sgd, lambda x, y: (4.0 * x**3, 2.0 * y), (3.0, 1.0), 20, lr=1.0)
    assert not np.isfinite(walked[-1, 0])
    np.testing.assert_array_equal(np.abs(walked[:, 1]), 1.0)  # the other coordinate is none the worse


def test_a_division_by_zero_in_python_does_not_end_a_path():
    walked = path(optim.adagrad, lambda x, y: (0.0 * x, 2.0 * y), (3.0, 1.0), 3, lr=0.1, eps=0.0)
    assert np.isnan(walked[-1, 0])
    assert np.isfinite(walked[:, 1]).all()


def test_the_rate_may_be_a_schedule():
    rates = [0.1, 0.4, 0.2]
    walked = path(optim.sgd, lambda x, y: (1.0, 2.0), (0.0, 0.0), 3, lr=lambda t: rates[t])
    np.testing.assert_allclose(walked[:, 0], [0.0, -0.1, -0.5, -0.7])
    together = paths(optim.sgd, lambda x, y: (1.0 + 0 * x, 2.0 + 0 * y), [[0.0, 0.0]], 3, lr=lambda t: rates[t])
    np.testing.assert_allclose(together[:, 0], walked)


def test_a_rule_of_ones_own_with_more_state_than_ours():
    def third(w, dw, a, b, c, lr):
        return w - lr * (dw + c), dw, a, b

    walked = path(third, lambda x, y: (2.0 * x, y), (1.0, 1.0), 6, lr=0.1)
    together = paths(third, lambda x, y: (2.0 * x, y), [(1.0, 1.0), (2.0, 0.0)], 6, lr=0.1)
    np.testing.assert_array_equal(walked, together[:, 0])
    assert len(np.unique(np.diff(walked[:, 0]))) > 3


def bowl(x, y):
    return 2.0 * x, 2.0 * y


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: path(optim.sgd, bowl, [[1.0, 2.0]], 3, lr=0.1), r"path: start must be \(D,\), one number for each"),
        (lambda: path(optim.sgd, bowl, [1.0, np.nan], 3, lr=0.1), "path: start must be finite"),
        (lambda: paths(optim.sgd, bowl, [1.0, 2.0], 3, lr=0.1), r"paths: starts must be \(S, D\), one row for each"),
        (lambda: paths(optim.sgd, bowl, np.ones((0, 2)), 3, lr=0.1), "paths: starts must not be empty"),
        (
            lambda: path(optim.sgd, bowl, [1.0, 2.0], -1, lr=0.1),
            "path: steps must be a whole number, 0 or more",
        ),
        (lambda: path(optim.sgd, bowl, [1.0, 2.0], 1.5, lr=0.1), "path: steps must be a whole number"),
        (lambda: path(optim.sgd, None, [1.0, 2.0], 3, lr=0.1), "path: grad must be a function, not None"),
        (lambda: path(optim.sgd, lambda x, y: (x,), [1.0, 2.0], 3, lr=0.1), "path: grad must give 2 slopes"),
        (lambda: path(optim.sgd, lambda x, y: x, [1.0, 2.0], 3, lr=0.1), "path: grad must give 2 slopes"),
        (lambda: path(optim.sgd, lambda x, y: None, [1.0, 2.0], 3, lr=0.1), "path: grad must give 2 slopes"),
        (lambda: paths(optim.sgd, lambda x, y: (x, y[:1]), np.ones((3, 2)), 3, lr=0.1), "paths: grad must give slopes"),
        (lambda: path(optim.sgd, bowl, [1.0, 2.0], 3), "sgd: lr must be given"),
        (lambda: path(optim.sgd, bowl, [1.0, 2.0], 3, lr=-1.0), "sgd: lr must be a number, 0 or more"),
        (lambda: path(optim.adam, bowl, [1.0, 2.0], 3, lr=0.1, beta1=1.0), r"adam: beta1 must be a number in \[0, 1\)"),
        (lambda: path(optim.adam, bowl, [1.0, 2.0], 3, lr=0.1, rho=1.0), "adam: it takes no rho"),
        (
            lambda: path(optim.sgd, bowl, [1.0, 2.0], 3, lr=lambda t: -1.0),
            "<lambda>: its learning rate at t = 0",
        ),
        (lambda: path(lambda w, dw, v, lr: w, bowl, [1.0, 2.0], 3, lr=1), "<lambda>: it must return w, v"),
        (lambda: path(lambda w, dw, lr: 0.0, bowl, [1.0, 2.0], 3, lr=1), "<lambda>: it must keep the shape of w"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        call()
    assert "\n" not in str(caught.value)


# -- the landscapes --------------------------------------------------------------------------------------------------

every_landscape = pytest.mark.parametrize("name", LANDSCAPES)


def test_the_landscapes_are_public_by_their_names():
    assert {name: vars(optim)[name] for name in LANDSCAPES} == LANDSCAPES
    assert set(LANDSCAPES) == {"bowl", "ravine", "saddle", "rosenbrock", "beale", "himmelblau", "rastrigin"}


@every_landscape
def test_gradients_agree_with_differences(name):
    landscape, h = LANDSCAPES[name], 1e-6
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, 50))
    dx, dy = landscape.gradient(x, y)
    np.testing.assert_allclose(
        dx, (landscape.value(x + h, y) - landscape.value(x - h, y)) / (2 * h), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(
        dy, (landscape.value(x, y + h) - landscape.value(x, y - h)) / (2 * h), rtol=1e-5, atol=1e-5
    )


@every_landscape
def test_floats_and_arrays_give_the_same(name):
    landscape = LANDSCAPES[name]
    for x, y in np.random.default_rng(1).uniform(-2, 2, (20, 2)):
        at = float(x), float(y)
        slopes, arrays = landscape.gradient(*at), (np.array([x]), np.array([y]))
        assert {type(landscape.value(*at)), *map(type, slopes)} == {float}
        np.testing.assert_allclose(landscape.gradient(*arrays), np.array(slopes)[:, None], rtol=1e-13)
        np.testing.assert_allclose(landscape.value(*arrays), landscape.value(*at), rtol=1e-13)


@every_landscape
def test_minima_lie_in_the_window_are_flat_and_lowest(name):
    landscape = LANDSCAPES[name]
    x_low, x_high, y_low, y_high = landscape.window
    around = np.meshgrid(np.linspace(x_low, x_high, 401), np.linspace(y_low, y_high, 401))
    lowest = landscape.value(*around).min()
    assert x_low < landscape.start[0] < x_high
    assert y_low < landscape.start[1] < y_high
    assert bool(landscape.minima) == (name != "saddle")
    for x, y in landscape.minima:
        assert x_low <= x <= x_high
        assert y_low <= y <= y_high
        assert landscape.value(x, y) == pytest.approx(0.0, abs=1e-12)
        assert math.hypot(*landscape.gradient(x, y)) < 1e-9
        assert landscape.value(x, y) <= lowest + 1e-12


def test_values_at_known_places():
    at = {name: landscape.value(0.0, 0.0) for name, landscape in LANDSCAPES.items()}
    known = {"rosenbrock": 1.0, "beale": 1.5**2 + 2.25**2 + 2.625**2, "himmelblau": 170.0, "rastrigin": 0.0}
    assert at == pytest.approx(known | {"bowl": 0.0, "ravine": 0.0, "saddle": 0.0})
    assert optim.rastrigin.value(0.5, 0.0) == pytest.approx(20.25)
    assert (optim.bowl.value(3.0, 4.0), optim.ravine.value(2.0, 1.0), optim.saddle.value(2.0, 1.0)) == (25.0, 12.0, 3.0)
