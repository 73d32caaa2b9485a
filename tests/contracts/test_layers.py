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

    def reference(layer, x, dout, training):
        return forward(x, **settings), backward(dout, x, **settings), {}

    return reference


def _linear(layer, x, dout, training):
    w, b = layer.params["w"], layer.params.get("b", np.zeros(4))
    dx, dw, db = nn.linear_backward(dout, x, w)
    return nn.linear(x, w, b), dx, {"w": dw, "b": db} if "b" in layer.params else {"w": dw}


def _prelu(layer, x, dout, training):
    alpha = float(layer.params["alpha"])
    dx, dalpha = nn.prelu_backward(dout, x, alpha)
    return nn.prelu(x, alpha), dx, {"alpha": dalpha}


def _maxout(layer, x, dout, training):
    dx, *grads = nn.maxout_backward(dout, x, **layer.params)
    return nn.maxout(x, **layer.params), dx, dict(zip(("w1", "b1", "w2", "b2"), grads, strict=True))


def _batchnorm(layer, x, dout, training):
    """Of images each pixel is a row; at rest the statistics are constants."""
    rows, drows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, x.shape[-1])
    gamma, beta = layer.params["gamma"], layer.params["beta"]
    if training:
        out, cache, *_ = nn.batchnorm_train(rows, gamma, beta, np.zeros_like(gamma), np.ones_like(gamma))
        dx, dgamma, dbeta = nn.batchnorm_backward(drows, cache)
    else:
        mean, var = layer.state["running_mean"], layer.state["running_var"]
        std = np.sqrt(var + 1e-5)
        out, dx = nn.batchnorm_eval(rows, gamma, beta, mean, var), drows * gamma / std
        dgamma, dbeta = (drows * (rows - mean) / std).sum(axis=0), drows.sum(axis=0)
    return out.reshape(x.shape), dx.reshape(x.shape), {"gamma": dgamma, "beta": dbeta}


def _layernorm(layer, x, dout, training):
    out, cache = nn.layernorm(x.reshape(-1, x.shape[-1]), **layer.params)
    dx, dgamma, dbeta = nn.layernorm_backward(dout.reshape(-1, x.shape[-1]), cache)
    return out.reshape(x.shape), dx.reshape(x.shape), {"gamma": dgamma, "beta": dbeta}


def _dropout(layer, x, dout, training):
    """The layer's own mask: what it draws is another test's business."""
    mask = layer.mask.reshape(x.shape)
    if not training:
        np.testing.assert_array_equal(mask, 1.0 if layer.inverted else 1.0 - layer.p)
    return x * mask, nn.dropout_backward(dout, mask), {}


def _conv(layer, x, dout, training):
    w, b = layer.params["w"], layer.params.get("b", np.zeros(2))
    dx, dw, db = nn.conv2d_backward(dout, x, w, padding=1)
    return nn.conv2d(x, w, b, padding=1), dx, {"w": dw, "b": db} if "b" in layer.params else {"w": dw}


def _of(forward, backward):
    return lambda layer, x, dout, training: (forward(x), backward(dout, x), {})


def _normalizer():
    return nn.Normalizer(6, nn.batchnorm_train, nn.batchnorm_eval, nn.batchnorm_backward)


FLAT, IMAGES = (4, 6), (2, 4, 6, 3)

