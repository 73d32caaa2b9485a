"""Figures drawn at build time: matplotlib in the book's own style, as SVG, for light and dark pages and for a phone.

::

    def draw(fig, look):
        ax = fig.subplots()
        ax.plot(x, relu(x), label="ReLU", **look.line("relu"))
        ax.set(xlabel="input x", ylabel="output")
        plots.label_ends(ax)

    plots.figure(draw, alt="ReLU is 0 up to x = 0 and then rises with slope 1.")

`draw` is called once per version with a fresh matplotlib figure and the `Look` of that version, and draws the same
numbers each time: compute them outside of it. No pyplot, so no global state.
"""

import base64
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from coursekit.widgets.palette import DIVERGING, PALETTE

#: The output's own MIME type: the book's extension turns it into files; everything else reads the HTML beside it.
MIME = "application/vnd.coursekit.plot+json"
_PHONE_WIDTH = 3.9  # inches of 96 pixels: the text column of a phone
_MARKERS = {
    "circle": "o", "square": "s", "diamond": "D", "triangle": "^", "star": "*",
    "cross": "P", "wye": "v", "plus": "+", "times": "x",
}  # fmt: skip


class PlotError(ValueError):
    """A figure that cannot go into the book as it stands; the message says what is missing."""


@dataclass(frozen=True)
class Look:
    """One version of a figure: its `theme` ("light" or "dark"), and whether it is for a `phone`."""

    theme: str
    phone: bool = False

    def colour(self, name: str) -> str:
        """The colour of a thing of the book, by its name in the palette."""
        if name not in PALETTE:
            raise PlotError(f"{name!r} is not in the palette: it has {', '.join(PALETTE)}")
        return str(getattr(PALETTE[name], self.theme))

    def line(self, name: str) -> dict[str, Any]:
        """`color` and `linestyle` for `ax.plot`: the colour, and the dash that tells it apart without colour."""
        dash = [float(part) for part in PALETTE[name].dash.split()] if self.colour(name) else []
        return {"color": self.colour(name), "linestyle": (0, tuple(dash)) if dash else "-"}

    def dots(self, name: str) -> dict[str, Any]:
        """`color` and `marker` for `ax.scatter` or `ax.plot`."""
        return {"color": self.colour(name), "marker": _MARKERS[PALETTE[name].symbol]}

    def title(self, ax: Axes, first: str, second: str) -> None:
        """A title of two parts, in one line; on a phone in two."""
        ax.set_title(f"{first}\n{second}" if self.phone else f"{first} {second}")

    @property
    def diverging(self) -> LinearSegmentedColormap:
        """Blue to orange around the page's own paper, for weights and gradients."""
        low, high = (self._matching(colour) for colour in DIVERGING)
        return LinearSegmentedColormap.from_list("coursekit", [low, self.colour("paper"), high])

    def _matching(self, light: str) -> str:
        return next(str(getattr(colour, self.theme)) for colour in PALETTE.values() if colour.light == light)

    def panels(
        self, fig: Figure, count: int, *, columns: int | None = None, share_y: bool = False, **options: Any
    ) -> list[Axes]:
        """`count` axes side by side (in rows of `columns`), on a phone one below the other."""
        wide = min(columns or count, count)
        across = 1 if self.phone else wide
        down = -(-count // across)
        if self.phone:
            fig.set_size_inches(fig.get_figwidth(), 2.5 * down)
        grid = fig.subplots(down, across, squeeze=False, sharey=share_y and not self.phone, **options)
        axes = [axis for row in grid for axis in row]
        for spare in axes[count:]:
            spare.remove()
        return axes[:count]


class Plot:
    """A finished figure: `files` holds SVG text under "light", "dark", "light-phone" and "dark-phone"."""

    def __init__(self, files: dict[str, str], alt: str, caption: str, size: tuple[float, float]) -> None:
        self.files = files
        self.alt = alt
        self.caption = caption
        self.size = size

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What a notebook keeps: the drawings for the book, HTML for Jupyter, words for a terminal."""
        pixels = [round(96 * inches) for inches in self.size]
        drawn = {"files": self.files, "alt": self.alt, "caption": self.caption, "size": pixels}
        return {MIME: drawn, "text/html": self._html(pixels[0]), "text/plain": f"Figure: {self.alt}"}

    def _html(self, width: int) -> str:
        images = "".join(
            f'<img class="bk-plot-{theme}" alt="{escape(self.alt)}" style="width:{width}px;max-width:100%" '
            f'src="data:image/svg+xml;base64,{base64.b64encode(self.files[theme].encode()).decode()}">'
            for theme in ("light", "dark")
        )
        dark = ('[data-jp-theme-light="false"]', ".vscode-dark", '[data-theme="dark"]')
        rules = "".join(f"{d} .bk-plot-light{{display:none}}{d} .bk-plot-dark{{display:inline}}" for d in dark)
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        style = f"<style>.bk-plot-dark{{display:none}}{rules}</style>"
        return f'<figure style="margin:0">{style}{images}{caption}</figure>'


def figure(
    draw: Callable[[Figure, Look], object],
    *,
    alt: str,
    size: tuple[float, float] = (6.8, 3.6),
    caption: str = "",
    phone: tuple[float, float] | None = None,
) -> Plot:
    """Draw a figure for light and dark pages, `size` inches wide and high (96 pixels each; the text is 6.8 wide).

    `alt` says what is seen, values included, to those who do not see it. `phone` is the size of the phone's version,
    by default as narrow as a phone's column and as high as the wide one. Raises `PlotError`.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise PlotError("a figure needs a text alternative: say in `alt` what is seen, values included")
    small = phone or (min(_PHONE_WIDTH, size[0]), min(size[1], 3.4))
    files = {}
    for theme in ("light", "dark"):
        files[theme] = _svg(draw, Look(theme), size, alt)
        files[f"{theme}-phone"] = _svg(draw, Look(theme, phone=True), small, alt)
    return Plot(files, " ".join(alt.split()), caption, size)


def _svg(draw: Callable[[Figure, Look], object], look: Look, size: tuple[float, float], alt: str) -> str:
    with _style(look):
        fig = Figure(figsize=size, layout="constrained")
        canvas = FigureCanvasSVG(fig)
        draw(fig, look)
        if not any(axes.has_data() for axes in fig.axes):
            raise PlotError("the figure is empty: its function drew nothing")
        out = io.StringIO()
        canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)


