"""Grid, random and quasi-random search for the top of a hill that is narrow along one parameter."""

import numpy as np

from coursekit.training import Trial
from coursekit.widgets.babysitting.hills import METHODS, SIZES, Values, distinct, expected, hill, search
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Raster, Rule
from coursekit.widgets.widget import Try, widget

NAMES = {"grid": "grid", "random": "random", "quasi": "quasi-random"}
_COLOURS = {"grid": "a", "random": "b", "quasi": "class2"}
_CELLS = 48
#: Where the values of the first parameter are marked, below the square.
_BELOW = -0.07


@widget(
    "babysitting.search",
    title="As many trials: on a grid, or drawn",
    controls=[
        Choice(name="n", label="trials", options={str(n): str(n) for n in SIZES}, value="16"),
        Slider(name="weight", label="how much the other parameter matters", low=0.0, high=1.0, value=0.1, step=0.05),
        Button(name="seed", label="New hill and draws"),
    ],
    tries=[
        Try(
            label="One parameter matters",
            values={"n": "16", "weight": 0.0, "seed": 0},
            notice="The grid spends its 16 trials on 4 values of the parameter that matters, each tried four times "
            "over. The others try 16 values, and on average come nearer to the top.",
            frame=-1,
        ),
        Try(
            label="Both matter alike",
            values={"n": "16", "weight": 1.0, "seed": 10},
            notice="Now the hill is round, and independent draws do worse than the grid on average: they leave gaps "
            "and fall on top of one another. That random beats grid is no law.",
            frame=-1,
        ),
        Try(
            label="Random without its clumps",
            values={"n": "25", "weight": 0.1, "seed": 29},
            notice="Quasi-random points give every trial its own value, as random ones do, and leave no gaps, as a "
            "grid does. On average they find the most.",
            frame=-1,
        ),
        Try(
            label="A lucky grid",
            values={"n": "9", "weight": 0.1, "seed": 32},
            notice="One of the grid's three columns happens to stand near the top, and here the grid wins. One search "
            "proves nothing; the curves below are means over 150 hills.",
            frame=-1,
        ),
    ],
)
def search_widget(n: str, weight: float, seed: int) -> Figure:
    """The three searches on one hill, trial by trial; below, what they find on average by the number of trials."""
    count = int(n)
    top = hill(weight, seed)
    found = {method: search(method, top, count, seed) for method in METHODS}
    best = {method: 1.0 - result[1].value for method, result in found.items()}
    columns = {method: distinct(result[0], "first") for method, result in found.items()}
    ticks = np.linspace(0.0, 1.0, _CELLS)
    values = top.value(*np.meshgrid(ticks, ticks))
    means = expected(weight, seed)
    at = SIZES.index(count)
    average = ", ".join(f"{NAMES[m]} {means[m][at]:.2f}" for m in METHODS)
    here = "; ".join(f"{NAMES[m]} {best[m]:.2f} with {_values(columns[m])}" for m in METHODS)
    return Figure(
        panels=[
            *(_square(m, found[m][0], values, f"{NAMES[m]}: best {best[m]:.2f}", columns[m]) for m in METHODS),
            _curves(means, count, f"on average over 150 hills, {count} trials find: {average}"),
        ],
        alt=(
            f"Three squares with {count} trials each on a hill that is narrow along the first parameter; the second "
            f"matters {weight:.2f} times as much. Best values found: {here}. Below, the mean of the best value over "
            f"150 hills against the number of trials; with {count} trials: {average}."
        ),
        status=f"Here: {here}. On average over 150 hills: {average}.",
        frames=Frames(
            count=count,
            labels=[f"trial {i}" for i in range(1, count + 1)],
            start=count - 1,
            per_second=4.0,
            status=[
                f"After {i} of {count} trials the best is "
                + ", ".join(f"{1.0 - min(t.value for t in found[m][0][:i]):.2f} ({NAMES[m]})" for m in METHODS)
                + "."
                for i in range(1, count + 1)
            ],
        ),
    )


def _values(count: int) -> str:
    return f"{count} values of the first parameter"


def _square(method: str, tried: list[Trial], values: Values, title: str, columns: int) -> Panel:
    """The hill, the trials up to the frame's, the best of them ringed, and below the square the values of the first."""
    x = np.array([t.setting["first"] for t in tried])
    y = np.array([t.setting["second"] for t in tried])
    worth = np.array([1.0 - t.value for t in tried])
    count = len(x)
    shown = np.tril(np.ones((count, count), bool))
    best = np.array([int(np.argmax(worth[: i + 1])) for i in range(count)])
    return Panel(
        id=method,
        title=title,
        aspect=1.0,
        marks=[
            Raster(z=values, x_range=(0.0, 1.0), y_range=(0.0, 1.0), domain=(0.0, 1.0), opacity=0.45),
            Dots(x=x[best][:, None], y=y[best][:, None], colour="ink", radius=8.0, frames=True),
            Dots(
                x=np.tile(x, (count, 1)),
                y=np.where(shown, y, np.nan),
                colour=_COLOURS[method],
                radius=4.5,
                frames=True,
            ),
            Dots(
                x=np.tile(x, (count, 1)),
                y=np.where(shown, _BELOW, np.nan),
                colour=_COLOURS[method],
                radius=3.5,
                frames=True,
            ),
        ],
        x=Axis(label=f"first parameter: {columns} values", low=-0.03, high=1.03),
        y=Axis(label="second", low=-0.12, high=1.03),
    )


def _curves(means: dict[str, Values], count: int, title: str) -> Panel:
    return Panel(
        id="average",
        row=1,
        aspect=3.6,
        title=title,
        marks=[
            Rule(x=float(count), colour="muted"),
            *(Line(x=list(SIZES), y=means[m], colour=_COLOURS[m], label=NAMES[m]) for m in METHODS),
        ],
        x=Axis(label="trials", low=0.0, high=float(SIZES[-1])),
        y=Axis(label="best found, mean", low=0.0, high=1.0),
    )
