"""The boxes of the book. They are few, and each kind has one look."""

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from coursekit.site.elements import Html


class Box(SphinxDirective):
    """A box of one kind; the argument, if given, replaces the kind's own title."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    kind: ClassVar[str]
    title: ClassVar[str]

    def run(self) -> list[nodes.Node]:
        """Title and content; a note, because landmarks of the same name would be noise to those who listen."""
        if not self.content:
            raise self.error(f"the box {{{self.name}}} is empty: write its text below it")
        words = self.arguments[0] if self.arguments else self.title
        title, messages = self.state.inline_text(words, self.lineno)
        key = f"box-{self.env.new_serialno('bk-box')}"
        box = Html(
            "div",
            Html("p", *title, class_="bk-box-title", id=key),
            class_=f"bk-box bk-{self.kind}",
            role="note",
            aria_labelledby=key,
        )
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


class Conventions(Box):
    """How PyTorch, Keras, the papers and the notes differ from the book's conventions."""

    kind, title = "conventions", "Conventions"


class Pitfall(Box):
    """A mistake that many make."""

    kind, title = "pitfall", "Pitfall"


class InPractice(Box):
    """The default to reach for today."""

    kind, title = "practice", "In practice"


class TryThis(Box):
    """What to do with the figure, and what to notice."""

    kind, title = "try", "Try this"


def setup(app: Sphinx) -> None:
    """Register the boxes."""
    app.add_directive("conventions", Conventions)
    app.add_directive("pitfall", Pitfall)
    app.add_directive("in-practice", InPractice)
    app.add_directive("try-this", TryThis)
