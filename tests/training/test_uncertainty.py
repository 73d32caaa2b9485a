import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from coursekit.training import sign_test, wilson_interval


@pytest.mark.parametrize(("count", "n"), [(0, 1), (0, 360), (1, 7), (8, 400), (180, 360), (360, 360)])
def test_the_ends_are_the_shares_from_which_the_seen_one_is_z_deviations_away(count, n):
    for z in (1.0, 1.959964, 2.6):
        for end in wilson_interval(count, n, z):
            assert abs(count / n - end) == pytest.approx(z * math.sqrt(end * (1 - end) / n), abs=1e-12)


def test_the_interval_holds_the_share_and_is_mirrored_for_the_others():
    for count in range(21):
        low, high = wilson_interval(count, 20)
        assert 0 <= low <= count / 20 <= high <= 1
        assert wilson_interval(20 - count, 20) == pytest.approx((1 - high, 1 - low))


def test_it_covers_the_true_share_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    for p in (0.02, 0.1, 0.5):
        counts = rng.binomial(360, p, 2000)
        inside = [low <= p <= high for low, high in (wilson_interval(count, 360) for count in counts)]
        assert 0.92 < np.mean(inside) < 0.98


def test_sign_test_over_all_tosses():
    for n in range(9):
        tosses = [sum(toss) for toss in product((0, 1), repeat=n)]
        for first in range(n + 1):
            lopsided = abs(2 * first - n)
            share = Fraction(sum(abs(2 * toss - n) >= lopsided for toss in tosses), len(tosses))
            assert sign_test(first, n - first) == float(share)


def test_sign_test_of_many():
    assert sign_test(2000, 2000) == 1.0
    assert 0 < sign_test(400, 700) < 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson_interval(5, 4), "wilson_interval: count must be at most n = 4, not 5"),
        (lambda: wilson_interval(-1, 4), "wilson_interval: count must be a whole number, 0 or more, not -1"),
        (lambda: wilson_interval(1, 4, 0.0), "wilson_interval: z must be a number above 0, and finite, not 0"),
        (lambda: sign_test(1.5, 2), "sign_test: only_first must be a whole number"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
