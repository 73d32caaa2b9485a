"""Preprocessing: every statistic comes from the training examples, and the test examples get the same treatment.

The functions take `x_train` and `x_test` and return both, each in its own floating dtype. Statistics are computed in
float64 whatever the dtype: a float32 sum down a long column loses digits. All raise `ValueError` on NaN and infinity,
one of which would spoil a whole feature, and on sets that differ in their number of features.
"""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]
Both = tuple[Array, Array]


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)")
def zero_center(x_train: Array, x_test: Array) -> Both:
    """Both sets, `(N, D)` and `(M, D)`, with the training mean of each feature subtracted.

    For images as rows of pixels this subtracts the mean image (Krizhevsky et al. 2012); `subtract_channel_mean`
    subtracts one number per colour instead.

    >>> zero_center(np.array([[1.0, 5.0], [3.0, 7.0]]), np.array([[0.0, 0.0]]))
    (array([[-1., -1.],
           [ 1.,  1.]]), array([[-2., -6.]]))
    """
    mean = x_train.mean(axis=0, dtype=np.float64)
    return (x_train - mean).astype(x_train.dtype), (x_test - mean).astype(x_test.dtype)


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)")
def standardize(x_train: Array, x_test: Array) -> Both:
    """Both sets, `(N, D)` and `(M, D)`, as `(x - mean) / std` with the training mean and standard deviation.

    The std divides by N, not N - 1. In training each feature then has mean 0 and variance 1, whatever its unit was; the
    shape of its distribution stays as it is. A feature that is constant in training is divided by 1: it becomes 0
    there, and the plain difference in the test set.

    >>> standardize(np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[4.0, 6.0]]))
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([[2., 1.]]))
    """
    mean, std = x_train.mean(axis=0, dtype=np.float64), x_train.std(axis=0, dtype=np.float64)
    # Not by `std == 0`: the mean of equal numbers can be off in its last digit, and then the std is 1e-17, not 0.
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    mean, std = np.where(constant, x_train[0], mean), np.where(constant, 1.0, std)
    return ((x_train - mean) / std).astype(x_train.dtype), ((x_test - mean) / std).astype(x_test.dtype)


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)", low="real (-inf, inf)", high="real (-inf, inf)")
def scale_to_range(x_train: Array, x_test: Array, low: float = -1.0, high: float = 1.0) -> Both:
    """Both sets, `(N, D)` and `(M, D)`, scaled so that the training values of each feature reach from `low` to `high`.

    `t = (x - min) / (max - min)` with the training minimum and maximum, then `low * (1 - t) + high * t`. Test values
    beyond the training ones are not clipped. A feature that is constant in training has a divisor of 1, so that its
    value maps to `low`. Raises `ValueError` unless `low < high`.

    >>> scale_to_range(np.array([[0.0], [10.0]]), np.array([[5.0], [20.0]]), low=0.0)
    (array([[0.],
           [1.]]), array([[0.5],
           [2. ]]))
    """
    if not low < high:
        raise ValueError(f"scale_to_range: low must be below high, they are {low:g} and {high:g}")
    minimum = x_train.min(axis=0).astype(np.float64)
    span = x_train.max(axis=0) - minimum
    span = np.where(span == 0, 1.0, span)
    t_train, t_test = (x_train - minimum) / span, (x_test - minimum) / span
    # In this form the ends are met exactly, while `low + (high - low) * t` can miss `high` by a rounding.
    scaled_train, scaled_test = low * (1.0 - t_train) + high * t_train, low * (1.0 - t_test) + high * t_test
    return scaled_train.astype(x_train.dtype), scaled_test.astype(x_test.dtype)


@takes(images_train="finite array (N, H, W, C)", images_test="finite array (M, P, Q, C)")
def subtract_channel_mean(images_train: Array, images_test: Array) -> Both:
    """Both sets of images with the training mean of each channel subtracted: C numbers in all.

    `(N, H, W, C)` and `(M, P, Q, C)`: the test images may have another size (Simonyan & Zisserman 2015).
    """
    mean = images_train.mean(axis=(0, 1, 2), dtype=np.float64)
    return (images_train - mean).astype(images_train.dtype), (images_test - mean).astype(images_test.dtype)


