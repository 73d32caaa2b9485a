"""The first cell of every notebook: it brings the engine to a machine that does not have it."""

_TEMPLATE = """\
# Run this cell first. It installs the course's package where it is missing, and does nothing where it is there.
import importlib, importlib.metadata, os, pathlib, subprocess, sys

VERSION = "@VERSION@"
SITE = os.environ.get("COURSEKIT_SITE", "@SITE@").rstrip("/")  # the book's address, or a folder that holds it
WHEEL = f"coursekit-{VERSION}-py3-none-any.whl"


class SetupError(Exception):
    def _render_traceback_(self):  # shown as one sentence; "Run all" stops here
        return [str(self)]


def installed():
    importlib.invalidate_caches()
    try:
        return importlib.metadata.version("coursekit")
    except importlib.metadata.PackageNotFoundError:
        return None


def install():
    if not SITE:
        return "no site is set to fetch it from"
    site = SITE if "://" in SITE else pathlib.Path(SITE).resolve().as_uri()
    command = [sys.executable, "-m", "pip", "install", "--quiet", f"coursekit[notebook] @ {site}/wheels/{WHEEL}"]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in run.stderr.splitlines() if line.startswith("ERROR")] or ["pip did not say why"]
    return f"{SITE} did not deliver it ({lines[0].strip()})" if run.returncode else None


if installed() is None:
    fault = install()
    if fault:
        raise SetupError(
            f"coursekit {VERSION} is not installed, and {fault}: get the file {WHEEL} from your instructor "
            f"or from the book's site, run  %pip install ./{WHEEL}  here, and then run this cell again."
        )
elif installed() != VERSION:
    print(f"This notebook was made with coursekit {VERSION}; here is {installed()}. It will most likely work. "
          "If a check looks wrong to you, tell your instructor both versions.")
"""


def setup_source(version: str, site: str) -> str:
    """The cell's text for one version of the package and one address of the site (empty when there is none yet)."""
    return _TEMPLATE.replace("@VERSION@", version).replace("@SITE@", site).rstrip("\n")
