"""The experiments behind the chapter's claims and figures: one small net on the digits, by batch size and rate."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Labels, Values, error, split_digits
from coursekit.nn import Linear, ReLU, Sequential, SoftmaxCrossEntropy
from coursekit.optim import SGD
from coursekit.training import minibatch_gradient_error, per_example_gradients, train

#: Powers of two, from a handful to a third of the training set.
SIZES = (8, 16, 32, 64, 128, 256, 512)
#: The batch size from which the rules start.
BASE = 8
#: A factor of the root of 2 apart.
RATES = tuple(0.2 * 2.0 ** (k / 2) for k in range(10))
TARGET = 0.2
#: Few examples, so that the others tell well how it generalizes.
FEW = 300


def net(seed: int) -> Sequential:
    """64-32-10 with ReLU, He's and Xavier's weights: the same start for a seed."""
    rng = np.random.default_rng([seed, 1])
    return Sequential(Linear(64, 32, init=nn.he_init), ReLU(), Linear(32, 10, init=nn.xavier_init), rng=rng)


def loss_of(model: Sequential, x: Values, y: Labels) -> float:
    """The mean cross-entropy over all examples; inf where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = nn.softmax_cross_entropy(model.forward(x), y)[0]
    return value if np.isfinite(value) else float("inf")


@lru_cache(maxsize=4096)
def updates_to(seed: int, size: int, lr: float, *, limit: int = 300) -> float:
    """Updates of plain SGD until the loss over all training digits is below `TARGET`; inf if not within `limit`.

    The loss is looked at after ever more updates, 4 % apart.
    """
    data = split_digits(seed)
    x, y = data.x_train, data.y_train
    model, look, rng = net(seed), 1, np.random.default_rng([seed, 2])
    for step in train(model, x, y, optimizer=SGD(lr=lr), epochs=limit, batch_size=size, rng=rng):
        done = step.number + 1
        if step.event or done > limit:
            break
        if done == look:
            look = max(done + 1, round(1.04 * done))
            if loss_of(model, x, y) < TARGET:
                return float(done)
    return float("inf")


@lru_cache(maxsize=256)
def best(seed: int, size: int) -> tuple[float, float]:
    """The fewest updates to `TARGET` over RATES, and the rate that needs them.

    Rates in the middle come first: a run ends where it can no longer win.
    """
    fewest, rate = float("inf"), float("nan")
    for lr in sorted(RATES, key=lambda lr: abs(np.log(lr / 0.8))):
        updates = updates_to(seed, size, lr, limit=300 if np.isinf(fewest) else int(fewest) - 1)
        if updates < fewest:
            fewest, rate = updates, lr
    return fewest, rate


def bests(seed: int) -> Mapping[str, float]:
    """`updates<B>` and `rate<B>` for each of SIZES, and the `critical` batch size of the curve through them."""
    found = {size: best(seed, size) for size in SIZES}
    numbers = {f"updates{size}": updates for size, (updates, _) in found.items()}
    numbers |= {f"rate{size}": rate for size, (_, rate) in found.items()}
    return numbers | {"critical": critical([updates for updates, _ in found.values()])}


def critical(updates: list[float]) -> float:
    """The batch size at which both updates and examples are twice their least: `updates = least (1 + critical / B)`.

    Fitted to the updates at SIZES with the relative error as weight (McCandlish et al. 2018, equation 2.7).
    """
    s, inverse = np.array(updates), 1.0 / np.array(SIZES)
    least, slope = np.linalg.lstsq(np.stack([np.ones(len(s)), inverse], axis=1) / s[:, None], np.ones(len(s)))[0]
    return float(slope / least)


