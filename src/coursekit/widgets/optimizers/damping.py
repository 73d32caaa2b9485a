"""Momentum in a valley with two curvatures: a map of how fast it comes in, and the swing of both distances."""

import inspect
import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.optim import momentum, momentum_factor, path
from coursekit.widgets.controls import Point, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Mark, Panel, Raster, Rule, Text
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.float64]

STEPS = 60
#: How far the map reaches in the rate times the curvature, and in ρ.
RATE, SHARE = (0.0, 4.0), (0.0, 0.99)
FLOOR, CEILING = 1e-4, 10.0
_COLUMNS, _ROWS = 81, 67
_factor = inspect.unwrap(momentum_factor)  # five thousand calls for a map, whose arguments are known to be right


def swing(rate: float, rho: float) -> Values:
    """The distances `(STEPS + 1,)` from the minimum of `w**2 / 2`, from 1 on, without a velocity at first."""
    return path(momentum, lambda w: (w,), [1.0], STEPS, lr=rate, rho=rho)[:, 0]


def kind_of(rate: float, rho: float) -> str:
    """What the distance does: the roots of `z**2 - (1 + rho - rate) z + rho` say it."""
    if rate == 0:
        return "stands still"
    factor = momentum_factor(rate, rho)
    if factor > 1 + 1e-12:
        return "diverges"
    if factor > 1 - 1e-12:
        return "neither shrinks nor grows"
    near, far = (1 - math.sqrt(rho)) ** 2, (1 + math.sqrt(rho)) ** 2
    # As near as a dragged point can come to the curve on which both roots are one.
    if abs(rate - near) <= 0.011:
        return "critically damped"
    if rate < near:
        return "over-damped"
    return "under-damped" if rate < far else "changes sides at every step"


@lru_cache(maxsize=1)
def _map() -> list[Mark]:
    """The factor over all settings, with its levels and the borders between the kinds."""
    rates, shares = np.linspace(*RATE, _COLUMNS), np.linspace(*SHARE, _ROWS)
    z = np.array([[_factor(float(rate), float(rho)) for rate in rates] for rho in shares], np.float32)
    # On both borders the two roots are one: left of the first they are positive, right of the second negative.
    root = np.linspace(0.0, 2.0, 161)
    return [
        Raster(
            z=np.minimum(z, 1.2), x_range=RATE, y_range=SHARE, domain=(0.0, 1.2), opacity=0.45, label="factor a step"
        ),
        Contour(z=z, x_range=RATE, y_range=SHARE, levels=[0.3, 0.5, 0.7, 0.8, 0.9], colour="ink", opacity=0.5),
        Line(x=root**2, y=(1.0 - root) ** 2, colour="ink", width=2.0),
        Line(x=np.array([2.0, 4.0]), y=np.array([0.0, 1.0]), colour="newton", width=2.0),
        Text(x=0.03, y=0.02, text="over-damped"),
        Text(x=1.1, y=0.62, text="under-damped", anchor="middle"),
        Text(x=1.7, y=0.035, text="flips", anchor="middle"),
        Text(x=3.3, y=0.3, text="diverges", anchor="middle"),
    ]


