"""Sphinx's HTML where it falls short for those who read with a screen reader, written another way.

- The captions of the contents are plain lines: as "headings" without a level they led nowhere.
- References are a list, without the roles that ARIA has withdrawn; each links back to the places that cite it.
- A header cell without words is an ordinary cell.
- A line of code is an element, so that on a narrow screen it can go on, indented, in the next line.
- What is folded up is called by the words that are seen.
"""

import re
from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class Translator(HTML5Translator):
    """The writer of the book's pages."""

    def visit_title(self, node: nodes.Element) -> None:
        """A caption of the contents, or a title as Sphinx writes it."""
        if isinstance(node.parent, addnodes.compact_paragraph) and node.parent.get("toctree"):
            self.body.append(self.starttag(node, "p", "", CLASS="caption"))
            self.context.append("</p>\n")
        else:
            super().visit_title(node)

    def visit_citation(self, node: nodes.Element) -> None:
        """An entry of the list of references."""
        if not isinstance(node.previous_sibling(), nodes.citation):
            self.body.append('<ul class="bk-references">\n')
        self.body.append(self.starttag(node, "li", "", CLASS="bk-reference"))

    def depart_citation(self, node: nodes.Element) -> None:
        """Its links back into the text, and the list's end after the last entry."""
        places = node.get("backrefs", [])
        if places:
            self.body.append('<span class="bk-back">')
        for number, place in enumerate(places, 1):
            name = f"Back to the text: citation {number} of {len(places)}" if len(places) > 1 else "Back to the text"
            self.body.append(f'<a href="#{escape(place)}" aria-label="{name}" title="{name}">↑</a>')
        self.body.append("</span></li>\n" if places else "</li>\n")
        if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
            self.body.append("</ul>\n")

    def visit_label(self, node: nodes.Element) -> None:
        """Nothing for a reference: author and year are its first words and its link in the text."""
        if isinstance(node.parent, nodes.citation):
            raise nodes.SkipNode
        super().visit_label(node)

    def visit_literal_block(self, node: nodes.literal_block) -> None:
        """Code line by line, each with its own indentation for what the style sheet hangs below it."""
        start = len(self.body)
        try:
            super().visit_literal_block(node)
        finally:  # highlighted code has no children to visit: Sphinx says so by an exception
            self.body[start:] = [_LINES.sub(_by_lines, part) for part in self.body[start:]]

    def visit_entry(self, node: nodes.Element) -> None:
        """A cell; the empty one in the corner heads nothing."""
        super().visit_entry(node)
        if not node.astext().strip() and self.context[-1].startswith("</th"):
            place = max(i for i, part in enumerate(self.body) if part.startswith("<th"))
            self.body[place] = self.body[place].replace("<th", "<td", 1)
            self.context[-1] = self.context[-1].replace("</th", "</td", 1)


_LINES = re.compile(r"(?<=<pre><span></span>).*(?=</pre>)", re.DOTALL)


def _by_lines(code: re.Match[str]) -> str:
    """Pygments ends every element of its own at the end of a line, so that lines can be wrapped one by one."""
    lines = code[0].removesuffix("\n").split("\n")
    return "".join(f'<span class="bk-line"{_hanging(line)}>{line}</span>\n' for line in lines)


def _hanging(line: str) -> str:
    words = re.sub(r"<[^>]*>", "", line)
    indent = len(words) - len(words.lstrip(" "))
    return f' style="--in:{indent}"' if indent else ""


def _visit_folded(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    words = [
        f'<span class="{name}">{escape(node[f"prompt_{state}"])}</span>'
        for name, state in (("collapsed", "show"), ("expanded", "hide"))
    ]
    translator.body.append(
        f'<details class="{" ".join(["hide", *node["classes"]])}"><summary>{"".join(words)}</summary>\n'
    )


def _depart_folded(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Use the writer, and our own markup for folded cells in place of myst-nb's."""

    def fold(app: Sphinx, *_: Any) -> None:
        app.add_node(HideCodeCellNode, override=True, html=(_visit_folded, _depart_folded))

    app.set_translator("html", Translator)
    app.connect("builder-inited", fold)
