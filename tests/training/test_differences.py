import numpy as np
import pytest

from coursekit.nn import Linear, ReLU, Sequential, Sigmoid, Tanh
from coursekit.training import gradient_check, numerical_gradient, relative_error


def net(*layers, dtype=np.float64):
    return Sequential(*layers, rng=np.random.default_rng(0), dtype=dtype)


def data(n=6, d=3):
    rng = np.random.default_rng(1)
    return rng.standard_normal((n, d)), rng.integers(0, 2, n)


def test_numerical_gradient_of_a_cubic():
    x = np.array([[1.0, -2.0], [0.0, 3.0]])
    np.testing.assert_allclose(numerical_gradient(lambda x: np.sum(x**3), x), 3 * x**2, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("x", [np.array(2.0), np.ones((2, 3)).T, np.arange(12.0)[::3], np.zeros((0,))])
def test_any_shape_and_layout(x):
    np.testing.assert_allclose(numerical_gradient(lambda x: float(np.sum(x**2)), x), 2 * x, rtol=1e-8, atol=1e-9)


def test_x_is_the_same_afterwards_also_when_f_raises():
    x = np.array([0.1, 1e-30, -0.0, 1e30])
    bits = x.tobytes()
    numerical_gradient(lambda x: float(np.sum(x)), x)
    assert x.tobytes() == bits

    def fails(_):
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        numerical_gradient(fails, x)
    assert x.tobytes() == bits


@pytest.mark.parametrize("x", [np.ones(2, np.float32), np.ones(2, int), [1.0, 2.0]])
def test_only_float64_is_taken(x):
    with pytest.raises(TypeError, match="needs x as a float64 array"):
        numerical_gradient(np.sum, x)


def test_h_must_be_positive():
    with pytest.raises(ValueError, match="h must be above 0, not 0"):
        numerical_gradient(np.sum, np.ones(1), h=0)


def test_relative_error():
    assert relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 0.5
    assert relative_error(0.0, 0.0) == 0.0
    assert relative_error(np.array([1e-20]), np.array([-1e-20])) == pytest.approx(2e-8)
    for a, b in ((np.ones(2), np.ones(3)), (np.ones(0), np.ones(0))):
        with pytest.raises(ValueError, match="two arrays of one shape, not empty"):
            relative_error(a, b)


def test_gradient_check_passes_a_right_model_and_leaves_it_alone():
    model = net(Linear(3, 4), Tanh(), Linear(4, 4), Sigmoid(), Linear(4, 2))
    before = model.params.tobytes()
    assert gradient_check(model, *data()) < 1e-6
    assert model.params.tobytes() == before


def test_gradient_check_finds_a_wrong_backward_pass():
    class Wrong(Tanh):
        def backward(self, dout):
            return dout * (1 - self._out)

    assert gradient_check(net(Linear(3, 4), Wrong(), Linear(4, 2)), *data()) > 1e-2


def test_gradient_check_is_not_fooled_by_the_rounding_of_vanished_gradients():
    layers = [layer for _ in range(12) for layer in (Linear(3, 3), Sigmoid())]
    model = net(*layers, Linear(3, 2))
    assert gradient_check(model, *data()) < 1e-4
    first = model.layers[0].grads["w"]
    assert 0 < np.abs(first).min() < 1e-10


def test_gradient_check_takes_a_loss():
    def squares(scores, y):
        return 0.5 * float(np.mean(np.sum((scores - y) ** 2, axis=1))), (scores - y) / len(y)

    x, _ = data()
    assert gradient_check(net(Linear(3, 4), Tanh(), Linear(4, 2)), x, x[:, :2], loss=squares) < 1e-6


def test_gradient_check_wants_float64_and_fitting_labels():
    with pytest.raises(ValueError, match="needs a float64 model, this one is float32"):
        gradient_check(net(Linear(3, 2), dtype=np.float32), *data())
    with pytest.raises(ValueError, match="label 5 is out of range"):
        gradient_check(net(Linear(3, 2), ReLU()), data()[0], np.full(6, 5))
