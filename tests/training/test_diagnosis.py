import math

import numpy as np
import pytest

from coursekit.nn import SoftmaxCrossEntropy
from coursekit.training import diagnose, expected_initial_loss, update_ratio

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("n_classes", [1, 2, 10, 1000])
def test_the_initial_loss_is_that_of_equal_scores(n_classes):
    loss, _ = SoftmaxCrossEntropy()(np.zeros((3, n_classes)), np.zeros(3, int))
    assert expected_initial_loss(n_classes) == pytest.approx(loss, abs=1e-15)
    assert isinstance(expected_initial_loss(np.int32(n_classes)), float)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (5,), (4, 3), (2, 3, 4)])
def test_update_ratio(shape, dtype):
    rng = np.random.default_rng(0)
    w, update = (scale * rng.standard_normal(shape).astype(dtype) for scale in (1e4, 3.0))
    expected = math.sqrt(sum(float(v) ** 2 for v in update.flat)) / math.sqrt(sum(float(v) ** 2 for v in w.flat))
    assert update_ratio(w, update) == pytest.approx(expected, rel=1e-5 if dtype == np.float32 else 1e-13)
    assert update_ratio(w.T, update.T) == pytest.approx(expected, rel=1e-5 if dtype == np.float32 else 1e-13)
    assert type(update_ratio(w, update)) is float


def test_update_ratio_of_weights_that_are_zero():
    assert update_ratio(np.zeros(3), np.ones(3)) == INF
    assert math.isnan(update_ratio(np.zeros(3), np.zeros(3)))
    assert update_ratio(np.ones(3), np.zeros(3)) == 0.0


DIAGNOSES = [
    # Each rule, just inside and just outside its bound; where two hold, the first.
    ([1.0, NAN, 0.1], [1.0], "diverged"),
    ([1.0, 0.1], [INF, 0.1], "diverged"),
    ([1.0, 0.1], [0.1, NAN], "diverged"),
    ([1.0, 1.51], [1.0], "diverged"),
    ([1.0, 1.5], [1.0], "not_learning"),
    ([1.0, 9.0, 0.1], [0.1], "healthy"),
    ([1.0, 0.96], [1.0, 9.0], "not_learning"),
    ([1.0], [1.0], "not_learning"),
    ([1.0, 0.95], [1.0], "underfitting"),
    ([1.0, 0.1], [0.2, 0.25], "overfitting"),
    ([1.0, 0.1], [0.25, 0.2499], "healthy"),
    ([1.0, 0.25], [0.5, 0.6], "healthy"),
    ([1.0, 0.25], [0.5, 0.601], "overfitting"),
    ([1.0, 0.25], [0.601, 0.601], "overfitting"),
    ([1.0, 0.6], [1.0, 0.5, 0.7], "overfitting"),
    ([1.0, 0.6], [1.0, 0.6], "underfitting"),
    ([1.0, 0.5], [1.0, 0.6], "healthy"),
    ([2.3, 1.0, 0.3], [2.3, 1.1, 0.5], "healthy"),
    ([8, 4, 1], [8, 4, 2], "healthy"),
]


@pytest.mark.parametrize(("train_losses", "val_losses", "expected"), DIAGNOSES)
def test_diagnose(train_losses, val_losses, expected):
    assert diagnose(train_losses, val_losses) == expected
    assert diagnose(np.array(train_losses), np.array(val_losses)) == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_initial_loss(0), "expected_initial_loss: n_classes must be a whole number, 1 or more, not 0"),
        (lambda: update_ratio(np.ones(2), np.ones(3)), r"update_ratio: update must have the shape of w, \(2,\)"),
        (lambda: diagnose([], [1.0]), "diagnose: train_losses must not be empty"),
        (lambda: diagnose([1.0], [[1.0]]), r"diagnose: val_losses must be \(V,\), it has shape \(1, 1\)"),
        (lambda: diagnose(["bad"], [1.0]), "diagnose: train_losses must be an array of real numbers"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
