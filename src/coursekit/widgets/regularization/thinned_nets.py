"""A small net trained with dropout, and all the thinned nets that are in it: what `regularization.dropout` draws."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import moons
from coursekit.optim import Adam
from coursekit.training import train

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

#: Units of the hidden layers, by how many there are.
HIDDEN = {1: (8,), 2: (5, 5)}
STEPS, RATE, NOISE, POINTS = 400, 0.03, 0.25, 200


@lru_cache(maxsize=4)
def points(seed: int) -> tuple[Values, Labels, Values, Labels]:
    """200 points of two half circles to train on, and 200 new ones."""
    x, y = moons(2 * POINTS, np.random.default_rng([seed, 5]), noise=NOISE)
    return x[:POINTS], y[:POINTS], x[POINTS:], y[POINTS:]


@dataclass(frozen=True)
class Net:
    """Weights and biases layer by layer, as trained with dropout behind every hidden layer."""

    layers: tuple[tuple[Values, Values], ...]
    p: float
    inverted: bool

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        return tuple(len(b) for _, b in self.layers[:-1])

    def scores(self, x: Values, masks: Values | None = None, factor: float = 1.0) -> Values:
        """The scores for `x`, `(N, 2)`: of the whole net `(N, 2)`, or of M thinned ones `(M, N, 2)`.

        `masks`, `(M, units)`, holds what `nn.dropout` multiplies the hidden values with. Where there is none, all units
        take part, and the weights that they feed are multiplied by `factor`, which is above 0.
        """
        cuts = np.cumsum(self.hidden)[:-1]
        parts = [None] * len(self.hidden) if masks is None else np.split(masks, cuts, axis=1)
        h = x
        for k, (w, b) in enumerate(self.layers):
            if k and masks is None:
                w = nn.dropout_rescale(w, 1.0 - factor)
            elif k:
                h = h * np.asarray(parts[k - 1])[:, None, :]  # an axis of nets comes in front
            z = nn.linear(h.reshape(-1, h.shape[-1]), w, b).reshape(*h.shape[:-1], len(b))
            h = nn.relu(z) if k < len(self.hidden) else z
        return h


@lru_cache(maxsize=32)
def trained(depth: int, p: float, inverted: bool, seed: int) -> Net:
    """400 steps of Adam at 0.03 with batches of 50; first weights and batches depend on `depth` and `seed` alone."""
    x, y, _, _ = points(seed)
    parts: list[nn.Layer] = []
    fan_in = 2
    for k, units in enumerate(HIDDEN[depth]):
        noise = np.random.default_rng([seed, 8, k])
        parts += [nn.Linear(fan_in, units), nn.ReLU(), nn.Dropout(p, rng=noise, inverted=inverted)]
        fan_in = units
    model = nn.Sequential(*parts, nn.Linear(fan_in, 2), rng=np.random.default_rng([seed, 6]))
    rng = np.random.default_rng([seed, 7])
    for _ in train(model, x, y, optimizer=Adam(lr=RATE), epochs=STEPS // 4, batch_size=POINTS // 4, rng=rng):
        pass
    linear = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
    return Net(tuple((layer.params["w"].copy(), layer.params["b"].copy()) for layer in linear), p, inverted)


def drawn(net: Net, passes: int, seed: int) -> Values:
    """The masks of so many training passes over one example, `(passes, units)`."""
    draw = nn.dropout if net.inverted else nn.plain_dropout
    return draw(np.ones((passes, sum(net.hidden))), net.p, np.random.default_rng([seed, 9]))[1]


@lru_cache(maxsize=4)
def all_masks(units: int) -> Values:
    """Every choice of units, `(2**units, units)`, of 0 and 1."""
    return np.array(list(product((0.0, 1.0), repeat=units)))


@dataclass(frozen=True)
class Everyone:
    """All thinned nets: how likely each is `(M,)`, its score for the point asked about (class 1 minus class 0) `(M,)`,
    and accuracies on new points in percent: of one thinned net on average, of the average of all probabilities."""

    chances: Values
    margins: Values
    one: float
    average: float

    @property
    def mean(self) -> float:
        """The mean score over all thinned nets, each by its chance."""
        return float(self.chances @ self.margins)


def margin(scores: Values) -> Values:
    """Score of class 1 minus that of class 0: above 0 the net says class 1."""
    difference: Values = scores[..., 1] - scores[..., 0]
    return difference


@lru_cache(maxsize=16)
def accuracies(depth: int, p: float, inverted: bool, seed: int) -> tuple[float, float]:
    """Percent of new points right: of one thinned net on average, and of the average of all of their probabilities."""
    net = trained(depth, p, inverted, seed)
    masks, chances = _weighted(net)
    _, _, x, y = points(seed)
    scores = net.scores(x, masks)
    one = float(chances @ np.mean(scores.argmax(axis=2) == y, axis=1))
    probabilities = nn.softmax(scores.reshape(-1, 2)).reshape(scores.shape)
    average = np.tensordot(chances, probabilities, axes=1)
    return 100.0 * one, 100.0 * float(np.mean(average.argmax(axis=1) == y))


def everyone(net: Net, depth: int, seed: int, point: tuple[float, float]) -> Everyone:
    """All thinned nets asked about one point."""
    masks, chances = _weighted(net)
    one, average = accuracies(depth, net.p, net.inverted, seed)
    return Everyone(chances, margin(net.scores(np.array([point]), masks))[:, 0], one, average)


def _weighted(net: Net) -> tuple[Values, Values]:
    """All masks as dropout scales them, and the chance of each."""
    masks = all_masks(sum(net.hidden))
    kept = masks.sum(axis=1)
    chances = (1.0 - net.p) ** kept * net.p ** (masks.shape[1] - kept)
    return masks / (1.0 - net.p) if net.inverted else masks, chances
