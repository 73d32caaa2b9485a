"""The penalty objects against the plain functions, layer by layer, on a model made by hand and on a real one."""

from types import SimpleNamespace

import numpy as np
import pytest

from coursekit import nn
from coursekit.nn.penalties import elastic_net, l1_penalty, l2_penalty, max_norm
from coursekit.nn.regularizers import L1, L2, ElasticNet, MaxNorm

SHAPES = [
    {"w": (4, 3), "b": (3,)},
    {"gamma": (3,), "beta": (3,)},
    {"alpha": ()},
    {},
    {"w1": (3, 5), "b1": (5,), "w2": (3, 5), "b2": (5,)},
    {"w": (2, 2, 3, 4), "b": (4,)},
]
WEIGHTS = [(0, "w"), (4, "w1"), (4, "w2"), (5, "w")]  # layer, name
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])

#: object from strengths, the plain function of one array and one strength
PENALTIES = {
    "L2": (L2, l2_penalty),
    "L1": (L1, l1_penalty),
    "ElasticNet": (lambda lam, **on: ElasticNet(lam, 0.5, **on), lambda w, lam: elastic_net(w, lam, 0.5)),
}
every_penalty = pytest.mark.parametrize(("make", "plain"), PENALTIES.values(), ids=PENALTIES)


def model_by_hand(dtype=np.float64, seed=0):
    """Layers whose parameters and gradients are views on two flat vectors, in order."""
    size = sum(int(np.prod(shape)) for layer in SHAPES for shape in layer.values())
    rng, start, layers = np.random.default_rng(seed), 0, []
    params, grads = rng.normal(size=size).astype(dtype), rng.normal(size=size).astype(dtype)
    params[::7] = 0.0
    for shapes in SHAPES:
        views = ({}, {})
        for name, shape in shapes.items():
            stop = start + int(np.prod(shape))
            for view, flat in zip(views, (params, grads), strict=True):
                view[name] = flat[start:stop].reshape(shape)
            start = stop
        layers.append(SimpleNamespace(params=views[0], grads=views[1]))
    return SimpleNamespace(params=params, grads=grads, layers=layers)


@every_penalty
@dtypes
@pytest.mark.parametrize("lam", [0.3, 0, [0.3, 0.0, 2.0], np.array([1.0, 2.0, 3.0])], ids=str)
def test_adds_what_the_plain_functions_say(make, plain, dtype, lam):
    model = model_by_hand(dtype)
    before, at = [{n: g.copy() for n, g in layer.grads.items()} for layer in model.layers], model.params.copy()
    penalty = make(lam)
    penalty.attach(model)
    value = penalty.add(model.params, model.grads)
    assert type(value) is float
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    total, each = 0.0, dict(zip((0, 4, 5), np.broadcast_to(lam, 3), strict=True))
    for i, layer in enumerate(model.layers):
        for name, grad in layer.grads.items():
            loss, extra = plain(layer.params[name], float(each[i])) if (i, name) in WEIGHTS else (0.0, 0.0)
            np.testing.assert_allclose(grad, before[i][name] + extra, rtol=tolerance, atol=tolerance)
            if (i, name) not in WEIGHTS:
                np.testing.assert_array_equal(grad, before[i][name])
            total += loss
    assert value == pytest.approx(total, rel=tolerance, abs=tolerance)
    np.testing.assert_array_equal(model.params, at)


@every_penalty
def test_the_second_step_adds_to_the_second_gradient(make, plain):
    model, penalty = model_by_hand(), make(0.1)
    penalty.attach(model)
    penalty.add(model.params, model.grads)
    model.params *= 2
    model.grads[:] = 0
    value = penalty.add(model.params, model.grads)
    np.testing.assert_allclose(model.layers[0].grads["w"], plain(model.layers[0].params["w"], 0.1)[1], rtol=1e-12)
    assert value == pytest.approx(sum(plain(model.layers[i].params[n], 0.1)[0] for i, n in WEIGHTS), rel=1e-12)


def test_on_chooses_the_parameters():
    model, penalty = model_by_hand(), L2(1.0, on=lambda name: True)
    penalty.attach(model)
    assert penalty.add(model.params, model.grads) == pytest.approx(l2_penalty(model.params, 1.0)[0], rel=1e-12)


@dtypes
def test_max_norm_cuts_every_layers_columns_and_leaves_the_rest_bit_for_bit(dtype):
    model = model_by_hand(dtype)
    model.layers[0].params["w"][:, 1] = 0
    before = [{name: value.copy() for name, value in layer.params.items()} for layer in model.layers]
    constraint = MaxNorm([1.5, 1e9, 2.0])
    constraint.attach(model)
    constraint.apply(model.params)
    cut = {(0, "w"): max_norm(before[0]["w"], 1.5)}
    cut[5, "w"] = max_norm(before[5]["w"].reshape(-1, 4), 2.0).reshape(2, 2, 3, 4)
    for i, layer in enumerate(model.layers):
        for name, value in layer.params.items():
            if (i, name) in cut:
                assert not np.array_equal(value, before[i][name])
                np.testing.assert_allclose(value, cut[i, name], rtol=1e-6 if dtype == np.float32 else 1e-13)
                same = np.all(cut[i, name] == before[i][name], axis=tuple(range(value.ndim - 1)))
                np.testing.assert_array_equal(value[..., same], before[i][name][..., same])
            else:
                np.testing.assert_array_equal(value, before[i][name])


