"""Models on disk: what is written comes back bit for bit, and what is damaged or foreign is said in one line."""

import os
import zipfile

import numpy as np
import pytest

from coursekit.nn import BatchNorm, Linear, ReLU, Sequential


def net(seed=0, dtype=np.float64, width=4):
    rng = np.random.default_rng(seed)
    return Sequential(Linear(3, width), BatchNorm(width), ReLU(), Linear(width, 2), rng=rng, dtype=dtype)


def used(model):
    """With running statistics that have moved."""
    model.forward(np.random.default_rng(5).standard_normal((20, 3)), training=True)
    return model


def test_what_is_saved_comes_back_bit_for_bit(tmp_path):
    model, other = used(net(0)), net(1)
    model.save(tmp_path / "model.npz")
    other.load(str(tmp_path / "model.npz"))
    x = np.ones((4, 3))
    np.testing.assert_array_equal(other.params, model.params)
    np.testing.assert_array_equal(other(x), model(x))
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_another_dtype_takes_the_rounded_numbers(tmp_path):
    model, single = used(net(0)), net(1, np.float32)
    model.save(tmp_path / "model.npz")
    single.load(tmp_path / "model.npz")
    assert single.params.dtype == np.float32
    np.testing.assert_array_equal(single.params, model.params.astype(np.float32))


def test_the_file_holds_no_code(tmp_path):
    net().save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} == {"U", "f"}


def test_saving_again_replaces_the_file_or_leaves_it(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    net(0).save(path)
    net(1).save(path)
    twin = net(2)
    twin.load(path)
    np.testing.assert_array_equal(twin.params, net(1).params)

    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        net(3).save(path)
    twin.load(path)
    np.testing.assert_array_equal(twin.params, net(1).params)
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def refused(model, path, message):
    before = model.params.copy(), model.layers[1].state["running_mean"].copy()
    with pytest.raises(ValueError, match=message) as caught:
        model.load(path)
    assert "\n" not in str(caught.value)
    np.testing.assert_array_equal(model.params, before[0])
    np.testing.assert_array_equal(model.layers[1].state["running_mean"], before[1])


def test_every_shortened_file_is_refused_and_changes_nothing(tmp_path):
    model = used(net(0))
    model.save(tmp_path / "model.npz")
    whole = (tmp_path / "model.npz").read_bytes()
    for length in (0, 1, 10, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "short.npz").write_bytes(whole[:length])
        refused(net(1), tmp_path / "short.npz", r"short\.npz is damaged or no model file: ")


def test_a_flipped_byte_in_the_numbers_is_found(tmp_path):
    used(net(0)).save(tmp_path / "model.npz")
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path) as archive:
        inside = archive.getinfo("3.w.npy").header_offset + 180
    content = bytearray(path.read_bytes())
    content[inside] ^= 1
    path.write_bytes(content)
    refused(net(1), path, "damaged or no model file: Bad CRC-32")


@pytest.mark.parametrize("content", [b"", b"no numbers", b"\x93NUMPY", b"PK\x03\x04" + b"x" * 60, b"\x80\x04K\x01."])
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    refused(net(), tmp_path / "other", "damaged or no model file")


def test_an_npz_of_others_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", w=np.ones(3))
    refused(net(), tmp_path / "other.npz", "was not written by save of this version")


def test_pickled_objects_are_not_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    np.savez(tmp_path / "bomb.npz", format=np.array([Bomb()], dtype=object))
    refused(net(), tmp_path / "bomb.npz", "damaged or no model file")
    assert not (tmp_path / "exploded").exists()


def test_another_model_is_told_apart(tmp_path):
    net(width=5).save(tmp_path / "wide.npz")
    refused(net(), tmp_path / "wide.npz", r"holds another model: layer 0 is Linear\(3, 5\) in the file, Linear\(3, 4\)")
    Sequential(Linear(3, 4), rng=np.random.default_rng(0)).save(tmp_path / "short.npz")
    refused(net(), tmp_path / "short.npz", r"layer 1 is missing in the file, BatchNorm\(4\) in the model")


def test_arrays_of_another_shape_are_refused(tmp_path):
    model = net()
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as stored:
        arrays = dict(stored)
    for wrong in ({"3.w": np.ones((4, 3))}, {"3.w": np.ones((4, 2), int)}, {"1.running_var": np.ones(1)}):
        np.savez(tmp_path / "wrong.npz", **(arrays | wrong))
        refused(net(), tmp_path / "wrong.npz", f"is damaged: {next(iter(wrong))} must be floating numbers of shape")
    del arrays["0.b"]
    np.savez(tmp_path / "wrong.npz", **arrays)
    refused(net(), tmp_path / "wrong.npz", "is damaged: 0.b must be")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        net().load(tmp_path / "none.npz")
