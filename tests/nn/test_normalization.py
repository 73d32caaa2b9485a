"""Batch and layer normalization against loops in exact-as-can-be arithmetic, differences, and their own promises."""

import numpy as np
import pytest

from coursekit.nn.affine import linear
from coursekit.nn.normalization import (
    batchnorm_backward,
    batchnorm_eval,
    batchnorm_train,
    fold_batchnorm,
    layernorm,
    layernorm_backward,
    spatial_batchnorm_backward,
    spatial_batchnorm_eval,
    spatial_batchnorm_train,
)
from coursekit.training import numerical_gradient

EPS = 1e-5
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def setting(d, dtype=np.float64, seed=0):
    """gamma, beta, running_mean, running_var: nothing in them is 0, 1 or equal to another."""
    rng = np.random.default_rng(seed)
    return [
        a.astype(dtype) for a in (rng.normal(1, 1, d), rng.normal(size=d), rng.normal(size=d), rng.uniform(1, 2, d))
    ]


def by_hand(column, gamma, beta):
    """One feature's output, its mean and its variance, in Python numbers."""
    mean = sum(column) / len(column)
    var = sum((v - mean) ** 2 for v in column) / len(column)
    return [gamma * (v - mean) / (var + EPS) ** 0.5 + beta for v in column], mean, var


@pytest.mark.parametrize("shape", [(7, 3), (1, 4), (5, 1), (1, 1)])
def test_train_agrees_with_a_loop_over_the_features(shape):
    x = np.random.default_rng(1).normal(2, 3, shape)
    gamma, beta, running_mean, running_var = setting(shape[1])
    out, _, new_mean, new_var = batchnorm_train(x, gamma, beta, running_mean, running_var, momentum=0.8)
    for j in range(shape[1]):
        column, mean, var = by_hand([float(v) for v in x[:, j]], float(gamma[j]), float(beta[j]))
        np.testing.assert_allclose(out[:, j], column, rtol=1e-12, atol=1e-13)
        assert new_mean[j] == pytest.approx(0.8 * running_mean[j] + 0.2 * mean, rel=1e-13)
        assert new_var[j] == pytest.approx(0.8 * running_var[j] + 0.2 * var, rel=1e-13)


def test_the_statistics_of_the_output_are_beta_and_gamma():
    x = np.random.default_rng(2).normal(50, 9, (400, 3))
    gamma, beta, mean, var = setting(3)
    out = batchnorm_train(x, gamma, beta, mean, var)[0]
    np.testing.assert_allclose(out.mean(axis=0), beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), np.abs(gamma), rtol=1e-6)


def test_running_statistics_settle_at_those_of_the_data():
    x = np.random.default_rng(3).normal(5, 2, (64, 3))
    gamma, beta, mean, var = setting(3)
    for _ in range(400):
        out, _, mean, var = batchnorm_train(x, gamma, beta, mean, var)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(var, x.var(axis=0), rtol=1e-12)
    np.testing.assert_allclose(batchnorm_eval(x, gamma, beta, mean, var), out, rtol=1e-9, atol=1e-12)


def test_eval_takes_rows_one_by_one():
    x = np.random.default_rng(4).normal(size=(6, 3))
    arrays = setting(3)
    whole = batchnorm_eval(x, *arrays)
    np.testing.assert_allclose(whole, np.concatenate([batchnorm_eval(row[None], *arrays) for row in x]), rtol=1e-15)
    gamma, beta, mean, var = arrays
    np.testing.assert_allclose(whole, gamma * (x - mean) / (var + EPS) ** 0.5 + beta, rtol=1e-14)


@dtypes
@pytest.mark.parametrize("value", [9999.7, -1e4, 0.1, 0.0])
def test_a_constant_feature_comes_out_as_beta(dtype, value):
    x = np.full((5001, 2), value, dtype)
    x[:, 1] = np.arange(5001) % 7
    gamma, beta, mean, var = setting(2, dtype)
    out, _, _, new_var = batchnorm_train(x, gamma, beta, mean, var)
    np.testing.assert_allclose(out[:, 0], beta[0], atol=1e-5)
    assert new_var[0] == pytest.approx(0.9 * var[0], rel=1e-6)
    np.testing.assert_allclose(layernorm(x[:, :1].repeat(7, axis=1), np.ones(7), np.ones(7))[0], 1.0, atol=1e-5)


