"""The cloud of mini-batch gradients about the gradient of all examples, and how far off they are by batch size."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits, standardize
from coursekit.optim import SGD
from coursekit.training import minibatch_gradient_error, noise_scale, per_example_gradients, train
from coursekit.widgets.controls import Button, Checkbox, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]

#: Examples in the whole set, and batches drawn from it.
N = 400
BATCHES = 150
MOMENTS = {"0": "before the first update", "80": "after 80 updates", "640": "after 640 updates"}
_FLOOR = 1e-3


@dataclass(frozen=True)
class Gradients:
    """The gradient of each of the N examples, `(N, D)`, in units of the length of their mean; the mean, `(D,)`.

    `along` is the mean's direction, `across` the one at a right angle to it in which the examples differ most.
    """

    rows: Values
    mean: Values
    along: Values
    across: Values
    loss: float


@lru_cache(maxsize=4)
def gradients(updates: int) -> Gradients:
    """Of a net 64-16-10 on N digits, after so many updates of SGD at rate 0.1 in batches of 16."""
    images, y = digits()
    order = np.random.default_rng(0).permutation(len(images))[:N]
    pixels = images.reshape(len(images), -1)[order]
    x, y = standardize(pixels, pixels)[0], y[order]
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10), rng=np.random.default_rng(1))
    run = train(
        model,
        x,
        y,
        optimizer=SGD(lr=0.1),
        epochs=-(-updates * 16 // N),
        batch_size=16,
        rng=np.random.default_rng(2),
    )
    for step in run:
        if step.number + 1 == updates:
            break
    rows = per_example_gradients(model, x, y)
    mean = rows.mean(axis=0)
    length = float(np.linalg.norm(mean))
    along = mean / length
    off = rows - mean
    off -= np.outer(off @ along, along)
    # The largest principal axis by way of the N x N products, which are fewer than the parameters' D x D.
    weights = np.linalg.eigh(off @ off.T)[1][:, -1]
    across = weights @ off
    across /= np.linalg.norm(across)
    across *= np.sign(across[np.argmax(np.abs(across))])  # an axis has no side of its own: choose one
    loss = float(nn.softmax_cross_entropy(model.forward(x), y)[0])
    return Gradients(rows=rows / length, mean=mean / length, along=along, across=across, loss=loss)


@dataclass(frozen=True)
class Cloud:
    """The means of the batches along and across, `(BATCHES,)` each, and their root mean squared distance from the mean
    of all: measured, and foretold without and with replacement. All in units of the whole gradient's length."""

    along: Values
    across: Values
    measured: float
    foretold: float
    independent: float
    uphill: int


@lru_cache(maxsize=32)
def cloud(updates: int, size: int, replace: bool, seed: int) -> Cloud:
    """`BATCHES` batches of `size`; with one seed a larger batch is the smaller one and some more examples."""
    g = gradients(updates)
    rng = np.random.default_rng([seed, 1])
    drawn = rng.integers(0, N, (BATCHES, N)) if replace else rng.permuted(np.tile(np.arange(N), (BATCHES, 1)), axis=1)
    share = np.zeros((BATCHES, N))
    np.add.at(share, (np.arange(BATCHES)[:, None], drawn[:, :size]), 1.0 / size)
    means = share @ g.rows
    off = means - g.mean
    measured = float(np.sqrt(np.mean(np.sum(off**2, axis=1))))
    foretold = float(np.sqrt(minibatch_gradient_error(g.rows, size)))
    along = means @ g.along
    return Cloud(
        along=along,
        across=means @ g.across,
        measured=measured if measured > 1e-9 else 0.0,
        foretold=foretold,
        independent=independent_error(g.rows, size),
        uphill=int(np.sum(along < 0)),
    )


def independent_error(rows: Values, size: int) -> float:
    """The same with replacement: the factor for draws from a finite set, `1 - B / n`, is taken off.

    The engine's error at a batch of one is `S (1 - 1 / n)`: the variance that divides by n.
    """
    return float(np.sqrt(minibatch_gradient_error(rows, 1) / size))


