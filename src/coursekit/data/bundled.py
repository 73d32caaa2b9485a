"""Real data sets that lie in the package. Where each comes from stands in the README beside this file."""

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """1797 handwritten digits: `x`, `(1797, 64)`, 8x8 grey values 0..16 (16 is ink), and `y`, `(1797,)`, 0..9.

    `x.reshape(-1, 8, 8)` are the images, row 0 at the top. Fresh arrays at each call. The order is
    the source's, writers one after another: shuffle before splitting. Source: the test part of "Optical
    Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0), in the copy
    that scikit-learn carries.
    """
    with (files("coursekit.data") / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["x"].astype(np.float64), arrays["y"].astype(np.int64)
