"""Widgets that use every control and every mark. The browser tests put this file into the page's copy of coursekit."""

from functools import partial
from typing import Any

import numpy as np

from coursekit.nn import activations
from coursekit.widgets import Button, Checkbox, Choice, Point, Slider, Try, widget
from coursekit.widgets.figure import (
    Axis,
    Band,
    Bars,
    Contour,
    Dots,
    Edges,
    Figure,
    Frames,
    Image,
    Line,
    Panel,
    Raster,
    Rule,
    Shade,
    Text,
)

FUNCTIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "elu": "ELU", "leaky_relu": "leaky ReLU"}


@widget(
    "trial.curve",
    title="An activation and its slope",
    controls=[
        Choice(name="name", label="activation", options=FUNCTIONS, value="tanh"),
        Slider(name="x", label="input", symbol="x", low=-6, high=6, value=1.0, step=0.1, panels=["curve"]),
        Slider(name="alpha", label="slope", symbol="α", low=0, high=1, value=0.1, when={"name": ["elu", "leaky_relu"]}),
        Slider(name="scale", label="scale", symbol="s", low=1e-3, high=10, value=1.0, log=True, step=0.05),
        Slider(name="n", label="points", symbol="n", low=2, high=400, value=200, integer=True, group="drawing"),
        Checkbox(name="shade", label="shade where it saturates", value=True, colour="elu", group="drawing"),
        Button(name="seed", label="New data"),
    ],
    tries=[
        Try(label="Go far to the right", values={"x": 5.0}, notice="The slope of tanh is almost 0."),
        Try(label="Take ReLU at −2", values={"name": "relu", "x": -2.0}, notice="Slope exactly 0."),
    ],
)
def curve(name: str, x: float, alpha: float, scale: float, n: int, shade: bool, seed: int) -> Figure:
    if seed == 2:
        raise ZeroDivisionError("seed 2 is\nbroken on purpose")
    while seed == 4:
        """An endless loop, on purpose."""
    slope_of = {"alpha": alpha} if name in ("elu", "leaky_relu") else {}
    forward = partial(getattr(activations, name), **slope_of)
    backward = partial(getattr(activations, f"{name}_backward"), **slope_of)
    xs, at = np.linspace(-6, 6, n), np.array([x])
    y, slope = float(scale * forward(at)[0]), float(scale * backward(np.ones(1), at)[0])
    cloud = np.random.default_rng(seed).normal(size=(40, 2))
    marks: list[Any] = [Shade(x1=-6, x2=-3, label="saturated")] if shade else []
    marks += [
        Line(x=xs, y=scale * forward(xs), colour="function", label="f(x)"),
        Line(x=xs, y=scale * backward(np.ones_like(xs), xs), colour="derivative", label="f′(x)"),
        Rule(x=x),
        Rule(y=0.0, colour="muted"),
        Dots(x=at, y=np.array([y]), radius=6, label=f"f = {y:.2f}"),
    ]
    data = Dots(x=cloud[:, 0], y=cloud[:, 1], group=(cloud > 0).sum(axis=1), names=["low", "mixed", "high"])
    title = f"At x = {x:g} the slope is {slope:.3f}"
    return Figure(
        panels=[
            Panel(id="curve", title=title, x=Axis(label="x"), y=Axis(label="f(x)", unit="mV"), marks=marks),
            Panel(title="Data", x=Axis(label="first"), y=Axis(label="second"), width=0.6, aspect=1.0, marks=[data]),
        ],
        alt=f"{name} at {x:g} is {y:.3f}, its slope {slope:.3f}.",
        status=f"{name}({x:g}) = {y:.3f}, slope {slope:.3f}",
    )


RAVINE = np.array([1.0, 6.0])


