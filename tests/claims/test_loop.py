"""The experiments of the chapter on the loop measure what they say."""

import numpy as np

from coursekit.claims.digits_task import split_digits
from coursekit.claims.loop.experiments import (
    RATES,
    always,
    best_rate,
    classify,
    excess,
    gradient_noise,
    loss_of,
    net,
    squared_error,
    with_replacement,
)
from coursekit.nn import SoftmaxCrossEntropy
from coursekit.training import minibatch_gradient_error, numerical_gradient, per_example_gradients


def test_a_seed_gives_the_same_start_and_another_seed_another():
    assert np.array_equal(net(3).params, net(3).params)
    assert not np.array_equal(net(3).params, net(4).params)


def test_the_loss_is_the_one_that_training_lowers():
    data, model = split_digits(0), net(0)
    expected = model.loss_and_grad(data.x_train, data.y_train, SoftmaxCrossEntropy())
    np.testing.assert_allclose(loss_of(model, data.x_train, data.y_train), expected, rtol=1e-12)


def test_the_measured_spread_is_what_the_engine_foretells():
    data = split_digits(0)
    gradients = per_example_gradients(net(0), data.x_train, data.y_train)
    whole = np.linalg.norm(gradients.mean(axis=0))
    for size in (1, 16):
        foretold = minibatch_gradient_error(gradients, size) ** 0.5 / whole
        np.testing.assert_allclose(gradient_noise(0)[f"spread{size}"], foretold, rtol=0.1)


def test_batches_with_replacement_are_as_many_and_leave_a_third_out():
    rows = list(with_replacement(1437, 32)(np.random.default_rng(0)))
    assert [len(part) for part in rows] == [32] * 45
    seen = len(np.unique(np.concatenate(rows))) / 1437
    assert abs(seen - (1 - np.exp(-1))) < 0.03


def test_a_fixed_order_is_the_same_in_every_epoch_and_visits_each_once():
    order = np.random.default_rng(0).permutation(100)
    batches, rng = always(order, 32), np.random.default_rng(1)
    first, second = (np.concatenate(list(batches(rng))) for _ in range(2))
    assert np.array_equal(first, order)
    assert np.array_equal(second, order)


def test_the_excess_shrinks_with_the_rate():
    far, near = (excess(0, replace=True, lr=lr) for lr in (0.01, 0.0025))
    assert 0 < near < far / 2


def test_the_best_rate_is_not_at_the_edge_of_the_grid():
    assert all(RATES[0] < best_rate(0, size) < RATES[-1] for size in (8, 512))


def test_the_squared_error_is_half_the_distance_and_its_gradient_is_right():
    rng = np.random.default_rng(0)
    scores, wanted = rng.standard_normal((6, 4)), np.eye(4)[rng.integers(0, 4, 6)]
    value, gradient = squared_error(scores, wanted)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(value, np.mean(np.sum((p - wanted) ** 2, axis=1)) / 2, rtol=1e-12)
    nudged = numerical_gradient(lambda s: squared_error(s, wanted)[0], scores.copy())
    np.testing.assert_allclose(gradient, nudged, atol=1e-9)


def test_larger_weights_at_the_start_make_the_squared_error_worse_and_not_cross_entropy():
    assert classify(0, "squared error", scale=3.0)[0] > 3 * classify(0, "squared error", scale=1.0)[0]
    assert classify(0, "cross-entropy", scale=3.0)[0] < 0.01