@lru_cache(maxsize=16)
def accuracy_of_gradients(seed: int, updates: int, draws: int = 200) -> Mapping[str, float]:
    """How far gradients of batches are from the whole one, after so many updates at rate 0.1 in batches of 32.

    By size: `off` (root mean square), `foretold`, both over the whole gradient's length; the median `cosine`.
    """
    data = split_digits(seed)
    x, y = data.x_train, data.y_train
    model, rng = net(seed), np.random.default_rng([seed, 2])
    for step in train(model, x, y, optimizer=SGD(lr=0.1), epochs=updates, batch_size=32, rng=rng):
        if step.number + 1 == updates:
            break
    gradients = per_example_gradients(model, x, y)
    whole = gradients.mean(axis=0)
    length = float(np.linalg.norm(whole))
    numbers = {}
    for size in (1, 16, 256):
        drawn = np.array([gradients[rng.choice(len(x), size, replace=False)].mean(axis=0) for _ in range(draws)])
        numbers[f"off{size}"] = float(np.sqrt(np.mean(np.sum((drawn - whole) ** 2, axis=1)))) / length
        numbers[f"foretold{size}"] = float(np.sqrt(minibatch_gradient_error(gradients, size))) / length
        numbers[f"cosine{size}"] = float(np.median(drawn @ whole / np.linalg.norm(drawn, axis=1))) / length
    return numbers


def passes(seed: int, size: int, *, epochs: int = 5, lr: float = 0.1) -> tuple[float, float]:
    """Updates made in so many passes over the digits, and the training loss at the end."""
    data = split_digits(seed)
    model, made = net(seed), 0
    rng = np.random.default_rng([seed, 2])
    for _ in train(model, data.x_train, data.y_train, optimizer=SGD(lr=lr), epochs=epochs, batch_size=size, rng=rng):
        made += 1
    return float(made), loss_of(model, data.x_train, data.y_train)


def few(seed: int) -> tuple[Values, Labels, Values, Labels]:
    """300 digits to train on, and all others."""
    data = split_digits(seed)
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    return x[:FEW], y[:FEW], x[FEW:], y[FEW:]


@lru_cache(maxsize=256)
def fit(
    seed: int, size: int, lr: float, *, epochs: int | None = None, target: float = 0.01, limit: int = 1200
) -> tuple[float, Sequential] | None:
    """Updates made and the net trained on 300 digits: for `epochs`, or until their loss is below `target`.

    None where it diverges, or does not arrive within `limit`.
    """
    x, y, *_ = few(seed)
    model, look, done, rng = net(seed), 1, 0, np.random.default_rng([seed, 2])
    for step in train(model, x, y, optimizer=SGD(lr=lr), epochs=epochs or limit, batch_size=size, rng=rng):
        done = step.number + 1
        if step.event or (epochs is None and done > limit):
            return None
        if epochs is None and done == look:
            look = max(done + 1, round(1.03 * done))
            if loss_of(model, x, y) < target:
                return float(done), model
    return (float(done), model) if epochs is not None else None


def fastest(seed: int, size: int) -> tuple[float, float, Sequential]:
    """Rate, updates and net of the fit to a loss of 0.01 that needs the fewest updates, over four rates."""
    found: list[tuple[float, float, Sequential]] = []
    for lr in (0.2, 0.4, 0.8, 1.6):
        run = fit(seed, size, lr, limit=int(found[-1][1]) if found else 1200)
        if run is not None:
            found.append((lr, *run))
    return min(found, key=lambda r: r[1])


def sharpness(model: Sequential, x: Values, y: Labels, *, rounds: int = 30) -> float:
    """The largest curvature of the loss where the model stands: power iteration on differences of gradients."""
    loss, here = SoftmaxCrossEntropy(), model.params.copy()
    v = np.random.default_rng(0).standard_normal(len(here))
    value, h = 0.0, 1e-3

    def gradient(w: Values) -> Values:
        model.params[:] = w
        model.loss_and_grad(x, y, loss, training=False)
        gradient: Values = model.grads.copy()
        return gradient

    for _ in range(rounds):
        v /= np.linalg.norm(v)
        hv = (gradient(here + h * v) - gradient(here - h * v)) / (2 * h)
        value, v = float(v @ hv), hv
    model.params[:] = here
    return value


def wrong(model: Sequential, seed: int) -> float:
    """Share of wrong answers among the digits that the 300 leave."""
    return error(model, *few(seed)[2:])
