import math

import numpy as np
import pytest

from coursekit.training import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    f1_score,
    precision,
    predicted_labels,
    recall,
    top_k_accuracy,
)


def labels(n, n_classes, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_classes, n), rng.integers(0, n_classes, n)


@pytest.mark.parametrize(("n", "n_classes"), [(1, 1), (1, 4), (7, 2), (50, 3), (20, 9)])
def test_every_count_against_a_loop(n, n_classes):
    predictions, y = labels(n, n_classes)
    counts = confusion_matrix(predictions, y, n_classes)
    pairs = list(zip(y.tolist(), predictions.tolist(), strict=True))
    assert counts.tolist() == [[pairs.count((i, j)) for j in range(n_classes)] for i in range(n_classes)]
    assert accuracy(predictions, y) == pytest.approx(sum(i == j for i, j in pairs) / n)
    recalls = []
    for c in range(n_classes):
        right = pairs.count((c, c))
        true, predicted = (sum(pair[side] == c for pair in pairs) for side in (0, 1))
        for share, part, whole in (
            (recall, right, true),
            (precision, right, predicted),
            (f1_score, 2 * right, true + predicted),
        ):
            got = share(predictions, y, n_classes)[c]
            assert got == pytest.approx(part / whole) if whole else math.isnan(got)
        if true:
            recalls.append(right / true)
    assert balanced_accuracy(predictions, y, n_classes) == pytest.approx(sum(recalls) / len(recalls))


def test_f1_is_the_harmonic_mean():
    predictions, y = labels(200, 4)
    p, r = precision(predictions, y, 4), recall(predictions, y, 4)
    np.testing.assert_allclose(f1_score(predictions, y, 4), 2 * p * r / (p + r), rtol=1e-12)


def test_the_axes_of_the_confusion_matrix_are_true_then_predicted():
    assert confusion_matrix(np.array([1]), np.array([0]), 2).tolist() == [[0, 1], [0, 0]]
    assert confusion_matrix(np.array([1], np.uint8), [0], 2).tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("ties", [False, True])
def test_top_k_accuracy_against_sorting(ties):
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 3, (60, 5)).astype(float) if ties else rng.standard_normal((60, 5))
    y = rng.integers(0, 5, 60)
    for k in range(1, 6):
        top = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        assert top_k_accuracy(scores, y, k) == pytest.approx(
            np.mean([label in row for label, row in zip(y, top, strict=True)])
        )
    assert top_k_accuracy(scores, y, 1) == accuracy(predicted_labels(scores), y)
    assert top_k_accuracy(scores.astype(np.float32)[::2], y[::2], 5) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: accuracy(np.zeros(3, int), np.zeros(4, int)),
            r"accuracy: y must be \(N,\) with N = 3 as in predictions",
        ),
        (
            lambda: accuracy(np.zeros((3, 1), int), np.zeros(3, int)),
            r"predictions must be \(N,\), it has shape \(3, 1\)",
        ),
        (lambda: accuracy(np.zeros(3), np.zeros(3, int)), "predictions must hold whole-number labels, not float64"),
        (lambda: accuracy(np.zeros(0, int), np.zeros(0, int)), "predictions must not be empty"),
        (lambda: confusion_matrix([0, 2], [0, 1], 2), r"predictions must hold labels 0\.\.1, it holds 2"),
        (lambda: recall([0, 1], [0, -1], 2), r"y must hold labels 0\.\.1, it holds -1"),
        (lambda: precision([0], [0], 0), "n_classes must be a whole number, 1 or more, not 0"),
        (lambda: balanced_accuracy([0], [0, 1], 2), r"y must be \(N,\) with N = 1 as in predictions"),
        (lambda: top_k_accuracy(np.ones((2, 3)), [0, 3], 1), r"top_k_accuracy: y must hold labels 0\.\.2, it holds 3"),
        (lambda: top_k_accuracy(np.ones((2, 3)), [0, 1], 4), "k must be at most C = 3, the scores of a row, not 4"),
        (lambda: top_k_accuracy(np.full((1, 2), np.nan), [0], 1), "scores must be finite"),
        (lambda: predicted_labels(np.full((1, 2), np.nan)), "predicted_labels: scores must be finite"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
