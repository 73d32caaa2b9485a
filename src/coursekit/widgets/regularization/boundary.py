"""One overlarge net twice, with a regularizer and without: the border, the certainty, and the loss on new points."""

import numpy as np

from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Panel, Raster, Rule
from coursekit.widgets.regularization.two_nets import CERTAIN, KEPT, REACH, STEPS, Run, points, run
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

_METHODS = {"l2": "L2", "l1": "L1", "dropout": "dropout", "max_norm": "max-norm"}
_SIZES = {"20": "20", "50": "50", "100": "100", "200": "200", "500": "500", "1000": "1,000"}
#: Both loss panels share this axis; what lies beyond is drawn at its end.
_LOW, _HIGH = 0.01, 5.0


@widget(
    "regularization.boundary",
    title="One net twice: A without, B with a regularizer",
    controls=[
        Choice(name="method", label="B has", options=_METHODS, value="l2"),
        Slider(
            name="lam2",
            label="strength",
            symbol="λ",
            low=1e-4,
            high=1.0,
            value=0.01,
            step=0.1,
            log=True,
            when={"method": ("l2",)},
        ),
        Slider(
            name="lam1",
            label="strength",
            symbol="λ",
            low=1e-4,
            high=0.1,
            value=0.005,
            step=0.1,
            log=True,
            when={"method": ("l1",)},
        ),
        Slider(
            name="p",
            label="share that is dropped",
            symbol="p",
            low=0.05,
            high=0.9,
            value=0.5,
            step=0.05,
            when={"method": ("dropout",)},
        ),
        Slider(
            name="c",
            label="longest column",
            symbol="c",
            low=0.2,
            high=4.0,
            value=0.8,
            step=0.05,
            log=True,
            when={"method": ("max_norm",)},
        ),
        Choice(name="n", label="points to train on", options=_SIZES, value="50"),
        Button(name="seed", label="New points and start"),
    ],
    tries=[
        Try(
            label="A little L2",
            values={"method": "l2", "lam2": 0.01, "n": "50", "seed": 0},
            notice="A gets every point of its own right and is certain almost everywhere, with a border that bends for "
            "single points. B gives up some of its own. On new points it gets more right, with less than a quarter of "
            "A's loss. Its weights are less than a third as long.",
            frame=-1,
        ),
        Try(
            label="Too much L2",
            values={"method": "l2", "lam2": 0.1, "n": "50", "seed": 0},
            notice="B's border is nearly straight. Its two curves lie close together, but both lie higher than at "
            "λ = 0.01: the gap has closed because B has become bad at its own points. At λ = 0.3 all weights are "
            "close to 0, and B guesses.",
            frame=-1,
        ),
        Try(
            label="Stop A in time",
            values={"method": "l2", "lam2": 0.01, "n": "100", "seed": 0},
            notice="This is A where its loss on new points is least. From here on it goes on learning, for its own "
            "points alone: press play, and watch A's border crumple and its two curves part.",
            frame=8,
        ),
        Try(
            label="Twenty times the data",
            values={"method": "l2", "lam2": 0.01, "n": "1000", "seed": 0},
            notice="The same net, the same noise. A's two losses end near one another, and no regularizer is needed: "
            "on new points A is as good as B.",
            frame=-1,
        ),
    ],
)
def boundary(method: str, lam2: float, lam1: float, p: float, c: float, n: str, seed: int) -> Figure:
    """Above, the plane as both nets see it after each kept step; below, their losses on their own and on new points."""
    strength = {"l2": lam2, "l1": lam1, "dropout": p, "max_norm": c}[method]
    symbol = {"l2": "λ", "l1": "λ", "dropout": "p", "max_norm": "c"}[method]
    count = int(n)
    a, b = run("none", 0.0, count, seed), run(method, strength, count, seed)
    name = f"{_METHODS[method]}, {symbol} = {strength:.2g}"
    return Figure(
        panels=[
            _plane("plane_a", 0, "A, without", a, count, seed),
            _losses("loss_a", 0, "A", a),
            _plane("plane_b", 1, f"B, {name}", b, count, seed),
            _losses("loss_b", 1, "B", b),
        ],
        alt=(
            f"Two nets 2-32-32-2, trained on {count} noisy points of two half circles for {STEPS} steps; colour is the "
            f"probability of the class. A has no regularizer: {_said(a)} Its loss on new points was least at step "
            f"{KEPT[a.best]}. B has {name}: {_said(b)}"
        ),
        status=f"A, without: {_said(a)} B, {name}: {_said(b)}",
        frames=Frames(
            count=len(KEPT),
            labels=[f"step {k}" if k else "start" for k in KEPT],
            start=len(KEPT) - 1,
            per_second=3.0,
            status=[f"Step {k}. A: {_said(a, i)} B: {_said(b, i)}" for i, k in enumerate(KEPT)],
        ),
    )


