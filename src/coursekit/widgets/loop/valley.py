"""Gradient descent on a curve of one weight: where the steps land, and which rates crawl, swing or fly off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.optim import path, sgd
from coursekit.widgets.controls import Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.float64]

STEPS = 30
REACH = 4.0
#: The loss axis ends here: a lower loss is drawn at the floor, and a path is cut before it climbs above the ceiling.
FLOOR, CEILING = 1e-8, 1e4
_NEAR = 0.01


@dataclass(frozen=True)
class Curve:
    """A loss of one weight, with its slope, its curvature, and where its minima lie."""

    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    curvature: Callable[[Any], Any]
    minima: tuple[float, ...]

    @property
    def lowest(self) -> float:
        """The loss at the deepest minimum."""
        return float(min(self.value(place) for place in self.minima))


def quadratic(h: float) -> Curve:
    """`h x^2 / 2`, whose curvature is h everywhere."""
    return Curve(lambda x: 0.5 * h * x * x, lambda x: h * x, lambda x: h, (0.0,))


#: `(x^2 - 4)^2 / 8 + x / 2`: a deep narrow valley on the left, a shallow wide one on the right. The outer two roots of
#: its slope are the minima, the middle one is the hump.
_ROOTS = sorted(float(root.real) for root in np.roots([0.5, 0.0, -2.0, 0.5]))
TWO_VALLEYS = Curve(
    lambda x: (x * x - 4.0) ** 2 / 8.0 + 0.5 * x,
    lambda x: 0.5 * x * (x * x - 4.0) + 0.5,
    lambda x: 1.5 * x * x - 2.0,
    (_ROOTS[0], _ROOTS[2]),
)


def curve_of(shape: str, h: float) -> Curve:
    """The curve that the controls name."""
    return TWO_VALLEYS if shape == "two" else quadratic(h)


def walk(curve: Curve, start: float, lr: float) -> tuple[Values, Values, float | None]:
    """Positions and losses above the lowest point, and the first position that was cut off, if one was."""
    x = path(sgd, lambda at: (curve.slope(at),), [start], STEPS, lr=lr)[:, 0]
    with np.errstate(all="ignore"):
        losses = curve.value(x) - curve.lowest
    out = np.flatnonzero(~(losses <= CEILING))
    if not len(out):
        return x, losses, None
    cut = int(out[0])
    return x[:cut], losses[:cut], float(x[cut])


@widget(
    "loop.valley",
    title="How long should a step be?",
    controls=[
        Choice(
            name="shape",
            label="loss",
            options={"quadratic": "one valley, ½·h·x²", "two": "two valleys"},
            value="quadratic",
        ),
        Slider(
            name="start", label="start", symbol="x", low=-REACH, high=REACH, value=-3.0, step=0.1, panels=("curve",)
        ),
        Slider(name="lr", label="learning rate", symbol="η", low=0.01, high=4.0, value=0.5, step=0.01, log=True),
        Slider(
            name="h",
            label="curvature",
            symbol="h",
            low=0.5,
            high=5.0,
            value=3.5,
            step=0.1,
            when={"shape": ("quadratic",)},
        ),
    ],
    tries=[
        Try(
            label="Crawl",
            values={"shape": "quadratic", "start": -3.0, "lr": 0.03, "h": 1.0},
            notice="Each step goes 3 % of the way. After 30 steps the weight is still more than a third of its first "
            "distance away.",
            frame=-1,
        ),
        Try(
            label="Converge",
            values={"shape": "quadratic", "start": -3.0, "lr": 0.5, "h": 1.0},
            notice="Each step halves the distance, and the loss falls to a quarter: on the logarithmic axis a straight "
            "line.",
            frame=-1,
        ),
        Try(
            label="Oscillate",
            values={"shape": "quadratic", "start": -3.0, "lr": 1.9, "h": 1.0},
            notice="Each step lands on the other side, only a tenth nearer. It converges just as slowly as with "
            "η = 0.1 would.",
            frame=-1,
        ),
        Try(
            label="Diverge",
            values={"shape": "quadratic", "start": -1.0, "lr": 2.2, "h": 1.0},
            notice="Each step overshoots by more than it came from: it lands 1.2 times as far away. A start nearer to "
            "the minimum would not help.",
            frame=8,
        ),
    ],
)
def valley(shape: str, start: float, lr: float, h: float) -> Figure:
    """The curve with the steps on it, and at its right the loss over the steps."""
    curve = curve_of(shape, h)
    x, losses, lost = walk(curve, start, lr)
    drawn = np.maximum(losses, FLOOR)
    count = len(x)
    grid = np.linspace(-REACH, REACH, 161)
    heights = curve.value(grid) - curve.lowest
    top = float(heights.max())
    outside = np.flatnonzero(np.abs(x) > REACH)
    shown = int(outside[0]) if len(outside) else count - 1
    past = np.tril(np.ones((count, count), dtype=bool))
    verdict = _verdict(shape, curve, start, lr, x, lost)
    curve_panel = Panel(
        id="curve",
        title=verdict[0],
        marks=[
            Line(x=grid, y=heights, colour="function", width=2.5),
            Line(x=_shown(x, past), y=_shown(losses, past), colour="accent", width=1.2, opacity=0.8, frames=True),
            Dots(x=np.tile(x, (count, 1)), y=_shown(losses, past), colour="accent", radius=3.5, frames=True),
            Dots(x=x[:, None], y=losses[:, None], colour="accent", radius=6.5, frames=True),
        ],
        x=Axis(label="weight x", low=-REACH, high=REACH),
        y=Axis(label="loss above the lowest point", low=-0.03 * top, high=top),
    )
    loss_panel = Panel(
        id="loss",
        title=f"loss {plain(float(losses[0]))} → {plain(float(losses[-1]))} in {count - 1} "
        f"{'step' if count == 2 else 'steps'}",
        marks=[
            Rule(y=FLOOR, colour="muted"),
            Line(x=np.arange(count), y=drawn, colour="train", width=2.0),
            Dots(x=np.arange(count), y=drawn, colour="train", radius=2.5),
            Dots(x=np.arange(count)[:, None], y=drawn[:, None], colour="train", radius=6.0, frames=True),
        ],
        x=Axis(label="step", low=0, high=STEPS),
        y=Axis(label="loss above the lowest point", low=FLOOR, high=CEILING, log=True),
    )
    limits = _limits(shape, curve)
    cut = ""
    if lost is not None:
        jump = f"to x = {plain(lost, 1)}" if np.isfinite(lost) else "out of all numbers"
        cut = f" The next step, {count}, would jump {jump}, with a loss above 10 000, so the path is cut here."
    frames = [
        f"Step {n}: x = {plain(float(at))}, slope {plain(float(curve.slope(at)))}, loss {plain(float(loss))}."
        f"{cut if n == count - 1 else ''} {limits}"
        for n, (at, loss) in enumerate(zip(x, losses, strict=True))
    ]
    return Figure(
        panels=[curve_panel, loss_panel],
        alt=(
            f"Left: {_named(shape, h)} for x from −4 to 4, and on it {count - 1} steps of gradient descent from "
            f"x = {plain(start, 1)} with η = {lr:.3g}; {verdict[1]}. Right, on a logarithmic axis: the loss above the "
            f"lowest point goes from {plain(float(losses[0]))} to {plain(float(losses[-1]))}.{cut}"
        ),
        status=f"η = {lr:.3g}: {verdict[1]}.{cut} {limits}",
        frames=Frames(
            count=count, labels=[f"step {n}" for n in range(count)], start=shown, per_second=5.0, status=frames
        ),
    )


def _shown(values: Values, past: NDArray[np.bool_]) -> Values:
    """One row a frame: the values up to that frame's step, and NaN for those to come."""
    return np.where(past, values, np.nan)


