"""One table of all layers; what every layer must do is tested over it."""

import copy
import inspect
import pickle

import numpy as np
import pytest

from coursekit import nn
from coursekit.training import numerical_gradient, relative_error


def _activation(name, **settings):
    forward, backward = nn.ACTIVATIONS[name]

    def reference(params, x, dout):
        return forward(x, **settings), backward(dout, x, **settings), {}

    return reference


def _linear(params, x, dout):
    dx, dw, db = nn.linear_backward(dout, x, params["w"])
    return nn.linear(x, params["w"], params["b"]), dx, {"w": dw, "b": db}


def _prelu(params, x, dout):
    dx, dalpha = nn.prelu_backward(dout, x, float(params["alpha"]))
    return nn.prelu(x, float(params["alpha"])), dx, {"alpha": dalpha}


def _maxout(params, x, dout):
    dx, *grads = nn.maxout_backward(dout, x, **params)
    return nn.maxout(x, **params), dx, dict(zip(("w1", "b1", "w2", "b2"), grads, strict=True))


#: name, factory, shape of the input, the plain functions as `(params, x, dout) -> out, dx, {name: gradient}`
LAYERS = [
    ("Linear", lambda: nn.Linear(3, 4, bias=0.1), (5, 3), _linear),
    ("Maxout", lambda: nn.Maxout(3, 4, bias=0.1), (5, 3), _maxout),
    ("Sigmoid", nn.Sigmoid, (4, 6), _activation("sigmoid")),
    ("Tanh", nn.Tanh, (4, 6), _activation("tanh")),
    ("ReLU", nn.ReLU, (4, 6), _activation("relu")),
    ("LeakyReLU", lambda: nn.LeakyReLU(0.2), (4, 6), _activation("leaky_relu", alpha=0.2)),
    ("PReLU", lambda: nn.PReLU(0.3), (4, 6), _prelu),
    ("ELU", lambda: nn.ELU(0.7), (4, 6), _activation("elu", alpha=0.7)),
    ("GELU", nn.GELU, (4, 6), _activation("gelu")),
    ("SiLU", nn.SiLU, (4, 6), _activation("silu")),
    ("Softplus", nn.Softplus, (4, 6), _activation("softplus")),
    ("Elementwise", lambda: nn.Elementwise(nn.tanh, nn.tanh_backward), (4, 6), _activation("tanh")),
]

every_layer = pytest.mark.parametrize(
    ("make", "shape", "reference"), [r[1:] for r in LAYERS], ids=[r[0] for r in LAYERS]
)
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def model_of(make, dtype=np.float64):
    return nn.Sequential(make(), rng=np.random.default_rng(1), dtype=dtype)


def batch(shape, model, seed=2):
    """An input and a gradient at the output, of the model's dtype; no entry within 1e-3 of a kink at 0."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    x += np.where(x >= 0, 1e-3, -1e-3)
    x = x.astype(model.dtype)
    return x, rng.standard_normal(model(x).shape).astype(model.dtype)


def test_the_table_holds_every_layer():
    exported = {
        name
        for name, value in vars(nn).items()
        if inspect.isclass(value) and issubclass(value, nn.Layer) and value is not nn.Layer
    }
    assert {name for name, *_ in LAYERS} == exported
    assert [type(make()).__name__ for _, make, *_ in LAYERS] == [name for name, *_ in LAYERS]


@every_layer
def test_agrees_with_the_plain_functions(make, shape, reference):
    model = model_of(make)
    x, dout = batch(shape, model)
    out, dx, grads = reference(model.layers[0].params, x, dout)
    np.testing.assert_allclose(model(x), out, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.backward(dout), dx, rtol=1e-12, atol=1e-12)
    assert model.layers[0].grads.keys() == grads.keys() == model.layers[0].params.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(model.layers[0].grads[name], grad, rtol=1e-12, atol=1e-12)


@every_layer
def test_large_inputs_agree_and_do_not_overflow(make, shape, reference):
    model = model_of(make)
    x = np.linspace(-1e4, 1e4, int(np.prod(shape))).reshape(shape)
    dout = np.ones(model(x).shape)
    out, dx, _ = reference(model.layers[0].params, x, dout)
    np.testing.assert_allclose(model(x), out, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.backward(dout), dx, rtol=1e-12, atol=1e-12)


@every_layer
def test_gradients_agree_with_differences(make, shape, reference):
    model = model_of(make)
    x, dout = batch(shape, model)
    model(x)
    dx, grads = model.backward(dout), model.grads.copy()
    assert relative_error(dx, numerical_gradient(lambda x: float(np.sum(dout * model(x))), x.copy())) < 1e-6
    if grads.size:
        assert relative_error(grads, numerical_gradient(lambda _: float(np.sum(dout * model(x))), model.params)) < 1e-6


@every_layer
@dtypes
def test_keeps_the_dtype_and_the_inputs(make, shape, reference, dtype):
    model = model_of(make, dtype)
    x, dout = batch(shape, model)
    x_before, dout_before, params_before = x.copy(), dout.copy(), model.params.copy()
    out = model(x)
    dx = model.backward(dout)
    assert out.dtype == dx.dtype == model.params.dtype == model.grads.dtype == dtype
    assert out.shape == dout.shape
    assert dx.shape == shape
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, dout_before)
    np.testing.assert_array_equal(model.params, params_before)


@every_layer
def test_float32_is_float64_rounded(make, shape, reference):
    single, double = model_of(make, np.float32), model_of(make)
    x, dout = batch(shape, single)
    np.testing.assert_allclose(single(x), double(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(single.backward(dout), double.backward(dout), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(single.grads, double.grads, rtol=1e-5, atol=1e-5)


@every_layer
def test_batches_of_any_size_in_any_order(make, shape, reference):
    used = model_of(make)
    for n in (3, 50, 1, 3, 8):
        x, dout = batch((n, *shape[1:]), used, seed=n)
        fresh = model_of(make)
        np.testing.assert_array_equal(used(x), fresh(x))
        np.testing.assert_array_equal(used.backward(dout), fresh.backward(dout))
        np.testing.assert_array_equal(used.grads, fresh.grads)


@every_layer
def test_gradients_are_those_of_the_last_pass_alone(make, shape, reference):
    model = model_of(make)
    x, dout = batch(shape, model)
    model(x)
    first, grads = model.backward(dout), model.grads.copy()
    np.testing.assert_array_equal(model.backward(dout), first)
    np.testing.assert_array_equal(model.grads, grads)


@every_layer
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_computes_alike_and_lives_apart(make, shape, reference, copied):
    model = model_of(make)
    x, dout = batch(shape, model)
    before = model(x)
    twin = copied(model)
    np.testing.assert_array_equal(twin(x), before)
    np.testing.assert_array_equal(twin.backward(dout), model.backward(dout))
    twin.params[:] += 1.0
    np.testing.assert_array_equal(model(x), before)
    if twin.params.size:
        assert not np.array_equal(twin(x), before)


@every_layer
def test_a_layer_outside_a_model_says_so(make, shape, reference):
    with pytest.raises(RuntimeError, match=r"belongs to no model yet: put it into Sequential"):
        make().forward(np.ones(shape))


@every_layer
def test_its_repr_makes_it_again(make, shape, reference):
    text = repr(make())
    if "Elementwise" in text:  # holds functions: names them, cannot make them
        assert text == "Elementwise(tanh)"
    else:
        assert repr(eval(text, vars(nn))) == text
