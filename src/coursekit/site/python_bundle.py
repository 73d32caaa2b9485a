"""The folder from which a page's worker takes Python: Pyodide, NumPy, coursekit, and the lock file with their hashes.

It lies beside host.js, unless that script's tag names another place in `data-python`.

Everything is pinned by hash and served by the site itself. The folder is the same, byte for byte, for the same sources:

    py/worker.js                    the worker
    py/pyodide-lock.json            what there is, with sha256; Pyodide checks it when it loads a package
    py/pyodide-<version>/           the interpreter and its standard library, as npm has them
    py/<hash>/<name>.whl            NumPy and coursekit, without what a page never needs

Wheels lie under their hash, so that a browser's cache never mixes two builds.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.assets import DIST, WORKER_JS, built
from coursekit.site import numpy_wheel
from coursekit.site.numpy_wheel import BundleError

REPOSITORY = Path(__file__).parents[3]
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")

#: Rooms of coursekit that a page has no use for: it has no notebook, no grader and no site builder.
NOT_IN_A_PAGE = ("assets", "claims", "grading", "jupyter", "site")

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What `build` made: the folder, the lock file, and coursekit's full wheel (as notebooks install it)."""

    folder: Path
    lock: Path
    wheel: Path


def build(
    target: Path, *, wheel: Path | None = None, extra: Mapping[str, str] | None = None, say: Say = print
) -> Bundle:
    """Assemble `target` (`py/` beside the site's host.js); a second call only packs coursekit again.

    `wheel` is coursekit's full wheel where it has been built already; otherwise it is built into `.setup/wheel`.
    `extra` adds files to the page's copy of coursekit (path in the wheel -> text): widgets that are still being tried.
    Raises `BundleError` in one line where a part is missing.
    """
    built(WORKER_JS)
    packages = REPOSITORY / "js" / "node_modules" / "pyodide"
    if not packages.is_dir():
        raise BundleError(f"Pyodide is not installed in {packages}: run `make setup`, or `npm --prefix js ci`")
    upstream = json.loads((packages / "pyodide-lock.json").read_text("utf-8"))
    version = json.loads((packages / "package.json").read_text("utf-8"))["version"]
    if wheel is None:
        wheel = _full_wheel()
    store = REPOSITORY / ".setup"
    numpy = numpy_wheel.slim(store, say=say)

    wanted: dict[str, bytes | Path] = {"worker.js": WORKER_JS, "LICENCES.txt": DIST / "LICENCES.txt"}
    wanted |= {f"pyodide-{version}/{name}": packages / name for name in CORE}
    entries = {}
    ours = _for_a_page(wheel, extra or {})
    wheels = {"numpy": (numpy_wheel.FILE_NAME, numpy.read_bytes()), "coursekit": (wheel.name, ours)}
    for name, (file_name, content) in wheels.items():
        sha = hashlib.sha256(content).hexdigest()
        path = f"{sha[:12]}/{file_name}"
        wanted[path] = content
        entries[name] = _entry(name, file_name.split("-")[1], path, sha)
    entries["coursekit"]["depends"] = ["numpy"]
    lock = {"info": upstream["info"], "packages": entries}
    wanted["pyodide-lock.json"] = json.dumps(lock, indent=1, sort_keys=True).encode()
    _write(target, wanted)
    return Bundle(folder=target, lock=target / "pyodide-lock.json", wheel=wheel)


def _entry(name: str, version: str, path: str, sha: str) -> dict[str, object]:
    return {
        "name": name, "version": version, "file_name": path, "sha256": sha, "imports": [name], "depends": [],
        "install_dir": "site", "package_type": "package", "unvendored_tests": False,
    }  # fmt: skip


def _full_wheel() -> Path:
    # Imported here: the site's builder calls this module.
    from coursekit.site.build import wheel

    return wheel(REPOSITORY / ".setup" / "wheel")


def _for_a_page(wheel: Path, extra: Mapping[str, str]) -> bytes:
    def needed(name: str) -> bool:
        room = name.split("/")
        return room[0].endswith(".dist-info") or not (len(room) > 2 and room[1] in NOT_IN_A_PAGE)

    scratch = REPOSITORY / ".setup" / "page"
    scratch.mkdir(parents=True, exist_ok=True)
    out = scratch / wheel.name
    numpy_wheel.repack(wheel, out, needed, {name: text.encode() for name, text in extra.items()})
    return out.read_bytes()


def _write(target: Path, wanted: Mapping[str, bytes | Path]) -> None:
    """Bring `target` to hold exactly these files, touching only those that differ."""
    for name, source in wanted.items():
        path = target / name
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        content = source if isinstance(source, bytes) else None
        if path.is_file() and path.stat().st_size == size:
            if content is None and isinstance(source, Path):
                content = source.read_bytes()
            if path.read_bytes() == content:
                continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None and isinstance(source, Path):
            shutil.copyfile(source, path)
        elif content is not None:
            path.write_bytes(content)
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(target).as_posix() not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
