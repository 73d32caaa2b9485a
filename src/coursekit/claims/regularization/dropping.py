"""What the claims on dropout run: plain dropout used with three factors, masks per batch, and dropout as a penalty."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.claims.regularization.experiments import BATCH, NOISE, fit, overlarge, to_learn
from coursekit.data import digits
from coursekit.optim import Adam
from coursekit.training import train

#: Dropping rates at which dropout is compared with its quadratic penalty.
SHARES = (0.1, 0.3, 0.5)


class OneMask(nn.PlainLayer):
    """Inverted dropout with one mask for the whole batch: all examples lose the same units."""

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.p, self.rng = p, rng
        self.mask: Values = np.ones(1)

    def compute(self, x: Values, params: Mapping[str, Values], training: bool) -> Values:
        """`x` times a mask `(1, D)`; `x` itself outside training."""
        self.mask = nn.dropout(np.ones((1, x.shape[1]), x.dtype), self.p, self.rng, training)[1]
        return x * self.mask

    def pull(self, dout: Values, x: Values, params: Mapping[str, Values]) -> tuple[Values, Mapping[str, Any]]:
        """`dout * mask`."""
        return dout * self.mask, {}


def one_mask_net(seed: int, p: float) -> nn.Sequential:
    """The overlarge net with one mask per batch; the first weights are those of the one with a mask per example."""
    layers: list[nn.Layer] = []
    for k, part in enumerate(overlarge(seed, p).layers):
        if isinstance(part, nn.Dropout):
            layers.append(OneMask(p, np.random.default_rng([seed, 5, k])))
        elif isinstance(part, nn.Linear):
            layers.append(nn.Linear(part.n_in, part.n_out))
        else:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, rng=np.random.default_rng([seed, 1]), dtype=np.float32)


def gradient_noise(model: nn.Sequential, seed: int, draws: int = 40) -> float:
    """Variance of the gradient over the masks, summed over the parameters, over the squared length of its mean.

    One batch, the first weights; the masks alone differ.
    """
    x, y = to_learn(seed, NOISE)
    x, y = x[:BATCH], y[:BATCH]
    grads = []
    for _ in range(draws):
        _, dscores = nn.softmax_cross_entropy(model.forward(x, training=True), y)
        model.backward(dscores)
        grads.append(model.grads.copy())
    every = np.array(grads, float)
    return float(every.var(axis=0, ddof=1).sum() / np.sum(every.mean(axis=0) ** 2))


@lru_cache(maxsize=8)
def masks(seed: int) -> Mapping[str, float]:
    """Noise of the gradient, and error and loss on the test after training, for both kinds of masks at p = 0.5."""
    data = split_digits(seed)
    x = data.x_test.astype(np.float32)
    found: dict[str, float] = {}
    for name, make in (("example", overlarge), ("batch", one_mask_net)):
        found[f"{name}_noise"] = gradient_noise(make(seed, 0.5), seed)
        model = fit(make(seed, 0.5), seed, noise=NOISE)
        found[f"{name}_error"] = error(model, x, data.y_test)
        found[f"{name}_loss"] = float(nn.softmax_cross_entropy(model.forward(x), data.y_test)[0])
    return found


@lru_cache(maxsize=8)
def factors(seed: int) -> Mapping[str, float]:
    """Test errors and losses of nets trained with plain dropout, by the factor on the weights behind it when used."""
    data = split_digits(seed)
    x, y = data.x_test.astype(np.float32), data.y_test
    found: dict[str, float] = {}
    for p in (0.2, 0.5):
        model = fit(overlarge(seed, p, inverted=False), seed, noise=NOISE)
        weights = [layer.params["w"] for layer in model.layers if isinstance(layer, nn.Linear)]
        trained = [w.copy() for w in weights]
        # The layer scales its values in evaluation. That is taken out by asking a net without it.
        bare = overlarge(seed)
        for name, dropped in (("keep", p), ("drop", 1 - p), ("none", 0.0)):
            bare.params[:] = model.params
            linear = [layer for layer in bare.layers if isinstance(layer, nn.Linear)]
            for layer, w in zip(linear[1:], trained[1:], strict=True):
                layer.params["w"][...] = nn.dropout_rescale(w, dropped)
            found[f"{name}_{p}"] = error(bare, x, y)
            found[f"{name}_{p}_loss"] = float(nn.softmax_cross_entropy(bare.forward(x), y)[0])
    return found


@lru_cache(maxsize=8)
def predicting(seed: int) -> Mapping[str, float]:
    """Test errors of one trained net with dropout off, on, and as the mean of the probabilities of 50 passes."""
    data = split_digits(seed)
    x, y = data.x_test.astype(np.float32), data.y_test
    model = fit(overlarge(seed, 0.5), seed, noise=NOISE)
    passes = np.array([nn.softmax(model.forward(x, training=True)) for _ in range(50)])
    wrong = np.mean(passes.argmax(axis=2) != y, axis=1)
    return {
        "off": error(model, x, y),
        "on": float(wrong.mean()),
        "average": float(np.mean(passes.mean(axis=0).argmax(axis=1) != y)),
    }


# -- dropout on the inputs of logistic regression, as a penalty --------------------------------------------------------


def two_digits(seed: int) -> tuple[Values, Labels]:
    """The threes and eights, `(N, 64)`, each pixel centred, all divided by one std; labels 0 and 1."""
    images, labels = digits()
    rows = np.random.default_rng(seed).permutation(np.flatnonzero((labels == 3) | (labels == 8)))[:200]
    x = images.reshape(len(images), -1)[rows]
    x = x - x.mean(axis=0)
    return x / x.std(), (labels[rows] == 8).astype(np.int64)


def logistic(seed: int, p: float = 0.0, steps: int = 400) -> Values:
    """Weights `(64,)` of logistic regression from 0, with dropout on the inputs if `p`: of class 1 minus 0."""
    x, y = two_digits(seed)
    noise = [nn.Dropout(p, rng=np.random.default_rng([seed, 9]))] if p else []
    model = nn.Sequential(*noise, nn.Linear(64, 2), rng=np.random.default_rng(seed))
    model.params[:] = 0.0
    rng = np.random.default_rng([seed, 4])
    for _ in train(model, x, y, optimizer=Adam(lr=0.01), epochs=steps // 4, batch_size=50, rng=rng):
        pass
    w: Values = model.layers[-1].params["w"]
    return w[:, 1] - w[:, 0]


def loss_of(z: Values, y: Labels) -> float:
    """Mean logistic loss of the scores `z`, as that of two classes with the scores 0 and z."""
    return float(nn.softmax_cross_entropy(np.column_stack([np.zeros(len(z)), z]), y)[0])


def exact_penalty(w: Values, x: Values, y: Labels, p: float, seed: int, draws: int = 400) -> float:
    """By how much inverted dropout on the inputs raises the mean loss, averaged over `draws` sets of masks."""
    rng = np.random.default_rng([seed, 6])
    clean = loss_of(x @ w, y)
    noisy = [loss_of(nn.dropout(x, p, rng)[0] @ w, y) for _ in range(draws)]
    return float(np.mean(noisy)) - clean


def fisher(w: Values, x: Values) -> Values:
    """The diagonal of the Fisher information of logistic regression, `mean s (1 - s) x_j**2`, `(64,)`."""
    s = nn.sigmoid(x @ w)
    diagonal: Values = np.mean((s * (1 - s))[:, None] * x**2, axis=0)
    return diagonal


def quadratic_penalty(w: Values, x: Values, p: float) -> float:
    """`0.5 * p / (1 - p) * sum_j fisher_j * w_j**2` (Wager et al. 2013, section 2.1), L2 with a strength a weight."""
    return 0.5 * p / (1 - p) * float(np.sum(fisher(w, x) * w**2))


@lru_cache(maxsize=8)
def as_penalty(seed: int) -> Mapping[str, float]:
    """Exact over quadratic penalty by p, at the weights that dropout finds and at a quarter of them.

    And for weights that are moved to other pixels: the quadratic penalty, and L2 with one strength that fitted before,
    over the exact one; and how unequal the strengths are that single pixels get.
    """
    x, y = two_digits(seed)
    found: dict[str, float] = {}
    for p in SHARES:
        w = logistic(seed, p)
        for name, size in (("ratio", 1.0), ("small", 0.25)):
            found[f"{name}_{p}"] = exact_penalty(size * w, x, y, p, seed) / quadratic_penalty(size * w, x, p)
    w, p = 0.25 * logistic(seed, 0.5), 0.5
    lam = 2 * quadratic_penalty(w, x, p) / float(np.sum(w**2))
    moved = np.random.default_rng([seed, 8]).permutation(w)
    exact = exact_penalty(moved, x, y, p, seed)
    found["moved_l2"] = nn.l2_penalty(moved, lam)[0] / exact
    found["moved_quadratic"] = quadratic_penalty(moved, x, p) / exact
    strengths = fisher(w, x)
    alive = strengths[strengths > 0]
    found["unequal"] = float(np.quantile(alive, 0.9) / np.quantile(alive, 0.1))
    return found
