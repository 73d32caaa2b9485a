import hashlib
import zipfile
from importlib.resources import files

import numpy as np

from coursekit.data import digits

#: Of the pixels and labels as bytes; `make_digits.py` prints it.
SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_digits_are_the_ones_of_the_source():
    x, y = digits()
    assert hashlib.sha256(x.astype(np.uint8).tobytes() + y.astype(np.uint8).tobytes()).hexdigest() == SHA256


def test_shapes_dtypes_and_ranges():
    x, y = digits()
    assert (x.shape, x.dtype, x.min(), x.max()) == ((1797, 64), np.float64, 0, 16)
    assert (y.shape, y.dtype) == ((1797,), np.int64)
    np.testing.assert_array_equal(np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


def test_each_call_gives_its_own_arrays():
    x, _ = digits()
    x[:] = -1.0
    assert digits()[0].min() == 0


def test_the_file_is_small_holds_no_code_and_its_source_is_named():
    path = files("coursekit.data") / "digits.npz"
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["x.npy", "y.npy"]
    assert len(path.read_bytes()) < 60_000
    readme = (files("coursekit.data") / "README.md").read_text(encoding="utf-8")
    for words in ("digits.npz", "Alpaydin", "Kaynak", "UCI", "CC BY 4.0"):
        assert words in readme
