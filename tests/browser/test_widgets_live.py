"""Widgets on a served page: Python starts in the reader's browser and answers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def booted(
    watched: Callable[..., Any], listen: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> Any:
    seen = watched()
    page = seen.page
    page.goto(serve(trial_site))
    live = listen(seen)
    slider = live.widget("trial.curve").locator("input[data-name=x]")
    slider.focus()
    live.answer(lambda: slider.press("ArrowRight"))
    return live


@pytest.fixture
def live(booted: Any) -> Iterator[Any]:
    """The page with every widget as it was in the beginning."""
    booted.page.evaluate("location.hash = ''")
    for id in ("trial.curve", "trial.descent", "trial.marks"):
        booted.widget(id).locator(".ck-reset").click()
    booted.settle()
    left = [line for line in booted.page.locator(".ck-error").all_inner_texts() if line]
    assert left == [], "the widget does not come back from the last test"
    yield booted
    assert booted.seen.off_host == []
    assert booted.seen.complaints == []


def test_python_boots_once_and_says_how_long_it_took(live: Any, told: Callable[[str], None]) -> None:
    times = live.widget("trial.curve").evaluate("figure => ({ ...figure.dataset })")
    trips = []
    for i in range(20):
        before = time.perf_counter()
        reply = live.settings("trial.curve", x=i / 10)
        assert time.perf_counter() - before < 10
        trips.append((reply["roundTrip"], reply["computed"]))
    trip, computed = np.median(trips, axis=0)
    told(f"Python in the page: boot {times['bootMs']} ms, round trip {trip:.1f} ms, in Python {computed:.1f} ms")
    assert 0 < float(times["bootMs"]) < 60_000
    assert len(live.page.workers) == 1


def test_what_is_live_is_accessible(live: Any, inaccessible: Callable[[Any], list[str]]) -> None:
    """The page's own heading and main part are for the book's pages to have."""
    ours = [
        line for line in inaccessible(live.page) if not line.startswith(("landmark-", "region", "page-has-heading"))
    ]
    assert ours == []


def test_a_slider_moved_by_keyboard_changes_the_figure(live: Any) -> None:
    widget = live.widget("trial.curve")
    path = widget.locator(".ck-plot").first.locator("[aria-label='rule'] line").first
    before = path.get_attribute("x1")
    slider = widget.locator("input[data-name=x]")
    slider.focus()
    answer = live.answer(lambda: slider.press("ArrowRight"))
    assert answer["values"]["x"] == 1.1
    assert path.get_attribute("x1") != before
    assert widget.locator(".ck-status").inner_text() == "tanh(1.1) = 0.800, slope 0.359"
    assert widget.locator("label", has_text="input").inner_text() == "input x = 1.1"
    assert "tanh at 1.1" in widget.locator("[role=img]").get_attribute("aria-label")
    widget.locator("[role=status]", has_text="tanh(1.1) = 0.800, slope 0.359").wait_for(state="attached")


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "elu", "leaky_relu"])
@pytest.mark.parametrize("x", [-5.3, 0.0, 2.7])
def test_the_page_computes_what_python_here_computes(
    live: Any, trial: ModuleType, same_arrays: Callable[..., None], name: str, x: float
) -> None:
    values = {"name": name, "x": x, "scale": 3.7, "n": 333}
    there = live.settings("trial.curve", **values)["figure"]
    same_arrays(there, trial.curve.figure(values).to_dict(), rtol=1e-12, atol=1e-12)


def test_every_control_asks_for_what_it_shows(live: Any) -> None:
    widget = live.widget("trial.curve")
    assert live.answer(lambda: widget.get_by_role("radio", name="ReLU", exact=True).check())["values"]["name"] == "relu"
    assert live.answer(lambda: widget.get_by_label("shade where it saturates").uncheck())["values"]["shade"] is False
    assert live.answer(lambda: widget.get_by_role("button", name="New data").click())["values"]["seed"] == 1
    scale = widget.locator("input[data-name=scale]")
    assert live.answer(lambda: scale.press("ArrowLeft"))["values"]["scale"] == 0.891
    assert live.answer(lambda: scale.press("Home"))["values"]["scale"] == 0.001
    assert widget.locator("label", has_text="scale").inner_text() == "scale s = 0.001"
    assert live.answer(lambda: widget.locator("input[data-name=n]").press("End"))["values"]["n"] == 400
    select = live.widget("trial.marks").locator("select")
    assert live.answer(lambda: select.select_option("k5"))["values"] == {"kind": "k5"}


def test_a_try_line_sets_controls_and_reset_takes_them_back(live: Any) -> None:
    widget = live.widget("trial.curve")
    line = widget.get_by_role("button", name="Take ReLU at −2")
    values = live.answer(line.click)["values"]
    assert (values["name"], values["x"]) == ("relu", -2.0)
    assert line.get_attribute("aria-pressed") == "true"
    assert widget.locator("input[value=relu]").is_checked()
    values = live.answer(widget.locator(".ck-reset").click)["values"]
    assert (values["name"], values["x"]) == ("tanh", 1.0)
    assert line.get_attribute("aria-pressed") == "false"


def test_the_latest_wish_wins(live: Any) -> None:
    widget = live.widget("trial.curve")
    before = live.count()
    widget.locator("input[data-name=x]").evaluate(
        "slider => { for (let i = 0; i <= 90; i++) { slider.value = i; slider.dispatchEvent(new Event('input')); } }"
    )
    live.page.wait_for_function("window.answers.at(-1).values.x === 3", polling=50)
    live.settle()
    asked = [a["values"]["x"] for a in live.page.evaluate(f"window.answers.slice({before})")]
    assert asked == sorted(asked)
    assert len(asked) < 10
    assert widget.locator(".ck-status").inner_text().startswith("tanh(3) = ")


def test_a_point_is_moved_by_keys_pointer_and_click(live: Any) -> None:
    widget = live.widget("trial.descent")
    handle = widget.locator(".ck-point")
    handle.focus()
    assert live.answer(lambda: handle.press("ArrowLeft"))["values"]["start"] == [1.9, 1.5]
    assert live.answer(lambda: handle.press("Shift+ArrowDown"))["values"]["start"] == [1.9, 1.0]
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = live.page.mouse

    def drag() -> None:
        mouse.move(x, y)
        mouse.down()
        mouse.move(x - 40, y + 30, steps=8)
        mouse.up()

    start = live.answer(drag)["values"]["start"]
    assert start[0] < 1.7
    assert start[1] < 0.9
    moved = handle.bounding_box()
    assert moved["x"] == pytest.approx(box["x"] - 40, abs=2)
    assert moved["y"] == pytest.approx(box["y"] + 30, abs=2)

    plot = widget.locator(".ck-plot").first
    size = plot.bounding_box()
    answer = live.answer(lambda: plot.click(position={"x": size["width"] - 1, "y": size["height"] / 2}))
    assert answer["values"]["start"][0] == 3.0  # outside the frame: cut to the range


def test_a_point_follows_a_finger(watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path) -> None:
    seen = watched(390, 800, has_touch=True, is_mobile=True)
    seen.page.goto(serve(trial_site))
    handle = seen.page.locator(".ck-point")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    x, y = box["x"] + 22, box["y"] + 22
    touch = seen.page.context.new_cdp_session(seen.page)
    finger = lambda kind, *points: touch.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
    )
    scrolled = seen.page.evaluate("scrollY")
    finger("touchStart", (x, y))
    for i in range(1, 11):
        finger("touchMove", (x - 6 * i, y + 4 * i))
    finger("touchEnd")
    # A finger's last move may come with the next frame.
    seen.page.wait_for_function(
        "([handle, x]) => Math.abs(handle.getBoundingClientRect().x - x) <= 3",
        arg=[handle.element_handle(), box["x"] - 60],
        polling=50,
    )
    after = handle.bounding_box()
    assert after["y"] == pytest.approx(box["y"] + 40, abs=3)
    assert seen.page.evaluate("scrollY") == scrolled
    assert seen.complaints == []


def test_frames_play_pause_step_and_scrub_without_python(live: Any) -> None:
    widget, before = live.widget("trial.descent"), live.count()
    status, scrub = widget.locator(".ck-status"), widget.get_by_label("Frame", exact=True)
    widget.get_by_label("One step on").click()
    live.settle()
    assert status.inner_text().startswith("step 1: ")
    scrub.focus()
    scrub.press("End")
    live.settle()
    assert status.inner_text().startswith("step 29: ")
    widget.get_by_label("Play").click()
    pause = "([scrub, button]) => scrub.value >= 3 && (button.click(), true)"
    both = [node.element_handle() for node in (scrub, widget.get_by_label("Pause"))]
    live.page.wait_for_function(pause, arg=both, polling=50)
    live.settle()
    reached = int(scrub.input_value())
    assert 3 <= reached < 29
    live.page.wait_for_timeout(300)
    assert int(scrub.input_value()) == reached
    assert live.count() == before


def test_a_line_that_grows_has_a_point_more_in_every_frame(live: Any) -> None:
    widget = live.widget("trial.descent")
    path = widget.locator(".ck-plot").first.locator("[aria-label=line] path").last
    for frame in (1, 4, 29):
        widget.get_by_label("Frame", exact=True).fill(str(frame))
        live.settle()
        assert path.get_attribute("d").count("L") == frame


def test_a_group_of_controls_is_one_line_and_a_tick_has_its_colour_in_light_and_dark(live: Any) -> None:
    group = live.widget("trial.curve").get_by_role("group", name="drawing")
    assert group.locator("[data-name]").evaluate_all("all => all.map(one => one.dataset.name)") == ["n", "shade"]
    tops = group.locator(".ck-control").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
    assert tops[0]["right"] <= tops[1]["left"]
    stroke = group.locator(".ck-stroke path")
    assert (stroke.get_attribute("stroke"), stroke.get_attribute("stroke-dasharray")) == ("#8a6500", "9 3 2 3")
    for scheme, ink in (("dark", "#dfb03f"), ("light", "#8a6500")):
        live.page.emulate_media(color_scheme=scheme)
        group.locator(f".ck-stroke path[stroke='{ink}']").wait_for(state="attached")


def test_a_try_line_shows_its_frame(live: Any) -> None:
    widget = live.widget("trial.descent")
    live.answer(widget.get_by_role("button", name="Take η = 0.316 to its end").click)
    assert widget.locator(".ck-status").inner_text().startswith("step 29: ")


def test_a_failing_function_is_one_line_and_the_page_lives_on(live: Any) -> None:
    widget = live.widget("trial.curve")
    button = widget.get_by_role("button", name="New data")
    live.answer(button.click)
    status = widget.locator(".ck-status").inner_text()
    answer = live.answer(button.click, refused=True)
    line = "The function of widget trial.curve failed: ZeroDivisionError: seed 2 is broken on purpose"
    assert answer["error"] == line
    assert widget.locator(".ck-error").inner_text() == line
    assert widget.locator(".ck-status").inner_text() == status
    assert widget.locator(".ck-plot svg").count() == 2
    live.answer(button.click)
    assert widget.locator(".ck-error").inner_text() == ""


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"x": 99}, "input (x) cannot be 99: it takes a number from -6 to 6"),
        ({"x": "much"}, "input (x) cannot be 'much': it takes a number from -6 to 6"),
        ({"n": 2.5}, "points (n) cannot be 2.5: it takes a whole number from 2 to 400"),
        ({"name": "mish"}, "activation (name) cannot be 'mish': it takes one of sigmoid, tanh, relu, elu, leaky_relu"),
        ({"y": 1}, "widget trial.curve has no control 'y': it has name, x, alpha, scale, n, shade, seed"),
    ],
)
def test_what_a_control_does_not_take_is_refused(live: Any, values: dict[str, Any], line: str) -> None:
    assert live.settings("trial.curve", **values, refused=True)["error"] == line
    widget = live.widget("trial.curve")
    assert widget.locator(".ck-error").inner_text() == line
    assert widget.locator(".ck-status").inner_text() == "tanh(1) = 0.762, slope 0.420"
    live.answer(widget.locator(".ck-reset").click)
    assert widget.locator(".ck-error").inner_text() == ""


def test_what_is_no_control_is_refused_once_and_not_carried_along(live: Any) -> None:
    live.settings("trial.curve", scale=0.1, y=1, refused=True)
    slider = live.widget("trial.curve").locator("input[data-name=x]")
    values = live.answer(lambda: slider.press("ArrowRight"))["values"]
    assert "y" not in values
    assert (values["x"], values["scale"]) == (1.1, 0.1)


def test_a_link_carries_the_settings(live: Any, watched: Callable[..., Any], settled: Callable[[Any], None]) -> None:
    widget = live.widget("trial.descent")
    live.answer(widget.get_by_role("button", name="Take η = 0.316 to its end").click)
    link = widget.get_by_role("link", name="Link to these settings").get_attribute("href")
    other = watched()
    other.page.goto(link)
    other.page.wait_for_function("document.querySelector('[data-answers]')", polling=50)
    settled(other.page)
    status = other.page.locator("[data-widget='trial.descent'] .ck-status").inner_text()
    assert status == widget.locator(".ck-status").inner_text()
    assert (other.off_host, other.complaints) == ([], [])


def test_what_the_link_does_is_said_and_the_page_stays_where_it_is(live: Any) -> None:
    widget, page = live.widget("trial.curve"), live.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    live.answer(lambda: widget.locator("input[data-name=x]").press("ArrowRight"))
    link = widget.get_by_role("link", name="Link to these settings")
    link.scroll_into_view_if_needed()
    before, asked = page.evaluate("scrollY"), live.count()
    link.click()
    assert widget.locator(".ck-copied").inner_text() == "Copied."
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith("#ck=trial.curve&x=1.1")
    assert (page.evaluate("scrollY"), live.count()) == (before, asked)


def test_a_control_is_there_only_where_it_does_something(live: Any) -> None:
    widget = live.widget("trial.curve")
    slope = widget.locator("input[data-name=alpha]")
    assert not slope.is_visible()
    slope.evaluate("input => input.focus()")
    assert live.page.evaluate("document.activeElement.dataset.name") != "alpha"
    live.answer(lambda: widget.get_by_role("radio", name="leaky ReLU").check())
    assert slope.is_visible()
    assert live.answer(lambda: slope.press("End"))["values"]["alpha"] == 1.0
    values = live.answer(lambda: widget.get_by_role("radio", name="ReLU", exact=True).check())["values"]
    assert not slope.is_visible()
    assert values["alpha"] == 1.0, "a hidden control keeps its value"


def centre(node: Any) -> tuple[float, float]:
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_slider_is_moved_on_the_drawing_too(live: Any) -> None:
    widget = live.widget("trial.curve")
    grip, slider = widget.locator(".ck-grip"), widget.locator("input[data-name=x]")
    assert widget.get_by_role("slider", name="input x, on the drawing").count() == 1
    grip.focus()
    assert live.answer(lambda: grip.press("ArrowRight"))["values"]["x"] == 1.1
    assert live.answer(lambda: grip.press("Shift+ArrowLeft"))["values"]["x"] == 0.6
    assert slider.input_value() == "66"
    assert grip.get_attribute("aria-valuetext") == "0.6"
    assert live.answer(lambda: grip.press("End"))["values"]["x"] == 6.0
    live.answer(lambda: slider.press("Home"))
    assert grip.get_attribute("aria-valuenow") == "-6"

    grip.scroll_into_view_if_needed()
    x, y = centre(grip)

    def drag() -> None:
        live.page.mouse.move(x, y)
        live.page.mouse.down()
        live.page.mouse.move(x + 120, y - 15, steps=8)
        live.page.mouse.up()

    moved = live.answer(drag)["values"]["x"]
    assert -5.9 < moved < 0
    rule = widget.locator(".ck-plot").first.locator("[aria-label='rule'] line").first
    assert centre(grip)[0] == pytest.approx(x + 120, abs=8)  # on a position of the slider
    assert centre(grip)[0] == pytest.approx(centre(rule)[0], abs=1)
    plot = widget.locator(".ck-plot").first
    clicked = live.answer(lambda: plot.click(position={"x": plot.bounding_box()["width"] - 30, "y": 60}))
    assert clicked["values"]["x"] > 5


def test_a_slider_on_the_drawing_follows_a_finger(
    watched: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    seen = watched(390, 800, has_touch=True, is_mobile=True)
    seen.page.goto(serve(trial_site))
    grip = seen.page.locator(".ck-grip")
    grip.scroll_into_view_if_needed()
    x, y = centre(grip)
    assert grip.bounding_box()["width"] >= 44
    touch = seen.page.context.new_cdp_session(seen.page)
    for kind, points in [
        ("touchStart", [(x, y)]),
        *[("touchMove", [(x + 6 * i, y + i)]) for i in range(1, 11)],
        ("touchEnd", []),
    ]:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]})
    seen.page.wait_for_function(
        "([grip, x]) => { const box = grip.getBoundingClientRect(); return Math.abs(box.x + box.width / 2 - x) <= 4 }",
        arg=[grip.element_handle(), x + 60],
        polling=50,
    )
    assert seen.complaints == []


def test_a_function_that_does_not_come_back_is_stopped_and_the_others_live_on(
    watched: Callable[..., Any], listen: Callable[..., Any], serve: Callable[[Path], str], trial_site: Path
) -> None:
    seen = watched()
    seen.page.goto(serve(trial_site))
    live = listen(seen)
    hung, other = live.widget("trial.curve"), live.widget("trial.descent")
    live.answer(lambda: hung.locator("input[data-name=x]").press("ArrowRight"))
    seen.page.evaluate("location.hash = 'ck=trial.curve&seed=4'")
    other.locator("input[data-name=lr]").press("ArrowRight")
    stop = hung.get_by_role("button", name="Stop it")
    stop.wait_for()
    assert hung.locator(".ck-host").inner_text().startswith("This takes longer than 10 seconds. Wait, or stop it")
    stop.click()
    seen.page.wait_for_function("window.answers.length >= 3", polling=50)
    live.settle()
    stopped, answered = seen.page.evaluate("window.answers.slice(1, 3)")
    assert stopped["error"].startswith("This was stopped after 1")
    assert hung.locator(".ck-error").inner_text() == stopped["error"]
    assert hung.locator(".ck-status").inner_text().startswith("tanh(1.1) = ")
    assert hung.locator("label", has_text="input").inner_text() == "input x = 1.1"
    assert answered["values"]["lr"] == 0.178, "what only waited is asked again"
    assert answered["figure"]["panels"]
    assert not stop.is_visible()
    answer = live.answer(lambda: hung.locator("input[data-name=x]").press("ArrowRight"))
    assert (answer["values"]["x"], answer["values"]["seed"]) == (1.2, 0)
    assert len(seen.page.workers) == 1
    assert seen.complaints == []
