"""Dropout pass by pass: the thinned net of each, what it says about one point, and all of them against the whole."""

import numpy as np

from coursekit import nn
from coursekit.widgets.controls import Button, Choice, Point, Slider
from coursekit.widgets.figure import Axis, Bars, Contour, Dots, Edges, Figure, Frames, Line, Panel, Raster, Rule, Text
from coursekit.widgets.regularization.thinned_nets import (
    POINTS,
    Everyone,
    Net,
    Values,
    drawn,
    everyone,
    margin,
    points,
    trained,
)
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

PASSES = 24
_GRID, _REACH = 32, 2.2
_DEPTHS = {"1": "one, 8 units", "2": "two, 5 units each"}
_KINDS = {"inverted": "inverted", "plain": "plain"}
_FACTORS = {"keep": "1 − p", "drop": "p", "none": "1: none"}


@widget(
    "regularization.dropout",
    title="A net and its thinned nets",
    controls=[
        Slider(name="p", label="share that is dropped", symbol="p", low=0.05, high=0.9, value=0.3, step=0.05),
        Choice(name="depth", label="hidden layers", options=_DEPTHS, value="1"),
        Choice(name="kind", label="dropout", options=_KINDS, value="inverted"),
        Choice(
            name="factor",
            label="factor on the weights when used",
            options=_FACTORS,
            value="keep",
            when={"kind": ("plain",)},
        ),
        Point(
            name="point",
            label="the point that is asked about",
            panel="plane",
            x_range=(-_REACH, _REACH),
            y_range=(-_REACH, _REACH),
            value=(0.8, -0.5),
        ),
        Button(name="seed", label="New net"),
    ],
    tries=[
        Try(
            label="All of them at once",
            values={"p": 0.3, "depth": "1", "kind": "inverted", "point": (0.8, -0.5), "seed": 0},
            notice="Press play. Each pass has another net and another border. The mean of all 256 scores and the score "
            "of the whole net are one number: with one hidden layer this is exact. And the whole net gets more new "
            "points right than one thinned net does on average.",
            frame=0,
        ),
        Try(
            label="Two hidden layers",
            values={"p": 0.3, "depth": "2", "kind": "inverted", "point": (0.3, 0.4), "seed": 0},
            notice="Now a second ReLU stands between, and the whole net is no longer the exact mean of the 1,024 "
            "thinned ones: the two lines in the last drawing part. Not far, though.",
            frame=-1,
        ),
        Try(
            label="Plain, scaled by 1 − p",
            values={"p": 0.2, "depth": "1", "kind": "plain", "factor": "keep", "point": (0.2, -0.2), "seed": 0},
            notice="Plain dropout leaves what is kept as it is. So the weights behind have seen a share 1 − p of the "
            "units, and are multiplied by 1 − p when all are there. The two lines in the last drawing are one again.",
            frame=-1,
        ),
        Try(
            label="Plain, scaled by p",
            values={"p": 0.2, "depth": "1", "kind": "plain", "factor": "drop", "point": (0.2, -0.2), "seed": 0},
            notice="With the share that is dropped as the factor, as one of the notes has it, the weights become a "
            "quarter of what they should be. The line of the whole net is far off, to the other side of 0, and more "
            "new points are wrong. At p = 0.5 nobody would notice.",
            frame=-1,
        ),
    ],
)
def dropout(p: float, depth: str, kind: str, factor: str, point: tuple[float, float], seed: int) -> Figure:
    """The thinned net and its border in each pass; its scores as they come; and the scores of all thinned nets."""
    layers, inverted = int(depth), kind == "inverted"
    net = trained(layers, p, inverted, seed)
    scale = 1.0 if inverted else {"keep": 1.0 - p, "drop": p, "none": 1.0}[factor]
    masks = drawn(net, PASSES, seed)
    everybody = everyone(net, layers, seed, point)
    asked = np.array([point])
    whole = float(margin(net.scores(asked, factor=scale))[0])
    seen = margin(net.scores(asked, masks))[:, 0]
    _, _, x_new, y_new = points(seed)
    right = 100.0 * float(np.mean(net.scores(x_new, factor=scale).argmax(axis=1) == y_new))
    count = len(everybody.chances)
    used = "" if inverted else f", weights times {_FACTORS[factor]}"
    result = (
        f"score at the point: mean of all {count:,} thinned nets {plain(everybody.mean, 2)}, whole net{used} "
        f"{plain(whole, 2)}; right on new points: {everybody.one:.0f} % (a thinned net, on average), "
        f"{everybody.average:.0f} % (the average of all), {right:.0f} % (the whole net)"
    )
    setup = f"A net with {_DEPTHS[depth].replace(',', ' hidden layer of' if layers == 1 else ' hidden layers of')}"
    running = np.cumsum(seen) / np.arange(1, PASSES + 1)
    return Figure(
        panels=[
            _net_panel(net, masks),
            _passes(seen, running, whole),
            _plane(
                net, masks, scale, seed, f"right: {everybody.one:.0f} % one thinned net, {right:.0f} % the whole net"
            ),
            _all(everybody, whole, seen),
        ],
        alt=f"{setup}, trained with {kind} dropout at p = {p:.2f} on two half circles; the point asked about is "
        f"({point[0]:.2f}, {point[1]:.2f}). {result[0].upper()}{result[1:]}.",
        status=f"p = {p:.2f}, {kind} dropout: {result}.",
        frames=Frames(
            count=PASSES + 1,
            labels=[*(f"pass {k}" for k in range(1, PASSES + 1)), "in use: all units"],
            start=5,
            per_second=3.0,
            status=[
                *(
                    f"Pass {k + 1}: {int((masks[k] > 0).sum())} of {masks.shape[1]} units take part, score "
                    f"{plain(float(seen[k]), 2)}; mean so far {plain(float(running[k]), 2)}, of all {count:,} thinned "
                    f"nets {plain(everybody.mean, 2)}."
                    for k in range(PASSES)
                ),
                f"In use: {result}.",
            ],
        ),
    )


