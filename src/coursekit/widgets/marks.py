"""The marks of a figure: what can be drawn in a panel, each a bundle of arrays that is checked when it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
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
    """A line through `(x[i], y[i])`; NaN breaks it. `dashed` adds the colour's dash; `width` is in pixels.

    With `grow` it grows by a point a frame: frame k shows the first k + 1 of its points, of which there are as many as
    frames. The arrays have no axis of frames then, so that a long path stays small.
    """

    kind: ClassVar[str] = "line"
    arrays: ClassVar[dict[str, int]] = {"x": 1, "y": 1}
    x: ArrayLike
    y: ArrayLike
    width: float = 2.0
    dashed: bool = False
    grow: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grow and self.frames:
            raise FigureError("line: with `grow` it has no axis of frames: give one of `grow` and `frames`")


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
