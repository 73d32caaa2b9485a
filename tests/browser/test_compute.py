"""What the worker calls, here in CPython."""

import json

import numpy as np
import pytest

import coursekit
from coursekit import widgets
from coursekit.browser import compute, versions


@pytest.mark.parametrize("id", widgets.ids())
def test_every_widget_crosses_with_its_bytes(id: str) -> None:
    text, buffers = compute(id, "{}")
    answer = json.loads(text)
    assert "error" not in answer
    here = widgets.find(id).figure().to_dict()
    arrays = [
        mark[name] for panel in here["panels"] for mark in panel["marks"] for name in mark if type(mark[name]) is dict
    ]
    assert [array["data"] for array in arrays] == buffers


@pytest.mark.parametrize(
    ("id", "values", "line"),
    [
        ("nowhere.none", "{}", "there is no widget 'nowhere.none'"),
        ("activations.explorer", "[1]", "The controls' values come as an object, not as list."),
        ("activations.explorer", "{", "The controls' values are not valid JSON."),
        ("activations.explorer", '{"nothing": 1}', "widget activations.explorer has no control 'nothing'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(id: str, values: str, line: str) -> None:
    text, buffers = compute(id, values)
    error = json.loads(text)["error"]
    assert error.startswith(line)
    assert "\n" not in error
    assert buffers == []


def test_versions() -> None:
    assert json.loads(versions())["numpy"] == np.__version__
    assert json.loads(versions())["coursekit"] == coursekit.__version__
