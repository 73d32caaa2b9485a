"""A widget: a pure function from the values of its controls to a figure, with what an author declares around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.widgets.controls import Checkbox, Choice, Control, ControlError
from coursekit.widgets.figure import Figure, FigureError


@dataclass(frozen=True, kw_only=True)
class Try:
    """A "try this" line: a button that sets some controls, and what to notice then.

    `frame` is the frame to show afterwards, where the figure has frames (-1 is the last).
    """

    label: str
    values: Mapping[str, Any]
    notice: str
    frame: int | None = None


@dataclass(frozen=True, kw_only=True)
class Widget:
    """A widget under its `id`, "chapter.name". `draw` takes the controls' values by name and returns a `Figure`."""

    id: str
    title: str
    controls: Sequence[Control]
    tries: Sequence[Try]
    draw: Callable[..., Figure]

    def __post_init__(self) -> None:
        names = [control.name for control in self.controls]
        if len(set(names)) != len(names):
            raise ControlError(f"widget {self.id}: two controls share a name: {', '.join(names)}")
        for control in self.controls:
            self._check_condition(control)
        for suggestion in self.tries:
            self.check(suggestion.values)

    def _check_condition(self, control: Control) -> None:
        """Refuses a `when` that names no control that switches, or a value which that control never has."""
        others = {other.name: other for other in self.controls if other is not control}
        for name, values in control.when.items():
            where = f"widget {self.id}: {control.name} is shown when {name!r} has certain values"
            other = others.get(name)
            if not isinstance(other, (Choice, Checkbox)):
                known = [n for n, c in others.items() if isinstance(c, (Choice, Checkbox))]
                raise ControlError(
                    f"{where}, but that is no choice or checkbox of it: {', '.join(known) or 'it has none'}"
                )
            if isinstance(values, str) or not values:
                raise ControlError(f"{where}: name them in a tuple, not as {values!r}")
            for value in values:
                other.check(value)

    @property
    def defaults(self) -> dict[str, Any]:
        """The state that the widget starts in."""
        return {control.name: control.check(control.value) for control in self.controls}  # type: ignore[attr-defined]

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` checked, and filled up with the defaults; raises `ControlError`."""
        controls = {control.name: control for control in self.controls}
        for name in values:
            if name not in controls:
                raise ControlError(f"widget {self.id} has no control {name!r}: it has {', '.join(controls)}")
        return self.defaults | {name: controls[name].check(value) for name, value in values.items()}

    def figure(self, values: Mapping[str, Any] | None = None) -> Figure:
        """The figure for these values (the defaults where one is not given)."""
        result: object = self.draw(**self.check(values or {}))
        if not isinstance(result, Figure):
            got = type(result).__name__
            raise FigureError(f"widget {self.id}: its function must return a Figure, it returned {got}")
        return result

    def answer(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`{"figure": the figure as a dict}`, or `{"error": one line}` whatever goes wrong; never raises.

        For hosts, which keep the last drawing and show the line below it.
        """
        try:
            return {"figure": self.figure(values).to_dict()}
        except (ControlError, FigureError) as error:
            return {"error": " ".join(str(error).split())}
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
            return {"error": f"The function of widget {self.id} failed: {said}"}

    def spec(self) -> dict[str, Any]:
        """What the front end needs besides the figure; JSON-ready."""
        return {
            "id": self.id,
            "title": self.title,
            "controls": [control.to_dict() for control in self.controls],
            "tries": [
                {"label": t.label, "values": dict(t.values), "notice": t.notice, "frame": t.frame} for t in self.tries
            ],
        }


def widget(
    id: str, *, title: str, controls: Sequence[Control] = (), tries: Sequence[Try] = ()
) -> Callable[[Callable[..., Figure]], Widget]:
    """Make a widget of the function below it::

    @widget("activations.explorer", title="...", controls=[Slider(name="x", ...)])
    def explorer(x: float) -> Figure: ...
    """

    def make(draw: Callable[..., Figure]) -> Widget:
        return Widget(id=id, title=title, controls=tuple(controls), tries=tuple(tries), draw=draw)

    return make
