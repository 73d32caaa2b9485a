"""A layer that writes over its input does so only where nobody misses it: the numbers are the same without."""

import itertools

import numpy as np
import pytest

from coursekit import nn

UNITS = {
    "Linear": lambda: nn.Linear(6, 6),
    "Tanh": nn.Tanh,
    "Sigmoid": nn.Sigmoid,
    "ReLU": nn.ReLU,
    "LeakyReLU": nn.LeakyReLU,
    "PReLU": nn.PReLU,
    "GELU": nn.GELU,
    "BatchNorm": lambda: nn.BatchNorm(6),
    "LayerNorm": lambda: nn.LayerNorm(6),
    "Dropout": lambda: nn.Dropout(0.4, rng=np.random.default_rng(3)),
    "Elementwise": lambda: nn.Elementwise(nn.tanh, nn.tanh_backward),
    "Flatten": nn.Flatten,
}


@pytest.mark.parametrize(("first", "second"), list(itertools.product(UNITS, UNITS)))
@pytest.mark.parametrize("training", [True, False])
def test_the_numbers_are_the_same(first, second, training):
    x, dout = (np.random.default_rng(seed).standard_normal((5, 6)) for seed in (0, 1))
    results = []
    for allowed in (True, False):
        layers = nn.Linear(6, 6), UNITS[first](), UNITS[second](), nn.Linear(6, 6)
        model = nn.Sequential(*layers, rng=np.random.default_rng(2))
        assert any(layer.in_place for layer in layers)
        for layer in layers:
            layer.in_place &= allowed
        before = x.copy()
        results.append([model.forward(x, training), model.backward(dout), model.grads.copy(), *model.gradients()])
        np.testing.assert_array_equal(x, before)
        results[-1] += model.outputs(x, training=False)
    for with_it, without in zip(*results, strict=True):
        np.testing.assert_array_equal(with_it, without)


def test_a_first_layer_leaves_the_data_alone():
    x = np.full((4, 2), -1.0)
    model = nn.Sequential(nn.ReLU(), nn.Linear(2, 2), rng=np.random.default_rng(0))
    loss = nn.SoftmaxCrossEntropy()
    model.check(x, np.zeros(4, int), loss)
    data = model.with_ones(x)
    model.step(data, model.targets(np.zeros(4, int), loss), np.arange(4), loss)
    np.testing.assert_array_equal(data, [[-1.0, -1.0, 1.0]] * 4)
    np.testing.assert_array_equal(x, -1.0)
