import re

import numpy as np
import pytest

from coursekit import data

#: Every function of a training and a test set, as a function of those two alone.
PAIRS = {
    "zero_center": data.zero_center,
    "standardize": data.standardize,
    "scale_to_range": data.scale_to_range,
    "pca": lambda a, b: data.pca(a, b, k=2),
    "whiten": data.whiten,
    "zca_whiten": data.zca_whiten,
}
every_pair = pytest.mark.parametrize("name", PAIRS)
EPS = {np.float32: 2e-5, np.float64: 1e-11}


def correlated(n, m, d, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    mix, offset = rng.standard_normal((d, d)), 10.0 * rng.standard_normal(d)
    return tuple((rng.standard_normal((size, d)) @ mix + offset).astype(dtype) for size in (n, m))


# -- what each one is ------------------------------------------------------------------------------------------------


def test_zero_center_by_hand():
    train, test = data.zero_center([[1, 2], [3, 6]], [[10, 10]])
    np.testing.assert_array_equal(train, [[-1, -2], [1, 2]])
    np.testing.assert_array_equal(test, [[8, 6]])


@pytest.mark.parametrize("seed", range(3))
def test_standardize_against_loops(seed):
    a, b = correlated(9, 4, 3, seed)
    train, test = data.standardize(a, b)
    for j in range(3):
        mean = sum(a[:, j]) / 9
        std = (sum((value - mean) ** 2 for value in a[:, j]) / 9) ** 0.5
        np.testing.assert_allclose(train[:, j], (a[:, j] - mean) / std, atol=1e-12)
        np.testing.assert_allclose(test[:, j], (b[:, j] - mean) / std, atol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 3.0, -1e4, 0.1, 1e-3])
@pytest.mark.parametrize("n", [1, 3, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_feature_that_is_constant_in_training(constant, n, dtype):
    """Also where the mean of n equal numbers is not that number: 0.1 a thousand times."""
    a, b = np.full((n, 2), constant, dtype), np.array([[constant, constant + 2.0]], dtype)
    train, test = data.standardize(a, b)
    np.testing.assert_array_equal(train, 0.0)
    np.testing.assert_array_equal(test, b - a[:1])
    train, test = data.scale_to_range(a, b, low=-0.3, high=0.7)
    np.testing.assert_array_equal(train, dtype(-0.3))
    assert test[0, 0] == dtype(-0.3)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0), (-0.3, 0.1), (-3.0, 1e4)])
def test_scale_to_range_reaches_both_ends_and_clips_nothing(low, high):
    a, b = correlated(30, 30, 4)
    train, test = data.scale_to_range(a, b, low, high)
    np.testing.assert_array_equal(train.min(axis=0), low)
    np.testing.assert_array_equal(train.max(axis=0), high)
    expected = low + (high - low) * (b - a.min(axis=0)) / (a.max(axis=0) - a.min(axis=0))
    np.testing.assert_allclose(test, expected, rtol=1e-12, atol=1e-12 * max(1.0, high))
    assert test.min() < low or test.max() > high


def test_channel_means_from_the_training_images_only():
    rng = np.random.default_rng(0)
    a, b = np.array([1.0, 5.0]) + rng.random((4, 3, 5, 2)), rng.random((2, 6, 6, 2))
    train, test = data.subtract_channel_mean(a, b)
    for channel in range(2):
        np.testing.assert_allclose(train[..., channel], a[..., channel] - a[..., channel].mean())
        np.testing.assert_allclose(test[..., channel], b[..., channel] - a[..., channel].mean())


def test_uint8_images_become_float64():
    images = np.full((1, 2, 2, 1), 255, np.uint8)
    assert [out.dtype for out in data.subtract_channel_mean(images, images)] == [np.float64, np.float64]
    assert data.per_image_normalize(images).dtype == np.float64


def test_per_image_normalize_takes_each_image_alone():
    images = np.random.default_rng(0).random((3, 4, 5, 2))
    out = data.per_image_normalize(images, eps=1e-12)
    np.testing.assert_allclose(out.mean(axis=(1, 2, 3)), 0.0, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=(1, 2, 3)), 1.0, atol=1e-9)
    np.testing.assert_allclose(data.per_image_normalize(images[1:2]), data.per_image_normalize(images)[1:2])
    np.testing.assert_allclose(data.per_image_normalize(7.0 * images + 3.0, eps=1e-12), out, atol=1e-9)
    np.testing.assert_array_equal(data.per_image_normalize(np.full((1, 2, 2, 1), 9.0)), 0.0)


