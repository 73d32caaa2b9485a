"""Figures: what is checked when they are made, and how they cross to the front end."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from coursekit.widgets.figure import (
    Axis,
    Bars,
    Contour,
    Dots,
    Figure,
    FigureError,
    Frames,
    Line,
    Mark,
    Panel,
    Raster,
    Rule,
)
from coursekit.widgets.marks import wire_array

LINE = Line(x=[0.0, 1.0], y=[1.0, 2.0])


def figure(*marks: Mark, **more: Any) -> Figure:
    return Figure(panels=[Panel(marks=marks)], **({"alt": "what is seen"} | more))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Line(x=[0.0, 1.0], y=[1.0]), r"line: these must have one shape: x \(2,\), y \(1,\)"),
        (lambda: Line(x=[[0.0]], y=[1.0]), "line: x needs 1 axes, it has shape"),
        (lambda: Line(x=[0.0], y=[1.0], frames=True), "line: x needs 2 axes"),
        (lambda: Line(x=["a"], y=[1.0]), "arrays of dtype <U1 cannot be drawn"),
        (lambda: Line(x=[1j], y=[1.0]), "arrays of dtype complex128 cannot be drawn"),
        (lambda: Line(x=[0.0], y=[1.0], colour="mauve"), "'mauve' is not in the palette"),
        (lambda: Bars(edges=[0.0, 1.0], heights=[1.0, 2.0]), "2 heights need one edge more, not 2"),
        (lambda: Dots(x=[0.0], y=[0.0], group=[0, 1]), "these must have one shape"),
        (lambda: Dots(x=[0.0], y=[0.0], names=["first"]), "`names` are those of the classes in `group`"),
        (lambda: Raster(z=[1.0], x_range=(0, 1), y_range=(0, 1)), "z needs 2 axes"),
        (lambda: Rule(), "give x or y"),
        (lambda: Rule(x=1, y=1), "give x or y"),
        (lambda: Axis(label="loss", log=True, low=0), "needs low > 0"),
        (lambda: Line(x=[[0.0]], y=[[1.0]], grow=True, frames=True), "give one of `grow` and `frames`"),
        (
            lambda: figure(Line(x=[0.0, 1.0], y=[1.0, 2.0], grow=True), frames=Frames(count=3, labels=["a", "b", "c"])),
            "line: x has 2 points to grow by, the figure has 3 frames",
        ),
        (lambda: figure(Line(x=[0.0], y=[1.0], grow=True)), "line: x has 1 points to grow by, the figure has 0 frames"),
        (lambda: Frames(count=2, labels=["one"]), "2 frames need as many labels"),
        (lambda: Frames(count=1, labels=["one"], status=["a", "b"]), "1 frames need as many status lines, not 2"),
        (lambda: figure(LINE, alt="  "), "needs a text alternative"),
        (lambda: figure(), "at least one panel with at least one mark"),
        (
            lambda: figure(Line(x=np.zeros((3, 2)), y=np.zeros((3, 2)), frames=True)),
            "line: x has 3 frames, the figure has 0 frames",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(make: Callable[[], object], words: str) -> None:
    with pytest.raises(FigureError, match=words) as refused:
        make()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.arange(3), "int32"),
        (np.array([True, False]), "uint8"),
        (np.zeros(2, np.float32), "float32"),
        (np.zeros(2, ">f8"), "float64"),
        (np.zeros(4)[::2], "float64"),
    ],
)
def test_arrays_take_a_dtype_that_the_front_end_reads(value: Any, dtype: str) -> None:
    array = wire_array(value)
    assert array.dtype.name == dtype
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(array, value)


def test_bytes_are_the_numbers_exactly() -> None:
    x = np.array([0.1, np.nan, -0.0, 5e-324, np.pi])
    sent = figure(Line(x=x, y=x)).to_dict()["panels"][0]["marks"][0]["x"]
    assert (sent["dtype"], sent["shape"]) == ("float64", [5])
    assert np.frombuffer(sent["data"], "<f8").tobytes() == x.tobytes()
    big = figure(Line(x=x.astype(">f8"), y=x)).to_dict()["panels"][0]["marks"][0]["x"]
    assert big["data"] == sent["data"]


def test_a_figure_tells_all_that_it_is_made_of() -> None:
    z = np.zeros((2, 3, 4))
    told = figure(
        Contour(z=z, x_range=(0, 1), y_range=(0, 1), frames=True),
        frames=Frames(count=2, labels=["a", "b"]),
        status="so it stands",
    ).to_dict()
    mark = told["panels"][0]["marks"][0]
    assert mark["kind"] == "contour"
    assert mark["z"]["shape"] == [2, 3, 4]
    assert told["frames"]["labels"] == ["a", "b"]
    assert told["status"] == "so it stands"
    assert told["panels"][0]["x"] == Axis().to_dict()
