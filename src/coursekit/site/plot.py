"""Plots on the page: the SVG files that `coursekit.jupyter.plots` drew, for light and dark pages, wide and narrow."""

import hashlib
import posixpath
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

#: The MIME type that `coursekit.jupyter.plots.Plot` offers beside its HTML.
PLOT = "application/vnd.coursekit.plot+json"


class PlotNode(nodes.General, nodes.Element):
    """A plot: `files` maps "light", "dark", "light-phone", "dark-phone" to SVG text."""


def plot_node(content: dict[str, Any]) -> PlotNode:
    """The node of a plot from the JSON of its output."""
    return PlotNode(
        "", files=content["files"], alt=content["alt"], caption=content.get("caption", ""), size=content["size"]
    )


def _visit(translator: HTML5Translator, node: PlotNode) -> None:
    where = {name: _write(translator, svg) for name, svg in node["files"].items()}
    width, height = node["size"]
    shown = []
    for theme in ("light", "dark"):
        image = (
            f'<img src="{where[theme]}" alt="{escape(node["alt"])}" width="{width:.0f}" height="{height:.0f}" '
            'loading="lazy" decoding="async">'
        )
        narrow = where.get(f"{theme}-phone")
        source = f'<source media="(max-width: 40rem)" srcset="{narrow}">' if narrow else ""
        shown.append(f'<picture class="bk-plot-{theme}">{source}{image}</picture>')
    caption = f"<figcaption>{escape(node['caption'])}</figcaption>" if node["caption"] else ""
    wide = " bk-wide" if width > 660 else ""
    translator.body.append(f'<figure class="bk-plot{wide}">{"".join(shown)}{caption}</figure>\n')
    raise nodes.SkipNode


def _write(translator: HTML5Translator, svg: str) -> str:
    name = f"plot-{hashlib.sha256(svg.encode()).hexdigest()[:12]}.svg"
    target = Path(translator.builder.outdir) / translator.builder.imagedir / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(svg, "utf-8")
    return posixpath.join(translator.builder.imgpath, name)


def setup(app: Sphinx) -> None:
    """Register the node."""
    app.add_node(PlotNode, html=(_visit, None))
