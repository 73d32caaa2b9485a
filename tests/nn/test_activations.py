import inspect
import warnings

import numpy as np
import pytest

from coursekit import nn
from coursekit.nn import activations
from coursekit.training import numerical_gradient, relative_error

every_activation = pytest.mark.parametrize("name", sorted(nn.ACTIVATIONS))
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
KINKED = {"relu", "leaky_relu", "elu"}


def test_the_table_holds_every_elementwise_activation():
    pairs = {
        name
        for name, value in vars(activations).items()
        if inspect.isfunction(value) and hasattr(activations, f"{name}_backward")
    }
    assert pairs - {"prelu", "maxout"} == set(nn.ACTIVATIONS)
    for name, pair in nn.ACTIVATIONS.items():
        assert pair == (vars(activations)[name], vars(activations)[f"{name}_backward"])


@every_activation
@dtypes
def test_keeps_dtype_shape_and_inputs(name, dtype):
    forward, backward = nn.ACTIVATIONS[name]
    for x in (np.linspace(-3, 3, 12, dtype=dtype).reshape(3, 4), np.ones((1, 1), dtype), np.ones((2, 3, 4, 5), dtype)):
        dout = np.full_like(x, 0.5)
        before = x.copy()
        out, dx = forward(x), backward(dout, x)
        assert out.dtype == dx.dtype == dtype
        assert out.shape == dx.shape == x.shape
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(dout, 0.5)


@every_activation
@dtypes
def test_a_view_gives_the_same_as_its_copy(name, dtype):
    forward, backward = nn.ACTIVATIONS[name]
    x = np.linspace(-3, 3, 24, dtype=dtype).reshape(4, 6)[::2, ::-3]
    np.testing.assert_array_equal(forward(x), forward(x.copy()))
    np.testing.assert_array_equal(backward(x, x), backward(x.copy(), x.copy()))


@every_activation
@dtypes
def test_large_inputs_give_finite_values_without_a_warning(name, dtype):
    forward, backward = nn.ACTIVATIONS[name]
    x = np.concatenate([np.linspace(-1e4, 1e4, 101), np.linspace(-120, 120, 101), [0.0, -0.0]]).astype(dtype)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        assert np.isfinite(forward(x)).all()
        assert np.isfinite(backward(np.ones_like(x), x)).all()


@every_activation
def test_derivative_agrees_with_differences(name):
    forward, backward = nn.ACTIVATIONS[name]
    rng = np.random.default_rng(5)
    x, dout = rng.uniform(-4, 4, (5, 7)), rng.standard_normal((5, 7))
    x = x[np.abs(x) > 1e-3] if name in KINKED else x
    dout = dout.ravel()[: x.size].reshape(x.shape)
    dx = backward(dout, x)
    assert relative_error(dx, numerical_gradient(lambda x: float(np.sum(dout * forward(x))), x)) < 1e-6


@pytest.mark.parametrize(
    ("name", "at_zero"),
    [("relu", 0.0), ("leaky_relu", 0.01), ("elu", 1.0), ("sigmoid", 0.25), ("tanh", 1.0), ("gelu", 0.5), ("silu", 0.5)],
)
def test_derivative_at_zero_is_that_of_the_negative_side(name, at_zero):
    _, backward = nn.ACTIVATIONS[name]
    np.testing.assert_array_equal(backward(np.ones(2), np.array([0.0, -0.0])), at_zero)


def test_known_values():
    x = np.array([-2.0, 0.0, 2.0])
    np.testing.assert_allclose(nn.sigmoid(x), [0.11920292202211755, 0.5, 0.8807970779778823], rtol=1e-15)
    np.testing.assert_array_equal(nn.relu(x), [0, 0, 2])
    np.testing.assert_array_equal(nn.leaky_relu(x, 0.1), [-0.2, 0, 2])
    np.testing.assert_allclose(nn.elu(x, 2.0), [-1.7293294335267746, 0, 2], rtol=1e-15)
    np.testing.assert_allclose(nn.softplus(x), [0.1269280110429725, np.log(2), 2.1269280110429727], rtol=1e-14)
    np.testing.assert_allclose(nn.silu(x), x * nn.sigmoid(x), rtol=1e-15)


