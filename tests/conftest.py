"""What all tests share: one browser, and a run that says loudly, at its end, what it could not test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

#: A skip whose reason begins like this is a gap in the run, not a choice of it.
NOT_TESTED = "NOT TESTED: "


#: No host but this machine can be found, so that a page that needs another one fails here and not at a reader's.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def find_chromium() -> str | None:
    """The browser named by CHROMIUM, else one on the path, else a Mac's own, else Playwright's."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else shutil.which(named)
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    for app in ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"):
        if (path := Path("/Applications") / app).is_file():
            return str(path)
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.is_file() else None


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one the test is skipped, and the run says so at its end."""
    found = find_chromium()
    if found is None:
        pytest.skip("NOT TESTED: nothing that needs a browser; no Chromium was found (name one in CHROMIUM)")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """The running browser (Playwright's `Browser`)."""
    reason = "NOT TESTED: nothing that needs a browser; the package playwright is not installed"
    sync_api = pytest.importorskip("playwright.sync_api", reason=reason)
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Print the gaps in a frame that cannot be overlooked."""
    gaps: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(NOT_TESTED):
            gaps[reason] = gaps.get(reason, 0) + 1
    if gaps:
        terminalreporter.section("THIS RUN LEFT GAPS", sep="!", red=True, bold=True)
        for reason, count in sorted(gaps.items()):
            terminalreporter.write_line(f"{reason} ({count} test{'s' if count > 1 else ''})")
    yield
