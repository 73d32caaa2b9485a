import numpy as np
import pytest

from coursekit.training import minibatches


@pytest.mark.parametrize(("n", "size", "lengths"), [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 10, [3]), (1, 1, [1])])
def test_every_index_once_and_a_short_last_batch(n, size, lengths):
    batches = minibatches(n, size, np.random.default_rng(0))
    assert isinstance(batches, list)
    assert [len(batch) for batch in batches] == lengths
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(n))
    assert all(batch.dtype.kind == "i" for batch in batches)


def test_fresh_order_each_time_and_the_same_for_a_seed():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(minibatches(50, 7, rng)) for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, np.concatenate(minibatches(50, 7, np.random.default_rng(0))))


@pytest.mark.parametrize(
    ("n", "size", "message"),
    [
        (10, 0, "batch_size must be a whole number, 1 or more, not 0"),
        (0, 4, "n must be a whole number, 1 or more, not 0"),
        (10, 2.0, "batch_size must be a whole number, 1 or more, not 2.0"),
        (10, True, "batch_size must be a whole number, 1 or more, not True"),
    ],
)
def test_bad_sizes_are_refused(n, size, message):
    with pytest.raises(ValueError, match=message):
        minibatches(n, size, np.random.default_rng(0))
