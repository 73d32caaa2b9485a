import numpy as np
import pytest

from coursekit.nn.margin import Hinge, hinge
from coursekit.training import numerical_gradient

both = pytest.mark.parametrize("loss", [hinge, Hinge()], ids=["function", "object"])
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def by_hand(scores, y, margin=1.0):
    lack = [
        max(0.0, s - row[k] + margin) for row, k in zip(scores, y, strict=True) for j, s in enumerate(row) if j != k
    ]
    return sum(lack) / len(y)


@both
@pytest.mark.parametrize("shape", [(7, 3), (1, 1), (1, 5), (20, 2)])
def test_value_agrees_with_a_loop_and_the_gradient_with_differences(loss, shape):
    rng = np.random.default_rng(1)
    scores, y = 2 * rng.normal(size=shape), rng.integers(0, shape[1], shape[0])
    value, dscores = loss(scores, y)
    assert type(value) is float
    assert value == pytest.approx(by_hand(scores.tolist(), y.tolist()), rel=1e-13)
    np.testing.assert_allclose(dscores, numerical_gradient(lambda s: loss(s, y)[0], scores), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(dscores.sum(axis=1), 0.0, atol=1e-15)


@pytest.mark.parametrize("margin", [0, 0.5, np.float64(10)])
@dtypes
def test_any_margin_and_dtype(margin, dtype):
    rng = np.random.default_rng(2)
    scores, y = rng.normal(size=(6, 4)).astype(dtype), rng.integers(0, 4, 6)
    value, dscores = hinge(scores, y, margin)
    assert value == pytest.approx(by_hand(scores.tolist(), y.tolist(), float(margin)), rel=1e-6)
    assert (Hinge(margin)(scores, y)[0], dscores.dtype) == (value, dtype)


@both
def test_at_the_kink_the_derivative_is_zero(loss):
    value, dscores = loss(np.array([[2.0, 1.0, 1.0 + 1e-9]]), np.array([0]))
    assert value == pytest.approx(1e-9)
    np.testing.assert_array_equal(dscores, [[-1, 0, 1]])


@both
def test_equal_scores_lack_the_margin_once_per_wrong_class(loss):
    assert loss(np.full((4, 10), 7.0), np.array([0, 3, 9, 3]))[0] == pytest.approx(9.0)
    assert loss(np.array([[1e4, -1e4]]), np.array([1]))[0] == pytest.approx(20001.0)


@both
@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        (np.ones((2, 3)), np.array([0, 3]), r"hinge: y must hold labels 0\.\.2, it holds 3"),
        (np.ones((2, 3)), np.array([-1, 0]), r"hinge: y must hold labels 0\.\.2, it holds -1"),
        (np.ones((2, 3)), np.array([0]), r"hinge: y must be \(N,\) with N = 2 as in scores, it has shape \(1,\)"),
        (np.ones((2, 3)), np.array([0.0, 1.0]), "hinge: y must hold whole-number labels, not float64"),
        (np.ones(3), np.array([0]), r"hinge: scores must be \(N, C\), it has shape \(3,\)"),
        (np.ones((0, 3)), np.array([], int), "hinge: scores must not be empty"),
    ],
)
def test_bad_input_is_refused_in_one_line(loss, scores, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        loss(scores, y)
    assert "\n" not in str(caught.value)


def test_a_negative_margin_is_refused_and_the_repr_tells_it():
    for call in (lambda: hinge(np.ones((1, 2)), np.array([0]), -1.0), lambda: Hinge(-1.0)):
        with pytest.raises(ValueError, match=r"[hH]inge: margin must be a number, 0 or more, and finite, not -1"):
            call()
    assert repr(Hinge(2)) == "Hinge(2.0)"
