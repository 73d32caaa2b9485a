"""The chapters' live figures on the built site: by keyboard, by finger, by "try this"; and their numbers."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from coursekit.widgets import Button, Checkbox, Choice, Point, Slider, find, ids
from coursekit.widgets.widget import Widget

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
]

# A closed formula is the same to rounding. The deep net sums 100 products in each of 20 layers, in an order that the
# BLAS chooses. A trained net repeats that over hundreds of steps, each of which can double a difference: where the
# learning rate is small it stays small, and at large rates it is held to what a reader can see.
CLOSED = {"rtol": 1e-12, "atol": 1e-12}
DEEP = {"rtol": 1e-9, "atol": 1e-12}
TRAINED = {"rtol": 1e-6, "atol": 1e-6}
#: The same where bars count the values of a trained net, in units of 1/64.
COUNTED = {**TRAINED, "count": 1 / 64}
VALUES = [
    ("activations.explorer", {"unit": "sigmoid", "x": -4.3}, CLOSED),
    ("activations.explorer", {"unit": "tanh", "x": 0.7}, CLOSED),
    ("activations.explorer", {"unit": "relu", "x": 0.0}, CLOSED),
    ("activations.explorer", {"unit": "elu", "x": -2.2, "alpha": 0.7}, CLOSED),
    ("activations.explorer", {"unit": "gelu", "x": -0.8}, CLOSED),
    ("activations.explorer", {"unit": "maxout", "x": -2.0, "alpha": 1.0}, CLOSED),
    ("activations.deep", {"unit": "sigmoid", "gain": 1.0, "depth": 10}, DEEP),
    ("activations.deep", {"unit": "relu", "gain": 1.4, "depth": 20}, DEEP),
    ("activations.dead", {"unit": "relu", "lr": 0.5, "bias": 0.0, "seed": 0}, TRAINED),
    ("activations.dead", {"unit": "leaky_relu", "lr": 0.3, "bias": 0.1, "seed": 2}, TRAINED),
    ("loop.valley", {"shape": "quadratic", "start": 2.0, "lr": 0.3, "h": 2.0}, CLOSED),
    ("loop.valley", {"shape": "two", "start": -1.0, "lr": 0.1}, DEEP),
    ("loop.bowl", {"kappa": 7.0, "lr": 0.2, "start": [1.0, -0.5]}, DEEP),
    ("loop.steps", {"data": "blobs", "units": "8", "batch": "64", "lr": 0.1, "seed": 1}, TRAINED),
    ("preprocessing.cloud", {"stage": "zca", "correlation": 0.5, "offset": 2.0, "ratio": 3.0}, DEEP),
    ("preprocessing.imbalance", {"share": 10, "distance": 1.5, "model": "logistic", "seed": 1}, TRAINED),
    ("preprocessing.gallery", {"kind": "crop", "border": 1, "few": "50", "seed": 1}, TRAINED),
    ("initialization.demo", {"data": "blobs", "start": "small", "edges": "g", "seed": 1}, TRAINED),
    ("initialization.layers", {"scheme": "he_init", "unit": "relu", "width": 50, "depth": 8}, DEEP),
    ("batchnorm.batch", {"shape": "humps", "n": 20, "gamma": 2.0, "seed": 3}, DEEP),
    ("batchnorm.training", {"norm": "layer", "lr": 0.1, "scale": 1.0, "batch": "128", "depth": 2}, COUNTED),
    ("batchnorm.modes", {"batch": "50", "momentum": "0.9", "scale": 1.0, "seed": 1}, TRAINED),
    (
        "optimizers.playground",
        {"landscape": "ravine", "adagrad": True, "nesterov": True, "start_ravine": [1.5, -0.7]},
        DEEP,
    ),
    (
        "optimizers.playground",
        {"landscape": "himmelblau", "adamw": True, "adamw_decay": 0.3, "start_himmelblau": [-1.0, 2.0]},
        DEEP,
    ),
    (
        "optimizers.playground",
        {"landscape": "saddle", "sgd_decay": 0.05, "adadelta": True, "adadelta_rate": 0.01},
        DEEP,
    ),
    ("optimizers.damping", {"setting": [0.3, 0.7], "kappa": 9.0}, DEEP),
    ("optimizers.damping", {"setting": [2.4, 0.1], "kappa": 1.0}, DEEP),
    (
        "optimizers.adam_parts",
        {"first": True, "second": False, "correction": True, "lr": 0.03, "sigma": 2.0, "seed": 1},
        DEEP,
    ),
    ("optimizers.adam_parts", {"first": False, "second": True, "correction": False, "eps": 0.01, "sigma": 0.0}, DEEP),
    ("schedules.designer", {"schedule": "cosine", "lr0": 0.3, "lr_b": 0.1, "seed": 1}, TRAINED),
    ("schedules.designer", {"schedule": "plateau", "lr0": 0.2, "patience": 2, "factor": 0.3, "lr_b": 0.05}, TRAINED),
    (
        "schedules.designer",
        {"schedule": "growing_batch", "lr0": 0.2, "every": 2, "lr_b": 0.1, "labels": "right"},
        TRAINED,
    ),
    ("schedules.range_test", {"optimizer": "momentum", "rule": "steepest", "batch": "64", "labels": "right"}, TRAINED),
    ("schedules.range_test", {"optimizer": "adam", "rule": "tenth", "seed": 1}, TRAINED),
    ("batch_size.cloud", {"size": 4, "moment": "0", "replace": False, "zoom": False, "seed": 1}, DEEP),
    ("batch_size.cloud", {"size": 64, "moment": "80", "replace": True, "zoom": True, "seed": 2}, TRAINED),
    ("batch_size.scaling", {"lr": 0.1, "target": "0.5", "optimizer": "sgd", "seed": 0}, TRAINED),
    ("batch_size.scaling", {"lr": 0.2, "target": "0.5", "optimizer": "adam", "seed": 1}, TRAINED),
    ("batch_size.timing", {"width": "512", "presses": 0}, CLOSED),
    ("batch_size.timing", {"width": "32", "presses": 0}, CLOSED),
    ("regularization.boundary", {"method": "l2", "lam2": 0.03, "n": "100", "seed": 1}, TRAINED),
    ("regularization.boundary", {"method": "max_norm", "c": 0.5, "n": "200", "seed": 2}, TRAINED),
    ("regularization.paths", {"lam": 0.5, "share": 1.0, "likeness": 0.9, "step": "exact", "seed": 1}, TRAINED),
    ("regularization.paths", {"lam": 0.1, "share": 0.4, "likeness": 0.0, "step": "exact", "seed": 2}, TRAINED),
    ("regularization.dropout", {"p": 0.5, "depth": "2", "kind": "inverted", "point": [0.2, -0.4], "seed": 1}, TRAINED),
    ("regularization.dropout", {"p": 0.2, "depth": "1", "kind": "plain", "factor": "drop", "seed": 0}, TRAINED),
    ("ensembles.builder", {"data": "moons", "starts": 2, "bags": 2, "others": 1, "snapshots": 1}, TRAINED),
    ("ensembles.builder", {"data": "spiral", "starts": 0, "bags": 3, "rule": "vote", "seed": 1}, TRAINED),
    ("ensembles.voters", {"p": 0.4, "m": 31, "rho": 0.3, "q": 0.45, "seed": 2}, CLOSED),
    ("ensembles.voters", {"p": 0.55, "m": 51, "rho": 0.0, "q": 0.2}, CLOSED),
    ("babysitting.clinic", {"case": "3", "named": "sorted", "knob": "order", "seed": 1}, TRAINED),
    ("babysitting.clinic", {"case": "10", "named": "small", "knob": "penalty", "seed": 0}, TRAINED),
    ("babysitting.search", {"n": "25", "weight": 0.3, "seed": 2}, DEEP),
    ("babysitting.search", {"n": "9", "weight": 1.0, "seed": 0}, DEEP),
    (
        "babysitting.heatmap",
        {"centre": [0.1, 0.001], "width": "1", "rates": "all", "draws": "none", "seed": 1},
        TRAINED,
    ),
]


def widgets_of(chapter: str) -> list[Widget]:
    """The live figures of a chapter."""
    return [find(id) for id in ids() if id.split(".")[0] == chapter]


def press(live: Any, widget: Widget, control: Any) -> dict[str, Any]:
    """Move one control with the keyboard alone; Python's answer."""
    shown = live.widget(widget.id)
    match control:
        case Slider():
            target = shown.locator(f"input[data-name={control.name}]")
            key = "ArrowLeft" if control.value > (control.low + control.high) / 2 else "ArrowRight"
        case Choice():
            target = shown.locator(f"input[data-name={control.name}]:checked, select[data-name={control.name}]").first
            last = list(control.options)[-1] == control.value
            key = "ArrowUp" if last else "ArrowDown"
        case Checkbox():
            target, key = shown.locator(f"input[data-name={control.name}]"), "Space"
        case Button():
            target, key = shown.get_by_role("button", name=control.label, exact=True), "Enter"
        case Point():
            target = shown.locator(f"button[data-name={control.name}]")
            key = "ArrowLeft" if control.value[0] > sum(control.x_range) / 2 else "ArrowRight"
    target.focus()
    return dict(live.answer(lambda: live.page.keyboard.press(key)))


