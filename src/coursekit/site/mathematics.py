"""Formulas: rendered by KaTeX while the book is built, so that a page carries HTML and MathML and no script.

The KaTeX that renders is the very package whose style and fonts the site ships. A formula that it cannot read is a
warning with its page and line, and so fails the build; there is never red text on a page.
"""

import atexit
import json
import subprocess
from functools import lru_cache
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from coursekit.site.assets import THEME, node_modules

_log = logging.getLogger(__name__)


class FormulaError(ValueError):
    """A formula that KaTeX cannot read."""


@lru_cache(1)
def _renderer() -> "subprocess.Popen[str]":
    """One node process for the whole build; it ends with its input."""
    command = ["node", str(THEME / "look" / "katex.cjs"), str(node_modules() / "katex")]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    except FileNotFoundError as error:
        raise ExtensionError("formulas need node, which was not found: run `make setup`, or install nodejs") from error
    atexit.register(process.communicate)
    return process


@lru_cache(20_000)
def render(latex: str, *, display: bool) -> str:
    """The formula as HTML with MathML; raises `FormulaError`."""
    process = _renderer()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"latex": latex, "display": display}) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise ExtensionError(f"KaTeX's process ended (status {process.poll()}) at the formula {latex!r}")
    answer = json.loads(line)
    if "html" not in answer:
        raise FormulaError(" ".join(answer["error"].split()))
    return str(answer["html"])


def _html(node: nodes.Element, *, display: bool) -> str:
    try:
        return render(node.astext(), display=display)
    except FormulaError as error:
        _log.warning("a formula that KaTeX cannot read: %s", error, location=node, type="coursekit", subtype="math")
        return f'<code class="katex-error">{escape(node.astext())}</code>'


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{_html(node, display=False)}</span>')
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="math-box">{_html(node, display=True)}</div>')
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