def _net_panel(net: Net, masks: Values) -> Panel:
    """The net with the edges of this pass; the last frame has all of them."""
    on = np.vstack([masks > 0, np.ones((1, masks.shape[1]), bool)])
    sizes = (2, *net.hidden, 2)
    cuts = np.cumsum(net.hidden)[:-1]
    there = [np.ones((len(on), 2), bool), *np.split(on, cuts, axis=1), np.ones((len(on), 2), bool)]
    heights = [np.linspace(-1.0, 1.0, n) * (1.0 if n > 2 else 0.5) for n in sizes]
    flat: dict[str, list[Values]] = {name: [] for name in ("x1", "y1", "x2", "y2", "value")}
    for k, (w, _) in enumerate(net.layers):
        fan_in, fan_out = w.shape
        flat["x1"].append(np.full(w.size, float(k)))
        flat["x2"].append(np.full(w.size, k + 1.0))
        flat["y1"].append(np.repeat(heights[k], fan_out))
        flat["y2"].append(np.tile(heights[k + 1], fan_in))
        both = there[k][:, :, None] & there[k + 1][:, None, :]
        flat["value"].append((w * both).reshape(len(on), -1))
    edges = {name: np.concatenate(parts, axis=-1).astype(np.float32) for name, parts in flat.items()}
    for name in ("x1", "y1", "x2", "y2"):
        edges[name] = np.tile(edges[name], (len(on), 1))
    largest = float(np.abs(edges["value"]).max())
    places = np.concatenate([np.full(n, k + 1.0) for k, n in enumerate(net.hidden)])
    hidden = np.concatenate(heights[1:-1])
    across = np.tile(places, (len(on), 1))
    nothing = np.nan
    return Panel(
        id="net",
        column=0,
        title=f"{float((masks > 0).sum(axis=1).mean()):.1f} of {masks.shape[1]} units take part, on average",
        marks=[
            Edges(
                x1=edges["x1"],
                y1=edges["y1"],
                x2=edges["x2"],
                y2=edges["y2"],
                value=edges["value"],
                domain=(-largest, largest),
                frames=True,
            ),
            Dots(x=across, y=np.where(on, nothing, hidden), colour="muted", radius=4.0, opacity=0.35, frames=True),
            Dots(x=across, y=np.where(on, hidden, nothing), colour="relu", radius=7.0, frames=True),
            Dots(x=np.zeros(2), y=heights[0], colour="accent", radius=7.0),
            Dots(x=np.full(2, len(sizes) - 1.0), y=heights[-1], group=[0, 1], radius=7.0),
            Text(x=0.0, y=1.25, text="point", anchor="middle"),
            Text(x=len(sizes) - 1.0, y=1.25, text="scores", anchor="middle"),
        ],
        x=Axis(hidden=True, low=-0.4, high=len(sizes) - 0.6),
        y=Axis(hidden=True, low=-1.2, high=1.4),
        aspect=1.3,
    )


