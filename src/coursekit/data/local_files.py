"""MNIST and CIFAR-10 from files that the reader has: nothing is downloaded, nothing unpacked to disk, no pickle opened.

Both loaders return `x_train, y_train, x_test, y_test`: images as uint8, `(N, H, W, C)`, since as float64 CIFAR-10 would
fill 1.5 GB (take the part you need and divide by 255), and labels as int64, `(N,)`. Nothing is read beyond what a file
of the set may hold, whatever its header promises.

Each file's contents are compared with the MD5 sum of the published ones, unzipped, so it does not matter who zipped
them. `verify=False` leaves that out, for a smaller selection or another set in the same form (Fashion-MNIST, say).
"""

import gzip
import hashlib
import math
import os
import struct
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

#: The classes of `cifar10`, by label.
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

#: The published files and the MD5 sums of their contents, unzipped.
_MNIST = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_CIFAR10 = {
    "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
    "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
    "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
    "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
    "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
    "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
}
_MNIST_SOURCE = "yann.lecun.com/exdb/mnist, or its mirrors, such as the one that PyTorch's torchvision uses"
_CIFAR10_SOURCE = "www.cs.toronto.edu/~kriz/cifar.html, as the binary version, cifar-10-binary.tar.gz"
#: The most that a file may hold: images of MNIST, records of a CIFAR-10 batch (a label and 3 x 32 x 32 pixels).
_MNIST_MOST, _CIFAR10_MOST, _RECORD = 60_000, 10_000, 1 + 3 * 32 * 32


def mnist(folder: str | os.PathLike[str], *, verify: bool = True) -> tuple[Images, Labels, Images, Labels]:
    """The handwritten digits of MNIST (LeCun et al. 1998): 60000 and 10000 images `(N, 28, 28, 1)`, labels 0..9.

    `folder` holds the four files under their published names, `train-images-idx3-ubyte` and so on, gzipped (`.gz`) or
    not, also with a dot before `idx`; in `MNIST/raw` below it they are found too. Raises `FileNotFoundError` where one
    is missing and `ValueError` where one is damaged or, unless `verify` is False, not the published one.
    """
    paths = _find_idx_files(_folder("mnist", folder))
    arrays: dict[str, Images] = {}
    for name, path in paths.items():
        with _blamed_on("mnist", path, _MNIST_SOURCE):
            arrays[name] = _read_idx(path, (28, 28) if "images" in name else (), _MNIST[name] if verify else None)
    parts: list[NDArray[np.integer]] = []
    for part in ("train", "t10k"):
        x, y = arrays[f"{part}-images-idx3-ubyte"], arrays[f"{part}-labels-idx1-ubyte"]
        with _blamed_on("mnist", paths[f"{part}-labels-idx1-ubyte"], _MNIST_SOURCE):
            if len(x) != len(y):
                raise _DamagedError(f"it holds {len(y)} labels for {len(x)} images")
            _check_labels(y)
        parts += [x[..., None], y.astype(np.int64)]
    x_train, y_train, x_test, y_test = parts
    return x_train, y_train, x_test, y_test  # type: ignore[return-value]


def cifar10(folder: str | os.PathLike[str], *, verify: bool = True) -> tuple[Images, Labels, Images, Labels]:
    """The small colour photographs of CIFAR-10 (Krizhevsky 2009): 50000 and 10000 images `(N, 32, 32, 3)`, labels 0..9.

    `CIFAR10_CLASSES` names the labels; channels are red, green, blue. `folder` holds the binary version: the archive
    `cifar-10-binary.tar.gz`, the folder `cifar-10-batches-bin`, or its six `.bin` files themselves. The Python version
    is refused, since its files are pickles, and opening a pickle can run any code. Raises `FileNotFoundError` where
    nothing is found and `ValueError` where a file is damaged or, unless `verify` is False, not the published one.
    """
    root = _folder("cifar10", folder)
    archive = root / "cifar-10-binary.tar.gz"
    contents: dict[str, bytes] = {}
    for place in (root, root / "cifar-10-batches-bin"):
        if all((place / name).is_file() for name in _CIFAR10):
            for name in _CIFAR10:
                with _blamed_on("cifar10", place / name, _CIFAR10_SOURCE), (place / name).open("rb") as file:
                    contents[name] = file.read(_CIFAR10_MOST * _RECORD + 1)
            origin = place
            break
    else:
        if not archive.is_file():
            _say_what_is_missing(root)
        with _blamed_on("cifar10", archive, _CIFAR10_SOURCE):
            contents = _read_archive(archive)
        origin = archive
    batches = []
    for name, md5 in _CIFAR10.items():
        with _blamed_on("cifar10", origin / name, _CIFAR10_SOURCE):
            batches.append(_read_batch(contents.pop(name), md5 if verify else None))
    x, y = zip(*batches, strict=True)
    return np.concatenate(x[:-1]), np.concatenate(y[:-1]), x[-1], y[-1]


class _DamagedError(Exception):
    """What is wrong with a file, without its name."""


