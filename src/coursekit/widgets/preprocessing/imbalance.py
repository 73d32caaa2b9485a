"""A rare class and a frequent one, learned with and without class weights: what accuracy says, and what it hides."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import blobs, class_weights
from coursekit.optim import Momentum
from coursekit.training import accuracy, precision, predicted_labels, recall, train
from coursekit.widgets.controls import Button, Choice, Slider
from coursekit.widgets.figure import Axis, Dots, Figure, Line, Panel, Raster, Text
from coursekit.widgets.widget import Try, widget
from coursekit.words import plain

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

POINTS, FRESH, STEPS, RATE, HIDDEN = 400, 20_000, 200, 0.1, 16
REACH = 4.8
_GRID = 44
_MODELS = {"logistic": "logistic regression", "net": f"a net with {HIDDEN} ReLU units"}


@dataclass(frozen=True)
class Result:
    """One trained model. Shares are in per cent and, but for `found_in_training`, of the fresh sample; `precision` is
    that of the rare class, NaN where nothing was taken for it."""

    weights: Values
    regions: NDArray[np.uint8]
    accuracy: float
    recall: Values
    precision: float
    found_in_training: float
    losses: Values


def sample(n: int, share: int, distance: float, rng: np.random.Generator) -> tuple[Values, Labels]:
    """`n` points of which `share` per cent are of the rare class 1, in two round normal clouds `distance` apart.

    Each cloud has standard deviation 1. One state of `rng` gives the same points for every share, more of one class and
    fewer of the other.
    """
    rare = round(n * share / 100)
    x, y = blobs(2 * n, rng, n_classes=2, noise=2.0 / distance)
    rows = np.concatenate([np.flatnonzero(y == 0)[: n - rare], np.flatnonzero(y == 1)[:rare]])
    return (x[rows] * (distance / 2.0)).astype(np.float32), y[rows]


@lru_cache(maxsize=24)
def run(model: str, share: int, distance: float, weighted: bool, seed: int) -> Result:
    """Train on 400 points, all of them in every step; nothing depends on `weighted` but the loss."""
    x, y = sample(POINTS, share, distance, np.random.default_rng(seed))
    x_fresh, y_fresh = _fresh(share, distance, seed)
    layers = [nn.Linear(2, 2)] if model == "logistic" else [nn.Linear(2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2)]
    rng = np.random.default_rng(1000 + seed)
    classifier = nn.Sequential(*layers, rng=rng, dtype=np.float32)
    weights = class_weights(y, 2) if weighted else np.ones(2)
    loss = nn.SoftmaxCrossEntropy(class_weights=weights)
    steps = train(classifier, x, y, optimizer=Momentum(RATE), loss=loss, epochs=STEPS, batch_size=POINTS, rng=rng)
    losses = np.array([step.loss for step in steps])
    ticks = np.linspace(-REACH, REACH, _GRID, dtype=np.float32)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    called = predicted_labels(classifier.forward(x_fresh))
    return Result(
        weights=weights,
        regions=predicted_labels(classifier.forward(grid)).reshape(_GRID, _GRID).astype(np.uint8),
        accuracy=100.0 * accuracy(called, y_fresh),
        recall=100.0 * recall(called, y_fresh, 2),
        precision=100.0 * float(precision(called, y_fresh, 2)[1]),
        found_in_training=100.0 * float(recall(predicted_labels(classifier.forward(x)), y, 2)[1]),
        losses=losses,
    )


@lru_cache(maxsize=2)
def _fresh(share: int, distance: float, seed: int) -> tuple[Values, Labels]:
    return sample(FRESH, share, distance, np.random.default_rng([seed, 1]))


def majority(share: int, distance: float, seed: int) -> float:
    """The accuracy in per cent of always answering the frequent class, on the fresh sample."""
    y = _fresh(share, distance, seed)[1]
    return 100.0 * accuracy(np.zeros_like(y), y)


@widget(
    "preprocessing.imbalance",
    title="A rare class, without and with weights",
    controls=[
        Slider(name="share", label="share of the rare class, %", low=1, high=50, value=5, step=1, integer=True),
        Slider(name="distance", label="distance of the centres, in std", low=0.5, high=3.0, value=1.5, step=0.1),
        Choice(name="model", label="model", options=_MODELS, value="logistic"),
        Button(name="seed", label="New data and start"),
    ],
    tries=[
        Try(
            label="An accuracy of 95 % that means nothing",
            values={"share": 5, "distance": 1.5, "model": "logistic", "seed": 0},
            notice="Without weights 95 % of the answers are right, which is what always answering “frequent” gets. Of "
            "the rare class not one in ten is found.",
        ),
        Try(
            label="What weights buy, and their price",
            values={"share": 10, "distance": 1.5, "model": "logistic", "seed": 0},
            notice="With weights nearly four in five of the rare class are found, not one in five. The price: accuracy "
            "falls below that of always saying “frequent”, and only about one in four alarms is a true one.",
        ),
        Try(
            label="Balanced",
            values={"share": 50, "distance": 1.5, "model": "logistic", "seed": 0},
            notice="Both weights are 1, so the two runs are the same run: no difference at all.",
        ),
        Try(
            label="A net with eight rare examples",
            values={"share": 2, "distance": 1.5, "model": "net", "seed": 0},
            notice="With weights the net finds all eight rare examples that it was trained on, but only about half of "
            "fresh ones. Weights make few examples count more; they do not make them many.",
        ),
    ],
)
def imbalance(share: int, distance: float, model: str, seed: int) -> Figure:
    """The decision regions of both runs over the same points; below, what each gets right on fresh ones."""
    without, weighted = (run(model, share, distance, on, seed) for on in (False, True))
    x, y = sample(POINTS, share, distance, np.random.default_rng(seed))
    rare = int(y.sum())
    constant = majority(share, distance, seed)
    factor = weighted.weights[1] / weighted.weights[0]
    right = f"{without.accuracy:.0f} → {weighted.accuracy:.0f} %"
    times = f"{factor:.3g}"
    setup = (
        f"{_MODELS[model]} on {POINTS} points, {rare} of them of the rare class ({share} %), the centres "
        f"{plain(distance, 1)} standard deviations apart"
    )
    said = f"{_words('Without weights', without)} {_words('With weights', weighted)}"
    baseline = f"Always answering the frequent class is right for {constant:.0f} % and finds none of the rare."
    same = " The weights of both classes are 1: the two runs are the same." if factor == 1.0 else ""
    return Figure(
        panels=[
            _plane("without", f"no weights: {without.recall[1]:.0f} % of the rare found", without, x, y),
            _plane("with", f"rare × {times}: {weighted.recall[1]:.0f} % found", weighted, x, y),
            _scores(f"{FRESH} fresh points: accuracy {right}", without, weighted, constant),
        ],
        alt=f"Decision regions and data of {setup}; a point of the rare class counts {times} times one of "
        f"the frequent class in the weighted run. On {FRESH} fresh points: {said} {baseline}{same}",
        status=f"{rare} rare among {POINTS}. {_short('Without weights', without)} {_short('With weights', weighted)} "
        f"{baseline}{same}",
    )


def _plane(id: str, title: str, result: Result, x: Values, y: Labels) -> Panel:
    plane = (-REACH, REACH)
    return Panel(
        id=id,
        title=title,
        marks=[
            Raster(z=result.regions, x_range=plane, y_range=plane, scale="classes", domain=(0, 2), opacity=0.25),
            Dots(x=x[:, 0], y=x[:, 1], group=y, radius=2.8, names=("frequent", "rare")),
        ],
        x=Axis(label="feature 1", unit="std", low=-REACH, high=REACH),
        y=Axis(label="feature 2", unit="std", low=-REACH, high=REACH),
        aspect=0.95,
    )


def _scores(title: str, without: Result, weighted: Result, constant: float) -> Panel:
    """Bars in threes: the constant answer, the run without weights, the run with them."""
    rows = (
        ("always “frequent”", "muted", (constant, 100.0, 0.0, np.nan)),
        ("without weights", "ink", (without.accuracy, *without.recall, without.precision)),
        ("with weights", "accent", (weighted.accuracy, *weighted.recall, weighted.precision)),
    )
    names = ("accuracy", "recall, frequent class", "recall, rare class", "precision, rare class")
    marks: list[Line | Text] = []
    for k, name in enumerate(names):
        top = 4.4 * (len(names) - k)
        marks.append(Text(x=0.0, y=top, text=f"{name}, %", anchor="start"))
        for row, (who, colour, values) in enumerate(rows, start=1):
            value = float(values[k])
            length, said = (0.0, "none called rare") if np.isnan(value) else (value, f"{value:.0f}")
            y = top - row
            if not np.isnan(value):
                marks.append(Line(x=np.array([0.0, value]), y=np.full(2, y), colour=colour, width=9.0))
            marks.append(Text(x=length + 6.0, y=y, text=said if k else f"{said} {who}", colour=colour))
    return Panel(
        id="scores",
        title=title,
        marks=marks,
        x=Axis(hidden=True, low=0.0, high=190.0),
        y=Axis(hidden=True, low=0.4, high=18.4),
        aspect=0.95,
    )


def _short(name: str, result: Result) -> str:
    return (
        f"{name}: {result.accuracy:.0f} % right, {result.recall[1]:.0f} % of the rare found "
        f"({result.found_in_training:.0f} % of those trained on)."
    )


def _words(name: str, result: Result) -> str:
    trusted = (
        "nothing is called rare"
        if np.isnan(result.precision)
        else f"{result.precision:.0f} % of what it calls rare is rare"
    )
    return (
        f"{name}: {result.accuracy:.0f} % right, recall {result.recall[0]:.0f} % of the frequent and "
        f"{result.recall[1]:.0f} % of the rare class ({result.found_in_training:.0f} % of those trained on), {trusted}."
    )
