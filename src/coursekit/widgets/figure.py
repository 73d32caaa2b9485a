"""What a widget returns: panels of marks, with axes, a text alternative and a line that says the state.

A figure is data, not drawing. The front end draws it with Observable Plot; `to_dict()` is the whole contract between
the two. Arrays stay arrays there: `{"dtype", "shape", "data"}` with the raw bytes, so that a page draws the very
numbers that Python computed.

Animation: a mark with `frames=True` carries a leading axis of frames on every array it has, and the figure's `Frames`
says how many there are. Play, pause, step and scrub then happen in the front end, without asking Python again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.widgets.palette import PALETTE

#: dtypes that JavaScript's typed arrays can read without a copy.
WIRE_DTYPES = {"float64", "float32", "int32", "uint8"}


class FigureError(ValueError):
    """A figure that cannot be drawn as it stands: the message names the mark and what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What all marks share.

    `colour` is a name in the palette; `label` stands at the end of a line or beside the mark; `frames` says that
    every array of this mark has a leading axis of frames. `opacity` runs from 0 to 1.
    """

    colour: str = "accent"
    label: str = ""
    opacity: float = 1.0
    frames: bool = False
    kind: ClassVar[str]
    #: Names of the array fields, and how many axes each has in one frame.
    arrays: ClassVar[dict[str, int]] = {}

    def __post_init__(self) -> None:
        if self.colour not in PALETTE:
            raise FigureError(f"{self.kind}: {self.colour!r} is not in the palette ({', '.join(PALETTE)})")
        for name, axes in self.arrays.items():
            value = getattr(self, name)
            if value is None:
                continue
            array = wire_array(value)
            if array.ndim != axes + self.frames:
                raise FigureError(f"{self.kind}: {name} needs {axes + self.frames} axes, it has shape {array.shape}")
            object.__setattr__(self, name, array)
        if len({getattr(self, n).shape for n in self.same_shape if getattr(self, n) is not None}) > 1:
            shapes = ", ".join(f"{n} {getattr(self, n).shape}" for n in self.same_shape if getattr(self, n) is not None)
            raise FigureError(f"{self.kind}: these must have one shape: {shapes}")

    @property
    def same_shape(self) -> tuple[str, ...]:
        """Array fields that must agree in shape; by default all of those with one axis."""
        return tuple(name for name, axes in self.arrays.items() if axes == 1)

    def to_dict(self) -> dict[str, Any]:
        """A dict for the front end; arrays as `{"dtype", "shape", "data"}`."""
        out: dict[str, Any] = {"kind": self.kind}
        for entry in fields(self):
            value = getattr(self, entry.name)
            out[entry.name] = encode_array(value) if isinstance(value, np.ndarray) else value
        return out


def wire_array(value: ArrayLike) -> NDArray[Any]:
    """`value` as a contiguous array of a dtype that the front end reads; integers become int32, bools uint8."""
    array = np.asarray(value)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    elif array.dtype.kind in "iu" and array.dtype != np.uint8:
        array = array.astype(np.int32)
    if array.dtype.name not in WIRE_DTYPES:
        raise FigureError(f"arrays of dtype {array.dtype} cannot be drawn: use one of {', '.join(sorted(WIRE_DTYPES))}")
    return np.ascontiguousarray(array)


def encode_array(array: NDArray[Any]) -> dict[str, Any]:
    """`{"dtype", "shape", "data"}`, the data as the array's raw little-endian bytes."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": little.tobytes()}


@dataclass(frozen=True, kw_only=True)
class Line(Mark):
    """A line through `(x[i], y[i])`; NaN breaks it. `dashed` adds the colour's dash; `width` is in pixels."""

    kind: ClassVar[str] = "line"
    arrays: ClassVar[dict[str, int]] = {"x": 1, "y": 1}
    x: ArrayLike
    y: ArrayLike
    width: float = 2.0
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Band(Mark):
    """The area between `low` and `high` along `x` (a spread over seeds)."""

    kind: ClassVar[str] = "band"
    arrays: ClassVar[dict[str, int]] = {"x": 1, "low": 1, "high": 1}
    x: ArrayLike
    low: ArrayLike
    high: ArrayLike


@dataclass(frozen=True, kw_only=True)
class Dots(Mark):
    """Dots at `(x[i], y[i])`. With `group` (integers) each dot takes colour and symbol of `class0`, `class1`, ...

    `names[k]` is what class k is called; the classes with a name stand in a line above the panel.
    """

    kind: ClassVar[str] = "dots"
    arrays: ClassVar[dict[str, int]] = {"x": 1, "y": 1, "group": 1}
    x: ArrayLike
    y: ArrayLike
    group: ArrayLike | None = None
    names: Sequence[str] = ()
    radius: float = 3.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.names and self.group is None:
            raise FigureError("dots: `names` are those of the classes in `group`, which is missing")


