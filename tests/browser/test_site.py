"""The built site as its readers meet it: every page, served and from a folder, light and dark, desktop and phone."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live_page import settle

pytestmark = [pytest.mark.browser, pytest.mark.site]

CHAPTERS = [
    "loop",
    "activations",
    "preprocessing",
    "initialization",
    "batchnorm",
    "optimizers",
    "schedules",
    "batch_size",
    "regularization",
    "ensembles",
    "babysitting",
    "project",
    "recipe",
]
GUIDES = ("reader", "student", "instructor", "term", "grading", "scaling", "syllabus", "integrity", "author")
PAGES = [
    "index",
    *(f"chapters/{name}" for name in CHAPTERS),
    "notation",
    "glossary",
    "genindex",
    "claims",
    "references",
    *(f"guide/{name}" for name in GUIDES),
]
#: Holds when every picture that is shown is there; that of the other theme or width is hidden and never loaded.
LOADED = "[...document.images].every(i => i.checkVisibility() ? i.complete && i.naturalWidth : true)"
#: Has every picture loaded at once, and not when it comes into view.
EAGER = "for (const image of document.images) image.loading = 'eager'"
#: Goes down the page a screen at a time, as a reader does, which starts Python. A pause ends without a frame too.
SCROLL = """() => {
  const pause = () => Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    new Promise((done) => setTimeout(done, 200)),
  ]);
  const down = async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 700) {
      scrollTo(0, y);
      await pause();
    }
    scrollTo(0, 0);
    window.wasDown = true;
  };
  void down();
}"""
#: Axes of live figures on which fewer than two numbers stand: they tell no scale.
FEW_TICKS = """() => [...document.querySelectorAll("figure.ck-widget [aria-label$='-axis tick label']")]
  .filter((axis) => axis.children.length < 2).map((axis) => axis.closest("[data-widget]").dataset.widget)"""


def test_the_list_of_pages_is_whole(site: Path) -> None:
    made = {str(file.relative_to(site).with_suffix("")) for file in site.rglob("*.html")}
    assert made == set(PAGES)


@pytest.fixture
def reads(watched: Callable[..., Any], told: Callable[[str], None]) -> Callable[..., Any]:
    """`reads(url, width, dark=...)` opens a page and goes down it, as a reader does.

    Chromium's main thread now and then blocks for good while a long page is drawn: all is idle, no timer fires,
    no script runs. That is no fault of the page: it is told, and the page opened once more.
    """
    from playwright import sync_api

    def read(url: str, width: int, *, dark: bool = False) -> Any:
        for once_more in (True, False):
            seen = watched(width, dark=dark)
            seen.page.goto(url)
            seen.page.evaluate(EAGER)
            seen.page.evaluate(SCROLL)
            try:
                seen.page.wait_for_function("window.wasDown", polling=50)
            except sync_api.TimeoutError:
                told(f"the browser stood still on {url} at {width} pixels")
                if not once_more:
                    raise
            else:
                return seen
        raise AssertionError

    return read


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_stands_alone_and_fits(reads: Callable[..., Any], address: str, page: str, width: int) -> None:
    seen = reads(f"{address}{page}.html", width, dark=width == 390)
    seen.page.wait_for_function(LOADED, polling=50)
    figures = seen.page.locator("figure.ck-widget")
    for i in range(figures.count()):
        figures.nth(i).locator("svg").first.wait_for()
    assert seen.page.evaluate(FEW_TICKS) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.off_host == []
    assert seen.complaints == []
    seen.page.close()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
def test_a_page_is_accessible(
    watched: Callable[..., Any],
    settled: Callable[[Any], None],
    inaccessible: Callable[[Any], list[str]],
    address: str,
    page: str,
    width: int,
    dark: bool,
) -> None:
    """By axe-core's rules, all of them; what is off the screen too."""
    seen = watched(width, dark=dark)
    seen.page.goto(f"{address}{page}.html")
    seen.page.evaluate(EAGER)
    seen.page.wait_for_function(LOADED, polling=50)
    settled(seen.page)
    assert inaccessible(seen.page) == []
    seen.page.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_from_the_folder_shows_everything(watched: Callable[..., Any], site: Path, page: str) -> None:
    seen = watched()
    seen.page.goto((site / f"{page}.html").as_uri())
    seen.page.evaluate(EAGER)
    seen.page.wait_for_function(LOADED, polling=50)
    figures = seen.page.locator("figure.ck-widget")
    for i in range(figures.count()):
        figures.nth(i).locator("svg").first.wait_for()
        figures.nth(i).hover()
        # What a reader can do about it: a server, and how to start one.
        figures.nth(i).get_by_text("http.server").first.wait_for()
    assert seen.off_host == []
    assert seen.complaints == []
    seen.page.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_quiz_explains_the_answer_that_was_chosen(watched: Callable[..., Any], address: str, name: str) -> None:
    seen = watched(1280)
    seen.page.goto(f"{address}chapters/{name}.html")
    quizzes = seen.page.locator(".bk-quiz")
    assert quizzes.count() >= 5
    for i in range(quizzes.count()):
        answers = quizzes.nth(i).get_by_role("radio")
        assert answers.count() >= 3
        for j in range(answers.count()):
            answers.nth(j).check()
            shown = [why for why in quizzes.nth(i).locator(".bk-why").all() if why.is_visible()]
            said = [why.inner_text() for why in shown]
            assert len(said) == 1, f"question {i + 1}, answer {j + 1}: {said}"
            right, *why = said[0].splitlines()
            assert right in ("Right.", "Not this one.")
            assert "".join(why).strip()
            # Those who do not see it hear it.
            heard = quizzes.nth(i).get_by_role("status").text_content()
            assert heard.startswith(f"{right} ")
            assert len(heard) > len(right) + 10
            assert "\\" not in heard
    seen.page.close()


