"""One activation and its derivative, with an input to move."""

import numpy as np

from coursekit.widgets.activations.units import UNITS, Unit, Values
from coursekit.widgets.controls import Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Line, Mark, Panel, Rule, Shade
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: The inputs that are drawn run from -REACH to REACH.
REACH = 6.0
#: A stretch is shaded where less than this share of the gradient goes on.
SATURATED = 0.05
_TANGENT_HALF = 1.6


@widget(
    "activations.explorer",
    title="An activation, its slope, and what is left of the gradient",
    controls=[
        Choice(
            name="unit", label="activation", options={name: unit.label for name, unit in UNITS.items()}, value="sigmoid"
        ),
        Slider(
            name="x",
            label="input",
            symbol="x",
            low=-REACH,
            high=REACH,
            value=3.5,
            step=0.1,
            panels=("function", "derivative"),
        ),
        Slider(
            name="alpha",
            label="shape of the negative side",
            symbol="α",
            low=0.0,
            high=1.0,
            value=0.1,
            step=0.01,
            when={"unit": tuple(name for name, unit in UNITS.items() if unit.takes_alpha)},
        ),
    ],
    tries=[
        Try(
            label="Sigmoid at its best",
            values={"unit": "sigmoid", "x": 0.0},
            notice=(
                "The slope is at its largest at 0, and it is only 0.25: even here three quarters of the gradient "
                "are lost."
            ),
        ),
        Try(
            label="A ReLU that is off",
            values={"unit": "relu", "x": -1.0},
            notice=(
                "Slope 0: nothing flows back, however wrong the unit is. On the other side the slope is 1 and all "
                "of it flows."
            ),
        ),
        Try(
            label="Leave a leak",
            values={"unit": "leaky_relu", "x": -1.0, "alpha": 0.1},
            notice=(
                "The negative side keeps the slope α = 0.1: a tenth of the gradient gets through, so the unit can "
                "come back."
            ),
        ),
        Try(
            label="Bend maxout into |x|",
            values={"unit": "maxout", "x": -2.0, "alpha": 1.0},
            notice=(
                "Two lines, the larger wins: with α = 1 the unit is the absolute value, its slope −1 or 1 and "
                "nowhere flat. With α = 0 it is ReLU."
            ),
        ),
    ],
)
def explorer(unit: str, x: float, alpha: float) -> Figure:
    """The function on the left, its derivative on the right; shaded where the derivative is below 0.05."""
    chosen = UNITS[unit]
    forward, backward = chosen.bind(alpha)
    grid = np.linspace(-REACH, REACH, 481)
    here = np.array([x])
    value, slope = float(forward(here)[0]), float(backward(np.ones(1), here)[0])
    flat = _stretches(grid, np.abs(backward(np.ones_like(grid), grid)) < SATURATED)
    shades: list[Mark] = [Shade(x1=left, x2=right) for left, right in flat]
    line_x, line_slope = _slope_line(chosen, alpha, grid)
    near = np.array([max(x - _TANGENT_HALF, -REACH), min(x + _TANGENT_HALF, REACH)])
    values = forward(grid)
    function = Panel(
        id="function",
        title=f"{chosen.label}: {plain(x, 1)} becomes {plain(value)}",
        marks=[
            *shades,
            Rule(y=0.0, colour="grid", dashed=False),
            Line(x=grid, y=values, colour=unit, width=2.5),
            Line(x=near, y=value + slope * (near - x), colour="ink", width=1.5, label="tangent"),
            Dots(x=here, y=np.array([value]), colour="accent", radius=6.0),
        ],
        x=Axis(label="input x", low=-REACH, high=REACH),
        y=Axis(label="output", low=min(-1.2, float(values.min()) - 0.3), high=1.5 if chosen.high else REACH),
    )
    derivative = Panel(
        id="derivative",
        title=f"slope {plain(slope)}: {_share(slope)} of the gradient goes on",
        marks=[
            *shades,
            Rule(y=0.0, colour="grid", dashed=False),
            Rule(y=1.0, colour="muted"),
            Line(x=line_x, y=line_slope, colour="derivative", width=2.5),
            Dots(x=here, y=np.array([slope]), colour="accent", radius=6.0),
        ],
        x=Axis(label="input x", low=-REACH, high=REACH),
        y=Axis(label="derivative", low=-1.25 if unit == "maxout" else -0.25, high=1.25),
    )
    where = "; ".join(f"from {plain(left, 1)} to {plain(right, 1)}" for left, right in flat)
    shaded = f"shaded, with a slope below {SATURATED}: {where}" if flat else f"its slope is below {SATURATED} nowhere"
    named = f"{chosen.label} with α = {alpha:.2f}" if chosen.takes_alpha else chosen.label
    return Figure(
        panels=[function, derivative],
        alt=(
            f"Left: {named} for x from −6 to 6, at x = {plain(x, 1)} its value is {plain(value)}, with the tangent "
            "there. "
            f"Right: its derivative, at x = {plain(x, 1)} it is {plain(slope)}; {shaded}."
        ),
        status=(
            f"{named} at x = {plain(x, 1)}: output {plain(value)}, slope {plain(slope)}. "
            f"Through ten such units in a row a gradient of 1 would become {plain(slope**10)}."
        ),
    )


def _share(slope: float) -> str:
    """A slope as a share, in words for those that are no share."""
    if slope < 0:
        return f"{-100 * slope:.0f} %, with the sign turned,"
    return f"{100 * slope:.0f} %" if slope == 0 or slope >= 0.1 else f"{100 * slope:.2g} %"


def _slope_line(unit: Unit, alpha: float, grid: Values) -> tuple[Values, Values]:
    """The derivative along the grid; at a kink the line is broken by a NaN instead of jumping through values that
    are not there."""
    _, backward = unit.bind(alpha)
    if not unit.kink:
        return grid, backward(np.ones_like(grid), grid)
    left, right = grid[grid <= 0], np.append(np.nextafter(0.0, 1.0), grid[grid > 0])
    x = np.concatenate([left, [0.0], right])
    y = np.concatenate([backward(np.ones_like(left), left), [np.nan], backward(np.ones_like(right), right)])
    return x, y


def _stretches(grid: Values, inside: np.ndarray) -> list[tuple[float, float]]:
    """The runs of neighbouring grid points that are inside, as pairs of their ends."""
    padded = np.concatenate([[False], inside, [False]]).astype(np.int8)
    turns = np.diff(padded)
    starts, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1) - 1
    return [(float(grid[start]), float(grid[end])) for start, end in zip(starts, ends, strict=True) if end > start]