@dtypes
def test_on_a_real_model(dtype):
    rng = np.random.default_rng(1)
    layers = (nn.Linear(3, 4, bias=0.5), nn.PReLU(), nn.Maxout(4, 3), nn.Linear(3, 2))
    model = nn.Sequential(*layers, rng=rng, dtype=dtype)
    for penalty, strength in ((L2(0.1), 0.1), (L2([0.1, 0.2, 0.3]), 0.1)):
        model.grads[:] = 0
        penalty.attach(model)
        penalty.add(model.params, model.grads)
        np.testing.assert_allclose(layers[0].grads["w"], strength * layers[0].params["w"], rtol=1e-6)
        assert not layers[0].grads["b"].any()
        assert not any(np.any(grad) for grad in layers[1].grads.values())
        assert layers[2].grads["w1"].any()
    limit = MaxNorm(0.1)
    limit.attach(model)
    limit.apply(model.params)
    for layer in (layers[0], layers[3]):
        np.testing.assert_allclose(np.linalg.norm(layer.params["w"], axis=0), 0.1, rtol=1e-5)
    np.testing.assert_array_equal(layers[0].params["b"], 0.5)


@pytest.mark.parametrize(
    "penalty",
    [L2(0.1), L2([0.1, 0.0, 0.3]), L1(0.2), ElasticNet(0.1, [0.0, 1.0, 0.2]), MaxNorm([0.5, 0.7, 9.0])],
    ids=str,
)
def test_each_model_of_a_stack_gets_what_it_would_get_alone(penalty):
    rng = np.random.default_rng(2)
    models = [
        nn.Sequential(nn.Linear(3, 4), nn.BatchNorm(4), nn.ReLU(), nn.Maxout(4, 3), nn.Linear(3, 2), rng=rng)
        for _ in range(3)
    ]
    stack = nn.Stack(models)
    stack.grads[:] = 1.0
    penalty.attach(stack)
    values = penalty.apply(stack.params) if isinstance(penalty, MaxNorm) else penalty.add(stack.params, stack.grads)
    for i, model in enumerate(models):
        model.grads[:] = 1.0
        penalty.attach(model)
        if isinstance(penalty, MaxNorm):
            before = model.params.copy()
            penalty.apply(model.params)
            assert not np.array_equal(before, model.params)
        else:
            assert values[i] == pytest.approx(penalty.add(model.params, model.grads), rel=1e-12)
        np.testing.assert_allclose(stack.grads[i], model.grads, rtol=1e-12)
        np.testing.assert_allclose(stack.params[i], model.params, rtol=1e-12)


def test_their_reprs():
    made = [L2(0.1), L1([0.1, 0.0]), ElasticNet(0.1, [1.0, 2.0]), MaxNorm(3)]
    assert [repr(p) for p in made] == ["L2(0.1)", "L1([0.1, 0.0])", "ElasticNet(0.1, [1.0, 2.0])", "MaxNorm(3.0)"]


def attached(penalty, model=None):
    penalty.attach(model or model_by_hand())
    return penalty


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L2(-0.1), "L2: lam must be a number, 0 or more, and finite, not -0.1"),
        (lambda: L1([0.1, -0.2]), r"L1: lam\[1\] must be a number, 0 or more, and finite, not -0.2"),
        (lambda: ElasticNet("strong", 0.1), "ElasticNet: l1 must be a number, 0 or more, and finite, not 'strong'"),
        (lambda: ElasticNet(0.1, float("nan")), "ElasticNet: l2 must be a number"),
        (lambda: MaxNorm(0), "MaxNorm: c must be a number above 0, and finite, not 0"),
        (lambda: L2(0.1, on="w"), "L2: on must be a function, not 'w'"),
        (
            lambda: attached(L2([0.1])),
            "L2: lam must be one number, or one for each of the 3 layers with weights, not 1",
        ),
        (lambda: attached(MaxNorm([1, 2, 3, 4])), "MaxNorm: c must be one number, or one for each of the 3 layers"),
        (
            lambda: attached(MaxNorm(1, on=lambda name: name == "b")),
            "MaxNorm: on must choose arrays of two axes or more",
        ),
        (lambda: L2(0.1).add(np.ones(3), np.ones(3)), r"L2\(0.1\): add takes the flat params and grads of the model"),
        (lambda: attached(L1(0.1)).add(np.ones(1), np.ones(1)), r"L1\(0.1\): add takes the flat params and grads"),
        (lambda: attached(L2(0.1)).add(np.ones((2, 97)), np.ones((2, 97))), r"L2\(0.1\): add takes the flat params"),
        (lambda: MaxNorm(1).apply(np.ones(3)), r"MaxNorm\(1.0\): apply takes the flat params of the model"),
        (lambda: attached(MaxNorm(1)).apply(np.ones(3)), r"MaxNorm\(1.0\): apply takes the flat params of the model"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
