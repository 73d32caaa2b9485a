"""Numbers of a run for the text of a chapter."""

import sys

import numpy as np
import pytest

from coursekit.claims import Claim, Verdict
from coursekit.jupyter import numbers
from coursekit.jupyter.numbers import ClaimNumbers, glue


@pytest.fixture
def glued(monkeypatch):
    """What comes to the page, by name."""
    found = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: found.update({name: (value, display)}))
    return found


def test_numbers_come_to_the_text_as_what_a_format_takes_and_are_not_shown_beside(glued):
    glue(steps=300, unit="ReLU", error=np.float32(0.25), rank=np.int64(2))
    assert glued == {"steps": (300, False), "unit": ("ReLU", False), "error": (0.25, False), "rank": (2.0, False)}
    assert type(glued["error"][0]) is float


def test_a_chapter_runs_where_there_is_no_text_around_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    glue(steps=300)


@pytest.fixture
def of_chapter(monkeypatch):
    claim = Claim(
        id="squares",
        chapter="loop",
        statement="Squares grow.",
        source="here",
        verdict=Verdict.HOLDS,
        setup="The seed and its square.",
        experiment=lambda seed: {"seed": seed, "square": seed**2},
        judge=lambda n: Verdict.HOLDS,
        report=lambda n: "They do.",
        seeds=range(5),
    )
    monkeypatch.delenv("COURSEKIT_CLAIMS_CACHE", raising=False)
    monkeypatch.setattr(numbers, "claims_of", lambda chapter: {"loop": (claim,)}[chapter])
    return ClaimNumbers("loop")


def test_a_claims_numbers_by_seed_and_in_the_middle(of_chapter):
    assert of_chapter.runs("squares")["square"].tolist() == [0, 1, 4, 9, 16]
    assert of_chapter.medians("squares") == {"seed": 2.0, "square": 4.0}
    assert of_chapter.means("squares") == {"seed": 2.0, "square": 6.0}


def test_a_claim_that_the_chapter_has_not_is_named(of_chapter):
    with pytest.raises(KeyError, match="cubes"):
        of_chapter.runs("cubes")
