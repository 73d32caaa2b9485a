"""Models of images: shapes that fit, and one that learns."""

import numpy as np
import pytest

from coursekit.data import digits
from coursekit.nn import AveragePool2d, BatchNorm, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from coursekit.optim import Adam
from coursekit.training import gradient_check, train


def rng(seed=0):
    return np.random.default_rng(seed)


def small(size=5):
    layers = Conv2d(1, 6, size, padding=size // 2), BatchNorm(6), ReLU(), MaxPool2d(2)
    return Sequential(*layers, Flatten(), Linear(96, 10), rng=rng())


def test_gradients_of_a_convolutional_net_are_right():
    x = rng(1).standard_normal((3, 8, 8, 1))
    assert gradient_check(small(3), x, np.array([0, 5, 9])) < 1e-6


def test_it_learns_digits():
    x, y = digits()
    order = rng(2).permutation(len(x))
    x, y = x[order].reshape(-1, 8, 8, 1) / 16, y[order]
    model = small(3)
    for _ in train(model, x[:1000], y[:1000], optimizer=Adam(5e-3), epochs=10, batch_size=50, rng=rng(3)):
        pass
    assert np.mean(model(x[1000:]).argmax(axis=1) == y[1000:]) > 0.93


def test_outputs_and_gradients_have_the_shapes_of_images():
    model = small(3)
    x = rng(1).standard_normal((2, 8, 8, 1))
    shapes = [(2, 8, 8, 6)] * 3 + [(2, 4, 4, 6), (2, 96), (2, 10)]
    assert [out.shape for out in model.outputs(x)] == shapes
    assert model.backward(np.ones((2, 10))).shape == x.shape
    assert [grad.shape for grad in model.gradients()] == shapes


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (lambda: small(3), (2, 8, 8, 3), r"Conv2d\(1, 6, 3, padding=1\), does not fit: it takes anyxanyx1 features"),
        (lambda: small(3), (2, 64), "does not fit"),
        (lambda: small(3), (2, 7, 8, 1), "size 2 does not divide an image of 7x8"),
        (lambda: small(3), (2, 6, 6, 1), r"Linear\(96, 10\), does not fit: it takes 96 features, .* give 54"),
        (lambda: Sequential(Conv2d(1, 1, 5), rng=rng()), (1, 3, 3, 1), "windows do not fill an image of 3x3"),
        (lambda: Sequential(Conv2d(1, 1, 3, stride=2), rng=rng()), (1, 4, 4, 1), "change its padding"),
        (lambda: Conv2d(0, 1), None, "n_in must be a whole number, 1 or more, not 0"),
        (lambda: Conv2d(1, 1, padding=-1), None, "padding must be a whole number, 0 or more, not -1"),
        (lambda: MaxPool2d(0), None, "MaxPool2d: size must be"),
        (lambda: AveragePool2d(1.5), None, "AveragePool2d: size must be"),
        (lambda: BatchNorm(0), None, "BatchNorm: n_features must be"),
        (lambda: BatchNorm(2, momentum=1.5), None, r"BatchNorm: momentum must be a number in \[0, 1\], not 1.5"),
        (lambda: BatchNorm(2, eps=0.0), None, "BatchNorm: eps must be a number above 0"),
        (lambda: Sequential(Linear(2, 3), BatchNorm(4), rng=rng()), None, r"BatchNorm\(4\), does not fit: .* give 3"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(make, x, message):
    with pytest.raises(ValueError, match=message) as caught:  # noqa: PT012, either of the two
        model = make()
        model(np.ones(x))
    assert "\n" not in str(caught.value)


def test_a_refused_batch_leaves_the_model_usable():
    model = small(3)
    good = rng(1).standard_normal((2, 8, 8, 1))
    before = model(good)
    with pytest.raises(ValueError, match="does not divide"):
        model(np.ones((2, 7, 8, 1)))
    np.testing.assert_array_equal(model(good), before)