def test_sigmoid_is_exact_in_the_tail_where_one_minus_it_is_not():
    assert nn.sigmoid(np.array([-40.0]))[0] == pytest.approx(np.exp(-40.0), rel=1e-14)
    assert nn.sigmoid_backward(np.ones(1), np.array([40.0]))[0] == pytest.approx(np.exp(-40.0), rel=1e-14)


def test_gelu_is_near_its_exact_form():
    from math import erf

    x = np.linspace(-6, 6, 241)
    exact = np.array([0.5 * v * (1 + erf(v / 2**0.5)) for v in x])
    assert 1e-4 < np.abs(nn.gelu(x) - exact).max() < 5e-4


@dtypes
def test_prelu_gradients(dtype):
    rng = np.random.default_rng(6)
    x, dout = rng.standard_normal((4, 5)).astype(dtype), rng.standard_normal((4, 5)).astype(dtype)
    dx, dalpha = nn.prelu_backward(dout, x, 0.3)
    assert dx.dtype == dtype
    assert type(dalpha) is float
    alpha = np.array([0.3])
    numerical = numerical_gradient(lambda a: float(np.sum(dout * nn.prelu(x.astype(float), float(a[0])))), alpha)
    assert dalpha == pytest.approx(numerical[0], rel=1e-5)


@dtypes
def test_maxout_gradients(dtype):
    rng = np.random.default_rng(7)
    arrays = [rng.standard_normal(s).astype(dtype) for s in ((6, 3), (3, 4), (4,), (3, 4), (4,))]
    dout = rng.standard_normal((6, 4)).astype(dtype)
    before = [array.copy() for array in arrays]
    grads = nn.maxout_backward(dout, *arrays)
    assert nn.maxout(*arrays).dtype == dtype
    doubles = [array.astype(np.float64) for array in arrays]
    for array, old, grad, double in zip(arrays, before, grads, doubles, strict=True):
        np.testing.assert_array_equal(array, old)
        assert grad.dtype == dtype
        numerical = numerical_gradient(lambda _: float(np.sum(dout * nn.maxout(*doubles))), double)
        np.testing.assert_allclose(grad, numerical, rtol=1e-5, atol=1e-5)


def test_maxout_tie_goes_to_the_second_unit():
    x, w, b = np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)
    dx, dw1, db1, dw2, db2 = nn.maxout_backward(np.ones((1, 1)), x, w, b, w, b)
    assert (dx, dw1, db1, dw2, db2) == (1, 0, 0, 1, 1)


def test_prelu_is_leaky_relu_and_its_slope_may_be_any_number():
    x = np.random.default_rng(8).normal(size=(3, 4))
    np.testing.assert_allclose(nn.prelu(x, 0.3), nn.leaky_relu(x, 0.3), rtol=1e-15)
    np.testing.assert_array_equal(nn.prelu_backward(x, x, 0.3)[0], nn.leaky_relu_backward(x, x, 0.3))
    for alpha in (-0.5, 0.0, 1.0, 2.5):
        dx = nn.prelu_backward(np.ones_like(x), x, alpha)[0]
        np.testing.assert_allclose(dx, numerical_gradient(lambda x, a=alpha: float(nn.prelu(x, a).sum()), x), rtol=1e-6)


@every_activation
def test_whole_numbers_and_single_numbers_are_taken_as_float64(name):
    forward, backward = nn.ACTIVATIONS[name]
    expected = forward(np.array([-2.0, 0.0, 3.0]))
    for x in (np.array([-2, 0, 3]), [-2, 0, 3], np.array([-2, 0, 3], np.int8)):
        np.testing.assert_array_equal(forward(x), expected)
        assert forward(x).dtype == np.float64
    assert float(forward(3.0)) == expected[2]
    assert float(forward(np.float32(3.0))) == pytest.approx(expected[2], rel=1e-6)
    assert float(backward(1.0, 3.0)) == backward(np.ones(1), np.array([3.0]))[0]