# -- the principal axes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "d"), [(50, 1), (50, 4), (4, 4), (3, 5), (1, 3), (2, 1)])
def test_axes_are_an_orthonormal_basis_and_variances_fall(n, d):
    x, _ = correlated(n, 1, d)
    mean, axes, variances = data.principal_axes(x)
    assert (mean.shape, axes.shape, variances.shape) == ((d,), (d, d), (d,))
    np.testing.assert_allclose(axes.T @ axes, np.eye(d), atol=1e-12)
    assert (np.diff(variances) <= 0).all()
    covariance = np.cov(x, rowvar=False, bias=True).reshape(d, d)
    np.testing.assert_allclose(axes * variances @ axes.T, covariance, atol=1e-10 * max(1.0, covariance.max()))
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(d)] > 0).all()


def test_pca_is_uncorrelated_and_keeps_the_most_variance():
    a, b = correlated(200, 20, 5)
    train, test = data.pca(a, b, k=3)
    assert (train.shape, test.shape) == ((200, 3), (20, 3))
    eigenvalues = np.linalg.eigvalsh(np.cov(a, rowvar=False, bias=True))[::-1]
    np.testing.assert_allclose(np.cov(train, rowvar=False, bias=True), np.diag(eigenvalues[:3]), atol=1e-9)
    full = data.pca(a, b, k=5)[1]
    np.testing.assert_allclose(full[:, :3], test, atol=1e-12)
    # The test set is turned about the TRAINING mean: distances to it stay what they were.
    np.testing.assert_allclose(np.linalg.norm(full, axis=1), np.linalg.norm(b - a.mean(axis=0), axis=1))


def test_a_small_axis_does_not_drown_as_it_would_in_the_covariance():
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.standard_normal((2, 2)))
    x = rng.standard_normal((500, 2)) * [1e4, 1e-5] @ turn
    _, _, variances = data.principal_axes(x)
    assert variances[1] ** 0.5 == pytest.approx(1e-5, rel=0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whitened_data_have_the_identity_as_covariance(dtype):
    a, b = correlated(400, 5, 4, dtype=dtype)
    for whitened in (data.whiten(a, b, eps=1e-13)[0], data.zca_whiten(a, b, eps=1e-13)[0]):
        assert whitened.dtype == dtype
        covariance = np.cov(whitened.astype(np.float64), rowvar=False, bias=True)
        np.testing.assert_allclose(covariance, np.eye(4), atol=EPS[dtype] * 10)


@pytest.mark.parametrize("eps", [1e-5, 0.5, 100.0])
def test_eps_stands_under_the_root(eps):
    a, b = correlated(100, 7, 3)
    train, test = data.whiten(a, b, eps=eps)
    projected_train, projected_test = data.pca(a, b, k=3)
    scale = np.sqrt(projected_train.var(axis=0) + eps)
    np.testing.assert_allclose(train, projected_train / scale, atol=1e-12)
    np.testing.assert_allclose(test, projected_test / scale, atol=1e-12)


def test_zca_is_the_symmetric_whitening_and_moves_points_less():
    a, b = correlated(300, 5, 3)
    zca, turned = data.zca_whiten(a, b)[0], data.whiten(a, b)[0]
    centred = a - a.mean(axis=0)
    matrix = np.linalg.lstsq(centred, zca, rcond=None)[0]
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-8)
    assert np.sum((zca - centred) ** 2) < np.sum((turned - centred) ** 2)


def test_more_features_than_examples():
    a, b = correlated(4, 3, 6)
    train, test = data.whiten(a, b)
    assert (train.shape, test.shape) == ((4, 6), (3, 6))
    assert np.isfinite(train).all()
    assert np.isfinite(test).all()
    np.testing.assert_allclose(train[:, 3:], 0.0, atol=1e-9)


# -- what holds for all of them --------------------------------------------------------------------------------------


@every_pair
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_stay_shapes_fit_and_nothing_given_is_changed(name, dtype):
    a, b = correlated(12, 5, 3, dtype=dtype)
    a.flags.writeable = b.flags.writeable = False
    before = a.copy(), b.copy()
    train, test = PAIRS[name](a, b)
    assert (train.dtype, test.dtype, len(train), len(test)) == (dtype, dtype, 12, 5)
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(b, before[1])


@every_pair
def test_each_set_keeps_its_own_dtype(name):
    a, b = correlated(12, 5, 3)
    train, test = PAIRS[name](a.astype(np.float32), b)
    assert (train.dtype, test.dtype) == (np.float32, np.float64)


@every_pair
def test_the_training_result_does_not_depend_on_the_test_set(name):
    a, b = correlated(20, 5, 3)
    for other in (b, 100.0 * b[:1]):
        np.testing.assert_array_equal(PAIRS[name](a, other)[0], PAIRS[name](a, b)[0])
    np.testing.assert_allclose(PAIRS[name](a, a)[1], PAIRS[name](a, a)[0])
    np.testing.assert_allclose(PAIRS[name](a, b)[1][:1], PAIRS[name](a, b[:1])[1], atol=1e-12)


