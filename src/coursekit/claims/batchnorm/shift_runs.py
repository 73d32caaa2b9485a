"""Runs behind the claims on internal covariate shift: three sigmoid layers, as in the paper's own first experiment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit import nn
from coursekit.claims.batchnorm.experiments import TARGET, UNITS, Run, norm_net
from coursekit.claims.digits_task import Values, split_digits
from coursekit.optim import SGD
from coursekit.training import minibatches, train

#: The rates from which each net may choose its best.
RATES = (0.3, 1.0, 3.0)
STEPS = 1000
BATCH = 32
#: The shift is followed over the first of the steps, at one rate for all nets, on so many training digits.
FOLLOWED = 100
FOLLOWED_RATE = 1.0
PROBE = 500


class Shake(nn.PlainLayer):
    """Training only: every unit is multiplied by a number of its own and another is added, new ones at every pass.

    All examples of a batch get the same two, so that what the next layer is given has another mean and another spread
    at every step. Factors are uniform in [1, 1 + size / 2], shifts in [-size, size].
    """

    def __init__(self, size: float, seed: int) -> None:
        super().__init__()
        self.size, self.rng = size, np.random.default_rng(seed)
        self.factors: Values = np.ones(1)

    def compute(self, x: Values, params: Mapping[str, Values], training: bool) -> Values:
        """`factor * x + shift`; `x` itself outside training."""
        if not training:
            self.factors = np.ones(1)
            return x
        self.factors = self.rng.uniform(1.0, 1.0 + 0.5 * self.size, (x.shape[1],))
        return self.factors * x + self.rng.uniform(-self.size, self.size, (x.shape[1],))

    def pull(self, dout: Values, x: Values, params: Mapping[str, Values]) -> tuple[Values, Mapping[str, Any]]:
        """`factor * dout`."""
        return self.factors * dout, {}


def shaken_net(seed: int, size: float) -> nn.Sequential:
    """The net with BatchNorm, and `Shake` behind each of its BatchNorm layers; the first weights are the same."""
    plain = norm_net("batch", seed, unit="sigmoid")
    layers: list[nn.Layer] = []
    for part in plain.layers:
        if isinstance(part, nn.Linear):
            layers.append(nn.Linear(part.n_in, part.n_out))
        elif isinstance(part, nn.BatchNorm):
            layers += [nn.BatchNorm(part.n_features), Shake(size, 500 + 10 * seed + len(layers))]
        else:
            layers.append(UNITS["sigmoid"]())
    net = nn.Sequential(*layers, rng=np.random.default_rng(seed), dtype=np.float32)
    net.params[...] = plain.params
    return net


def net_of(kind: str, seed: int, size: float) -> nn.Sequential:
    """`kind` is "none", "batch", or "shaken" for BatchNorm with noise behind it."""
    return shaken_net(seed, size) if kind == "shaken" else norm_net(kind, seed, unit="sigmoid")


@dataclass(frozen=True)
class Followed:
    """How far the inputs of the sigmoids move, in their standard deviations: in one step, in ten, and in one step of
    the layers below alone."""

    one: float
    ten: float
    below: float


def moved(before: list[Values], after: list[Values]) -> float:
    """The distance between the distributions of each unit over the examples (the mean difference of the sorted values,
    Wasserstein's), in standard deviations of the unit before; the mean over all units."""
    far = [
        np.mean(np.abs(np.sort(b, axis=0) - np.sort(a, axis=0)), axis=0) / (a.std(axis=0) + 1e-12)
        for a, b in zip(before, after, strict=True)
    ]
    return float(np.mean(np.concatenate(far)))


@lru_cache(maxsize=64)
def follow(kind: str, seed: int, *, lr: float = FOLLOWED_RATE, size: float = 0.0) -> Followed:
    """Train and look at the inputs of the sigmoids, for the same digits at every step, in training mode."""
    data = split_digits(seed)
    x = data.x_train.astype(np.float32)
    net = net_of(kind, seed, size)
    before_units = [i - 1 for i, part in enumerate(net.layers) if type(part) is UNITS["sigmoid"]]

    def inputs() -> list[Values]:
        outs = net.outputs(x[:PROBE], training=True)
        return [outs[i] for i in before_units]

    seen, below, old = [inputs()], [], net.params.copy()
    starts = np.cumsum([0, *(part.n_params for part in net.layers)])
    own = [max(i for i in range(j + 1) if isinstance(net.layers[i], nn.Linear)) for j in before_units]
    rng = np.random.default_rng(1000 + seed)
    for step in train(net, x, data.y_train, optimizer=SGD(lr=lr), epochs=STEPS, batch_size=BATCH, rng=rng):
        seen.append(inputs())
        new = net.params.copy()
        for k, i in enumerate(own):
            net.params[starts[i] :] = old[starts[i] :]
            below.append(moved([seen[-2][k]], [inputs()[k]]))
            net.params[...] = new
        old = new
        if step.number + 1 == FOLLOWED:
            break
    one = np.mean([moved(a, b) for a, b in pairwise(seen)])
    ten = np.mean([moved(a, b) for a, b in pairwise(seen[::10])])
    return Followed(one=float(one), ten=float(ten), below=float(np.mean(below)))


@lru_cache(maxsize=64)
def steps_needed(kind: str, seed: int, *, size: float = 0.0) -> float:
    """Steps to a training loss of TARGET (the mean of ten), at whichever of RATES needs fewest."""
    data = split_digits(seed)
    found = []
    for lr in RATES:
        losses: list[float] = []
        for step in train(
            net_of(kind, seed, size),
            data.x_train.astype(np.float32),
            data.y_train,
            optimizer=SGD(lr=lr),
            epochs=STEPS,
            batch_size=BATCH,
            rng=np.random.default_rng(1000 + seed),
        ):
            losses.append(step.loss)
            if step.number + 1 == STEPS or step.event:
                break
        found.append(Run(np.array(losses), 0.9, 0.9, False).steps_to(TARGET))
    return min(found)


@dataclass(frozen=True)
class Turned:
    """What the update of the layers below does to a layer's gradient, mean over layers and steps: the change relative
    to the gradient, and the cosine between the two."""

    change: float
    cosine: float


@lru_cache(maxsize=64)
def turn(kind: str, seed: int, *, unit: str = "sigmoid", lr: float = FOLLOWED_RATE, every: int = 5) -> Turned:
    """Santurkar et al. (2018), definition 2.1: a layer's gradient before and after the layers below take their step,
    on the same batch, the layer itself and those above held back."""
    data = split_digits(seed)
    x, y = data.x_train.astype(np.float32), data.y_train
    net, loss = norm_net(kind, seed, unit=unit), nn.SoftmaxCrossEntropy()
    starts = np.cumsum([0, *(part.n_params for part in net.layers)])
    rng = np.random.default_rng(1000 + seed)
    changes, cosines, number = [], [], 0
    while number < FOLLOWED:
        for rows in minibatches(len(x), BATCH, rng):
            old = net.params.copy()
            net.loss_and_grad(x[rows], y[rows], loss)
            grads = net.grads.copy()
            new = old - lr * grads
            if number % every == 0:
                for i, part in enumerate(net.layers):
                    if i == 0 or not isinstance(part, nn.Linear):
                        continue
                    mine = slice(starts[i], starts[i + 1])
                    net.params[: starts[i]] = new[: starts[i]]
                    net.loss_and_grad(x[rows], y[rows], loss)
                    g, h = grads[mine].astype(np.float64), net.grads[mine].astype(np.float64)
                    size = float(np.linalg.norm(g))
                    changes.append(float(np.linalg.norm(h - g)) / size)
                    cosines.append(float(g @ h) / (size * float(np.linalg.norm(h)) + 1e-30))
                    net.params[...] = old
            net.params[...] = new
            number += 1
            if number == FOLLOWED:
                break
    return Turned(change=float(np.mean(changes)), cosine=float(np.mean(cosines)))
