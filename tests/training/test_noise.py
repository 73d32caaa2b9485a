import itertools
import math

import numpy as np
import pytest

from coursekit.nn import (
    Dropout,
    Linear,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    linear,
    linear_backward,
    softmax_cross_entropy,
)
from coursekit.training import (
    accumulate_gradients,
    minibatch_gradient_error,
    minibatches,
    noise_scale,
    noise_scale_from_norms,
    numerical_gradient,
    per_example_gradients,
    updates_per_epoch,
)


def cloud(n, d, dtype=np.float64, offset=0.3):
    return (np.random.default_rng(n * 10 + d).standard_normal((n, d)) + offset).astype(dtype)


@pytest.mark.parametrize("n", [1, 2, 7, 12])
@pytest.mark.parametrize("batch_size", [1, 3, 4, 20])
def test_updates_per_epoch_counts_the_batches(n, batch_size):
    assert updates_per_epoch(n, batch_size) == len(minibatches(n, batch_size, np.random.default_rng(0)))


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize(("n", "batch_size"), [(n, b) for n in range(1, 8) for b in range(1, n + 1)])
def test_gradient_error_is_the_mean_over_all_batches_there_are(n, batch_size, d):
    grads = cloud(n, d)
    errors = [
        np.sum((np.mean([grads[i] for i in batch], axis=0) - np.mean(grads, axis=0)) ** 2)
        for batch in itertools.combinations(range(n), batch_size)
    ]
    assert minibatch_gradient_error(grads, batch_size) == pytest.approx(np.mean(errors), rel=1e-12, abs=1e-15)


def test_gradient_error_of_float32_views_and_large_numbers():
    grads = cloud(40, 6, np.float32) * 1e4
    view = np.repeat(grads, 2, axis=1)[:, ::2]
    expected = minibatch_gradient_error(grads.astype(np.float64), 5)
    assert minibatch_gradient_error(view, 5) == pytest.approx(expected, rel=1e-12)
    assert type(minibatch_gradient_error(view, 5)) is float


@pytest.mark.parametrize(("n", "d"), [(2, 1), (5, 3), (30, 2)])
def test_noise_scale_is_trace_over_squared_norm(n, d):
    grads = cloud(n, d)
    mean = [sum(float(g[j]) for g in grads) / n for j in range(d)]
    trace = sum((float(g[j]) - mean[j]) ** 2 for g in grads for j in range(d)) / (n - 1)
    assert noise_scale(grads) == pytest.approx(trace / sum(m * m for m in mean), rel=1e-12)
    np.testing.assert_allclose(noise_scale(1e-3 * grads), noise_scale(grads), rtol=1e-10)  # it has no unit


def test_noise_scale_at_the_limits():
    assert noise_scale(np.array([[1.0], [-1.0]])) == math.inf
    assert noise_scale(np.array([[1e-300], [2e-300]])) == math.inf  # the squared norm is 0
    assert noise_scale(np.ones((3, 2), np.float32)) == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("micro_batch", [1, 3, 4, 10, 11, 100])
def test_accumulated_gradients_are_those_of_the_full_batch(micro_batch, dtype):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 4)).astype(dtype), rng.integers(0, 3, 10)
    w, b = rng.standard_normal((4, 3)).astype(dtype), np.zeros(3, dtype)
    sizes = []

    def grad_fn(x_part, y_part):
        sizes.append(len(x_part))
        _, dscores = softmax_cross_entropy(linear(x_part, w, b), y_part)
        return linear_backward(dscores, x_part, w)[1]

    full = grad_fn(x, y)
    sizes.clear()
    got = accumulate_gradients(grad_fn, x, y, micro_batch)
    np.testing.assert_allclose(got, full, rtol=1e-12 if dtype == np.float64 else 1e-4, atol=1e-7)
    assert got.dtype == dtype
    assert sum(sizes) == 10
    assert max(sizes) <= micro_batch


def test_accumulating_changes_nothing_that_grad_fn_returns():
    kept = np.ones(3)
    np.testing.assert_array_equal(
        accumulate_gradients(lambda x, y: kept, np.ones((5, 2, 2)), np.ones(5), 2), np.ones(3)
    )
    np.testing.assert_array_equal(kept, np.ones(3))


