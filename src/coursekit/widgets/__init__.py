"""Live figures: controls in, figure out. NumPy and the standard library only, so that a browser can run them."""

from importlib import import_module
from pkgutil import iter_modules

from coursekit.widgets.controls import Button, Checkbox, Choice, Control, ControlError, Point, Slider
from coursekit.widgets.widget import Try, Widget, widget

__all__ = [
    "Button",
    "Checkbox",
    "Choice",
    "Control",
    "ControlError",
    "Point",
    "Slider",
    "Try",
    "Widget",
    "find",
    "ids",
    "widget",
]

#: Modules of this package that hold no widgets; every other one is a chapter.
_MACHINERY = {"controls", "figure", "marks", "palette", "widget", "wire"}


def chapters() -> list[str]:
    """The chapters that have widgets."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _MACHINERY)


def _of_chapter(chapter: str) -> dict[str, Widget]:
    module = import_module(f"coursekit.widgets.{chapter}")
    return {value.id: value for value in vars(module).values() if isinstance(value, Widget)}


def ids() -> list[str]:
    """The ids of all widgets, in the order of their chapters' files."""
    return [id for chapter in chapters() for id in _of_chapter(chapter)]


def find(id: str) -> Widget:
    """The widget with this id ("chapter.name"); raises `KeyError` that says which ids there are."""
    chapter = id.partition(".")[0]
    widgets = _of_chapter(chapter) if chapter in chapters() else {}
    if id not in widgets:
        raise KeyError(f"there is no widget {id!r}: there are {', '.join(widgets) or ', '.join(ids())}")
    return widgets[id]
