"""One feature over one mini-batch: as it comes, normalized, scaled and shifted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.nn import batchnorm_train
from coursekit.widgets.controls import Button, Checkbox, Choice, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]

EPS = 1e-5
SHAPES = {"bell": "a bell", "skewed": "skewed", "humps": "two humps"}
_BINS = 24


@dataclass(frozen=True)
class Stages:
    """The feature before, normalized, and scaled and shifted, `(n,)` each, and the gamma and beta that were used."""

    raw: Values
    normalized: Values
    out: Values
    gamma: float
    beta: float


def sample(shape: str, n: int, seed: int) -> Values:
    """`n` draws with mean 0 and standard deviation 1 in the long run; the first are the same for every `n`."""
    rng = np.random.default_rng(seed)
    if shape == "skewed":
        return rng.exponential(size=n) - 1.0
    if shape == "humps":
        pairs = rng.normal(size=(n, 2))
        return np.where(pairs[:, 0] > 0, 0.95, -0.95) + 0.31 * pairs[:, 1]
    return rng.normal(size=n)


def stages(shape: str, n: int, mean: float, spread: float, gamma: float, beta: float, undo: bool, seed: int) -> Stages:
    """Both steps of batch normalization; with `undo`, gamma is the batch's own `sqrt(var + eps)` and beta its mean."""
    raw = mean + spread * sample(shape, n, seed)
    if undo:
        gamma, beta = float(np.sqrt(raw.var() + EPS)), float(raw.mean())
    x, one, zero = raw[:, None], np.ones(1), np.zeros(1)
    normalized = batchnorm_train(x, one, zero, zero, one, eps=EPS)[0][:, 0]
    out = batchnorm_train(x, np.array([gamma]), np.array([beta]), zero, one, eps=EPS)[0][:, 0]
    return Stages(raw=raw, normalized=normalized, out=out, gamma=gamma, beta=beta)


def skewness(values: Values) -> float:
    """Mean cube of the standardized values: 0 for what is symmetric, 2 for an exponential distribution."""
    spread = float(values.std())
    return float(np.mean(((values - values.mean()) / spread) ** 3)) if spread > 0 else 0.0


@widget(
    "batchnorm.batch",
    title="Watch a batch pass",
    controls=[
        Choice(name="shape", label="shape of the input", options=SHAPES, value="skewed"),
        Slider(name="n", label="batch size", symbol="N", low=1, high=256, value=64, step=1, integer=True),
        Slider(name="mean", label="mean of the input", low=-10.0, high=10.0, value=4.0, step=0.1),
        Slider(name="spread", label="spread of the input", low=0.001, high=10.0, value=2.0, step=0.05, log=True),
        Checkbox(name="undo", label="choose γ and β so that they undo it", value=False),
        Slider(
            name="gamma", label="scale", symbol="γ", low=0.0, high=3.0, value=1.5, step=0.05, when={"undo": (False,)}
        ),
        Slider(
            name="beta", label="shift", symbol="β", low=-4.0, high=4.0, value=-1.0, step=0.1, when={"undo": (False,)}
        ),
        Button(name="seed", label="New batch"),
    ],
    tries=[
        Try(
            label="Two humps stay two humps",
            values={"shape": "humps", "n": 256, "mean": -5.0, "spread": 3.0, "undo": False, "seed": 0},
            notice="The mean is 0 and the standard deviation 1, but the hollow in the middle is still there: a shift "
            "and a scale do not change a shape, and nothing has become Gaussian.",
        ),
        Try(
            label="Undo it",
            values={"shape": "skewed", "n": 64, "mean": 4.0, "spread": 2.0, "undo": True, "seed": 0},
            notice="With γ the batch's own spread and β its mean, the third drawing is the first one again, example by "
            "example. A net that needs the raw values can learn to have them.",
        ),
        Try(
            label="A batch of two",
            values={"shape": "bell", "n": 2, "mean": 4.0, "spread": 2.0, "undo": False, "seed": 0},
            notice="The two values become −1 and 1. Press New batch: they are always −1 and 1, whatever they were. "
            "Only which one was larger has survived.",
        ),
        Try(
            label="Where ε counts",
            values={"shape": "bell", "n": 64, "mean": 4.0, "spread": 0.002, "undo": False, "seed": 0},
            notice="The spread is so small that ε under the root outweighs the variance: the normalized values spread "
            "by about a half, not by 1.",
        ),
    ],
)
def batch(shape: str, n: int, mean: float, spread: float, undo: bool, gamma: float, beta: float, seed: int) -> Figure:
    """Three histograms side by side, with every example as a dot under them."""
    s = stages(shape, n, mean, spread, gamma, beta, undo, seed)
    raw_mean, raw_std = _moments(s.raw)
    norm_mean, norm_std = _moments(s.normalized)
    out_mean, out_std = _moments(s.out)
    # γ and β are seen to stretch and to move if the last two share an axis; undone, the last has that of the first.
    both = _range(np.concatenate([s.normalized, s.out, [-3.0, 3.0]]))
    own = _range(s.raw)
    axis = _range(np.append(s.normalized, [-3.0, 3.0])) if undo else both
    last = own if undo else both
    panels = [
        _panel("raw", f"before: mean {raw_mean}, std {raw_std}", "input x", s.raw, "muted", own),
        _panel("normalized", f"normalized: mean {norm_mean}, std {norm_std}", "normalized", s.normalized, "a", axis),
        _panel("out", f"γ, β: mean {out_mean}, std {out_std}", "γ · normalized + β", s.out, "b", last),
    ]
    return Figure(
        panels=panels,
        alt=(
            f"Histograms of one feature over a batch of {n}, input {SHAPES[shape]}. Before: mean {raw_mean}, standard "
            f"deviation {raw_std}. Normalized: mean {norm_mean}, standard deviation {norm_std}. With γ = "
            f"{plain(s.gamma)} and β = {plain(s.beta)}: mean {out_mean}, standard deviation {out_std}. {_finding(s)}"
        ),
        status=f"γ = {plain(s.gamma)}, β = {plain(s.beta)}. {_finding(s)}",
    )