@dataclass(frozen=True, kw_only=True)
class Bars(Mark):
    """A histogram: bar i stands on `[edges[i], edges[i + 1]]` and is `heights[i]` tall."""

    kind: ClassVar[str] = "bars"
    arrays: ClassVar[dict[str, int]] = {"edges": 1, "heights": 1}
    edges: ArrayLike
    heights: ArrayLike

    @property
    def same_shape(self) -> tuple[str, ...]:
        """None: there is one edge more than there are heights."""
        return ()

    def __post_init__(self) -> None:
        super().__post_init__()
        edges, heights = np.shape(self.edges)[-1], np.shape(self.heights)[-1]
        if edges != heights + 1:
            raise FigureError(f"bars: {heights} heights need one edge more, not {edges}")


@dataclass(frozen=True, kw_only=True)
class Raster(Mark):
    """A grid of values as coloured cells; `z` is `(rows, columns)`, row 0 at the bottom (`y_range[0]`).

    The values stand on `np.linspace(*x_range, columns)` and `np.linspace(*y_range, rows)` (on a logarithmic axis on
    `np.geomspace`), each in the middle of its cell; cells at the rim are cut in half. A NaN leaves its cell empty.
    `scale` is "sequential", "diverging" (neutral at 0) or "classes" (integers: the colours of the classes).
    `domain` fixes the values at the two ends of the scale; without it they are taken from `z`.
    """

    kind: ClassVar[str] = "raster"
    arrays: ClassVar[dict[str, int]] = {"z": 2}
    z: ArrayLike
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    scale: str = "sequential"
    domain: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Contour(Mark):
    """Level lines of a grid of values; `z` is `(rows, columns)`, row 0 at the bottom, placed as in a `Raster`.

    `levels` are the values to draw; without it ten evenly spaced ones.
    """

    kind: ClassVar[str] = "contour"
    arrays: ClassVar[dict[str, int]] = {"z": 2}
    z: ArrayLike
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    levels: Sequence[float] | None = None


@dataclass(frozen=True, kw_only=True)
class Edges(Mark):
    """Straight edges from `(x1, y1)` to `(x2, y2)` coloured by `value` on the diverging scale (a network's weights)."""

    kind: ClassVar[str] = "edges"
    arrays: ClassVar[dict[str, int]] = {"x1": 1, "y1": 1, "x2": 1, "y2": 1, "value": 1}
    x1: ArrayLike
    y1: ArrayLike
    x2: ArrayLike
    y2: ArrayLike
    value: ArrayLike
    domain: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Mark):
    """A straight line across the panel at `x` or at `y` (exactly one of them)."""

    kind: ClassVar[str] = "rule"
    x: float | None = None
    y: float | None = None
    dashed: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.x is None) == (self.y is None):
            raise FigureError("rule: give x or y, one of the two")


@dataclass(frozen=True, kw_only=True)
class Shade(Mark):
    """A shaded stretch of the x axis, from `x1` to `x2` (a region where a unit is saturated)."""

    kind: ClassVar[str] = "shade"
    colour: str = "shade"
    x1: float
    x2: float


@dataclass(frozen=True, kw_only=True)
class Text(Mark):
    """Words at a place in the panel; `anchor` is "start", "middle" or "end"."""

    kind: ClassVar[str] = "text"
    colour: str = "ink"
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, kw_only=True)
class Image(Mark):
    """A grey image `(rows, columns)`, row 0 at the TOP, values from `domain[0]` (paper) to `domain[1]` (ink)."""

    kind: ClassVar[str] = "image"
    arrays: ClassVar[dict[str, int]] = {"pixels": 2}
    pixels: ArrayLike
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    domain: tuple[float, float] = (0.0, 1.0)


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
        if not mark.frames:
            return
        count = self.frames.count if self.frames else 0
        for name in mark.arrays:
            value = getattr(mark, name)
            if value is not None and len(value) != count:
                raise FigureError(f"{mark.kind}: {name} has {len(value)} frames, the figure has {count}")

    def to_dict(self) -> dict[str, Any]:
        """The whole figure for the front end: plain values, with arrays as `{"dtype", "shape", "data": bytes}`."""
        return {
            "panels": [panel.to_dict() for panel in self.panels],
            "alt": self.alt,
            "status": self.status,
            "frames": self.frames.to_dict() if self.frames else None,
        }
