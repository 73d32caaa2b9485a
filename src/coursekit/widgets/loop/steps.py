"""The training loop one mini-batch at a time: the points a step sees, what it does to the regions and to the loss."""

import numpy as np
from numpy.typing import NDArray

from coursekit.training import expected_initial_loss
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Raster, Rule
from coursekit.widgets.loop.recorded import POINTS, REACH, STEPS, Run, Values, run
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

_LABELS = {
    "spiral": "spiral, 3 arms",
    "moons": "two moons",
    "xor": "XOR",
    "circles": "two circles",
    "blobs": "three blobs",
}
_BATCHES = {"1": "1", "4": "4", "16": "16", "64": "64", str(POINTS): f"all {POINTS}"}
_UNITS = {"0": "none: linear", "2": "2", "4": "4", "8": "8", "16": "16", "32": "32"}


@widget(
    "loop.steps",
    title="The loop, one mini-batch at a time",
    controls=[
        Choice(name="data", label="data", options=_LABELS, value="spiral"),
        Choice(name="units", label="hidden units", options=_UNITS, value="32"),
        Choice(name="batch", label="batch size", options=_BATCHES, value="16"),
        Slider(name="lr", label="learning rate", symbol="η", low=0.001, high=10.0, value=0.3, step=0.05, log=True),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="The first step",
            values={"data": "spiral", "units": "32", "batch": "16", "lr": 0.3, "seed": 0},
            notice="The step saw only the 16 ringed points, yet here most of the plane changes its class. Within ten "
            "steps the loss of all points is below that of an even guess.",
            frame=1,
        ),
        Try(
            label="One point at a time",
            values={"data": "moons", "units": "32", "batch": "1", "lr": 0.1, "seed": 0},
            notice="The loss of the one point jumps about. Most steps make the loss of the whole set worse, and yet it "
            "falls to less than a third.",
            frame=-1,
        ),
        Try(
            label="All points in every step",
            values={"data": "moons", "units": "32", "batch": str(POINTS), "lr": 0.1, "seed": 0},
            notice="The two curves are one, and it falls at every single step. But each step looks at 240 points "
            "instead of one.",
            frame=-1,
        ),
        Try(
            label="A straight line for XOR",
            values={"data": "xor", "units": "0", "batch": "16", "lr": 0.3, "seed": 0},
            notice="The loop works as before, but no straight line parts these classes: the loss comes down to that "
            "of an even guess, ln 2, and no further.",
            frame=-1,
        ),
    ],
)
def steps(data: str, units: str, batch: str, lr: float, seed: int) -> Figure:
    """The plane with regions and this step's mini-batch on the left; loss and gradient over the steps at the right."""
    size = int(batch)
    result = run(data, int(units), size, lr, seed)
    made = len(result.losses)
    guess = expected_initial_loss(result.n_classes)
    first, last = plain(float(result.whole[0])), plain(float(result.whole[-1]))
    right = 100.0 * result.right
    ending = "; then the loss was no longer a finite number and training ended" if result.diverged else ""
    return Figure(
        panels=[
            _plane(result, f"{right[0]:.0f} % → {right[-1]:.0f} % of the points right; ringed: this step's batch"),
            _losses(result, f"loss of all points {first} → {last}; an even guess has {plain(guess)}"),
            _gradients(result),
        ],
        alt=(
            f"{_LABELS[data]}, {_net(units)}, {made} steps of {_count(size)}, learning rate η = {lr:.3g}. "
            f"The loss of all {POINTS} points goes from {first} to {last}; an even guess over {result.n_classes} "
            f"classes has {plain(guess)}. Right are {right[0]:.0f} % of the points before the first step and "
            f"{right[-1]:.0f} % at the end{ending}."
        ),
        status=(
            f"{made} steps of {_count(size)} ({plain(made * size / POINTS, 1)} times through the set), {_net(units)}: "
            f"loss {first} → {last}, {right[-1]:.0f} % right{ending}."
        ),
        frames=Frames(
            count=len(result.kept),
            labels=[f"step {n}" if n else "start" for n in result.kept],
            start=min(10, len(result.kept) - 1),
            per_second=4.0,
            status=_status(result, ending),
        ),
    )


def _net(units: str) -> str:
    return f"net with {units} hidden ReLU units" if units != "0" else "linear model"


def _count(size: int) -> str:
    return "1 point" if size == 1 else f"{size} points"