@widget(
    "optimizers.damping",
    title="Momentum, damped too much, too little and just enough",
    controls=[
        Point(
            name="setting",
            label="rate and share",
            symbol="(ηh, ρ)",
            panel="map",
            x_range=(0.01, RATE[1]),
            y_range=SHARE,
            value=(0.2, 0.8),
            step=0.01,
        ),
        Slider(name="kappa", label="condition number", symbol="κ", low=1.0, high=100.0, value=1.0, step=0.02, log=True),
    ],
    tries=[
        Try(
            label="Crawl",
            values={"setting": (0.05, 0.0), "kappa": 1.0},
            notice="Without momentum a low rate takes 5 % off the distance in each step. Raise ρ from there, straight "
            "up: it comes in faster until the curve, and from then on it swings.",
            frame=-1,
        ),
        Try(
            label="Just enough",
            values={"setting": (0.05, 0.603), "kappa": 1.0},
            notice="On the curve ρ = (1 − √(ηh))² the damping is critical. Without a swing it comes to a hundredth in "
            "26 steps; without momentum that takes 90.",
            frame=-1,
        ),
        Try(
            label="Too little damping",
            values={"setting": (0.05, 0.95), "kappa": 1.0},
            notice="Above the curve each step multiplies the swing by √ρ, here 0.975, whatever the rate: move the "
            "point sideways, and only the number of swings changes.",
            frame=-1,
        ),
        Try(
            label="Two curvatures at once",
            values={"setting": (2.7777, 0.4445), "kappa": 25.0},
            notice="The steep direction is at one branch of the curve, the flat one, whose ηh is 25 times smaller, at "
            "the other. This is the best setting for κ = 25: a step leaves two thirds of both. Without momentum it "
            "leaves 0.92 at best.",
            frame=-1,
        ),
    ],
)
def damping(setting: tuple[float, float], kappa: float) -> Figure:
    """The map with the setting on it, and the distances over the steps, plain and on a logarithmic axis."""
    rate, rho = setting
    two = kappa > 1
    ways = [("a", "steep" if two else "distance", rate)] + ([("b", "flat", rate / kappa)] if two else [])
    spots = [(colour, word, r, momentum_factor(r, rho), kind_of(r, rho)) for colour, word, r in ways]
    worst = max(factor for _, _, _, factor, _ in spots)
    numbers = np.arange(STEPS + 1, dtype=np.int32)
    plain_marks: list[Mark] = [Rule(y=0.0, colour="muted")]
    log_marks: list[Mark] = []
    over: list[Mark] = []
    runs = []
    for colour, word, r, factor, _ in spots:
        w = swing(r, rho)
        size, envelope = np.abs(w), _envelope(w, factor)
        runs.append(size)
        over.append(Dots(x=[r], y=[rho], colour=colour, radius=6.0, label=word if two else ""))
        for sign in (1.0, -1.0):
            edge = np.clip(sign * envelope, -9.0, 9.0).astype(np.float32)
            plain_marks.append(Line(x=numbers, y=edge, colour=colour, width=1.0, opacity=0.5))
        plain_marks.append(
            Line(x=numbers, y=np.clip(w, -9.0, 9.0).astype(np.float32), colour=colour, width=2.0, grow=True)
        )
        log_marks.append(Line(x=numbers, y=_cut(envelope), colour=colour, width=1.0, opacity=0.5))
        log_marks.append(Line(x=numbers, y=_cut(size), colour=colour, width=2.0, label=word, grow=True))
    said = "; ".join(f"{word + ' ' if two else ''}{kind}, factor {factor:.3f}" for _, word, _, factor, kind in spots)
    first = "both " if two and spots[0][4] == spots[1][4] else f"{spots[0][1]} " if two else ""
    title = f"{first}{spots[0][4]}" + (f", {spots[1][1]} {spots[1][4]}" if two and first != "both " else "")
    last = max(float(size[-1]) for size in runs)
    to = f"{plain(last)} of the distance" if last <= 1 else f"{plain(last)} times the distance"
    best = ""
    if two:
        low = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
        best = (
            f" The best there is at κ = {plain(kappa, 1)}: {low:.3f}; without momentum {(kappa - 1) / (kappa + 1):.3f}."
        )
    return Figure(
        panels=[
            Panel(
                id="map",
                title=title,
                marks=[*_map(), *over],
                x=Axis(label="learning rate × curvature, ηh", low=RATE[0], high=RATE[1]),
                y=Axis(label="ρ, the share of the velocity that is kept", low=SHARE[0], high=1.0),
                aspect=1.1,
                width=1.1,
                column=0,
            ),
            Panel(
                id="swing",
                title=f"after {STEPS} steps {to}",
                marks=plain_marks,
                x=Axis(low=0, high=STEPS),
                y=Axis(label="distance w", low=-2.0, high=2.0),
                aspect=2.0,
                column=1,
            ),
            Panel(
                id="size",
                title=f"each step × {worst:.3f} in the long run",
                marks=log_marks,
                x=Axis(label="step", low=0, high=STEPS),
                y=Axis(label="size of the distance", low=FLOOR, high=CEILING, log=True),
                aspect=2.0,
                column=1,
            ),
        ],
        alt=(
            "Left: a map of the factor by which a step of momentum shrinks the distance, over ηh from 0 to 4 and ρ "
            f"from 0 to 1, with a point at ηh = {plain(rate, 2)}, ρ = {plain(rho, 2)}: {said}. Right: the distance "
            f"over {STEPS} steps with its envelope, plain and on a logarithmic axis; at the end {to} is left.{best}"
        ),
        status=f"ηh = {plain(rate)}, ρ = {plain(rho)}: {said}.{best}",
        frames=Frames(count=STEPS + 1, labels=[f"step {n}" for n in range(STEPS + 1)], start=STEPS, per_second=20.0),
    )


def _envelope(w: Values, factor: float) -> Values:
    """`c * factor**t` with the least `c` that lets no distance stand out."""
    steps = np.arange(len(w))
    with np.errstate(all="ignore"):
        fall = factor**steps
        c = np.nanmax(np.where(fall > 1e-290, np.abs(w) / fall, 0.0))
    return np.asarray(c * fall)


def _cut(size: Values) -> NDArray[np.float32]:
    """What a logarithmic axis can show: nothing (NaN) below its floor."""
    return np.where(size < FLOOR, np.nan, np.minimum(size, CEILING)).astype(np.float32)
