"""The look of a page that stands alone: one file, no script, no other host, light and dark, phone and paper."""

from html import escape

from coursekit.grading.reports.words import plain
from coursekit.widgets.palette import INK, ROLES

_PAGE = """\
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 106.25%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; color-scheme: light dark; }
body { margin: 0 auto; padding: 2rem 1.1rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 400 1rem/1.55 "Iowan Old Style", Charter, "Source Serif 4", Georgia, serif; overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; text-wrap: balance; }
h1 { margin: 0 0 .3rem; font-size: 1.9rem; letter-spacing: -.01em; }
h2 { margin: 2.6rem 0 .6rem; font-size: 1.3rem; }
h3 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
p { margin: .4rem 0 .8rem; }
a { color: var(--accent); text-underline-offset: .18em; }
.quiet { color: var(--muted); }
small, .small { font-size: .86rem; }
code, pre { font-family: ui-monospace, "Source Code Pro", Menlo, Consolas, monospace; font-size: .86em; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; } section, tr { break-inside: avoid; } }
"""


def _variables(dark: bool) -> str:
    colours = {**INK, "mark": ROLES["a"], "other": ROLES["b"]}
    pairs = [f"--{name}: {colour.dark if dark else colour.light};" for name, colour in colours.items()]
    return " ".join(pairs)


#: The colours are the book's own; paper is light.
_COLOURS = (
    f":root {{ {_variables(dark=False)} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(dark=True)} }} }}\n"
)

# What a page that shows foreign words may do, should one ever slip through: nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(title: str, body: str, style: str = "") -> str:
    """A whole HTML document; `body` and `style` are HTML and CSS, `title` is text."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{text(title)}</title>\n<style>\n{_COLOURS}{_PAGE}{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def text(value: object) -> str:
    """A text as HTML that shows that very text."""
    return escape(plain(value))
