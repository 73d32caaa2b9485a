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


def test_dead_fraction_counts_units_that_are_zero_for_all():
    h = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]])
    assert nn.dead_fraction(h) == 0.5
    assert nn.dead_fraction(h[:1]) == 0.75
    assert type(nn.dead_fraction(h.astype(np.float32))) is float