#: name, factory, shape of the input, the plain functions as `(layer, x, dout, training) -> out, dx, {name: gradient}`
LAYERS = [
    ("Linear", lambda: nn.Linear(3, 4, bias=0.1), (5, 3), _linear),
    ("Linear", lambda: nn.Linear(3, 4, bias=None), (5, 3), _linear),
    ("Maxout", lambda: nn.Maxout(3, 4, bias=0.1), (5, 3), _maxout),
    ("Sigmoid", nn.Sigmoid, FLAT, _activation("sigmoid")),
    ("Tanh", nn.Tanh, FLAT, _activation("tanh")),
    ("ReLU", nn.ReLU, FLAT, _activation("relu")),
    ("ReLU", nn.ReLU, IMAGES, _activation("relu")),
    ("LeakyReLU", lambda: nn.LeakyReLU(0.2), FLAT, _activation("leaky_relu", alpha=0.2)),
    ("PReLU", lambda: nn.PReLU(0.3), FLAT, _prelu),
    ("ELU", lambda: nn.ELU(0.7), FLAT, _activation("elu", alpha=0.7)),
    ("GELU", nn.GELU, FLAT, _activation("gelu")),
    ("SiLU", nn.SiLU, FLAT, _activation("silu")),
    ("Softplus", nn.Softplus, IMAGES, _activation("softplus")),
    ("Elementwise", lambda: nn.Elementwise(nn.tanh, nn.tanh_backward), FLAT, _activation("tanh")),
    ("BatchNorm", lambda: nn.BatchNorm(6), FLAT, _batchnorm),
    ("BatchNorm", lambda: nn.BatchNorm(3), IMAGES, _batchnorm),
    ("LayerNorm", lambda: nn.LayerNorm(6), FLAT, _layernorm),
    ("LayerNorm", lambda: nn.LayerNorm(3), IMAGES, _layernorm),
    ("Normalizer", _normalizer, FLAT, _batchnorm),
    ("Dropout", lambda: nn.Dropout(0.3, rng=np.random.default_rng(0)), FLAT, _dropout),
    ("Dropout", lambda: nn.Dropout(0.3, rng=np.random.default_rng(0), inverted=False), IMAGES, _dropout),
    ("Conv2d", lambda: nn.Conv2d(3, 2, 3, padding=1, bias=0.1), IMAGES, _conv),
    ("Conv2d", lambda: nn.Conv2d(3, 2, 3, padding=1, bias=None), IMAGES, _conv),
    ("MaxPool2d", nn.MaxPool2d, IMAGES, _of(lambda x: nn.max_pool(x, 2), lambda d, x: nn.max_pool_backward(d, x, 2))),
    (
        "AveragePool2d",
        nn.AveragePool2d,
        IMAGES,
        _of(lambda x: nn.average_pool(x, 2), lambda d, x: nn.average_pool_backward(d, x, 2)),
    ),
    ("Flatten", nn.Flatten, IMAGES, _of(nn.flatten, nn.flatten_backward)),
]

every_layer = pytest.mark.parametrize(
    ("make", "shape", "reference"), [r[1:] for r in LAYERS], ids=[f"{r[0]}-{i}" for i, r in enumerate(LAYERS)]
)
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
modes = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])


def model_of(make, dtype=np.float64):
    return nn.Sequential(make(), rng=np.random.default_rng(1), dtype=dtype)


def forward(model, x, training=True):
    """A pass that always draws the same, from statistics that have not moved but once from where they start."""
    for layer in model.layers:
        if isinstance(layer, nn.Dropout):
            layer.rng = np.random.default_rng(7)
    return model.forward(x, training)


