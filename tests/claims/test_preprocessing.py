"""The experiments on preprocessing measure what their claims say."""

import numpy as np
import pytest

from coursekit.claims.preprocessing.experiments import raw_digits, raw_iris, steps_to
from coursekit.claims.preprocessing.features import by_hand
from coursekit.claims.preprocessing.imbalance import two_clouds
from coursekit.claims.preprocessing.scaling import as_in_the_note, off_centre


def test_the_lines_of_the_note_normalize_each_example_and_no_feature() -> None:
    x, _, _, _ = raw_iris(0)
    rows = as_in_the_note(x)
    np.testing.assert_allclose(rows.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(rows.std(axis=1), 1.0)
    assert off_centre(rows) > 1.0
    assert off_centre(x - x.mean(axis=0)) < 1e-9


def test_iris_is_split_by_species() -> None:
    _, y_train, _, y_test = raw_iris(3)
    assert len(y_train) + len(y_test) == 150
    assert np.ptp(np.bincount(y_train)) == 0
    assert min(np.bincount(y_test)) >= 16


def test_steps_that_no_rate_can_take_are_the_limit_and_an_easy_target_is_met_at_once() -> None:
    x, y, _, _ = raw_iris(0)
    assert steps_to(x, y, 0, hidden=0, target=0.0, limit=20, rates=(0.1, 1e6)) == 20
    assert steps_to(x - x.mean(axis=0), y, 0, hidden=0, every=1, target=1.0, limit=100) < 20


def test_the_centre_of_the_ink_moves_with_it() -> None:
    pixels = np.zeros((2, 8, 8))
    pixels[0, 2, 3] = pixels[1, 3, 5] = 16.0
    features = by_hand(pixels.reshape(2, 64))
    assert features.shape == (2, 28)
    np.testing.assert_allclose(features[1, 16:18] - features[0, 16:18], [1.0, 2.0])
    np.testing.assert_allclose(features[:, 18:20], 0.0)
    np.testing.assert_allclose(features[:, :8].sum(axis=1), 16.0)


def test_no_digit_is_without_ink() -> None:
    x, _, _, _ = raw_digits(0)
    assert np.isfinite(by_hand(x)).all()


@pytest.mark.parametrize(("many", "rare"), [(600, 30), (300, 300)])
def test_the_clouds_are_as_many_as_asked_and_two_apart(many: int, rare: int) -> None:
    x, y = two_clouds(many, rare, np.random.default_rng(0))
    assert np.bincount(y).tolist() == [many, rare]
    between = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)
    np.testing.assert_allclose(between, [2.0, 0.0], atol=0.6)
