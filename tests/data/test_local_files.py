"""Small files of the published formats, made here: what is read from them, and what is said of damaged ones."""

import gzip
import hashlib
import io
import struct
import tarfile

import numpy as np
import pytest

from coursekit import data
from coursekit.data import local_files

PARTS = {"train": 5, "t10k": 3}


def idx(array):
    """An idx file of uint8."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def mnist_contents(seed=0):
    rng = np.random.default_rng(seed)
    contents = {}
    for part, n in PARTS.items():
        contents[f"{part}-images-idx3-ubyte"] = idx(rng.integers(0, 256, (n, 28, 28), np.uint8))
        contents[f"{part}-labels-idx1-ubyte"] = idx(rng.integers(0, 10, n, np.uint8))
    return contents


def write_mnist(folder, contents=None, *, zipped=True, dotted=False, sub="."):
    place = folder / sub
    place.mkdir(parents=True, exist_ok=True)
    for name, content in (contents or mnist_contents()).items():
        name = name.replace("-idx", ".idx") if dotted else name
        (place / (f"{name}.gz" if zipped else name)).write_bytes(gzip.compress(content) if zipped else content)
    return folder


def cifar_contents(n=2, seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: b"".join(bytes([rng.integers(10)]) + rng.integers(0, 256, 3072, np.uint8).tobytes() for _ in range(n))
        for name in local_files._CIFAR10
    }


def write_archive(folder, contents, prefix="cifar-10-batches-bin/"):
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return folder


def write_batches(folder, contents, sub="."):
    (folder / sub).mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / sub / name).write_bytes(content)
    return folder


# -- MNIST -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("dotted", [True, False])
@pytest.mark.parametrize("sub", [".", "MNIST/raw"])
def test_mnist_is_read_by_any_of_its_names(tmp_path, zipped, dotted, sub):
    contents = mnist_contents()
    arrays = data.mnist(str(write_mnist(tmp_path, contents, zipped=zipped, dotted=dotted, sub=sub)), verify=False)
    for (x, y), (part, n) in zip((arrays[:2], arrays[2:]), PARTS.items(), strict=True):
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((n, 28, 28, 1), np.uint8, (n,), np.int64)
        assert x.tobytes() == contents[f"{part}-images-idx3-ubyte"][16:]
        assert bytes(y.tolist()) == contents[f"{part}-labels-idx1-ubyte"][8:]
        x[0], y[0] = 0, 0  # the caller's own, writable


def test_the_published_sum_is_that_of_the_contents_zipped_or_not(tmp_path, monkeypatch):
    contents = mnist_contents()
    for name, content in contents.items():
        monkeypatch.setitem(local_files._MNIST, name, hashlib.md5(content).hexdigest())
    for zipped in (True, False):
        folder = tmp_path / str(zipped)
        assert len(data.mnist(write_mnist(folder, contents, zipped=zipped))[0]) == 5
    other = contents | {"t10k-labels-idx1-ubyte": idx(np.array([0, 0, 0], np.uint8))}
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte.gz cannot be used: its MD5 sum is .*verify=False"):
        data.mnist(write_mnist(tmp_path / "other", other))


def test_small_files_are_not_the_published_ones(tmp_path):
    with pytest.raises(ValueError, match="not the published 6bbc9ace898e44ae57da46a324031adb"):
        data.mnist(write_mnist(tmp_path))


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (IMAGES, lambda content: content[:-1], "its header promises 3920 bytes, it holds fewer"),
        (IMAGES, lambda content: content + b"x", "its header promises 3920 bytes, it holds more"),
        (IMAGES, lambda content: b"", "it does not begin as an idx file of bytes in 3 dimension"),
        (IMAGES, lambda content: content[:9], "it does not begin as an idx file of bytes in 3 dimension"),
        (IMAGES, lambda content: b"\0\0\x0d\3" + content[4:], "it does not begin as an idx file of bytes in 3"),
        (IMAGES, lambda content: mnist_contents()[LABELS], "it does not begin as an idx file of bytes in 3 dimension"),
        (
            IMAGES,
            lambda content: idx(np.zeros((5, 8, 8), np.uint8)),
            "its header says 5 x 8 x 8 values, allowed is N x 28 x 28",
        ),
        (IMAGES, lambda content: idx(np.zeros((0, 28, 28), np.uint8)), "its header says 0 x 28 x 28 values"),
        (IMAGES, lambda content: content[:4] + b"\xff\xff\xff\xff" + content[8:], "its header says 4294967295 x 28 x"),
        (LABELS, lambda content: idx(np.zeros(4, np.uint8)), "it holds 4 labels for 5 images"),
        (LABELS, lambda content: idx(np.full(5, 10, np.uint8)), r"it holds label 10, labels are 0\.\.9"),
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_damaged_file_is_named(tmp_path, name, damage, message, zipped):
    contents = mnist_contents()
    folder = write_mnist(tmp_path, contents | {name: damage(contents[name])}, zipped=zipped)
    with pytest.raises(ValueError, match=rf"mnist: .*{name}.* cannot be used: {message}.*; get it from yann") as caught:
        data.mnist(folder, verify=False)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[:-8] + b"\0\0\0\0" + packed[-4:],  # gzip's own check sum
        lambda packed: b"not gzip at all",
        lambda packed: packed[:10] + b"\xff" * 20 + packed[30:],  # no block of deflate begins so
        lambda packed: b"",
    ],
    ids=["cut off", "wrong sum", "not gzip", "bytes changed", "empty"],
)
def test_a_damaged_gzip_is_named(tmp_path, damage):
    path = write_mnist(tmp_path) / f"{IMAGES}.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"mnist: .*{IMAGES}.gz cannot be used: .*; get it from yann") as caught:
        data.mnist(tmp_path, verify=False)
    assert "\n" not in str(caught.value)


def test_what_follows_the_promised_bytes_is_not_unpacked(tmp_path, monkeypatch):
    contents = mnist_contents()
    folder = write_mnist(tmp_path, contents | {IMAGES: contents[IMAGES] + bytes(2**24)})
    asked = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size=-1: (asked.append(size), read(self, size))[1])
    with pytest.raises(ValueError, match="it holds more"):
        data.mnist(folder, verify=False)
    assert asked == [16, 5 * 28 * 28 + 1]


def test_missing_files_are_named_with_where_to_get_them(tmp_path):
    (write_mnist(tmp_path) / f"{LABELS}.gz").unlink()
    with pytest.raises(FileNotFoundError, match=rf"mnist: .* lacks {LABELS} \(.gz or not\); get it from yann"):
        data.mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"mnist: there is no folder .*nowhere; put the files there, from yann"):
        data.mnist(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="mnist: folder must be a path, not 3"):
        data.mnist(3)


# -- CIFAR-10 --------------------------------------------------------------------------------------------------------

PLACES = {
    "archive": write_archive,
    "archive without folder": lambda folder, contents: write_archive(folder, contents, prefix=""),
    "unpacked": lambda folder, contents: write_batches(folder, contents, "cifar-10-batches-bin"),
    "files": write_batches,
}


@pytest.mark.parametrize("place", PLACES)
def test_cifar10_is_read_from_archive_and_files(tmp_path, place):
    contents = cifar_contents()
    x_train, y_train, x_test, y_test = data.cifar10(PLACES[place](tmp_path, contents), verify=False)
    assert (x_train.shape, x_train.dtype, y_train.shape, y_train.dtype) == ((10, 32, 32, 3), np.uint8, (10,), np.int64)
    assert (x_test.shape, y_test.shape) == ((2, 32, 32, 3), (2,))
    assert x_train.flags.c_contiguous
    assert x_train.flags.writeable
    record = contents["data_batch_3.bin"][3073:]  # the second of the third batch
    assert y_train[5] == record[0]
    for row, column, channel in [(0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1), (31, 30, 2)]:
        assert x_train[5, row, column, channel] == record[1 + 1024 * channel + 32 * row + column]
    np.testing.assert_array_equal(y_test, [contents["test_batch.bin"][0], contents["test_batch.bin"][3073]])


def test_cifar10_sums(tmp_path, monkeypatch):
    contents = cifar_contents()
    with pytest.raises(ValueError, match=r"data_batch_1.bin cannot be used: its MD5 sum is .*verify=False"):
        data.cifar10(write_archive(tmp_path, contents))
    for name, content in contents.items():
        monkeypatch.setitem(local_files._CIFAR10, name, hashlib.md5(content).hexdigest())
    assert len(data.cifar10(tmp_path)[0]) == 10


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"it is not 1\.\.10000 records of 3073 bytes"),
        (bytes(3072), r"it is not 1\.\.10000 records of 3073 bytes"),
        (bytes(3073 * 10_001), r"it is not 1\.\.10000 records of 3073 bytes"),
        (b"\x0a" + bytes(3072), r"it holds label 10, labels are 0\.\.9"),
    ],
)
def test_a_damaged_batch_is_named(tmp_path, place, content, message):
    folder = PLACES[place](tmp_path, cifar_contents(1) | {"data_batch_2.bin": content})
    with pytest.raises(ValueError, match=rf"cifar10: .*data_batch_2.bin cannot be used: {message}; get it from www.cs"):
        data.cifar10(folder, verify=False)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: b"not gzip at all",
        lambda packed: gzip.compress(b"no tar inside" * 100),
        lambda packed: gzip.compress(b""),
        lambda packed: packed[:10] + b"\xff" * 20 + packed[30:],  # no block of deflate begins so
        lambda packed: b"",
    ],
    ids=["cut off", "not gzip", "not tar", "empty tar", "bytes changed", "empty"],
)
def test_a_damaged_archive_is_named(tmp_path, damage):
    path = write_archive(tmp_path, cifar_contents()) / "cifar-10-binary.tar.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(
        ValueError, match=r"cifar10: .*cifar-10-binary.tar.gz cannot be used: .*; get it from"
    ) as caught:
        data.cifar10(tmp_path, verify=False)
    assert "\n" not in str(caught.value)


def test_an_archive_that_lacks_a_batch(tmp_path):
    contents = cifar_contents()
    del contents["test_batch.bin"]
    with pytest.raises(ValueError, match=r"cannot be used: it lacks test_batch.bin"):
        data.cifar10(write_archive(tmp_path, contents), verify=False)


def test_an_archive_that_unpacks_to_more_than_the_set_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(local_files, "_CIFAR10_MOST", 2)
    bomb = {"padding": bytes(2**21)} | cifar_contents()
    with pytest.raises(ValueError, match="cannot be used: it unpacks to more than the set holds"):
        data.cifar10(write_archive(tmp_path, bomb), verify=False)


def test_a_link_out_of_the_archive_is_not_followed(tmp_path):
    contents = cifar_contents()
    del contents["test_batch.bin"]
    with tarfile.open(write_archive(tmp_path, contents) / "cifar-10-binary.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("test_batch.bin")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(ValueError, match=r"cannot be used: it lacks .*test_batch.bin"):
        data.cifar10(tmp_path, verify=False)


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", "cifar-10-batches-py", "data_batch_1"])
def test_pickles_are_refused(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(
        ValueError, match=rf"cifar10: .*{name} is the Python version, made of pickles, .* binary version"
    ):
        data.cifar10(tmp_path)


def test_nothing_found(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"cifar10: .* holds neither cifar-10-binary.tar.gz nor data_batch_1.bin"
    ):
        data.cifar10(tmp_path)
    with pytest.raises(FileNotFoundError, match="cifar10: there is no folder"):
        data.cifar10(tmp_path / "nowhere")


def test_the_classes_have_names():
    assert len(set(data.CIFAR10_CLASSES)) == 10
