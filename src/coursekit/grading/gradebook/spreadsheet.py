"""CSV files that spreadsheets and learning platforms read, and in which nothing that a student wrote is a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

Cell = str | float | None

_FORMULA = frozenset("=+-@")  # what begins a formula; OWASP, "CSV Injection"


def harmless(text: str) -> str:
    """`text` in one line; where it would begin a formula, with an apostrophe before it, which makes it text."""
    line = " ".join(text.split())
    begins_formula = len(line) > 1 and unicodedata.normalize("NFKC", line[0]) in _FORMULA
    return f"'{line}" if begins_formula else line


def number(value: float) -> str:
    """A score without needless zeros and without an exponent, to four places."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def write_csv(path: Path, table: Iterable[Sequence[Cell]]) -> None:
    """Write the rows: texts made harmless, None as an empty cell.

    The byte order mark is what makes Excel take a file for UTF-8. Canvas and Moodle pass over it.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in table:
        writer.writerow([_shown(cell) for cell in row])
    path.write_text(lines.getvalue(), encoding="utf-8-sig", newline="")


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return harmless(cell) if isinstance(cell, str) else number(cell)
