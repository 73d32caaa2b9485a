"""What the pages load: style, script, fonts, KaTeX's style, the front end's bundles. All from the site itself.

Each file's name carries the hash of its content, so that a browser never shows an old one.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import coursekit.assets
from coursekit.widgets.palette import DIVERGING, PALETTE

THEME = Path(__file__).parent / "theme"
BUNDLES = Path(coursekit.assets.__file__).parent / "dist"

#: Where the front end's bundles and, beside them, Python for the browser lie on the site.
LIVE = "_static/coursekit"

#: Family -> (npm package, file stem, styles). Subsets: latin, greek.
FONTS = {
    "Source Serif": ("@fontsource-variable/source-serif-4", "source-serif-4", ("normal", "italic")),
    "Source Sans": ("@fontsource-variable/source-sans-3", "source-sans-3", ("normal",)),
    "Source Code": ("@fontsource-variable/source-code-pro", "source-code-pro", ("normal",)),
}
#: The characters of the two subsets, as the packages declare them.
SUBSETS = {
    "greek": "U+0370-0377,U+037A-037F,U+0384-038A,U+038C,U+038E-03A1,U+03A3-03FF",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
}


@dataclass
class Assets:
    """Where the files of this build lie, relative to the site's root."""

    icon: str = ""
    preload: list[str] = field(default_factory=list)
    style: str = ""
    script: str = ""
    ledger: str = ""
    katex: str = ""
    widget_style: str = ""
    widget_script: str = ""


def node_modules() -> Path:
    """The folder of npm packages (KaTeX's style, the fonts); raises `ExtensionError` where it is not there."""
    folder = Path(os.environ.get("COURSEKIT_NODE_MODULES") or Path(__file__).parents[3] / "js" / "node_modules")
    if not (folder / "katex").is_dir():
        raise ExtensionError(f"the fonts of the book are missing: no katex in {folder}; run `npm ci` in js/ first")
    return folder


def palette_css() -> str:
    """The palette as CSS variables `--ck-NAME`, for light and dark pages."""

    def block(selector: str, theme: str, ends: Iterable[tuple[str, str]]) -> str:
        inks = [f"--ck-{name.replace('_', '-')}:{getattr(colour, theme)}" for name, colour in PALETTE.items()]
        return f"{selector}{{color-scheme:{theme};{';'.join([*inks, *(f'--ck-{n}:{v}' for n, v in ends)])}}}\n"

    ends = [("negative", DIVERGING[0]), ("positive", DIVERGING[1])]
    dark = block(':root[data-theme="dark"]', "dark", [])
    return f"{block(':root', 'light', ends)}@media screen{{{dark}}}\n"


def _write(out: Path, folder: str, name: str, content: bytes) -> str:
    """Write `content` under `_static/folder` with its hash in the name; the path from the site's root."""
    stem, dot, ending = name.rpartition(".")
    path = Path("_static") / folder / f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}{dot}{ending}"
    target = out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.write_bytes(content)
    return path.as_posix()


def _place(out: Path, name: str) -> str:
    """Copy a bundle of the front end under its own name (the bundles find one another by it), the hash in the query."""
    content = (BUNDLES / name).read_bytes()
    target = out / LIVE / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return f"{LIVE}/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def _faces(out: Path, packages: Path) -> tuple[str, list[str]]:
    rules, preload = [], []
    for family, (package, stem, styles) in FONTS.items():
        for style in styles:
            for subset, characters in SUBSETS.items():
                name = f"{stem}-{subset}-wght-{style}.woff2"
                path = _write(out, "fonts", name, (packages / package / "files" / name).read_bytes())
                if family == "Source Serif" and subset == "latin" and style == "normal":
                    preload.append(path)
                rules.append(
                    f'@font-face{{font-family:"{family}";font-style:{style};font-display:swap;font-weight:200 900;'
                    f'src:url("../../{path}") format("woff2");unicode-range:{characters}}}\n'
                )
    return "".join(rules), preload


def _katex(out: Path, packages: Path) -> str:
    """KaTeX's own style with the woff2 fonts alone: every browser that runs the book reads those."""
    style = (packages / "katex" / "dist" / "katex.min.css").read_text("utf-8")
    style = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", style)

    def move(match: re.Match[str]) -> str:
        name = match[1]
        content = (packages / "katex" / "dist" / "fonts" / name).read_bytes()
        return f"url(../../{_write(out, 'fonts', name, content)})"

    style = re.sub(r"url\(fonts/([^)]+)\)", move, style).replace("font-display:block", "font-display:swap")
    return _write(out, "css", "katex.css", style.encode())


def figure_fonts(packages: Path, folder: Path) -> None:
    """Lay the face of figures out as TTF, which is what matplotlib reads, and say where to the cells' process."""
    folder.mkdir(parents=True, exist_ok=True)
    for weight in (400, 600):
        name = f"source-sans-3-latin-{weight}-normal"
        if not (folder / f"{name}.ttf").exists():
            font = TTFont(packages / "@fontsource" / "source-sans-3" / "files" / f"{name}.woff")
            font.flavor = None
            bold = (
                weight == 600
            )  # figures write the semibold as their bold: matplotlib knows two weights of its own face
            font["OS/2"].usWeightClass = 700 if bold else 400
            for entry in font["name"].names:
                if entry.nameID in (1, 16):
                    entry.string = "Source Sans 3"
                elif entry.nameID in (2, 17):
                    entry.string = "Bold" if bold else "Regular"
                elif entry.nameID in (4, 6):
                    entry.string = f"SourceSans3-{'Bold' if bold else 'Regular'}"
            font.save(folder / f"{name}.ttf")
    os.environ["COURSEKIT_FONTS"] = str(folder)


def gather(app: Sphinx) -> None:
    """Put the files into the output folder and remember their names."""
    app.builder.search = False  # the book has an index of its own, see search.py
    if app.builder.format != "html":
        return
    out, packages, found = Path(app.outdir), node_modules(), Assets()
    figure_fonts(packages, out.parent / "fonts")
    faces, found.preload = _faces(out, packages)
    style = palette_css() + faces + (THEME / "look" / "site.css").read_text("utf-8")
    found.style = _write(out, "css", "site.css", style.encode())
    found.script = _write(out, "js", "site.js", (THEME / "look" / "site.js").read_bytes())
    found.ledger = _write(out, "js", "ledger.js", (THEME / "look" / "ledger.js").read_bytes())
    found.icon = _write(out, "css", "icon.svg", (THEME / "look" / "icon.svg").read_bytes())
    found.katex = _katex(out, packages)
    if (BUNDLES / "host.js").is_file():
        found.widget_script = _place(out, "host.js")
        found.widget_style = _place(out, "widget.css")
    app.coursekit_assets = found


def clean(app: Sphinx, error: Exception | None) -> None:
    """Take away what Sphinx copies for pages of its own that this book does not have."""
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for name in ("basic.css", "doctools.js", "documentation_options.js", "language_data.js", "searchtools.js"):
        (static / name).unlink(missing_ok=True)
    for name in ("sphinx_highlight.js", "pygments.css", "file.png", "minus.png", "plus.png"):
        (static / name).unlink(missing_ok=True)
    for stray in static.glob("mystnb*.css"):
        stray.unlink()
    shutil.rmtree(Path(app.outdir) / "_sphinx_design_static", ignore_errors=True)


def setup(app: Sphinx) -> None:
    """Register the theme and the events."""
    app.add_html_theme("coursekit", str(THEME))
    app.connect("builder-inited", gather)
    app.connect("build-finished", clean)
