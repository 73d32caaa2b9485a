"""Warped images: values between pixels, and what needs them: zoom, rotation, shift and elastic distortion.

Images are `(N, H, W, C)`, row 0 at the top. Each draws its own amount from `rng`, evenly between the bounds; two equal
bounds give that very amount. Beyond an image's edge all is 0, so augment before the mean is taken off. Whole-number
images come out as float64, floating ones keep their dtype.
"""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]


@takes(images="array (N, H, W, C)", rows="finite array (N, P, Q)", columns="finite array (N, P, Q)")
def sample_at(images: Array, rows: Array, columns: Array) -> Array:
    """The values of each image at positions between its pixels, `(N, P, Q, C)`, by bilinear interpolation.

    Output pixel `(p, q)` of image `i` is read at row `rows[i, p, q]` and column `columns[i, p, q]`, in pixels from 0 at
    the centre of the first one. An image fades to 0 within one pixel beyond its edge.

    >>> image = np.array([[0.0, 10.0], [20.0, 30.0]]).reshape(1, 2, 2, 1)
    >>> sample_at(image, np.array([[[0.0, 0.5, 0.5]]]), np.array([[[0.5, 0.5, 1.5]]])).ravel()
    array([ 5., 15., 10.])
    """
    n, height, width, _ = images.shape
    edged = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns = np.clip(rows, -1, height) + 1, np.clip(columns, -1, width) + 1
    top, left = np.minimum(rows.astype(np.intp), height), np.minimum(columns.astype(np.intp), width)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    each = np.arange(n)[:, None, None]
    upper = (1.0 - right) * edged[each, top, left] + right * edged[each, top, left + 1]
    lower = (1.0 - right) * edged[each, top + 1, left] + right * edged[each, top + 1, left + 1]
    values: Array = (1.0 - down) * upper + down * lower
    return values.astype(images.dtype)


@takes(images="array (N, H, W, C)", rng="rng", low="real (0, inf)", high="real (0, inf)")
def zoom(images: Array, rng: np.random.Generator, low: float = 0.8, high: float = 1.25) -> Array:
    """Each of the images `(N, H, W, C)` zoomed about its centre by a factor between `low` and `high`.

    The size in pixels stays. A factor above 1 loses what it pushes over the edge; one below 1 leaves a border of zeros.
    Raises `ValueError` if `low` is above `high`.
    """
    scale = 1.0 / _amounts("zoom", low, high, rng, len(images))
    zeros = np.zeros(len(images))
    return _affine(images, [[scale, zeros], [zeros, scale]], [zeros, zeros])


@takes(images="array (N, H, W, C)", rng="rng", low="real (-inf, inf)", high="real (-inf, inf)")
def rotate(images: Array, rng: np.random.Generator, low: float = -15.0, high: float = 15.0) -> Array:
    """Each of the images `(N, H, W, C)` turned counter-clockwise about its centre, by `low` to `high` degrees.

    Raises `ValueError` if `low` is above `high`.
    """
    angle = np.deg2rad(_amounts("rotate", low, high, rng, len(images)))
    cos, sin, zeros = np.cos(angle), np.sin(angle), np.zeros(len(images))
    return _affine(images, [[cos, sin], [-sin, cos]], [zeros, zeros])


@takes(images="array (N, H, W, C)", rng="rng", low="real (-inf, inf)", high="real (-inf, inf)")
def shift(images: Array, rng: np.random.Generator, low: float = -2.0, high: float = 2.0) -> Array:
    """Each of the images `(N, H, W, C)` moved down by one amount and right by another, both `low` to `high` pixels.

    Raises `ValueError` if `low` is above `high`.
    """
    down, right = (_amounts("shift", low, high, rng, len(images)) for _ in range(2))
    ones, zeros = np.ones(len(images)), np.zeros(len(images))
    return _affine(images, [[ones, zeros], [zeros, ones]], [-down, -right])


@takes(images="array (N, H, W, C)", rng="rng", alpha="real [0, inf)", sigma="real (0, inf)")
def elastic_distortion(images: Array, rng: np.random.Generator, alpha: float = 34.0, sigma: float = 4.0) -> Array:
    """Each of the images `(N, H, W, C)` bent as if drawn on rubber (Simard et al. 2003).

    Every pixel takes its value from a place a little beside its own.

    Two fields of numbers from U(-1, 1), one for rows and one for columns, are smoothed by a Gaussian of `sigma` pixels
    and multiplied by `alpha`. The root mean square of either displacement is then about `0.16 * alpha / sigma` pixels
    for a sigma of a pixel or more. The defaults are the paper's, for characters of about 28x28 pixels.
    """
    n, height, width, _ = images.shape
    reach = int(np.ceil(3.0 * sigma))
    # Noise from beyond the edge too, so that pixels there move as far as those in the middle.
    noise = rng.uniform(-1.0, 1.0, (2, n, height + 2 * reach, width + 2 * reach))
    d_rows, d_columns = alpha * (_smoothing(height, reach, sigma) @ noise @ _smoothing(width, reach, sigma).T)
    return sample_at(images, np.arange(height)[:, None] + d_rows, np.arange(width) + d_columns)


def _smoothing(size: int, reach: int, sigma: float) -> Array:
    """The matrix `(size, size + 2 * reach)` whose rows are a Gaussian, each one place further right; they sum to 1."""
    distance = np.arange(size + 2 * reach) - reach - np.arange(size)[:, None]
    bell = np.where(np.abs(distance) <= reach, np.exp(-0.5 * (distance / sigma) ** 2), 0.0)
    weights: Array = bell / bell.sum(axis=1, keepdims=True)
    return weights


def _amounts(name: str, low: float, high: float, rng: np.random.Generator, n: int) -> Array:
    if low > high:
        raise ValueError(f"{name}: low must be at most high, they are {low:g} and {high:g}")
    return rng.uniform(low, high, n)


def _affine(images: Array, matrix: list[list[Array]], offset: list[Array]) -> Array:
    """The images read at `matrix @ (row, column) + offset`, rows and columns from the centre; entries are `(N,)`."""
    _, height, width, _ = images.shape
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    row, column = np.arange(height)[:, None] - middle_row, np.arange(width) - middle_column
    (a, b), (c, d), (e, f) = ([entry[:, None, None] for entry in pair] for pair in (*matrix, offset))
    return sample_at(images, a * row + b * column + e + middle_row, c * row + d * column + f + middle_column)
