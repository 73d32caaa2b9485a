"""Eight optimizers walk over one landscape from one start, each with its own rate and its own decay."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from coursekit.optim import LANDSCAPES, Landscape
from coursekit.widgets.controls import Checkbox, Choice, Control, Point, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Mark, Panel, Rule
from coursekit.widgets.optimizers.racers import RACERS, STEPS, Knob, Racer, Walk, walk
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: As near as this to a minimum counts as there; on a saddle, as far away as `AWAY` as having left it.
NEAR, AWAY = 0.1, 1.0
FLOOR, CEILING = 1e-6, 1e4
_GRID = 101
_LEVELS = 11

_EIGHT = tuple(racer.name for racer in RACERS)

Entry = tuple[Racer, Walk]
_LABELS = [f"step {n}" for n in range(STEPS + 1)]
_NUMBERS = np.arange(STEPS + 1, dtype=np.int32)
_NAMES = {
    "bowl": "bowl",
    "ravine": "ravine",
    "saddle": "saddle",
    "rosenbrock": "Rosenbrock's valley",
    "beale": "Beale's plains",
    "himmelblau": "Himmelblau's four minima",
    "rastrigin": "Rastrigin's dimples",
}


def _slider(racer: Racer, suffix: str, knob: Knob) -> Slider:
    return Slider(
        name=f"{racer.name}_{suffix}",
        label=knob.label,
        symbol=knob.symbol,
        low=knob.low,
        high=knob.high,
        value=knob.value,
        step=knob.step,
        log=knob.log,
        when={racer.name: (True,)},
        group=racer.words,
    )


def _controls() -> list[Control]:
    controls: list[Control] = [Choice(name="landscape", label="landscape", options=_NAMES, value="ravine")]
    for name, where in LANDSCAPES.items():
        x_low, x_high, y_low, y_high = where.window
        controls.append(
            Point(
                name=f"start_{name}",
                label="start",
                panel="plane",
                x_range=(x_low, x_high),
                y_range=(y_low, y_high),
                value=where.start,
                step=(x_high - x_low) / 40,
                when={"landscape": (name,)},
            )
        )
    for racer in RACERS:
        controls.append(
            Checkbox(name=racer.name, label=racer.words, value=racer.ticked, colour=racer.name, group=racer.words)
        )
        controls += [_slider(racer, "rate", racer.rate), _slider(racer, "decay", racer.decay)]
    return controls


def _only(*ticked: str, **values: Any) -> dict[str, Any]:
    """These optimizers and no others, with these settings and else those of the start, whatever was set before."""
    ticks = {racer.name: racer.name in ticked for racer in RACERS}
    rates = {f"{racer.name}_rate": racer.rate.value for racer in RACERS}
    decays = {f"{racer.name}_decay": racer.decay.value for racer in RACERS}
    return ticks | rates | decays | values


@widget(
    "optimizers.playground",
    title="Eight optimizers on seven landscapes",
    controls=_controls(),
    tries=[
        Try(
            label="A ravine, all eight",
            values=_only(*_EIGHT, landscape="ravine", start_ravine=(-2.5, 1.0)),
            notice="Gradient descent drops to the floor within ten steps and crawls from there: at the end it costs "
            "more than a billion times as much as momentum at the same rate. RMSProp comes near and keeps jumping: its "
            "steps do not shrink with the slope.",
            frame=-1,
        ),
        Try(
            label="Off a saddle",
            values=_only("sgd", "momentum", "adagrad", "adam", landscape="saddle", start_saddle=(-1.5, 0.001)),
            notice="The start is a thousandth beside the ridge. Gradient descent has not left after 300 steps, "
            "momentum has after 72. AdaGrad and Adam divide by the size of the slope, so that a small one moves them "
            "as far as a large one: 4 steps, and 11.",
            frame=30,
        ),
        Try(
            label="Round a bend",
            values=_only(
                "sgd",
                "momentum",
                "nesterov",
                "adam",
                landscape="rosenbrock",
                start_rosenbrock=(-1.5, 2.0),
                sgd_rate=0.001,
                momentum_rate=0.001,
                nesterov_rate=0.001,
            ),
            notice="Three with the rate 0.001: after 300 steps gradient descent is still at x < −1. Momentum comes to "
            "1 % of the cost after 206 steps, Nesterov after 96. Ten times the rate, and the three are thrown out "
            "within four steps.",
            frame=-1,
        ),
        Try(
            label="Four minima",
            values=_only(*_EIGHT, landscape="himmelblau", start_himmelblau=(0.0, -0.5)),
            notice="One start, and not one end: seven go to the minimum at (3, 2), momentum runs past it to another. "
            "AdamW stops short of it: its decay pulls towards (0, 0).",
            frame=-1,
        ),
    ],
)
def playground(landscape: str, **values: Any) -> Figure:
    """The landscape with the paths on it, and beside it the costs."""
    where = LANDSCAPES[landscape]
    start = values[f"start_{landscape}"]
    entries: list[Entry] = [
        (racer, walk(landscape, start, racer, values[f"{racer.name}_rate"], values[f"{racer.name}_decay"]))
        for racer in RACERS
        if values[racer.name]
    ]
    return Figure(
        panels=[_plane(where, entries), _costs(where, entries)],
        alt=_alt(where, start, entries),
        status=_status(where, entries),
        frames=Frames(count=STEPS + 1, labels=_LABELS, start=STEPS, per_second=60.0),
    )


@lru_cache(maxsize=len(LANDSCAPES))
def _ground(name: str) -> list[Mark]:
    """Level lines that each keep as much of the window below them as the last, and the minima."""
    where = LANDSCAPES[name]
    x_low, x_high, y_low, y_high = where.window
    z = where.value(np.linspace(x_low, x_high, _GRID)[None, :], np.linspace(y_low, y_high, _GRID)[:, None])
    levels = np.quantile(z, (np.arange(_LEVELS) + 0.5) / _LEVELS)
    lines = Contour(
        z=z.astype(np.float32),
        x_range=(x_low, x_high),
        y_range=(y_low, y_high),
        levels=levels.tolist(),
        colour="muted",
        opacity=0.7,
    )
    if not where.minima:
        return [lines, Dots(x=[0.0], y=[0.0], colour="newton", radius=5.0, label="saddle")]
    x, y = np.array(where.minima).T
    return [lines, Dots(x=x, y=y, colour="newton", radius=5.0)]


def _plane(where: Landscape, entries: Sequence[Entry]) -> Panel:
    x_low, x_high, y_low, y_high = where.window
    marks: list[Mark] = list(_ground(where.name))
    for racer, run in entries:
        x, y = np.ascontiguousarray(run.places.T, np.float32)
        marks.append(Line(x=x, y=y, colour=racer.name, width=2.0, grow=True))
    for racer, run in entries:
        x, y = np.ascontiguousarray(run.places.T, np.float32)
        head = np.where(np.isfinite(x), x, 0.0)  # where y is NaN nothing is drawn
        marks.append(Dots(x=head[:, None], y=y[:, None], colour=racer.name, radius=5.5, frames=True))
    return Panel(
        id="plane",
        title=_where_they_are(where, entries),
        marks=marks,
        x=Axis(label="weight x", low=x_low, high=x_high),
        y=Axis(label="weight y", low=y_low, high=y_high),
        aspect=1.15,
        width=1.15,
    )


def _costs(where: Landscape, entries: Sequence[Entry]) -> Panel:
    log = bool(where.minima)
    marks: list[Mark] = [Rule(y=FLOOR if log else 0.0, colour="muted")]
    for racer, run in entries:
        # A little above the floor, so that rounding to float32 does not drop a line that ends there out of the panel.
        costs = np.clip(run.costs, 1.01 * FLOOR, CEILING) if log else np.clip(run.costs, -4.0, 4.0)
        marks.append(
            Line(x=_NUMBERS, y=costs.astype(np.float32), colour=racer.name, width=2.0, label=racer.words, grow=True)
        )
    return Panel(
        id="costs",
        title=_who_is_first(where, entries),
        marks=marks,
        x=Axis(label="step", low=0, high=STEPS),
        y=Axis(label="cost", low=FLOOR, high=CEILING, log=True) if log else Axis(label="cost", low=-4.0, high=4.0),
        aspect=1.0,
    )


def arrived(where: Landscape, run: Walk) -> int | None:
    """The number of the minimum at which the walk ends, None if at none."""
    if run.lost is not None or not where.minima:
        return None
    distance = np.hypot(*(np.array(where.minima) - run.places[-1]).T)
    nearest = int(distance.argmin())
    return nearest if distance[nearest] <= NEAR else None


def reached(where: Landscape, run: Walk) -> int | None:
    """The first step that has left the saddle, or with a cost of a hundredth of that at the start."""
    done = run.costs <= 0.01 * run.costs[0] if where.minima else ~(np.abs(run.places[:, 1]) < AWAY)
    return int(done.argmax()) if done.any() else None


def _where_they_are(where: Landscape, entries: Sequence[Entry]) -> str:
    count = len(entries)
    if not count:
        return "tick an optimizer below"
    if not where.minima:
        left = sum(reached(where, run) is not None for _, run in entries)
        return f"after {STEPS} steps {left} of {count} have left the saddle"
    ends = [arrived(where, run) for _, run in entries]
    there = [end for end in ends if end is not None]
    one = "the minimum" if len(where.minima) == 1 else "a minimum"
    if where.name == "rastrigin":
        one = "the lowest dimple"
    several = f", at {len(set(there))} different ones" if len(set(there)) > 1 else ""
    return f"after {STEPS} steps {len(there)} of {count} are at {one}{several}"


def _who_is_first(where: Landscape, entries: Sequence[Entry]) -> str:
    if not entries:
        return "no optimizer is ticked"
    firsts = [(step, racer) for racer, run in entries if (step := reached(where, run)) is not None]
    if firsts:
        step, racer = min(firsts, key=lambda pair: pair[0])
        goal = "to 1 % of the cost" if where.minima else f"to leave (|y| ≥ {AWAY:g})"
        return f"first {goal}: {racer.words}, after {step} steps"
    there = [(run.costs[-1], racer) for racer, run in entries if run.lost is None]
    if not there:
        return "all have left the landscape"
    cost, racer = min(there, key=lambda pair: pair[0])
    return f"lowest after {STEPS} steps: {racer.words}, {plain(float(cost))}"


def _end(racer: Racer, run: Walk) -> str:
    if run.lost is not None:
        return f"{racer.words} far outside at step {run.lost}"
    return f"{racer.words} {plain(float(run.costs[-1]))}"


def _status(where: Landscape, entries: Sequence[Entry]) -> str:
    ends = "; ".join(_end(racer, run) for racer, run in entries) or "no optimizer is ticked"
    return f"Cost after {STEPS} steps: {ends}."


def _alt(where: Landscape, start: tuple[float, float], entries: Sequence[Entry]) -> str:
    cost = plain(float(where.value(*start)))
    paths = "; ".join(
        f"{racer.words} ends at ({plain(float(run.places[-1, 0]), 2)}, {plain(float(run.places[-1, 1]), 2)}) with cost "
        f"{plain(float(run.costs[-1]))}"
        if run.lost is None
        else f"{racer.words} is far outside from step {run.lost} on"
        for racer, run in entries
    )
    return (
        f"Left: level lines of {_NAMES[where.name]}, with a start at ({plain(start[0], 2)}, {plain(start[1], 2)}), "
        f"cost {cost}; {_where_they_are(where, entries)}. Right: the cost over {STEPS} steps; "
        f"{_who_is_first(where, entries)}. {paths or 'No path is drawn'}."
    )
