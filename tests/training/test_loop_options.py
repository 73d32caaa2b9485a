"""What the loop does besides: penalties, limits, augmentation, batches of the caller's own, overflow on the way."""

import itertools

import numpy as np
import pytest

from coursekit.data import blobs, digits, spiral
from coursekit.nn import (
    L1,
    L2,
    BatchNorm,
    Dropout,
    Linear,
    MaxNorm,
    MeanSquaredError,
    ReLU,
    Sequential,
    Tanh,
    l2_penalty,
    regularize,
)
from coursekit.optim import SGD, Adam
from coursekit.training import gradient_check, loop, minibatches, train


def rng(seed=0):
    return np.random.default_rng(seed)


def net(*sizes, dtype=np.float64):
    layers = [layer for pair in itertools.pairwise(sizes) for layer in (Linear(*pair), Tanh())]
    return Sequential(*layers[:-1], rng=rng(), dtype=dtype)


def run(model, x, y, **settings):
    settings = {"optimizer": SGD(lr=0.1), "epochs": 3, "batch_size": 16, "rng": rng(1)} | settings
    return list(train(model, x, y, **settings))


def test_a_penalty_adds_its_gradient_and_is_told_apart_from_the_loss():
    x, y = spiral(48, rng())
    plain, decayed = net(2, 5, 3), net(2, 5, 3)
    before = plain.params.copy()
    run(plain, x, y, epochs=1, batch_size=48)
    (step,) = run(decayed, x, y, epochs=1, batch_size=48, penalty=L2(0.3))
    weights = {str(i): layer.params["w"] for i, layer in enumerate(net(2, 5, 3).layers) if "w" in layer.params}
    value, grads = regularize(weights, 0.3)
    assert step.penalty == pytest.approx(value, rel=1e-12)
    moved = net(2, 5, 3)
    for i, grad in grads.items():
        moved.layers[int(i)].params["w"][...] -= 0.1 * grad
    np.testing.assert_allclose(decayed.params - before, (plain.params - before) + (moved.params - before), atol=1e-15)


def test_l1_leaves_fewer_weights_that_matter_than_l2():
    x, y = spiral(120, rng(), noise=0.1)
    share = {}
    for name, penalty in (("l1", L1(0.01)), ("l2", L2(0.01))):
        model = net(2, 32, 3)
        run(model, x, y, epochs=200, optimizer=Adam(0.01), penalty=penalty)
        w = np.abs(model.layers[0].params["w"])
        share[name] = np.mean(w < 0.02 * w.max())
    assert share["l1"] > share["l2"] + 0.1


def test_a_constraint_holds_after_every_update():
    x, y = spiral(48, rng())
    model = net(2, 5, 3)
    for _ in train(model, x, y, optimizer=SGD(lr=1.0), epochs=5, batch_size=16, rng=rng(), constraint=MaxNorm(0.7)):
        for layer in model.layers:
            if "w" in layer.params:
                assert np.linalg.norm(layer.params["w"], axis=0).max() <= 0.7 * (1 + 1e-12)


def test_a_long_gradient_is_scaled_down():
    x, y = spiral(48, rng())
    model = net(2, 5, 3)
    before = model.params.copy()
    run(model, 100.0 * x, y, epochs=1, batch_size=48, max_grad_norm=0.01)
    assert np.linalg.norm(model.params - before) == pytest.approx(0.1 * 0.01, rel=1e-9)


def test_augmentation_sees_each_batch_and_its_result_is_trained_on():
    x, y = digits()
    images = x.reshape(-1, 8, 8, 1)[:64]
    model = Sequential(*flat_digits(), rng=rng())
    seen = []

    def upside_down(batch, generator):
        assert isinstance(generator, np.random.Generator)
        seen.append(batch.shape)
        batch *= 0.5  # its own copy
        return batch[:, ::-1]

    whole = images.copy()
    (step,) = run(model, images, y[:64], epochs=1, batch_size=64, augment=upside_down)
    np.testing.assert_array_equal(images, whole)
    assert seen == [(64, 8, 8, 1)]
    (expected,) = run(Sequential(*flat_digits(), rng=rng()), 0.5 * images[:, ::-1], y[:64], epochs=1, batch_size=64)
    assert step.loss == expected.loss
    with pytest.raises(ValueError, match=r"augment must keep the shape \(64, 8, 8, 1\), it returned \(64, 8, 7, 1\)"):
        run(model, images, y[:64], batch_size=64, augment=lambda batch, generator: batch[:, :, 1:])


