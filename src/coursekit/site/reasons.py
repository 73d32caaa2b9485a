"""Why a build failed, read off the log of Jupyter Book: one line for each reason, with the page and its line."""

import os
import re
from pathlib import Path

_TROUBLE = re.compile(r"WARNING: |ERROR: |CRITICAL: |SEVERE: |^Extension error|^Theme error|^Configuration error")
_CELL = re.compile(
    r"CellExecutionError: An error occurred while executing the following cell:\n-{10,}\n(?P<cell>.*?)\n-{10,}\n.*?"
    r"\n(?P<error>[A-Za-z_.]+(?:Error|Exception|Warning|Interrupt|Exit)?: [^\n]*)\n\n",
    re.DOTALL,
)
_PAGE = re.compile(r"^(?P<page>[^\n]*): WARNING: Executing notebook failed", re.MULTILINE)


def read(text: str, root: Path) -> list[str]:
    """The reasons in the log `text` of a build in the folder `root`."""
    text = text.replace(f"{root}{os.sep}", "")
    found = _cells(text, root)
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if not _TROUBLE.search(line) or "IPKernelApp" in line or ("Executing notebook failed" in line and found):
            continue
        said = line.strip()
        if said.endswith((":", "!")) and place + 1 < len(lines):
            said += f" {lines[place + 1].strip()}"
        if said.startswith("Extension error") and " " in said:
            said = re.sub(r"^Extension error(?: \([\w.]+\))?: ?", "", said)
        if said not in found:
            found.append(said)
    return found


def _cells(text: str, root: Path) -> list[str]:
    pages = [match["page"] for match in _PAGE.finditer(text)]
    broken = []
    for page, match in zip(pages, _CELL.finditer(text), strict=False):
        where = f"{page}, line {line}" if (line := _line(root / page, match["cell"])) else page
        broken.append(f"{where}: a cell fails: {match['error']}")
    return broken


def _line(page: Path, cell: str) -> int:
    """Where in the page the cell stands; 0 if it is not found."""
    if not page.is_file():
        return 0
    before, found, _ = page.read_text("utf-8").partition(cell.strip())
    return before.count("\n") + 1 if found else 0
