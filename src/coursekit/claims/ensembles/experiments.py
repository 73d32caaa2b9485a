"""The experiments behind the chapter's claims and figures: ensembles of nets on few digits, tested on all others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values
from coursekit.data import digits
from coursekit.optim import Adam, cosine_decay
from coursekit.training import (
    accuracy,
    average_probabilities,
    bootstrap_indices,
    error_correlation,
    majority_vote,
    predicted_labels,
    snapshots,
    train,
    train_stack,
)

#: Digits to train on: few, so that there is something left to gain, and many to test on, so that a gain is seen.
FEW = 300
#: Members of an ensemble of one kind, and the longest row of starts.
MEMBERS, MANY = 10, 20
EPOCHS, BATCH, RATE = 40, 30, 0.01
_UNITS: dict[str, Callable[[], nn.Layer]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
USUAL: tuple[tuple[int, ...], str] = ((32,), "relu")
#: Other architectures, from no hidden layer at all to three.
OTHERS: tuple[tuple[tuple[int, ...], str], ...] = (
    ((), "relu"),
    ((8,), "relu"),
    ((16,), "relu"),
    ((64,), "relu"),
    ((128,), "relu"),
    ((32, 32), "relu"),
    ((16, 16, 16), "relu"),
    ((32,), "tanh"),
    ((64,), "tanh"),
    ((32, 32), "tanh"),
)


@dataclass(frozen=True)
class Few:
    """Some digits to train on and all others to test on; the former's mean of each pixel and one std taken off."""

    x: Values
    y: Labels
    x_test: Values
    y_test: Labels


@lru_cache(maxsize=16)
def few_digits(seed: int, n: int = FEW) -> Few:
    """`n` digits to train on and 1,797 - n to test on, drawn by `seed`."""
    x, y = digits()
    order = np.random.default_rng(seed).permutation(len(x))
    rows, others = order[:n], order[n:]
    mean, std = x[rows].mean(axis=0), x[rows].std()
    x = ((x - mean) / std).astype(np.float32)
    return Few(x[rows], y[rows], x[others], y[others])


def build(shape: tuple[tuple[int, ...], str], seed: int, draw: int = 0) -> nn.Sequential:
    """A net for the digits: hidden widths and activation; `draw` says which first weights of this seed."""
    widths, unit = shape
    layers: list[nn.Layer] = []
    fan_in = 64
    for width in widths:
        layers += [nn.Linear(fan_in, width), _UNITS[unit]()]
        fan_in = width
    return nn.Sequential(*layers, nn.Linear(fan_in, 10), rng=np.random.default_rng([seed, 1, draw]), dtype=np.float32)


def order_of(seed: int, draw: int = 0) -> np.random.Generator:
    """Decides the order of the examples."""
    return np.random.default_rng([seed, 4, draw])


def fit(model: nn.Sequential, x: Values, y: Labels, rng: np.random.Generator) -> nn.Sequential:
    """`model` after 40 epochs of Adam at 0.01 in batches of 30."""
    for _ in train(model, x, y, optimizer=Adam(lr=RATE), epochs=EPOCHS, batch_size=BATCH, rng=rng):
        pass
    return model


def fit_all(
    models: list[nn.Sequential], x: Values, y: Labels, rows: Labels, rngs: list[np.random.Generator]
) -> list[nn.Sequential]:
    """The same for many nets at once, model m on `rows[m]` of the examples."""
    stack = nn.Stack(models)
    for _ in train_stack(stack, x[rows], y[rows], optimizer=Adam(lr=RATE), epochs=EPOCHS, batch_size=BATCH, rngs=rngs):
        pass
    return stack.members()