def _said(r: Run, i: int = -1) -> str:
    loss, new_loss, length = plain(float(r.loss[i]), 2), plain(float(r.new_loss[i]), 2), plain(float(r.length[i]), 1)
    return (
        f"{r.right[i]:.0f} % of its own and {r.new_right[i]:.0f} % of new points right, loss {loss} and {new_loss}, "
        f"length of all weights {length}."
    )


def _plane(id: str, column: int, name: str, r: Run, n: int, seed: int) -> Panel:
    x, y, _, _ = points(n, seed)
    plane = (-REACH, REACH)
    return Panel(
        id=id,
        column=column,
        title=f"{name}: right {r.right[-1]:.0f} % here, {r.new_right[-1]:.0f} % of new points",
        marks=[
            # Orange where class 1 is likely, blue where class 0 is, as their points.
            Raster(
                z=(r.regions / CERTAIN - 0.5).astype(np.float32),
                x_range=plane,
                y_range=plane,
                scale="diverging",
                domain=(-0.5, 0.5),
                opacity=0.6,
                frames=True,
            ),
            Contour(
                z=r.regions, x_range=plane, y_range=plane, levels=[CERTAIN / 2], colour="ink", frames=True, opacity=0.8
            ),
            Dots(x=x[:, 0], y=x[:, 1], group=y, radius=3.5 if n <= 200 else 2.0, names=["class 0", "class 1"]),
        ],
        x=Axis(label="feature 1", low=-REACH, high=REACH),
        y=Axis(label="feature 2", low=-REACH, high=REACH),
        aspect=1.15,
    )


def _losses(id: str, column: int, name: str, r: Run) -> Panel:
    own, new = np.clip(r.loss, _LOW, _HIGH), np.clip(r.new_loss, _LOW, _HIGH)
    # The first step stands at 1, because the axis of the steps is logarithmic.
    steps = np.maximum(np.array(KEPT), 1)
    beyond = bool((r.loss < _LOW).any() or (r.new_loss > _HIGH).any())
    return Panel(
        id=id,
        column=column,
        title=(
            f"{name}: loss on new points {plain(float(r.new_loss[-1]), 2)}, "
            + (
                f"least {plain(float(r.new_loss[r.best]), 2)} at step {KEPT[r.best]}"
                if r.best < len(KEPT) - 1
                else "still falling"
            )
        ),
        marks=[
            Rule(x=float(steps[r.best]), colour="muted"),
            Line(x=steps, y=own, colour="train", label="its own"),
            Line(x=steps, y=new, colour="validation", label="new"),
            Dots(x=steps[:, None], y=own[:, None], colour="train", radius=5.0, frames=True),
            Dots(x=steps[:, None], y=new[:, None], colour="validation", radius=5.0, frames=True),
        ],
        x=Axis(label="step (dashed: least loss on new points)", low=1, high=STEPS, log=True),
        y=Axis(label="loss, cut off at 0.01 and 5" if beyond else "loss", low=_LOW, high=_HIGH, log=True),
        aspect=2.0,
    )
