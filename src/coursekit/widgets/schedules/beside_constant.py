"""Design a schedule: its shape on the left, and what the same net does under it, beside a constant rate."""

import numpy as np

from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Frames, Line, Mark, Panel
from coursekit.widgets.schedules.recorded import BATCH, EPOCHS, Run, Settings, run
from coursekit.widgets.schedules.task import Values, said
from coursekit.widgets.schedules.wording import capital, end_value, ending, last_rate, mean_rate, shape_said, state
from coursekit.widgets.widget import Try, widget

NAMES = {
    "constant": "constant, another rate",
    "step": "step decay",
    "exponential": "exponential decay",
    "inverse_time": "1/t decay",
    "cosine": "cosine",
    "warmup": "warmup, then cosine",
    "one_cycle": "one cycle",
    "plateau": "reduce on plateau",
    "growing_batch": "raise the batch size",
}
_SHORT = {"constant": "A", "warmup": "warmup", "one_cycle": "one cycle", "plateau": "plateau", "growing_batch": "batch"}
_LABELS = {"mistyped": "a fifth mistyped", "right": "all right"}
#: Where the loss axis ends; what lies beyond is drawn at its end.
_LOSS = {"mistyped": (0.0, 3.0), "right": (1e-4, 10.0)}
_ERROR = (1.0, 100.0)


@widget(
    "schedules.designer",
    title="Design a schedule",
    controls=[
        Choice(name="schedule", label="schedule", options=NAMES, value="step"),
        Slider(name="lr0", label="its rate", symbol="η₀", low=0.01, high=3.0, value=0.5, step=0.05, log=True),
        Slider(
            name="factor",
            label="what a cut leaves",
            low=0.1,
            high=0.9,
            value=0.5,
            step=0.05,
            when={"schedule": ("step", "plateau", "growing_batch")},
        ),
        Slider(
            name="every",
            label="epochs between cuts",
            low=1,
            high=6,
            value=3,
            integer=True,
            when={"schedule": ("step", "growing_batch")},
        ),
        Slider(
            name="k",
            label="decay an epoch",
            symbol="k",
            low=0.03,
            high=3.0,
            value=0.3,
            step=0.05,
            log=True,
            when={"schedule": ("exponential", "inverse_time")},
        ),
        Slider(
            name="rise",
            label="epochs of rise",
            low=0,
            high=6,
            value=2,
            integer=True,
            when={"schedule": ("warmup", "one_cycle")},
        ),
        Slider(
            name="patience", label="patience", low=1, high=4, value=1, integer=True, when={"schedule": ("plateau",)}
        ),
        Slider(
            name="lr_b",
            label="constant rate beside it",
            symbol="η",
            low=0.01,
            high=3.0,
            value=0.5,
            step=0.05,
            log=True,
        ),
        Choice(name="labels", label="training labels", options=_LABELS, value="mistyped"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="Cut the rate",
            values={
                "schedule": "step", "lr0": 0.5, "factor": 0.5, "every": 3, "lr_b": 0.5, "labels": "mistyped", "seed": 0,
            },
            notice="In the epoch after the first cut, at epoch 3, the loss falls by a quarter; at the constant rate by "
            "a tenth, and it goes on swinging. In the end loss and error are lower.",
            frame=-1,
        ),
        Try(
            label="A rate that is small already",
            values={"schedule": "exponential", "lr0": 0.03, "k": 0.3, "lr_b": 0.03, "labels": "mistyped", "seed": 0},
            notice="Here the constant rate is ahead, in loss and in error. The decay only stops the net before it has "
            "arrived.",
            frame=-1,
        ),
        Try(
            label="Raise the batch instead",
            values={
                "schedule": "growing_batch",
                "lr0": 0.5, "factor": 0.5, "every": 3, "lr_b": 0.5, "labels": "mistyped", "seed": 0,
            },
            notice="The rate stays, the batch doubles where the rate was halved before. The loss ends where step decay "
            "ended, after less than half of the updates.",
            frame=-1,
        ),
        Try(
            label="All labels right",
            values={"schedule": "cosine", "lr0": 0.5, "lr_b": 0.5, "labels": "right", "seed": 0},
            notice="Now the net can get every example right, the gradients shrink by themselves, and there is nothing "
            "to settle: the constant rate ends with the lower loss.",
            frame=-1,
        ),
    ],
)  # fmt: skip
def designer(
    schedule: str,
    lr0: float,
    factor: float,
    every: int,
    k: float,
    rise: int,
    patience: int,
    lr_b: float,
    labels: str,
    seed: int,
) -> Figure:
    """The rate over the epochs on the left; loss and error of the run, and of the constant one, at the right."""
    chosen = Settings(schedule=schedule, lr0=lr0, factor=factor, every=every, k=k, rise=rise, patience=patience)
    a, b = run(_needed(chosen), labels, seed), run(Settings("constant", lr_b), labels, seed)
    name = NAMES[schedule] if schedule != "constant" else f"constant {said(lr0)}"
    ends = f"{ending(name, a)} {ending(f'constant {said(lr_b)}', b)}"
    beside = f"Constant {said(lr_b)}" if schedule == "constant" else "Constant"
    return Figure(
        panels=[_rates(schedule, a, b), _losses(schedule, a, b, labels), _errors(schedule, a, b)],
        alt=(
            f"Left: the learning rate over {EPOCHS} epochs. {shape_said(schedule, name, a)} Beside it a constant rate "
            f"of {said(lr_b)}. Right: training loss and error of the same net on the digits, training labels "
            f"{_LABELS[labels]}. {ends}"
        ),
        status=f"{shape_said(schedule, name, a)} {ends}",
        frames=Frames(
            count=len(a.epochs),
            labels=[f"epoch {t:g}" for t in a.epochs],
            start=len(a.epochs) - 1,
            per_second=8.0,
            status=[
                f"Epoch {t:g}. {capital(name)}: {state(a, i)}. {beside}: {state(b, i)}." for i, t in enumerate(a.epochs)
            ],
        ),
    )


