import numpy as np
import pytest

from coursekit.nn import Linear, linear, linear_backward
from coursekit.training import numerical_gradient, relative_error


@pytest.mark.parametrize("shape", [(6, 3, 4), (1, 1, 1), (1, 5, 2)])
def test_gradients_agree_with_differences(shape):
    n, d, h = shape
    rng = np.random.default_rng(0)
    x, w, b, dout = (rng.standard_normal(s) for s in ((n, d), (d, h), (h,), (n, h)))
    grads = linear_backward(dout, x, w)
    for array, grad in zip((x, w, b), grads, strict=True):
        assert relative_error(grad, numerical_gradient(lambda _: float(np.sum(dout * linear(x, w, b))), array)) < 1e-7


def test_float32_stays():
    x, w, b = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32), np.ones(4, np.float32)
    out = linear(x, w, b)
    assert {a.dtype for a in (out, *linear_backward(out, x, w))} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: linear(np.ones((2, 3)), np.ones((4, 5)), np.ones(5)),
            r"linear: w must be \(D, H\) with D = 3 as in x, it has shape \(4, 5\)",
        ),
        (lambda: linear(np.ones(3), np.ones((3, 5)), np.ones(5)), r"x must be \(N, D\)"),
        (
            lambda: linear(np.ones((2, 3)), np.ones((3, 5)), np.ones(4)),
            r"b must be \(H,\) with H = 5 as in w, it has shape \(4,\)",
        ),
        (
            lambda: linear_backward(np.ones((2, 4)), np.ones((2, 3)), np.ones((3, 5))),
            r"w must be \(D, H\) with H = 4 as in dout, it has shape \(3, 5\)",
        ),
        (lambda: Linear(0, 3), "Linear: n_in must be a whole number, 1 or more, not 0"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("width", [2.0, "3", True, None])
def test_a_width_that_is_no_whole_number_is_refused(width):
    with pytest.raises(ValueError, match="n_out must be a whole number"):
        Linear(2, width)