def flat_digits():
    from coursekit.nn import Flatten

    return Flatten(), Linear(64, 10)


def test_batches_of_the_callers_own():
    x, y = blobs(30, rng())
    rows = [np.array([0, 1, 2, 3]), np.array([5, 5, 5]), np.array([29])]
    model, twin = net(2, 3), net(2, 3)
    steps = run(model, x, y, epochs=2, batches=lambda generator: rows)
    assert [(step.number, step.epoch) for step in steps] == [(i, i // 3) for i in range(6)]
    optimizer = SGD(lr=0.1)
    for indices in rows * 2:
        twin.loss_and_grad(x[indices], y[indices], loop.SoftmaxCrossEntropy())
        optimizer.step(twin.params, twin.grads)
    np.testing.assert_allclose(model.params, twin.params, rtol=1e-13)
    with pytest.raises(ValueError, match=r"what batches\(rng\) gives must hold labels 0\.\.29, it holds 30"):
        run(model, x, y, batches=lambda generator: [np.array([30])])


def test_the_batches_are_those_of_minibatches():
    x, y = spiral(50, rng())
    own = rng(1)
    losses = [step.loss for step in run(net(2, 3), x, y, batch_size=7)]
    chosen = [step.loss for step in run(net(2, 3), x, y, batch_size=7, batches=lambda _: minibatches(50, 7, own))]
    changed = [step.loss for step in run(net(2, 3), x, y, batch_size=7, augment=lambda batch, generator: batch)]
    assert losses == chosen == changed


def test_regression():
    x = rng().standard_normal((64, 3))
    y = x @ np.array([[1.0], [-2.0], [0.5]])
    model = Sequential(Linear(3, 1), rng=rng())
    assert run(model, x, y, loss=MeanSquaredError(), epochs=100)[-1].loss < 1e-6


def test_a_deep_net_with_everything_in_it_learns_and_its_gradients_are_right():
    x, y = spiral(150, rng(), noise=0.1)
    generator = rng(3)
    model = Sequential(
        *(Linear(2, 32, bias=None), BatchNorm(32), ReLU(), Dropout(0.1, rng=generator)),
        *(Linear(32, 32, bias=None), BatchNorm(32), ReLU(), Linear(32, 3)),
        rng=rng(),
    )
    assert gradient_check(model, x[:20], y[:20]) < 1e-5
    run(model, x, y, epochs=60, optimizer=Adam(0.01), penalty=L2(1e-4))
    assert np.mean(model(x).argmax(axis=1) == y) > 0.95


def test_a_penalty_of_weights_too_large_to_square_is_a_divergence():
    x, y = spiral(48, rng())
    model = net(2, 5, 3)
    model.params[:] = 1e200
    step = run(model, x, y, penalty=L2(1.0))[-1]
    assert (step.event, step.number) == ("diverged", 0)
    assert l2_penalty(np.ones(2), 1.0)[0] == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_grad_norm": 0.0}, "max_grad_norm must be a number above 0"),
        ({"schedule": 0.1}, "schedule must be a function, not 0.1"),
        ({"augment": "flip"}, "augment must be a function, not 'flip'"),
        ({"penalty": L2([1.0])}, "one for each of the 2 layers with weights"),
    ],
)
def test_bad_options_raise_at_the_call(changes, message):
    x, y = spiral(30, rng())
    with pytest.raises(ValueError, match=message):
        train(net(2, 3, 3), x, y, **({"optimizer": SGD(0.1), "epochs": 1, "batch_size": 8, "rng": rng()} | changes))
