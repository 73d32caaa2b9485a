"""The index: every term with the pages that speak of it, by their titles; the contents have it behind the glossary."""

from collections.abc import Iterable, Mapping
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

#: What Sphinx gives for a term: whether the place is the main one, and its address from the site's root.
Link = tuple[str, str]
Place = tuple[str, str]


def places(links: Iterable[Link], titles: Mapping[str, str]) -> list[Place]:
    """`(label, address)` of each link: the title of its page, and from the second place on that page on a number."""
    seen: dict[str, int] = {}
    found = []
    for _, address in links:
        page = address.split("#")[0].removesuffix(".html")
        seen[page] = seen.get(page, 0) + 1
        found.append((titles[page] if seen[page] == 1 else str(seen[page]), address))
    return found


def _context(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if template != "genindex.html":
        return
    titles = {page: title.astext() for page, title in app.env.titles.items()}
    letters = []
    for letter, entries in context["genindexentries"]:
        terms: list[tuple[str, list[Place]]] = []
        for term, (links, below, _) in entries:
            if links:
                terms.append((term, places(links, titles)))
            terms += [(f"{term}, {part}", places(found, titles)) for part, found in below]
        letters.append((letter, terms))
    context.update(ck_index=letters, ck_glossary="glossary" in titles)


class IndexInContents(SphinxTransform):
    """Put the index behind the glossary; `_toc.yml` takes files and addresses only, and the index is neither."""

    default_priority = 110  # the contents are put in at 100

    def apply(self, **_: Any) -> None:
        """Add the entry."""
        for contents in self.document.findall(addnodes.toctree):
            entries: list[tuple[str | None, str]] = contents["entries"]
            pages = [page for _, page in entries]
            if "glossary" in pages:
                entries.insert(pages.index("glossary") + 1, (None, "genindex"))


def setup(app: Sphinx) -> None:
    """Register the event and the transform."""
    app.add_transform(IndexInContents)
    app.connect("html-page-context", _context)
