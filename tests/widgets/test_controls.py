"""Controls: what they take, what they refuse, and in which words."""

import math

import pytest

from coursekit.widgets import Button, Checkbox, Choice, Control, ControlError, Point, Slider, Widget

SLIDER = Slider(name="lr", label="learning rate", symbol="η", low=0.001, high=1, value=0.1, log=True)
COUNT = Slider(name="n", label="points", low=1, high=10, value=3, integer=True)
CHOICE = Choice(name="kind", label="kind", options={"a": "first", "b": "second"}, value="a")
CHECKBOX = Checkbox(name="on", label="on")
POINT = Point(name="at", label="start", panel="map", x_range=(-1, 1), y_range=(0, 2), value=(0, 1))
BUTTON = Button(name="seed", label="New data")

TAKEN = [
    (SLIDER, 1, 1.0),
    (SLIDER, 0.001, 0.001),
    (COUNT, 4.0, 4),
    (CHOICE, "b", "b"),
    (CHECKBOX, True, True),
    (POINT, [1, 2], (1.0, 2.0)),
    (BUTTON, 7, 7),
]

REFUSED = [
    *[
        (SLIDER, v, "learning rate (lr) cannot be .*: it takes a number from 0.001 to 1")
        for v in (0, 2, "1", None, True)
    ],
    *[(SLIDER, v, "it takes a number") for v in (math.nan, math.inf, [1])],
    *[(COUNT, v, "points .*: it takes a whole number from 1 to 10") for v in (0, 11, 2.5)],
    *[(CHOICE, v, "it takes one of a, b") for v in ("c", 1, None, ["a"])],
    *[(CHECKBOX, v, "it takes true or false") for v in (1, "true", None)],
    *[(POINT, v, "a pair") for v in ((2, 1), (0, 3), (0,), (0, 1, 2), "01", 5, (True, 1), (0, math.nan), (0, "1"))],
    *[(BUTTON, v, "a count of 0 or more") for v in (-1, 1.0, True, "3")],
]


@pytest.mark.parametrize(("control", "value", "expected"), TAKEN)
def test_takes(control: Control, value: object, expected: object) -> None:
    taken = control.check(value)
    assert taken == expected
    assert type(taken) is type(expected)


@pytest.mark.parametrize(("control", "value", "words"), REFUSED)
def test_refuses_in_one_line(control: Control, value: object, words: str) -> None:
    with pytest.raises(ControlError, match=words.replace("(lr)", r"\(lr\)")) as refused:
        control.check(value)
    assert "\n" not in str(refused.value)
    assert control.name in str(refused.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Checkbox(name="x", label="x", colour="mauve"), "'mauve' is not in the palette"),
        (lambda: Slider(name="x", label="x", low=2, high=1, value=1), "low 2 must lie below high 1"),
        (lambda: Slider(name="x", label="x", low=0, high=1, value=1, log=True), "needs low > 0"),
        (lambda: Slider(name="x", label="x", low=0, high=1, value=3), "cannot be 3"),
        (lambda: Choice(name="x", label="x", options={"a": "A"}, value="b"), "one of a"),
        (lambda: Point(name="x", label="x", panel="p", x_range=(0, 1), y_range=(0, 1), value=(2, 0)), "a pair"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused_where_it_is_written(make: object, words: str) -> None:
    with pytest.raises(ControlError, match=words):
        make()  # type: ignore[operator]


def shown_when(when: object) -> Widget:
    controls = [CHOICE, CHECKBOX, COUNT, Slider(name="alpha", label="slope", low=0, high=1, value=0, when=when)]  # type: ignore[arg-type]
    return Widget(id="trial.when", title="t", controls=controls, tries=(), draw=lambda **_: None)  # type: ignore[arg-type, return-value]


def test_a_condition_is_kept_for_the_front_end() -> None:
    told = shown_when({"kind": ("a",), "on": (True,)}).spec()["controls"][3]
    assert told["when"] == {"kind": ("a",), "on": (True,)}
    assert SLIDER.to_dict()["when"] == {}


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"knd": ("a",)}, "'knd' has certain values, but that is no choice or checkbox of it: kind, on"),
        ({"n": (3,)}, "'n' has certain values, but that is no choice"),
        ({"alpha": (1,)}, "'alpha' has certain values, but that is no choice"),
        ({"kind": ("a", "c")}, "kind .kind. cannot be 'c': it takes one of a, b"),
        ({"on": ("yes",)}, "on .on. cannot be 'yes': it takes true or false"),
        ({"kind": "a"}, "name them in a tuple, not as 'a'"),
        ({"kind": ()}, "name them in a tuple"),
    ],
)
def test_a_condition_on_what_there_is_not_is_refused(when: object, words: str) -> None:
    with pytest.raises(ControlError, match=words) as refused:
        shown_when(when)
    assert "\n" not in str(refused.value)


def test_a_description_is_plain() -> None:
    told = CHOICE.to_dict()
    assert told["kind"] == "choice"
    assert told["options"] == [["a", "first"], ["b", "second"]], "their order outlives a sort of the keys"
    assert SLIDER.to_dict()["log"] is True