def batch(shape, model, seed=2):
    """An input and a gradient at the output, of the model's dtype; no entry within 1e-3 of a kink at 0."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    x += np.where(x >= 0, 1e-3, -1e-3)
    x = x.astype(model.dtype)
    return x, rng.standard_normal(forward(model, x).shape).astype(model.dtype)


def test_the_table_holds_every_layer():
    exported = {
        name
        for name, value in vars(nn).items()
        if inspect.isclass(value) and issubclass(value, nn.Layer) and value not in (nn.Layer, nn.PlainLayer)
    }
    assert {name for name, *_ in LAYERS} == exported
    assert [type(make()).__name__ for _, make, *_ in LAYERS] == [name for name, *_ in LAYERS]


@every_layer
@modes
def test_agrees_with_the_plain_functions(make, shape, reference, training):
    model = model_of(make)
    x, dout = batch(shape, model)
    found = forward(model, x, training)
    out, dx, grads = reference(model.layers[0], x, dout, training)
    np.testing.assert_allclose(found, out, rtol=1e-12, atol=1e-12)
    if not training and isinstance(model.layers[0], nn.Normalizer):
        return  # the reader's functions have a backward pass for training alone
    np.testing.assert_allclose(model.backward(dout), dx, rtol=1e-12, atol=1e-12)
    assert model.layers[0].grads.keys() == grads.keys() == model.layers[0].params.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(model.layers[0].grads[name], grad, rtol=1e-12, atol=1e-12)


@every_layer
def test_large_inputs_agree_and_do_not_overflow(make, shape, reference):
    model = model_of(make)
    x = np.linspace(-1e4, 1e4, int(np.prod(shape))).reshape(shape)
    found = forward(model, x)
    dout = np.ones(found.shape)
    out, dx, _ = reference(model.layers[0], x, dout, True)
    np.testing.assert_allclose(found, out, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.backward(dout), dx, rtol=1e-12, atol=1e-12)


@every_layer
@modes
def test_gradients_agree_with_differences(make, shape, reference, training):
    model = model_of(make)
    if not training and isinstance(model.layers[0], nn.Normalizer):
        return  # as above
    x, dout = batch(shape, model)

    def value(_=None):
        return float(np.sum(dout * forward(model, x, training)))

    value()
    dx, grads = model.backward(dout), model.grads.copy()

    def moved(other):
        return float(np.sum(dout * forward(model, other, training)))

    assert relative_error(dx, numerical_gradient(moved, x.copy())) < 1e-6
    if grads.size:
        assert relative_error(grads, numerical_gradient(value, model.params)) < 1e-6


@every_layer
@dtypes
@modes
def test_keeps_the_dtype_and_the_inputs(make, shape, reference, dtype, training):
    model = model_of(make, dtype)
    x, dout = batch(shape, model)
    forward(model, x)  # a reader's normalizer has a backward pass from here on
    x_before, dout_before, params_before = x.copy(), dout.copy(), model.params.copy()
    out = forward(model, x, training)
    dx = model.backward(dout)
    assert out.dtype == dx.dtype == model.params.dtype == model.grads.dtype == dtype
    assert all(array.dtype == dtype for array in model.layers[0].state.values())
    assert out.shape == dout.shape
    assert dx.shape == shape
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, dout_before)
    np.testing.assert_array_equal(model.params, params_before)


@every_layer
def test_float32_is_float64_rounded(make, shape, reference):
    single, double = model_of(make, np.float32), model_of(make)
    x, dout = batch(shape, single)
    np.testing.assert_allclose(forward(single, x), forward(double, x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(single.backward(dout), double.backward(dout), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(single.grads, double.grads, rtol=1e-5, atol=1e-5)


@every_layer
def test_batches_of_any_size_in_any_order(make, shape, reference):
    used = model_of(make)
    for n in (3, 50, 1, 3, 8):
        x, dout = batch((n, *shape[1:]), used, seed=n)
        fresh = model_of(make)
        np.testing.assert_array_equal(forward(used, x), forward(fresh, x))
        np.testing.assert_array_equal(used.backward(dout), fresh.backward(dout))
        np.testing.assert_array_equal(used.grads, fresh.grads)


@every_layer
def test_gradients_are_those_of_the_last_pass_alone(make, shape, reference):
    model = model_of(make)
    x, dout = batch(shape, model)
    forward(model, x)
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
    before = forward(model, x)
    at_rest = forward(model, x, training=False)
    twin = copied(model)
    np.testing.assert_array_equal(forward(twin, x, training=False), at_rest)
    np.testing.assert_array_equal(forward(twin, x), before)
    forward(model, x)
    np.testing.assert_array_equal(twin.backward(dout), model.backward(dout))
    twin.params[:] += 1.0
    for array in twin.layers[0].state.values():
        array += 1.0
    np.testing.assert_array_equal(forward(model, x), before)
    if twin.params.size:
        assert not np.array_equal(forward(twin, x), before)


@every_layer
@modes
def test_a_stack_computes_what_its_models_do(make, shape, reference, training):
    models = [model_of(make) for _ in range(3)]
    for i, model in enumerate(models):
        model.params[:] += 0.1 * i
        batch(shape, model, seed=i)  # moves running statistics, each model's its own way
    if not models[0].layers[0].stackable:
        with pytest.raises(ValueError, match="works in one model alone"):
            nn.Stack(models)
        return
    stack = nn.Stack(models)
    x = np.stack([batch(shape, model_of(make), seed=10 + i)[0] for i in range(3)])
    out = forward(stack, x, training)
    dout = np.random.default_rng(5).standard_normal(out.shape)
    if any(isinstance(layer, nn.Dropout) for layer in stack.layers) and training:
        masks = stack.layers[0].mask.reshape(x.shape)
        np.testing.assert_array_equal(out, x * masks)
        np.testing.assert_array_equal(stack.backward(dout), dout * masks)
        return
    dx = stack.backward(dout)
    for i, model in enumerate(models):
        np.testing.assert_allclose(out[i], forward(model, x[i], training), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(dx[i], model.backward(dout[i]), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(stack.grads[i], model.grads, rtol=1e-12, atol=1e-12)
        again = stack.members()[i]
        np.testing.assert_array_equal(forward(again, x[i], False), forward(model, x[i], False))


@every_layer
def test_a_layer_outside_a_model_says_so(make, shape, reference):
    if make is nn.Flatten:
        return  # needs no model
    with pytest.raises(AttributeError, match=r"belongs to no model yet: put it into Sequential"):
        make().out  # noqa: B018, it raises


@every_layer
def test_its_repr_makes_it_again(make, shape, reference):
    text = repr(make())
    holding = {"Elementwise(tanh)", "Normalizer(6, batchnorm_train)", "Dropout(0.3)", "Dropout(0.3, inverted=False)"}
    if text not in holding:  # those hold functions or a generator: they say which, and cannot make them
        assert repr(eval(text, vars(nn))) == text
