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


FROZEN = np.ones(2)
FROZEN.flags.writeable = False


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (np.ones(2, np.float32), "one of float32"),
        (np.ones(2, np.int64), "one of int64"),
        ([1.0, 2.0], "a list"),
        (1.0, "a float"),
        (FROZEN, "a read-only one"),
    ],
)
def test_only_a_float64_array_is_taken(x, kind):
    message = f"numerical_gradient: x must be a float64 array that can be stepped in place, not {kind}"
    with pytest.raises(ValueError, match=message):
        numerical_gradient(np.sum, x)


@pytest.mark.parametrize("h", [0, -1e-5, float("nan"), "small"])
def test_h_must_be_positive(h):
    for call in (lambda: numerical_gradient(np.sum, np.ones(1), h=h), lambda: gradient_check(None, 0, 0, h=h)):
        with pytest.raises(ValueError, match="h must be a number above 0, and finite, not"):
            call()


def test_relative_error():
    assert relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 0.5
    assert relative_error(0.0, 0.0) == 0.0
    assert relative_error(np.array([1e-20]), np.array([-1e-20])) == pytest.approx(2e-8)
    assert np.isnan(relative_error([1.0, np.nan], [1.0, 1.0]))
    assert type(relative_error(np.ones(2, np.float32), np.zeros((2, 1), np.float32)[:, 0])) is float


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.ones(2), np.ones(3), r"relative_error: b must have the shape of a, \(2,\), it has \(3,\)"),
        (np.ones((2, 1)), np.ones(2), r"b must have the shape of a, \(2, 1\), it has \(2,\)"),
        (np.ones(0), np.ones(0), "a must not be empty"),
    ],
)
def test_relative_error_compares_arrays_of_one_shape(a, b, message):
    with pytest.raises(ValueError, match=message):
        relative_error(a, b)


def test_gradient_check_passes_a_right_model_and_leaves_it_alone():
    model = net(Linear(3, 4), Tanh(), Linear(4, 4), Sigmoid(), Linear(4, 2))
    before = model.params.tobytes()
    assert gradient_check(model, *data()) < 1e-6
    assert model.params.tobytes() == before


def test_gradient_check_finds_a_wrong_backward_pass():
    class Wrong(Tanh):
        def backward_calls(self, dout, training):
            return [*super().backward_calls(dout, training), (np.multiply, self.dx, 1.5, self.dx)]

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
    with pytest.raises(ValueError, match="gradient_check: model must be float64, this one is float32"):
        gradient_check(net(Linear(3, 2), dtype=np.float32), *data())
    with pytest.raises(ValueError, match=r"y must hold labels 0\.\.1, it holds 5"):
        gradient_check(net(Linear(3, 2), ReLU()), data()[0], np.full(6, 5))
