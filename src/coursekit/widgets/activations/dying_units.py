"""Hidden units that die while a small net learns: where their hinges lie, how many are dead, what the loss does."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import moons
from coursekit.optim import SGD
from coursekit.training import train
from coursekit.widgets.activations.units import Values
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Raster
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

POINTS = 200
UNITS = 30
BATCH = 20
EPOCHS = 20
_BETWEEN_FRAMES = 8
_GRID = 44
_REACH = 2.6
_LAYERS = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU}
_LABELS = {"relu": "ReLU", "leaky_relu": "leaky ReLU, α = 0.01", "elu": "ELU, α = 1"}


@dataclass(frozen=True)
class Run:
    """One training run, as it stood at some of its steps. `dead` and `regions` have one row per kept step."""

    x: Values
    y: NDArray[np.int64]
    steps: NDArray[np.int64]
    losses: Values
    weights: Values
    biases: Values
    dead: NDArray[np.bool_]
    regions: NDArray[np.uint8]
    accuracy: Values
    diverged: bool


@lru_cache(maxsize=16)
def run(unit: str, lr: float, bias: float, seed: int) -> Run:
    """Train 2-30-2 on two moons by plain SGD, 200 steps of 20 examples; stops early where the loss is no longer
    finite."""
    rng = np.random.default_rng(seed)
    x, y = moons(POINTS, rng, noise=0.15)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    model = nn.Sequential(nn.Linear(2, UNITS, bias=bias), _LAYERS[unit](), nn.Linear(UNITS, 2), rng=rng)
    ticks = np.linspace(-_REACH, _REACH, _GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    kept: list[tuple[int, Values, Values, NDArray[np.bool_], NDArray[np.uint8], float]] = []
    losses: list[float] = []
    diverged = False

    def keep(number: int) -> None:
        hidden = model.outputs(x)[1]
        scores = model.forward(grid).reshape(_GRID, _GRID, 2)
        accuracy = float(np.mean(model.forward(x).argmax(axis=1) == y))
        first = model.layers[0].params
        dead = np.all(hidden == 0, axis=0)
        kept.append(
            (number, first["w"].copy(), first["b"].copy(), dead, scores.argmax(axis=2).astype(np.uint8), accuracy)
        )

    keep(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in train(model, x, y, optimizer=SGD(lr=lr), epochs=EPOCHS, batch_size=BATCH, rng=rng):
            losses.append(step.loss)
            if step.event == "diverged":
                diverged = True
                break
            if (step.number + 1) % _BETWEEN_FRAMES == 0 and np.isfinite(model.params).all():
                keep(step.number + 1)
    number, w, b, dead, regions, accuracy = zip(*kept, strict=True)
    return Run(
        x=x,
        y=y,
        steps=np.array(number),
        losses=np.array(losses),
        weights=np.array(w),
        biases=np.array(b),
        dead=np.array(dead),
        regions=np.array(regions),
        accuracy=np.array(accuracy),
        diverged=diverged,
    )


@widget(
    "activations.dead",
    title="Units that die while the net learns",
    controls=[
        Choice(name="unit", label="activation", options=_LABELS, value="relu"),
        Slider(name="lr", label="learning rate", symbol="η", low=0.01, high=10.0, value=5.0, step=0.05, log=True),
        Slider(name="bias", label="bias at the start", symbol="b", low=-2.0, high=1.0, value=0.0, step=0.01),
        Button(name="seed", label="New start"),
    ],
    tries=[
        Try(
            label="Learn gently",
            values={"unit": "relu", "lr": 0.5, "bias": 0.0, "seed": 0},
            notice="No unit dies: every line stays among the data, and more than nine in ten points are told apart.",
            frame=-1,
        ),
        Try(
            label="Learn far too fast",
            values={"unit": "relu", "lr": 10.0, "bias": 0.0, "seed": 0},
            notice="In the end every unit is dead, nothing can learn any more, and the accuracy is that of a coin.",
            frame=-1,
        ),
        Try(
            label="Start with biases of −2",
            values={"unit": "relu", "lr": 0.5, "bias": -2.0, "seed": 0},
            notice="Nearly half are dead before the first step, and not one of them comes back: nothing moves it.",
            frame=0,
        ),
        Try(
            label="Far too fast, but leaky",
            values={"unit": "leaky_relu", "lr": 10.0, "bias": 0.0, "seed": 0},
            notice="None dies, and it does better than the dead net. It learns badly all the same: a leak does not "
            "mend a wrong learning rate.",
            frame=-1,
        ),
    ],
)
def dead(unit: str, lr: float, bias: float, seed: int) -> Figure:
    """Data, decision regions and the units' hinges on the left; at their right dead share and loss over the steps."""
    result = run(unit, lr, bias, seed)
    count = len(result.steps)
    live_x, live_y = _hinges(result.weights, result.biases, ~result.dead)
    dead_x, dead_y = _hinges(result.weights, result.biases, result.dead)
    shares = 100.0 * result.dead.mean(axis=1)
    running = np.array([result.losses[max(0, n - _BETWEEN_FRAMES) : n or 1].mean() for n in result.steps])
    plane = (-_REACH, _REACH)
    last = int(result.steps[-1])
    final = f"{shares[-1]:.0f} % of the units are dead after {last} steps"
    where = "a line for each unit: where it switches on"
    where += "; dashed: dead" if result.dead.any() else ""
    data = Panel(
        id="plane",
        column=0,
        title=where,
        marks=[
            Raster(z=result.regions, x_range=plane, y_range=plane, scale="classes", opacity=0.25, frames=True),
            Line(x=live_x, y=live_y, colour=unit, width=1.5, opacity=0.8, frames=True),
            Line(x=dead_x, y=dead_y, colour="muted", width=1.2, dashed=True, opacity=0.7, frames=True),
            Dots(x=result.x[:, 0], y=result.x[:, 1], group=result.y, radius=2.5, names=("upper moon", "lower moon")),
        ],
        x=Axis(label="feature 1", low=-_REACH, high=_REACH),
        y=Axis(label="feature 2", low=-_REACH, high=_REACH),
        aspect=0.95,
        width=1.1,
    )
    curves = [
        Panel(
            id="dead",
            column=1,
            aspect=1.9,
            title=final,
            marks=[
                Line(x=result.steps, y=shares, colour="accent", width=2.5),
                Dots(x=result.steps[:, None], y=shares[:, None], colour="accent", radius=6.0, frames=True),
            ],
            x=Axis(label="step", low=0, high=max(last, 1)),
            y=Axis(label="dead units", unit="%", low=0.0, high=100.0),
        ),
        Panel(
            id="loss",
            column=1,
            aspect=1.9,
            title=f"loss {plain(float(running[0]))} → {plain(float(running[-1]))}",
            marks=[
                Line(x=result.steps, y=running, colour="train", width=2.5),
                Dots(x=result.steps[:, None], y=running[:, None], colour="train", radius=6.0, frames=True),
            ],
            x=Axis(label="step", low=0, high=max(last, 1)),
            y=Axis(label=f"loss, mean of {_BETWEEN_FRAMES} steps", log=True),
        ),
    ]
    ending = "; then the loss was no longer a finite number and training ended" if result.diverged else ""
    status = [
        f"Step {n} of {last}: {round(UNITS * share / 100)} of {UNITS} units dead, loss {plain(float(loss))}, "
        f"accuracy {100 * accuracy:.0f} %{ending if n == last else ''}."
        for n, share, loss, accuracy in zip(result.steps, shares, running, result.accuracy, strict=True)
    ]
    setup = f"{UNITS} units ({_LABELS[unit]}), learning rate η = {lr:.3g}, biases starting at {plain(bias, 2)}"
    return Figure(
        panels=[data, *curves],
        alt=(
            f"{setup}, trained on two moons. Dead at the start: {shares[0]:.0f} %; {final}{ending}. The loss goes from "
            f"{plain(float(running[0]))} to {plain(float(running[-1]))}, the accuracy from "
            f"{100 * result.accuracy[0]:.0f} % "
            f"to {100 * result.accuracy[-1]:.0f} %."
        ),
        status=f"{setup}: {final}, accuracy {100 * result.accuracy[-1]:.0f} %{ending}.",
        frames=Frames(
            count=count, labels=[f"step {n}" for n in result.steps], start=count - 1, per_second=8.0, status=status
        ),
    )