@pytest.fixture(scope="module")
def pages(watched: Callable[..., Any], listen: Callable[..., Any], address: str) -> Callable[[str], Any]:
    """`pages(name)` is that chapter's page with its widgets live, opened once."""

    @functools.cache
    def page_of(name: str) -> Any:
        seen = watched(1280)
        seen.page.goto(f"{address}chapters/{name}.html")
        live = listen(seen)
        first = widgets_of(name)[0]
        press(live, first, first.controls[0])
        return live

    return page_of


@pytest.fixture(params=CHAPTERS)
def chapter(request: pytest.FixtureRequest, pages: Callable[[str], Any]) -> Any:
    """A chapter's page with its widgets live."""
    live = pages(request.param)
    live.name = request.param
    return live


def test_every_control_answers_the_keyboard(chapter: Any) -> None:
    for widget in widgets_of(chapter.name):
        shown = chapter.widget(widget.id)
        for control in widget.controls:
            if not all(widget.defaults[name] in wanted for name, wanted in control.when.items()):
                continue
            chapter.page.evaluate("location.hash = ''")
            shown.locator(".ck-reset").click()
            chapter.settle()
            before = shown.locator(".ck-stage").inner_html()
            answer = press(chapter, widget, control)
            assert answer["values"][control.name] != widget.defaults[control.name], (widget.id, control.name)
            assert shown.locator(".ck-stage").inner_html() != before, f"{widget.id}: {control.name} changes no drawing"
        shown.locator(".ck-reset").click()
        chapter.settle()


