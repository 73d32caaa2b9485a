import re

import numpy as np
import pytest

from coursekit import data


def rng(seed=0):
    return np.random.default_rng(seed)


LABELS = {
    "two classes": np.repeat([0, 1], [90, 10]),
    "with an absent class": np.repeat([0, 2, 5], [7, 13, 40]),
    "already balanced": np.tile([0, 1, 2], 5),
    "one class": np.zeros(6, int),
    "one example": np.array([3]),
    "small dtype": np.repeat([0, 1], [200, 3]).astype(np.uint8),
}
every_set = pytest.mark.parametrize("y", LABELS.values(), ids=LABELS)


def counts_of_classes(y):
    return np.unique(y, return_counts=True)[1]


@every_set
def test_oversampling_loses_none_and_repeats_all_alike(y):
    indices = data.balanced_indices(y, rng())
    assert indices.dtype.kind == "i"
    assert set(indices) == set(range(len(y)))
    np.testing.assert_array_equal(counts_of_classes(y[indices]), counts_of_classes(y).max())
    for label in np.unique(y):
        assert np.ptp(np.bincount(indices, minlength=len(y))[y == label]) <= 1


@every_set
def test_undersampling_repeats_none(y):
    indices = data.balanced_indices(y, rng(), undersample=True)
    assert len(set(indices)) == len(indices)
    np.testing.assert_array_equal(counts_of_classes(y[indices]), counts_of_classes(y).min())
    assert set(y[indices]) == set(y)


@every_set
@pytest.mark.parametrize("batch_size", [1, 4, 7, 1000])
def test_batches_are_balanced_and_an_epoch_holds_all(y, batch_size):
    batches = data.balanced_batches(y, batch_size, rng())
    assert isinstance(batches, list)
    assert {len(batch) for batch in batches[:-1]} <= {batch_size}
    assert 1 <= len(batches[-1]) <= batch_size
    for batch in batches:
        assert np.ptp([np.sum(y[batch] == label) for label in np.unique(y)]) <= 1
    epoch = np.concatenate(batches)
    assert set(epoch) == set(range(len(y)))
    np.testing.assert_array_equal(counts_of_classes(y[epoch]), counts_of_classes(y).max())


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: data.balanced_indices(LABELS["two classes"], rng),
        lambda rng: data.balanced_indices(LABELS["two classes"], rng, undersample=True),
        lambda rng: np.concatenate(data.balanced_batches(LABELS["two classes"], 8, rng)),
        lambda rng: data.weighted_indices(np.arange(100.0), 50, rng),
        lambda rng: data.imbalance(np.arange(100), LABELS["two classes"], 0.5, rng)[0],
    ],
)
def test_the_generator_decides(draw):
    np.testing.assert_array_equal(draw(rng()), draw(rng()))
    assert not np.array_equal(draw(rng()), draw(rng(1)))


def test_every_example_of_the_large_class_has_the_same_chance_to_stay():
    y = np.repeat([0, 1], [20, 5])
    kept = np.bincount(
        np.concatenate([data.balanced_indices(y, rng(seed), undersample=True) for seed in range(1000)]), minlength=25
    )[:20]
    # Each is kept with probability 1/4; 6 standard deviations for each of 20: less than once in 20 million.
    assert np.abs(kept - 250).max() < 6 * (1000 * 0.25 * 0.75) ** 0.5


def test_weights_are_proportions():
    weights = np.array([0.0, 1.0, 3.0, 6.0])
    drawn = np.bincount(data.weighted_indices(weights, 20_000, rng()), minlength=4) / 20_000
    # 5.5 standard deviations, at most sqrt(0.24 / 20000) each: less than once in 10 million.
    np.testing.assert_allclose(drawn, weights / 10, atol=5.5 * (0.24 / 20_000) ** 0.5)
    assert drawn[0] == 0


def test_class_weights_as_weights_balance_the_classes():
    y = LABELS["two classes"]
    drawn = y[data.weighted_indices(data.class_weights(y, 2)[y], 10_000, rng())]
    assert abs(drawn.mean() - 0.5) < 5.5 * 0.5 / 100


def test_weights_of_float32_and_one_example():
    np.testing.assert_array_equal(data.weighted_indices(np.array([2.0], np.float32), 3, rng()), [0, 0, 0])
    assert len(data.weighted_indices(rng().random(1000).astype(np.float32), 7, rng())) == 7


@pytest.mark.parametrize(("ratio", "left"), [(1.0, 40), (0.5, 20), (0.1, 4), (1e-6, 1)])
@pytest.mark.parametrize("shape", [(100,), (100, 2), (100, 3, 3, 1)])
def test_imbalance_thins_one_class_and_leaves_the_rest_in_order(ratio, left, shape):
    y = np.where(np.arange(100) % 5 < 2, 1, 0)
    x = np.broadcast_to(np.arange(100, dtype=np.float32).reshape(-1, *[1] * (len(shape) - 1)), shape)
    thinned_x, thinned_y = data.imbalance(x, y, ratio, rng())
    assert (thinned_x.shape[1:], thinned_x.dtype) == (shape[1:], np.float32)
    rows = thinned_x.reshape(len(thinned_x), -1)[:, 0].astype(int)
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(thinned_y, y[rows])
    assert (np.sum(thinned_y == 0), np.sum(thinned_y == 1)) == (60, left)


Y = np.array([0, 0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.balanced_indices([0.5], rng()), "balanced_indices: y must hold whole-number labels, not float64"),
        (lambda: data.balanced_indices([-1], rng()), "balanced_indices: y must hold labels 0 or more, it holds -1"),
        (lambda: data.balanced_indices(Y[:0], rng()), "balanced_indices: y must not be empty"),
        (lambda: data.balanced_indices(Y, 0), "balanced_indices: rng must be a numpy.random.Generator"),
        (lambda: data.balanced_batches(Y, 0, rng()), "balanced_batches: batch_size must be a whole number, 1 or more"),
        (lambda: data.weighted_indices([0.0, 0.0], 2, rng()), "weighted_indices: weights must not all be 0"),
        (lambda: data.weighted_indices([1.0, -1.0], 2, rng()), "weights must hold numbers of 0 or more, it holds -1"),
        (lambda: data.weighted_indices([1.0, np.nan], 2, rng()), "weighted_indices: weights must be finite"),
        (lambda: data.weighted_indices([1.0], 0, rng()), "weighted_indices: n must be a whole number, 1 or more"),
        (lambda: data.imbalance(np.ones(2), Y, 0.5, rng()), "imbalance: y must be (N,) with N = 2 as in x"),
        (lambda: data.imbalance(np.ones(3), Y, 0.0, rng()), "imbalance: ratio must be a number in (0, 1], not 0"),
        (
            lambda: data.imbalance(np.ones(3), Y, 0.5, rng(), label=7),
            "imbalance: label must be one of those in y, 7 is not among them",
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
