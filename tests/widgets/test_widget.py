"""Widgets: values checked and filled up, a function that must return a figure, answers that never raise."""

from typing import Any

import pytest

from coursekit import widgets
from coursekit.widgets import Checkbox, ControlError, Slider, Try, Widget, widget
from coursekit.widgets.figure import Figure, FigureError, Line, Panel

CONTROLS = [Slider(name="x", label="input", low=0, high=2, value=1.0), Checkbox(name="on", label="on")]


def sketch(x: float, on: bool) -> Figure:
    if x == 2:
        raise RuntimeError("x is two,\nwhich is one too many")
    return Figure(panels=[Panel(marks=[Line(x=[0.0, x], y=[0.0, float(on)])])], alt=f"a line to {x}")


WIDGET = widget(
    "trial.line", title="A line", controls=CONTROLS, tries=[Try(label="Go", values={"x": 0}, notice="flat")]
)(sketch)


def test_values_are_checked_and_filled_up() -> None:
    assert WIDGET.check({"x": 2}) == {"x": 2.0, "on": False}
    assert WIDGET.defaults == {"x": 1.0, "on": False}
    assert WIDGET.figure({"x": 0.5}).alt == "a line to 0.5"


def test_an_unknown_control_is_named() -> None:
    with pytest.raises(ControlError, match=r"widget trial.line has no control 'y': it has x, on"):
        WIDGET.check({"y": 1})


def test_a_try_line_that_cannot_be_followed_is_refused_where_it_is_written() -> None:
    with pytest.raises(ControlError, match=r"input \(x\) cannot be 9"):
        widget("trial.bad", title="", controls=CONTROLS, tries=[Try(label="", values={"x": 9}, notice="")])(sketch)


def test_two_controls_of_one_name_are_refused() -> None:
    with pytest.raises(ControlError, match="two controls share a name: x, x"):
        Widget(id="trial.twice", title="", controls=[CONTROLS[0], CONTROLS[0]], tries=[], draw=sketch)


def test_a_function_must_return_a_figure() -> None:
    nothing: Any = lambda x, on: None  # noqa: E731
    with pytest.raises(FigureError, match="must return a Figure, it returned NoneType"):
        Widget(id="trial.none", title="", controls=CONTROLS, tries=[], draw=nothing).figure()


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"x": 3}, "input (x) cannot be 3: it takes a number from 0 to 2"),
        ({"x": 2}, "The function of widget trial.line failed: RuntimeError: x is two, which is one too many"),
        ({"z": 2}, "widget trial.line has no control 'z': it has x, on"),
    ],
)
def test_an_answer_never_raises(values: dict[str, Any], line: str) -> None:
    assert WIDGET.answer(values) == {"error": line}


def test_an_answer_holds_the_figure() -> None:
    assert WIDGET.answer({"x": 0.5}) == {"figure": WIDGET.figure({"x": 0.5}).to_dict()}


def test_the_description_is_plain() -> None:
    told = WIDGET.spec()
    assert [control["name"] for control in told["controls"]] == ["x", "on"]
    assert told["tries"] == [{"label": "Go", "values": {"x": 0}, "notice": "flat", "frame": None}]


def test_an_unknown_widget_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"there is no widget 'nowhere\.none'"):
        widgets.find("nowhere.none")
    for id in widgets.ids():
        assert widgets.find(id).id == id
