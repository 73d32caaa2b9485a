import hashlib
import zipfile
from importlib.resources import files

import numpy as np
import pytest

from coursekit import data

#: For each set: how to get it, what its values are multiplied by to be whole numbers, and the sum of values and labels
#: as bytes, which `make_bundled.py` prints.
SETS = {
    "digits": (data.digits, 1, "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"),
    "iris": (data.iris, 10, "5befe0734718d3fe7febc71e7833fbb4bfbfc15ec829d49f70a0af3a4bc67d38"),
}
every_set = pytest.mark.parametrize("name", SETS)


def test_the_table_holds_every_file():
    folder = files("coursekit.data")
    assert {f"{name}.npz" for name in SETS} == {p.name for p in folder.iterdir() if p.name.endswith(".npz")}


@every_set
def test_they_are_the_ones_of_the_source(name):
    load, factor, sha256 = SETS[name]
    x, y = load()
    whole = np.rint(x * factor).astype(np.uint8)
    np.testing.assert_array_equal(whole / factor, x)
    assert hashlib.sha256(whole.tobytes() + y.astype(np.uint8).tobytes()).hexdigest() == sha256


@every_set
def test_each_call_gives_its_own_arrays(name):
    load = SETS[name][0]
    x, y = load()
    assert (x.dtype, y.dtype) == (np.float64, np.int64)
    x[:], y[:] = -1.0, -1
    assert load()[0].min() >= 0
    assert load()[1].min() == 0


@every_set
def test_the_file_is_small_and_holds_no_code(name):
    path = files("coursekit.data") / f"{name}.npz"
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["x.npy", "y.npy"]
    assert len(path.read_bytes()) < 60_000


@pytest.mark.parametrize(
    "words", ["digits.npz", "Alpaydin", "Kaynak", "10.24432/C50P49", "iris.npz", "Fisher", "10.24432/C56C76", "CC BY"]
)
def test_the_sources_are_named(words):
    assert words in (files("coursekit.data") / "README.md").read_text(encoding="utf-8")


def test_digits():
    x, y = data.digits()
    assert (x.shape, x.min(), x.max()) == ((1797, 64), 0, 16)
    np.testing.assert_array_equal(np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


def test_iris():
    x, y = data.iris()
    assert (x.shape, x.min(), x.max()) == ((150, 4), 0.1, 7.9)
    np.testing.assert_array_equal(y, np.repeat([0, 1, 2], 50))
    assert (len(data.IRIS_FEATURES), len(data.IRIS_SPECIES)) == (4, 3)
    # As Fisher printed them; the copy at UCI has 0.1 for the first one's petal width, 3.1 and 1.5 in the second.
    np.testing.assert_array_equal(x[34], [4.9, 3.1, 1.5, 0.2])
    np.testing.assert_array_equal(x[37], [4.9, 3.6, 1.4, 0.1])
    np.testing.assert_allclose(x.mean(axis=0), [5.84, 3.06, 3.76, 1.20], atol=0.005)
