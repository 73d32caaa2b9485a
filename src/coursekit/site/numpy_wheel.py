"""NumPy's wheel for Pyodide: pinned by its hash, taken from the first source that answers, made small for a page."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

VERSION = "2.2.5"
FILE_NAME = f"numpy-{VERSION}-cp313-cp313-pyodide_2025_0_wasm32.whl"
SHA256 = "125230b4c3ecd08803e5c43f1162e017c0718d9f253146225a705a952b9c16c2"

#: A folder that has the wheel, for machines without a network.
VENDOR_VARIABLE = "COURSEKIT_VENDOR"
#: An npm package that carries the very same file, and where it lies in it. Nothing else of it is used.
NPM_PACKAGE = "@bentopdf/pymupdf-wasm@0.11.16"
NPM_MEMBER = f"package/assets/{FILE_NAME}"
#: Pyodide's own distribution.
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v0.28.0a3/full/{FILE_NAME}"

#: Stubs, headers and static libraries: for compilers and editors.
UNNEEDED = (".pyi", ".h", ".a", ".pxd", ".pyx", "conftest.py")

#: Counts the ways in which the wheel has been made small, so that a kept one is made again when the way changes.
RECIPE = 1

Say = Callable[[str], None]


class BundleError(RuntimeError):
    """A part of the page's Python is missing or is not what it should be."""


def slim(store: Path, *, say: Say = print) -> Path:
    """The wheel without type stubs, headers, static libraries, f2py and tests, deflated; kept in `store`."""
    made = store / f"numpy-{SHA256[:12]}-{RECIPE}" / FILE_NAME
    if not made.is_file():
        repack(fetch(store, say=say), made, _needed)
    return made


def _needed(name: str) -> bool:
    parts = name.split("/")
    return not {"tests", "f2py", "include"} & set(parts[:-1]) and not name.endswith(UNNEEDED)


def fetch(store: Path, *, say: Say = print) -> Path:
    """The wheel itself, checked; raises `BundleError` that says which sources were asked and what each answered."""
    kept = store / FILE_NAME
    answers = []
    vendor = os.environ.get(VENDOR_VARIABLE)
    sources: list[tuple[str, Callable[[Path], None]]] = []
    if vendor:
        sources.append((f"the folder {vendor}", lambda out: _copy(Path(vendor) / FILE_NAME, out)))
    sources += [
        ("the project's cache", lambda out: _copy(kept, out)),
        (f"the npm package {NPM_PACKAGE}", _from_npm),
        ("Pyodide's distribution", _from_official),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / FILE_NAME
        for name, source in sources:
            try:
                if "npm" in name or "distribution" in name:
                    say(f"Taking NumPy for the browser from {name} ...")
                source(out)
            except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
                answers.append(f"{name}: {' '.join(str(error).split())[:120]}")
                continue
            found = hashlib.sha256(out.read_bytes()).hexdigest()
            if found == SHA256:
                kept.parent.mkdir(parents=True, exist_ok=True)
                unfinished = kept.with_suffix(f".{os.getpid()}")
                shutil.move(out, unfinished)
                unfinished.replace(kept)
                return kept
            answers.append(f"{name}: refused, its sha256 is {found[:16]}... and not {SHA256[:16]}...")
            out.unlink()
    raise BundleError(
        f"NumPy for the browser ({FILE_NAME}) is nowhere to be had ({'; '.join(answers)}): "
        f"put the file into a folder and name that in {VENDOR_VARIABLE}"
    )


def _copy(source: Path, out: Path) -> None:
    if not source.is_file():
        raise FileNotFoundError("not there")
    shutil.copyfile(source, out)


def _from_npm(out: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not on the path")
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", NPM_PACKAGE, "--pack-destination", scratch, "--silent"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False, timeout=600)
        packed = list(Path(scratch).glob("*.tgz"))
        if done.returncode or not packed:
            raise OSError((done.stderr.strip().splitlines() or ["npm pack gave nothing"])[-1])
        with tarfile.open(packed[0]) as archive:
            member = archive.extractfile(NPM_MEMBER)
            if member is None:
                raise FileNotFoundError(f"{NPM_MEMBER} is not in the package")
            out.write_bytes(member.read())


def _from_official(out: Path) -> None:
    try:
        with urllib.request.urlopen(OFFICIAL, timeout=60) as answer:
            out.write_bytes(answer.read())
    except urllib.error.URLError as error:
        raise OSError(str(error.reason)) from error


def repack(wheel: Path, out: Path, needed: Callable[[str], bool], extra: Mapping[str, bytes] | None = None) -> None:
    """Write `wheel` anew with the `needed` files and `extra` ones: deflated, in order, undated, RECORD to match."""
    with zipfile.ZipFile(wheel) as source:
        files = {info.filename: source.read(info) for info in source.infolist() if not info.is_dir()}
    files = {name: content for name, content in files.items() if needed(name)} | dict(extra or {})
    for name in files:
        if name.endswith(".dist-info/RECORD"):
            rows = [row for row in files[name].decode().splitlines() if row.partition(",")[0] in files]
            files[name] = "\n".join([*rows, ""]).encode()
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(unfinished, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name], compresslevel=9)
    unfinished.replace(out)
