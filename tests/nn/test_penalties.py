import numpy as np
import pytest

from coursekit.nn.penalties import elastic_net, l1_penalty, l2_penalty, max_norm, regularize, soft_threshold
from coursekit.training import numerical_gradient

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
PENALTIES = {
    "l2": (lambda w: l2_penalty(w, 0.3), lambda v: 0.15 * v * v),
    "l1": (lambda w: l1_penalty(w, 0.3), lambda v: 0.3 * abs(v)),
    "elastic": (lambda w: elastic_net(w, 0.3, 0.7), lambda v: 0.3 * abs(v) + 0.35 * v * v),
}
every_penalty = pytest.mark.parametrize(("penalty", "of_one"), PENALTIES.values(), ids=PENALTIES)


def weights(shape=(4, 3), seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@every_penalty
@pytest.mark.parametrize("shape", [(4, 3), (1,), (2, 2, 3, 2), ()])
def test_value_is_the_sum_over_entries_and_the_gradient_its_slope(penalty, of_one, shape):
    w = np.asarray(weights(shape))
    loss, grad = penalty(w)
    assert type(loss) is float
    assert loss == pytest.approx(sum(of_one(float(v)) for v in w.ravel()), rel=1e-13)
    np.testing.assert_allclose(grad, numerical_gradient(lambda w: penalty(w)[0], w), rtol=1e-6, atol=1e-9)


@every_penalty
def test_zero_weights_cost_nothing_and_are_not_pulled(penalty, of_one):
    loss, grad = penalty(np.array([0.0, -0.0, 0.0]))
    assert loss == 0
    np.testing.assert_array_equal(grad, 0.0)


@every_penalty
@dtypes
def test_large_weights_and_numpy_strengths(penalty, of_one, dtype):
    w = np.array([1e4, -1e4, 1.0], dtype)
    loss, grad = penalty(w)
    assert loss == pytest.approx(sum(of_one(float(v)) for v in w), rel=1e-6)
    assert grad.dtype == dtype
    assert l2_penalty(w, np.float64(0.3))[1].dtype == dtype


def test_a_column_of_weights_has_the_gradient_of_the_half():
    w = weights()
    np.testing.assert_array_equal(l2_penalty(w, 0.5)[1], 0.5 * w)


def test_regularize_leaves_biases_and_batchnorm_alone():
    names = ("w1", "w2", "b1", "b2", "b", "beta", "beta1", "gamma", "gamma2")
    params = {name: weights(seed=i) for i, name in enumerate(names)}
    before = {name: value.copy() for name, value in params.items()}
    loss, grads = regularize(params, 0.2)
    assert loss == pytest.approx(0.1 * (np.sum(params["w1"] ** 2) + np.sum(params["w2"] ** 2)), rel=1e-13)
    assert list(grads) == list(names)
    for name in names:
        expected = 0.2 * params[name] if name.startswith("w") else 0.0 * params[name]
        np.testing.assert_array_equal(grads[name], expected)
        np.testing.assert_array_equal(params[name], before[name])
        assert not np.shares_memory(grads[name], params[name])


@dtypes
def test_regularize_keeps_dtypes_and_takes_an_empty_dict(dtype):
    grads = regularize({"w": weights().astype(dtype), "b": np.ones(2, dtype)}, 1)[1]
    assert grads["w"].dtype == grads["b"].dtype == dtype
    assert regularize({}, 0.1) == (0.0, {})


@dtypes
def test_max_norm_cuts_the_long_columns_and_no_others(dtype):
    w = weights((5, 6)).astype(dtype)
    w[:, 0] = 0
    w[:, 1] *= 0.01
    w[:, 2] *= 1e4
    before = w.copy()
    norms = [sum(float(v) ** 2 for v in column) ** 0.5 for column in w.T]
    cut = max_norm(w, 0.9)
    assert cut.dtype == dtype
    np.testing.assert_array_equal(w, before)
    for j, norm in enumerate(norms):
        if norm <= 0.9:
            np.testing.assert_array_equal(cut[:, j], w[:, j])
        else:
            np.testing.assert_allclose(cut[:, j], w[:, j] * (0.9 / norm), rtol=1e-6)
    assert {norm <= 0.9 for norm in norms} == {True, False}


def test_max_norm_at_the_limit_and_with_one_row():
    w = np.array([[3.0, 3.0 + 1e-9], [4.0, 4.0]])
    cut = max_norm(w, 5)
    np.testing.assert_array_equal(cut[:, 0], w[:, 0])
    assert cut[0, 1] < w[0, 1]
    np.testing.assert_array_equal(max_norm(np.array([[-2.0, 0.5, 0.0]]), 1.0), [[-1.0, 0.5, 0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: l2_penalty(np.ones(2), -0.1), "l2_penalty: lam must be a number, 0 or more, and finite, not -0.1"),
        (lambda: l1_penalty(np.ones(2), float("nan")), "l1_penalty: lam must be a number, 0 or more"),
        (lambda: elastic_net(np.ones(2), 0.1, -1), "elastic_net: l2 must be a number, 0 or more"),
        (lambda: elastic_net(np.ones(2), -1, 0.1), "elastic_net: l1 must be a number, 0 or more"),
        (lambda: l1_penalty(np.ones((0, 2)), 0.1), "l1_penalty: w must not be empty"),
        (lambda: l2_penalty("w", 0.1), "l2_penalty: w must be an array of real numbers"),
        (lambda: regularize([np.ones(2)], 0.1), "regularize: params must be a dict of arrays, not"),
        (lambda: regularize({"w": "x"}, 0.1), r"regularize: params\['w'\] must be an array of real numbers"),
        (lambda: regularize({"w": np.ones(2)}, -1.0), "regularize: lam must be a number, 0 or more"),
        (lambda: max_norm(np.ones((2, 2)), 0.0), "max_norm: c must be a number above 0, and finite, not 0"),
        (lambda: max_norm(np.ones(2), 1.0), r"max_norm: w must be \(D, H\), it has shape \(2,\)"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@dtypes
def test_the_soft_threshold_is_the_least_of_its_parabola_with_a_kink(dtype):
    w, t = np.array([-2.0, -0.7, -0.3, 0.0, 0.3, 0.9, 5.0], dtype), 0.5
    cut = soft_threshold(w, t)
    assert cut.dtype == dtype
    tried = np.linspace(-6.0, 6.0, 12_001)
    best = [tried[np.argmin(0.5 * (tried - v) ** 2 + t * np.abs(tried))] for v in w.astype(float)]
    np.testing.assert_allclose(cut, best, atol=1e-3)
    assert (cut == 0).tolist() == [False, False, True, True, True, False, False]
    np.testing.assert_array_equal(soft_threshold(w, 0.0), w)
