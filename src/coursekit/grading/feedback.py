"""Makes the feedback pages safe to open: they show what students wrote, and run none of it."""

import json
from typing import Any

import bleach
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from jinja2 import BaseLoader, DictLoader, pass_context
from nbconvert.exporters import HTMLExporter

_TEXT = (
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "br",
    "hr",
    "small",
    "sub",
    "sup",
    "del",
    "mark",
    "s",
    "u",
    "kbd",
    "samp",
)
_BLOCKS = (
    "div",
    "span",
    "pre",
    "code",
    "img",
    "figure",
    "figcaption",
    "section",
    "header",
    "footer",
    "details",
    "summary",
)
_TABLES = ("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "dl", "dt", "dd")
_TAGS = {*bleach.ALLOWED_TAGS, *_TEXT, *_BLOCKS, *_TABLES}
_EVERYWHERE = {"class", "title", "style", "role", "aria-label", "aria-hidden", "colspan", "rowspan", "scope", "open"}
_LAYOUT = ["border", "border-radius", "padding", "margin", "display", "gap", "max-width", "white-space", "list-style"]
_SIDES = [f"{box}-{side}" for box in ("border", "padding", "margin") for side in ("left", "right", "top", "bottom")]
_STYLES = CSSSanitizer(allowed_css_properties=[*ALLOWED_CSS_PROPERTIES, *_LAYOUT, *_SIDES])


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in _EVERYWHERE:
        return True
    if tag == "img":
        # A picture from elsewhere would tell a stranger who reads this page, and when.
        return name in {"alt", "width", "height"} or (name == "src" and value.startswith("data:image/"))
    return (tag, name) in {("a", "href"), ("a", "name"), ("h1", "id"), ("h2", "id"), ("h3", "id")}


def clean_html(element: object) -> str:
    """`element` without scripts, event handlers, forms, frames, style sheets and pictures from other hosts."""
    text = element.decode() if isinstance(element, bytes) else str(element)
    protocols = {"http", "https", "mailto", "data"}
    return str(bleach.clean(text, tags=_TAGS, attributes=_allowed, protocols=protocols, css_sanitizer=_STYLES))


# nbgrader's template calls the macro `mathjax` without an address, and the stock macro then loads from a public server.
_MATHJAX = """\
{%- import "base/mathjax.html.j2" as stock -%}
{%- macro mathjax(url="") -%}{%- if ADDRESS -%}{{ stock.mathjax(ADDRESS) }}{%- endif -%}{%- endmacro -%}
"""


class SafeHTMLExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's HTML exporter, with everything that a student wrote cleaned by `clean_html`.

    `sanitize_html` alone would not do: nbgrader's feedback template shows Markdown cells past it, and nbconvert's own
    list of allowed tags drops headings, paragraphs and the look of the checks. `mathjax_url` holds here, and where it
    is empty the page asks no other host for anything.
    """

    def __init__(self, *args: Any, extra_loaders: list[BaseLoader] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        macro = _MATHJAX.replace("ADDRESS", json.dumps(self.mathjax_url))
        self.extra_loaders = [DictLoader({"mathjax.html.j2": macro}), *(extra_loaders or [])]

    @pass_context  # type: ignore[untyped-decorator]
    def markdown2html(self, context: object, source: str) -> str:
        """Markdown as clean HTML."""
        return clean_html(super().markdown2html(context, source))
