"""The index: every term with the pages that speak of it, by their titles; the contents have it behind the glossary.

A term is listed once, however its apostrophe is written. What sends the reader to another term, `see: SGD; stochastic
gradient descent`, stands in one line with a link to that term.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

#: What Sphinx gives for a term: whether the place is the main one, and its address from the site's root.
Link = tuple[str, str]
Place = tuple[str, str]
#: A term as `genindexentries` has it: its name, then its links, the entries below it and its key.
Entry = tuple[str, tuple[list[Link], list[tuple[str, list[Link]]], Any]]
#: How Sphinx begins the entry below a term that sends the reader elsewhere.
SEE = "see "


@dataclass
class Term:
    """A line of the index: a term, its places, and the terms to look under instead."""

    name: str
    places: list[Place] = field(default_factory=list)
    see: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The id of the line."""
        return f"index-of-{nodes.make_id(self.name)}"


def places(links: Iterable[Link], titles: Mapping[str, str]) -> list[Place]:
    """`(label, address)` of each link: the title of its page, and from the second place on that page on a number."""
    seen: dict[str, int] = {}
    found = []
    for _, address in links:
        page = address.split("#")[0].removesuffix(".html")
        seen[page] = seen.get(page, 0) + 1
        found.append((titles[page] if seen[page] == 1 else str(seen[page]), address))
    return found


def lines(entries: Iterable[Entry], titles: Mapping[str, str]) -> list[Term]:
    """The lines of one letter; entries below a term become lines of their own."""
    links: dict[str, list[Link]] = {}
    see: dict[str, list[str]] = {}
    for name, (found, below, _) in entries:
        term = name.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        if found:
            links.setdefault(term, []).extend(found)
        for part, places_below in below:
            if part.startswith(SEE):
                see.setdefault(term, []).append(part.removeprefix(SEE))
            else:
                links.setdefault(f"{term}, {part}", []).extend(places_below)
    return [
        Term(name, places(sorted(links.get(name, ()), key=lambda link: not link[0]), titles), see.get(name, []))
        for name in dict.fromkeys([*links, *see])
    ]


def _context(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if template != "genindex.html":
        return
    titles = {page: title.astext() for page, title in app.env.titles.items()}
    letters = [(letter, lines(entries, titles)) for letter, entries in context["genindexentries"]]
    anchors = {term.name: term.anchor for _, terms in letters for term in terms}
    for term in (term for _, terms in letters for term in terms):
        for other in term.see:
            if other not in anchors:
                raise ExtensionError(f"the index sends the reader from {term.name!r} to {other!r}, which it has not")
    context.update(ck_index=letters, ck_anchors=anchors, ck_glossary="glossary" in titles)


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