@takes(images="finite array (N, H, W, C)", eps="real (0, inf)")
def per_image_normalize(images: Array, eps: float = 1e-5) -> Array:
    """Each image on its own to mean 0 and variance 1 over its pixels and channels, `(N, H, W, C)`.

    `(image - mean) / sqrt(var + eps)`: light and contrast go, and an image of one grey becomes 0. Nothing is learned
    from the training set, so there is nothing to hand on to the test set.
    """
    mean = images.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float64)
    var = images.var(axis=(1, 2, 3), keepdims=True, dtype=np.float64)
    normalized: Array = (images - mean) / np.sqrt(var + eps)
    return normalized.astype(images.dtype)


@takes(x="finite array (N, D)")
def principal_axes(x: Array) -> tuple[Array, Array, Array]:
    """The mean `(D,)` of `x`, its principal axes as the columns of `(D, D)`, and the variances along them, falling.

    All float64, variances over N. The largest entry of each axis is positive, which settles its sign. With fewer than
    D + 1 examples the last axes have no variance and are any that complete the basis.

    The axes come from the singular values of the centred data, not from the eigenvectors of its covariance: forming the
    covariance squares the data, and an axis whose deviation is 1e-8 of the largest would drown in the rounding. QR
    comes first because R, with at most D rows, has the singular values and axes of all N.

    >>> mean, axes, variances = principal_axes(np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]))
    >>> mean, axes[:, 0].round(6), abs(variances.round(6))
    (array([2., 2.]), array([0.707107, 0.707107]), array([5.333333, 0.      ]))
    """
    n, d = x.shape
    mean = x.mean(axis=0, dtype=np.float64)
    r = np.linalg.qr(x - mean, mode="r")
    _, singular_values, rows = np.linalg.svd(r)
    axes = rows.T * np.sign(rows[np.arange(d), np.abs(rows).argmax(axis=1)])
    variances = np.zeros(d)
    variances[: len(singular_values)] = singular_values**2 / n
    return mean, axes, variances


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)", k="whole [1, inf)")
def pca(x_train: Array, x_test: Array, k: int) -> Both:
    """Both sets on the first `k` principal axes of the training set: `(N, k)` and `(M, k)`, uncorrelated in training.

    `(x - mean) @ axes[:, :k]`, all of it learned from `x_train` (Pearson 1901; Hotelling 1933). Raises `ValueError` if
    `k` is above D.
    """
    mean, axes, _ = principal_axes(x_train)
    if k > len(axes):
        raise ValueError(f"pca: k must be at most the number of features, {len(axes)}, not {k}")
    first = axes[:, :k]
    return ((x_train - mean) @ first).astype(x_train.dtype), ((x_test - mean) @ first).astype(x_test.dtype)


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)", eps="real (0, inf)")
def whiten(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    """Both sets on the principal axes of the training set, each divided by its standard deviation: PCA whitening.

    `(x - mean) @ axes / sqrt(var + eps)`, `(N, D)` and `(M, D)`, axes by falling variance. In training the features are
    then uncorrelated, with variance `var / (var + eps)`: about 1. Without `eps`, axes that hold nothing but rounding
    errors would be blown up to variance 1 as well.
    """
    mean, axes, variances = principal_axes(x_train)
    whitening = axes / np.sqrt(variances + eps)
    return ((x_train - mean) @ whitening).astype(x_train.dtype), ((x_test - mean) @ whitening).astype(x_test.dtype)


@takes(x_train="finite array (N, D)", x_test="finite array (M, D)", eps="real (0, inf)")
def zca_whiten(x_train: Array, x_test: Array, eps: float = 1e-5) -> Both:
    """Both sets whitened as by `whiten`, then turned back to the original axes, so that images still look like images.

    `(x - mean) @ axes / sqrt(var + eps) @ axes.T`, `(N, D)` and `(M, D)`: of all whitenings the one that moves the
    points least (Bell & Sejnowski 1997; Kessy et al. 2018).
    """
    mean, axes, variances = principal_axes(x_train)
    whitening = axes / np.sqrt(variances + eps) @ axes.T
    return ((x_train - mean) @ whitening).astype(x_train.dtype), ((x_test - mean) @ whitening).astype(x_test.dtype)


@takes(n_classes="whole [1, inf)", y="labels (N) below n_classes")
def class_weights(y: NDArray[np.integer], n_classes: int) -> NDArray[np.float64]:
    """Weights `(C,)` that let every class count the same in a loss: `N / (C * count)`, 0 for a class without examples.

    They average to 1 over the examples when every class is present.

    >>> class_weights(np.array([0, 0, 0, 1]), 2)
    array([0.66666667, 2.        ])
    """
    counts = np.bincount(y.astype(np.intp), minlength=n_classes)
    return np.divide(len(y), n_classes * counts, out=np.zeros(n_classes), where=counts > 0)