@every_pair
def test_views_give_what_copies_give(name):
    a, b = correlated(40, 20, 6)
    views = a[::2, ::-2], b[::-3, ::-2]
    for got, expected in zip(PAIRS[name](*views), PAIRS[name](*(v.copy() for v in views)), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-11)


@every_pair
def test_one_row_and_large_numbers_are_no_trouble(name):
    for a in (np.array([[1e4, -1e4, 3.0]]), np.array([[1e4, -1e4, 1.0], [-1e4, -1e4, 2.0]])):
        for out in PAIRS[name](a, np.array([[1.0, 2.0, 3.0]])):
            assert np.isfinite(out).all()


@every_pair
def test_float32_is_as_good_as_its_digits(name):
    """A hundred thousand rows around 1e4: a running float32 sum would be off by whole units."""
    rng = np.random.default_rng(0)
    a = (1e4 + rng.standard_normal((100_000, 2)) * [1.0, 3.0]).astype(np.float32)
    small, exact = PAIRS[name](a, a[:5]), PAIRS[name](a.astype(np.float64), a[:5].astype(np.float64))
    for got, expected in zip(small, exact, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


# -- class weights ---------------------------------------------------------------------------------------------------


def test_class_weights_by_hand_with_an_absent_class():
    np.testing.assert_allclose(data.class_weights([0, 0, 0, 2], 3), [4 / 9, 0.0, 4 / 3])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_every_class_weighs_the_same(dtype):
    y = np.random.default_rng(0).integers(0, 5, 300).astype(dtype)
    weights = data.class_weights(y, 5)
    assert weights.dtype == np.float64
    np.testing.assert_allclose([weights[label] * np.sum(y == label) for label in range(5)], 60.0)
    assert weights[y].mean() == pytest.approx(1.0)


# -- what bad input gets ---------------------------------------------------------------------------------------------

GOOD = np.ones((3, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: data.zero_center(GOOD, np.ones((3, 3))),
            "zero_center: x_test must be (M, D) with D = 2 as in x_train",
        ),
        (lambda: data.zero_center(np.ones(3), GOOD), "zero_center: x_train must be (N, D), it has shape (3,)"),
        (
            lambda: data.standardize(GOOD * np.nan, GOOD),
            "standardize: x_train must be finite, it holds NaN or infinity",
        ),
        (lambda: data.standardize(GOOD, GOOD * np.inf), "standardize: x_test must be finite, it holds NaN or infinity"),
        (lambda: data.standardize(GOOD[:0], GOOD), "standardize: x_train must not be empty, it has shape (0, 2)"),
        (lambda: data.standardize(GOOD * 1j, GOOD), "x_train must be an array of real numbers, not of complex128"),
        (lambda: data.scale_to_range(GOOD, GOOD, 1.0, 1.0), "scale_to_range: low must be below high, they are 1 and 1"),
        (lambda: data.scale_to_range(GOOD, GOOD, "a"), "scale_to_range: low must be a number, and finite, not 'a'"),
        (lambda: data.pca(GOOD, GOOD, 0), "pca: k must be a whole number, 1 or more, not 0"),
        (lambda: data.pca(GOOD, GOOD, 3), "pca: k must be at most the number of features, 2, not 3"),
        (lambda: data.whiten(GOOD, GOOD, eps=0.0), "whiten: eps must be a number above 0, and finite, not 0"),
        (lambda: data.zca_whiten(GOOD, GOOD, eps=-1.0), "zca_whiten: eps must be a number above 0, and finite, not -1"),
        (
            lambda: data.subtract_channel_mean(np.ones((1, 2, 2, 3)), np.ones((1, 2, 2, 1))),
            "subtract_channel_mean: images_test must be (M, P, Q, C) with C = 3 as in images_train",
        ),
        (lambda: data.per_image_normalize(GOOD), "per_image_normalize: images must be (N, H, W, C), it has shape"),
        (lambda: data.class_weights([0, 3], 3), "class_weights: y must hold labels 0..2, it holds 3"),
        (lambda: data.class_weights([0.0, 1.0], 3), "class_weights: y must hold whole-number labels, not float64"),
        (lambda: data.class_weights([0, 1], 0), "class_weights: n_classes must be a whole number, 1 or more, not 0"),
        (lambda: data.class_weights(np.array([], int), 2), "class_weights: y must not be empty, it has shape (0,)"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        call()
    assert "\n" not in str(caught.value)
