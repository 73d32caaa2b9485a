import numpy as np
import pytest

from coursekit.optim import adam, sgd


def test_sgd():
    w = np.array([1.0, 2.0])
    np.testing.assert_array_equal(sgd(w, np.array([10.0, -10.0]), 0.1), [0.0, 3.0])
    np.testing.assert_array_equal(w, [1.0, 2.0])


def test_adams_first_step_is_lr_whatever_the_gradients_size():
    dw = np.array([1e-3, -5.0, 1e4])
    w, _, _ = adam(np.zeros(3), dw, np.zeros(3), np.zeros(3), t=1, lr=0.1)
    np.testing.assert_allclose(w, [-0.1, 0.1, -0.1], rtol=2e-5)


def test_adam_by_hand():
    w, m, v = adam(np.array([1.0]), np.array([2.0]), np.array([0.5]), np.array([0.25]), 3, 0.1, 0.8, 0.9, 1e-2)
    assert m[0] == pytest.approx(0.8 * 0.5 + 0.2 * 2.0)
    assert v[0] == pytest.approx(0.9 * 0.25 + 0.1 * 4.0)
    assert w[0] == pytest.approx(1 - 0.1 * (0.8 / (1 - 0.512)) / ((0.625 / (1 - 0.729)) ** 0.5 + 1e-2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays_and_nothing_given_is_changed(dtype):
    arrays = [np.full((2, 3), value, dtype) for value in (1.0, 0.5, 0.1, 0.2)]
    results = [sgd(*arrays[:2], 0.1), *adam(*arrays, t=2, lr=0.1)]
    assert {result.dtype for result in results} == {np.dtype(dtype)}
    assert [array[0, 0] for array in arrays] == [dtype(v) for v in (1.0, 0.5, 0.1, 0.2)]


def test_adam_counts_from_one():
    with pytest.raises(ValueError, match="t counts steps from 1, it cannot be 0"):
        adam(np.ones(1), np.ones(1), np.ones(1), np.ones(1), t=0, lr=0.1)
