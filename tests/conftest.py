"""What all tests share: one browser, how several processes share the tests, and what a run says at its end.

`scripts/test` without arguments starts several processes (pytest-xdist). The site in `_build` is built by one of them:
two builds in one folder would spoil each other. Who needs it meanwhile waits.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

#: The tests of the site in `_build` that begin with building it, and those that come when it is there: in one row they
#: would take longer than all that another process has to do.
BEGIN = ("tests/browser/test_site.py", "tests/site/test_notes.py")
CHAPTERS = "tests/browser/test_chapters.py"
#: All that is marked `site` stands in one of these or in tests/book.
SITE = (*BEGIN, CHAPTERS)
#: What shares something that takes long to make: a page with Python in it, a small book. The hostile
#: tests look for what is left running on the machine, and must not meet one another.
TOGETHER = ("tests/hostile/", "tests/browser/", "tests/book/")
#: Long files whose tests share nothing.
APART = (
    "tests/claims/test_claims.py",
    "tests/notebooks/",
    "tests/contracts/test_exercises.py",
    "tests/contracts/test_widgets.py",
)
#: The order in which tests are handed out: long work first, so that no process is left alone with it at the end; small
#: tests fill the gaps. Claims begin at once, and with the last chapter: the book's build, which needs them too, begins
#: with the first, and each takes from `_build/claims` what the other has measured.
FIRST = (*BEGIN, APART[0], *TOGETHER, CHAPTERS, "tests/grading/", "tests/pyodide/", "tests/cli/", *APART[1:])

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


@pytest.fixture(scope="session")
def site() -> Path:
    """The project's own site, built if it is not up to date, by one process at a time."""
    import fcntl  # which the Python in a browser has not: its tests read this file too

    from coursekit.site.build import build

    (ROOT / "_build").mkdir(exist_ok=True)
    with (ROOT / "_build" / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build(root=ROOT)


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """`told(line)` prints a line at the end of the run: a figure for people to see, whichever process took it."""
    return lambda line: record_property("told", line)


def _is_in(nodeid: str, places: tuple[str, ...]) -> str | None:
    """Which of these files or folders a test stands in: the file, where both are named."""
    return max((place for place in places if nodeid.startswith(place)), key=len, default=None)


def _share(nodeid: str) -> str:
    """The name of what a test is handed out with: tests of one name run in one process, in a row."""
    if _is_in(nodeid, BEGIN):
        return "the site"
    if _is_in(nodeid, APART):
        return nodeid
    if nodeid.startswith(CHAPTERS):
        return CHAPTERS
    return _is_in(nodeid, TOGETHER) or nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the tests by `_share`, in the order in which they were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class Shares(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _share(nodeid)

    config.option.loadscopereorder = False
    return Shares(config, log)


class _AtOnce:
    """Names what fails when it fails: a run of several processes that is ended from outside has said it by then."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            terminal = self.config.pluginmanager.get_plugin("terminalreporter")
            terminal.ensure_newline()
            terminal.write_line(f"\nFAILED ({report.when}) {report.nodeid}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """With several processes, name failures at once."""
    if getattr(config.option, "numprocesses", None):
        config.pluginmanager.register(_AtOnce(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under pytest-xdist, bring the tests into the order of `FIRST`."""
    for item in items:
        if item.get_closest_marker("site") and not _is_in(item.nodeid, (*SITE, "tests/book/")):
            raise pytest.UsageError(f"{item.nodeid} is marked `site`: name its file in SITE of tests/conftest.py")
    if not hasattr(config, "workerinput"):
        return

    def place(item: pytest.Item) -> tuple[int, int]:
        found = _is_in(item.nodeid, FIRST)
        claim = getattr(item, "callspec", None) and item.callspec.params.get("claim")
        return FIRST.index(found) if found else len(FIRST), -chapters.index(claim.chapter) if claim else 0

    from coursekit.claims import chapters as chapters_of_the_book

    chapters = chapters_of_the_book()
    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Print the gaps in a frame that cannot be overlooked."""
    ended = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    if lines := [line for report in ended for name, line in report.user_properties if name == "told"]:
        terminalreporter.section("figures of this run")
        for line in sorted(lines):
            terminalreporter.write_line(line)
    gaps: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        # From another process a tuple may come as a list.
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple | list) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(NOT_TESTED):
            gaps[reason] = gaps.get(reason, 0) + 1
    if gaps:
        terminalreporter.section("THIS RUN LEFT GAPS", sep="!", red=True, bold=True)
        for reason, count in sorted(gaps.items()):
            terminalreporter.write_line(f"{reason} ({count} test{'s' if count > 1 else ''})")
    yield
