import numpy as np
import pytest

from coursekit.nn.pooling import (
    average_pool,
    average_pool_backward,
    flatten,
    flatten_backward,
    max_pool,
    max_pool_backward,
)
from coursekit.training import numerical_gradient

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
cases = pytest.mark.parametrize(
    ("shape", "size"), [((2, 4, 6, 3), 2), ((1, 3, 3, 2), 3), ((2, 2, 3, 1), 1), ((1, 6, 3, 2), 3)]
)
kinds = pytest.mark.parametrize(
    ("pool", "backward", "of_window"),
    [(max_pool, max_pool_backward, max), (average_pool, average_pool_backward, lambda v: sum(v) / len(v))],
    ids=["max", "average"],
)


def images(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@kinds
@cases
def test_agrees_with_a_loop_over_the_windows(pool, backward, of_window, shape, size):
    x = images(shape)
    out = pool(x, size)
    assert out.shape == (shape[0], shape[1] // size, shape[2] // size, shape[3])
    for n, i, j, c in np.ndindex(out.shape):
        window = x[n, i * size : (i + 1) * size, j * size : (j + 1) * size, c]
        assert out[n, i, j, c] == pytest.approx(of_window([float(v) for v in window.ravel()]), rel=1e-13)


@kinds
@cases
def test_gradient_agrees_with_differences(pool, backward, of_window, shape, size):
    x = images(shape)
    dout = images(pool(x, size).shape, seed=1)
    numerical = numerical_gradient(lambda x: float(np.sum(dout * pool(x, size))), x)
    np.testing.assert_allclose(backward(dout, x, size), numerical, rtol=1e-6, atol=1e-9)


@kinds
@dtypes
def test_keeps_dtype_and_inputs_and_takes_views(pool, backward, of_window, dtype):
    x = images((4, 8, 12, 4)).astype(dtype)[::2, ::-2, ::3, 1:]
    dout = images((4, 2, 2, 3)).astype(dtype)[::-2]
    old_x, old_dout = x.copy(), dout.copy()
    out, dx = pool(x, 2), backward(dout, x, 2)
    assert out.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(out, pool(old_x, 2))
    np.testing.assert_array_equal(dx, backward(old_dout, old_x, 2))
    np.testing.assert_array_equal(x, old_x)
    np.testing.assert_array_equal(dout, old_dout)


def test_the_first_of_the_largest_gets_the_gradient():
    x = np.array([[1.0, 5.0, 0.0, 0.0], [5.0, 5.0, 0.0, 0.0]]).reshape(1, 2, 4, 1)
    dx = max_pool_backward(np.array([[[[2.0], [3.0]]]]), x, 2)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 2, 3, 0], [0, 0, 0, 0]])


@kinds
def test_no_gradient_is_lost(pool, backward, of_window):
    x, dout = np.round(images((2, 6, 6, 2))), images((2, 3, 3, 2), seed=1)
    assert backward(dout, x, 2).sum() == pytest.approx(dout.sum(), rel=1e-12)


@dtypes
def test_flatten_and_back(dtype):
    x = images((3, 2, 4, 2)).astype(dtype)[:, :, ::-1]
    rows = flatten(x)
    assert (rows.shape, rows.dtype) == ((3, 16), dtype)
    assert rows[1, 0 * 8 + 3 * 2 + 1] == x[1, 0, 3, 1]
    np.testing.assert_array_equal(flatten_backward(rows, x), x)


X = images((2, 6, 4, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: max_pool(X, 3), "max_pool: size must divide the images' 6 x 4 pixels, it is 3"),
        (lambda: average_pool(X, 4), "average_pool: size must divide the images' 6 x 4 pixels, it is 4"),
        (lambda: max_pool(X, 0), "max_pool: size must be a whole number, 1 or more, not 0"),
        (lambda: max_pool(X, 2.0), "max_pool: size must be a whole number, 1 or more, not 2.0"),
        (lambda: average_pool(X[0], 2), r"average_pool: x must be \(N, H, W, C\)"),
        (
            lambda: max_pool_backward(X[:, :3, :1], X, 2),
            r"max_pool_backward: dout must have the output's shape \(2, 3, 2",
        ),
        (lambda: average_pool_backward(X[:, :1, :1], X, 2), "average_pool_backward: dout must have the output's shape"),
        (
            lambda: average_pool_backward(X[:1], X, 2),
            r"average_pool_backward: x must be \(N, H, W, C\) with N = 1 as in",
        ),
        (lambda: flatten(X[0]), r"flatten: x must be \(N, H, W, C\), it has shape \(6, 4, 3\)"),
        (
            lambda: flatten_backward(np.ones((2, 8)), X),
            r"flatten_backward: dout must be \(2, 72\) for x \(2, 6, 4, 3\), it",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
