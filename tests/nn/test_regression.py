import numpy as np
import pytest

from coursekit.nn.regression import MeanSquaredError, mean_squared_error
from coursekit.training import numerical_gradient

both = pytest.mark.parametrize("loss", [mean_squared_error, MeanSquaredError()], ids=["function", "object"])
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@both
@pytest.mark.parametrize("shape", [(5, 3), (1, 4), (6, 1), (1, 1)])
def test_value_is_the_mean_over_all_entries_and_the_gradient_its_slope(loss, shape):
    rng = np.random.default_rng(1)
    scores, y = rng.normal(size=shape), rng.normal(size=shape)
    value, dscores = loss(scores, y)
    assert type(value) is float
    by_hand = [(float(s) - float(t)) ** 2 for s, t in zip(scores.ravel(), y.ravel(), strict=True)]
    assert value == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-13)
    np.testing.assert_allclose(dscores, numerical_gradient(lambda s: loss(s, y)[0], scores), rtol=1e-6, atol=1e-9)


@both
@dtypes
@pytest.mark.parametrize("target_dtype", [np.float64, np.float32, np.int64])
def test_one_output_takes_targets_with_and_without_their_axis(loss, dtype, target_dtype):
    scores, y = np.array([[1.0], [2.0], [4.0]], dtype), np.array([1, 0, 7], target_dtype)
    (flat, dflat), (column, dcolumn) = loss(scores, y), loss(scores, y[:, None])
    assert flat == column == pytest.approx(13 / 3, rel=1e-6)
    assert dflat.dtype == dcolumn.dtype == dtype
    np.testing.assert_allclose(dflat, [[0], [4 / 3], [-2]], rtol=1e-6)
    np.testing.assert_array_equal(dflat, dcolumn)


@both
def test_the_right_scores_cost_nothing(loss):
    scores = np.random.default_rng(2).normal(size=(4, 3)) * 1e4
    value, dscores = loss(scores, scores.copy())
    assert value == 0
    assert not dscores.any()


@both
@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        (np.ones((3, 2)), np.ones(3), r"mean_squared_error: y must be \(3, 2\) as scores, it has shape \(3,\)"),
        (np.ones((3, 1)), np.ones(1), r"y must be \(3, 1\) as scores or \(3,\), it has shape \(1,\)"),
        (np.ones((3, 2)), np.ones((1, 2)), "mean_squared_error: y must be"),
        (np.ones((3, 2)), np.ones((2, 3)), "mean_squared_error: y must be"),
        (np.ones((3, 1)), np.float64(1.0), r"mean_squared_error: y must be .*, it has shape \(\)"),
        (np.ones(3), np.ones(3), r"mean_squared_error: scores must be \(N, C\), it has shape \(3,\)"),
        (np.ones((0, 1)), np.ones((0, 1)), "mean_squared_error: scores must not be empty"),
        (np.ones((2, 1)), np.array([1.0, np.nan]), "mean_squared_error: y must be finite"),
        (np.ones((2, 1)), ["a", "b"], "mean_squared_error: y must be an array of real numbers"),
    ],
)
def test_targets_that_do_not_fit_are_refused(loss, scores, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        loss(scores, y)
    assert "\n" not in str(caught.value)


def test_its_repr():
    assert repr(MeanSquaredError()) == "MeanSquaredError()"
