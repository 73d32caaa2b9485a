"""The nets that the builder may ask: four kinds, trained on the same points, the members of a kind alike but for one
thing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import circles, moons, spiral
from coursekit.optim import Adam, cosine_decay
from coursekit.training import bootstrap_indices, snapshots, train, train_stack

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

POINTS, FRESH = 120, 2000
#: The share of the training points that carry the wrong label: what a single net learns by heart, and many do not.
MISLABELLED = 0.15
EPOCHS, BATCH, RATE = 80, 20, 0.02
#: The most members of one kind.
EACH = 5
#: The plane is drawn from -REACH to REACH both ways, on a grid of so many points each way.
GRID, REACH = 36, 2.6
_UNITS: dict[str, Callable[[], nn.Layer]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
#: The net of all members but those of another architecture: hidden widths and activation.
USUAL: tuple[tuple[int, ...], str] = ((24, 24), "relu")
OTHERS: tuple[tuple[tuple[int, ...], str], ...] = (
    ((4,), "relu"),
    ((48,), "relu"),
    ((12, 12, 12), "relu"),
    ((16,), "tanh"),
    ((24, 24), "tanh"),
)
_DATA: dict[str, Callable[[int, np.random.Generator], tuple[Values, Labels]]] = {
    "moons": lambda n, rng: moons(n, rng, noise=0.15),
    "spiral": lambda n, rng: spiral(n, rng, n_classes=2, noise=0.15),
    "circles": lambda n, rng: circles(n, rng, noise=0.1),
}


@dataclass(frozen=True)
class Pool:
    """`x`, `given`: the training points with the labels that the nets were shown; `y`: the labels of the fresh points.

    `probs[kind]` is `(EACH, FRESH, 2)`, what each member says of the fresh points; `plane[kind]`, `(EACH, GRID, GRID)`,
    its probability of class 1 over the plane.
    """

    x: Values
    given: Labels
    y: Labels
    probs: dict[str, Values]
    plane: dict[str, Values]


def build(shape: tuple[tuple[int, ...], str], rng: np.random.Generator) -> nn.Sequential:
    """A net for two features and two classes."""
    widths, unit = shape
    layers: list[nn.Layer] = []
    fan_in = 2
    for width in widths:
        layers += [nn.Linear(fan_in, width), _UNITS[unit]()]
        fan_in = width
    return nn.Sequential(*layers, nn.Linear(fan_in, 2), rng=rng)


def points(data: str, seed: int) -> tuple[Values, Labels, Values, Labels]:
    """Training points with some wrong labels, and fresh points with the right ones; standardized by the former."""
    x, y = _DATA[data](POINTS, np.random.default_rng([seed, 0]))
    x_fresh, y_fresh = _DATA[data](FRESH, np.random.default_rng([seed, 1]))
    wrong = np.random.default_rng([seed, 2]).permutation(POINTS)[: round(MISLABELLED * POINTS)]
    given = y.copy()
    given[wrong] = 1 - given[wrong]
    mean, std = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / std, given, (x_fresh - mean) / std, y_fresh


def members(x: Values, y: Labels, seed: int) -> dict[str, list[nn.Sequential]]:
    """`EACH` trained nets of each kind. All but the one thing that its name says is the same in all of them.

    The first weights are those of one draw, the order of the points that of one draw, each net has the same number of
    steps; the snapshots share the steps of one net between them.
    """
    start, order = [seed, 3, 0], [seed, 4]
    everyone = np.arange(len(x))
    first = [build(USUAL, np.random.default_rng([seed, 3, i])) for i in range(EACH)]
    again = [build(USUAL, np.random.default_rng(start)) for _ in range(EACH)]
    bags = [bootstrap_indices(len(x), np.random.default_rng([seed, 5, i])) for i in range(EACH)]
    rows = np.stack([*[everyone] * EACH, *bags])
    stack = nn.Stack([*first, *again])
    rngs = [np.random.default_rng(order) for _ in range(2 * EACH)]
    for _ in train_stack(stack, x[rows], y[rows], optimizer=Adam(lr=RATE), epochs=EPOCHS, batch_size=BATCH, rngs=rngs):
        pass
    trained = stack.members()

    others = [build(shape, np.random.default_rng(start)) for shape in OTHERS]
    for model in others:
        rng = np.random.default_rng(order)
        for _ in train(model, x, y, optimizer=Adam(lr=RATE), epochs=EPOCHS, batch_size=BATCH, rng=rng):
            pass

    every = EPOCHS * (len(x) // BATCH) // EACH
    one = build(USUAL, np.random.default_rng(start))
    run = train(
        one,
        x,
        y,
        optimizer=Adam(lr=RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        rng=np.random.default_rng(order),
        schedule=lambda t: cosine_decay(t % every, 2.0 * RATE, every),
    )
    return {
        "starts": trained[:EACH],
        "bags": trained[EACH:],
        "others": others,
        "snapshots": snapshots(run, one, every),
    }


@lru_cache(maxsize=8)
def pool(data: str, seed: int) -> Pool:
    """All members for one set of points, and what they say: which of them are asked costs nothing then."""
    x, given, x_fresh, y_fresh = points(data, seed)
    ticks = np.linspace(-REACH, REACH, GRID)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    probs, plane = {}, {}
    for kind, models in members(x, given, seed).items():
        probs[kind] = np.stack([nn.softmax(model.forward(x_fresh)) for model in models])
        said = [nn.softmax(model.forward(grid))[:, 1].reshape(GRID, GRID) for model in models]
        plane[kind] = np.stack(said)
    return Pool(x, given, y_fresh, probs, plane)
