"""Widgets where Python does not run, and how they look: from a folder, on a broken site, dark, light, on a phone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

NO_SERVER = (
    "Drawn, but not live: a browser runs Python only on a page that a server sends. "
    "In the folder of this site type “python -m http.server” and open http://localhost:8000."
)


def drawn(page: Any) -> None:
    """Wait until all three widgets are drawn, and what was last asked of them too."""
    all_drawn = "document.querySelectorAll('.ck[data-drawn]:not([data-due])').length === 3"
    page.wait_for_function(f"!document.querySelector('[data-asking]') && {all_drawn}", polling=50)


def ink(page: Any) -> str:
    """The colour of the first line, as #rrggbb."""
    line = page.locator(".ck-plot svg [aria-label=line] path").first
    numbers = line.evaluate("path => getComputedStyle(path).stroke.match(/\\d+/g).map(Number)")
    return "#" + "".join(f"{number:02x}" for number in numbers)


def test_from_a_folder_all_is_drawn_and_one_sentence_says_why_it_is_not_live(
    watched: Callable[..., Any], trial_site: Path
) -> None:
    seen = watched()
    page = seen.page
    page.goto((trial_site / "index.html").as_uri())
    drawn(page)
    assert page.locator(".ck-plot svg").count() == 9
    assert page.locator(".ck-host").all_inner_texts() == [NO_SERVER] * 3
    assert page.locator(".ck-slider input").first.is_disabled()
    assert not page.get_by_role("link", name="Link to these settings").count()
    page.locator("[data-widget='trial.descent']").get_by_label("One step on").click()
    drawn(page)
    assert page.locator("[data-widget='trial.descent'] .ck-status").inner_text().startswith("step 1: ")
    assert (seen.off_host, seen.complaints) == ([], [])


def _broken(site: Path, folder: Path, spoil: Callable[[Path], Any]) -> Path:
    shutil.copytree(site, folder)
    spoil(folder / "py")
    return folder


def _tamper(python: Path) -> None:
    wheel = next(python.glob("*/coursekit-*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (shutil.rmtree, "the worker's script could not be loaded"),
        (lambda python: (python / "pyodide-lock.json").unlink(), "pyodide-lock.json is not there (404)"),
        (lambda python: (python / "pyodide-lock.json").write_text("{"), "JSON"),
        (_tamper, "coursekit could not be loaded, or is not the file that the lock file names"),
    ],
    ids=["no folder", "no lock file", "a lock file that is none", "a wheel with another hash"],
)
def test_where_python_cannot_start_the_drawing_stays_and_one_sentence_says_why(
    watched: Callable[..., Any],
    serve: Callable[[Path], str],
    trial_site: Path,
    tmp_path: Path,
    spoil: Callable[[Path], Any],
    reason: str,
) -> None:
    page = watched().page
    page.goto(serve(_broken(trial_site, tmp_path / "site", spoil)))
    drawn(page)
    page.locator("input[data-name=x]").press("ArrowRight")
    page.wait_for_selector("[data-state=still]")
    note = page.locator(".ck-host").first.inner_text()
    assert note.startswith("This figure stays as it was drawn: Python could not start in this browser (")
    assert reason in note
    assert page.locator(".ck-plot svg").count() == 9
    assert page.locator("label", has_text="input").inner_text() == "input x = 1"


def test_a_start_that_failed_can_be_tried_again_and_the_last_wish_is_honoured(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path, tmp_path: Path
) -> None:
    lock = _broken(trial_site, tmp_path / "site", lambda _: None) / "py" / "pyodide-lock.json"
    lock.rename(tmp_path / "away")
    page = watched().page
    page.goto(serve(tmp_path / "site"))
    drawn(page)
    for _ in range(3):
        page.locator("input[data-name=x]").press("ArrowRight")
    first, second = (page.locator(".ck-host").nth(i).get_by_role("button", name="Try again") for i in (0, 1))
    second.wait_for()
    assert page.locator(".ck-slider input").first.is_disabled()
    first.click()
    page.wait_for_selector("[data-state=starting]")
    first.wait_for()  # it still fails
    (tmp_path / "away").rename(lock)
    first.click()
    page.wait_for_selector("[data-answers='1']")
    drawn(page)
    assert page.locator("[data-widget='trial.curve'] .ck-status").inner_text().startswith("tanh(1.3) = ")
    assert page.locator(".ck-host").all_inner_texts() == ["", "", ""]
    assert not page.locator(".ck-slider input").first.is_disabled()
    assert not second.is_visible()


def test_nothing_is_loaded_before_the_reader_means_it(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    page = watched().page
    page.goto(serve(trial_site))
    drawn(page)
    page.wait_for_timeout(300)
    assert page.workers == []
    with page.expect_worker():
        page.mouse.move(500, 400)
    page.locator(".ck-host", has_text="Starting Python").first.wait_for()
    page.locator(".ck-progress.ck-starting").first.wait_for()
    assert len(page.workers) == 1


def test_a_last_wish_from_before_python_was_up_is_honoured(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    seen = watched()
    page = seen.page
    page.goto(serve(trial_site))
    drawn(page)
    for _ in range(7):
        page.locator("input[data-name=x]").press("ArrowRight")
    page.wait_for_selector("[data-answers]")
    drawn(page)
    assert page.locator("[data-widget='trial.curve'] .ck-status").inner_text().startswith("tanh(1.7) = ")
    assert page.locator("figure.ck-widget").first.get_attribute("data-answers") == "1"
    assert (seen.off_host, seen.complaints) == ([], [])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000], ids=["phone", "desktop"])
