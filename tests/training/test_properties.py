"""What the functions of the room promise for any sizes, dtypes and layouts of memory."""

from collections import Counter

import numpy as np
import pytest

from coursekit.training import (
    Range,
    accumulate_gradients,
    average_probabilities,
    confusion_matrix,
    diagnose,
    ensemble_error,
    k_fold,
    majority_vote,
    minibatch_gradient_error,
    noise_scale,
    out_of_bag,
    relative_error,
    update_ratio,
)

hypothesis = pytest.importorskip("hypothesis", reason="NOT TESTED: sizes and dtypes; hypothesis is not installed")
st = hypothesis.strategies

DTYPES = st.sampled_from([np.float32, np.float64])
SIZES = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)


def some(example):
    """The test, for a few examples, the same at every run: a failure here is never one of chance."""
    quiet = hypothesis.settings(max_examples=25, derandomize=True, database=None, deadline=None)
    return lambda test: quiet(hypothesis.given(**example)(test))


def numbers(shape, dtype, seed, scale=1e4):
    """An array of both signs and of sizes up to `scale`, every second entry of a larger one; frozen."""
    values = np.random.default_rng(seed).uniform(-scale, scale, (*shape[:-1], 2 * shape[-1])).astype(dtype)[..., ::2]
    values.flags.writeable = False
    return values


@some({"shape": st.tuples(SIZES, SIZES, SIZES), "dtype": DTYPES, "seed": SEEDS})
def test_average_probabilities(shape, dtype, seed):
    probs = numbers(shape, dtype, seed)
    got = average_probabilities(probs)
    assert got.shape == shape[1:]
    assert got.dtype == dtype
    np.testing.assert_allclose(got, sum(probs.astype(np.float64)) / shape[0], rtol=1e-5, atol=1e-2)


@some({"m": SIZES, "n": SIZES, "n_classes": SIZES, "seed": SEEDS})
def test_counting(m, n, n_classes, seed):
    votes = np.random.default_rng(seed).integers(0, n_classes, (m, n))
    for column, label in zip(votes.T.tolist(), majority_vote(votes, n_classes), strict=True):
        counts = Counter(column)
        assert label == min(counts, key=lambda c: (-counts[c], c))
    counts = confusion_matrix(votes[0], votes[-1], n_classes)
    np.testing.assert_array_equal(counts.sum(axis=0), np.bincount(votes[0], minlength=n_classes))
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(votes[-1], minlength=n_classes))
    left = out_of_bag(votes[0], n_classes).tolist()
    assert sorted({*votes[0].tolist(), *left}) == list(range(n_classes))
    assert not set(left) & set(votes[0].tolist())


@some({"shape": st.tuples(st.integers(2, 6), SIZES), "dtype": DTYPES, "seed": SEEDS})
def test_gradient_noise_does_not_know_units_or_order(shape, dtype, seed):
    grads = numbers(shape, dtype, seed)
    turned = grads[::-1] * dtype(2)
    assert noise_scale(turned) == pytest.approx(noise_scale(grads), rel=1e-9)
    errors = [minibatch_gradient_error(grads, size) for size in range(1, shape[0] + 1)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0.0
    assert minibatch_gradient_error(turned, 1) == pytest.approx(4 * errors[0], rel=1e-9)


@some({"shape": st.tuples(SIZES, SIZES), "dtype": DTYPES, "seed": SEEDS, "micro_batch": st.integers(1, 8)})
def test_accumulating_means_is_the_mean(shape, dtype, seed, micro_batch):
    x = numbers(shape, dtype, seed)
    got = accumulate_gradients(lambda x, y: x.mean(axis=0), x, np.zeros(len(x)), micro_batch)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, x.mean(axis=0), rtol=1e-4, atol=1e-2)


@some({"shape": st.lists(SIZES, min_size=1, max_size=4).map(tuple), "dtype": DTYPES, "seed": SEEDS})
def test_ratios_of_arrays(shape, dtype, seed):
    w, update = numbers(shape, dtype, seed), numbers(shape, dtype, seed + 1)
    assert update_ratio(w, update) * update_ratio(update, w) == pytest.approx(1.0, rel=1e-4)
    assert relative_error(w, w) == 0.0
    assert relative_error(w, update) == relative_error(update, w) <= 1.0 + 1e-6


@some({"n": st.integers(2, 30), "data": st.data(), "seed": SEEDS})
def test_folds(n, data, seed):
    folds = k_fold(n, data.draw(st.integers(2, n)), np.random.default_rng(seed))
    assert sorted(i for _, validation in folds for i in validation.tolist()) == list(range(n))
    assert all(sorted([*train.tolist(), *validation.tolist()]) == list(range(n)) for train, validation in folds)


@some({"p": st.floats(0, 1), "half": st.integers(0, 499)})
def test_a_majority_is_wrong_or_right(p, half):
    m = 2 * half + 1
    assert 0 <= ensemble_error(p, m) <= 1 + 1e-12
    assert ensemble_error(p, m) + ensemble_error(1 - p, m) == pytest.approx(1.0, abs=1e-11)


LOSSES = st.lists(st.floats(0, 1e4) | st.sampled_from([float("nan"), float("inf")]), min_size=1, max_size=8)


@some({"losses": LOSSES, "val_losses": LOSSES})
def test_every_run_has_a_diagnosis(losses, val_losses):
    diagnosis = diagnose(losses, val_losses)
    assert diagnosis in {"diverged", "not_learning", "overfitting", "underfitting", "healthy"}
    if not np.isfinite(losses + val_losses).all():
        assert diagnosis == "diverged"


@some({"ends": st.tuples(*[st.floats(1e-9, 1e9)] * 2), "log": st.booleans(), "share": st.floats(0, 1)})
def test_there_and_back(ends, log, share):
    whole = Range(min(ends), max(ends), log=log)
    value = whole.at(share)
    assert whole.low <= value <= whole.high
    if whole.low < whole.high:
        assert 0 <= whole.share(value) <= 1
        if whole.high > 1.01 * whole.low:
            assert whole.share(value) == pytest.approx(share, abs=1e-9)
