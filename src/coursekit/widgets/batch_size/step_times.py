"""What a step of training costs by batch size: as it was recorded once, and on the machine that answers.

This is the one widget whose answer is no pure function of its controls: a press of the button runs a clock. Without a
press it draws the times that are kept in this file, so that the page and the tests have something that stays.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from coursekit.nn import Linear, ReLU, Sequential, SoftmaxCrossEntropy
from coursekit.optim import SGD
from coursekit.widgets.batch_size.kept_times import KEPT
from coursekit.widgets.controls import Button, Choice
from coursekit.widgets.figure import Axis, Dots, Figure, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.float64]

#: Doubling sizes, and all sizes about one power of two.
SIZES = tuple(2**k for k in range(11))
AROUND = tuple(range(58, 71))
POWER = 64
WIDTHS = {"32": "32", "128": "128", "512": "512"}


@dataclass(frozen=True)
class Times:
    """Seconds of one step: `steps` for each of SIZES, `near` for each of AROUND."""

    steps: Values
    near: Values

    @property
    def per_example(self) -> Values:
        """Seconds per example, for each of SIZES."""
        each: Values = self.steps / np.array(SIZES)
        return each

    @property
    def beside(self) -> tuple[float, float]:
        """How far the power of two lies above a straight line through the others about it, and how far those scatter
        (standard deviation): both in percent."""
        others = np.array(AROUND) != POWER
        x, y = np.array(AROUND, float)[others], 100 * self.near_per_example[others]
        line = np.polyfit(x, y, 1)
        return 100.0 - float(np.polyval(line, POWER)), float(np.std(y - np.polyval(line, x)))

    @property
    def near_per_example(self) -> Values:
        """Seconds per example about the power of two, in units of that at the power itself."""
        each = self.near / np.array(AROUND)
        relative: Values = each / each[AROUND.index(POWER)]
        return relative


def kept(width: int) -> Times:
    """The times that were recorded."""
    steps, near = KEPT[width]
    return Times(np.array(steps) * 1e-6, np.array(near) * 1e-6)


def measure(width: int, *, seconds: float = 0.3, shortest: float = 5e-4) -> Times:
    """Time a step (forward, backward, update) of a net 64-width-10 at every size, for about so many seconds in all.

    Sizes take turns, so that a slow moment of the machine does not hit one alone; each turn repeats the step for at
    least `shortest` seconds, or for 20 ticks of a coarse clock such as a browser's; the fastest turn of each counts.
    """
    sizes = (*SIZES, *AROUND)
    rng = np.random.default_rng(0)
    loss, ready = SoftmaxCrossEntropy(), []
    for size in sizes:
        model = Sequential(Linear(64, width), ReLU(), Linear(width, 10), rng=rng)
        ready.append((model, SGD(lr=1e-3), rng.standard_normal((size, 64)), rng.integers(0, 10, size)))

    def turn(index: int, times: int) -> float:
        model, optimizer, x, y = ready[index]
        start = perf_counter()
        for _ in range(times):
            model.loss_and_grad(x, y, loss)
            optimizer.step(model.params, model.grads)
        return (perf_counter() - start) / times

    shortest = max(shortest, 20 * tick())
    end = perf_counter() + seconds
    repeats = []
    for index in range(len(sizes)):
        first = turn(index, 1)  # buffers are made in the first step
        repeats.append(1 if first > 4 * shortest else max(1, round(shortest / max(turn(index, 3), 1e-5))))
    best = np.full(len(sizes), np.inf)
    rounds = 0
    while rounds < 1 or perf_counter() < end:
        for index in rng.permutation(len(sizes)):  # whoever comes after the largest would find the cache full of it
            best[index] = min(best[index], turn(index, repeats[index]))
        rounds += 1
    return Times(best[: len(SIZES)], best[len(SIZES) :])


def tick() -> float:
    """The least time that the clock tells apart, in seconds: browsers round theirs on purpose."""
    start = perf_counter()
    for _ in range(100_000):
        now = perf_counter()
        if now > start:
            return now - start
    return 0.0


@widget(
    "batch_size.timing",
    title="What an example costs, by the size of its batch",
    controls=[
        Choice(name="width", label="hidden units", options=WIDTHS, value="128"),
        Button(name="presses", label="Measure on this machine", note="Takes a second or two."),
    ],
    tries=[
        Try(
            label="As it was recorded",
            values={"width": "128", "presses": 0},
            notice="A step on 16 examples takes not even twice the time of a step on one, so the line follows the "
            "dashed one at first. Then the processor has enough to do, and it bends.",
        ),
        Try(
            label="A wide net",
            values={"width": "512", "presses": 0},
            notice="There is more to do for every example, so what a step costs whatever is in it weighs less: a "
            "larger batch pays off less than in the smaller net.",
        ),
        Try(
            label="Your machine",
            values={"width": "128", "presses": 1},
            notice="Your own line stands beside the other. It is higher or lower, but it falls in the same way: alone, "
            "an example costs several times as much as in a batch of 64. Press again to see how far it trembles.",
        ),
    ],
)
def timing(width: str, presses: int) -> Figure:
    """Time per example against batch size, and at its right whether the power of two stands out."""
    old = kept(int(width))
    new = measure(int(width)) if presses else None
    shown = new or old
    sizes, near = np.array(SIZES, float), np.array(AROUND, float)
    flat = shown.per_example[0] * 1e6 / sizes
    cost = [Line(x=sizes, y=flat, colour="muted", dashed=True, width=1.4, label="a step costs the same")]
    neighbours: list[Line | Dots | Rule] = [Rule(y=100.0, colour="muted")]
    for times, colour, label in ((old, "a", "recorded"), (new, "b", "here")):
        if times is None:
            continue
        cost.append(Line(x=sizes, y=times.per_example * 1e6, colour=colour, label=label, dashed=colour == "b"))
        relative = 100 * times.near_per_example
        neighbours.append(Line(x=near, y=relative, colour=colour, label=label, dashed=colour == "b"))
        neighbours.append(Dots(x=near, y=relative, colour=colour, radius=3.5))
    neighbours.append(Dots(x=np.array([float(POWER)]), y=np.array([100.0]), colour="accent", radius=6.0))
    cheaper = float(shown.per_example[0] / shown.per_example[SIZES.index(256)])
    where = "on this machine" if new else "as it was recorded"
    all_relative = np.concatenate([100 * t.near_per_example for t in (old, new) if t is not None])
    panels = [
        Panel(
            id="cost",
            title=f"in a batch of 256 an example costs 1/{cheaper:.0f} of one alone",
            marks=cost,
            x=Axis(label="batch size B", low=1, high=2600.0, log=True),
            y=Axis(label="time per example", unit="µs", low=0.05, high=2000.0, log=True),
            aspect=1.15,
        ),
        Panel(
            id="power",
            title=_beside(shown),
            marks=neighbours,
            x=Axis(label="batch size B", low=57, high=72.5),
            y=Axis(
                label="time per example, 64 = 100",
                unit="%",
                low=min(90.0, float(all_relative.min()) - 2),
                high=max(110.0, float(all_relative.max()) + 2),
            ),
            aspect=1.15,
        ),
    ]
    ends = f"{_us(shown.per_example[0])} alone, {_us(shown.per_example[SIZES.index(256)])} in a batch of 256"
    status = f"64-{width}-10, one step of SGD, {where}: an example takes {ends}. B = {_beside(shown)}."
    return Figure(
        panels=panels,
        alt=(
            f"Left, both axes logarithmic: time per example against batch size. {status} Right: time per example for "
            f"batches of {AROUND[0]} to {AROUND[-1]}, in percent of that at {POWER}, from "
            f"{100 * float(shown.near_per_example.min()):.0f} to {100 * float(shown.near_per_example.max()):.0f} %."
        ),
        status=status,
    )


def _beside(times: Times) -> str:
    """Whether the power of two stands out from the sizes about it."""
    off, scatter = times.beside
    side = "below" if off < 0 else "above"
    return f"{POWER} is {abs(off):.1f} % {side} its neighbours (scatter {scatter:.1f} %)"


def _us(seconds: float) -> str:
    return f"{plain(float(seconds) * 1e6, 1)} µs"
