"""The same net trained twice, without a normalization and with one: nothing else differs."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit.nn import ReLU
from coursekit.optim import SGD
from coursekit.training import accuracy, predicted_labels, train
from coursekit.widgets.batchnorm.nets import Values, batchnorms, build, split
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

STEPS = 200
EVERY = 8
PROBE = 200
REACH = 6.0
_BINS = 36
_TOP = 20.0
_NORMS = {"batch": "BatchNorm", "layer": "LayerNorm"}
_BATCHES = {"2": "2", "4": "4", "8": "8", "32": "32", "128": "128"}


@dataclass(frozen=True)
class Run:
    """One training run. `losses` has one entry per step and ends where the loss was no longer finite; the others have
    one row per kept step, and repeat the last one from there on."""

    losses: Values
    accuracies: Values
    heights: Values
    spreads: Values
    diverged: int | None


@lru_cache(maxsize=32)
def run(norm: str, lr: float, scale: float, batch: int, depth: int, seed: int) -> Run:
    """Plain SGD for 200 steps; data, first weights and batches depend on nothing but the seed (and the batch size)."""
    data = split(seed)
    model = build(norm, depth, scale, seed)
    edges = np.linspace(-REACH, REACH, _BINS + 1)
    last = max(i for i, layer in enumerate(model.layers) if isinstance(layer, ReLU)) - 1
    kept: list[tuple[float, Values, float]] = []
    losses: list[float] = []
    diverged: int | None = None

    def keep() -> None:
        right = accuracy(predicted_labels(model.forward(data.x_held_out)), data.y_held_out)
        states = [{name: value.copy() for name, value in layer.state.items()} for layer in batchnorms(model)]
        z = np.asarray(model.outputs(data.x[:PROBE], training=True)[last], dtype=np.float64)
        for layer, state in zip(batchnorms(model), states, strict=True):
            for name, value in state.items():
                layer.state[name][...] = value
        counts = np.histogram(np.clip(z, -REACH, REACH), edges)[0]
        kept.append((right, counts * (100.0 / z.size), float(z.std())))

    keep()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        steps = train(
            model,
            data.x,
            data.y,
            optimizer=SGD(lr=lr),
            epochs=STEPS * batch // len(data.x) + 1,
            batch_size=batch,
            rng=np.random.default_rng(2000 + seed),
        )
        for step in steps:
            if step.event == "diverged":
                diverged = step.number
                break
            losses.append(step.loss)
            if (step.number + 1) % EVERY == 0:
                try:
                    keep()
                except ValueError:  # weights, statistics or outputs beyond float32
                    diverged = step.number
                    break
            if step.number + 1 == STEPS:
                break
    kept += [kept[-1]] * (STEPS // EVERY + 1 - len(kept))
    right, heights, spreads = zip(*kept, strict=True)
    return Run(
        losses=np.array(losses),
        accuracies=100.0 * np.array(right),
        heights=np.array(heights),
        spreads=np.array(spreads),
        diverged=diverged,
    )


@widget(
    "batchnorm.training",
    title="The same net, without and with",
    controls=[
        Choice(name="norm", label="the second net has", options=_NORMS, value="batch"),
        Slider(name="lr", label="learning rate", symbol="η", low=0.01, high=10.0, value=1.0, step=0.05, log=True),
        Slider(
            name="scale",
            label="first weights, times He's",
            low=0.001,
            high=3.0,
            value=1.0,
            step=0.05,
            log=True,
        ),
        Choice(name="batch", label="batch size", options=_BATCHES, value="32"),
        Slider(name="depth", label="hidden layers", low=1, high=5, value=3, step=1, integer=True),
        Button(name="seed", label="New start"),
    ],
    tries=[
        Try(
            label="A learning rate of 1",
            values={"norm": "batch", "lr": 1.0, "scale": 1.0, "batch": "32", "depth": 3, "seed": 0},
            notice="Without, most digits are still taken for others after 200 steps. With BatchNorm more than nine in "
            "ten are told apart. At 0.1 both nets learn.",
            frame=-1,
        ),
        Try(
            label="Weights a hundred times too small",
            values={"norm": "batch", "lr": 0.1, "scale": 0.01, "batch": "32", "depth": 3, "seed": 0},
            notice="Without, the signal is too weak to be seen, and the loss stays where it began. BatchNorm gives "
            "every unit a spread again, and the net learns as if the weights had been right.",
            frame=0,
        ),
        Try(
            label="Batches of two",
            values={"norm": "batch", "lr": 0.02, "scale": 1.0, "batch": "2", "depth": 3, "seed": 0},
            notice="Here the net with BatchNorm is the worse one by far: of two examples the layer keeps little more "
            "than which of them is larger, and nearly all pairs pass next to no gradient down.",
            frame=-1,
        ),
        Try(
            label="Batches of two, LayerNorm",
            values={"norm": "layer", "lr": 0.02, "scale": 1.0, "batch": "2", "depth": 3, "seed": 0},
            notice="LayerNorm takes its mean and spread from the units of one example. The size of the batch does not "
            "matter to it, and it is about as good as the net without.",
            frame=-1,
        ),
    ],
)
def training(norm: str, lr: float, scale: float, batch: str, depth: int, seed: int) -> Figure:
    """Loss and accuracy of both nets over the steps; beside them what the last ReLU is given, step by step."""
    runs = {name: run(kind, lr, scale, int(batch), depth, seed) for name, kind in (("without", "none"), ("with", norm))}
    without, with_norm = runs["without"], runs["with"]
    label = _NORMS[norm]
    steps = list(range(0, STEPS + 1, EVERY))
    ends = {name: float(r.accuracies[-1]) for name, r in runs.items()}
    top = 1.05 * float(max(np.max(r.heights) for r in runs.values()))
    return Figure(
        panels=[
            _losses(without, with_norm, label),
            Panel(
                id="accuracy",
                column=0,
                aspect=1.9,
                title=f"accuracy: {ends['without']:.0f} % without, {ends['with']:.0f} % with",
                marks=[
                    Line(x=steps, y=without.accuracies, colour="a", label="without"),
                    Line(x=steps, y=with_norm.accuracies, colour="b", label="with"),
                    Dots(
                        x=np.array(steps)[:, None], y=without.accuracies[:, None], colour="a", radius=5.0, frames=True
                    ),
                    Dots(
                        x=np.array(steps)[:, None], y=with_norm.accuracies[:, None], colour="b", radius=5.0, frames=True
                    ),
                ],
                x=Axis(label="step", low=0, high=STEPS),
                y=Axis(label="400 digits not trained on", unit="%", low=0.0, high=100.0),
            ),
            _histogram("without", "without", without, "a", top),
            _histogram("with", f"with {label}", with_norm, "b", top),
        ],
        alt=(
            f"A net with {depth} hidden layers on the digits, learning rate η = {lr:.3g}, first weights "
            f"{plain(scale)} times He's, batches of {batch}, trained for {STEPS} steps. {_ending('Without', without)} "
            f"{_ending(f'With {label}', with_norm)} Beside the curves, histograms of what the last ReLU is given."
        ),
        status=f"{_ending('Without', without)} {_ending(f'With {label}', with_norm)}",
        frames=Frames(
            count=len(steps),
            labels=[f"step {n}" for n in steps],
            start=len(steps) - 1,
            per_second=6.0,
            status=[
                f"Step {n}: {_state('without', without, i, n)}; {_state(f'with {label}', with_norm, i, n)}."
                for i, n in enumerate(steps)
            ],
        ),
    )


def _losses(without: Run, with_norm: Run, label: str) -> Panel:
    marks = []
    said = []
    for r, colour, name in ((without, "a", "without"), (with_norm, "b", "with")):
        losses = smooth(r.losses)
        x = np.arange(1, len(losses) + 1)
        marks.append(Line(x=x, y=np.clip(losses, 1e-3, _TOP), colour=colour, label=name))
        said.append(f"{plain(float(losses[-1]), 2)} {name}" if r.diverged is None else f"not finite {name}")
    chance = float(np.log(10.0))
    return Panel(
        id="loss",
        column=0,
        aspect=1.9,
        title=f"loss: {said[0]}, {said[1]}",
        marks=[Rule(y=chance, colour="muted"), *marks],
        x=Axis(label="step (dashed: ln 10, a guess)", low=0, high=STEPS),
        y=Axis(label="training loss, last 10 steps", log=True),
    )


def smooth(losses: Values, window: int = 10) -> Values:
    """The mean of the last `window` losses at each step, of fewer at the start."""
    total = np.concatenate([[0.0], np.cumsum(losses)])
    end = np.arange(1, len(losses) + 1)
    start = np.maximum(0, end - window)
    means: Values = (total[end] - total[start]) / (end - start)
    return means


def _histogram(id: str, name: str, r: Run, colour: str, top: float) -> Panel:
    edges = np.linspace(-REACH, REACH, _BINS + 1)
    first, last = float(r.spreads[0]), float(r.spreads[-1])
    return Panel(
        id=id,
        column=1,
        aspect=1.9,
        title=f"{name}: std {plain(first)} → {plain(last)}",
        marks=[
            Bars(edges=np.tile(edges, (len(r.heights), 1)), heights=r.heights, colour=colour, opacity=0.75, frames=True)
        ],
        x=Axis(label="input of the last ReLU (end bars: all beyond)", low=-REACH, high=REACH),
        y=Axis(label="share", unit="%", low=0.0, high=top),
    )


def _ending(name: str, r: Run) -> str:
    if r.diverged is not None:
        return f"{name}: the loss was no longer finite after step {r.diverged}, accuracy {r.accuracies[-1]:.0f} %."
    return f"{name}: loss {plain(float(smooth(r.losses)[-1]), 2)}, accuracy {r.accuracies[-1]:.0f} %."


def _state(name: str, r: Run, i: int, step: int) -> str:
    if r.diverged is not None and step > r.diverged:
        return f"{name} the loss was no longer finite after step {r.diverged}"
    return f"{name} accuracy {r.accuracies[i]:.0f} %, last ReLU's inputs with std {plain(float(r.spreads[i]))}"