@pytest.mark.parametrize(("small", "big"), [(1, 2), (1, 4), (2, 3)])
def test_noise_scale_from_the_norms_of_all_batches_there_are(small, big):
    """Drawn with replacement, from 4 examples: the expected squared norms are exact, and so is the result."""
    grads = cloud(4, 3)
    norms = [
        np.array(
            [np.linalg.norm(grads[list(batch)].mean(axis=0)) for batch in itertools.product(range(4), repeat=size)]
        )
        for size in (small, big)
    ]
    mean = grads.mean(axis=0)
    expected = grads.var(axis=0).sum() / (mean @ mean)
    assert noise_scale_from_norms(*norms, small, big) == pytest.approx(expected, rel=1e-10)
    assert expected == pytest.approx(noise_scale(grads) * 3 / 4)  # n for n - 1: these four are all examples there are


def test_noise_scale_from_norms_that_show_nothing_but_noise():
    assert noise_scale_from_norms(np.array([2.0]), np.array([1.0]), 1, 4) == math.inf
    assert noise_scale_from_norms(np.ones(3), np.ones(2), 2, 4) == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_per_example_gradients_average_to_the_batchs_gradient(dtype):
    rng = np.random.default_rng(0)
    model = Sequential(Linear(3, 5), Tanh(), Dropout(0.5, rng=rng), Linear(5, 4), rng=rng, dtype=dtype)
    x, y = rng.standard_normal((6, 3)), rng.integers(0, 4, 6)
    grads = per_example_gradients(model, x, y)
    assert grads.shape == (6, model.params.size)
    assert grads.dtype == dtype
    model.loss_and_grad(x, y, SoftmaxCrossEntropy(), training=False)
    np.testing.assert_allclose(grads.mean(axis=0), model.grads, rtol=1e-4, atol=1e-8 if dtype == np.float64 else 1e-6)


def test_per_example_gradients_against_differences():
    def squares(scores, y):
        return 0.5 * float(np.mean(np.sum((scores - y) ** 2, axis=1))), (scores - y) / len(y)

    rng = np.random.default_rng(0)
    model = Sequential(Linear(3, 4), Tanh(), Linear(4, 2), rng=rng)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    grads = per_example_gradients(model, x, y, loss=squares)
    for i in range(5):
        numerical = numerical_gradient(lambda _, i=i: squares(model(x[i : i + 1]), y[i : i + 1])[0], model.params)
        np.testing.assert_allclose(grads[i], numerical, rtol=1e-6, atol=1e-8)


def test_per_example_gradients_want_labels_that_fit():
    model = Sequential(Linear(3, 4), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"y must hold labels 0\.\.3, it holds 4"):
        per_example_gradients(model, np.ones((2, 3)), np.array([0, 4]))
    with pytest.raises(ValueError, match="as many"):
        per_example_gradients(model, np.ones((2, 3)), np.array([0]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: updates_per_epoch(0, 2), "updates_per_epoch: n must be a whole number, 1 or more, not 0"),
        (lambda: updates_per_epoch(2, 2.5), "updates_per_epoch: batch_size must be a whole number, 1 or more, not 2.5"),
        (lambda: minibatch_gradient_error(np.ones((3, 2)), 4), "batch_size must be at most n = 3, the rows, not 4"),
        (lambda: minibatch_gradient_error(np.ones(3), 1), r"per_example_grads must be \(n, D\), it has shape \(3,\)"),
        (lambda: minibatch_gradient_error(np.array([[np.nan]]), 1), "must be finite, it holds NaN or infinity"),
        (lambda: noise_scale(np.ones((1, 2))), "noise_scale: per_example_grads must have at least 2 rows, it has 1"),
        (lambda: noise_scale_from_norms([1.0], [1.0], 4, 4), "batch_small must be below batch_big, they are 4 and 4"),
        (lambda: noise_scale_from_norms([-1.0], [1.0], 2, 4), "norms_small must hold numbers of 0 or more"),
        (lambda: accumulate_gradients(max, np.ones((3, 1)), np.ones(2), 1), r"y must be \(N, \.\.\.\) with N = 3"),
        (lambda: accumulate_gradients(max, np.ones((3, 1)), np.ones(3), 0), "micro_batch must be a whole number"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
