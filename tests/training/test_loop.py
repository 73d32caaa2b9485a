import itertools
import warnings

import numpy as np
import pytest

from coursekit.data import digits, spiral
from coursekit.nn import Linear, ReLU, Sequential, SoftmaxCrossEntropy, Tanh, linear, softmax_cross_entropy
from coursekit.optim import SGD, Adam
from coursekit.training import Step, minibatches, sgd_train, train


def rng(seed=0):
    return np.random.default_rng(seed)


def net(*sizes, dtype=np.float64, unit=ReLU):
    layers = [layer for sizes in itertools.pairwise(sizes) for layer in (Linear(*sizes), unit())]
    return Sequential(*layers[:-1], rng=rng(), dtype=dtype)


def run(model, x, y, *, epochs=3, batch_size=32, optimizer=None, seed=1, **settings):
    optimizer = SGD(lr=0.1) if optimizer is None else optimizer
    return list(
        train(model, x, y, optimizer=optimizer, epochs=epochs, batch_size=batch_size, rng=rng(seed), **settings)
    )


def softmax_regression(w, x, y):
    loss, dscores = softmax_cross_entropy(linear(x, w, np.zeros(w.shape[1])), y)
    return loss, x.T @ dscores


def test_sgd_train_and_train_make_the_same_steps():
    x, y = spiral(50, rng())
    model = Sequential(Linear(2, 3), rng=rng())
    w0 = model.layers[0].params["w"].copy()
    before = w0.copy()
    w, losses = sgd_train(w0, softmax_regression, x, y, lr=0.1, batch_size=16, epochs=3, rng=rng(1))
    np.testing.assert_array_equal(w0, before)
    assert len(losses) == 3 * 4

    class NoBias(SGD):
        def step(self, params, grads):
            model.layers[0].grads["b"][...] = 0.0
            super().step(params, grads)

    steps = run(model, x, y, batch_size=16, optimizer=NoBias(lr=0.1))
    np.testing.assert_allclose([step.loss for step in steps], losses, rtol=1e-12)
    np.testing.assert_allclose(model.layers[0].params["w"], w, rtol=1e-12)


def test_steps_are_counted():
    x, y = spiral(50, rng())
    steps = run(net(2, 3), x, y, epochs=2, batch_size=20)
    assert [(step.number, step.epoch) for step in steps] == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 1)]
    assert all(isinstance(step, Step) and step.lr == 0.1 and step.event == "" for step in steps)


def test_the_first_loss_is_that_before_the_first_update():
    x, y = spiral(40, rng())
    model = net(2, 8, 3)
    rows = minibatches(40, 16, rng(1))[0]
    expected = SoftmaxCrossEntropy()(model(x[rows]), y[rows])[0]
    assert run(model, x, y, batch_size=16)[0].loss == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_same_seed_gives_the_same_bits(dtype):
    x, y = spiral(100, rng())
    runs = []
    for _ in range(2):
        model = net(2, 16, 3, dtype=dtype, unit=Tanh)
        runs.append((run(model, x, y, optimizer=Adam(1e-2)), model.params))
    assert runs[0][0] == runs[1][0]
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    assert runs[0][1].dtype == dtype


def test_float32_follows_float64():
    x, y = spiral(100, rng())
    losses = [[s.loss for s in run(net(2, 16, 3, dtype=d), x, y, epochs=5)] for d in (np.float32, np.float64)]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_evaluating_between_steps_changes_nothing():
    x, y = spiral(100, rng())
    plain, watched = net(2, 16, 3), net(2, 16, 3)
    run(plain, x, y)
    for step in train(watched, x, y, optimizer=SGD(lr=0.1), epochs=3, batch_size=32, rng=rng(1)):
        if step.number % 2:
            watched(np.ones((500, 2)))
            watched.outputs(x[:7])
    np.testing.assert_array_equal(plain.params, watched.params)


def test_the_data_are_not_changed_and_may_be_lists():
    x, y = spiral(30, rng())
    x_before, y_before = x.copy(), y.copy()
    first = run(net(2, 3), x, y)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)
    assert run(net(2, 3), x.tolist(), y.tolist()) == first


def test_early_stopping_is_a_break():
    x, y = spiral(50, rng())
    model = net(2, 3)
    before = model.params.copy()
    steps = train(model, x, y, optimizer=SGD(0.1), epochs=10**9, batch_size=10, rng=rng())
    np.testing.assert_array_equal(model.params, before)  # nothing happens before the first `next`
    for step in steps:
        if step.number == 7:
            break
    assert not np.array_equal(model.params, before)


def test_a_schedule_sets_the_rate_of_each_step():
    x, y = spiral(40, rng())
    steps = run(net(2, 3), x, y, batch_size=20, epochs=2, schedule=lambda t: 0.5 / (1 + t))
    assert [step.lr for step in steps] == [0.5, 0.25, 0.5 / 3, 0.125]


