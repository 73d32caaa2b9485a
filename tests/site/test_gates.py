"""The gates on single pages, written by hand."""

import json

import pytest

from coursekit.site import gates

STATE = {
    "spec": {},
    "values": {},
    "figure": {"panels": [{"marks": [{"kind": "line", "x": {"shape": [2], "data": "AA=="}}]}]},
}


@pytest.fixture
def site(tmp_path):
    """A function that writes a page's body and returns the problems that the gates find."""
    html, source = tmp_path / "html", tmp_path / "book"
    html.mkdir()
    source.mkdir()
    (source / "_toc.yml").write_text("root: index\n")

    def look(body, name="index.html"):
        (html / name).write_text(f"<!DOCTYPE html><html><body>\n{body}\n</body></html>", "utf-8")
        return gates.check(html, source)

    return look


def widget(state):
    inside = f"<script type='application/json'>{json.dumps(state)}</script>"
    return f"<figure class='ck-widget' data-widget='a.b'>{inside}</figure>"


@pytest.mark.parametrize(
    "body",
    [
        "<p>It costs $5 and $6, or C:\\path.</p>",
        "<pre>x = r'$\\sigma$'</pre><p><code>\\frac</code></p>",
        '<span class="katex"><math><annotation>\\frac{1}{2}</annotation></math></span>',
        '<img src="data:image/png;base64,AA" alt="A dot.">',
        '<a href="https://example.org/">elsewhere</a> <a href="#here" id="here">here</a>',
        widget(STATE),
    ],
)
def test_what_is_good_passes(site, body):
    assert site(body) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (r"<p>so $\sigma(x)$ is</p>", "not rendered: 'so $"),
        (r"<p>so \(x\) is</p>", "not rendered"),
        ('<code class="katex-error">x</code>', "KaTeX could not read"),
        ('<img src="data:,"  alt=" ">', "without a text alternative"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "<link> asks another host: //example.org/a.css"),
        ('<p style="background:url(https://example.org/a.png)">x</p>', "asks another host: https://example.org/a.png"),
        ('<source srcset="https://example.org/a.svg 2x">', "<source> asks another host"),
        ('<script src="gone.js"></script>', "a link to what is not there: gone.js"),
        ('<a href="gone.html#x">x</a>', "a link to what is not there: gone.html#x"),
        ('<a href="../../etc/hosts">x</a>', "a link to what is not there"),
        ('<a href="#gone">x</a>', "a place that is not on the page: #gone"),
        ('<p id="a"></p><p id="a"></p>', "the id 'a' stands twice"),
        ('<figure class="ck-widget" data-widget="a.b"></figure>', "the live figure a.b is empty: it holds no state"),
        (widget({"spec": {}}), "the live figure a.b cannot be read: KeyError"),
        (widget({"figure": {"panels": [{"marks": []}]}}), "the live figure a.b is empty: no mark"),
        (
            widget({"figure": {"panels": [{"marks": [{"kind": "rule", "x": 1}]}]}}),
            "the live figure a.b is empty: no mark",
        ),
        (widget({"figure": {"panels": [{"marks": [{"x": {"shape": [0], "data": ""}}]}]}}), "is empty: no mark"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(site, body, problem):
    found = site(body)
    assert len(found) == 1
    assert found[0].startswith("index.html, line 2: ")
    assert problem in found[0]


def test_a_page_of_the_contents_that_was_not_built(site):
    assert "_toc.yml, line 1: the page index is missing" in site("<p>x</p>", "other.html")


def test_a_style_sheet_that_asks_another_host(site, tmp_path):
    (tmp_path / "html" / "a.css").write_text("@import 'https://example.org/b.css';")
    assert site("<p>x</p>") == ["a.css: it asks another host: https://example.org/b.css"]
