import numpy as np
import pytest

from coursekit.nn.convolution import conv2d, conv2d_backward
from coursekit.training import numerical_gradient

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
#: shape of x, k, F, stride, padding
CASES = [
    ((2, 5, 4, 3), 3, 2, 1, 0),
    ((2, 5, 4, 3), 3, 2, 1, 1),
    ((1, 5, 7, 2), 3, 4, 2, 0),
    ((1, 6, 4, 1), 2, 1, 2, 0),
    ((2, 4, 4, 1), 4, 3, 2, 1),
    ((1, 1, 1, 1), 1, 1, 1, 0),
    ((1, 2, 2, 3), 4, 2, 1, 1),
    ((3, 7, 4, 2), 1, 2, 3, 0),
    ((1, 3, 3, 2), 2, 2, 3, 1),
]
cases = pytest.mark.parametrize(("shape", "k", "f", "stride", "padding"), CASES, ids=str)


def arrays(shape, k, f, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=s).astype(dtype) for s in (shape, (k, k, shape[3], f), (f,))]


def by_hand(x, w, b, stride, padding):
    """One output number at a time, by the definition."""
    n, height, width, channels = x.shape
    k, f = w.shape[0], w.shape[3]
    rows, columns = ((size + 2 * padding - k) // stride + 1 for size in (height, width))
    out = np.empty((n, rows, columns, f))
    for at in np.ndindex(out.shape):
        total = float(b[at[3]])
        for i, j, c in np.ndindex(k, k, channels):
            row, column = at[1] * stride + i - padding, at[2] * stride + j - padding
            if 0 <= row < height and 0 <= column < width:
                total += float(x[at[0], row, column, c]) * float(w[i, j, c, at[3]])
        out[at] = total
    return out


@cases
def test_agrees_with_the_definition(shape, k, f, stride, padding):
    x, w, b = arrays(shape, k, f)
    np.testing.assert_allclose(
        conv2d(x, w, b, stride, padding), by_hand(x, w, b, stride, padding), rtol=1e-12, atol=1e-13
    )


@cases
def test_gradients_agree_with_differences(shape, k, f, stride, padding):
    x, w, b = arrays(shape, k, f)
    dout = np.random.default_rng(1).normal(size=conv2d(x, w, b, stride, padding).shape)

    def loss(_):
        return float(np.sum(dout * conv2d(x, w, b, stride, padding)))

    for array, grad in zip((x, w, b), conv2d_backward(dout, x, w, stride, padding), strict=True):
        assert grad.shape == array.shape
        np.testing.assert_allclose(grad, numerical_gradient(loss, array), rtol=1e-6, atol=1e-8)


@dtypes
def test_keeps_dtype_and_inputs_and_takes_views(dtype):
    x, w, b = arrays((4, 6, 8, 4), 3, 2, dtype)
    x, w = x[::2, :, ::-2, 1:], w[:, ::-1, :3]
    before = [a.copy() for a in (x, w, b)]
    out = conv2d(x, w, b, padding=1)
    grads = conv2d_backward(out, x, w, padding=1)
    assert {a.dtype for a in (out, *grads)} == {np.dtype(dtype)}
    np.testing.assert_array_equal(out, conv2d(*before, padding=1))
    for a, old in zip((x, w, b), before, strict=True):
        np.testing.assert_array_equal(a, old)
    for grad, other in zip(grads, conv2d_backward(out, before[0], before[1], padding=1), strict=True):
        np.testing.assert_array_equal(grad, other)


def test_it_is_the_cross_correlation():
    kernel, image = np.arange(9.0).reshape(3, 3, 1, 1), np.zeros((1, 3, 3, 1))
    image[0, 0, 1, 0] = 1.0
    assert conv2d(image, kernel, np.zeros(1)).item() == kernel[0, 1, 0, 0]


def test_a_kernel_of_one_pixel_is_a_linear_layer_at_every_pixel():
    x, w, b = arrays((2, 3, 4, 5), 1, 6)
    np.testing.assert_allclose(conv2d(x, w, b), x @ w[0, 0] + b, rtol=1e-13)


X, W, B = arrays((2, 6, 6, 3), 3, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conv2d(X, W, B, stride=2),
            r"conv2d: H \+ 2 \* padding - k must be .* it is 6 \+ 2 \* 0 - 3 with stride 2",
        ),
        (
            lambda: conv2d(X[:, :, :2], W, B),
            r"conv2d: W \+ 2 \* padding - k must be .* it is 2 \+ 2 \* 0 - 3 with stride 1",
        ),
        (
            lambda: conv2d(X, W[:, :2], B),
            r"conv2d: w must be \(k, k, C, F\), it has shape \(3, 2, 3, 2\)",
        ),
        (lambda: conv2d(X[..., :2], W, B), r"conv2d: w must be \(k, k, C, F\) with C = 2 as in x"),
        (lambda: conv2d(X, W, B[:1]), r"conv2d: b must be \(F,\) with F = 2 as in w, it has shape \(1,\)"),
        (lambda: conv2d(X[0], W, B), r"conv2d: x must be \(N, H, W, C\), it has shape \(6, 6, 3\)"),
        (lambda: conv2d(X, W, B, stride=0), "conv2d: stride must be a whole number, 1 or more, not 0"),
        (lambda: conv2d(X, W, B, padding=-1), "conv2d: padding must be a whole number, 0 or more, not -1"),
        (
            lambda: conv2d_backward(X[..., :2], X, W),
            r"conv2d_backward: dout must have the output's shape \(2, 4, 4, 2\), it",
        ),
        (lambda: conv2d_backward(X, X, W), r"conv2d_backward: w must be \(k, k, C, F\) with F = 3 as in dout"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
