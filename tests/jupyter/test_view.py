"""A widget in a notebook: in this process, and in a real kernel."""

import builtins
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursekit import assets
from coursekit.jupyter import show
from coursekit.jupyter.view import WidgetView
from coursekit.widgets import ControlError, Point, Slider, widget
from coursekit.widgets.figure import Figure, Line, Panel


@widget(
    "trial.view",
    title="A square",
    controls=[
        Slider(name="x", label="input", low=-2, high=2, value=1.0),
        Point(name="at", label="at", panel="", x_range=(-1, 1), y_range=(-1, 1), value=(0, 0)),
    ],
)
def square(x: float, at: tuple[float, float]) -> Figure:
    if x == 2:
        raise ZeroDivisionError("two")
    return Figure(panels=[Panel(marks=[Line(x=[0.0, x], y=[at[0], x**2])])], alt=f"up to {x * x}")


def numbers(view: Any) -> list[float]:
    return list(np.frombuffer(view.figure["panels"][0]["marks"][0]["y"]["data"]))


@pytest.fixture
def view() -> Any:
    return WidgetView(square, {"x": 0.5})


def test_new_values_give_a_new_figure(view: Any) -> None:
    assert numbers(view) == [0.0, 0.25]
    assert view.values == {"x": 0.5, "at": (0.0, 0.0)}
    view.values = {"x": 1.5, "at": [0.25, 0]}  # as they come from the front end
    assert numbers(view) == [0.25, 2.25]
    assert (view.error, view.answered) == ("", 1)


@pytest.mark.parametrize(
    ("x", "line"),
    [
        (9, "input (x) cannot be 9: it takes a number from -2 to 2"),
        (2, "The function of widget trial.view failed: ZeroDivisionError: two"),
    ],
)
def test_what_goes_wrong_is_one_line_and_the_drawing_stays(view: Any, x: float, line: str) -> None:
    view.values = {"x": x}
    assert view.error == line
    assert numbers(view) == [0.0, 0.25]
    view.values = {"x": 1}
    assert (view.error, view.answered) == ("", 2)


def test_the_saved_state_has_what_a_page_needs(view: Any) -> None:
    state = view.get_state()
    assert {"coursekit_widget", "spec", "values", "figure"} <= set(state)
    assert state["coursekit_widget"] == "1"
    assert state["spec"]["id"] == "trial.view"
    assert repr(view) == "show('trial.view', x=0.5, at=(0.0, 0.0))"


def test_settings_that_a_control_does_not_take_are_refused_at_once() -> None:
    with pytest.raises(ControlError, match=r"input \(x\) cannot be 7"):
        WidgetView(square, {"x": 7})
    with pytest.raises(KeyError, match=r"there is no widget 'trial\.nowhere'"):
        show("trial.nowhere")


def test_a_front_end_that_is_not_built_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("coursekit.jupyter.view.WIDGET_ESM", tmp_path / "widget.mjs")
    with pytest.raises(assets.AssetsError, match=r"widget.mjs missing .*: run `make setup`") as told:
        WidgetView(square, {})
    assert "\n" not in str(told.value)


def test_without_anywidget_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "anywidget":
            raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "coursekit.jupyter.view")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        ModuleNotFoundError, match=r"live widgets need anywidget: run `pip install 'coursekit\[notebook\]'`"
    ):
        show("trial.view")


NOTEBOOK = """
from coursekit.jupyter.view import WidgetView
from coursekit.widgets import Slider, widget
from coursekit.widgets.figure import Figure, Line, Panel

@widget("trial.kernel", title="A square", controls=[Slider(name="x", label="input", low=-2, high=2, value=1.0)])
def square(x):
    return Figure(panels=[Panel(marks=[Line(x=[0.0, x], y=[0.0, x * x])])], alt=f"up to {x * x}")

view = WidgetView(square, {})
"""


@pytest.mark.grading
def test_in_a_real_kernel_the_front_end_asks_and_the_kernel_answers(tmp_path: Path) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    v4 = nbformat.v4
    # What the front end sends when a slider is moved arrives at the model's comm like this.
    update = "{'method': 'update', 'state': {'values': {'x': %s}}, 'buffer_paths': []}"
    move = "view.comm.handle_msg({'content': {'data': " + update + "}, 'buffers': []})"
    cells = [NOTEBOOK, "view", move % 1.5, "view.figure['alt']", move % 99, "print(view.error, view.figure['alt'])"]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    view_mime = "application/vnd.jupyter.widget-view+json"
    [model] = [
        out["data"][view_mime]["model_id"] for out in notebook.cells[1].outputs if view_mime in out.get("data", {})
    ]
    assert notebook.cells[3].outputs[0]["data"]["text/plain"] == "'up to 2.25'"
    assert notebook.cells[5].outputs[0]["text"] == "input (x) cannot be 99: it takes a number from -2 to 2 up to 2.25\n"
    saved = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"][model]
    assert saved["state"]["figure"]["alt"] == "up to 2.25"
    assert ["figure", "panels", 0, "marks", 0, "x", "data"] in [buffer["path"] for buffer in saved["buffers"]]