@widget(
    "batch_size.cloud",
    title="The cloud of mini-batch gradients",
    controls=[
        Slider(name="size", label="batch size", symbol="B", low=1, high=N, value=4, step=0.1, log=True, integer=True),
        Choice(name="moment", label="when", options=MOMENTS, value="80"),
        Checkbox(name="replace", label="draw with replacement", value=False),
        Checkbox(name="zoom", label="zoom in on the cloud", value=False),
        Button(name="seed", label="New batches"),
    ],
    tries=[
        Try(
            label="One example",
            values={"size": 1, "moment": "80", "replace": False, "zoom": False, "seed": 0},
            notice="The cloud is far larger than the gradient that it surrounds, and many a single example pulls "
            "uphill, to the left of 0. Only their mean is right.",
        ),
        Try(
            label="Sixteen times as many",
            values={"size": 16, "moment": "80", "replace": False, "zoom": False, "seed": 0},
            notice="The error is a quarter of that of one example, not a sixteenth: it falls with the root. Hardly a "
            "batch pulls uphill now.",
        ),
        Try(
            label="Late in training",
            values={"size": 16, "moment": "640", "replace": False, "zoom": False, "seed": 0},
            notice="The same batches of 16, but the whole gradient has become small and the examples disagree: "
            "measured by its length they are nearly twice as far off as before.",
        ),
        Try(
            label="Three quarters of all",
            values={"size": 300, "moment": "80", "replace": False, "zoom": True, "seed": 0},
            notice="Without replacement little is left that could differ: the error is half of what the root alone "
            "foretells. Tick “with replacement”, and it doubles.",
        ),
    ],
)
def cloud_figure(size: int, moment: str, replace: bool, zoom: bool, seed: int) -> Figure:
    """The cloud along and across the whole gradient, and at its right the error against the batch size."""
    updates = int(moment)
    g, c = gradients(updates), cloud(updates, size, replace, seed)
    expected = c.independent if replace else c.foretold
    scale = noise_scale(g.rows)
    pulled = _pulled(c.uphill, size)
    # An axis that stays while B is moved lets the cloud be seen to shrink; it is made for single examples.
    if zoom:
        foretold = minibatch_gradient_error((g.rows @ g.across)[:, None], size)
        reach = max(3.2 * float(np.sqrt(foretold)), 1.4)
    else:
        reach = float(np.quantile(np.abs(g.rows @ g.across), 0.96))
    inside = (np.abs(c.along - 0.5) <= reach) & (np.abs(c.across) <= reach)
    plane = Panel(
        id="plane",
        title=pulled,
        marks=[
            Rule(x=0.0, colour="muted"),
            Dots(x=c.along[inside], y=c.across[inside], colour="a", radius=3.0, opacity=0.55),
            *_arrow(reach),
        ],
        x=Axis(label="along the whole gradient, in its length", low=0.5 - reach, high=0.5 + reach),
        y=Axis(label="across, where examples differ most", low=-reach, high=reach),
        aspect=1.15,
    )
    outside = f" {np.sum(~inside)} lie outside." if np.any(~inside) else ""
    sizes = np.unique(np.geomspace(1, N - 1, 60).astype(int))
    without = np.array([np.sqrt(minibatch_gradient_error(g.rows, int(b))) for b in sizes])
    with_ = np.array([independent_error(g.rows, int(b)) for b in sizes])
    shown = max(c.measured, _low(without))
    error = Panel(
        id="error",
        title=f"error {_short(c.measured)} × |∇L|, foretold {_short(expected)}",
        marks=[
            Rule(y=1.0, colour="accent"),
            Line(x=sizes, y=with_, colour="b", width=1.6, dashed=True, label="with"),
            Line(x=sizes, y=without, colour="a", width=2.2, label="without"),
            Dots(x=np.array([float(size)]), y=np.array([shown]), colour="ink", radius=6.0),
        ],
        x=Axis(label="batch size", low=1, high=N * 1.6, log=True),
        y=Axis(label="error, in lengths of the gradient", low=_low(without), high=60.0, log=True),
        aspect=1.15,
    )
    how = "with" if replace else "without"
    equal = f"Noise and gradient are equally large at B = {plain(scale, 0)}, the noise scale."
    state = (
        f"{_capital(MOMENTS[moment])} (loss {plain(g.loss)}), {BATCHES} batches of {size} drawn {how} replacement: "
        f"they are off by {_short(c.measured)} times the length of the whole gradient (root mean square); foretold are "
        f"{_short(expected)}."
    )
    return Figure(
        panels=[plane, error],
        alt=(
            f"Left: gradients of {BATCHES} batches of {size}, as dots about the tip of an arrow, the gradient of all "
            f"{N} examples; {pulled}. Right, both axes logarithmic: the error falls with the root of the batch size "
            f"from {_short(float(without[0]))} lengths of the whole gradient at B = 1 to {_short(float(without[-1]))} "
            f"at B = {sizes[-1]} without replacement, {_short(float(with_[-1]))} with. {state} {equal}"
        ),
        status=f"{state} {equal} The drawing shows 2 of {g.rows.shape[1]} directions, the error counts all.{outside}",
    )


def _pulled(uphill: int, size: int) -> str:
    """How many of the batches disagree with the whole gradient about the sign."""
    if size == N:
        return f"all {N} examples: every batch is the whole set"
    return f"{100 * uphill / BATCHES:.0f} % of the batches of {size} pull uphill"


def _arrow(reach: float) -> list[Line]:
    """From 0 to the tip of the whole gradient, at (1, 0)."""
    wing = 0.05 * reach
    x = np.array([0.0, 1.0, 1.0 - wing, 1.0, 1.0 - wing])
    y = np.array([0.0, 0.0, 0.7 * wing, 0.0, -0.7 * wing])
    return [Line(x=x, y=y, colour="accent", width=3.0)]


def _low(errors: Values) -> float:
    return max(0.5 * float(errors[-1]), _FLOOR)


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