@contextmanager
def _blamed_on(name: str, path: Path, source: str) -> Iterator[None]:
    """What goes wrong in reading is one line that names the file and says where to get it."""
    try:
        yield
    except (_DamagedError, EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        why = " ".join(str(error).split())
        raise ValueError(f"{name}: {path} cannot be used: {why}; get it from {source}") from error


def _folder(name: str, folder: str | os.PathLike[str]) -> Path:
    if not isinstance(folder, (str, os.PathLike)):
        raise ValueError(f"{name}: folder must be a path, not {folder!r}")
    if not Path(folder).is_dir():
        source = _MNIST_SOURCE if name == "mnist" else _CIFAR10_SOURCE
        raise FileNotFoundError(f"{name}: there is no folder {folder}; put the files there, from {source}")
    return Path(folder)


def _check_sum(contents: bytes, md5: str | None) -> None:
    """Raise if there is a sum to hold the contents to and they do not have it."""
    # Against damage and mix-ups, not against an attacker: MD5 is what the sets are published with.
    if md5 is not None and (found := hashlib.md5(contents, usedforsecurity=False).hexdigest()) != md5:
        raise _DamagedError(f"its MD5 sum is {found}, not the published {md5} (verify=False takes it all the same)")


def _check_labels(y: NDArray[np.integer]) -> None:
    if y.max() > 9:
        raise _DamagedError(f"it holds label {y.max()}, labels are 0..9")


# -- MNIST: https://yann.lecun.com/exdb/mnist, "the IDX file format" -------------------------------------------------


def _find_idx_files(root: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name in _MNIST:
        stems = (name, name.replace("-idx", ".idx"))
        candidates = (root / sub / f"{stem}{end}" for sub in ("", "MNIST/raw") for stem in stems for end in ("", ".gz"))
        if path := next((path for path in candidates if path.is_file()), None):
            found[name] = path
    missing = [name for name in _MNIST if name not in found]
    if missing:
        raise FileNotFoundError(f"mnist: {root} lacks {', '.join(missing)} (.gz or not); get it from {_MNIST_SOURCE}")
    return found


def _read_idx(path: Path, shape: tuple[int, ...], md5: str | None) -> NDArray[np.uint8]:
    """The uint8 array `(N, *shape)` of an idx file: a magic number, the sizes as big-endian int32, then the values."""
    dims = 1 + len(shape)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        head = file.read(4 + 4 * dims)
        if len(head) < 4 + 4 * dims or head[:4] != bytes([0, 0, 8, dims]):
            raise _DamagedError(f"it does not begin as an idx file of bytes in {dims} dimension(s)")
        n, *rest = struct.unpack(f">{dims}I", head[4:])
        if tuple(rest) != shape or not 1 <= n <= _MNIST_MOST:
            says, allowed = (" x ".join(map(str, sizes)) for sizes in ((n, *rest), ("N", *shape)))
            raise _DamagedError(f"its header says {says} values, allowed is {allowed} with N in 1..{_MNIST_MOST}")
        size = n * math.prod(shape)
        values = file.read(size + 1)  # one more: to see that it ends there, and to have gzip check its sum
    if len(values) != size:
        raise _DamagedError(f"its header promises {size} bytes, it holds {'fewer' if len(values) < size else 'more'}")
    _check_sum(head + values, md5)
    return np.frombuffer(values, np.uint8).reshape(n, *shape).copy()  # writable


# -- CIFAR-10: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version" -----------------------------------------


def _say_what_is_missing(root: Path) -> None:
    python = ("cifar-10-python.tar.gz", "cifar-10-batches-py", "data_batch_1")
    found = next((name for name in python if (root / name).exists()), None)
    if found is not None:
        raise ValueError(
            f"cifar10: {root / found} is the Python version, made of pickles, which can run any code when opened; "
            f"get the set from {_CIFAR10_SOURCE}"
        )
    raise FileNotFoundError(
        f"cifar10: {root} holds neither cifar-10-binary.tar.gz nor {', '.join(_CIFAR10)}; get it from {_CIFAR10_SOURCE}"
    )


class _AtMost:
    """A file that ends in an error after `limit` bytes, so that no archive unpacks to more than the set holds."""

    def __init__(self, file: gzip.GzipFile, limit: int) -> None:
        self._file, self._left = file, limit

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _DamagedError("it unpacks to more than the set holds")
        return data


def _read_archive(path: Path) -> dict[str, bytes]:
    """The contents of the six batches in the archive, wherever in it they lie."""
    contents: dict[str, bytes] = {}
    limit = len(_CIFAR10) * _CIFAR10_MOST * _RECORD + 2**20  # and a megabyte for headers, class names and a readme
    with gzip.open(path) as file, tarfile.open(fileobj=_AtMost(file, limit), mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            name = PurePosixPath(member.name).name
            if name in _CIFAR10 and member.isreg():
                extracted = archive.extractfile(member)
                contents[name] = extracted.read(_CIFAR10_MOST * _RECORD + 1) if extracted else b""
    missing = [name for name in _CIFAR10 if name not in contents]
    if missing:
        raise _DamagedError(f"it lacks {', '.join(missing)}")
    return contents


def _read_batch(contents: bytes, md5: str | None) -> tuple[Images, Labels]:
    """Images and labels of records of one byte for the label and 1024 each for red, green and blue, row by row."""
    n, rest = divmod(len(contents), _RECORD)
    if rest or not 1 <= n <= _CIFAR10_MOST:
        raise _DamagedError(f"it is not 1..{_CIFAR10_MOST} records of {_RECORD} bytes")
    _check_sum(contents, md5)
    records = np.frombuffer(contents, np.uint8).reshape(n, _RECORD)
    _check_labels(records[:, 0])
    images = records[:, 1:].reshape(n, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), records[:, 0].astype(np.int64)