@widget(
    "trial.descent",
    title="Descent in a ravine",
    controls=[
        Point(name="start", label="start", symbol="w₀", panel="map", x_range=(-3, 3), y_range=(-2, 2), value=(2, 1.5)),
        Slider(name="lr", label="learning rate", symbol="η", low=1e-3, high=1, value=0.1, log=True, step=0.25),
    ],
    tries=[Try(label="Take η = 0.316 to its end", values={"lr": 0.316}, notice="It jumps to and fro.", frame=-1)],
)
def descent(start: tuple[float, float], lr: float) -> Figure:
    steps, w = 30, np.array(start)
    path = np.empty((steps, 2))
    for i in range(steps):
        path[i] = w
        w = np.clip(w - lr * w * RAVINE, -9, 9)
    loss = np.maximum(0.5 * path**2 @ RAVINE, 1e-9)
    w1, w2 = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-2, 2, 40))
    bowl = 0.5 * (w1**2 + 6 * w2**2)
    number = np.arange(steps)
    box = {"x_range": (-3.0, 3.0), "y_range": (-2.0, 2.0)}
    ravine = [
        Raster(z=np.log10(bowl + 0.01), **box, label="log loss", opacity=0.5),
        Contour(z=bowl, **box, levels=[0.1, 0.5, 1, 2, 4, 8], colour="ink"),
        Line(x=path[:, 0], y=path[:, 1], grow=True),
        Dots(x=path[:, :1], y=path[:, 1:], frames=True, radius=5),
    ]
    curves = [
        Band(x=number, low=loss / 2, high=loss * 2, colour="train", label="half to twice"),
        Line(x=number, y=loss, colour="train", label="loss"),
        Line(x=number, y=loss * 1.05, colour="validation", label="a little more"),
        Dots(x=number[:, None], y=loss[:, None], frames=True, colour="ink"),
    ]
    w1_axis, w2_axis = Axis(label="w₁"), Axis(label="w₂")
    return Figure(
        panels=[
            Panel(id="map", title="The path", x=w1_axis, y=w2_axis, aspect=1.4, width=1.4, marks=ravine),
            Panel(title="The loss", x=Axis(label="step"), y=Axis(label="loss", log=True), aspect=1.0, marks=curves),
        ],
        alt=f"From {start} at a rate of {lr:g} the loss goes from {loss[0]:.3g} to {loss[-1]:.3g}.",
        frames=Frames(
            count=steps,
            labels=[f"step {i}" for i in number],
            status=[f"step {i}: loss {value:.4g}" for i, value in enumerate(loss)],
        ),
    )


@widget(
    "trial.marks",
    title="The other marks",
    controls=[Choice(name="kind", label="data set", options={f"k{i}": f"set {i}" for i in range(8)}, value="k0")],
)
def marks(kind: str) -> Figure:
    rng = np.random.default_rng(int(kind[1]))
    heights, edges = np.histogram(rng.normal(size=1000), bins=30)
    u, v = np.meshgrid(np.linspace(-1, 1, 50), np.linspace(-1, 1, 50))
    box = {"x_range": (-1.0, 1.0), "y_range": (-1.0, 1.0)}
    left, right = (i.ravel() for i in np.meshgrid(np.arange(4) / 3, np.arange(3) / 2))
    zeros, ones, hidden = np.zeros_like(left), np.ones_like(left), Axis(hidden=True)
    edge = Edges(x1=zeros, y1=left, x2=ones, y2=right, value=rng.normal(size=12), label="weight")
    units = [Dots(x=zeros, y=left, radius=9, colour="muted"), Dots(x=ones, y=right, radius=9, colour="muted")]
    classes = Raster(z=(u > 0).astype(int) + 2 * (v > 0), **box, scale="classes")
    signed = Raster(z=(u * v).astype(np.float32), **box, scale="diverging", label="u v")
    image = Image(pixels=rng.random((8, 8)))
    return Figure(
        panels=[
            Panel(title="A histogram", x=Axis(label="value"), y=Axis(label="count"),
                  marks=[Bars(edges=edges, heights=heights, colour="relu", label="activations")]),
            Panel(title="Classes", aspect=1.2, marks=[classes, Text(x=0, y=0, text="middle", anchor="middle")]),
            Panel(title="Weights", row=1, x=hidden, y=hidden, marks=[edge, *units]),
            Panel(title="An image", row=1, x=hidden, y=hidden, aspect=1.0, width=0.5, marks=[image]),
            Panel(title="Signed", row=1, width=0.8, aspect=1.2, marks=[signed]),
        ],
        alt="A histogram, four classes, weights, an image and a signed product.",
    )  # fmt: skip
