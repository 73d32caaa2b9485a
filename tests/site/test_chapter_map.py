"""What the landing page says a chapter holds."""

from coursekit.claims import claims_of
from coursekit.exercises import assignment
from coursekit.site.chapter_map import holds
from coursekit.widgets import ids


def test_a_chapter_is_counted():
    figures = sum(id.startswith("activations.") for id in ids())
    exercises, claims = len(assignment("activations").exercises), len(claims_of("activations"))
    assert holds("activations") == f"{figures} live figures, {exercises} exercises, {claims} claims"


def test_a_chapter_without_any_is_still_there():
    assert holds("preface") == "to read"
