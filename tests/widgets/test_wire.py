"""How figures are put into text: nothing is lost, nothing is rounded."""

import base64
import json

import numpy as np
import pytest

from coursekit.widgets import wire
from coursekit.widgets.figure import Figure, Line, Panel


def message() -> dict[str, object]:
    x = np.random.default_rng(0).normal(size=50)
    return {"figure": Figure(panels=[Panel(marks=[Line(x=x, y=x**2)])], alt="a curve").to_dict(), "pair": (1, 2)}


def test_split_leaves_an_index_where_the_bytes_were() -> None:
    text, buffers = wire.split(message())
    mark = json.loads(text)["figure"]["panels"][0]["marks"][0]
    assert (mark["x"]["data"], mark["y"]["data"]) == (0, 1)
    x, y = (np.frombuffer(data) for data in buffers)
    np.testing.assert_array_equal(x**2, y)
    assert json.loads(text)["pair"] == [1, 2]


def test_inline_holds_the_same_bytes() -> None:
    _, buffers = wire.split(message())
    mark = json.loads(wire.inline(message()))["figure"]["panels"][0]["marks"][0]
    assert [base64.b64decode(mark[name]["data"]) for name in "xy"] == buffers


@pytest.mark.parametrize("put", [wire.split, wire.inline])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), np.float32(1)])
def test_what_json_has_no_word_for_is_refused(put: object, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        put({"value": value})  # type: ignore[operator]
