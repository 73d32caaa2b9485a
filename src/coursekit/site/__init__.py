"""The Sphinx extension of the book: theme, formulas, live figures, quiz, exercises, claims; and its build."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: "Sphinx") -> dict[str, Any]:
    """Register everything with Sphinx."""
    from coursekit.site import (
        assets,
        boxes,
        chapter_map,
        elements,
        exercise,
        fresh,
        ledger,
        mathematics,
        page,
        plot,
        quiz,
        terms,
        translator,
    )

    looks = (elements, fresh, assets, mathematics, translator, page)
    directives = (plot, boxes, quiz, exercise, ledger, chapter_map, terms)
    for part in looks + directives:
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
