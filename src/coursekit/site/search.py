"""The book's own search index: one entry per section, as a classic script so that it loads from `file://` too."""

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: From the site's root.
INDEX = "_static/search-index.js"


def _words(node: nodes.Node) -> str:
    """The words of a section without its subsections, code and formulas."""
    if isinstance(node, (nodes.section, nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment, nodes.title)):
        return ""
    if isinstance(node, nodes.Text):
        return str(node.astext())
    joint = " " if isinstance(node, (nodes.Body, nodes.Structural)) and not isinstance(node, nodes.TextElement) else ""
    return joint.join(_words(child) for child in node.children)


def entries(doctree: nodes.document, uri: str) -> list[list[str]]:
    """`[address, title, words]` for each section of a page."""
    found = []
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is None:
            continue
        words = " ".join(_words(child) for child in section.children if not isinstance(child, nodes.title))
        anchor = "" if isinstance(section.parent, nodes.document) else f"#{section['ids'][0]}"
        found.append([uri + anchor, title.astext(), re.sub(r"\s+", " ", words).strip()])
    return found


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html" or app.env is None:
        return
    pages: list[dict[str, Any]] = []
    for name in sorted(app.env.found_docs):
        doctree = app.env.get_doctree(name)
        pages.append(
            {"title": app.env.titles[name].astext(), "sections": entries(doctree, app.builder.get_target_uri(name))}
        )
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    (Path(app.outdir) / INDEX).write_text(f"window.coursekitSearch={text};\n", "utf-8")


def setup(app: Sphinx) -> None:
    """Register the event."""
    app.connect("build-finished", _write)
