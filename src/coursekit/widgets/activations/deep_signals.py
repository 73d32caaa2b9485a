"""What a deep net does to the signal on its way up and to the gradient on its way down."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.widgets.activations.units import UNITS, Values
from coursekit.widgets.controls import Choice, Slider
from coursekit.widgets.figure import Axis, Bars, Dots, Figure, Frames, Line, Panel, Rule
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

#: Every layer has as many units as the input has features, so fan_in is the same everywhere.
WIDTH = 100
#: A browser has to push them through twenty layers and back while a slider is moved.
EXAMPLES = 100
_BINS = 40
_OFFERED = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu")
_ALPHA = {"leaky_relu": 0.01, "elu": 1.0}
HE = 2.0**0.5


@dataclass(frozen=True)
class Signals:
    """Output of every layer, gradient at every layer's output (first layer first), and the standard deviations of
    both."""

    outputs: list[Values]
    gradients: list[Values]
    output_std: Values
    gradient_std: Values


@lru_cache(maxsize=32)
def signals(unit: str, gain: float, depth: int) -> Signals:
    """Send 100 standard normal examples up through `depth` layers of 100 units, and a standard normal gradient down.

    The weights are normal with standard deviation `gain / sqrt(100)`; the biases are 0.
    """
    rng = np.random.default_rng(0)
    forward, backward = UNITS[unit].bind(_ALPHA.get(unit, 0.0))
    x: Values = rng.standard_normal((EXAMPLES, WIDTH))
    dout: Values = rng.standard_normal((EXAMPLES, WIDTH))
    weights = [nn.normal_init(WIDTH, WIDTH, gain / WIDTH**0.5, rng) for _ in range(depth)]
    bias = np.zeros(WIDTH)
    inputs: list[Values] = []
    before: list[Values] = []
    outputs: list[Values] = []
    for w in weights:
        inputs.append(x)
        before.append(nn.linear(x, w, bias))
        x = forward(before[-1])
        outputs.append(x)
    gradients = [dout]
    for layer in range(depth - 1, 0, -1):
        dout, _, _ = nn.linear_backward(backward(dout, before[layer]), inputs[layer], weights[layer])
        gradients.insert(0, dout)
    return Signals(outputs, gradients, np.array([h.std() for h in outputs]), np.array([g.std() for g in gradients]))


@widget(
    "activations.deep",
    title="Signals on their way up, gradients on their way down",
    controls=[
        Choice(
            name="unit", label="activation", options={name: UNITS[name].label for name in _OFFERED}, value="sigmoid"
        ),
        Slider(
            name="gain",
            label="weight scale",
            symbol="g",
            low=0.1,
            high=10.0,
            value=1.0,
            step=0.05,
            log=True,
            note="the weights have std g / √fan-in, fan-in 100: Xavier g = 1, He g = 1.41",
        ),
        Slider(name="depth", label="layers", low=2, high=20, value=10, step=1, integer=True),
    ],
    tries=[
        Try(
            label="Ten sigmoid layers",
            values={"unit": "sigmoid", "gain": 1.0, "depth": 10},
            notice="Every layer takes most of the gradient: at layer 1 less than a hundred-thousandth is left.",
            frame=0,
        ),
        Try(
            label="Twenty ReLU layers, He",
            values={"unit": "relu", "gain": HE, "depth": 20},
            notice="Both lines stay within one power of ten from end to end: the scale of He is made for this unit.",
            frame=0,
        ),
        Try(
            label="The same with Xavier",
            values={"unit": "relu", "gain": 1.0, "depth": 20},
            notice=(
                "Both lines fall: each layer keeps about 0.71 of the size, and after twenty layers a thousandth is "
                "left."
            ),
            frame=19,
        ),
        Try(
            label="tanh with weights too large",
            values={"unit": "tanh", "gain": 10.0, "depth": 10},
            notice=(
                "The outputs pile up at −1 and 1. The gradient does not vanish here, it grows on the way down: "
                "large weights win."
            ),
            frame=9,
        ),
    ],
)
def deep(unit: str, gain: float, depth: int) -> Figure:
    """Sizes by layer, and the histograms of one layer at a time; the frames walk through the layers."""
    run = signals(unit, gain, depth)
    layers = np.arange(1, depth + 1)
    left = float(run.gradient_std[0] / run.gradient_std[-1])
    label = UNITS[unit].label
    sizes = Panel(
        id="sizes",
        column=0,
        title=f"layer 1: {_left(left)}",
        marks=[
            Rule(y=1.0, colour="muted"),
            Line(x=layers, y=_positive(run.output_std), colour="function", width=2.5, label="outputs"),
            Line(x=layers, y=_positive(run.gradient_std), colour="derivative", width=2.5, label="gradients"),
            Dots(x=layers[:, None], y=_positive(run.output_std)[:, None], colour="function", radius=6.0, frames=True),
            Dots(
                x=layers[:, None], y=_positive(run.gradient_std)[:, None], colour="derivative", radius=6.0, frames=True
            ),
        ],
        x=Axis(label="layer", low=1, high=depth),
        y=Axis(label="standard deviation", log=True),
        aspect=0.92,
        width=1.1,
    )
    edges = _output_edges(unit, run.outputs)
    output_heights = np.array([_shares(h, edges) for h in run.outputs])
    logs = [np.log10(np.abs(g[g != 0])) for g in run.gradients]
    size_edges = _size_edges(logs)
    gradient_heights = np.array([_shares(log, size_edges) for log in logs])
    outputs = Panel(
        id="outputs",
        column=1,
        aspect=1.9,
        title="outputs of this layer",
        marks=[_bars(edges, output_heights, "function")],
        x=Axis(label="output", low=float(edges[0]), high=float(edges[-1])),
        y=Axis(label="share (zeros left out)", low=0.0, high=float(output_heights.max()) * 1.05 + 1e-9),
    )
    gradients = Panel(
        id="gradients",
        column=1,
        aspect=1.9,
        title="gradients at this layer",
        marks=[_bars(size_edges, gradient_heights, "derivative")],
        x=Axis(label="size of the gradient, power of ten", low=float(size_edges[0]), high=float(size_edges[-1])),
        y=Axis(label="share (zeros left out)", low=0.0, high=float(gradient_heights.max()) * 1.05 + 1e-9),
    )
    named = _scheme(gain)
    what = f"{depth} layers of {WIDTH} {label} units, weights with std {plain(gain / WIDTH**0.5)} ({named})"
    status = tuple(_status(layer, run, label) for layer in range(depth))
    return Figure(
        panels=[sizes, outputs, gradients],
        alt=(
            f"{what}. The standard deviation of the outputs goes from {plain(float(run.output_std[0]))} at layer 1 to "
            f"{plain(float(run.output_std[-1]))} at layer {depth}; that of the gradients from "
            f"{plain(float(run.gradient_std[-1]))} at layer {depth} to {plain(float(run.gradient_std[0]))} at layer 1. "
            "Beside it, the histograms of outputs and gradients, one layer at a time."
        ),
        status=f"{what}; layer 1: {_left(left)}.",
        frames=Frames(count=depth, labels=[f"layer {n}" for n in layers], start=0, per_second=3.0, status=status),
    )


def _status(layer: int, run: Signals, label: str) -> str:
    h = run.outputs[layer]
    return (
        f"Layer {layer + 1} of {len(run.outputs)}, {label}: outputs have mean {plain(float(h.mean()))} and std "
        f"{plain(float(run.output_std[layer]))}, {100 * float(np.mean(h == 0)):.0f} % are 0; "
        f"gradients have std {plain(float(run.gradient_std[layer]))}."
    )


def _left(ratio: float) -> str:
    """The gradient at layer 1, as a part or a multiple of the gradient at the top."""
    if ratio > 1.5:
        return f"the gradient has grown {plain(ratio)} times"
    return f"{plain(ratio)} of the gradient is left"


def _scheme(gain: float) -> str:
    if abs(gain - 1.0) < 0.02:
        return "Xavier's scale"
    if abs(gain / HE - 1.0) < 0.02:
        return "He's scale"
    return f"{plain(gain, 2)} times Xavier's scale"


def _positive(values: Values) -> Values:
    """Zeros have no place on a logarithmic axis: they become gaps."""
    return np.where(values > 0, values, np.nan)


def _bars(edges: Values, heights: Values, colour: str) -> Bars:
    return Bars(edges=np.tile(edges, (len(heights), 1)), heights=heights, colour=colour, frames=True)


def _output_edges(unit: str, outputs: list[Values]) -> Values:
    """Bins over the unit's own range, or, where it has none, over nearly all outputs of all layers."""
    low, high = UNITS[unit].low, UNITS[unit].high
    if low is None or high is None:
        values = np.concatenate([h.ravel()[::7] for h in outputs])
        reach = max(float(np.quantile(np.abs(values), 0.99)), 1e-12)
        low, high = (0.0 if values.min() >= 0 else max(-reach, float(values.min()))), reach
    return np.linspace(low, high, _BINS + 1)


def _size_edges(logs: list[Values]) -> Values:
    ends = [np.quantile(log, (0.02, 0.999)) for log in logs if len(log)]
    low = np.floor(min((end[0] for end in ends), default=-1.0))
    high = np.ceil(max((end[1] for end in ends), default=0.0))
    return np.linspace(low, max(high, low + 1.0), _BINS + 1)


def _shares(values: Values, edges: Values) -> Values:
    """Share of all values in each bin; values beyond the ends count in the last bins, exact zeros are left out."""
    low, high = float(edges[0]), float(edges[-1])
    # The bins are of one width, so that a bin is a division; np.histogram searches, which takes ten times as long.
    place = (values[values != 0] - low) * (_BINS / (high - low))
    counts = np.bincount(np.clip(place, 0, _BINS - 1).astype(np.intp), minlength=_BINS)
    return counts / max(values.size, 1)
