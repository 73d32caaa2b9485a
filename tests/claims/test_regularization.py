"""The experiments of the chapter on regularization: that they measure what they say, on cases known beforehand."""

import numpy as np
import pytest

from coursekit import nn
from coursekit.claims.digits_task import split_digits
from coursekit.claims.regularization.dropping import (
    OneMask,
    exact_penalty,
    factors,
    fisher,
    gradient_noise,
    logistic,
    loss_of,
    one_mask_net,
    quadratic_penalty,
    two_digits,
)
from coursekit.claims.regularization.experiments import (
    CHOOSE,
    FEW,
    NOISE,
    best,
    fit,
    measured,
    overlarge,
    run,
    to_learn,
)
from coursekit.claims.regularization.penalizing import clearly_lower, everything, shifted


def weights(net: nn.Sequential) -> list[np.ndarray]:
    return [layer.params["w"] for layer in net.layers if isinstance(layer, nn.Linear)]


def test_nets_with_and_without_dropout_and_with_one_mask_start_from_the_same_weights() -> None:
    for net in (overlarge(2, 0.5), overlarge(2, 0.5, inverted=False), one_mask_net(2, 0.5)):
        for one, other in zip(weights(overlarge(2)), weights(net), strict=True):
            np.testing.assert_array_equal(one, other)
        assert sum(isinstance(layer, (nn.Dropout, OneMask)) for layer in net.layers) == 2


def test_a_share_of_the_labels_is_wrong_and_only_of_those_trained_on() -> None:
    x, y = to_learn(3, NOISE)
    clean = split_digits(3).y_train[:FEW]
    assert len(x) == FEW
    assert np.mean(y != clean) == pytest.approx(NOISE)
    assert set(y) <= set(range(10))
    np.testing.assert_array_equal(to_learn(3)[1], clean)
    assert len(split_digits(3).y_train) > FEW + CHOOSE  # no digit is both trained on and chosen by


def test_a_run_without_anything_fits_its_digits_and_its_wrong_labels() -> None:
    r = run(0, noise=NOISE)
    assert r.train_error < 0.02
    assert r.gap == pytest.approx(r.test_error - r.train_error)
    assert r.gap > 0.1
    assert run(0).test_error < r.test_error


def test_the_strength_is_chosen_by_the_digits_for_choosing() -> None:
    strength, chosen = best("l2", 0, noise=NOISE)
    losses = {lam: run(0, l2=lam, noise=NOISE).choose_loss for lam in (0.001, 0.003, 0.01, 0.03)}
    assert strength == min(losses, key=lambda lam: losses[lam])
    assert chosen.choose_loss == losses[strength]


def test_three_equal_strengths_are_one() -> None:
    assert run(1, l2=(0.01, 0.01, 0.01)) == run(1, l2=0.01)


def test_measured_is_error_and_loss_of_the_three_parts() -> None:
    net, data = overlarge(0), split_digits(0)
    r = measured(net, 0)
    scores = net.forward(data.x_test.astype(np.float32))
    assert r.test_error == pytest.approx(np.mean(scores.argmax(axis=1) != data.y_test))
    assert r.test_loss == pytest.approx(nn.softmax_cross_entropy(scores, data.y_test)[0])


def test_one_mask_drops_the_same_units_for_all_and_nothing_outside_training() -> None:
    layer = OneMask(0.5, np.random.default_rng(0))
    net = nn.Sequential(layer, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((30, 40)) + 5.0
    np.testing.assert_array_equal(net.forward(x), x)
    out = net.forward(x, training=True)
    kept = np.any(out != 0, axis=0)
    np.testing.assert_allclose(out[:, kept], 2 * x[:, kept])
    assert 0.2 < kept.mean() < 0.8
    assert not out[:, ~kept].any()
    np.testing.assert_allclose(net.backward(np.ones_like(x)), np.tile(2.0 * kept, (30, 1)))


def test_without_masks_the_gradient_has_no_noise() -> None:
    assert gradient_noise(overlarge(0), 0, draws=5) < 1e-9
    assert gradient_noise(one_mask_net(0, 0.5), 0) > gradient_noise(overlarge(0, 0.5), 0) > 0.1


def test_times_one_minus_p_is_what_the_layer_does_itself() -> None:
    data = split_digits(0)
    net = fit(overlarge(0, 0.2, inverted=False), 0, noise=NOISE)
    loss = nn.softmax_cross_entropy(net.forward(data.x_test.astype(np.float32)), data.y_test)[0]
    assert factors(0)["keep_0.2_loss"] == pytest.approx(float(loss), rel=1e-4)
    assert factors(0)["keep_0.5"] == factors(0)["drop_0.5"]


def test_the_bias_of_a_shifted_target_is_pulled_by_the_penalty_alone() -> None:
    found = shifted(0)
    assert found["free_bias"] == pytest.approx(20.0, abs=0.3)
    # With centred features the penalized bias would be 20 / (1 + lam); the features are nearly centred.
    assert found["pulled_bias"] == pytest.approx(20.0 / 1.1, abs=0.5)
    assert shifted(0, lam=1e-9)["pulled"] == pytest.approx(shifted(0, lam=1e-9)["free"], rel=1e-6)


def test_everything_is_penalized_when_asked() -> None:
    net = overlarge(0)
    for layer in net.layers:
        if isinstance(layer, nn.Linear):
            layer.params["b"][...] = 1.0
    found = []
    for penalty in (nn.L2(0.1), nn.L2(0.1, on=everything)):
        penalty.attach(net)
        found.append(penalty.add(net.params, np.zeros_like(net.params)))
    assert found[1] - found[0] == pytest.approx(0.5 * 0.1 * (64 + 64 + 10), rel=1e-4)


def test_the_loss_of_two_classes_is_the_logistic_one() -> None:
    z, y = np.array([2.0, -1.0, 0.3]), np.array([1, 1, 0])
    expected = np.mean([np.log1p(np.exp(-2.0)), np.log1p(np.exp(1.0)), np.log1p(np.exp(0.3))])
    assert loss_of(z, y) == pytest.approx(expected)


def test_the_fisher_diagonal_is_the_curvature_of_the_loss() -> None:
    x, y = two_digits(0)
    w = 0.3 * logistic(0)
    j, h = 20, 1e-4
    step = np.zeros(64)
    step[j] = h
    second = (loss_of(x @ (w + step), y) - 2 * loss_of(x @ w, y) + loss_of(x @ (w - step), y)) / h**2
    assert fisher(w, x)[j] == pytest.approx(second, rel=1e-3)


def test_for_small_weights_the_quadratic_penalty_is_exact() -> None:
    x, y = two_digits(0)
    w = 0.05 * logistic(0)
    assert exact_penalty(w, x, y, 0.5, 0, draws=6000) == pytest.approx(quadratic_penalty(w, x, 0.5), rel=0.05)
    assert exact_penalty(w, x, y, 0.0, 0, draws=2) == 0.0


def test_lower_is_clearly_lower_only_beyond_chance() -> None:
    steady = {"a": np.array([0.10, 0.11, 0.12]), "b": np.array([0.12, 0.13, 0.15])}
    assert clearly_lower(steady, "a", "b")
    assert not clearly_lower(steady, "b", "a")
    # The mean difference is the same, and it is one seed's.
    assert not clearly_lower(steady | {"b": np.array([0.10, 0.11, 0.19])}, "a", "b")
    # However steady, less than 0.3 points is the same.
    assert not clearly_lower(steady | {"b": steady["a"] + 0.002}, "a", "b")
