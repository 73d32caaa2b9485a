"""The gates of the build, each broken by a book that is good but for the things named; every reason is one line."""

import pytest

pytestmark = pytest.mark.site


def has(problems: list[str], *parts: str) -> bool:
    """Whether one of the problems holds all these parts; none may be more than a line, or a traceback."""
    assert all("\n" not in line and "Traceback" not in line for line in problems)
    found = any(all(part in line for part in parts) for line in problems)
    assert found, problems
    return found


def test_a_cell_that_fails_stops_every_build(tiny, cell):
    tiny.chapter(f"Text.\n\n{cell('x = 1')}\n\n{cell('x / 0')}")
    first = tiny.problems()
    assert has(first, "book/chapters/one.md, line 15: a cell fails: ZeroDivisionError: division by zero")
    assert tiny.problems() == first


def test_what_sphinx_warns_of_stops_every_build(tiny, cell):
    tiny.write("_toc.yml", "format: jb-book\nroot: index\nchapters:\n  - file: chapters/one\n  - file: chapters/two\n")
    quiz = "```{quiz}\nWhat?\n\n- [x] This\n  Yes.\n- [ ] That\n```"
    warns = cell("import warnings\nwarnings.warn('look out')")
    tiny.chapter(f"See [](nowhere.md).\n\n$\\frac{{1}}{{$\n\n{quiz}\n\n{warns}")
    first = tiny.problems()
    assert has(first, "chapters/two")
    assert has(first, "book/chapters/one.md:", "nowhere.md")
    assert has(first, "book/chapters/one.md:", "a formula that KaTeX cannot read")
    assert has(first, "book/chapters/one.md:", "the answer 'That' has no explanation")
    assert has(first, "book/chapters/one.md:", "stderr")
    assert set(tiny.problems()) == set(first)


def test_what_is_wrong_in_the_pages(tiny, cell):
    empty = cell(
        "import numpy as np\n"
        "from coursekit.jupyter.view import WidgetView\n"
        "from coursekit.widgets import widget\n"
        "from coursekit.widgets.figure import Figure, Line, Panel\n"
        "nothing = np.zeros(0)\n"
        "@widget('tiny.empty', title='Empty')\n"
        "def empty():\n"
        "    return Figure(panels=[Panel(marks=[Line(x=nothing, y=nothing)])], alt='nothing')\n"
        "WidgetView(empty, {})"
    )
    tiny.chapter(
        'A slip: \\$\\sigma(x)\\$ here.\n\n<img src="x.svg">\n\n<script src="https://example.org/x.js"></script>\n\n'
        f'<p><a href="../there.html">there</a> and <a href="#place">here</a></p>\n\n{empty}'
    )
    problems = tiny.problems()
    assert has(problems, "chapters/one.html, line", "a formula that was not rendered")
    assert has(problems, "chapters/one.html, line", "an image without a text alternative: x.svg")
    assert has(problems, "chapters/one.html, line", "<script> asks another host: https://example.org/x.js")
    assert has(problems, "chapters/one.html, line", "a link to what is not there: ../there.html")
    assert has(problems, "chapters/one.html, line", "a link to a place that is not on the page: #place")
    assert has(problems, "chapters/one.html, line", "the live figure tiny.empty is empty")


def test_an_exercise_that_is_unknown(tiny):
    tiny.chapter("```{exercise} rilu\n:assignment: activations\n```")
    assert has(tiny.problems(), "book/chapters/one.md:", "no exercise 'rilu'", "relu_backward")


def test_a_claim_that_its_run_contradicts(tiny, monkeypatch):
    package = tiny.root / "lies"
    package.mkdir()
    (package / "lying.py").write_text(
        "from coursekit.claims import Claim, Verdict\n"
        "lie = Claim(id='lie', chapter='lies', statement='Up is down.', source='nobody', verdict=Verdict.HOLDS,\n"
        "    setup='None.', experiment=lambda seed: {'x': 1.0}, judge=lambda n: Verdict.WRONG,\n"
        "    report=lambda n: 'x is 1', seeds=[0])\n"
        "def setup(app):\n"
        "    import coursekit.site.ledger as ledger\n"
        "    ledger.chapters, ledger.claims_of = lambda: ['lies'], lambda chapter: (lie,)\n"
        "    return {}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(package))
    config = tiny.root / "_config.yml"
    config.write_text(
        config.read_text("utf-8").replace("      - coursekit.site\n", "      - coursekit.site\n      - lying\n")
    )
    tiny.chapter("```{claims} lies\n```")
    assert has(tiny.problems(), "chapters/one.md:", "contradicts claim 'lie'", "'holds'", "'wrong as stated'", "x is 1")


def test_a_chapter_that_the_map_forgets(tiny):
    tiny.write("index.md", "# A book\n\n```{chapter-map}\ntwo | Two | What next?\n```\n\n[](chapters/one.md)\n")
    assert has(tiny.problems(), "book/index.md:", "chapter-map", "does not name: one")
    tiny.write("index.md", "# A book\n\n```{chapter-map}\none | One\n```\n")
    assert has(tiny.problems(), "book/index.md:", "`id | title | question`, not 'one | One'")
