"""Many models at once are many models: each gets where it would have got alone."""

import numpy as np
import pytest

from coursekit.data import spiral
from coursekit.nn import L2, BatchNorm, Linear, MeanSquaredError, PerModel, ReLU, Sequential, Stack, Tanh
from coursekit.optim import SGD, Adam, Momentum
from coursekit.training import train, train_stack


def rng(seed=0):
    return np.random.default_rng(seed)


def net(seed, dtype=np.float64):
    return Sequential(
        Linear(2, 8), Tanh(), Linear(8, 8, bias=None), BatchNorm(8), ReLU(), Linear(8, 3), rng=rng(seed), dtype=dtype
    )


def many(stack, x, y, **settings):
    rngs = [rng(100 + m) for m in range(len(stack))]
    settings = {"optimizer": Adam(0.01), "epochs": 3, "batch_size": 16, "rngs": rngs} | settings
    return list(train_stack(stack, x, y, **settings))


@pytest.mark.parametrize("make", [lambda lr: SGD(lr), lambda lr: Momentum(lr), lambda lr: Adam(lr)])
@pytest.mark.parametrize("rates", [[0.01] * 4, [0.003, 0.01, 0.03, 0.1]], ids=["one rate", "own rates"])
@pytest.mark.parametrize("own_data", [False, True])
def test_each_gets_where_it_would_have_got_alone(make, rates, own_data):
    x, y = spiral(50, rng())
    data = [(x[rows], y[rows]) for rows in rng(9).integers(0, 50, (4, 50))] if own_data else [(x, y)] * 4
    models = [net(seed) for seed in range(4)]
    stack = Stack(models)
    given = (np.stack([d[0] for d in data]), np.stack([d[1] for d in data])) if own_data else (x, y)
    steps = many(stack, *given, optimizer=make(rates[0] if len(set(rates)) == 1 else np.array(rates)))
    members = stack.members()
    for m, (model, rate) in enumerate(zip(models, rates, strict=True)):
        alone = list(train(model, *data[m], optimizer=make(rate), epochs=3, batch_size=16, rng=rng(100 + m)))
        np.testing.assert_allclose([step.loss[m] for step in steps], [step.loss for step in alone], rtol=1e-9)
        np.testing.assert_allclose(stack.params[m], model.params, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(members[m](x), model(x), rtol=1e-8, atol=1e-10)


def test_the_models_handed_in_stay_as_they_are():
    models = [net(seed) for seed in range(3)]
    before = [model.params.copy() for model in models]
    many(Stack(models), *spiral(30, rng()))
    for model, params in zip(models, before, strict=True):
        np.testing.assert_array_equal(model.params, params)


def test_one_that_diverges_stops_and_the_others_go_on():
    x, y = spiral(50, rng())
    stack = Stack([net(seed) for seed in range(3)])
    stack.params[1] = 1e300
    lost = stack.params[1].copy()
    steps = many(stack, x, y)
    assert len(steps) == 3 * 4
    np.testing.assert_array_equal(steps[-1].diverged, [False, True, False])
    np.testing.assert_array_equal(stack.params[1], lost)
    assert np.isnan(steps[-1].loss[1])
    assert np.isfinite(steps[-1].loss[[0, 2]]).all()
    alone = net(2)
    list(train(alone, x, y, optimizer=Adam(0.01), epochs=3, batch_size=16, rng=rng(102)))
    np.testing.assert_allclose(stack.params[2], alone.params, rtol=1e-8, atol=1e-10)


def test_it_ends_when_none_is_left():
    stack = Stack([net(seed) for seed in range(2)])
    stack.params[:] = 1e300
    steps = many(stack, *spiral(50, rng()))
    assert len(steps) == 1
    assert steps[0].diverged.all()


def test_a_schedule_gives_one_rate_or_one_for_each():
    stack = Stack([net(seed) for seed in range(2)])
    steps = many(stack, *spiral(32, rng()), schedule=lambda t: np.array([0.1, 0.2]) / (1 + t))
    np.testing.assert_allclose(steps[1].lr, [0.05, 0.1])


def test_each_may_have_a_penalty_of_its_own():
    x, y = spiral(50, rng())
    strengths = [0.0, 0.01, 0.1]
    models = [net(seed) for seed in range(3)]
    stack = Stack(models)
    steps = many(stack, x, y, penalty=PerModel(L2(1.0), strengths))
    for m, (model, strength) in enumerate(zip(models, strengths, strict=True)):
        settings = {"epochs": 3, "batch_size": 16, "rng": rng(100 + m), "penalty": L2(strength)}
        alone = list(train(model, x, y, optimizer=Adam(0.01), **settings))
        np.testing.assert_allclose([step.penalty[m] for step in steps], [step.penalty for step in alone], rtol=1e-9)
        np.testing.assert_allclose(stack.params[m], model.params, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"penalty": PerModel(L2(1.0), [1.0])}, r"PerModel\(L2\(1.0\), 1 factors\): it needs a Stack of 1 models"),
        ({"rngs": [rng()]}, "rngs must be one generator for each of 2 models, not 1"),
        ({"rngs": rng()}, "rngs must be one generator for each of 2 models"),
        ({"rngs": [rng(), 3]}, r"rngs\[1\] must be a numpy.random.Generator"),
        ({"optimizer": Adam}, "optimizer must be an optimizer such as Adam"),
        ({"loss": MeanSquaredError()}, "loss must be a SoftmaxCrossEntropy"),
        ({"epochs": -1}, "epochs must be a whole number, 0 or more, not -1"),
        ({"x": np.ones((50, 3))}, r"takes x of shape \(M, N, 2\), it has shape \(2, 50, 3\)"),
        ({"x": np.full((50, 2), np.inf)}, "x must be finite"),
        ({"y": np.full(50, 3)}, r"y must hold labels 0\.\.2, it holds 3"),
        ({"x": np.ones((2, 50, 2)), "y": np.zeros((3, 50), int)}, "y has shape"),
    ],
)
def test_bad_arguments_raise_at_the_call_in_one_line(changes, message):
    x, y = spiral(50, rng())
    arguments = {"x": x, "y": y, "optimizer": SGD(0.1), "epochs": 1, "batch_size": 8, "rngs": [rng(), rng(1)]} | changes
    with pytest.raises(ValueError, match=message) as caught:
        train_stack(Stack([net(0), net(1)]), arguments.pop("x"), arguments.pop("y"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "models must be a list of at least one Sequential"),
        ([net(0), "net"], "models must be a list of at least one Sequential"),
        ([net(0), Sequential(Linear(2, 3), rng=rng())], "all models must be built alike; model 1 is"),
        ([net(0), net(0, np.float32)], "all models must be built alike"),
    ],
)
def test_what_cannot_be_stacked_is_refused(models, message):
    with pytest.raises(ValueError, match=message):
        Stack(models)


def test_a_model_alone_is_no_stack():
    with pytest.raises(ValueError, match="stack must be a Stack of models"):
        train_stack(net(0), *spiral(30, rng()), optimizer=SGD(0.1), epochs=1, batch_size=8, rngs=[rng()])
