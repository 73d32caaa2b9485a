from itertools import pairwise

import numpy as np
import pytest

from coursekit.nn.activations import leaky_relu, leaky_relu_backward, relu, relu_backward, tanh, tanh_backward
from coursekit.nn.initialization import he_init, xavier_init
from coursekit.nn.signals import activation_stds, gradient_stds
from coursekit.training import numerical_gradient


def net(widths, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(a, b)).astype(dtype) for a, b in pairwise(widths)]
    return rng.normal(size=(7, widths[0])).astype(dtype), weights


def test_each_layers_output_is_measured_over_all_entries():
    x, weights = net([3, 5, 2, 4])
    stds, h = activation_stds(x, weights, tanh), x
    assert [type(s) for s in stds] == [float] * 3
    for w, std in zip(weights, stds, strict=True):
        h = np.tanh(h @ w)
        values = [float(v) for v in h.ravel()]
        mean = sum(values) / len(values)
        assert std == pytest.approx((sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5, rel=1e-12)


def test_gradients_are_those_of_the_net_by_differences():
    x, weights = net([3, 5, 2, 4])
    dout = np.random.default_rng(1).normal(size=(7, 4))
    stds = gradient_stds(x, weights, tanh, tanh_backward, dout)
    assert len(stds) == 3
    for i, std in enumerate(stds):
        h = x
        for w in weights[:i]:
            h = np.tanh(h @ w)

        def loss(h, first=i):
            for w in weights[first:]:
                h = np.tanh(h @ w)
            return float(np.sum(dout * h))

        assert std == pytest.approx(np.std(numerical_gradient(loss, h)), rel=1e-6)


def test_activations_get_what_came_before_them():
    seen = []

    def backward(dout, z):
        seen.append(z)
        return leaky_relu_backward(dout, z, 0.5)

    x, weights = net([2, 3, 2])
    stds = gradient_stds(x, weights, lambda z: leaky_relu(z, 0.5), backward, np.ones((7, 2)))
    np.testing.assert_array_equal(seen[1], x @ weights[0])
    np.testing.assert_array_equal(seen[0], leaky_relu(x @ weights[0], 0.5) @ weights[1])
    assert len(stds) == 2


def test_he_keeps_relus_signal_and_xavier_lets_it_vanish():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(100, 300))
    he = [he_init(300, 300, rng) for _ in range(10)]
    xavier = [xavier_init(300, 300, rng) for _ in range(10)]
    dout = rng.normal(size=(100, 300))
    assert 0.5 < activation_stds(x, he, relu)[-1] / activation_stds(x, he, relu)[0] < 2
    assert activation_stds(x, xavier, relu)[-1] < 0.1 * activation_stds(x, xavier, relu)[0]
    assert 0.5 < gradient_stds(x, he, relu, relu_backward, dout)[0] < 2
    assert gradient_stds(x, xavier, relu, relu_backward, dout)[0] < 0.1


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_inputs_stay_and_float32_agrees(dtype):
    x, weights = net([4, 4, 4], dtype=dtype)
    before = [a.copy() for a in (x, *weights)]
    dout = np.ones((7, 4), dtype)
    found = activation_stds(x, weights, tanh) + gradient_stds(x, weights, tanh, tanh_backward, dout)
    for a, old in zip((x, *weights), before, strict=True):
        np.testing.assert_array_equal(a, old)
    x, weights = net([4, 4, 4])
    expected = activation_stds(x, weights, tanh) + gradient_stds(x, weights, tanh, tanh_backward, np.ones((7, 4)))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_no_layers_one_row_and_one_feature():
    assert activation_stds(np.ones((1, 1)), [], tanh) == []
    assert activation_stds(np.ones((1, 1)), [np.ones((1, 1))], tanh) == [0.0]
    assert gradient_stds(np.ones((1, 1)), [], tanh, tanh_backward, np.ones((1, 1))) == []


X, W = net([3, 5, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: activation_stds(X, W[::-1], tanh),
            r"activation_stds: weights\[0\] must be \(3, H\), .* shape \(5, 2\)",
        ),
        (lambda: activation_stds(X, [W[0], W[0]], tanh), r"activation_stds: weights\[1\] must be \(5, H\)"),
        (lambda: activation_stds(X, [W[0], "w"], tanh), r"weights\[1\] must be an array of real numbers"),
        (lambda: activation_stds(X, [np.ones(3)], tanh), r"weights\[0\] must be \(3, H\)"),
        (lambda: activation_stds(X, W, "tanh"), "activation_stds: activation must be a function, not 'tanh'"),
        (
            lambda: activation_stds(X, W, np.sum),
            r"activation_stds: activation must keep the shape \(7, 5\), it returned",
        ),
        (lambda: gradient_stds(X, W, tanh, tanh_backward, X), r"gradient_stds: dout must have the last output's shape"),
        (
            lambda: gradient_stds(X, W, tanh, tanh_backward, X[:1]),
            r"gradient_stds: dout must be \(N, H\) with N = 7 as in",
        ),
        (lambda: gradient_stds(X, W, tanh, lambda d, z: d[0], X[:, :2]), "activation_backward must keep the shape"),
        (lambda: gradient_stds(X, W, np.sum, tanh_backward, X[:, :2]), "gradient_stds: activation must keep the shape"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
