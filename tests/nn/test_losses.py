import numpy as np
import pytest

from coursekit.nn import SoftmaxCrossEntropy, softmax, softmax_cross_entropy
from coursekit.training import numerical_gradient, relative_error

both = pytest.mark.parametrize("loss", [softmax_cross_entropy, SoftmaxCrossEntropy()], ids=["function", "object"])
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@dtypes
def test_softmax_rows_are_probabilities_at_any_size(dtype):
    scores = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4], [0.1, 0.2, 0.3]], dtype)
    before = scores.copy()
    p = softmax(scores)
    assert p.dtype == dtype
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(p[:3], [[1, 0, 0], [1 / 3] * 3, [0.5, 0.5, 0]], rtol=1e-6)
    np.testing.assert_array_equal(scores, before)


@both
def test_the_loss_of_equal_scores_is_the_log_of_their_number(loss):
    value, dscores = loss(np.full((4, 10), 7.0), np.array([0, 3, 9, 3]))
    assert type(value) is float
    assert value == pytest.approx(np.log(10), rel=1e-14)
    np.testing.assert_allclose(dscores.sum(axis=1), 0.0, atol=1e-16)


@both
@pytest.mark.parametrize("shape", [(5, 3), (1, 1), (1, 4), (64, 2)])
def test_gradient_agrees_with_differences(loss, shape):
    rng = np.random.default_rng(1)
    scores, y = rng.standard_normal(shape), rng.integers(0, shape[1], shape[0])
    gradient = loss(scores, y)[1]
    numerical = numerical_gradient(lambda s: loss(s, y)[0], scores)
    np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-10)


@dtypes
def test_function_and_object_agree_and_keep_dtype_and_inputs(dtype):
    rng, loss = np.random.default_rng(2), SoftmaxCrossEntropy()
    for n, c in ((5, 3), (7, 3), (5, 3), (2, 9)):
        scores, y = (3 * rng.standard_normal((n, c))).astype(dtype), rng.integers(0, c, n)
        before, labels = scores.copy(), y.copy()
        (a, da), (b, db) = loss(scores, y), softmax_cross_entropy(scores, y)
        tolerance = 1e-12 if dtype == np.float64 else 1e-5
        assert a == pytest.approx(b, rel=tolerance)
        np.testing.assert_allclose(da, db, rtol=tolerance, atol=tolerance)
        assert da.dtype == db.dtype == dtype
        np.testing.assert_array_equal(scores, before)
        np.testing.assert_array_equal(y, labels)


def test_what_was_returned_is_not_overwritten():
    loss, y = SoftmaxCrossEntropy(), np.array([0, 1])
    first = loss(np.eye(2), y)[1]
    kept = first.copy()
    loss(5 * np.eye(2), y)
    np.testing.assert_array_equal(first, kept)


@both
def test_huge_scores_neither_overflow_nor_take_a_log_of_zero(loss):
    value, dscores = loss(np.array([[1e4, -1e4], [1e4, -1e4]]), np.array([0, 1]))
    assert value == pytest.approx(1e4)
    np.testing.assert_array_equal(dscores, [[0, 0], [0.5, -0.5]])


@both
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_labels_of_any_integer_dtype(loss, dtype):
    scores = np.random.default_rng(3).standard_normal((300, 3))
    y = np.arange(300) % 3
    assert loss(scores, y.astype(dtype))[0] == pytest.approx(loss(scores, y)[0], rel=1e-15)


@both
@pytest.mark.parametrize(
    ("shape", "y", "message"),
    [
        ((2, 3), np.array([0, 3]), r"y must hold labels 0\.\.2, it holds 3"),
        ((2, 3), np.array([-1, 0]), r"y must hold labels 0\.\.2, it holds -1"),
        ((2, 3), np.array([0]), r"y .*has shape \(1,\)"),
        ((2, 3), np.array([[0], [1]]), r"y .*has shape \(2, 1\)"),
        ((2, 3), np.array([0.0, 1.0]), "y must hold whole-number labels, not float64"),
        ((3,), np.array([0, 1, 2]), r"scores must be \(N, C\)"),
        ((0, 3), np.array([], int), "scores must not be empty"),
    ],
)
def test_bad_labels_are_refused_in_one_line(loss, shape, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        loss(np.zeros(shape), y)
    assert "\n" not in str(caught.value)


def test_softmax_wants_rows():
    with pytest.raises(ValueError, match=r"scores must be \(N, C\), it has shape \(3,\)"):
        softmax(np.zeros(3))


def test_relative_error_of_the_whole_is_small():
    rng = np.random.default_rng(4)
    scores, y = rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    assert relative_error(softmax_cross_entropy(scores, y)[1], (softmax(scores) - np.eye(4)[y]) / 6) < 1e-12
