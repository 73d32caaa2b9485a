"""A small book that is good: what its pages hold, and that a second build takes no time."""

import json
import re
import time

import pytest

pytestmark = pytest.mark.site


def test_a_live_figure_carries_its_state(good):
    page = good.page()
    text = re.search(
        r'<figure class="ck-widget" data-widget="activations.explorer"[^>]*><script[^>]*>(.*?)</script>',
        page,
        re.DOTALL,
    )
    state = json.loads(text[1])
    assert set(state) == {"spec", "values", "figure"}
    assert state["values"]["x"] == 1.5
    array = next(m["y"] for p in state["figure"]["panels"] for m in p["marks"] if m["kind"] == "line")
    assert array["dtype"] == "float64"
    assert isinstance(array["data"], str)


def test_the_front_end_is_only_where_it_is_needed(good):
    home = (good.root / "_build" / "html" / "index.html").read_text("utf-8")
    assert "host.js" in good.page()
    assert "host.js" not in home
    assert "katex" not in home


def test_formulas_are_html_and_mathml(good):
    assert good.page().count('class="katex"') >= 4
    assert "<math" in good.page()
    assert not re.search(
        r"\$[^<]*\$", re.sub(r"<(script|pre|code|annotation)\b.*?</\1>", "", good.page(), flags=re.DOTALL)
    )


def test_a_plot_follows_the_theme(good):
    images = re.findall(r'<img src="([^"]+)" alt="A line from 0 to 1."', good.page())
    assert len(images) == 2
    for image in images:
        assert "<svg" in (good.root / "_build" / "html" / "chapters" / image).read_text("utf-8")


def test_the_engine_shows_its_own_source(good):
    import inspect

    from coursekit.nn import relu

    shown = re.search(r'<details class="bk-solution">.*?<pre>(.*?)</pre>', good.page(), re.DOTALL)[1]
    words = re.sub(r"<[^>]+>|\s", "", shown)
    import html

    assert html.unescape(words) == re.sub(r"\s", "", inspect.getsource(relu))


def test_a_quiz_is_a_group_of_radios_with_explanations(good):
    assert good.page().count('type="radio"') == 2
    assert "That is one too many." in good.page()
    assert 'role="radiogroup" aria-labelledby="quiz-1"' in good.page()


def test_claims_show_their_verdicts(good):
    assert 'id="claim-relu-plausible"' in good.page()
    assert "not testable here" in good.page()
    assert "wrong as stated" in good.page()


def test_every_page_describes_itself(good):
    for page in (good.root / "_build" / "html").rglob("*.html"):
        text = page.read_text("utf-8")
        assert re.search(r'<meta name="description" content="[^"]{5,}">', text)
        assert '<a class="skip" href="#content">' in text
        assert text.count("<main") == text.count("<h1") == 1


def test_the_search_index_holds_every_section(good):
    script = (good.root / "_build" / "html" / "_static" / "search-index.js").read_text("utf-8")
    pages = json.loads(script.removeprefix("window.coursekitSearch=").removesuffix(";\n"))
    assert {"One", "References"} <= {section[1] for page in pages for section in page["sections"]}


def test_a_second_build_takes_no_time(good):
    started = time.monotonic()
    good.build()
    assert time.monotonic() - started < 5
    assert "up to date" in good.said[0]


def test_a_changed_page_alone_is_read_again(tiny, cell):
    tiny.chapter(cell("print('once')"))
    tiny.build()
    tiny.write("index.md", "# A book\n\nAnother word about [](chapters/one.md).\n")
    tiny.build()
    assert any("read index" in line for line in tiny.said)
    assert not any("chapters/one" in line for line in tiny.said)


def test_what_a_screen_reader_is_told(good):
    page = good.page()
    assert 'role="doc-' not in page
    assert 'role="heading"' not in page
    assert "Toggle hidden content" not in page
    back = re.search(r'<ul class="bk-references">.*?<a href="#([^"]+)" aria-label="Back to the text"', page, re.DOTALL)
    assert f'id="{back[1]}"' in page
    assert re.search(r'<thead>\s*<tr[^>]*><td class="head"><p></p></td>\s*<th class="head">', page)
    assert page.count('role="note"') == 1


def test_the_map_links_what_is_there_and_marks_what_is_not(tiny):
    """And follows when a chapter comes."""
    tiny.write(
        "index.md",
        "# A book\n\n```{chapter-map}\none | First | What is $1$?\ntwo | Second | What is 2?\n```\n",
    )
    tiny.build()
    home = tiny.root / "_build" / "html" / "index.html"
    assert home.read_text("utf-8").count("to come") == 1
    # The link says what the chapter calls itself.
    assert re.search(r'href="chapters/one.html"><span[^>]*>One</span>', home.read_text("utf-8"))
    tiny.write("_toc.yml", "format: jb-book\nroot: index\nchapters:\n  - file: chapters/one\n  - file: chapters/two\n")
    tiny.write("chapters/two.md", "# Two\n\nHere.\n")
    tiny.build()
    assert 'href="chapters/two.html"' in home.read_text("utf-8").partition("<main")[2].partition('class="turn"')[0]
    assert "to come" not in home.read_text("utf-8")
