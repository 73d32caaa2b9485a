"""What every widget keeps to. The table is the registry: a new widget is tested by being there."""

import json
import re
from time import process_time

import numpy as np
import pytest

from coursekit.widgets import Button, Checkbox, Choice, Control, Point, Slider, Widget, find, ids, wire
from coursekit.widgets.figure import Figure, Line
from coursekit.widgets.marks import wire_array

#: Seconds of processor time that one answer may take. A reader waits ten times as long on a slow phone.
BUDGET = 1.0


def bounds(control: Control) -> list[object]:
    """The values at the ends of what a control takes."""
    match control:
        case Slider(integer=True):
            return [int(control.low), int(control.high)]
        case Slider():
            return [control.low, control.high]
        case Choice():
            return list(control.options)
        case Checkbox():
            return [False, True]
        case Point():
            return [(x, y) for x in control.x_range for y in control.y_range]
        case Button():
            return [0, 1, 2, 17]
    raise AssertionError(f"say here what the bounds of a {type(control).__name__} are")


def states(widget: Widget) -> list[dict[str, object]]:
    """The start, every suggestion, and every control at its ends."""
    ends = [{control.name: value} for control in widget.controls for value in bounds(control)]
    lowest = {control.name: bounds(control)[0] for control in widget.controls}
    highest = {control.name: bounds(control)[-1] for control in widget.controls}
    return [{}, *(dict(t.values) for t in widget.tries), *ends, lowest, highest]


ALL_STATES = [pytest.param(id, s, id=f"{id}-{n}") for id in ids() for n, s in enumerate(states(find(id)))]


def test_there_are_widgets() -> None:
    assert len(ids()) >= 3


def clear_caches(widget: Widget) -> None:
    """Forget what the widget's module has computed, so that the next answer is computed anew."""
    for value in widget.draw.__globals__.values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@pytest.mark.parametrize(("id", "values"), ALL_STATES)
def test_it_draws_in_every_state_and_is_quick(id: str, values: dict[str, object]) -> None:
    clear_caches(find(id))
    start = process_time()
    figure = find(id).figure(values)
    assert process_time() - start < BUDGET
    for panel in figure.panels:
        for mark in panel.marks:
            for name in mark.arrays:
                array = getattr(mark, name)
                if array is None:
                    continue
                breaks = isinstance(mark, Line) or name == "y"
                assert not np.isinf(array).any(), f"{panel.id}: {mark.kind}.{name} is infinite"
                assert breaks or np.isfinite(array).all(), f"{panel.id}: {mark.kind}.{name} is not finite"
                assert wire_array(array) is not None
    assert re.search(r"\d", figure.alt), "the text alternative has no numbers"
    assert not re.search(r"\b(nan|inf)\b", figure.alt + figure.status, re.IGNORECASE), figure.alt
    assert figure.status.strip(), "there is no status line"
    json.loads(wire.inline({"spec": find(id).spec(), "figure": figure.to_dict()}))


def raw(figure: Figure) -> tuple[str, list[bytes]]:
    return wire.split(figure.to_dict())


@pytest.mark.parametrize("id", ids())
def test_the_same_values_give_the_same_bytes(id: str) -> None:
    widget = find(id)
    before = raw(widget.figure())
    for values in states(widget)[1:4]:
        widget.figure(values)
    clear_caches(widget)
    assert raw(widget.figure()) == before


@pytest.mark.parametrize("id", ids())
def test_it_says_what_to_try_and_what_to_notice(id: str) -> None:
    widget = find(id)
    assert 2 <= len(widget.tries) <= 4
    assert len({t.label for t in widget.tries}) == len(widget.tries)
    for t in widget.tries:
        assert t.notice.endswith((".", "!", "?"))
        frames = widget.figure(t.values).frames
        assert t.frame is None or (frames is not None and -frames.count <= t.frame < frames.count)


@pytest.mark.parametrize("id", ids())
def test_a_point_names_a_panel_that_is_there(id: str) -> None:
    widget = find(id)
    panels = {panel.id for panel in widget.figure().panels}
    named = {c.panel for c in widget.controls if isinstance(c, Point)}
    assert named | {p for c in widget.controls if isinstance(c, Slider) for p in c.panels} <= panels


@pytest.mark.parametrize("id", ids())
def test_a_control_is_hidden_exactly_where_it_does_nothing(id: str) -> None:
    widget = find(id)
    for control in widget.controls:
        for name, shown in control.when.items():
            other = next(c for c in widget.controls if c.name == name)
            for value in bounds(other):
                ends = [raw(widget.figure({name: value, control.name: end})) for end in bounds(control)]
                assert (ends[0] != ends[-1]) == (value in shown), f"{control.name} while {name} is {value}"


def test_an_unknown_id_is_refused_with_those_that_exist() -> None:
    with pytest.raises(KeyError, match=r"activations\.explorer"):
        find("activations.nothing")
