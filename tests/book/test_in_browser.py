"""The page's own script in a browser, from a folder without a server: search, theme, quiz, contents on a phone."""

from collections.abc import Iterator

import pytest

pytestmark = [pytest.mark.site, pytest.mark.browser]


@pytest.fixture
def page(browser, good) -> Iterator:
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="light")
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(f"asked for {r.url}"))
    page.goto((good.root / "_build" / "html" / "chapters" / "one.html").as_uri())
    yield page
    page.close()
    assert wrong == []


def test_an_answer_is_explained_by_keyboard(page):
    page.locator(".bk-quiz input").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_text("That is one too many.").first.is_visible()
    assert not page.get_by_text("So it is.").first.is_visible()
    assert "one too many" in page.locator(".bk-quiz-said").text_content()


def test_search_finds_a_section_without_a_server(page):
    page.keyboard.press("/")
    page.get_by_role("searchbox").fill("all said")
    result = page.locator(".search li a")
    result.first.wait_for()
    assert result.count() == 1
    assert page.locator("mark").first.text_content() == "all"
    page.get_by_role("searchbox").fill("zebra")
    assert "Nothing has" in page.locator(".search-said").text_content()


def test_the_theme_turns_and_figures_with_it(page):
    assert page.locator(".bk-plot-light img").is_visible()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator(".bk-plot-dark img").is_visible()
    assert not page.locator(".bk-plot-light img").is_visible()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_contents_open_and_close_on_a_phone(page):
    button = page.get_by_role("button", name="Contents")
    assert not page.locator("#contents").is_visible()
    button.click()
    assert page.locator("#contents").is_visible()
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"


def test_nothing_scrolls_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_page_with_a_sheet_is_printed_as_that_sheet_alone(browser, tiny):
    body = (
        "(one)=\n# One\n\nFirst words.\n\n## The sheet\n\nWords before.\n\n:::{container} bk-sheet\n\n**Begin**\n\n"
        "1. Do this.\n2. Do that.\n\n:::\n\n## More\n\nMore words.\n\n### Deeper\n\nDeep words.\n"
    )
    tiny.write("chapters/one.md", body)
    page = browser.new_page()
    page.goto((tiny.build() / "chapters" / "one.html").as_uri())
    texts = ("First words.", "Words before.", "Begin", "Do that.", "More words.", "Deep words.")

    def seen() -> list[str]:
        return [text for text in texts if page.locator("main").get_by_text(text, exact=True).first.is_visible()]

    assert seen() == list(texts)
    page.emulate_media(media="print")
    assert seen() == ["Begin", "Do that."]
    assert page.locator("h1").is_visible()
    page.close()