def _named(shape: str, h: float) -> str:
    return "a curve with two valleys" if shape == "two" else f"the parabola ½·h·x² with curvature h = {plain(h, 1)}"


def _limits(shape: str, curve: Curve) -> str:
    """The rates that are best and too much, at each minimum."""
    said = []
    for place, name in zip(curve.minima, ("Left valley", "Right valley") if shape == "two" else ("",), strict=True):
        h = float(curve.curvature(place))
        where = f"{name}: curvature" if name else "Curvature"
        said.append(f"{where} h = {plain(h, 2)}, best rate 1/h = {plain(1 / h)}, limit 2/h = {plain(2 / h)}.")
    return " ".join(said)


def _verdict(shape: str, curve: Curve, start: float, lr: float, x: Values, lost: float | None) -> tuple[str, str]:
    """What becomes of the path, as a title and as a part of a sentence."""
    if lost is not None:
        gone = f"the path diverges and leaves the scale at step {len(x)}"
        if shape == "quadratic":
            title, said = _by_factor(1.0 - lr * float(curve.curvature(start)))
            return title, f"{gone}, since {said}"
        return f"diverges: off the scale at step {len(x)}", gone
    if curve.slope(start) == 0:
        return "at rest: the slope is 0", "the start is the minimum, the slope there is 0 and no step moves"
    if shape == "quadratic":
        return _by_factor(1.0 - lr * float(curve.curvature(start)))
    off = [abs(float(x[-1]) - place) for place in curve.minima]
    found = int(np.argmin(off))
    side = ("deep left", "shallow right")[found]
    if off[found] < _NEAR:
        ends = f"the path ends in the {side} valley, at x = {plain(float(x[-1]))}"
        if (start > _ROOTS[1]) != (found == 1):
            other = ("deep left", "shallow right")[1 - found]
            return (
                f"jumps out of the {other} valley into the {side} one",
                f"{ends}, though it starts in the {other} one",
            )
        return f"ends in the {side} valley", ends
    turns = int((np.diff(np.sign(np.diff(x))) != 0).sum())
    return (
        f"has not settled after {STEPS} steps",
        f"after {STEPS} steps and {turns} turns the path has not settled in either valley",
    )


def _by_factor(factor: float) -> tuple[str, str]:
    """On a parabola every step multiplies x by `1 - lr * h`."""
    said = f"every step multiplies x by 1 − ηh = {plain(factor, 2)}"
    if abs(factor) < 1e-9:
        return "one step to the minimum", "the first step lands on the minimum (1 − ηh = 0)"
    if abs(abs(factor) - 1.0) < 1e-9:
        return "swings for ever, no nearer", "every step turns x into −x, for ever"
    if factor < -1.0:
        return f"diverges: × {plain(factor, 2)} a step", f"{said}, it jumps across and lands farther away"
    if factor < 0.0:
        return f"swings in: × {plain(factor, 2)} a step", f"{said}, it jumps across and lands nearer"
    word = "crawls" if factor > 0.9 else "slides in"
    return f"{word}: × {plain(factor, 2)} a step", f"{said}, it stays on its side"
