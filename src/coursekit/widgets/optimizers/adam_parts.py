"""Adam beside Adam without some of its parts: the same ravine, the same start, the same noise."""

import inspect
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.optim import LANDSCAPES, adam
from coursekit.widgets.controls import Button, Checkbox, Slider
from coursekit.widgets.figure import Axis, Contour, Dots, Figure, Frames, Line, Mark, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.float64]

STEPS = 200
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
COST_FLOOR, COST_CEILING = 1e-6, 100.0
SHORTEST, LONGEST = 1e-3, 100.0
#: An age at which `beta**t` is 0: with it the engine's own formula has no bias correction.
_OLD = 10**9
#: So large an eps that the root of v beside it is nothing: the step is then `lr / eps * m_hat`, without v.
_VAST = 1e12
_RAVINE = LANDSCAPES["ravine"]
_adam = inspect.unwrap(adam)


@dataclass(frozen=True)
class Run:
    """Positions `(STEPS + 1, 2)`, the cost at each, and the length of each step over the rate, `(STEPS,)`."""

    places: Values
    costs: Values
    lengths: Values


def noise(sigma: float, seed: int) -> Values:
    """What is added to the gradient in each step: `(STEPS, 2)`, both runs get the same."""
    return sigma * np.random.default_rng([seed, 7]).standard_normal((STEPS, 2))


def run(lr: float, added: Values, *, first: bool, second: bool, correction: bool, eps: float) -> Run:
    """`STEPS` of the engine's `adam` with the parts that are on."""
    beta1 = BETA1 if first else 0.0
    rate, eps = (lr, eps) if second else (lr * _VAST, _VAST)
    w, m, v = np.array(_RAVINE.start), np.zeros(2), np.zeros(2)
    places = np.empty((STEPS + 1, 2))
    places[0] = w
    for t in range(1, STEPS + 1):
        g = np.array(_RAVINE.gradient(*w)) + added[t - 1]
        w, m, v = _adam(w, g, m, v, t if correction else _OLD, rate, beta1, BETA2, eps)
        w = np.clip(w, -1e6, 1e6)  # a run that diverges stays a number
        places[t] = w
    lengths = np.hypot(*np.diff(places, axis=0).T) / lr
    return Run(places=places, costs=np.asarray(_RAVINE.value(*places.T)), lengths=lengths)


