"""Formulas: rendered by KaTeX while the book is built, so that a page carries HTML and MathML and no script.

The rendering process is the one of sphinxcontrib-katex. Unlike there, a formula that KaTeX cannot read is a warning with
its page and line (and so fails the build), never red text on the page.
"""

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib.katex import KaTeXError, get_node_equation_number, render_latex

_log = logging.getLogger(__name__)


def _render(node: nodes.Element, *, display: bool) -> str:
    latex = node.astext()
    try:
        return str(render_latex(latex, {"displayMode": display, "throwOnError": True, "strict": "ignore"}))
    except KaTeXError as error:
        reason = " ".join(str(error).split())
        _log.warning("formula that KaTeX cannot read: %s", reason, location=node, type="coursekit", subtype="math")
        return f'<code class="katex-error">{escape(latex)}</code>'


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{_render(node, display=False)}</span>')
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="math-box">{_render(node, display=True)}</div>')
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer under the name "coursekit"."""
    app.add_html_math_renderer("coursekit", inline_renderers=(_inline, None), block_renderers=(_block, None))