@dtypes
def test_a_slope_of_numpys_keeps_the_dtype(dtype):
    x, alpha = np.linspace(-1, 1, 5, dtype=dtype), np.float64(0.25)
    for out in (
        nn.leaky_relu(x, alpha),
        nn.leaky_relu_backward(x, x, alpha),
        nn.prelu(x, np.array(0.25)),
        nn.elu(x, alpha),
    ):
        assert out.dtype == dtype


ONES, MAXOUT = np.ones((2, 3)), [np.ones((3, 4)), np.ones(4), np.ones((3, 4)), np.ones(4)]


@every_activation
def test_what_is_no_activation_input_is_refused_by_name(name):
    forward, backward = nn.ACTIVATIONS[name]
    for call, message in (
        (lambda: forward("x"), f"{name}: x must be an array of real numbers"),
        (lambda: forward(np.ones(2, complex)), f"{name}: x must be an array of real numbers, not of complex128"),
        (
            lambda: backward(np.ones(3), ONES),
            rf"{name}_backward: x must have the shape of dout, \(3,\), it has \(2, 3\)",
        ),
        (lambda: backward(1.0, ONES), rf"{name}_backward: x must have the shape of dout"),
    ):
        with pytest.raises(ValueError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


@every_activation
def test_no_numbers_in_no_numbers_out(name):
    forward, backward = nn.ACTIVATIONS[name]
    nothing = np.ones((3, 0), np.float32)
    for result in (forward(nothing), backward(nothing, nothing)):
        assert result.shape == (3, 0)
        assert result.dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.leaky_relu(ONES, 1.5), r"leaky_relu: alpha must be a number in \[0, 1\], not 1.5"),
        (lambda: nn.leaky_relu_backward(ONES, ONES, -0.1), r"leaky_relu_backward: alpha must be a number in \[0, 1\]"),
        (lambda: nn.prelu(ONES, float("nan")), "prelu: alpha must be a number, and finite, not nan"),
        (lambda: nn.prelu_backward(ONES, ONES, np.ones(3)), "prelu_backward: alpha must be a number"),
        (lambda: nn.elu(ONES, -1.0), "elu: alpha must be a number, 0 or more, and finite, not -1"),
        (lambda: nn.elu_backward(ONES, ONES, "1"), "elu_backward: alpha must be a number"),
        (lambda: nn.maxout(ONES.T, *MAXOUT), r"maxout: w1 must be \(D, H\) with D = 2 as in x, it has shape \(3, 4\)"),
        (
            lambda: nn.maxout(ONES, *MAXOUT[:3], np.ones(1)),
            r"maxout: b2 must be \(H,\) with H = 4 as in w1, it has shape",
        ),
        (lambda: nn.maxout(ONES, *MAXOUT[:2], np.ones((3, 1)), np.ones(4)), r"maxout: w2 must be \(D, H\) with H = 4"),
        (
            lambda: nn.maxout_backward(ONES, ONES, *MAXOUT),
            r"maxout_backward: w1 must be \(D, H\) with H = 3 as in dout",
        ),
        (lambda: nn.maxout_backward(np.ones((1, 4)), ONES, *MAXOUT), r"maxout_backward: x must be \(N, D\) with N = 1"),
        (lambda: nn.dead_fraction(np.ones(3)), r"dead_fraction: h must be \(N, D\), it has shape \(3,\)"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_dead_fraction_counts_units_that_are_zero_for_all():
    h = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]])
    assert nn.dead_fraction(h) == 0.5
    assert nn.dead_fraction(h[:1]) == 0.75
    assert type(nn.dead_fraction(h.astype(np.float32))) is float
