"""The gates: what must hold of the built pages. Each problem is one line that names the page and the line on it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Elements and the attribute by which they make the browser ask for something.
_LOADS = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "srcset",
    "iframe": "src",
    "video": "src",
    "audio": "src",
}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Words inside these are not prose.
_NOT_PROSE = {"script", "style", "pre", "code", "template", "math", "svg", "textarea"}
_RAW_MATH = re.compile(r"\$\$|\$[^$\s][^$\n]*[\\^_{][^$\n]*\$|\\\(|\\\[|\\(?:frac|sigma|begin|mathbf|sum|text)\b")


@dataclass
class Page(HTMLParser):
    """What one page holds: ids, links, loads, words of prose, live figures."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[tuple[int, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    widgets: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._widget: tuple[int, str] | None = None
        self._payload: list[str] | None = None
        self.feed(self.path.read_text("utf-8"))
        self.close()

    def _say(self, problem: str) -> None:
        self.problems.append((self.getpos()[0], problem))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what the element is and asks for."""
        given = {name: value or "" for name, value in attributes}
        classes = given.get("class", "").split()
        if "id" in given:
            if given["id"] in self.ids:
                self._say(f"the id {given['id']!r} stands twice on the page")
            self.ids.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append((self.getpos()[0], given["href"]))
        if tag == "img" and not given.get("alt", "").strip():
            self._say(f"an image without a text alternative: {given.get('src', '')[:80]}")
        if (name := _LOADS.get(tag)) and given.get(name):
            self._load(tag, given[name])
        if "style" in given and (outside := _outside_in_css(given["style"])):
            self._say(f"a style that asks another host: {outside}")
        if "katex-error" in classes:
            self._say("a formula that KaTeX could not read")
        if "ck-widget" in classes:
            self._widget = (self.getpos()[0], given.get("data-widget", "?"))
            self.widgets.append(self._widget)
        if tag == "script" and self._widget and given.get("type") == "application/json":
            self._payload = []
        if tag not in _VOID:
            prose = tag not in _NOT_PROSE and "katex" not in classes
            self._open.append(tag if prose else f"!{tag}")

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and a live figure with it."""
        if self._payload is not None and tag == "script":
            self._judge_figure("".join(self._payload))
            self._payload = None
        if tag == "figure" and self._widget is not None:
            self._say(f"the live figure {self._widget[1]} is empty: it holds no state")
            self._widget = None
        while self._open and self._open.pop().lstrip("!") != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look for formulas that were left as they were typed."""
        if self._payload is not None:
            self._payload.append(data)
        elif not any(tag.startswith("!") for tag in self._open) and (found := _RAW_MATH.search(data)):
            start = max(0, found.start() - 20)
            self._say(f"a formula that was not rendered: {' '.join(data[start : found.end() + 20].split())!r}")

    def _load(self, tag: str, value: str) -> None:
        for address in [part.split()[0] for part in value.split(",") if part.strip()] if tag == "source" else [value]:
            if urlsplit(address).netloc or address.startswith(("http:", "https:", "//")):
                self._say(f"<{tag}> asks another host: {address}")
            elif not address.startswith(("data:", "#")):
                self.links.append((self.getpos()[0], address))

    def _judge_figure(self, text: str) -> None:
        assert self._widget is not None
        name, self._widget = self._widget[1], None
        try:
            figure = json.loads(text)["figure"]
            marks = [mark for panel in figure["panels"] for mark in panel["marks"]]
        except (ValueError, KeyError, TypeError) as error:
            self._say(f"the live figure {name} cannot be read: {type(error).__name__}: {error}")
            return
        if not any(_draws(mark) for mark in marks):
            self._say(f"the live figure {name} is empty: no mark has anything to draw")


def _draws(mark: dict[str, object]) -> bool:
    """Whether the mark has numbers to draw; marks without arrays (rules, words) do not make a figure alone."""
    arrays = [value for value in mark.values() if isinstance(value, dict) and "shape" in value]
    return bool(arrays) and all(0 not in array["shape"] and array.get("data") for array in arrays)


def _outside_in_css(text: str) -> str:
    found = re.search(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)", text)
    return found[1] if found else ""


def check(html: Path, source: Path) -> list[str]:
    """All problems of the site in `html`, whose pages were written in `source`; none means that it is good."""
    pages = {file.resolve(): Page(file) for file in sorted(html.rglob("*.html"))}
    found = list(_missing(html, source))
    for page in pages.values():
        name = page.path.relative_to(html)
        found += [f"{name}, line {line}: {problem}" for line, problem in page.problems]
        found += [f"{name}, line {line}: {problem}" for line, problem in _broken(html, page, pages)]
    for file in sorted(html.rglob("*.css")):
        if outside := _outside_in_css(file.read_text("utf-8")):
            found.append(f"{file.relative_to(html)}: it asks another host: {outside}")
    return found


def _missing(html: Path, source: Path) -> Iterator[str]:
    """Pages that the table of contents names and that were not built."""
    toc = source / "_toc.yml"
    for number, line in enumerate(toc.read_text("utf-8").splitlines(), 1):
        entry = re.match(r"\s*(?:-\s*)?(?:file|root):\s*([^\s#]+)", line)
        if entry and not (html / f"{entry[1].removesuffix('.md').removesuffix('.ipynb')}.html").is_file():
            yield f"{toc.name}, line {number}: the page {entry[1]} is missing"


def _broken(html: Path, page: Page, pages: dict[Path, Page]) -> Iterator[tuple[int, str]]:
    """Links to a page, a file or a place on a page that is not there."""
    for line, link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or link.startswith("data:"):
            continue
        target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_relative_to(html.resolve()) or not target.exists():
            yield line, f"a link to what is not there: {link}"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
            yield line, f"a link to a place that is not on the page: {link}"
