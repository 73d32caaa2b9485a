import numpy as np
import pytest

from coursekit.training import cross_validate, k_fold


@pytest.mark.parametrize(("n", "k"), [(2, 2), (5, 2), (10, 4), (10, 10), (100, 7)])
def test_each_example_is_in_one_validation_fold(n, k):
    folds = k_fold(n, k, np.random.default_rng(0))
    assert len(folds) == k
    np.testing.assert_array_equal(np.sort(np.concatenate([validation for _, validation in folds])), np.arange(n))
    sizes = [len(validation) for _, validation in folds]
    assert max(sizes) - min(sizes) <= 1
    for train, validation in folds:
        np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(n))
        assert train.dtype.kind == validation.dtype.kind == "i"


def test_folds_are_shuffled_and_the_same_for_a_seed():
    first, second, other = (k_fold(50, 5, np.random.default_rng(seed)) for seed in (0, 0, 1))
    for pairs in zip(first, second, strict=True):
        for one, two in zip(*pairs, strict=True):
            np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0][1], other[0][1])
    assert not np.array_equal(np.sort(first[0][1]), np.arange(10))


def test_cross_validate_fits_without_the_fold_it_scores_on():
    x, y = np.random.default_rng(0).standard_normal((9, 2, 2)), np.arange(9)
    seen = []

    def fit_and_score(x_train, y_train, x_val, y_val):
        np.testing.assert_array_equal(x_train, x[y_train])
        np.testing.assert_array_equal(x_val, x[y_val])
        assert not set(y_train) & set(y_val)
        assert len(y_train) + len(y_val) == 9
        seen.extend(y_val)
        return float(np.sum(y_val))

    scores = cross_validate(fit_and_score, x, y, 4, np.random.default_rng(1))
    assert sorted(seen) == list(range(9))
    assert scores.shape == (4,)
    assert scores.sum() == 36


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: k_fold(3, 4, rng), "k_fold: k must be at most n, one example a fold, not 4 for 3 examples"),
        (lambda rng: k_fold(3, 1, rng), "k_fold: k must be a whole number, 2 or more, not 1"),
        (lambda rng: k_fold(1, 2, rng), "k_fold: n must be a whole number, 2 or more, not 1"),
        (lambda rng: k_fold(3, 2, 0), "k_fold: rng must be a numpy.random.Generator"),
        (
            lambda rng: cross_validate(print, np.ones((3, 2)), np.ones(4), 2, rng),
            r"cross_validate: y must be \(N, \.\.\.\) with N = 3 as in x, it has shape \(4,\)",
        ),
        (
            lambda rng: cross_validate(lambda *data: None, np.ones((3, 2)), np.ones(3), 2, rng),
            "cross_validate: fit_and_score must return a number, not None",
        ),
        (lambda rng: cross_validate(None, np.ones((3, 2)), np.ones(3), 2, rng), "fit_and_score must be a function"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call(np.random.default_rng(0))
    assert "\n" not in str(caught.value)
