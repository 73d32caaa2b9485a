import numpy as np
import pytest

from coursekit.data import spiral
from coursekit.nn import Linear, ReLU, Sequential, softmax
from coursekit.optim import SGD, cosine_decay
from coursekit.training import (
    Step,
    bagging,
    ensemble_probabilities,
    out_of_bag,
    predict_probabilities,
    snapshots,
    train,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def net(seed=0, dtype=np.float64):
    return Sequential(Linear(2, 8), ReLU(), Linear(8, 3), rng=rng(seed), dtype=dtype)


def run(model, x, y, **settings):
    return train(model, x, y, **({"optimizer": SGD(lr=0.1), "epochs": 3, "batch_size": 25, "rng": rng(1)} | settings))


def test_bagging_fits_each_member_to_its_own_draw():
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)

    def fit(x_rows, y_rows, generator):
        np.testing.assert_array_equal(x_rows, x[y_rows])
        return y_rows, generator.random()

    members = bagging(fit, x, y, 6, rng())
    assert len(members) == 6
    for (rows, _), left in members:
        np.testing.assert_array_equal(left, out_of_bag(rows, 10))
        assert set(rows.tolist()) | set(left.tolist()) == set(range(10))
    assert len({draw for (_, draw), _ in members}) == 6
    assert len({tuple(rows) for (rows, _), _ in members}) == 6
    again = bagging(fit, x, y, 6, rng())
    assert [draw for (_, draw), _ in again] == [draw for (_, draw), _ in members]


def test_bagged_nets_are_an_ensemble():
    x, y = spiral(100, rng())

    def fit(x_rows, y_rows, generator):
        model = Sequential(Linear(2, 8), ReLU(), Linear(8, 3), rng=generator)
        for _ in run(model, x_rows, y_rows, rng=generator):
            pass
        return model

    members = bagging(fit, x, y, 3, rng())
    probabilities = ensemble_probabilities([member.model for member in members], x)
    assert probabilities.shape == (100, 3)
    expected = sum(softmax(member.model(x)) for member in members) / 3
    np.testing.assert_allclose(probabilities, expected, rtol=1e-12)
    assert not np.allclose(probabilities, predict_probabilities(members[0].model, x))


def test_snapshots_are_the_model_at_those_steps():
    x, y = spiral(100, rng())
    model, twin = net(), net()
    kept = snapshots(run(model, x, y, epochs=4), model, 6)  # 16 steps: after 6 and 12
    expected = [twin.params.copy() for step in run(twin, x, y, epochs=4) if step.number in (5, 11)]
    assert len(kept) == 2
    for snapshot, params in zip(kept, expected, strict=True):
        np.testing.assert_array_equal(snapshot.params, params)
        np.testing.assert_array_equal(snapshot(x).shape, (100, 3))
    np.testing.assert_array_equal(model.params, twin.params)  # it has trained to the end
    assert not np.array_equal(kept[-1].params, model.params)


def test_a_snapshot_goes_its_own_way():
    x, y = spiral(100, rng())
    model = net()
    first, second = snapshots(run(model, x, y, epochs=2), model, 4)
    before = second.params.copy()
    first.params[:] = 0.0
    np.testing.assert_array_equal(second.params, before)
    np.testing.assert_array_equal(predict_probabilities(first, x), np.full((100, 3), 1 / 3))


def test_snapshots_with_restarts():
    x, y = spiral(100, rng())
    model = net()
    steps = list(run(model, x, y, epochs=4, schedule=lambda t: cosine_decay(t % 8, 0.5, 8)))
    assert steps[0].lr == steps[8].lr == 0.5
    assert steps[7].lr == steps[15].lr < 0.02


def test_a_diverged_end_is_not_kept():
    model = net()
    steps = [Step(0, 0, 1.0, 0.1), Step(1, 0, float("nan"), 0.1, "diverged")]
    assert snapshots(iter(steps), model, 2) == []
    assert len(snapshots(iter(steps), model, 1)) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_of_one_model(dtype):
    x = rng().standard_normal((7, 2))
    probabilities = predict_probabilities(net(dtype=dtype), x)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-6)
    assert probabilities.dtype == dtype
    np.testing.assert_array_equal(ensemble_probabilities([net(dtype=dtype)], x), probabilities)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bagging(print, np.ones((3, 2)), np.ones(2), 2, rng()), r"bagging: y must be \(N, \.\.\.\) with N = 3"),
        (lambda: bagging(print, np.ones((3, 2)), np.ones(3), 0, rng()), "bagging: n_members must be a whole number"),
        (lambda: bagging("svm", np.ones((3, 2)), np.ones(3), 1, rng()), "bagging: fit must be a function, not 'svm'"),
        (lambda: snapshots([], net(), 0), "snapshots: every must be a whole number, 1 or more, not 0"),
        (lambda: ensemble_probabilities([], np.ones((1, 2))), "models must be a list of at least one model"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message):
        call()