def _hinges(w: Values, b: Values, chosen: NDArray[np.bool_]) -> tuple[Values, Values]:
    """For every frame the lines `w·x + b = 0` of the chosen units, cut at the edge, with NaN between them.

    `w` is `(frames, 2, units)`; the results are `(frames, 3 * units)`.
    """
    norm = np.maximum(np.hypot(w[:, 0], w[:, 1]), 1e-300)
    normal = w / norm[:, None]
    foot = -b / norm
    reach = 2.0 * _REACH
    centre_x, centre_y = foot * normal[:, 0], foot * normal[:, 1]
    along_x, along_y = -normal[:, 1], normal[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds_x = np.sort(np.stack([(-_REACH - centre_x) / along_x, (_REACH - centre_x) / along_x]), axis=0)
        bounds_y = np.sort(np.stack([(-_REACH - centre_y) / along_y, (_REACH - centre_y) / along_y]), axis=0)
    start = np.fmax(np.fmax(bounds_x[0], bounds_y[0]), -reach)
    end = np.fmin(np.fmin(bounds_x[1], bounds_y[1]), reach)
    hit = chosen & (start < end) & (np.abs(foot) < reach)
    gap = np.full_like(start, np.nan)
    x = np.stack(
        [np.where(hit, centre_x + start * along_x, np.nan), np.where(hit, centre_x + end * along_x, np.nan), gap]
    )
    y = np.stack(
        [np.where(hit, centre_y + start * along_y, np.nan), np.where(hit, centre_y + end * along_y, np.nan), gap]
    )
    frames, units = start.shape
    return (np.moveaxis(x, 0, -1).reshape(frames, 3 * units), np.moveaxis(y, 0, -1).reshape(frames, 3 * units))
