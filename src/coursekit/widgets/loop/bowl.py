"""Gradient descent in a bowl of two weights: a contour plot, the steepest way down, and the loss along and across."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.optim import path, sgd
from coursekit.widgets.controls import Point, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.float64]

STEPS = 40
X_REACH, Y_REACH = 3.0, 2.0
#: The loss axis ends here: a lower loss is drawn at the floor, and a path is cut before it climbs above the ceiling.
FLOOR, CEILING = 1e-6, 1e4
_LEVELS = 9
_ARROW = 0.9


@dataclass(frozen=True)
class Walk:
    """Positions `(n, 2)` and the two parts of the loss at each; `cut` where the next step was off the scale."""

    places: Values
    along: Values
    across: Values
    cut: bool

    @property
    def losses(self) -> Values:
        """The whole loss."""
        return self.along + self.across


def walk(kappa: float, start: tuple[float, float], lr: float) -> Walk:
    """Gradient descent on `(x^2 + kappa y^2) / 2`: along the valley the curvature is 1, across it is kappa."""
    places = path(sgd, lambda x, y: (x, kappa * y), start, STEPS, lr=lr)
    with np.errstate(all="ignore"):
        along, across = 0.5 * places[:, 0] ** 2, 0.5 * kappa * places[:, 1] ** 2
        out = np.flatnonzero(~(along + across <= CEILING))
    count = int(out[0]) if len(out) else len(places)
    return Walk(places=places[:count], along=along[:count], across=across[:count], cut=len(out) > 0)


@widget(
    "loop.bowl",
    title="Down a bowl that is narrower one way than the other",
    controls=[
        Slider(
            name="kappa", label="condition number", symbol="κ", low=1.0, high=100.0, value=20.0, step=0.01, log=True
        ),
        Slider(name="lr", label="learning rate", symbol="η", low=0.003, high=2.5, value=0.09, step=0.01, log=True),
        Point(
            name="start",
            label="start",
            panel="plane",
            x_range=(-X_REACH, X_REACH),
            y_range=(-Y_REACH, Y_REACH),
            value=(-2.5, 1.0),
        ),
    ],
    tries=[
        Try(
            label="A round bowl",
            values={"kappa": 1.0, "lr": 1.0, "start": (-2.5, 1.0)},
            notice="The steepest way down points straight at the minimum, and with η = 1 one step is enough.",
            frame=-1,
        ),
        Try(
            label="A ravine",
            values={"kappa": 20.0, "lr": 0.09, "start": (-2.5, 1.0)},
            notice="The path zig-zags: each step jumps across the ravine, and goes only 9 % of the way along it. After "
            "20 steps nearly all of the loss that is left lies along the ravine.",
            frame=20,
        ),
        Try(
            label="Too long a step",
            values={"kappa": 20.0, "lr": 0.105, "start": (-2.5, 1.0)},
            notice="Beyond η = 2/κ = 0.1 it diverges, in one direction only: across, the loss grows by a fifth each "
            "step, while along the ravine it goes on falling.",
            frame=8,
        ),
        Try(
            label="A hundred to one",
            values={"kappa": 100.0, "lr": 0.0198, "start": (-2.5, 1.0)},
            notice="The best rate there is, and still each step takes only 2 % off the distance. After 40 steps a "
            "fifth of the loss is left.",
            frame=-1,
        ),
    ],
)
def bowl(kappa: float, lr: float, start: tuple[float, float]) -> Figure:
    """The contours with the path on them, and at their right the loss with its parts along and across."""
    run = walk(kappa, start, lr)
    count, losses = len(run.places), run.losses
    x, y = run.places.T
    past = np.tril(np.ones((count, count), dtype=bool))
    # Outside the window a diverging path never comes back: it is drawn up to its first step out.
    outside = np.flatnonzero((np.abs(x) > X_REACH) | (np.abs(y) > Y_REACH))
    shown = int(outside[0]) if len(outside) else count - 1
    past &= np.arange(count) <= shown
    path_x, path_y = np.where(past, x, np.nan), np.where(past, y, np.nan)
    angle = off_course(kappa, start)
    if angle is None:
        title = "the start is the minimum: there is no way down"
    elif angle < 0.5:
        title = "the steepest way down points straight at the minimum"
    else:
        title = f"the steepest way down is {angle:.0f}° off the way to the minimum"
    plane = Panel(
        id="plane",
        title=title,
        marks=[
            _contours(kappa),
            *_start_marks(kappa, start),
            Line(x=path_x, y=path_y, colour="sgd", width=1.8, frames=True),
            Dots(x=np.tile(x, (count, 1)), y=path_y, colour="sgd", radius=3.0, frames=True),
            Dots(x=x[:, None], y=y[:, None], colour="accent", radius=6.0, frames=True),
            Dots(x=np.zeros(1), y=np.zeros(1), colour="newton", radius=5.0),
        ],
        x=Axis(label="weight x, along the valley", low=-X_REACH, high=X_REACH),
        y=Axis(label="weight y, across", low=-Y_REACH, high=Y_REACH),
        aspect=1.32,
        width=1.15,
    )
    steps = np.arange(count)
    loss = Panel(
        id="loss",
        title=f"loss {plain(float(losses[0]))} → {plain(float(losses[-1]))} in {_steps(count - 1)}",
        marks=[
            Rule(y=FLOOR, colour="muted"),
            Line(x=steps, y=np.maximum(run.along, FLOOR), colour="a", width=2.0, label="along"),
            Line(x=steps, y=np.maximum(run.across, FLOOR), colour="b", width=2.0, dashed=True, label="across"),
            Line(x=steps, y=np.maximum(losses, FLOOR), colour="ink", width=1.2),
            Dots(x=steps[:, None], y=np.maximum(losses, FLOOR)[:, None], colour="accent", radius=6.0, frames=True),
        ],
        x=Axis(label="step", low=0, high=STEPS),
        y=Axis(label="loss, and its two parts", low=FLOOR, high=CEILING, log=True),
        aspect=1.15,
    )
    limits = (
        f"Limits: the best rate is 2/(1 + κ) = {plain(2 / (1 + kappa), 4)}, above 2/κ = {plain(2 / kappa, 4)} the "
        f"steps across diverge{' (and those along, above 2)' if lr > 2 else ''}."
    )
    factors = f"each step multiplies x by 1 − η = {plain(1 - lr, 2)} and y by 1 − κη = {plain(1 - kappa * lr, 2)}"
    cut = f" Then the loss would pass 10 000: the path is cut after {_steps(count - 1)}." if run.cut else ""
    frames = [
        f"Step {n}: x = {plain(float(at[0]))}, y = {plain(float(at[1]))}; of the loss {plain(float(a + b))}, "
        f"{plain(float(a))} lies along and {plain(float(b))} across.{cut if n == count - 1 else ''} {limits}"
        for n, (at, a, b) in enumerate(zip(run.places, run.along, run.across, strict=True))
    ]
    return Figure(
        panels=[plane, loss],
        alt=(
            f"Left: contours of a bowl κ = {plain(kappa, 1)} times as curved across as along, and {_steps(count - 1)} "
            f"of gradient descent with η = {lr:.3g} from x = {plain(start[0], 1)}, y = {plain(start[1], 1)}; {title}. "
            f"An arrow at the start shows the way down, at a right angle to the contour. Right, on a logarithmic axis: "
            f"the loss goes from {plain(float(losses[0]))} to {plain(float(losses[-1]))}; its part along ends at "
            f"{plain(float(run.along[-1]))}, its part across at {plain(float(run.across[-1]))}.{cut}"
        ),
        status=f"κ = {plain(kappa, 1)}, η = {lr:.3g}: {factors}.{cut} {limits}",
        frames=Frames(
            count=count,
            labels=[f"step {n}" for n in range(count)],
            start=shown,
            per_second=6.0,
            status=frames,
        ),
    )


def off_course(kappa: float, start: tuple[float, float]) -> float | None:
    """Degrees between the steepest way down and the way to the minimum; None at the minimum, which has neither."""
    x, y = start
    if x == 0 and y == 0:
        return None
    down, home = math.atan2(-kappa * y, -x), math.atan2(-y, -x)
    turn = abs(down - home)
    return math.degrees(min(turn, 2.0 * math.pi - turn))


def _contours(kappa: float) -> Contour:
    """Levels that lie evenly spaced along a straight way out of the middle."""
    x, y = np.linspace(-X_REACH, X_REACH, 61), np.linspace(-Y_REACH, Y_REACH, 81)
    z = 0.5 * (x[None, :] ** 2 + kappa * y[:, None] ** 2)
    top = float(z.max())
    return Contour(
        z=z.astype(np.float32),
        x_range=(-X_REACH, X_REACH),
        y_range=(-Y_REACH, Y_REACH),
        levels=[top * (k / (_LEVELS + 1)) ** 2 for k in range(1, _LEVELS + 1)],
        colour="muted",
        opacity=0.7,
    )


def _start_marks(kappa: float, start: tuple[float, float]) -> list[Line]:
    """The contour through the start, and there the arrow downhill, which stands on it at a right angle."""
    x, y = start
    level = math.hypot(x, math.sqrt(kappa) * y)
    if level == 0:
        return []
    turn = np.linspace(0.0, 2.0 * np.pi, 181)
    norm = math.hypot(x, kappa * y)
    ux, uy = -x / norm, -kappa * y / norm
    tip_x, tip_y = x + _ARROW * ux, y + _ARROW * uy
    wing = [(tip_x - 0.16 * ux + side * 0.09 * uy, tip_y - 0.16 * uy - side * 0.09 * ux) for side in (1, -1)]
    arrow = np.array([(x, y), (tip_x, tip_y), wing[0], (tip_x, tip_y), wing[1]])
    return [
        Line(x=level * np.cos(turn), y=level / math.sqrt(kappa) * np.sin(turn), colour="function", width=1.6),
        Line(x=arrow[:, 0], y=arrow[:, 1], colour="accent", width=2.5),
    ]


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
