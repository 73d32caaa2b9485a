"""The controls that a widget declares. Each knows its range, checks a value and says in one line what is wrong."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from coursekit.widgets.palette import PALETTE


class ControlError(ValueError):
    """A value that a control cannot take; the message says which control, what it got and what it takes."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """What all controls share: `name` is the argument of the widget's function, `label` is what a reader sees.

    `symbol` is the notation of the text ("η"), shown with the value; `note` is one short line of help.
    `when` names the settings under which the control has a meaning: with `when={"unit": ("elu", "maxout")}` it is shown
    only while the choice `unit` stands at one of these two. The conditions all have to hold; each is on a `Choice` or a
    `Checkbox`. A hidden control keeps its value, and the function is given it.
    Neighbours with the same `group` stand in one line, under that name for who hears the page: what belongs to one
    thing ("Adam": a tick, its rate, its decay).
    """

    name: str
    label: str
    symbol: str = ""
    note: str = ""
    when: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    group: str = ""
    kind: ClassVar[str]

    def check(self, value: Any) -> Any:
        """The value in its own type; raises `ControlError` if the control cannot take it."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready description for the front end."""
        return {"kind": self.kind, **asdict(self)}

    def _refuse(self, value: Any, takes: str) -> ControlError:
        return ControlError(f"{self.label} ({self.name}) cannot be {value!r}: it takes {takes}")


@dataclass(frozen=True, kw_only=True)
class Slider(Control):
    """A number from `low` to `high`. With `log` the steps are equal ratios, with `integer` only whole numbers count.

    `step` is the distance of two neighbouring positions (for `log`, in decades). On the panels with the ids `panels` it
    has a handle on the x axis as well, to be dragged (pointer, touch, arrow keys): for a slider that is an input.
    """

    kind: ClassVar[str] = "slider"
    low: float
    high: float
    value: float
    step: float | None = None
    log: bool = False
    integer: bool = False
    panels: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ControlError(f"slider {self.name}: low {self.low} must lie below high {self.high}")
        if self.log and self.low <= 0:
            raise ControlError(f"slider {self.name}: a logarithmic slider needs low > 0, not {self.low}")
        self.check(self.value)

    def check(self, value: Any) -> float | int:
        """A float, or an int for an integer slider."""
        whole = "a whole number" if self.integer else "a number"
        takes = f"{whole} from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._refuse(value, takes)
        if not self.low <= value <= self.high or (self.integer and value != int(value)):
            raise self._refuse(value, takes)
        return int(value) if self.integer else float(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One of a few named options: `options` maps each value to the words that a reader sees."""

    kind: ClassVar[str] = "choice"
    options: Mapping[str, str]
    value: str

    def __post_init__(self) -> None:
        self.check(self.value)

    def to_dict(self) -> dict[str, Any]:
        """The options as pairs: what writes notebooks sorts the keys of a mapping, and their order means something."""
        return super().to_dict() | {"options": [list(option) for option in self.options.items()]}

    def check(self, value: Any) -> str:
        """One of the options' values."""
        if not isinstance(value, str) or value not in self.options:
            raise self._refuse(value, "one of " + ", ".join(self.options))
        return value


@dataclass(frozen=True, kw_only=True)
class Checkbox(Control):
    """On or off. `colour`, a name in the palette, puts a stroke of that colour beside the label: what it switches."""

    kind: ClassVar[str] = "checkbox"
    value: bool = False
    colour: str = ""

    def __post_init__(self) -> None:
        if self.colour and self.colour not in PALETTE:
            raise ControlError(f"checkbox {self.name}: {self.colour!r} is not in the palette ({', '.join(PALETTE)})")

    def check(self, value: Any) -> bool:
        """True or false; no number stands for either."""
        if not isinstance(value, bool):
            raise self._refuse(value, "true or false")
        return value


@dataclass(frozen=True, kw_only=True)
class Point(Control):
    """A point dragged on the panel with the id `panel` (pointer, touch, arrow keys); its value is `(x, y)`."""

    kind: ClassVar[str] = "point"
    panel: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    value: tuple[float, float]
    step: float = 0.1

    def __post_init__(self) -> None:
        self.check(self.value)

    def check(self, value: Any) -> tuple[float, float]:
        """Both coordinates as floats."""
        takes = f"a pair (x, y) with x in {self.x_range} and y in {self.y_range}"
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence) or len(value) != 2:
            raise self._refuse(value, takes)
        for number, (low, high) in zip(value, (self.x_range, self.y_range), strict=True):
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not low <= number <= high:
                raise self._refuse(value, takes)
        return float(value[0]), float(value[1])


@dataclass(frozen=True, kw_only=True)
class Button(Control):
    """A button that counts its presses ("New data"); the function reads the count, most often as a seed."""

    kind: ClassVar[str] = "button"
    value: int = 0

    def check(self, value: Any) -> int:
        """A count of presses."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._refuse(value, "a count of 0 or more")
        return value