def test_how_it_looks(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path, shots: Path, width: int, dark: bool
) -> None:
    page = watched(width, 850, dark=dark).page
    page.goto(serve(trial_site))
    drawn(page)
    size, theme = "phone" if width == 390 else "desktop", "dark" if dark else "light"
    page.screenshot(path=shots / f"widgets-{size}-{theme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    letters = "[...document.querySelectorAll('.ck text, .ck p, .ck span, .ck label, .ck button')]"
    assert page.evaluate(f"Math.min(...{letters}.map(e => parseFloat(getComputedStyle(e).fontSize)))") >= 12
    overhang = "[...document.querySelectorAll('.ck svg text')].map(e => e.getBoundingClientRect())"
    assert page.evaluate(f"Math.max(...{overhang}.map(r => r.right))") <= width
    targets = page.evaluate(
        """[...document.querySelectorAll('.ck button, .ck input, .ck select, .ck a')].filter(e => e.offsetParent)
        .map(e => { const r = (e.type === 'checkbox' ? e.closest('label') : e).getBoundingClientRect();
                    return [e.outerHTML.slice(0, 80), r.width, r.height] })"""
    )
    assert [t for t in targets if t[1] < 44 or t[2] < 44] == []
    assert ink(page) == ("#62b3ea" if dark else "#0b66a3")


def test_light_and_dark_follow_the_page(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    page = watched().page
    page.goto(serve(trial_site))
    drawn(page)
    for act, expected in [
        ("document.documentElement.dataset.theme = 'dark'", "#62b3ea"),
        ("document.documentElement.dataset.theme = 'light'", "#0b66a3"),
        ("delete document.documentElement.dataset.theme; document.body.dataset.jpThemeLight = 'false'", "#62b3ea"),
        ("document.body.dataset.jpThemeLight = 'true'", "#0b66a3"),
    ]:
        page.evaluate(act)
        drawn(page)
        assert ink(page) == expected
    page.evaluate("delete document.body.dataset.jpThemeLight")
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("[data-ck-theme=dark]")
    drawn(page)
    assert ink(page) == "#62b3ea"


def test_less_motion_means_slow_frames(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    page = watched(reduced_motion="reduce").page
    page.goto(serve(trial_site))
    drawn(page)
    page.wait_for_timeout(400)
    widget = page.locator("[data-widget='trial.descent']")
    scrub = widget.get_by_label("Frame", exact=True)
    assert scrub.input_value() == "0"
    seconds = page.evaluate(
        """([play, scrub]) => new Promise((done) => {
          const began = performance.now();
          play.click();
          const look = setInterval(() => {
            if (scrub.value < 2) return;
            clearInterval(look);
            done((performance.now() - began) / 1000);
          }, 20);
        })""",
        [widget.get_by_label("Play").element_handle(), scrub.element_handle()],
    )
    assert seconds > 0.9, "two frames a second, not twelve"


def test_everything_has_a_name(watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path) -> None:
    page = watched().page
    page.goto(serve(trial_site))
    drawn(page)
    tree = page.locator("body").aria_snapshot()
    for line in (
        'slider "input x =',
        'radio "tanh" [checked]',
        'checkbox "shade where it saturates" [checked]',
        'combobox "data set"',
        'button "New data"',
        'button "start w₀: (2, 1.5). Arrow keys move it, with Shift further."',
        'group "activation"',
        'img "tanh at 1 is 0.762, its slope 0.420."',
    ):
        assert line in tree, tree
    kinds = ("button", "slider", "radio", "checkbox", "combobox", "img")
    nameless = [line for line in tree.splitlines() if line.strip(" -:") in kinds]
    assert nameless == []
    # JupyterLab takes the arrow keys from whatever has the focus and does not say that it uses them.
    using = "document.querySelectorAll('.ck :is(input, select, button, [tabindex]):not([data-lm-suppress-shortcuts])')"
    assert page.evaluate(f"{using}.length") == 0


def test_a_state_that_cannot_be_drawn_says_so_and_spares_the_others(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path, tmp_path: Path
) -> None:
    shutil.copytree(trial_site, tmp_path / "site", ignore=shutil.ignore_patterns("py"))
    html = (tmp_path / "site" / "index.html").read_text("utf-8")
    first, rest = html.split("<p>Text before a widget.</p>", 1)
    head, _, state = first.partition('<script type="application/json">')
    data = json.loads(state.partition("</script>")[0])
    data["figure"]["panels"][0]["marks"][1]["colour"] = "mauve"
    figure = f'{head}<script type="application/json">{json.dumps(data)}</script></figure>'
    (tmp_path / "site" / "index.html").write_text(figure + '<figure class="ck-widget"></figure>' + rest, "utf-8")
    page = watched().page
    page.goto(serve(tmp_path / "site"))
    page.wait_for_selector("[data-widget='trial.marks'][data-drawn]")
    assert 'the colour "mauve" is not in this front end\'s palette' in page.locator(".ck-error").first.inner_text()
    empty = page.locator("figure.ck-widget").nth(1).inner_text()
    assert "This figure could not be shown: a ck-widget needs its state" in empty
    assert page.locator("[data-widget='trial.marks'] svg").count() >= 5
