"""Real data sets that lie in the package. Where each comes from stands in the README beside this file."""

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Set = tuple[NDArray[np.float64], NDArray[np.int64]]

#: The columns and the classes of `iris`.
IRIS_FEATURES = ("sepal length", "sepal width", "petal length", "petal width")
IRIS_SPECIES = ("setosa", "versicolor", "virginica")


def digits() -> Set:
    """1797 handwritten digits: `x`, `(1797, 64)`, 8x8 grey values 0..16 (16 is ink), and `y`, `(1797,)`, 0..9.

    `x.reshape(-1, 8, 8)` are the images, row 0 at the top. Fresh arrays at each call. The order is
    the source's, writers one after another: shuffle before splitting. Source: the test part of "Optical
    Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0), in the copy
    that scikit-learn carries.
    """
    return _read("digits.npz")


def iris() -> Set:
    """150 iris flowers: `x`, `(150, 4)`, lengths in cm (`IRIS_FEATURES`), and `y`, `(150,)`, 0..2 (`IRIS_SPECIES`).

    Fresh arrays at each call. The species stand one after another, 50 each: shuffle before splitting. Source: Fisher
    (1936), collected by Anderson, in the copy that scikit-learn carries; flowers 35 and 38 are as in the paper, where
    the copy at UCI (CC BY 4.0) is known to differ.

    >>> x, y = iris()
    >>> x[0], IRIS_SPECIES[y[0]]
    (array([5.1, 3.5, 1.4, 0.2]), 'setosa')
    """
    tenths, y = _read("iris.npz")
    return tenths / 10.0, y


def _read(name: str) -> Set:
    with (files("coursekit.data") / name).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["x"].astype(np.float64), arrays["y"].astype(np.int64)