@contextmanager
def _style(look: Look) -> Iterator[None]:
    """Matplotlib's settings for this version: the page's inks on no background, few lines, a title at the left."""
    ink, muted, grid = look.colour("ink"), look.colour("muted"), look.colour("grid")
    settings: dict[str, Any] = {
        "svg.hashsalt": "coursekit",
        "svg.fonttype": "path",
        "font.family": _families(),
        "font.size": 10,
        "mathtext.fontset": "stixsans",
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "axes.facecolor": "none",
        "axes.edgecolor": muted,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.titlelocation": "left",
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "axes.titlepad": 8,
        "axes.labelsize": 10,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=[look.colour(name) for name in ("a", "b", "class2", "class3")]),
        "grid.color": grid,
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.9,
        "lines.markersize": 4.5,
        "lines.scale_dashes": False,
        "text.color": ink,
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "figure.titlesize": 11,
        "figure.titleweight": "bold",
        "patch.edgecolor": "none",
        "image.cmap": "viridis",
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield


@lru_cache(1)
def _families() -> list[str]:
    """The page's own face where the build has laid it out as TTF, with matplotlib's for the signs that it lacks."""
    families = []
    folder = os.environ.get("COURSEKIT_FONTS")
    for file in sorted(Path(folder).glob("*.ttf")) if folder else ():
        font_manager.fontManager.addfont(str(file))
        name = font_manager.FontProperties(fname=str(file)).get_name()
        if name not in families:
            families.append(name)
    return [*families, "DejaVu Sans"]


def label_ends(ax: Axes, labels: Sequence[str] | None = None, *, gap: float = 1.25) -> None:
    """Write each line's label at its right end in its own colour, instead of a legend; labels never overlap.

    `labels` replaces those of the lines, in their order. Lines without a label stay without. `gap` is the least
    distance of two labels in lines of text. Call it last: it reads the limits of the axes.
    """
    lines = [line for line in ax.get_lines() if labels is not None or not str(line.get_label()).startswith("_")]
    words = list(labels) if labels is not None else [str(line.get_label()) for line in lines]
    if len(words) != len(lines):
        raise PlotError(f"label_ends: {len(lines)} lines and {len(words)} labels")
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    size = float(mpl.rcParams["legend.fontsize"])
    points = 72.0 / figure.dpi
    bottom, top = (ax.transAxes.transform((0.0, edge))[1] * points for edge in (0.0, 1.0))
    ends = []
    for line, word in zip(lines, words, strict=True):
        points_of_line = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])
        seen = [(float(x), float(y)) for x, y in points_of_line if _inside(ax, x, y)]
        if seen and word:
            ends.append((float(ax.transData.transform(seen[-1])[1]) * points, seen[-1], line, word))
    ends.sort(key=lambda end: end[0])
    heights = _spread([end[0] for end in ends], gap * size, bottom, top)
    for (height, end, line, word), wanted in zip(ends, heights, strict=True):
        ax.annotate(
            word, end, xytext=(6, wanted - height), textcoords="offset points", color=line.get_color(),
            va="center", ha="left", fontsize=size, fontweight="bold", annotation_clip=False,
        )  # fmt: skip


def _inside(ax: Axes, x: float, y: float) -> bool:
    (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    return bool(left <= x <= right and low <= y <= high)


def _spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Sorted heights moved apart until neighbours are `gap` apart, kept between `low` and `high` where they fit."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else max(height, low))
    ceiling = max(high, low + gap * (len(placed) - 1))
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], ceiling - gap * (len(placed) - 1 - place))
    return placed


def digest(plot: Plot) -> str:
    """A hash of all versions: equal for equal drawings."""
    return hashlib.sha256("".join(plot.files[name] for name in sorted(plot.files)).encode()).hexdigest()
