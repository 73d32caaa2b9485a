import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from coursekit.training import (
    average_probabilities,
    bootstrap_indices,
    ensemble_error,
    error_correlation,
    majority_vote,
    mixed_ensemble_error,
    out_of_bag,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 2), (5, 1, 3)])
def test_average_probabilities(shape, dtype):
    probs = np.random.default_rng(0).dirichlet(np.ones(shape[2]), shape[:2]).astype(dtype)
    got = average_probabilities(probs)
    assert got.dtype == dtype
    for n, c in np.ndindex(shape[1:]):
        assert got[n, c] == pytest.approx(sum(float(probs[m, n, c]) for m in range(shape[0])) / shape[0], rel=1e-6)
    np.testing.assert_array_equal(average_probabilities(np.asfortranarray(probs)), got)


@pytest.mark.parametrize(("members", "n_classes"), [(1, 1), (1, 3), (2, 2), (4, 3), (5, 2)])
def test_majority_vote_over_all_votes_there_are(members, n_classes):
    votes = np.array(list(itertools.product(range(n_classes), repeat=members))).T
    got = majority_vote(votes, n_classes)
    for column, label in zip(votes.T.tolist(), got, strict=True):
        assert label == min(range(n_classes), key=lambda c: (-column.count(c), c))
    np.testing.assert_array_equal(majority_vote(votes.astype(np.uint8), n_classes + 2), got)


def test_bootstrap_draws_uniformly_with_replacement():
    rng = np.random.default_rng(0)
    assert bootstrap_indices(1, rng).tolist() == [0]
    draws = np.stack([bootstrap_indices(5, rng) for _ in range(4000)])
    assert draws.shape == (4000, 5)
    counts = np.bincount(draws.ravel(), minlength=5)
    assert np.sum((counts - 4000) ** 2 / 4000) < 18.5  # chi-squared, 4 degrees of freedom: 1 seed in 1000 is above
    distinct = np.mean([len(set(row)) for row in draws.tolist()])
    assert distinct == pytest.approx(5 * (1 - 0.8**5), abs=0.05)


def test_out_of_bag_is_what_was_never_drawn():
    for indices in itertools.product(range(4), repeat=4):
        assert out_of_bag(np.array(indices), 4).tolist() == [i for i in range(4) if i not in indices]
    assert out_of_bag(np.arange(3), 3).tolist() == []
    assert out_of_bag([0, 0], 3).dtype.kind == "i"


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.73, 1.0])
@pytest.mark.parametrize("m", [1, 3, 5, 9])
def test_ensemble_error_over_all_outcomes_there_are(m, p):
    expected = sum(
        math.prod(p if errs else 1 - p for errs in outcome)
        for outcome in itertools.product([False, True], repeat=m)
        if sum(outcome) > m / 2
    )
    assert ensemble_error(p, m) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("p", "m"), [(13 / 64, 999), (0.5, 999), (31 / 64, 999), (29 / 32, 999), (0.25, 1501), (1e-5, 51)]
)
def test_ensemble_error_of_many_members(p, m):
    exact = Fraction(p)
    n, d = exact.numerator, exact.denominator
    terms = (math.comb(m, k) * n**k * (d - n) ** (m - k) for k in range(m // 2 + 1, m + 1))
    assert ensemble_error(p, m) == pytest.approx(sum(terms) / d**m, rel=1e-11)


def test_ensemble_error_goes_down_with_good_members_and_up_with_bad_ones():
    assert ensemble_error(0.4, 1) == pytest.approx(0.4)
    good, bad = ([ensemble_error(p, m) for m in range(1, 60, 2)] for p in (0.45, 0.55))
    assert good == sorted(good, reverse=True)
    assert bad == sorted(bad)
    np.testing.assert_allclose(np.add(good, bad), 1.0, rtol=1e-12)
    assert ensemble_error(np.float32(0.25), np.int64(3)) == pytest.approx(0.15625)


@pytest.mark.parametrize("errors", [[0.3], [0.10, 0.12, 0.20], [0.0, 1.0, 0.5], [0.6, 0.1, 0.45, 0.2, 0.9]])
def test_mixed_ensemble_error_over_all_outcomes_there_are(errors):
    expected = sum(
        math.prod(p if errs else 1 - p for p, errs in zip(errors, outcome, strict=True))
        for outcome in itertools.product([False, True], repeat=len(errors))
        if sum(outcome) > len(errors) / 2
    )
    assert mixed_ensemble_error(np.array(errors)) == pytest.approx(expected, rel=1e-12)
    assert mixed_ensemble_error(errors[::-1]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("p", "m"), [(0.2, 1), (0.3, 21), (0.55, 101)])
def test_mixed_ensemble_error_of_equal_members_is_ensemble_error(p, m):
    assert mixed_ensemble_error(np.full(m, p)) == pytest.approx(ensemble_error(p, m), rel=1e-9)


def test_error_correlation_against_the_formula():
    rng = np.random.default_rng(0)
    predictions, y = rng.integers(0, 3, (4, 50)), rng.integers(0, 3, 50)
    np.testing.assert_allclose(error_correlation(predictions, y), np.corrcoef(predictions != y), rtol=1e-12)
    same = error_correlation(np.stack([predictions[0], predictions[0]]), y)
    np.testing.assert_allclose(same, 1.0)


def test_error_correlation_of_a_member_that_is_always_right_is_unknown():
    got = error_correlation(np.array([[0, 0], [1, 0]]), np.array([0, 0]))
    np.testing.assert_allclose(got, [[np.nan, np.nan], [np.nan, 1.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: average_probabilities(np.ones((2, 3))), r"probs must be \(M, N, C\), it has shape \(2, 3\)"),
        (lambda: average_probabilities(np.full((1, 1, 1), np.nan)), "probs must be finite"),
        (lambda: majority_vote(np.array([[0, 3]]), 3), r"majority_vote: votes must hold labels 0\.\.2, it holds 3"),
        (lambda: majority_vote(np.array([0, 1]), 3), r"votes must be \(M, N\), it has shape \(2,\)"),
        (lambda: majority_vote(np.array([[0.0]]), 3), "votes must hold whole-number labels, not float64"),
        (lambda: majority_vote(np.array([[0]]), 0), "n_classes must be a whole number, 1 or more, not 0"),
        (lambda: bootstrap_indices(0, np.random.default_rng(0)), "n must be a whole number, 1 or more, not 0"),
        (lambda: out_of_bag(np.array([0, 4]), 4), r"out_of_bag: indices must hold labels 0\.\.3, it holds 4"),
        (lambda: ensemble_error(0.2, 4), "ensemble_error: m must be odd, so that there is no tie, not 4"),
        (lambda: ensemble_error(1.2, 3), r"ensemble_error: p must be a number in \[0, 1\], not 1.2"),
        (lambda: mixed_ensemble_error([0.1, 0.2]), r"errors must hold an odd number of members \(no tie\), not 2"),
        (lambda: mixed_ensemble_error([1.2]), "errors must be probabilities"),
        (lambda: error_correlation(np.zeros((2, 3), int), np.zeros(4, int)), r"y must be \(N,\) with N = 3"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