@lru_cache(maxsize=32)
def members(kind: str, seed: int) -> list[nn.Sequential]:
    """Trained nets of one kind; what a kind does not name is the same for all of its members.

    "starts": other first weights (20 of them). "orders": the same weights, another order of the examples. "bags": a
    bootstrap sample for each. "parts": 80 % of the examples, without repetition. "bags, starts" and "parts, starts":
    both at once. "others": other architectures. "snapshots": one run, its rate brought down from 0.02 to 0 ten times.
    """
    data = few_digits(seed)
    n, x, y = len(data.x), data.x, data.y
    if kind == "others":
        return [fit(build(shape, seed), x, y, order_of(seed)) for shape in OTHERS]
    if kind == "snapshots":
        model, every = build(USUAL, seed), EPOCHS * (n // BATCH) // MEMBERS
        steps = train(
            model,
            x,
            y,
            optimizer=Adam(lr=RATE),
            epochs=EPOCHS,
            batch_size=BATCH,
            rng=order_of(seed),
            schedule=lambda t: cosine_decay(t % every, 2 * RATE, every),
        )
        return snapshots(steps, model, every)
    what, own_start = kind.removesuffix(", starts"), kind.endswith("starts")
    count = MANY if kind == "starts" else MEMBERS
    samples = [np.random.default_rng([seed, 3, i]) for i in range(count)]
    rows = {
        "bags": [bootstrap_indices(n, rng) for rng in samples],
        "parts": [rng.permutation(n)[: 4 * n // 5] for rng in samples],
    }.get(what, [np.arange(n)] * count)
    models = [build(USUAL, seed, i if own_start else 0) for i in range(count)]
    return fit_all(models, x, y, np.stack(rows), [order_of(seed, i if kind == "orders" else 0) for i in range(count)])


@lru_cache(maxsize=32)
def probabilities(kind: str, seed: int) -> Values:
    """`(M, N, C)`: what each member of a kind says of the test digits."""
    x = few_digits(seed).x_test
    return np.stack([nn.softmax(model.forward(x)) for model in members(kind, seed)])


def wrong_alone(probs: Values, y: Labels) -> Values:
    """`(M,)`: each member's share of wrong answers."""
    return np.array([1.0 - accuracy(own, y) for own in probs.argmax(axis=2)])


def wrong_together(probs: Values, y: Labels, rule: str = "average") -> float:
    """The ensemble's share of wrong answers; `rule` is "average" (of the probabilities) or "vote"."""
    if rule == "vote":
        return 1.0 - accuracy(majority_vote(probs.argmax(axis=2), probs.shape[2]), y)
    return 1.0 - accuracy(predicted_labels(average_probabilities(probs)), y)


def mean_correlation(probs: Values, y: Labels) -> float:
    """Of the errors of two members, over all pairs."""
    return float(np.mean(error_correlation(probs.argmax(axis=2), y)[np.triu_indices(len(probs), 1)]))


def summary(kind: str, seed: int, count: int = MEMBERS) -> dict[str, float]:
    """What the first `count` members of a kind are worth, alone and together."""
    probs, y = probabilities(kind, seed)[:count], few_digits(seed).y_test
    alone = wrong_alone(probs, y)
    return {
        "alone": float(alone.mean()),
        "best": float(alone.min()),
        "together": wrong_together(probs, y),
        "vote": wrong_together(probs, y, "vote"),
        "correlation": mean_correlation(probs, y),
    }


def single(seed: int) -> float:
    """The error of one net of the usual build on all training digits, on average over twenty first weights."""
    return float(wrong_alone(probabilities("starts", seed), few_digits(seed).y_test).mean())


def by_size(kind: str, seed: int, sizes: tuple[int, ...], draws: int = 40) -> Values:
    """The ensemble's error for each number of members, the mean over random choices of so many."""
    probs, y = probabilities(kind, seed), few_digits(seed).y_test
    rng = np.random.default_rng([seed, 6])
    means = []
    for size in sizes:
        chosen = [rng.permutation(len(probs))[:size] for _ in range(1 if size == len(probs) else draws)]
        means.append(np.mean([wrong_together(probs[rows], y) for rows in chosen]))
    return np.array(means)


#: Two ways to three classifiers of about 90, 88 and 80 %: other models on the same digits, one model on other digits.
TRIOS = ("models", "digits")


@lru_cache(maxsize=16)
def three(how: str, seed: int) -> tuple[Values, Labels]:
    """Probabilities of three classifiers, `(3, N, C)`, the weakest last, and the labels.

    "models": a net of 32 hidden units, a linear classifier and a net of 6, all on the same 150 digits. "digits": three
    nets of 32 on 150, 120 and 60 digits, of which no two have one in common.
    """
    shapes = (USUAL, ((), "relu"), ((6,), "relu"))
    data = few_digits(seed, 150 if how == "models" else 330)
    if how == "models":
        models = [fit(build(shape, seed, i), data.x, data.y, order_of(seed)) for i, shape in enumerate(shapes)]
    else:
        parts = np.split(np.arange(330), [150, 270])
        models = [
            fit(build(USUAL, seed, i), data.x[rows], data.y[rows], order_of(seed)) for i, rows in enumerate(parts)
        ]
    return np.stack([nn.softmax(model.forward(data.x_test)) for model in models]), data.y_test
