"""The experiments behind the claims on optimizers measure what they say."""

import json
from itertools import pairwise

import numpy as np
import pytest

from coursekit.claims.optimizers import curvature, formulas, racing, sparse
from coursekit.claims.optimizers.playground_times import KEPT, playground_times
from coursekit.nn import SoftmaxCrossEntropy
from coursekit.optim import adadelta, adagrad, best_momentum, momentum_factor


def test_all_optimizers_run_on_the_same_data_start_and_batches() -> None:
    for task, settings in racing.TASKS.items():
        assert racing.net(task, 3).params == pytest.approx(racing.net(task, 3).params)
        x, y, x_test, y_test = racing.data_of(task, 3)
        assert x.shape[1] == settings.sizes[0]
        assert int(y.max()) + 1 == settings.sizes[-1]
        assert not {tuple(row) for row in np.round(x, 9).tolist()} >= {tuple(r) for r in np.round(x_test, 9).tolist()}
        assert len(y_test) == len(x_test)


def test_a_race_counts_the_steps_to_the_target_and_a_run_that_diverges_never_arrives() -> None:
    run = racing.race("digits", "sgd", 0.3, 0)
    assert run.steps % racing.EVERY == 0
    assert 0 < run.steps < 270
    assert run.loss < racing.TASKS["digits"].target
    x, y, *_ = racing.data_of("digits", 0)
    model, steps = racing.net("digits", 0), 0
    optimizer, rng = racing.OPTIMIZERS["sgd"][0](0.3), np.random.default_rng([0, 2])
    for step in racing.train(model, x, y, optimizer=optimizer, epochs=6, batch_size=32, rng=rng):
        steps = step.number + 1
        if steps == run.steps - racing.EVERY:
            assert racing.loss_of(model, x, y) >= 0.1
        if steps == run.steps:
            assert racing.loss_of(model, x, y) < 0.1
            break
    lost = racing.race("digits", "sgd", 3.0, 0)
    assert lost.steps == float("inf")
    assert racing.best("digits", "sgd", 0).steps <= run.steps


def test_the_rates_of_a_grid_are_a_factor_of_about_three_apart_and_hold_the_defaults() -> None:
    for name, (_, rates) in {**racing.OPTIMIZERS, **sparse.RULES}.items():
        assert all(2.99 <= b / a <= 3.34 for a, b in pairwise(rates)), name
    assert all(racing.DEFAULTS[name] in racing.OPTIMIZERS[name][1] for name in racing.DEFAULTS)


def test_rare_features_are_rare_and_the_rates_are_those_of_the_rules() -> None:
    x, *_ = sparse.words(0)
    there = x.mean(axis=0)
    assert there[sparse.FREQUENT].min() > 10 * np.median(there[sparse.RARE])
    run = sparse.rates(0)
    finite = np.isfinite(run["adagrad"])
    before, after = run["adagrad"][:-1], run["adagrad"][1:]
    assert (after[finite[:-1]] <= before[finite[:-1]]).all()  # a sum of squares
    absent = run["there"][1:] == 0
    known = absent & finite[:-1]
    assert run["rmsprop"][1:][known] / run["rmsprop"][:-1][known] == pytest.approx(0.9**-0.5)  # an average that forgets


def test_the_quadratics_have_the_curvatures_that_are_said() -> None:
    h, start = curvature.quadratic(1)
    assert np.linalg.eigvalsh(h) == pytest.approx(np.geomspace(1, curvature.KAPPA, curvature.D))
    assert start.shape == (curvature.D,)
    steps = curvature.ravine_steps(1)
    lr, rho = best_momentum(1.0, curvature.KAPPA)
    assert steps["momentum"] >= np.log(1e-3) / np.log(momentum_factor(lr, rho, 1.0))
    assert steps["sgd"] <= np.log(1e-3) / np.log((curvature.KAPPA - 1) / (curvature.KAPPA + 1)) + 1


def test_overshoot_is_none_without_momentum() -> None:
    numbers = curvature.overshoot(0, steps=50)
    assert 0 < numbers["nesterov0.9"] < numbers["momentum0.9"] < 1


def test_sensitivity_is_a_second_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curvature, "loss_of", lambda model, x, y: 1.5 * float(model.params @ model.params))
    numbers = curvature.sensitivities(0, sample=5)
    assert numbers["layer1"] == pytest.approx(3.0, rel=1e-4)
    assert numbers["spread"] == pytest.approx(1.0, rel=1e-4)


def test_conjugate_gradients_solve_the_system() -> None:
    h, target = curvature.quadratic(2, 30.0)
    solution, products = curvature._conjugate_gradients(lambda s: h @ s, target, 1e-9)
    assert h @ solution == pytest.approx(target, abs=1e-6)
    assert products <= 2 * curvature.D


def test_a_walk_is_the_rule_on_these_gradients() -> None:
    gradients = formulas._noisy(0, steps=3, size=4)
    w, h = np.zeros(4), np.zeros(4)
    places = formulas._walk(adagrad, gradients, 1, lr=0.1)
    for t, g in enumerate(gradients, start=1):
        w, h = adagrad(w, g, h, lr=0.1)
        assert places[t] == pytest.approx(w)
    assert formulas._walk(adadelta, gradients, 2).shape == (4, 4)


def test_the_written_formula_moves_all_weights_whose_average_has_the_gradient_s_sign_up() -> None:
    model = racing.net("digits", 0)
    x, y, *_ = racing.data_of("digits", 0)
    model.loss_and_grad(x, y, SoftmaxCrossEntropy())
    g = model.grads
    assert (np.sign(g) * g >= 0).all()  # what is added in the first step: m_hat / sqrt(v_hat) is the sign
    numbers = formulas.plus_sign(0, steps=5)
    assert abs(numbers["written"] - numbers["before"]) < abs(numbers["adam"] - numbers["before"])


def test_the_corrected_average_is_the_gradient_at_the_first_step_only() -> None:
    numbers = formulas.corrected(0)
    assert numbers["at1"] < 1e-12 < 0.1 < numbers["at10"]


def test_the_playground_s_times_are_kept_with_their_machine() -> None:
    times = playground_times()
    assert json.loads(KEPT.read_text("utf-8")) == times
    for part in ("drag", "python", "frames"):
        assert times[part]["median_ms"] <= times[part]["p95_ms"]
        assert times[part]["count"] > 30
    assert times["python"]["median_ms"] <= times["drag"]["median_ms"]
    assert {"cores", "processor", "browser", "load_before", "load_after", "date"} <= set(times["machine"])


def test_rates_in_one_step_are_spread_by_the_root_of_the_spread_of_the_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = formulas.spread(0)
    assert numbers["adam"] > 2
    assert numbers["adagrad"] > 2
    # With gradients that are as large for every weight, all have one rate, as a schedule would have it.
    monkeypatch.setattr(formulas.Sequential, "loss_and_grad", lambda self, *_: self.grads.fill(0.5))
    assert formulas.spread(0) == pytest.approx({"adam": 1.0, "adagrad": 1.0})
