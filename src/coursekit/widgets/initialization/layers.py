"""Signals and gradients through many layers by the scheme of the weights, with what the variance formula foretells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.widgets.controls import Choice, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Frames, Line, Mark, Panel
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]
EXAMPLES, _BINS = 60, 40
_FLOOR = 1e-30
_RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
#: Words, function, derivative, layer.
_UNITS: dict[str, tuple[str, Callable[..., Values], Callable[..., Values], Callable[[], nn.Layer]]] = {
    "tanh": ("tanh", nn.tanh, nn.tanh_backward, nn.Tanh),
    "relu": ("ReLU", nn.relu, nn.relu_backward, nn.ReLU),
    "sigmoid": ("sigmoid", nn.sigmoid, nn.sigmoid_backward, nn.Sigmoid),
}
#: Words, and how the weights are drawn.
_SCHEMES: dict[str, tuple[str, Callable[..., Values]]] = {
    "constant_init": ("constant 0.01", lambda i, o, rng: nn.constant_init(i, o, 0.01)),
    "normal_init": ("normal, std 0.01", partial(nn.normal_init, std=0.01)),
    "uniform_init": ("uniform(−1, 1)", partial(nn.uniform_init, low=-1.0, high=1.0)),
    "positive_uniform": ("rand, uniform(0, 1)", partial(nn.uniform_init, low=0.0, high=1.0)),
    "xavier_init": ("Xavier, normal", nn.xavier_init),
    "xavier_uniform_init": ("Xavier, uniform", nn.xavier_uniform_init),
    "he_init": ("He, normal", nn.he_init),
}


@dataclass(frozen=True)
class Signals:
    """Outputs and gradients of every layer, first layer first; mean squares as run and as foretold."""

    outputs: list[Values]
    gradients: list[Values]
    forward: Values
    backward: Values
    forward_foretold: Values
    backward_foretold: Values


def foretold(unit: str, factors: Sequence[float]) -> tuple[Values, Values]:
    """The mean squares of outputs and gradients, layer by layer, if weights have mean 0 and every z is normal.

    `factors[k]` is the width of layer k times the mean square of its weights: what the layer multiplies a mean square
    by. Then `E[z^2] = factor * E[h^2]` of the layer below, `E[h^2] = E[f(z)^2]`, and on the way down the mean square of
    the gradient is multiplied by `factor * E[f'(z)^2]`. The expectations are sums over a fine grid.
    """
    _, f, f_backward, _ = _UNITS[unit]
    t = np.linspace(-8.0, 8.0, 4001)
    density = np.exp(-t * t / 2)
    density /= density.sum()
    size = 1.0
    forward: list[float] = []
    slopes: list[float] = []
    for factor in factors:
        z = t * (factor * size) ** 0.5
        size = float(density @ np.square(f(z)))
        forward.append(size)
        slopes.append(float(density @ np.square(f_backward(np.ones_like(z), z))))
    backward = [1.0]
    for slope, factor in zip(slopes[:0:-1], factors[:0:-1], strict=True):
        backward.insert(0, backward[0] * factor * slope)
    return np.array(forward), np.array(backward)


@lru_cache(maxsize=16)
def signals(scheme: str, unit: str, scale: float, width: int, depth: int) -> Signals:
    """60 standard normal examples up, a standard normal gradient down; all layers `width` wide, without biases."""
    rng = np.random.default_rng(0)
    draw, layer = _SCHEMES[scheme][1], _UNITS[unit][3]

    def init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Values:
        return scale * draw(fan_in, fan_out, rng=rng)

    stack: list[nn.Layer] = []
    for _ in range(depth):
        stack += [nn.Linear(width, width, init=init, bias=None), layer()]
    model = nn.Sequential(*stack, rng=rng)
    outputs = model.outputs(rng.standard_normal((EXAMPLES, width)))[1::2]
    model.backward(rng.standard_normal((EXAMPLES, width)))
    gradients = model.gradients()[1::2]
    forward, backward = (np.array([np.mean(np.square(v)) for v in each]) for each in (outputs, gradients))
    factors = [width * float(np.mean(np.square(linear.params["w"]))) for linear in stack[::2]]
    return Signals(outputs, gradients, forward, backward, *foretold(unit, factors))


@widget(
    "initialization.layers",
    title="The scheme, layer by layer",
    controls=[
        Choice(name="scheme", label="weights", options={k: v[0] for k, v in _SCHEMES.items()}, value="xavier_init"),
        Choice(name="unit", label="activation", options={k: v[0] for k, v in _UNITS.items()}, value="relu"),
        Slider(name="scale", label="scale factor", symbol="s", low=0.1, high=10.0, value=1.0, step=0.05, log=True),
        Slider(
            name="width", label="fan-in, units a layer", symbol="n", low=20, high=200, value=100, step=20, integer=True
        ),
        Slider(name="depth", label="layers", low=2, high=15, value=10, step=1, integer=True),
    ],
    tries=[
        Try(
            label="ReLU with Xavier",
            values={"scheme": "xavier_init", "unit": "relu", "scale": 1.0, "width": 100, "depth": 10},
            notice="The mean square halves at every layer: after ten, about a thousandth is left, as the formula says.",
            frame=9,
        ),
        Try(
            label="The same with He",
            values={"scheme": "he_init", "unit": "relu", "scale": 1.0, "width": 100, "depth": 10},
            notice="Twice the variance makes up for the half that ReLU takes: the last mean square is within a factor "
            "of 3 of 1.",
            frame=9,
        ),
        Try(
            label="Uniform(−1, 1), wide",
            values={"scheme": "uniform_init", "unit": "tanh", "scale": 1.0, "width": 200, "depth": 10},
            notice="With 200 inputs the sums are so large that more than three in four tanh outputs lie beyond ±0.9. "
            "A scheme that ignores the fan-in fails once layers are wide.",
            frame=9,
        ),
        Try(
            label="rand instead of randn",
            values={"scheme": "positive_uniform", "unit": "relu", "scale": 1.0, "width": 100, "depth": 10},
            notice="All weights are positive, so nothing cancels: the run leaves the formula, which takes the mean of "
            "the weights to be 0, by more than a factor of a million.",
            frame=9,
        ),
    ],
)
def layers(scheme: str, unit: str, scale: float, width: int, depth: int) -> Figure:
    """Mean squares by layer, run and formula; beside them the histograms of one layer, the frames walk through."""
    result = signals(scheme, unit, scale, width, depth)
    number = np.arange(1, depth + 1)
    each = float((result.forward[-1] / result.forward[0]) ** (1 / (depth - 1))) if result.forward[0] > 0 else 0.0
    marks: list[Mark] = []
    for run_, told, colour, word in (
        (result.forward, result.forward_foretold, "function", "outputs"),
        (result.backward, result.backward_foretold, "derivative", "gradients"),
    ):
        marks += [
            Line(x=number, y=_seen(told), colour=colour, width=1.5, opacity=0.6, dashed=True),
            Line(x=number, y=_seen(run_), colour=colour, width=2.5, label=word),
            Dots(x=number[:, None], y=_seen(run_)[:, None], colour=colour, radius=6.0, frames=True),
        ]
    sizes = Panel(
        id="sizes",
        column=0,
        title=f"each layer multiplies the outputs' mean square by {plain(each)}; thin: the formula",
        marks=marks,
        x=Axis(label="layer", low=1, high=depth),
        y=Axis(label="mean square", log=True),
        aspect=0.92,
        width=1.1,
    )
    panels = [sizes]
    for values, colour, word in ((result.outputs, "function", "output"), (result.gradients, "derivative", "gradient")):
        low, high = _RANGES.get(unit, (-4.0, 4.0)) if word == "output" else (-4.0, 4.0)
        bounded = word == "output" and unit in _RANGES
        heights = np.array([_shares(v if bounded else _in_its_units(v), low, high) for v in values])
        edges = np.tile(np.linspace(low, high, _BINS + 1), (depth, 1))
        panels.append(
            Panel(
                id=f"{word}s",
                column=1,
                aspect=1.9,
                title=f"{word}s of this layer",
                marks=[Bars(edges=edges, heights=heights, colour=colour, frames=True)],
                x=Axis(label=word if bounded else f"{word} / root mean square of the layer", low=low, high=high),
                y=Axis(label="share (zeros left out)", low=0.0, high=float(heights.max()) * 1.05 + 1e-9),
            )
        )
    what = f"{depth} layers of {width} {_UNITS[unit][0]} units, weights {_SCHEMES[scheme][0]} times {plain(scale, 2)}"
    found = (
        f"mean square of the outputs {plain(float(result.forward[0]))} at layer 1, {plain(float(result.forward[-1]))} "
        f"at layer {depth} (formula {plain(float(result.forward_foretold[-1]))}); of the gradients "
        f"{plain(float(result.backward[0]))} at layer 1 (formula {plain(float(result.backward_foretold[0]))})"
    )
    status = [
        f"Layer {k} of {depth}: outputs have mean {plain(float(h.mean()))}, mean square {plain(float(s))}, "
        f"{100 * float(np.mean(h == 0)):.0f} % are 0; gradients have mean square {plain(float(g))}."
        for k, h, s, g in zip(number, result.outputs, result.forward, result.backward, strict=True)
    ]
    return Figure(
        panels=panels,
        alt=f"{what}: {found}. Beside it the histograms of outputs and gradients, one layer at a time.",
        status=f"{what}: {found}.",
        frames=Frames(
            count=depth, labels=[f"layer {k}" for k in number], start=depth - 1, per_second=3.0, status=status
        ),
    )


def _seen(values: Values) -> Values:
    """Zeros, and what is as good as zero, have no place on a logarithmic axis: gaps."""
    return np.where(values > _FLOOR, values, np.nan)


def _in_its_units(values: Values) -> Values:
    """`values` over their root mean square, so that the shape is seen whatever the size."""
    size = float(np.sqrt(np.mean(np.square(values))))
    return values / size if size > 0 else values


def _shares(values: Values, low: float, high: float) -> Values:
    """Share of all values in each bin; those beyond the ends count in the last bins, exact zeros are left out."""
    place = (values[values != 0] - low) * (_BINS / (high - low))
    return np.bincount(np.clip(place, 0, _BINS - 1).astype(np.intp), minlength=_BINS) / values.size