def test_divergence_is_reported_once_and_ends_the_run_without_a_warning():
    x, y = spiral(100, rng())
    model = net(2, 16, 16, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps = run(model, x, y, optimizer=SGD(lr=1e30), epochs=50)
    assert [step.event for step in steps[:-1]] == [""] * (len(steps) - 1)
    assert steps[-1].event == "diverged"
    assert not np.isfinite(steps[-1].loss)
    assert len(steps) < 20


def test_the_diverged_step_makes_no_update():
    x, y = spiral(40, rng())
    model = net(2, 3)
    before = model.params.copy()
    steps = run(model, x, y, loss=lambda scores, y: (float("nan"), np.ones_like(scores)))
    assert [step.event for step in steps] == ["diverged"]
    np.testing.assert_array_equal(model.params, before)


def test_the_callers_warnings_stay_on_between_steps():
    x, y = spiral(40, rng())
    for _ in train(net(2, 3), x, y, optimizer=SGD(0.1), epochs=1, batch_size=20, rng=rng()):
        with pytest.warns(RuntimeWarning, match="overflow"):
            np.exp(np.array([1e4]))


def test_another_loss():
    def squares(scores, y):
        return 0.5 * float(np.mean(np.sum((scores - y) ** 2, axis=1))), (scores - y) / len(y)

    x = rng().standard_normal((64, 3))
    y = x @ np.array([[1.0], [-2.0], [0.5]])
    model = Sequential(Linear(3, 1), rng=rng())
    assert run(model, x, y, loss=squares, epochs=100)[-1].loss < 1e-6


def test_a_loss_with_a_gradient_of_another_shape_is_refused():
    x, y = spiral(30, rng())
    with pytest.raises(ValueError, match=r"must return loss, dscores with dscores \(30, 3\), not \(30,\)"):
        run(net(2, 3), x, y, batch_size=8, loss=lambda scores, y: (1.0, scores[:, 0]))


@pytest.mark.parametrize("rate", [None, -1.0, float("nan")])
def test_a_schedule_that_gives_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match="its learning rate at t = 0 must be a number, 0 or more, and finite, not"):
        run(net(2, 3), *spiral(30, rng()), schedule=lambda t: rate)


def test_a_net_learns_the_spiral_where_a_linear_model_cannot():
    x, y = spiral(300, rng(), noise=0.1)
    accuracy = []
    for model in (net(2, 3), net(2, 64, 3)):
        run(model, x, y, epochs=100, optimizer=Adam(1e-2))
        accuracy.append(np.mean(model(x).argmax(axis=1) == y))
    assert accuracy[0] < 0.7
    assert accuracy[1] > 0.97


def test_digits_are_learned():
    x, y = digits()
    order = rng(2).permutation(len(x))  # the file is sorted by writer
    x, y = x[order] / 16, y[order]
    model = net(64, 64, 10, dtype=np.float32)
    run(model, x[:1500], y[:1500], epochs=15, batch_size=64, optimizer=Adam(3e-3))
    assert np.mean(model(x[1500:]).argmax(axis=1) == y[1500:]) > 0.95


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, 1 or more, not 0"),
        ({"batch_size": 2.5}, ValueError, "batch_size must be a whole number"),
        ({"epochs": -1}, ValueError, "epochs must be a whole number, 0 or more, not -1"),
        ({"epochs": 1.5}, ValueError, "epochs must be a whole number"),
        ({"optimizer": SGD}, ValueError, "optimizer must be an optimizer such as Adam"),
        ({"loss": SoftmaxCrossEntropy}, ValueError, r"loss must be a loss object such as SoftmaxCrossEntropy\(\)"),
        ({"rng": 0}, ValueError, "rng must be a numpy.random.Generator .*, not 0"),
        ({"y": np.zeros(5, int)}, ValueError, r"x has 30 examples, y has shape \(5,\)"),
        ({"y": np.full(30, 3)}, ValueError, r"y must hold labels 0\.\.2, it holds 3"),
        ({"y": np.zeros(30)}, ValueError, "y must hold whole-number labels, not float64"),
        ({"x": np.zeros((30, 4))}, ValueError, r"Linear\(2, 3\) takes x of shape \(N, 2\), it has shape \(30, 4\)"),
        ({"x": np.full((30, 2), np.nan)}, ValueError, "x must be finite, it holds NaN or infinity"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0, int)}, ValueError, "x must not be empty"),
    ],
)
def test_bad_arguments_raise_at_the_call_in_one_line(changes, error, message):
    x, y = spiral(30, rng())
    arguments = {"x": x, "y": y, "optimizer": SGD(0.1), "epochs": 1, "batch_size": 8, "rng": rng()} | changes
    with pytest.raises(error, match=message) as caught:
        train(net(2, 3), arguments.pop("x"), arguments.pop("y"), **arguments)
    assert "\n" not in str(caught.value)


def test_no_epochs_is_no_step():
    assert run(net(2, 3), *spiral(30, rng()), epochs=0) == []
