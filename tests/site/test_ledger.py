"""The ledger: every chapter's claims in it, and every verdict counted."""

import re
from pathlib import Path

from coursekit.claims import Verdict, chapters
from coursekit.site.ledger import counts

LEDGER = (Path(__file__).parents[2] / "book" / "claims.md").read_text("utf-8")
INDEX = (Path(__file__).parents[2] / "book" / "index.md").read_text("utf-8")


def test_every_chapter_with_claims_has_its_table_in_the_order_of_the_book():
    tables = re.findall(r"^```\{claims\} (\w+)\n:table:$", LEDGER, re.MULTILINE)
    assert sorted(tables) == chapters()
    order = re.findall(r"^(\w+) \|", INDEX, re.MULTILINE)
    assert tables == [chapter for chapter in order if chapter in tables]


def test_verdicts_are_counted():
    words = counts([Verdict.HOLDS, Verdict.WRONG, Verdict.HOLDS]).astext()
    assert "2 " in words
    assert re.search(r"2 \s*✓\s*holds", words)
    assert re.search(r"1 \s*✗\s*wrong as stated", words)
    assert re.search(r"0 \s*\?\s*not testable here", words)