@widget(
    "optimizers.adam_parts",
    title="Adam, and Adam without some of its parts",
    controls=[
        Checkbox(name="first", label="first moment: average the gradient (m)", value=True),
        Checkbox(name="second", label="second moment: divide by its size (√v)", value=True),
        Checkbox(name="correction", label="bias correction", value=False),
        Slider(
            name="eps",
            label="small number",
            symbol="ε",
            low=1e-8,
            high=100.0,
            value=EPS,
            log=True,
            step=0.25,
            when={"second": (True,)},
        ),
        Slider(name="lr", label="learning rate", symbol="η", low=0.003, high=1.0, value=0.05, log=True),
        Slider(name="sigma", label="noise in the gradient", symbol="σ", low=0.0, high=10.0, value=0.0, step=0.1),
        Button(name="seed", label="New noise", note="another draw, where σ is above 0"),
    ],
    tries=[
        Try(
            label="No bias correction",
            values={"first": True, "second": True, "correction": False, "eps": EPS, "lr": 0.05, "sigma": 0.0},
            notice="The first step is 3.2 times as long as Adam's, later ones more than 5 times: both averages start "
            "at 0, and v forgets that a hundred times more slowly than m. The path is thrown across the ravine.",
            frame=12,
        ),
        Try(
            label="No first moment",
            values={"first": False, "second": True, "correction": True, "eps": EPS, "lr": 0.05, "sigma": 5.0},
            notice="Every step follows the noise of its own gradient. B trembles to the same place on a way more than "
            "twice as long.",
            frame=-1,
        ),
        Try(
            label="No second moment",
            values={"first": True, "second": False, "correction": True, "eps": EPS, "lr": 0.05, "sigma": 0.0},
            notice="A step is now as long as the slope is: the first is 14 times as long as Adam's, the last are next "
            "to nothing. And the rate has another unit: at η = 0.2 B is thrown out of the picture, Adam is not.",
            frame=-1,
        ),
        Try(
            label="A large ε",
            values={"first": True, "second": True, "correction": True, "eps": 10.0, "lr": 0.05, "sigma": 0.0},
            notice="Where ε is larger than the slopes it decides the division, and steps shrink with the slope again. "
            "Along the ravine, where the slope is small, B has come only half of the way.",
            frame=-1,
        ),
    ],
)
def adam_parts(first: bool, second: bool, correction: bool, eps: float, lr: float, sigma: float, seed: int) -> Figure:
    """The ravine with both paths, the costs, and the lengths of the steps."""
    added = noise(sigma, seed)
    whole = run(lr, added, first=True, second=True, correction=True, eps=EPS)
    part = run(lr, added, first=first, second=second, correction=correction, eps=eps)
    both = (("adam", "Adam", whole), ("b", "B", part))
    numbers = np.arange(STEPS + 1, dtype=np.int32)
    x_low, x_high, y_low, y_high = _RAVINE.window
    plane: list[Mark] = [_contours()]
    cost: list[Mark] = []
    length: list[Mark] = [Rule(y=1.0, colour="muted", label="η")]
    for colour, word, r in both:
        x, y = np.ascontiguousarray(np.clip(r.places, -1e3, 1e3).T, np.float32)
        plane.append(Line(x=x, y=y, colour=colour, width=2.0, grow=True))
        costs = np.clip(r.costs, 1.01 * COST_FLOOR, COST_CEILING).astype(np.float32)
        cost.append(Line(x=numbers, y=costs, colour=colour, width=2.0, label=word, grow=True))
        lengths = np.clip(np.append(np.nan, r.lengths), 1.01 * SHORTEST, LONGEST).astype(np.float32)
        length.append(Line(x=numbers, y=lengths, colour=colour, width=1.6, label=word, grow=True))
    for colour, _, r in both:
        x, y = np.ascontiguousarray(np.clip(r.places, -1e3, 1e3).T, np.float32)
        plane.append(Dots(x=x[:, None], y=y[:, None], colour=colour, radius=5.5, frames=True))
    is_whole = first and second and correction and eps == EPS
    missing = _missing(first, second, correction, eps)
    ratio = part.lengths[0] / whole.lengths[0]
    end = f"{plain(float(whole.costs[-1]))} with Adam, {plain(float(part.costs[-1]))} with B"
    title = "B is Adam with all its parts" if is_whole else f"B is Adam {missing}"
    return Figure(
        panels=[
            Panel(
                id="plane",
                title=title,
                marks=plane,
                x=Axis(label="weight x, along the ravine", low=x_low, high=x_high),
                y=Axis(label="weight y, across", low=y_low, high=y_high),
                aspect=1.15,
                width=1.1,
                column=0,
            ),
            Panel(
                id="cost",
                title=f"cost at the end: {end}",
                marks=cost,
                x=Axis(low=0, high=STEPS),
                y=Axis(label="cost", low=COST_FLOOR, high=COST_CEILING, log=True),
                aspect=2.0,
                column=1,
            ),
            Panel(
                id="length",
                title=f"B's first step is {plain(float(ratio), 2)} times as long as Adam's",
                marks=length,
                x=Axis(label="step", low=0, high=STEPS),
                y=Axis(label="length of the step / η", low=SHORTEST, high=LONGEST, log=True),
                aspect=2.0,
                column=1,
            ),
        ],
        alt=(
            f"Left: the level lines of a ravine and {STEPS} steps of Adam and of B from one start, η = {plain(lr)}, "
            f"noise {plain(sigma, 1)}; {title}. Right, on logarithmic axes: the costs, {end}; and the lengths of the "
            f"steps over η, the first {plain(float(whole.lengths[0]), 2)} with Adam and "
            f"{plain(float(part.lengths[0]), 2)} with B, the longest {plain(float(whole.lengths.max()), 2)} "
            f"and {plain(float(part.lengths.max()), 2)}."
        ),
        status=(
            f"{title}. Cost after {STEPS} steps: {end}. Longest step over η: {plain(float(whole.lengths.max()), 2)} "
            f"with Adam, {plain(float(part.lengths.max()), 2)} with B."
        ),
        frames=Frames(count=STEPS + 1, labels=[f"step {n}" for n in range(STEPS + 1)], start=STEPS, per_second=30.0),
    )


def _missing(first: bool, second: bool, correction: bool, eps: float) -> str:
    off = [word for word, on in (("m", first), ("√v", second), ("bias correction", correction)) if not on]
    without = f"without {' and '.join([', '.join(off[:-1]), off[-1]] if len(off) > 1 else off)}" if off else ""
    other = f"with ε = {plain(eps)}" if second and eps != EPS else ""
    return ", ".join(filter(None, (without, other)))


def _contours() -> Contour:
    x_low, x_high, y_low, y_high = _RAVINE.window
    z = _RAVINE.value(np.linspace(x_low, x_high, 61)[None, :], np.linspace(y_low, y_high, 61)[:, None])
    return Contour(
        z=z.astype(np.float32),
        x_range=(x_low, x_high),
        y_range=(y_low, y_high),
        levels=[float(z.max()) * (k / 10) ** 2 for k in range(1, 10)],
        colour="muted",
        opacity=0.7,
    )
