"""What a widget returns: panels of marks, with axes, a text alternative and a line that says the state.

A figure is data, not drawing. The front end draws it with Observable Plot; `to_dict()` is the whole contract between
the two. Arrays stay arrays there: `{"dtype", "shape", "data"}` with the raw bytes, so that a page draws the very
numbers that Python computed.

Animation: a mark with `frames=True` carries a leading axis of frames on every array it has, and the figure's `Frames`
says how many there are; a `Line` with `grow=True` gets a point longer with each frame. Play, pause, step and scrub
then happen in the front end, without asking Python again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from coursekit.widgets.marks import (
    Band,
    Bars,
    Contour,
    Dots,
    Edges,
    FigureError,
    Image,
    Line,
    Mark,
    Raster,
    Rule,
    Shade,
    Text,
)

__all__ = [
    "Axis",
    "Band",
    "Bars",
    "Contour",
    "Dots",
    "Edges",
    "Figure",
    "FigureError",
    "Frames",
    "Image",
    "Line",
    "Mark",
    "Panel",
    "Raster",
    "Rule",
    "Shade",
    "Text",
]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis: what it shows, in which unit, its range, logarithmic or not. `hidden` draws none (images, networks)."""

    label: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    log: bool = False
    hidden: bool = False

    def __post_init__(self) -> None:
        if self.log and self.low is not None and self.low <= 0:
            raise FigureError(f"axis {self.label!r}: a logarithmic axis needs low > 0, not {self.low}")

    def to_dict(self) -> dict[str, Any]:
        """A dict for the front end."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One plot: marks over two axes. `id` is what a `Point` control names; `width` is the panel's share of its row.

    `aspect` is width over height; `row` puts panels that belong together side by side (on a phone they stack). Panels
    of one row that name the same `column` stand one above the other there. `title` says what is found, with its number.
    """

    marks: Sequence[Mark]
    id: str = ""
    title: str = ""
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    row: int = 0
    column: int | None = None
    width: float = 1.0
    aspect: float = 1.5

    def to_dict(self) -> dict[str, Any]:
        """A dict for the front end."""
        out: dict[str, Any] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return out | {"marks": [m.to_dict() for m in self.marks], "x": self.x.to_dict(), "y": self.y.to_dict()}


@dataclass(frozen=True, kw_only=True)
class Frames:
    """An animated figure has `count` frames; `labels[i]` says what frame i is ("step 40"), `start` is shown first.

    `status`, one line per frame, replaces the figure's own while that frame is shown.
    """

    count: int
    labels: Sequence[str]
    start: int = 0
    per_second: float = 12.0
    status: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.count < 1 or len(self.labels) != self.count or not 0 <= self.start < self.count:
            labels = len(self.labels)
            raise FigureError(f"frames: {self.count} frames need as many labels (not {labels}) and a start among them")
        if self.status and len(self.status) != self.count:
            raise FigureError(f"frames: {self.count} frames need as many status lines, not {len(self.status)}")

    def to_dict(self) -> dict[str, Any]:
        """A dict for the front end."""
        out = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return out | {"labels": list(self.labels), "status": list(self.status)}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a widget's function returns.

    `alt` is the text alternative: what is seen, values included. `status` is the line under the drawing that says the
    state in words; it is read out when it changes.
    """

    panels: Sequence[Panel]
    alt: str
    status: str = ""
    frames: Frames | None = None

    def __post_init__(self) -> None:
        if not self.panels or not any(panel.marks for panel in self.panels):
            raise FigureError("a figure needs at least one panel with at least one mark")
        if not self.alt.strip():
            raise FigureError("a figure needs a text alternative: say in `alt` what is seen, values included")
        for panel in self.panels:
            for mark in panel.marks:
                self._check_frames(mark)

    def _check_frames(self, mark: Mark) -> None:
        if not mark.frames and not (isinstance(mark, Line) and mark.grow):
            return
        count = self.frames.count if self.frames else 0
        for name in mark.arrays:
            value = getattr(mark, name)
            if value is not None and len(value) != count:
                held = "frames" if mark.frames else "points to grow by"
                raise FigureError(f"{mark.kind}: {name} has {len(value)} {held}, the figure has {count} frames")

    def to_dict(self) -> dict[str, Any]:
        """The whole figure for the front end: plain values, with arrays as `{"dtype", "shape", "data": bytes}`."""
        return {
            "panels": [panel.to_dict() for panel in self.panels],
            "alt": self.alt,
            "status": self.status,
            "frames": self.frames.to_dict() if self.frames else None,
        }