def _status(result: Run, ending: str) -> list[str]:
    """A line per frame: what the step saw, how long its gradient was, how far it went, what came of it."""
    lines = [f"Before the first step: loss of all {POINTS} points {plain(float(result.whole[0]))}."]
    for n, rows in zip(result.kept[1:], result.batches[1:], strict=True):
        lines.append(
            f"Step {n}: its {_count(int((rows >= 0).sum()))} had loss {plain(float(result.losses[n - 1]))}; gradient's "
            f"norm {plain(float(result.norms[n - 1]))}, step's length {plain(float(result.lengths[n - 1]))}. Loss of "
            f"all points {plain(float(result.whole[n - 1]))} → {plain(float(result.whole[n]))}."
        )
    if ending:
        lines[-1] = f"{lines[-1][:-1]}; at step {len(result.whole)} the loss was no longer a finite number."
    return lines


def _plane(result: Run, title: str) -> Panel:
    plane = (-REACH, REACH)
    absent = result.batches < 0
    chosen = result.x[np.where(absent, 0, result.batches)].astype(np.float32)
    return Panel(
        id="plane",
        column=0,
        title=title,
        marks=[
            Raster(z=result.regions, x_range=plane, y_range=plane, scale="classes", opacity=0.25, frames=True),
            Dots(
                x=chosen[..., 0],
                y=np.where(absent, np.float32(np.nan), chosen[..., 1]),
                colour="ink",
                radius=6.5,
                frames=True,
            ),
            Dots(
                x=result.x[:, 0],
                y=result.x[:, 1],
                group=result.y,
                radius=3.0,
                names=[f"class {k}" for k in range(result.n_classes)],
            ),
        ],
        x=Axis(label="feature 1", low=-REACH, high=REACH),
        y=Axis(label="feature 2", low=-REACH, high=REACH),
        aspect=0.95,
        width=1.1,
    )


def _losses(result: Run, title: str) -> Panel:
    """Both losses over the steps made when they were measured; what lies beyond the axis is drawn at its end.

    The axis is for the loss of the whole set, from 0 on; a logarithmic one only where that loss explodes.
    """
    worst = float(result.whole.max())
    exploded = worst > 5.0
    low, high = (0.01, float(np.clip(10.0 ** np.ceil(np.log10(worst)), 10.0, 1e4))) if exploded else (0.0, 2.0)
    if not exploded:
        high = max(high, float(np.ceil(2.2 * worst) / 2.0))
    beyond = max(worst, float(result.losses.max(initial=0.0))) > high
    whole, losses = np.clip(result.whole, low, high), np.clip(result.losses, low, high)
    now, heights = _of_the_step(result, losses)
    return Panel(
        id="loss",
        column=1,
        aspect=1.7,
        title=title,
        marks=[
            Line(x=np.arange(len(losses)), y=losses, colour="accent", width=1.0, opacity=0.7, label="mini-batch"),
            Rule(y=expected_initial_loss(result.n_classes), colour="muted", label=f"ln {result.n_classes}"),
            Line(x=np.arange(len(whole)), y=whole, colour="train", width=3.0, label="all points"),
            Dots(x=now[:, None], y=heights[:, None], colour="accent", radius=4.0, frames=True),
            Dots(x=result.kept[:, None], y=whole[result.kept][:, None], colour="train", radius=6.0, frames=True),
        ],
        x=Axis(label="steps made", low=0, high=STEPS),
        y=Axis(label=f"loss, cut off at {high:g}" if beyond else "loss", low=low, high=high, log=exploded),
    )


def _gradients(result: Run) -> Panel:
    """The norm of the gradient that each step followed; what lies beyond the axis is drawn at its end."""
    low, high = 0.01, 100.0
    beyond = bool(((result.norms < low) | (result.norms > high)).any())
    norms = np.clip(result.norms, low, high)
    tail = result.norms[-30:]
    title = (
        f"the gradient's norm, last {len(tail)} steps: {plain(float(tail.mean()), 2)} on average" if len(tail) else ""
    )
    now, heights = _of_the_step(result, norms)
    return Panel(
        id="gradient",
        column=1,
        aspect=2.2,
        title=title,
        marks=[
            Line(x=np.arange(len(norms)), y=norms, colour="accent", width=1.0, opacity=0.7),
            Dots(x=now[:, None], y=heights[:, None], colour="accent", radius=6.0, frames=True),
        ],
        x=Axis(label="steps made", low=0, high=STEPS),
        y=Axis(label="norm, cut off at 0.01 and 100" if beyond else "norm", low=low, high=high, log=True),
    )


def _of_the_step(result: Run, values: Values) -> tuple[NDArray[np.int64], Values]:
    """Where the value stands that was measured in each kept step, and the value: NaN before the first step."""
    now = np.maximum(result.kept - 1, 0)
    return now, np.where(result.kept > 0, np.append(values, np.nan)[now], np.nan)
