"""One docutils node for every HTML element that the directives make, so that each needs no visitor of its own."""

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class Html(nodes.General, nodes.Element):
    """The HTML element `tag` with `attrs` around its children; an attribute that is None or False is left out."""

    def __init__(self, tag: str = "div", *children: nodes.Node, **attrs: Any) -> None:
        cleaned = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        super().__init__("", *children, tag=tag, attrs=cleaned)


def text(tag: str, words: str, **attrs: Any) -> Html:
    """An element that holds plain words."""
    return Html(tag, nodes.Text(words), **attrs)


def _visit(translator: HTML5Translator, node: Html) -> None:
    shown = {name: value for name, value in node["attrs"].items() if value is not None and value is not False}
    written = "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"' for name, value in shown.items()
    )
    translator.body.append(f"<{node['tag']}{written}>")


def _depart(translator: HTML5Translator, node: Html) -> None:
    if node["tag"] not in {"input", "img", "source", "hr", "br"}:
        translator.body.append(f"</{node['tag']}>")


def setup(app: Sphinx) -> None:
    """Register the node."""
    app.add_node(Html, html=(_visit, _depart))
