"""The lecture notes' lines: each has its place in the book, and the place is there."""

import csv
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: How many lines each set of notes has.
LINES = {"chan-2021": 112, "chadha-2020": 186, "coms4995": 394, "you": 268, "unsigned": 110}
CHAPTERS = set(re.findall(r"^(\w+) \|", (ROOT / "book" / "index.md").read_text("utf-8"), re.MULTILINE))
WRITTEN = set(re.findall(r"chapters/(\w+)", (ROOT / "book" / "_toc.yml").read_text("utf-8")))


def rows(notes: str) -> list[dict[str, str]]:
    with (ROOT / "docs" / "notes" / f"{notes}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_every_set_of_notes_has_its_table() -> None:
    assert {file.stem for file in (ROOT / "docs" / "notes").glob("*.csv")} == set(LINES)


@pytest.mark.parametrize(("notes", "lines"), LINES.items())
def test_the_stretches_tile_the_notes_whole(notes: str, lines: int) -> None:
    at = 1
    for row in rows(notes):
        assert int(row["first"]) == at, row
        assert int(row["last"]) >= at, row
        at = int(row["last"]) + 1
    assert at == lines + 1


@pytest.mark.parametrize("notes", LINES)
def test_a_row_names_a_chapter_and_a_place_in_it_once_it_is_written(notes: str) -> None:
    for row in rows(notes):
        assert row["says"]
        assert row["chapter"] in CHAPTERS | {""}, row
        assert bool(row["where"]) == (row["chapter"] in WRITTEN) or row["where"].split("#")[0] in WRITTEN, row


@pytest.mark.site
@pytest.mark.parametrize("notes", LINES)
def test_the_places_are_on_the_built_pages(notes: str, site: Path) -> None:
    @lru_cache
    def anchors(page: str) -> set[str]:
        return set(re.findall(r'\bid="([^"]+)"', (site / "chapters" / f"{page}.html").read_text("utf-8")))

    for row in rows(notes):
        page, _, anchor = row["where"].partition("#")
        assert not page or anchor in anchors(page), row
