import numpy as np
import pytest

from coursekit.nn import (
    BatchNorm,
    Conv2d,
    Flatten,
    Linear,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    layer_statistics,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_summary_counts_and_names_every_layer():
    lines = Sequential(Linear(20, 30), ReLU(), Linear(30, 4), rng=rng()).summary().splitlines()
    assert lines[0].split() == ["layer", "output", "parameters"]
    assert [line.split("  ")[0] for line in lines[1:]] == ["Linear(20, 30)", "ReLU()", "Linear(30, 4)", "total"]
    assert [line.split()[-1] for line in lines[1:]] == ["630", "0", "124", "754"]
    assert len({len(line) for line in lines}) == 1


def test_summary_learns_the_shape_of_images_from_the_first_batch():
    model = Sequential(Conv2d(1, 2, 3), ReLU(), Flatten(), Linear(72, 10), rng=rng())
    assert "(N, ?)" in model.summary()
    model(np.ones((2, 8, 8, 1)))
    assert "(N, 6, 6, 2)" in model.summary()
    assert "(N, 72)" in model.summary()


def test_statistics_are_those_of_the_outputs_and_gradients():
    model, x, y = Sequential(Linear(3, 6), ReLU(), Linear(6, 2), rng=rng()), rng(1).standard_normal((50, 3)), rng(2)
    labels, loss = y.integers(0, 2, 50), SoftmaxCrossEntropy()
    model.layers[0].params["b"][1] = -100.0  # a dead unit
    rows = layer_statistics(model, x, labels, loss)
    assert [row.layer for row in rows] == ["Linear(3, 6)", "ReLU()", "Linear(6, 2)"]
    outputs = model.outputs(x)
    for row, out in zip(rows, outputs, strict=True):
        assert (row.mean, row.std) == (pytest.approx(out.mean()), pytest.approx(out.std()))
    assert rows[1].dead == 1 / 6
    _, dscores = loss(outputs[-1], labels)
    assert rows[2].grad_std == pytest.approx(dscores.std())
    model.loss_and_grad(x, labels, loss)
    first = model.layers[0]
    assert rows[0].param_norm == pytest.approx(np.linalg.norm([*first.params["w"].ravel(), *first.params["b"]]))
    assert rows[0].param_grad_norm == pytest.approx(np.linalg.norm(model.grads[:24]))
    assert (rows[1].param_norm, rows[1].param_grad_norm) == (0.0, 0.0)


def test_statistics_use_the_batch_as_training_does():
    model = Sequential(Linear(3, 6), BatchNorm(6), rng=rng())
    row = layer_statistics(model, 5 + rng(1).standard_normal((50, 3)), np.zeros(50, int), SoftmaxCrossEntropy())[1]
    assert row.mean == pytest.approx(0.0, abs=1e-12)
    assert row.std == pytest.approx(1.0, abs=1e-4)