@dtypes
@pytest.mark.parametrize("offset", [0.0, 1e4, -1e4])
def test_a_large_offset_costs_no_more_than_its_own_rounding(dtype, offset):
    spread = (np.arange(40000) % 8 - 3.5).reshape(-1, 2)
    x = (spread + offset).astype(dtype)  # halves and 1e4: exact in float32
    _, _, mean, var = batchnorm_train(x, *(np.ones(2, dtype),) * 4, momentum=0.0)
    np.testing.assert_allclose(mean, offset + spread.mean(axis=0), rtol=np.finfo(dtype).eps)
    np.testing.assert_allclose(var, spread.var(axis=0), rtol=1e-6)


@pytest.mark.parametrize("shape", [(6, 3), (1, 4), (2, 1), (5, 1)])
@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_batchnorm_gradients_agree_with_differences(shape, offset):
    rng = np.random.default_rng(5)
    x, dout = rng.normal(offset, 2, shape), rng.normal(size=shape)
    gamma, beta, mean, var = setting(shape[1])

    def loss(_):
        return float(np.sum(dout * batchnorm_train(x, gamma, beta, mean, var)[0]))

    grads = batchnorm_backward(dout, batchnorm_train(x, gamma, beta, mean, var)[1])
    for array, grad in zip((x, gamma, beta), grads, strict=True):
        assert grad.shape == array.shape
        np.testing.assert_allclose(grad, numerical_gradient(loss, array), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(2, 3, 4, 2), (1, 1, 1, 3), (3, 1, 2, 1)])
def test_spatial_gradients_agree_with_differences(shape):
    rng = np.random.default_rng(6)
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    gamma, beta, mean, var = setting(shape[3])

    def loss(_):
        return float(np.sum(dout * spatial_batchnorm_train(x, gamma, beta, mean, var)[0]))

    grads = spatial_batchnorm_backward(dout, spatial_batchnorm_train(x, gamma, beta, mean, var)[1])
    for array, grad in zip((x, gamma, beta), grads, strict=True):
        assert grad.shape == array.shape
        np.testing.assert_allclose(grad, numerical_gradient(loss, array), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(6, 5), (1, 4), (3, 1)])
def test_layernorm_gradients_agree_with_differences(shape):
    rng = np.random.default_rng(7)
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    gamma, beta = setting(shape[1])[:2]

    def loss(_):
        return float(np.sum(dout * layernorm(x, gamma, beta)[0]))

    grads = layernorm_backward(dout, layernorm(x, gamma, beta)[1])
    for array, grad in zip((x, gamma, beta), grads, strict=True):
        assert grad.shape == array.shape
        np.testing.assert_allclose(grad, numerical_gradient(loss, array), rtol=1e-6, atol=1e-7)


def test_the_gradient_of_a_batch_cannot_see_its_mean_and_spread():
    rng = np.random.default_rng(8)
    x, dout = rng.normal(size=(20, 3)), rng.normal(size=(20, 3))
    _, cache, _, _ = batchnorm_train(x, *setting(3), eps=1e-12)
    dx = batchnorm_backward(dout, cache)[0]
    np.testing.assert_allclose(dx.sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.sum(dx * x, axis=0), 0.0, atol=1e-9)


def test_spatial_is_one_mean_and_variance_per_channel():
    x = np.random.default_rng(9).normal(size=(3, 4, 5, 2))
    gamma, beta, mean, var = setting(2)
    out, _, new_mean, new_var = spatial_batchnorm_train(x, gamma, beta, mean, var)
    for c in range(2):
        pixels, m, v = by_hand([float(p) for p in x[..., c].ravel()], float(gamma[c]), float(beta[c]))
        np.testing.assert_allclose(out[..., c].ravel(), pixels, rtol=1e-11, atol=1e-12)
        assert (new_mean[c], new_var[c]) == pytest.approx((0.9 * mean[c] + 0.1 * m, 0.9 * var[c] + 0.1 * v))
    evaluated = spatial_batchnorm_eval(x, gamma, beta, mean, var)
    np.testing.assert_allclose(evaluated[2, 1, 3], batchnorm_eval(x[2, 1], gamma, beta, mean, var)[3], rtol=1e-14)


