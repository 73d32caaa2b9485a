"""The folder of the page's Python: what is in it, that it is always the same, and that nothing else is taken for it."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.site import numpy_wheel, python_bundle
from coursekit.site.numpy_wheel import BundleError


def quiet(line: str) -> None:
    """Take a line of progress."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> python_bundle.Bundle:
    return python_bundle.build(tmp_path_factory.mktemp("bundle") / "py", say=quiet)


def wheels(bundle: python_bundle.Bundle) -> dict[str, Path]:
    packages = json.loads(bundle.lock.read_text("utf-8"))["packages"]
    return {name: bundle.folder / entry["file_name"] for name, entry in packages.items()}


def test_the_lock_file_names_what_lies_there(bundle: python_bundle.Bundle) -> None:
    packages = json.loads(bundle.lock.read_text("utf-8"))["packages"]
    assert set(packages) == {"coursekit", "numpy"}
    for name, path in wheels(bundle).items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == packages[name]["sha256"]
    assert packages["numpy"]["version"] == numpy_wheel.VERSION


def test_the_page_gets_what_it_needs_and_no_more(bundle: python_bundle.Bundle) -> None:
    ours = set(zipfile.ZipFile(wheels(bundle)["coursekit"]).namelist())
    assert {"coursekit/__init__.py", "coursekit/browser/compute.py", "coursekit/nn/activations.py"} <= ours
    assert not [name for name in ours if name.split("/")[1] in python_bundle.NOT_IN_A_PAGE]
    numpy = zipfile.ZipFile(wheels(bundle)["numpy"])
    assert "numpy/__init__.py" in numpy.namelist()
    assert not [name for name in numpy.namelist() if "/tests/" in name or name.endswith((".pyi", ".h"))]
    assert wheels(bundle)["numpy"].stat().st_size < 2_800_000
    core = {path.name for path in next(bundle.folder.glob("pyodide-*/")).iterdir()}
    assert core == set(python_bundle.CORE)
    assert "coursekit/jupyter/view.py" in zipfile.ZipFile(bundle.wheel).namelist()  # the full one, for notebooks


@pytest.mark.parametrize("name", ["numpy", "coursekit"])
def test_a_wheel_made_small_lists_its_own_files(bundle: python_bundle.Bundle, name: str) -> None:
    archive = zipfile.ZipFile(wheels(bundle)[name])
    record = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/RECORD"))
    rows = [row.partition(",")[0] for row in archive.read(record).decode().splitlines()]
    assert set(rows) == set(archive.namelist())


def test_a_second_build_is_the_same_byte_for_byte_and_removes_what_is_stale(
    bundle: python_bundle.Bundle, tmp_path: Path
) -> None:
    again = tmp_path / "py"
    (again / "old").mkdir(parents=True)
    (again / "old" / "coursekit-0.0.1-py3-none-any.whl").write_bytes(b"stale")
    python_bundle.build(again, wheel=bundle.wheel, say=quiet)

    def content(folder: Path) -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert content(again) == content(bundle.folder)
    assert not (again / "old").exists()
    before = {path: path.stat().st_mtime_ns for path in again.rglob("*") if path.is_file()}
    python_bundle.build(again, wheel=bundle.wheel, say=quiet)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_numpy_is_taken_from_a_folder_and_only_if_it_is_the_very_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: python_bundle.Bundle
) -> None:
    vendor, store = tmp_path / "vendor", tmp_path / "store"
    vendor.mkdir()
    nothing: Callable[[Path], None] = lambda out: (_ for _ in ()).throw(OSError("no network"))  # noqa: E731
    monkeypatch.setattr(numpy_wheel, "_from_npm", nothing)
    monkeypatch.setattr(numpy_wheel, "_from_official", nothing)
    monkeypatch.setenv(numpy_wheel.VENDOR_VARIABLE, str(vendor))
    (vendor / numpy_wheel.FILE_NAME).write_bytes(b"not NumPy")
    with pytest.raises(BundleError, match=r"refused, its sha256 is .* put the file into a folder") as told:
        numpy_wheel.fetch(store, say=quiet)
    assert "\n" not in str(told.value)
    assert "no network" in str(told.value)
    genuine = python_bundle.REPOSITORY / ".setup" / numpy_wheel.FILE_NAME
    (vendor / numpy_wheel.FILE_NAME).write_bytes(genuine.read_bytes())
    assert numpy_wheel.fetch(store, say=quiet).read_bytes() == genuine.read_bytes()
    monkeypatch.delenv(numpy_wheel.VENDOR_VARIABLE)
    assert numpy_wheel.fetch(store, say=quiet) == store / numpy_wheel.FILE_NAME  # kept
