"""Clipped gradients and averaged weights."""

import copy
import inspect
import math
import pickle

import numpy as np
import pytest

from coursekit import optim

both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both_dtypes
@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (2, 3, 4)])
@pytest.mark.parametrize("max_norm", [1e-3, 1.0, 100.0])
def test_clipping_by_norm_keeps_the_direction(dtype, shape, max_norm):
    grad = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    before, norm = grad.copy(), math.sqrt(sum(float(g) ** 2 for g in grad.ravel()))
    clipped = optim.clip_by_norm(grad, np.float64(max_norm))
    np.testing.assert_allclose(clipped, before * min(1.0, max_norm / norm), rtol=1e-6)
    np.testing.assert_array_equal(grad, before)
    assert clipped.dtype == dtype
    assert optim.limit_norm(grad, max_norm) == pytest.approx(norm, rel=1e-6)
    np.testing.assert_array_equal(grad, clipped)


@both_dtypes
def test_norms_of_zero_of_views_and_beyond_the_dtypes_squares(dtype):
    zero = np.zeros(3, dtype)
    np.testing.assert_array_equal(optim.clip_by_norm(zero, 1.0), zero)
    assert optim.limit_norm(zero, 1.0) == 0.0
    view = np.ones((4, 6), dtype)[::2, ::3]
    np.testing.assert_allclose(optim.clip_by_norm(view, 1.0), 0.5, rtol=1e-6)
    assert optim.limit_norm(view, 1.0) == 2.0
    np.testing.assert_allclose(view, 0.5, rtol=1e-6)
    large = np.array([3e30, 4e30], dtype)  # squared, too large for float32
    np.testing.assert_allclose(optim.clip_by_norm(large, 1.0), [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_left_and_reported(bad):
    grad = np.array([3.0, bad, 4.0])
    np.testing.assert_array_equal(optim.clip_by_norm(grad, 1.0), grad)
    kept = grad.copy()
    norm = optim.limit_norm(grad, 1.0)
    assert math.isnan(norm) if math.isnan(bad) else norm == math.inf
    np.testing.assert_array_equal(grad, kept)
    np.testing.assert_array_equal(optim.clip_by_value(grad, 3.5), [3.0, np.clip(bad, -3.5, 3.5), 3.5])


@both_dtypes
def test_clipping_by_value(dtype):
    grad = np.array([[-3.0, -0.5], [0.0, 2.0]], dtype)
    clipped = optim.clip_by_value(grad, 1.0)
    np.testing.assert_array_equal(clipped, [[-1.0, -0.5], [0.0, 1.0]])
    assert clipped.dtype == dtype
    assert grad[0, 0] == -3.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optim.clip_by_norm(np.ones(2), 0.0), "clip_by_norm: max_norm must be a number above 0"),
        (lambda: optim.clip_by_norm(["a"], 1.0), "clip_by_norm: grad must be an array of real numbers"),
        (lambda: optim.clip_by_value(np.ones(2), -1.0), "clip_by_value: limit must be a number, 0 or more"),
        (lambda: optim.limit_norm(np.ones(2), -1.0), "limit_norm: max_norm must be a number above 0"),
        (lambda: optim.limit_norm([1.0], 1.0), "limit_norm: grads must be a floating array"),
        (lambda: optim.limit_norm(np.ones(2, int), 1.0), "limit_norm: grads must be a floating array"),
        (lambda: optim.ema_weights([], 0.5), "ema_weights: snapshots must hold at least one array"),
        (
            lambda: optim.ema_weights([np.ones(2), np.ones(3)], 0.5),
            r"ema_weights: snapshots\[1\] must be \(2,\)",
        ),
        (lambda: optim.ema_weights([np.ones(2), "w"], 0.5), r"ema_weights: snapshots\[1\] must be an array of real"),
        (lambda: optim.average_weights([]), "average_weights: snapshots must hold at least one array"),
        (
            lambda: optim.average_weights([np.ones(2), np.ones(3)]),
            r"average_weights: snapshots\[1\] must be \(2,\)",
        ),
        (lambda: optim.average_weights([["a"]]), r"average_weights: snapshots\[0\] must be an array of real"),
        (lambda: optim.ema_weights(3, 0.5), "ema_weights: snapshots must be a list of arrays, not int"),
        (lambda: optim.ema_weights([np.ones(2)], 1.5), r"ema_weights: decay must be a number in \[0, 1\], not 1.5"),
        (lambda: optim.EMA(-0.1), "EMA: decay must be"),
        (lambda: optim.EMA(0.5).average, "EMA: there is no average before the first update"),
        (lambda: optim.EMA(0.5).update("w"), "EMA: params must be an array of real numbers"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        call()
    assert "\n" not in str(caught.value)


# -- averages --------------------------------------------------------------------------------------------------------


@both_dtypes
@pytest.mark.parametrize("decay", [0.0, 0.3, 0.99, 1.0])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_average_weighs_each_snapshot_by_its_age(dtype, decay, n):
    snapshots = [np.full((2, 2), value, dtype) for value in np.random.default_rng(n).standard_normal(n)]
    kept = copy.deepcopy(snapshots)
    weights = [decay ** (n - 1), *((1 - decay) * decay ** (n - 1 - i) for i in range(1, n))]
    assert sum(weights) == pytest.approx(1.0)
    want = sum(weight * snapshot.astype(np.float64) for weight, snapshot in zip(weights, snapshots, strict=True))
    average = optim.ema_weights(snapshots, decay)
    np.testing.assert_allclose(average, want, rtol=1e-5 if dtype == np.float32 else 1e-13)
    assert average.dtype == dtype
    np.testing.assert_array_equal(snapshots, kept)
    np.testing.assert_array_equal(optim.ema_weights(np.array(snapshots), decay), average)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_plain_mean_of_weights(dtype):
    snapshots = [np.full((2, 3), value, dtype) for value in (1.0, 2.0, 6.0)]
    average = optim.average_weights(snapshots)
    np.testing.assert_array_equal(average, np.full((2, 3), 3.0))
    assert average.dtype == dtype


def test_fed_one_at_a_time_from_parameters_that_change_in_place():
    ema, params, snapshots = optim.EMA(0.8), np.ones(3), []
    for step in range(5):
        params += step
        snapshots.append(params.copy())
        average = ema.update(params)
        np.testing.assert_array_equal(average, optim.ema_weights(snapshots, 0.8))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(ema)).average, average)
    with pytest.raises(ValueError, match=r"must be \(3,\) as the first, not \(2,\)"):
        ema.update(np.ones(2))
    assert inspect.unwrap(optim.ema_weights)([params], 0.5) is params
