"""Dropout: what a mask holds, how it is distributed, and that training and test time agree on average."""

import numpy as np
import pytest

from coursekit.nn.thinning import dropout, dropout_backward, dropout_rescale, plain_dropout
from coursekit.training import numerical_gradient

rates = pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
kinds = pytest.mark.parametrize("kind", [dropout, plain_dropout])
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def rng(seed=0):
    return np.random.default_rng(seed)


@rates
@dtypes
@pytest.mark.parametrize(("kind", "kept"), [(dropout, lambda p: 1 / (1 - p)), (plain_dropout, lambda p: 1.0)])
def test_a_mask_holds_zero_and_one_other_number(kind, kept, p, dtype):
    x = rng(1).normal(size=(40, 50)).astype(dtype)
    out, mask = kind(x, p, rng())
    assert out.dtype == mask.dtype == dtype
    assert set(np.unique(mask)) <= {dtype(0), dtype(kept(p))}
    np.testing.assert_array_equal(out, x * mask)


@kinds
@rates
def test_entries_are_dropped_at_the_rate_independently_of_each_other(kind, p):
    dropped = kind(np.ones((1000, 100)), p, rng(2))[1] == 0
    bound = 5 * (p * (1 - p) / dropped.size) ** 0.5  # five standard errors of a share
    assert abs(dropped.mean() - p) <= bound
    # Along each axis, neighbours fall together as often as chance says: no row, column or stride shares its draw.
    for left, right in (
        (dropped[1:], dropped[:-1]),
        (dropped[:, 1:], dropped[:, :-1]),
        (dropped[:, 50:], dropped[:, :50]),
    ):
        assert abs(np.mean(left & right) - p * p) <= 5 * (p * p * (1 - p * p) / left.size) ** 0.5 + 2 * p * bound
    by_column = dropped.mean(axis=0)
    assert np.abs(by_column - p).max() <= 6 * (p * (1 - p) / 1000) ** 0.5


@rates
def test_the_mean_over_masks_is_what_evaluation_gives(p):
    x = np.tile(np.array([1.0, -3.0, 10.0]), (200_000 // 3, 1))
    for kind in (dropout, plain_dropout):
        trained, evaluated = kind(x, p, rng(3))[0], kind(x, p, rng(3), training=False)[0]
        error = trained.std(axis=0) / len(x) ** 0.5
        assert (np.abs(trained.mean(axis=0) - evaluated[0]) <= 5 * error + 1e-12).all()


def test_evaluation_draws_nothing_and_changes_nothing():
    x, generator = rng(4).normal(size=(3, 4)), rng()
    out, mask = dropout(x, 0.9, generator, training=False)
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(mask, 1.0)
    assert generator.random() == rng().random()


@rates
def test_plain_evaluation_is_rescaling_the_weights_that_follow(p):
    x, w = rng(5).normal(size=(6, 4)), rng(6).normal(size=(4, 3))
    out, mask = plain_dropout(x, p, rng(), training=False)
    np.testing.assert_allclose(out @ w, x @ dropout_rescale(w, p), rtol=1e-12)
    np.testing.assert_array_equal(mask, 1 - p)


@kinds
def test_alike_seeds_give_alike_masks(kind):
    x = np.ones((5, 6))
    np.testing.assert_array_equal(kind(x, 0.5, rng(7))[1], kind(x, 0.5, rng(7))[1])
    assert not np.array_equal(kind(x, 0.5, rng(7))[1], kind(x, 0.5, rng(8))[1])


@kinds
@pytest.mark.parametrize("training", [True, False])
def test_gradient_agrees_with_differences(kind, training):
    x, dout = rng(9).normal(size=(4, 5)), rng(10).normal(size=(4, 5))
    mask = kind(x, 0.4, rng(), training)[1]

    def loss(x):
        return float(np.sum(dout * kind(x, 0.4, rng(), training)[0]))

    np.testing.assert_allclose(dropout_backward(dout, mask), numerical_gradient(loss, x), rtol=1e-7, atol=1e-9)


@dtypes
def test_a_rate_of_numpys_keeps_the_dtype(dtype):
    x, p = np.ones((2, 3), dtype), np.float64(0.5)
    assert dropout(x, p, rng())[0].dtype == plain_dropout(x, p, rng())[1].dtype == dropout_rescale(x, p).dtype == dtype


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, float("nan"), "half", None])
def test_rates_outside_are_refused(p):
    for call in (
        lambda: dropout(np.ones(2), p, rng()),
        lambda: plain_dropout(np.ones(2), p, rng()),
        lambda: dropout_rescale(np.ones(2), p),
    ):
        with pytest.raises(
            ValueError, match=r"(dropout|plain_dropout|dropout_rescale): p must be a number in \[0, 1\)"
        ):
            call()


def test_other_bad_input_is_refused():
    with pytest.raises(
        ValueError, match=r"dropout_backward: mask must have the shape of dout, \(2, 3\), it has \(3,\)"
    ):
        dropout_backward(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match=r"dropout: rng must be a numpy.random.Generator"):
        dropout(np.ones(2), 0.5, np.random)
    with pytest.raises(ValueError, match="dropout: x must not be empty"):
        dropout(np.ones((0, 2)), 0.5, rng())
