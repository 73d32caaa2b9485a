"""Features that are rarely there: a logistic regression on them, and the rate that each weight is left with."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.nn import Linear, Sequential, SoftmaxCrossEntropy
from coursekit.optim import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSProp
from coursekit.training import minibatches, train

Values = NDArray[np.float64]

N, N_TEST, D = 4000, 2000, 100
#: How often each feature is there: from every second example to one in two hundred.
SHARES = np.geomspace(0.5, 0.005, D)
#: The quarter that is there most often, and the one that is there least often.
FREQUENT, RARE = slice(0, D // 4), slice(3 * D // 4, D)
EPOCHS, BATCH = 5, 32
_TRUE = 1.5

RULES: dict[str, tuple[Callable[[float], Optimizer], tuple[float, ...]]] = {
    "sgd": (lambda lr: SGD(lr=lr), (0.1, 0.3, 1.0, 3.0, 10.0)),
    "momentum": (lambda lr: Momentum(lr=lr), (0.01, 0.03, 0.1, 0.3, 1.0)),
    "adagrad": (lambda lr: AdaGrad(lr=lr), (0.03, 0.1, 0.3, 1.0, 3.0)),
    "rmsprop": (lambda lr: RMSProp(lr=lr), (0.001, 0.003, 0.01, 0.03, 0.1)),
    "adam": (lambda lr: Adam(lr=lr), (0.003, 0.01, 0.03, 0.1, 0.3)),
}


@lru_cache(maxsize=8)
def words(seed: int) -> tuple[Values, NDArray[np.int64], Values, NDArray[np.int64], Values]:
    """Rows of 0 and 1, two classes drawn from a logistic model, and that model's weights `(D,)`."""
    rng = np.random.default_rng([seed, 11])
    x = (rng.random((N + N_TEST, D)) < SHARES).astype(np.float64)
    true = _TRUE * rng.standard_normal(D)
    score = (x - SHARES) @ true
    y = (rng.random(len(x)) < nn.sigmoid(score)).astype(np.int64)
    return x[:N], y[:N], x[N:], y[N:], true


def _regression() -> Sequential:
    return Sequential(
        Linear(D, 2, init=lambda fan_in, fan_out, rng: np.zeros((fan_in, fan_out))), rng=np.random.default_rng(0)
    )


@lru_cache(maxsize=256)
def learned(name: str, lr: float, seed: int) -> Mapping[str, float]:
    """After `EPOCHS`: the loss on unseen rows, and how far the weights of rare and frequent features are off.

    `rare` and `frequent` are the root mean squared distance of the learned difference of the two classes' weights from
    the true weight, over the root mean square of the true ones.
    """
    x, y, x_test, y_test, true = words(seed)
    model = _regression()
    optimizer = RULES[name][0](lr)
    for _ in train(model, x, y, optimizer=optimizer, epochs=EPOCHS, batch_size=BATCH, rng=np.random.default_rng(seed)):
        pass
    w = model.params[: 2 * D].reshape(D, 2)
    off = (w[:, 1] - w[:, 0]) - true

    def size(part: slice) -> float:
        return float(np.sqrt(np.mean(off[part] ** 2) / np.mean(true[part] ** 2)))

    loss = float(nn.softmax_cross_entropy(model.forward(x_test), y_test)[0])
    return {"loss": loss, "rare": size(RARE), "frequent": size(FREQUENT)}


def best_learned(name: str, seed: int) -> Mapping[str, float]:
    """`learned` at the rate of the grid with the lowest loss on unseen rows."""
    return min((learned(name, lr, seed) for lr in RULES[name][1]), key=lambda r: r["loss"])


@lru_cache(maxsize=8)
def rates(seed: int, decay: float = 0.9) -> Mapping[str, Values]:
    """What AdaGrad and RMSProp divide by on one and the same run, of plain SGD at 1: `1 / sqrt(h)` over the steps.

    `adagrad` and `rmsprop` are `(steps, D)`, of the weights into class 1, infinite until a feature has been there;
    `there` is where it was in the batch.
    """
    x, y, *_ = words(seed)
    model, rng = _regression(), np.random.default_rng(seed)
    total, recent = np.zeros(D), np.zeros(D)
    rows: dict[str, list[Values]] = {"adagrad": [], "rmsprop": [], "there": []}
    for _ in range(EPOCHS):
        for batch in minibatches(N, BATCH, rng):
            model.loss_and_grad(x[batch], y[batch], SoftmaxCrossEntropy())
            g = model.grads[: 2 * D].reshape(D, 2)[:, 1].copy()
            model.params[:] -= model.grads
            total += g * g
            recent = decay * recent + (1 - decay) * g * g
            with np.errstate(divide="ignore"):
                rows["adagrad"].append(total**-0.5)
                rows["rmsprop"].append(recent**-0.5)
            rows["there"].append((g != 0).astype(np.float64))
    return {name: np.array(row) for name, row in rows.items()}


def rates_of(seed: int) -> Mapping[str, float]:
    """Medians over rare and frequent features of `1 / sqrt(h)`, and how often it rises from a step to the next.

    `rose_<rule>` is the share of (step, rare feature) at which the rate rose; `ratio_<rule>` rare over frequent, at the
    last step at which each feature was there; `fell_<part>` AdaGrad's rate at the end over that at a fifth of the run.
    """
    run, numbers = rates(seed), {}
    there = run["there"] > 0
    last = len(there) - 1 - there[::-1].argmax(axis=0)
    for rule in ("adagrad", "rmsprop"):
        rate = run[rule]
        at = rate[last, np.arange(D)]
        numbers[f"ratio_{rule}"] = float(np.median(at[RARE]) / np.median(at[FREQUENT]))
        known = np.isfinite(rate[:-1, RARE])
        # More than rounding: h itself is only ever added to.
        numbers[f"rose_{rule}"] = float(np.mean(rate[1:, RARE][known] > rate[:-1, RARE][known] * (1 + 1e-12)))
    fifth = len(there) // 5
    for part, where in (("rare", RARE), ("frequent", FREQUENT)):
        rate = run["adagrad"]
        numbers[f"fell_{part}"] = float(np.median(rate[-1, where] / rate[fifth, where]))
        numbers[f"fell_rmsprop_{part}"] = float(
            np.median(
                np.median(run["rmsprop"][-fifth:, where], axis=0)
                / np.median(run["rmsprop"][fifth : 2 * fifth, where], axis=0)
            )
        )
    return numbers
