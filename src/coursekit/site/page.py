"""What every page gets: its description, its sections for the sidebar, the styles and scripts that it needs."""

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from coursekit.site import assets, search


def describe(doctree: nodes.document | None, fallback: str) -> str:
    """The first sentences of the page, up to 160 characters, for search engines and previews."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree is not None else ():
        words = " ".join(paragraph.astext().split())
        if len(words) > 40:
            return words if len(words) <= 160 else words[:157].rsplit(" ", 1)[0] + "…"
    return fallback


def _context(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    found: assets.Assets = app.coursekit_assets
    body = context.get("body", "")
    styles, scripts = [found.style], [found.script]
    if 'class="katex' in body:
        styles.insert(0, found.katex)
    if 'class="ck-widget"' in body and found.widget_script:
        styles.append(found.widget_style)
        scripts.append(found.widget_script)
    if 'class="bk-ledger"' in body:
        scripts.append(found.ledger)
    sections = re.search(r"<ul>.*</ul>", context.get("toc", ""), re.DOTALL)
    inner = re.search(r"</a>\s*(<ul>.*</ul>)\s*</li>", sections[0], re.DOTALL) if sections else None
    context.update(
        ck_description=describe(doctree, app.config.html_title),
        ck_preload=found.preload,
        ck_styles=styles,
        ck_scripts=scripts,
        ck_icon=found.icon,
        ck_sections=inner[1] if inner else "",
        ck_search=search.INDEX,
        ck_footer=f"{escape(app.config.author)}. Text: CC BY 4.0. Code: MIT.",
    )


def setup(app: Sphinx) -> None:
    """Register the event."""
    app.connect("html-page-context", _context, priority=900)
    search.setup(app)
