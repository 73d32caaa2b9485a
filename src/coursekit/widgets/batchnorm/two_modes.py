"""One net, asked in two modes: with the statistics of the batch, and with the running ones."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit.nn import softmax_cross_entropy
from coursekit.optim import SGD
from coursekit.training import accuracy, predicted_labels, train
from coursekit.widgets.batchnorm.nets import Values, batchnorms, build, split, training_mode
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

DEPTH = 2
RATE = 0.1
#: The steps after which both modes are asked.
KEPT = (1, 2, 3, 4, 6, 8, 12, 20, 30, 50, 75, 100, 150, 200, 300, 400)
#: So many digits that the net has not been trained on are put to both modes.
ASKED = 200
_BATCHES = {"2": "2", "4": "4", "8": "8", "50": "50", "200": "200"}
_MOMENTA = {"0": "0: last batch only", "0.5": "0.5", "0.9": "0.9", "0.99": "0.99", "0.999": "0.999"}
_MODES = {"a": "training mode", "b": "evaluation mode"}


@dataclass(frozen=True)
class Run:
    """What was measured after each of the steps `KEPT`: shapes `(len(KEPT),)`, and `(len(KEPT), units)` for the
    statistics of the first BatchNorm layer, running and true."""

    batch_accuracy: Values
    running_accuracy: Values
    batch_loss: Values
    running_loss: Values
    running_mean: Values
    running_var: Values
    true_mean: Values
    true_var: Values

    @property
    def variance_ratio(self) -> Values:
        """The running variance as a part of the true one, the median unit, after each kept step."""
        ratio: Values = np.median(self.running_var / self.true_var, axis=1)
        return ratio


@lru_cache(maxsize=16)
def run(batch: int, momentum: float, scale: float, seed: int) -> Run:
    """Train by plain SGD for 400 steps. The true statistics are those over all training examples with the weights of
    that moment."""
    data = split(seed)
    model = build("batch", DEPTH, scale, seed, momentum)
    first = batchnorms(model)[0]
    rows: list[tuple[float, float, float, float]] = []
    statistics: list[tuple[Values, Values, Values, Values]] = []
    steps = train(
        model,
        data.x,
        data.y,
        optimizer=SGD(lr=RATE),
        epochs=KEPT[-1] * batch // len(data.x) + 1,
        batch_size=batch,
        rng=np.random.default_rng(2000 + seed),
    )
    x, y = data.x_held_out[:ASKED], data.y_held_out[:ASKED]
    for step in steps:
        if step.number + 1 in KEPT:
            both = training_mode(model, x, batch), model.forward(x)
            right = [100.0 * accuracy(predicted_labels(scores), y) for scores in both]
            losses = [float(softmax_cross_entropy(scores, y)[0]) for scores in both]
            rows.append((right[0], right[1], losses[0], losses[1]))
            z = model.outputs(data.x)[0].astype(np.float64)
            state = first.state
            statistics.append(
                (state["running_mean"].copy(), state["running_var"].copy(), z.mean(axis=0), z.var(axis=0))
            )
        if step.number + 1 == KEPT[-1]:
            break
    return Run(*(np.array(column) for column in (*zip(*rows, strict=True), *zip(*statistics, strict=True))))


@widget(
    "batchnorm.modes",
    title="Training mode and evaluation mode",
    controls=[
        Choice(name="batch", label="batch size", options=_BATCHES, value="4"),
        Choice(name="momentum", label="momentum of the running average", options=_MOMENTA, value="0.9"),
        Slider(name="scale", label="first weights, times He's", low=0.01, high=3.0, value=1.0, step=0.05, log=True),
        Button(name="seed", label="New start"),
    ],
    tries=[
        Try(
            label="Batches of two",
            values={"batch": "2", "momentum": "0.9", "scale": 1.0, "seed": 0},
            notice="The same net gets more digits right in evaluation mode: in training mode each digit is judged "
            "beside one other, by chance. (Press New start: with some starts not.) The running variance is about half "
            "of the true one, because that of two values, divided by 2, is half too small on average.",
            frame=-1,
        ),
        Try(
            label="Read too early",
            values={"batch": "50", "momentum": "0.99", "scale": 0.1, "seed": 0},
            notice="After 20 steps training mode has a loss below 1.2, evaluation mode still that of a guess. The "
            "running variance began at 1 and is more than ten times the true one: it has not arrived yet. At step 400 "
            "the two agree.",
            frame=7,
        ),
        Try(
            label="No average at all",
            values={"batch": "2", "momentum": "0", "scale": 1.0, "seed": 0},
            notice="Now the last two training examples alone decide how every digit is normalized. The loss in "
            "evaluation mode jumps from step to step, and is mostly more than twice that in training mode.",
            frame=-1,
        ),
        Try(
            label="Batches of 200",
            values={"batch": "200", "momentum": "0.9", "scale": 1.0, "seed": 0},
            notice="At the end the two modes agree: the batch is large enough to know the mean and the variance, and "
            "the running ones lie on the line.",
            frame=-1,
        ),
    ],
)
def modes(batch: str, momentum: str, scale: float, seed: int) -> Figure:
    """Accuracy and loss of one net in both modes over the steps; beside them running against true statistics."""
    r = run(int(batch), float(momentum), scale, seed)
    ratio = r.variance_ratio
    last = (
        f"accuracy {r.batch_accuracy[-1]:.0f} % in training mode and {r.running_accuracy[-1]:.0f} % in evaluation "
        f"mode, loss {plain(float(r.batch_loss[-1]), 2)} and {plain(float(r.running_loss[-1]), 2)}"
    )
    setup = (
        f"Batches of {batch}, momentum {momentum}, first weights {plain(scale, 2)} times He's, learning rate η = {RATE}"
    )
    return Figure(
        panels=[
            _curves(
                "accuracy",
                f"accuracy: {r.batch_accuracy[-1]:.0f} % training, {r.running_accuracy[-1]:.0f} % evaluation",
                r.batch_accuracy,
                r.running_accuracy,
                Axis(label=f"{ASKED} digits not trained on", unit="%", low=0.0, high=100.0),
            ),
            _curves(
                "loss",
                f"loss: {plain(float(r.batch_loss[-1]), 2)} training, {plain(float(r.running_loss[-1]), 2)} evaluation",
                r.batch_loss,
                r.running_loss,
                Axis(label="loss on the same digits", log=True),
            ),
            _means(r),
            _variances(r),
        ],
        alt=(
            f"{setup}. After {KEPT[-1]} steps: {last}. The running variance of the first BatchNorm layer is "
            f"{plain(float(ratio[0]), 2)} times the true one after step 1 and {plain(float(ratio[-1]), 2)} times after "
            f"step {KEPT[-1]} (the median of its units)."
        ),
        status=f"{setup}: after {KEPT[-1]} steps {last}.",
        frames=Frames(
            count=len(KEPT),
            labels=[f"step {n}" for n in KEPT],
            start=len(KEPT) - 1,
            per_second=3.0,
            status=[
                f"Step {n}: training mode {r.batch_accuracy[i]:.0f} %, loss {plain(float(r.batch_loss[i]), 2)}; "
                f"evaluation mode {r.running_accuracy[i]:.0f} %, loss {plain(float(r.running_loss[i]), 2)}; running "
                f"variance {plain(float(ratio[i]), 2)} times the true one."
                for i, n in enumerate(KEPT)
            ],
        ),
    )


def _curves(id: str, title: str, of_batch: Values, of_running: Values, y: Axis) -> Panel:
    steps = np.array(KEPT)
    both = {"a": of_batch, "b": of_running}
    marks = [
        mark
        for colour, values in both.items()
        for mark in (
            Line(x=steps, y=values, colour=colour, label=_MODES[colour].removesuffix(" mode")),
            Dots(x=steps[:, None], y=values[:, None], colour=colour, radius=5.0, frames=True),
        )
    ]
    return Panel(
        id=id,
        column=0,
        aspect=1.9,
        title=title,
        marks=marks,
        x=Axis(label="step", low=1, high=KEPT[-1], log=True),
        y=y,
    )


def _means(r: Run) -> Panel:
    """Unit by unit, how far the running mean is off. (The data are centred, so that each true mean is close to 0.)"""
    off = mean_errors(r)
    # Up to a half, so that two numbers at least stand on the axis, on a phone too.
    reach = max(float(np.ceil(2.2 * np.abs(off).max())) / 2, 0.5)
    units = np.arange(1, off.shape[1] + 1)
    return Panel(
        id="mean",
        column=1,
        aspect=1.9,
        title=f"running mean: off by {plain(float(np.sqrt(np.mean(off[-1] ** 2))), 2)} std in the end",
        marks=[
            Rule(y=0.0, colour="muted", dashed=False),
            Dots(x=np.tile(units, (len(off), 1)), y=off, colour="accent", opacity=0.8, frames=True),
        ],
        x=Axis(label="unit of layer 1", low=0, high=len(units) + 1),
        y=Axis(label="running mean − true mean, in std", low=-reach, high=reach),
    )


def mean_errors(r: Run) -> Values:
    """Running minus true mean of every unit, in true standard deviations, `(len(KEPT), units)`."""
    errors: Values = (r.running_mean - r.true_mean) / np.sqrt(r.true_var)
    return errors


def _variances(r: Run) -> Panel:
    floor = 1e-3 * float(r.true_var.min())
    running = np.maximum(r.running_var, floor)
    low, high = float(min(running.min(), r.true_var.min())) / 1.3, float(max(running.max(), r.true_var.max())) * 1.3
    return Panel(
        id="variance",
        column=1,
        aspect=1.9,
        title=f"running variance: {plain(float(r.variance_ratio[-1]), 2)} of the true one in the end",
        marks=[
            Line(x=[low, high], y=[low, high], colour="muted", width=1.5),
            Dots(x=r.true_var, y=running, colour="accent", opacity=0.8, frames=True),
        ],
        x=Axis(label="true variance of a unit of layer 1 (line: equal)", low=low, high=high, log=True),
        y=Axis(label="running variance", low=low, high=high, log=True),
    )