def _needed(s: Settings) -> Settings:
    """The same settings with those that the schedule does not read at their defaults: one run for all of them."""
    reads = {
        "step": ("factor", "every"),
        "growing_batch": ("factor", "every"),
        "exponential": ("k",),
        "inverse_time": ("k",),
        "warmup": ("rise",),
        "one_cycle": ("rise",),
        "plateau": ("factor", "patience"),
    }
    return Settings(s.schedule, s.lr0, **{name: getattr(s, name) for name in reads.get(s.schedule, ())})


def _colour(schedule: str) -> str:
    return "a" if schedule == "constant" else schedule


def _pair(schedule: str, a: Run, b: Run, of_a: Values, of_b: Values) -> list[Mark]:
    """Both curves, each with a dot that moves along it."""
    return [*_lines(schedule, a.epochs, of_a, b.epochs, of_b), *_dots(schedule, a, b, of_a, of_b)]


def _lines(schedule: str, at_a: Values, of_a: Values, at_b: Values, of_b: Values) -> list[Mark]:
    label = _SHORT.get(schedule, NAMES[schedule].split()[0])
    other = "B" if schedule == "constant" else "constant"
    return [
        Line(x=at_b, y=of_b, colour="constant", label=other, dashed=True),
        Line(x=at_a, y=of_a, colour=_colour(schedule), width=2.6, label=label),
    ]


def _dots(schedule: str, a: Run, b: Run, of_a: Values, of_b: Values) -> list[Mark]:
    return [
        Dots(x=b.epochs[:, None], y=of_b[:, None], colour="constant", radius=5.0, frames=True),
        Dots(x=a.epochs[:, None], y=of_a[:, None], colour=_colour(schedule), radius=6.0, frames=True),
    ]


def _epochs() -> Axis:
    return Axis(label="epoch", low=0, high=EPOCHS)


def _rates(schedule: str, a: Run, b: Run) -> Panel:
    top = 1.08 * float(max(a.lrs.max(), b.lrs.max()))
    # The rate of every update is drawn: a cut is a step, and warmup begins where it begins.
    marks = [*_lines(schedule, *a.rates.T[:2], *b.rates.T[:2]), *_dots(schedule, a, b, a.lrs, b.lrs)]
    if schedule == "growing_batch":
        at, lr, size = a.rates.T
        marks.insert(
            0, Line(x=at, y=lr * BATCH / size, colour=schedule, width=1.4, dashed=True, label="η · 16 / batch")
        )
        title = f"η stays {said(float(a.lrs[0]))}; batch {BATCH} → {a.batches[-1]}"
    elif schedule == "constant":
        title = f"A: η = {said(float(a.lrs[0]))}, B: η = {said(float(b.lrs[0]))}"
    else:
        title = f"η = {said(float(a.lrs[0]))} → {last_rate(a)}, on average {said(mean_rate(a))}"
    return Panel(
        id="rate",
        column=0,
        title=title,
        marks=marks,
        x=_epochs(),
        y=Axis(label="learning rate η", low=0.0, high=top),
        aspect=1.05,
    )


def _ends(schedule: str, of_a: str, of_b: str) -> str:
    """Both ends, named as the curves are."""
    return f"A {of_a}, B {of_b}" if schedule == "constant" else f"{of_a}, constant {of_b}"


def _losses(schedule: str, a: Run, b: Run, labels: str) -> Panel:
    low, high = _LOSS[labels]
    of_a, of_b = np.clip(a.losses, low, high), np.clip(b.losses, low, high)
    beyond = bool((np.nan_to_num(a.losses) > high).any() or (np.nan_to_num(b.losses) > high).any())
    return Panel(
        id="loss",
        column=1,
        title=f"training loss: {_ends(schedule, end_value(a, a.losses[-1]), end_value(b, b.losses[-1]))}",
        marks=_pair(schedule, a, b, of_a, of_b),
        x=_epochs(),
        y=Axis(label=f"loss, cut off at {high:g}" if beyond else "loss", low=low, high=high, log=labels == "right"),
        aspect=1.9,
    )


def _errors(schedule: str, a: Run, b: Run) -> Panel:
    of_a, of_b = np.clip(a.errors, *_ERROR), np.clip(b.errors, *_ERROR)
    return Panel(
        id="error",
        column=1,
        title=f"error: {_ends(schedule, end_value(a, a.errors[-1], ' %'), end_value(b, b.errors[-1], ' %'))}",
        marks=_pair(schedule, a, b, of_a, of_b),
        x=_epochs(),
        y=Axis(label="error on 400 others, %", low=_ERROR[0], high=_ERROR[1], log=True),
        aspect=1.9,
    )
