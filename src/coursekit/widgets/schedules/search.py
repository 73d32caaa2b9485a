"""Find the learning rate: a range test that grows rate by rate, and then what training at the found rate does."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.optim import SGD, Adam, Momentum, Optimizer
from coursekit.training import range_test, smoothed, steepest_rate, train
from coursekit.widgets.controls import Button, Choice
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.schedules.task import Values, build, said, split
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: The rates of the test, from far too small to far too large: 16 a decade.
LRS = np.geomspace(1e-4, 10.0, 81)
#: The smoothing lags by about 4 rates, a quarter of a decade.
BETA = 0.8
UPDATES = 480
#: A point of the curves at the right stands for so many updates.
EVERY = 12
_TOP, _TOP_OTHERS = 6.0, 3.0
_OPTIMIZERS = {"sgd": "SGD", "momentum": "momentum 0.9", "adam": "Adam"}
_RULES = {
    "tenth": "a tenth of the lowest",
    "steepest": "where it falls fastest",
    "lowest": "the lowest itself",
}
_LABELS = {"mistyped": "a fifth mistyped", "right": "all right"}
_BATCHES = {"16": "16", "64": "64"}
#: What is trained beside the rate taken, as shares of it.
SHARES = {"small": 0.1, "taken": 1.0, "large": 10.0}


@dataclass(frozen=True)
class RateCurve:
    """The rates that were tried with the loss after a step at each, smoothed as well, and what the curve says.

    `lowest` is the rate of the lowest smoothed loss; `taken` is what the rule makes of the curve.
    """

    lrs: Values
    losses: Values
    smooth: Values
    lowest: float
    taken: float


def _optimizer(name: str, lr: float) -> Optimizer:
    if name == "momentum":
        return Momentum(lr=lr, rho=0.9)
    return Adam(lr=lr) if name == "adam" else SGD(lr=lr)


@lru_cache(maxsize=64)
def rate_curve(optimizer: str, batch: int, labels: str, rule: str, seed: int) -> RateCurve:
    """A range test of 81 rates at most on a new net, and the rate taken by `rule`."""
    data = split(seed, labels)
    with np.errstate(over="ignore", invalid="ignore"):
        found = range_test(
            build(seed),
            data.x,
            data.y,
            lrs=LRS,
            optimizer=_optimizer(optimizer, 1.0),
            batch_size=batch,
            rng=np.random.default_rng([seed, 3]),
        )
    losses = np.array(found.losses)
    n = len(losses) if np.isfinite(losses[-1]) else len(losses) - 1  # only the last can be infinite
    lrs, losses = LRS[:n], losses[:n]
    smooth = smoothed(losses.tolist(), beta=BETA)
    lowest = float(lrs[int(np.argmin(smooth))])
    taken = {"tenth": 0.1 * lowest, "lowest": lowest}.get(rule) or steepest_rate(lrs, losses)
    return RateCurve(lrs=lrs, losses=losses, smooth=smooth, lowest=lowest, taken=taken)


@dataclass(frozen=True)
class Run:
    """The loss on the digits that are not trained on, at the start and after every twelfth update (NaN from a
    divergence on), and the share of them that is wrong at the end, in percent."""

    losses: Values
    error: float
    diverged: bool


@lru_cache(maxsize=64)
def run(optimizer: str, batch: int, labels: str, lr: float, seed: int) -> Run:
    """480 updates at one rate, from the start and with the batches of the test."""
    data, model = split(seed, labels), build(seed)
    losses: list[float] = []
    error = 100.0

    def look() -> None:
        nonlocal error
        scores = model.forward(data.x_held_out)
        losses.append(float(nn.softmax_cross_entropy(scores, data.y_held_out)[0]))
        error = 100.0 * float(np.mean(scores.argmax(axis=1) != data.y_held_out))

    with np.errstate(over="ignore", invalid="ignore"):
        look()
        for step in train(
            model,
            data.x,
            data.y,
            optimizer=_optimizer(optimizer, lr),
            epochs=UPDATES,
            batch_size=batch,
            rng=np.random.default_rng([seed, 3]),
        ):
            if step.event:
                break
            if (step.number + 1) % EVERY == 0:
                try:
                    look()
                except ValueError:  # scores beyond what a float holds
                    break
            if step.number + 1 == UPDATES or not np.isfinite(losses[-1]):
                break
    told = [loss for loss in losses if np.isfinite(loss)]
    missing = UPDATES // EVERY + 1 - len(told)
    return Run(losses=np.append(told, np.full(missing, np.nan)), error=error, diverged=missing > 0)


@widget(
    "schedules.range_test",
    title="Find the learning rate",
    controls=[
        Choice(name="optimizer", label="optimizer", options=_OPTIMIZERS, value="sgd", group="search"),
        Choice(name="rule", label="take", options=_RULES, value="tenth", group="search"),
        Choice(name="batch", label="batch size", options=_BATCHES, value="16", group="data"),
        Choice(name="labels", label="training labels", options=_LABELS, value="mistyped", group="data"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="Watch it",
            values={"optimizer": "sgd", "rule": "tenth", "batch": "16", "labels": "mistyped", "seed": 0},
            notice="Play. For a long stretch the rate is too small to do anything; then the loss falls, and soon after "
            "its lowest point it shoots up. The whole search costs 81 updates at most.",
            frame=0,
        ),
        Try(
            label="Another optimizer",
            values={"optimizer": "adam", "rule": "tenth", "batch": "16", "labels": "mistyped", "seed": 0},
            notice="For Adam the same curve lies a decade to the left. A good rate belongs to an optimizer, "
            "not to a net.",
            frame=-1,
        ),
        Try(
            label="Greed",
            values={"optimizer": "sgd", "rule": "lowest", "batch": "16", "labels": "mistyped", "seed": 0},
            notice="The rate of the lowest loss did well for a few updates, coming from smaller ones. To train with it "
            "is another matter: a tenth of it ends lower, and ten times it diverges.",
            frame=-1,
        ),
    ],
)
def finder(optimizer: str, rule: str, batch: str, labels: str, seed: int) -> Figure:
    """The loss against the rate on the left; at the right training at the rate taken, a tenth and ten times of it."""
    found = rate_curve(optimizer, int(batch), labels, rule, seed)
    runs = {name: run(optimizer, int(batch), labels, share * found.taken, seed) for name, share in SHARES.items()}
    ends = {name: "diverged" if r.diverged else plain(float(r.losses[-1]), 2) for name, r in runs.items()}
    after = "; ".join(f"at η = {said(SHARES[name] * found.taken)} {_after(r)}" for name, r in runs.items())
    curve = (
        f"The smoothed loss is lowest at η = {said(found.lowest)}; taken is {_RULES[rule]}, η = {said(found.taken)}."
    )
    tests, updates = len(found.lrs), UPDATES // EVERY
    labels_of_frames = [f"η = {said(float(lr))}" for lr in found.lrs]
    labels_of_frames += [f"update {EVERY * i}" for i in range(updates + 1)]
    status = [
        f"Test, rate {i + 1} of {len(LRS)}: η = {said(float(lr))}, loss {plain(float(loss), 2)}, smoothed "
        f"{plain(float(mean), 2)}."
        for i, (lr, loss, mean) in enumerate(zip(found.lrs, found.losses, found.smooth, strict=True))
    ]
    status += [
        f"Training, update {EVERY * i}: loss on others "
        + ", ".join(
            f"{'diverged' if np.isnan(r.losses[i]) else plain(float(r.losses[i]), 2)} at η = "
            f"{said(SHARES[name] * found.taken)}"
            for name, r in runs.items()
        )
        + "."
        for i in range(updates + 1)
    ]
    return Figure(
        panels=[_test_panel(found, updates + 1), _run_panel(found, runs, ends, tests)],
        alt=(
            f"Left: loss against learning rate in a range test of {tests} updates with {_OPTIMIZERS[optimizer]}, "
            f"batches of {batch}, training labels {_LABELS[labels]}. {curve} Right: loss on 400 other digits in three "
            f"runs of {UPDATES} updates; {after}."
        ),
        status=f"{curve} After {UPDATES} updates: {after}.",
        frames=Frames(
            count=len(status),
            labels=labels_of_frames,
            start=len(status) - 1,
            per_second=14.0,
            status=status,
        ),
    )


def _after(r: Run) -> str:
    return "diverged" if r.diverged else f"loss {plain(float(r.losses[-1]), 2)} and error {r.error:.0f} %"


def _test_panel(found: RateCurve, more: int) -> Panel:
    """Grows with the first frames, and stands still for `more` of them."""
    lrs = np.append(found.lrs, np.full(more, found.lrs[-1]))
    raw = np.clip(np.append(found.losses, np.full(more, found.losses[-1])), 0.0, _TOP)
    mean = np.clip(np.append(found.smooth, np.full(more, found.smooth[-1])), 0.0, _TOP)
    return Panel(
        id="test",
        title=f"lowest at η = {said(found.lowest)}; taken: {said(found.taken)}",
        marks=[
            Rule(x=found.taken, colour="a", label=""),
            Rule(x=found.lowest, colour="muted", label=""),
            Line(x=lrs, y=raw, colour="accent", width=1.0, opacity=0.7, grow=True, label="one batch"),
            Line(x=lrs, y=mean, colour="train", width=2.8, grow=True, label="smoothed"),
            Dots(x=lrs[:, None], y=mean[:, None], colour="train", radius=5.5, frames=True),
        ],
        x=Axis(label="learning rate η (blue: taken)", low=float(LRS[0]), high=float(LRS[-1]), log=True),
        y=Axis(label=f"loss, cut off at {_TOP:g}" if found.losses.max() > _TOP else "loss", low=0.0, high=_TOP),
        aspect=1.25,
    )


def _run_panel(found: RateCurve, runs: dict[str, Run], ends: dict[str, str], before: int) -> Panel:
    """Empty while the test runs, for `before` frames; then it grows."""
    at = np.append(np.zeros(before), EVERY * np.arange(UPDATES // EVERY + 1))
    wait = np.full(before, np.nan)
    colours = {"small": "class2", "taken": "a", "large": "b"}
    marks = []
    for name, r in runs.items():
        y = np.append(wait, np.clip(r.losses, 0.0, _TOP_OTHERS))
        label = f"η = {said(SHARES[name] * found.taken)}"
        marks.append(
            Line(
                x=at,
                y=y,
                colour=colours[name],
                label=label,
                grow=True,
                dashed=name != "taken",
                width=2.8 if name == "taken" else 2.0,
            )
        )
    worst = max(float(np.nanmax(r.losses)) for r in runs.values())
    cut = f", cut off at {_TOP_OTHERS:g}" if worst > _TOP_OTHERS else ""
    return Panel(
        id="training",
        title=f"ends at {ends['taken']}; a tenth of the rate: {ends['small']}, ten times: {ends['large']}",
        marks=marks,
        x=Axis(label="update", low=0, high=UPDATES),
        y=Axis(label=f"loss on 400 others{cut}", low=0.0, high=_TOP_OTHERS),
        aspect=1.25,
    )
