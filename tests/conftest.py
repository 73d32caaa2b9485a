"""What all tests share: a run says loudly, at its end, what it could not test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: A skip whose reason begins like this is a gap in the run, not a choice of it.
NOT_TESTED = "NOT TESTED: "


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
