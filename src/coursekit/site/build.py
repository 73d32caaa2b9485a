"""Build the book: Jupyter Book, then what the site carries besides pages, then the gates that nothing broken passes."""

import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from coursekit.site import assets, fresh, gates, reasons

REPOSITORY = Path(__file__).parents[3]

Say = Callable[[str], None]


class BuildError(Exception):
    """The site could not be built; `problems` has one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def build(
    *,
    root: Path | None = None,
    serve: bool = False,
    port: int = 8000,
    force: bool = False,
    python: bool = True,
    say: Say = print,
) -> Path:
    """Build the site of the book in `root` (this repository) into `_build/html` and return that folder.

    `force` builds even what has not changed, `python` puts Python for the reader's browser into the site, `say` takes
    the lines of progress, `serve` serves the site at the end until it is interrupted. Raises `BuildError`.
    """
    root = (root or REPOSITORY).resolve()
    html = root / "_build" / "html"
    started = time.monotonic()
    for needed in ("_config.yml", "book/_toc.yml"):
        if not (root / needed).is_file():
            raise BuildError([f"{root / needed} is missing: there is no book to build"])
    mark = root / "_build" / "site-built"
    key = _key(root, python=python)
    if not force and mark.is_file() and (html / "index.html").is_file() and mark.read_text("utf-8") == key:
        say("The site is up to date: nothing has changed since the last build.")
    else:
        clean = mark.is_file() and not force
        mark.unlink(missing_ok=True)
        _sphinx(root, clean=clean, say=say)
        _companions(root, html, python=python, say=say)
        say("Checking the pages ...")
        if problems := gates.check(html, source=root / "book"):
            raise BuildError(
                [*problems, f"The site is not good: {len(problems)} problem{'s' * (len(problems) > 1)}, see above."]
            )
        mark.write_text(key, "utf-8")
    pages = sum(1 for _ in html.rglob("*.html"))
    say(f"The site, {pages} pages, is in {html} ({time.monotonic() - started:.0f} s).")
    say("To read it with live figures: coursekit build --serve")
    say(f"To read it without a server:  open {(html / 'index.html').as_uri()}")
    if serve:
        _serve(html, port, say)
    return html


def _key(root: Path, *, python: bool) -> str:
    """The hash of all that the site is made from."""
    digest = hashlib.sha256(f"{fresh.content_hash(everything=True)} {python} {sys.version}".encode())
    for file in sorted(_sources(root)):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    for single in ("_config.yml", "pyproject.toml", "js/package-lock.json"):
        if (root / single).is_file():
            yield root / single
    for folder in ("book", "exercises"):
        for file in (root / folder).rglob("*"):
            if file.is_file() and not {"_build", ".ipynb_checkpoints"} & set(file.parts):
                yield file


def _sphinx(root: Path, *, clean: bool, say: Say) -> None:
    """Run Jupyter Book. After a failed build every page is read again, so that no warning hides in a kept page."""
    built = root / "_build"
    if not clean:
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    _sweep(built / "html")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "COURSEKIT_CLAIMS_CACHE": str(built / "claims"),
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    start = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "build", "book", "-W", "--keep-going"]
    say("Building the book; a chapter whose cells have changed is run, which takes a while ...")
    log = built / "build.log"
    built.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=written, stderr=subprocess.STDOUT)
    lines: list[str] = []
    try:
        for line in _follow(process, log):
            lines.append(line)
            if progress := _progress(line):
                say(f"  {progress}")
    finally:
        process.kill()
    if process.wait() or not (built / "html" / "index.html").is_file():
        raise BuildError(
            reasons.read("\n".join(lines), root)
            or [f"Jupyter Book failed with status {process.returncode}; all it said: {log}"]
        )


def _sweep(html: Path) -> None:
    """Take the last build's pages away, which Sphinx would leave; Python for the browser stays, it is kept by hash."""
    for folder, spared in ((html, "_static"), (html / "_static", Path(assets.LIVE).name)):
        for old in folder.glob("*") if folder.is_dir() else ():
            if old.name == spared:
                continue
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink()


def _follow(process: "subprocess.Popen[bytes]", log: Path) -> Iterator[str]:
    """The lines of the log as they come, until the process has ended. A file, not a pipe: a child of Jupyter Book that
    outlives it cannot hold us up."""
    with log.open(encoding="utf-8", errors="replace", newline="") as kept:
        rest = ""
        while True:
            ended = process.poll() is not None
            *whole, rest = re.split(r"\r?\n|\r", rest + kept.read())
            for line in [*whole, rest] if ended else whole:
                yield re.sub(r"\x1b\[[0-9;]*m", "", line.rstrip())
            if ended:
                return
            time.sleep(0.1)


def _progress(line: str) -> str:
    """What of Sphinx's many lines is worth showing."""
    if found := re.match(r"reading sources\.\.\. \[ *(\d+)%\] (\S+)", line):
        return f"read {found[2]}"
    if found := re.search(r"(claim \S+ \.\.\.|Executing notebook using .*|Executed notebook in .*)", line):
        return found[1]
    return ""


def _companions(root: Path, html: Path, *, python: bool, say: Say) -> None:
    """Student notebooks, the wheel that they install, Python for the browser."""
    for notebook in sorted((root / "exercises").glob("*/*.ipynb")):
        target = html / "exercises" / notebook.parent.name / notebook.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook, target)
    _keep_from_jekyll(html)
    if not python:
        return
    from coursekit.site import numpy_wheel, python_bundle

    say("Packing coursekit's wheel ...")
    packed = wheel(html / "wheels")
    say("Putting Python for the reader's browser into the site ...")
    try:
        python_bundle.build(html / assets.LIVE / "py", wheel=packed, say=lambda line: say(f"  {line}"))
    except numpy_wheel.BundleError as error:
        raise BuildError([str(error)]) from error


def _keep_from_jekyll(html: Path) -> None:
    """GitHub Pages drops folders that start with an underscore unless this file lies beside them."""
    (html / ".nojekyll").touch()


def wheel(folder: Path) -> Path:
    """Build coursekit's wheel from this repository into `folder`, which holds no other one afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch],
            cwd=REPOSITORY, capture_output=True, text=True, check=False,
        )  # fmt: skip
        made = list(Path(scratch).glob("*.whl"))
        if done.returncode or len(made) != 1:
            raise BuildError(
                [f"coursekit's wheel could not be built: {(done.stderr or done.stdout).strip().splitlines()[-1:]}"]
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(made[0], folder / made[0].name)
        (folder / "index.json").write_text(json.dumps({"coursekit": made[0].name}), "utf-8")
    return folder / made[0].name


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".ipynb": "application/x-ipynb+json",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


def _serve(html: Path, port: int, say: Say) -> None:
    handler = functools.partial(_Quiet, directory=str(html))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise BuildError([f"port {port} cannot be used ({error.strerror}); choose another one"]) from error
    with server:
        say(f"Open http://127.0.0.1:{server.server_address[1]}/ (Ctrl+C ends it).")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Ended.")
