"""`{chapter-map}`: the chapters in their order, what each one asks, and what is there of it.

::

    ```{chapter-map}
    activations | Activation functions | Which bend should stand between two layers?
    loop | The training loop | How does a net learn?
    ```

A chapter that the book has is linked, with its figures, exercises and claims counted; another one is marked as to come.
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from coursekit.site.elements import Html, text


class ChapterMap(SphinxDirective):
    """One line per chapter: its id, its title, its question."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The list."""
        self.env.note_dependency("_toc.yml")
        entries = [line for line in self.content if line.strip()]
        chapters = [[part.strip() for part in line.split("|")] for line in entries]
        for line, chapter in zip(entries, chapters, strict=True):
            if len(chapter) != 3 or not all(chapter):
                raise self.error(f"chapter-map: a line is `id | title | question`, not {line!r}")
        if unnamed := self._written() - {id for id, *_ in chapters}:
            raise self.error(f"chapter-map: the book has chapters that it does not name: {', '.join(sorted(unnamed))}")
        return [Html("ol", *(self._entry(*chapter) for chapter in chapters), class_="bk-map")]

    def _written(self) -> set[str]:
        return {page.removeprefix("chapters/") for page in self.env.found_docs if page.startswith("chapters/")}

    def _entry(self, id: str, title: str, question: str) -> Html:
        here = id in self._written()
        name = nodes.paragraph("", "", classes=["bk-map-title"])
        if here:
            # Not explicit: the link says what the chapter itself is called.
            name += addnodes.pending_xref(
                "",
                nodes.inline("", title, classes=["doc"]),
                refdomain="std",
                reftype="doc",
                reftarget=f"/chapters/{id}",
                refexplicit=False,
                refdoc=self.env.docname,
                refwarn=True,
            )
        else:
            name += nodes.Text(title)
        asked = Html("div", class_="bk-map-question")
        source, line = self.get_source_info()
        self.state.nested_parse(StringList([question], source), line, asked)
        state = text("p", holds(id) if here else "to come", class_="bk-map-state")
        return Html("li", name, asked, state, class_="bk-here" if here else "bk-to-come")


def holds(id: str) -> str:
    """What a chapter holds, counted: live figures, exercises, claims."""
    from coursekit.claims import chapters, claims_of
    from coursekit.exercises import assignment, assignments
    from coursekit.widgets import ids

    counts = (
        (sum(name.split(".")[0] == id for name in ids()), "live figure"),
        (len(assignment(id).exercises) if id in assignments() else 0, "exercise"),
        (len(claims_of(id)) if id in chapters() else 0, "claim"),
    )
    return ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count) or "to read"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("chapter-map", ChapterMap)