def _plane(net: Net, masks: Values, scale: float, seed: int, title: str) -> Panel:
    """In colour what the whole net says; the black line is the border of this pass's net."""
    ticks = np.linspace(-_REACH, _REACH, _GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    whole = net.scores(grid, factor=scale)
    chance = nn.softmax(whole)[:, 1].reshape(_GRID, _GRID)
    thinned = np.concatenate([margin(net.scores(grid, masks)), margin(whole)[None]])
    x, y, _, _ = points(seed)
    plane = (-_REACH, _REACH)
    return Panel(
        id="plane",
        column=1,
        title=title,
        marks=[
            Raster(
                z=(chance - 0.5).astype(np.float32),
                x_range=plane,
                y_range=plane,
                scale="diverging",
                domain=(-0.5, 0.5),
                opacity=0.6,
            ),
            Dots(x=x[: POINTS // 2, 0], y=x[: POINTS // 2, 1], group=y[: POINTS // 2], radius=2.5, opacity=0.7),
            Contour(
                z=np.clip(thinned, -9, 9).reshape(-1, _GRID, _GRID).astype(np.float32),
                x_range=plane,
                y_range=plane,
                levels=[0.0],
                colour="ink",
                frames=True,
            ),
        ],
        x=Axis(label="feature 1", low=-_REACH, high=_REACH),
        y=Axis(label="feature 2", low=-_REACH, high=_REACH),
        aspect=1.3,
    )


def _passes(seen: Values, running: Values, whole: float) -> Panel:
    """The scores up to this pass, and their mean so far."""
    steps = np.arange(1, PASSES + 1)
    shown = np.tril(np.ones((PASSES + 1, PASSES), bool))
    low, high = _span(np.append(seen, whole))
    return Panel(
        id="passes",
        column=0,
        title=f"mean of {PASSES} passes {plain(float(running[-1]), 2)}; the whole net {plain(whole, 2)}",
        marks=[
            Rule(y=whole, colour="b", label="whole net"),
            Dots(
                x=np.tile(steps, (PASSES + 1, 1)),
                y=np.where(shown, seen, np.nan),
                colour="muted",
                radius=4.0,
                frames=True,
            ),
            Line(
                x=np.tile(steps, (PASSES + 1, 1)),
                y=np.where(shown, running, np.nan),
                colour="a",
                label="mean so far",
                frames=True,
            ),
        ],
        x=Axis(label="training pass", low=0, high=PASSES + 1),
        y=Axis(label="score of class 1 − class 0", low=low, high=high),
        aspect=2.0,
    )


def _all(everybody: Everyone, whole: float, seen: Values) -> Panel:
    low, high = _span(np.append(everybody.margins, whole))
    edges = np.linspace(low, high, 41)
    heights = 100.0 * np.histogram(everybody.margins, edges, weights=everybody.chances)[0]
    return Panel(
        id="all",
        column=1,
        title=f"all {len(everybody.chances):,}: mean {plain(everybody.mean, 2)}; the whole net {plain(whole, 2)}",
        marks=[
            Bars(edges=edges, heights=heights, colour="muted", opacity=0.6),
            Rule(x=everybody.mean, colour="a", dashed=False, label="mean"),
            Rule(x=whole, colour="b", label="whole"),
            Dots(x=np.append(seen, whole)[:, None], y=np.zeros((PASSES + 1, 1)), colour="ink", radius=5.0, frames=True),
        ],
        x=Axis(label="score of class 1 − class 0 (dot: this pass)", low=low, high=high),
        y=Axis(label="chance", unit="%", low=0.0, high=1.15 * float(heights.max())),
        aspect=2.0,
    )


def _span(values: Values) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    beside = 0.08 * max(high - low, 0.5)
    return low - beside, high + beside