def _moments(values: Values) -> tuple[str, str]:
    return _short(float(values.mean())), _short(float(values.std()))


def _short(value: float) -> str:
    """Three digits, with rounding errors said as the 0 that they stand for."""
    return plain(0.0 if abs(value) < 1e-9 else value)


def _finding(s: Stages) -> str:
    """What is to be seen, in one sentence that the numbers bear out."""
    n, variance = len(s.raw), float(s.raw.var())
    if n == 1:
        return "One example is its own mean: it becomes 0, and the output is β, whatever the input was."
    share = variance / (variance + EPS)
    if share < 0.9:
        return (
            f"The variance {plain(variance)} is small beside ε = 0.00001: the normalized values have std "
            f"{plain(float(s.normalized.std()))}, not 1."
        )
    if np.allclose(s.out, s.raw, rtol=0, atol=1e-6 * max(1.0, float(np.abs(s.raw).max()))):
        return "Output and input are the same, example by example: γ and β have undone the normalization."
    if s.gamma == 0:
        return f"With γ = 0 every example becomes β = {plain(s.beta)}: the feature is switched off."
    if n == 2:
        low, high = sorted(s.normalized)
        return f"The two examples have become {plain(float(low))} and {plain(float(high))}: only their order is left."
    return (
        f"The shape is what it was: skewness {plain(skewness(s.raw), 2)} before, "
        f"{plain(skewness(s.normalized), 2)} normalized."
    )


def _panel(id: str, title: str, label: str, values: Values, colour: str, reach: tuple[float, float]) -> Panel:
    """The histogram of one stage, with its examples under it and its mean as a line."""
    low, high = reach
    edges = np.linspace(low, high, _BINS + 1)
    counts = np.histogram(values, edges)[0] * (100.0 / len(values))
    top = max(float(counts.max()), 1.0)
    return Panel(
        id=id,
        title=title,
        marks=[
            Bars(edges=edges, heights=counts, colour=colour, opacity=0.75),
            Dots(x=values, y=np.full(len(values), -0.07 * top), colour="ink", radius=3.0, opacity=0.5),
            Rule(x=float(values.mean()), colour="accent"),
        ],
        x=Axis(label=label, low=low, high=high),
        y=Axis(label="share of the batch", unit="%", low=-0.14 * top, high=1.05 * top),
        aspect=1.1,
    )


def _range(values: Values) -> tuple[float, float]:
    """The values with a margin; the standard reach of a normalized feature where they have no spread."""
    low, high = float(values.min()), float(values.max())
    margin = 0.1 * (high - low)
    if high - low < 1e-9:
        margin = max(1.0, abs(low) * 0.1)
    return low - margin, high + margin