def test_layernorm_is_batchnorm_of_the_other_axis():
    x = np.random.default_rng(10).normal(3, 2, (4, 6))
    ones, zeros = np.ones(4), np.zeros(4)
    transposed = batchnorm_train(x.T, ones, zeros, zeros, ones)[0].T
    gamma, beta = setting(6)[:2]
    np.testing.assert_allclose(layernorm(x, gamma, beta)[0], gamma * transposed + beta, rtol=1e-12, atol=1e-13)


def test_layernorm_rows_do_not_see_each_other():
    x = np.random.default_rng(11).normal(size=(5, 4))
    gamma, beta = setting(4)[:2]
    rows = np.concatenate([layernorm(row[None], gamma, beta)[0] for row in x])
    np.testing.assert_allclose(layernorm(x, gamma, beta)[0], rows, rtol=1e-14)


def test_folding_gives_the_same_scores():
    rng = np.random.default_rng(12)
    x, w, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    arrays = setting(4)
    folded = linear(x, *fold_batchnorm(w, b, *arrays))
    np.testing.assert_allclose(folded, batchnorm_eval(linear(x, w, b), *arrays), rtol=1e-12, atol=1e-13)


@dtypes
def test_one_eps_rules_train_eval_and_fold(dtype):
    x = np.array([[0.0], [2.0]], dtype)
    one, zero = np.ones(1, dtype), np.zeros(1, dtype)
    expected = np.array([[-0.5], [0.5]], dtype)
    np.testing.assert_array_equal(batchnorm_train(x, one, zero, zero, one, eps=3.0)[0], expected)
    np.testing.assert_array_equal(batchnorm_eval(x, one, zero, one, one, eps=3.0), expected)
    np.testing.assert_array_equal(linear(x, *fold_batchnorm(one[None], zero, one, zero, one, one, eps=3.0)), expected)
    np.testing.assert_array_equal(layernorm(x.T, np.ones(2, dtype), np.zeros(2, dtype), eps=3.0)[0], expected.T)


X, IMAGES, D = np.ones((4, 2)), np.ones((2, 2, 2, 3)), setting(2)
CACHE = batchnorm_train(X, *D)[1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batchnorm_train(np.ones((0, 2)), *D), r"batchnorm_train: x must not be empty, it has shape \(0, 2\)"),
        (
            lambda: batchnorm_train(X, np.ones(1), *D[1:]),
            r"gamma must be \(D,\) with D = 2 as in x, it has shape \(1,\)",
        ),
        (lambda: batchnorm_train(X, D[0], np.ones((1, 2)), *D[2:]), r"batchnorm_train: beta must be \(D,\)"),
        (lambda: batchnorm_train(X * np.nan, *D), "batchnorm_train: x must be finite, it holds NaN or infinity"),
        (
            lambda: batchnorm_train(X, *D, momentum=1.5),
            r"batchnorm_train: momentum must be a number in \[0, 1\], not 1.5",
        ),
        (lambda: batchnorm_train(X, *D, eps=0.0), "batchnorm_train: eps must be a number above 0, and finite, not 0"),
        (lambda: batchnorm_eval(X, *D[:3], -D[3]), "batchnorm_eval: running_var must hold numbers of 0 or more, it"),
        (lambda: spatial_batchnorm_train(X, *D), r"spatial_batchnorm_train: x must be \(N, H, W, C\), it has shape"),
        (
            lambda: spatial_batchnorm_eval(IMAGES, *D),
            r"spatial_batchnorm_eval: gamma must be \(C,\) with C = 3 as in x",
        ),
        (
            lambda: fold_batchnorm(np.ones((3, 2)), np.ones(3), *D),
            r"fold_batchnorm: b must be \(H,\) with H = 2 as in w",
        ),
        (lambda: layernorm(X + np.inf, *D[:2]), "layernorm: x must be finite"),
        (
            lambda: batchnorm_backward(X[:1], CACHE),
            r"batchnorm_backward: dout must have the output's shape \(4, 2\), it",
        ),
        (lambda: layernorm_backward(X[:, :1], CACHE), "layernorm_backward: dout must have the output's shape"),
        (lambda: batchnorm_backward(X, None), "batchnorm_backward: cache must be what the forward pass returned"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
