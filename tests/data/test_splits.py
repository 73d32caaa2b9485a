import re

import numpy as np
import pytest

from coursekit import data


def rng(seed=0):
    return np.random.default_rng(seed)


def numbered(n, n_classes=3):
    """Rows that say which they are, and labels of which the last class is rare."""
    y = np.minimum(np.arange(n) % (2 * n_classes), n_classes - 1)
    return np.column_stack([np.arange(n), -np.arange(n)]).astype(np.float32), y


def rows_of(*parts):
    return [part[:, 0].astype(int).tolist() for part in parts]


@pytest.mark.parametrize("stratify", [False, True])
@pytest.mark.parametrize(("n", "share"), [(30, 0.2), (31, 0.5), (2, 0.5), (10, 1e-9), (10, 0.999)])
def test_each_example_is_in_one_part_with_its_label(n, share, stratify):
    x, y = numbered(n, 1 if n < 30 else 3)
    x_train, y_train, x_test, y_test = data.train_test_split(x, y, share, rng(), stratify=stratify)
    train, test = rows_of(x_train, x_test)
    assert sorted(train + test) == list(range(n))
    np.testing.assert_array_equal(y_train, y[train])
    np.testing.assert_array_equal(y_test, y[test])
    assert (x_train.dtype, y_train.dtype) == (np.float32, y.dtype)
    if not stratify or n < 30:
        assert len(test) == min(max(1, round(share * n)), n - 1)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_stratified_parts_have_every_class_in_its_share(share):
    y = np.repeat([0, 1, 4], [80, 15, 4])
    _, y_train, _, y_test = data.train_test_split(np.arange(99), y, share, rng(), stratify=True)
    for label in (0, 1, 4):
        count = np.sum(y == label)
        assert np.sum(y_test == label) == max(1, round(share * count))
        assert np.sum(y_train == label) >= 1


def test_a_class_of_one_example_stays_in_training():
    _, y_train, _, y_test = data.train_test_split(np.arange(5), [0, 0, 1, 0, 0], 0.5, rng(), stratify=True)
    assert 1 in y_train
    assert 1 not in y_test


def test_the_order_is_shuffled_and_the_generator_decides():
    x, y = numbered(200)
    first, again, other = (rows_of(data.train_test_split(x, y, 0.3, rng(seed))[0])[0] for seed in (0, 0, 1))
    assert first == again != other
    assert first != sorted(first)
    stratified = data.train_test_split(x, y, 0.3, rng(), stratify=True)[1]
    assert np.sum(np.diff(stratified) != 0) > 50  # classes mixed, not one after another


def test_every_example_is_as_likely_to_be_tested():
    x, y = numbered(10)
    tests = [data.train_test_split(x, y, 0.3, rng(seed))[2] for seed in range(1000)]
    tested = np.bincount(np.concatenate(rows_of(*tests)))
    # 6 standard deviations for each of 10: less than once in 40 million.
    assert np.abs(tested - 300).max() < 6 * (1000 * 0.3 * 0.7) ** 0.5


@pytest.mark.parametrize("shape", [(20,), (20, 4, 4, 1)])
def test_any_shape_and_targets_that_are_no_labels(shape):
    x, targets = rng().random(shape), rng().random((20, 2))
    x_train, y_train, x_test, y_test = data.train_test_split(x, targets, 0.25, rng())
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
        (15, *shape[1:]),
        (15, 2),
        (5, *shape[1:]),
        (5, 2),
    )


@pytest.mark.parametrize("stratify", [False, True])
def test_three_parts_of_their_shares(stratify):
    x, y = numbered(240)
    parts = data.train_validation_test_split(x, y, 0.25, 0.1, rng(), stratify=stratify)
    rows = rows_of(*parts[::2])
    assert sorted(np.concatenate(rows)) == list(range(240))
    assert [len(part) for part in rows] == [156, 60, 24]
    for part, labels in zip(rows, parts[1::2], strict=True):
        np.testing.assert_array_equal(labels, y[part])


X, Y = np.ones((4, 2)), np.array([0, 1, 2, 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: data.train_test_split(X, Y[:3], 0.5, rng()),
            "train_test_split: y must be (N, ...) with N = 4 as in x",
        ),
        (lambda: data.train_test_split(X, Y, 0.0, rng()), "train_test_split: test_share must be a number in (0, 1)"),
        (lambda: data.train_test_split(X, Y, 0.5, None), "train_test_split: rng must be a numpy.random.Generator"),
        (lambda: data.train_test_split(X[:1], Y[:1], 0.5, rng()), "train_test_split: 1 example(s) leave none for the"),
        (lambda: data.train_test_split(X, Y, 0.5, rng(), stratify=True), "4 example(s) leave none for the test"),
        (
            lambda: data.train_test_split(X, Y / 2, 0.5, rng(), stratify=True),
            "train_test_split: y must hold whole-number labels, not float64",
        ),
        (
            lambda: data.train_validation_test_split(X, Y, 0.5, 0.5, rng()),
            "validation_share and test_share must leave some for training, they add up to 1",
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
