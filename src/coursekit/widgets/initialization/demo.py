"""A small ReLU net that learns from four starts: cost, decision regions, and the net with its weights or gradients."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import blobs, circles, moons, spiral, xor
from coursekit.optim import SGD
from coursekit.training import train
from coursekit.widgets.controls import Button, Choice
from coursekit.widgets.figure import Axis, Dots, Edges, Figure, Frames, Line, Panel, Raster, Text
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]
POINTS, BATCH, EPOCHS, RATE, HIDDEN = 240, 24, 60, 0.1, (6, 6, 6)
_EVERY, _GRID, _REACH = 20, 36, 2.5
_SETS: dict[str, Callable[..., tuple[Values, NDArray[np.int64]]]] = {
    "moons": partial(moons, noise=0.12),
    "circles": circles,
    "spiral": partial(spiral, n_classes=2, noise=0.1),
    "xor": xor,
    "blobs": blobs,
}
_STARTS: dict[str, Callable[..., Values]] = {
    "zero": partial(nn.constant_init, value=0.0),
    "small": partial(nn.normal_init, std=0.02),
    "he": nn.he_init,
    "large": partial(nn.normal_init, std=4.0),
}
_NAMES = {
    "zero": "zero",
    "small": "too small (std 0.02)",
    "he": "appropriate (He)",
    "large": "too large (std 4)",
}


@dataclass(frozen=True)
class Run:
    """One run as it stood at some of its steps: rows are frames. `weights` and `gradients` are the edges, flat."""

    x: Values
    y: NDArray[np.int64]
    steps: NDArray[np.int64]
    cost: Values
    accuracy: Values
    weights: Values
    gradients: Values
    regions: NDArray[np.uint8]
    diverged: bool


@lru_cache(maxsize=24)
def run(data: str, start: str, seed: int) -> Run:
    """Train 2-6-6-6-C by plain SGD, 600 steps of 24 examples; cost and gradient are those of all the data."""
    rng = np.random.default_rng(seed)
    x, y = _SETS[data](POINTS, rng)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    sizes = (2, *HIDDEN, int(y.max()) + 1)
    layers: list[nn.Layer] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out, init=_STARTS[start]), nn.ReLU()]
    model = nn.Sequential(*layers[:-1], rng=rng)
    ticks = np.linspace(-_REACH, _REACH, _GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    loss = nn.SoftmaxCrossEntropy()
    kept = []
    diverged = False
    # A generator of its own: the start of zeros draws nothing, and all starts are to see the same mini-batches.
    order = np.random.default_rng([seed, 1])

    def keep(number: int) -> None:
        cost = model.loss_and_grad(x, y, loss)
        weights = np.concatenate([layer.params["w"].ravel() for layer in model.layers[::2]])
        gradients = np.concatenate([layer.grads["w"].ravel() for layer in model.layers[::2]])
        accuracy = float(np.mean(model.forward(x).argmax(axis=1) == y))
        regions = model.forward(grid).argmax(axis=1).reshape(_GRID, _GRID).astype(np.uint8)
        kept.append((number, cost, accuracy, weights, gradients, regions))

    keep(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in train(model, x, y, optimizer=SGD(lr=RATE), epochs=EPOCHS, batch_size=BATCH, rng=order):
            if step.event == "diverged":
                diverged = True
                break
            if (step.number + 1) % _EVERY == 0 and np.isfinite(model.params).all():
                keep(step.number + 1)
    number, cost, accuracy, weights, gradients, regions = map(np.array, zip(*kept, strict=True))
    return Run(x, y, number, cost, accuracy, weights, gradients, regions, diverged)


def _shares(result: Run, edges: str) -> tuple[Values, Values]:
    """What the edges show, as shares of the value at full colour, and that value frame by frame.

    Weights share one scale, so that they are seen to grow. Gradients span many orders of magnitude in a run: each frame
    has a scale of its own, or the late ones would not be seen.
    """
    values = result.weights if edges == "w" else result.gradients
    full = np.abs(values).max(axis=1)
    if edges == "w":
        full = np.full_like(full, full.max())
    return (values / np.where(full > 0, full, 1.0)[:, None]).astype(np.float32), full


@widget(
    "initialization.demo",
    title="Four starts of one net",
    controls=[
        Choice(
            name="data",
            label="data",
            options={"moons": "moons", "circles": "circles", "spiral": "spiral", "xor": "XOR", "blobs": "blobs"},
            value="circles",
        ),
        Choice(name="start", label="initial weights", options=_NAMES, value="he"),
        Choice(name="edges", label="edges show", options={"w": "weights", "g": "gradients"}, value="w"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="Zero",
            values={"data": "circles", "start": "zero", "edges": "g", "seed": 0},
            notice="Every weight and every gradient of a weight is exactly 0, at every step. Only the biases of the "
            "output can move, and the accuracy is that of a coin.",
            frame=-1,
        ),
        Try(
            label="Too small",
            values={"data": "circles", "start": "small", "edges": "g", "seed": 0},
            notice="The gradient in the first layer is below a ten-thousandth at the start. Play: the cost stays at ln "
            "2. What little the biases move is enough, in the end, to switch a layer of ReLU units off, and then every "
            "gradient is 0.",
            frame=0,
        ),
        Try(
            label="Appropriate",
            values={"data": "circles", "start": "he", "edges": "w", "seed": 0},
            notice="The cost falls from the first steps on, and more than nine in ten points are told apart.",
            frame=-1,
        ),
        Try(
            label="Too large",
            values={"data": "circles", "start": "large", "edges": "g", "seed": 0},
            notice="The cost starts in the hundreds, and the gradient in the first layer at more than 100 times that "
            "of the appropriate start. Step on once: the first steps were so long that no ReLU unit of some layer is "
            "on for any point. Every gradient is 0 from there on.",
            frame=0,
        ),
    ],
)
def demo(data: str, start: str, edges: str, seed: int) -> Figure:
    """The net and the plane side by side, the cost below; the frames are steps of training."""
    result = run(data, start, seed)
    count, last = len(result.steps), int(result.steps[-1])
    sizes = (2, *HIDDEN, int(result.y.max()) + 1)
    first = np.sqrt(np.mean(np.square(result.gradients[:, : sizes[0] * sizes[1]]), axis=1))
    values, full = _shares(result, edges)
    word = "weights" if edges == "w" else "gradients"
    scale = "largest weight of the run" if edges == "w" else "largest gradient of this step"
    ends = [(np.full(n, k), 2 * np.arange(n) + 8 - n) for k, n in enumerate(sizes)]
    flat: dict[str, list[NDArray[np.int64]]] = {"x1": [], "y1": [], "x2": [], "y2": []}
    for (xa, ya), (xb, yb) in pairwise(ends):
        for name, each in (("x1", xa), ("y1", ya)):
            flat[name].append(np.repeat(each, len(xb)))
        for name, each in (("x2", xb), ("y2", yb)):
            flat[name].append(np.tile(each, len(xa)))
    place = {name: np.tile(np.concatenate(each).astype(np.uint8), (count, 1)) for name, each in flat.items()}
    colours = ("accent", *("relu",) * len(HIDDEN), "sigmoid")
    ending = "; then the loss was no longer finite and training ended" if result.diverged else ""
    costs = f"cost {plain(float(result.cost[0]))} → {plain(float(result.cost[-1]))}"
    right = f"{100 * result.accuracy[-1]:.0f} % right after {last} steps"
    size = f"gradient in layer 1: {plain(float(first[0]))} → {plain(float(first[-1]))}"
    net = Panel(
        id="net",
        title=size,
        marks=[
            Edges(
                x1=place["x1"],
                y1=place["y1"],
                x2=place["x2"],
                y2=place["y2"],
                value=values,
                domain=(-1.0, 1.0),
                label=f"times the {scale}; below 0 blue, above orange, wide where large",
                frames=True,
            ),
            *[Dots(x=x, y=y, colour=c, radius=7.0) for (x, y), c in zip(ends, colours, strict=True)],
            *[
                Text(x=float(k), y=14.4, text=text, anchor="middle")
                for k, text in ((0, "input"), (2, "ReLU"), (4, "softmax"))
            ],
            *[Text(x=-0.18, y=float(y), text=f"x{'₁₂'[j]}", anchor="end") for j, y in enumerate(ends[0][1])],
            *[Text(x=4.18, y=float(y), text=f"class {k}") for k, y in enumerate(ends[-1][1])],
        ],
        x=Axis(hidden=True, low=-0.6, high=5.1),
        y=Axis(hidden=True, low=1.8, high=15.2),
        aspect=1.05,
    )
    plane = (-_REACH, _REACH)
    regions = Panel(
        id="plane",
        title=right,
        marks=[
            Raster(z=result.regions, x_range=plane, y_range=plane, scale="classes", domain=(0, 2), frames=True),
            Dots(
                x=result.x[:, 0],
                y=result.x[:, 1],
                group=result.y,
                names=[f"class {k}" for k in range(sizes[-1])],
                radius=3.0,
            ),
        ],
        x=Axis(label="feature x₁", low=-_REACH, high=_REACH),
        y=Axis(label="feature x₂", low=-_REACH, high=_REACH),
        aspect=1.05,
    )
    curve = Panel(
        id="cost",
        row=1,
        title=costs,
        marks=[
            Line(x=result.steps, y=result.cost, colour="train", width=2.5),
            Dots(x=result.steps[:, None], y=result.cost[:, None], colour="train", radius=6.0, frames=True),
        ],
        x=Axis(label="step", low=0, high=max(last, 1)),
        # At least a factor of 2, so that a cost that stands still is drawn as such.
        y=Axis(
            label="cost, mean cross-entropy",
            log=True,
            low=float(result.cost.min()) / 1.2,
            high=float(max(1.2 * result.cost.max(), 2 * result.cost.min())),
        ),
        aspect=3.6,
    )
    setup = f"A net {'-'.join(map(str, sizes))} of ReLU units on {data}, initial weights {_NAMES[start]}"
    status = [
        f"Step {n}: cost {plain(float(c))}, {100 * a:.0f} % right, gradient in layer 1 {plain(float(g))} "
        f"(root mean square){ending if n == last else ''}. "
        + (f"Full colour: {word[:-1]} ±{plain(float(f))}." if f > 0 else f"All {word} are 0.")
        for n, c, a, g, f in zip(result.steps, result.cost, result.accuracy, first, full, strict=True)
    ]
    return Figure(
        panels=[net, regions, curve],
        alt=f"{setup}. {costs}; {right}; {size} (root mean square){ending}. The edges show the {word}, each over the "
        f"{scale}: blue negative, orange positive, wide where large.",
        status=f"{setup}: {costs}, {right}{ending}.",
        frames=Frames(
            count=count, labels=[f"step {n}" for n in result.steps], start=count - 1, per_second=8.0, status=status
        ),
    )