def touch(live: Any, widget: Widget, control: Any) -> dict[str, Any]:
    """Move one control with a finger alone; Python's answer."""
    shown, finger = live.widget(widget.id), live.page.touchscreen
    match control:
        case Slider():
            target = shown.locator(f"input[data-name={control.name}]")
        case Choice(options=options) if shown.locator(f"select[data-name={control.name}]").count():
            # The phone's own list opens, which no test reaches: choosing in it is what the page hears of.
            target, other = shown.locator(f"select[data-name={control.name}]"), _other(options, control.value)
            return dict(live.answer(lambda: target.select_option(other)))
        case Choice(options=options):
            radio = f"input[data-name={control.name}][value='{_other(options, control.value)}']"
            target = shown.locator(f"label:has({radio})")
        case Checkbox():
            target = shown.locator(f"label:has(input[data-name={control.name}])")
        case Button() | Point():
            target = shown.locator(f"button[data-name={control.name}]")
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box["height"] >= 44, f"{widget.id}: {control.name} is {box['height']:.0f} pixels high"
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if isinstance(control, Slider):
        low = target.evaluate("slider => (slider.value - slider.min) / (slider.max - slider.min) < 0.5")
        return dict(live.answer(lambda: finger.tap(box["x"] + box["width"] * (0.8 if low else 0.2), y)))
    if isinstance(control, Point):
        return dict(live.answer(lambda: _drag(live.page, x, y)))
    return dict(live.answer(lambda: finger.tap(x, y)))


def _other(options: Any, value: str) -> str:
    return str(next(name for name in options if name != value))


def _drag(page: Any, x: float, y: float) -> None:
    session = page.context.new_cdp_session(page)
    way = [("touchStart", [(x, y)]), *(("touchMove", [(x + 3 * i, y + i)]) for i in range(1, 9)), ("touchEnd", [])]
    for kind, points in way:
        places = [{"x": px, "y": py} for px, py in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_answers_a_finger(
    watched: Callable[..., Any], listen: Callable[..., Any], address: str, name: str
) -> None:
    seen = watched(390, 844, has_touch=True, is_mobile=True)
    seen.page.goto(f"{address}chapters/{name}.html")
    live = listen(seen)
    for widget in widgets_of(name):
        shown = live.widget(widget.id)
        for control in widget.controls:
            if not all(widget.defaults[other] in wanted for other, wanted in control.when.items()):
                continue
            answer = touch(live, widget, control)
            assert answer["values"][control.name] != widget.defaults[control.name], (widget.id, control.name)
            shown.locator(".ck-reset").tap()
            live.settle()
        for button in shown.locator(".ck-try, .ck-reset, .ck-player button").all():
            assert not button.is_visible() or button.bounding_box()["height"] >= 44
    assert (seen.off_host, seen.complaints) == ([], [])
    seen.page.close()


@pytest.mark.parametrize(("id", "values", "tolerance"), VALUES)
def test_the_page_computes_what_this_python_computes(
    pages: Callable[[str], Any],
    same_arrays: Callable[..., None],
    id: str,
    values: dict[str, Any],
    tolerance: dict[str, float],
) -> None:
    answer = pages(id.split(".")[0]).settings(id, **values)
    wanted = find(id).check(values)
    assert answer["values"] == {name: list(v) if isinstance(v, tuple) else v for name, v in wanted.items()}
    same_arrays(answer["figure"], find(id).figure(values).to_dict(), **tolerance)


def test_every_live_figure_is_compared() -> None:
    assert {id for id, _, _ in VALUES} == {widget.id for chapter in CHAPTERS for widget in widgets_of(chapter)}


def test_every_try_this_works_in_the_page(chapter: Any) -> None:
    for widget in widgets_of(chapter.name):
        shown = chapter.widget(widget.id)
        for suggestion in widget.tries:
            # Two suggestions may ask for what is already shown: then there is nothing to compute.
            button = shown.get_by_role("button", name=suggestion.label, exact=True)
            button.click()
            chapter.settle()
            words = shown.evaluate("figure => figure.querySelector('[data-widget]')?.textContent ?? figure.textContent")
            assert suggestion.notice in words, (widget.id, suggestion.label)
            assert button.get_attribute("aria-pressed") == "true"


def test_the_chapter_stayed_on_this_host_and_quiet(chapter: Any) -> None:
    assert chapter.seen.off_host == []
    assert chapter.seen.complaints == []