def test_the_contents_follow_the_reader(watched: Callable[..., Any], address: str) -> None:
    seen = watched(1280, 500)
    seen.page.goto(f"{address}chapters/activations.html#quiz")
    marked = seen.page.locator(".contents [aria-current='true']")
    assert marked.inner_text() == "Quiz"
    place = marked.bounding_box()
    assert 0 < place["y"] < 500
    seen.page.evaluate("scrollTo(0, 0)")
    seen.page.wait_for_function("!document.querySelector('.contents [aria-current=true]')", polling=50)
    seen.page.close()


def test_the_ledger_is_narrowed_by_keyboard_and_whole_on_paper(watched: Callable[..., Any], address: str) -> None:
    for width in (1280, 390):
        seen = watched(width)
        page = seen.page
        page.goto(f"{address}claims.html")
        rows, said = page.locator(".bk-ledger tbody tr"), page.locator(".bk-filter [role=status]")

        def visible(rows: Any = rows) -> list[Any]:
            return [row for row in rows.all() if row.is_visible()]

        whole = rows.count()
        assert len(visible()) == whole
        assert said.inner_text() == f"{whole} of {whole} claims"
        page.get_by_label("Verdict", exact=True).focus()
        page.keyboard.type("wrong")
        page.get_by_label("Chapter", exact=True).focus()
        page.keyboard.type("Opt")
        left = visible()
        assert 0 < len(left) < whole
        assert {row.get_attribute("data-verdict") for row in left} == {"wrong as stated"}
        assert {row.locator("xpath=ancestor::section[1]").get_attribute("id") for row in left} == {"optimizers"}
        assert said.inner_text() == f"{len(left)} of {whole} claims"
        assert page.get_by_label("Chapter", exact=True).evaluate("e => e.selectedOptions[0].text") == (
            f"Optimizers ({len(left)})"
        )
        page.emulate_media(media="print")
        assert len(visible()) == whole
        assert not page.locator(".bk-filter").is_visible()
        page.emulate_media(media="screen")
        # A link to what is passed over shows it.
        page.evaluate("location.hash = 'ensembles'")
        page.wait_for_function("!document.querySelector('.bk-passed-over')", polling=50)
        page.get_by_label("Verdict", exact=True).select_option("holds")
        page.get_by_role("button", name="Show all").press("Enter")
        assert len(visible()) == whole
        assert seen.complaints == []
        page.close()


def test_code_goes_on_in_the_next_line_on_a_phone(watched: Callable[..., Any], address: str) -> None:
    seen = watched(390)
    seen.page.goto(f"{address}chapters/activations.html")
    seen.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    code = "[...document.querySelectorAll('pre')].filter((pre) => !pre.closest('.cell_output'))"
    assert seen.page.evaluate(f"{code}.length") > 10
    assert seen.page.evaluate(f"{code}.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length") == 0
    # What is marked and copied is the code as it was written.
    changed = f"{code}.filter((pre) => pre.innerText.trim() !== pre.textContent.trim()).length"
    assert seen.page.evaluate(changed) == 0
    seen.page.close()


def test_what_stands_below_a_drawing_does_not_move_while_its_frames_play(
    watched: Callable[..., Any], address: str
) -> None:
    seen = watched(390)
    seen.page.goto(f"{address}chapters/loop.html")
    widget = seen.page.locator("figure.ck-widget", has=seen.page.locator("[data-widget='loop.valley']"))
    scrub, line = widget.get_by_label("Frame", exact=True), widget.locator(".ck-status")
    scrub.scroll_into_view_if_needed()
    heights = []
    for frame in range(31):
        scrub.fill(str(frame))
        settle(seen.page)
        heights.append(line.bounding_box()["height"])
    assert heights == sorted(heights)
    seen.page.close()


def test_a_chapter_on_paper(watched: Callable[..., Any], address: str) -> None:
    """Light, whatever the screen was; drawings without their controls, nothing that unfolds; and back again."""
    seen = watched(1280, dark=True)
    page = seen.page
    page.goto(f"{address}chapters/activations.html")
    page.evaluate(EAGER)
    page.locator("figure.ck-widget svg").first.wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    ink, paper = page.evaluate("['color', 'backgroundColor'].map(name => getComputedStyle(document.body)[name])")
    assert sum(int(part) for part in ink[4:-1].split(",")) < 200
    assert paper == "rgba(0, 0, 0, 0)"
    page.wait_for_function(LOADED, polling=50)
    for drawn in (".bk-plot-light img", "figure.ck-widget svg", ".ck-status"):
        assert page.locator(drawn).first.is_visible(), drawn
    hidden = ".bar, .contents, .turn, .bk-plot-dark, .ck-controls, .ck-try-box, summary, .bk-solution pre"
    assert [part.inner_text() for part in page.locator(hidden).all() if part.is_visible()] == []
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert seen.complaints == []
    page.close()


def test_screenshots_for_people(watched: Callable[..., Any], address: str, shots: Path) -> None:
    for name, width, dark in [("desktop-light", 1280, False), ("desktop-dark", 1280, True), ("phone-dark", 390, True)]:
        seen = watched(width, dark=dark)
        seen.page.goto(f"{address}chapters/activations.html")
        seen.page.evaluate(EAGER)
        seen.page.wait_for_function(LOADED, polling=50)
        target = shots / f"chapter-{name}.png"
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        seen.page.screenshot(path=target, full_page=True)
        assert target.stat().st_size > 50_000
        seen.page.close()
