"""The runs of the clinic: one healthy training run, and what it becomes when one thing about it is wrong."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import digits
from coursekit.optim import SGD, FromRule, Optimizer, sgd
from coursekit.training import accuracy, minibatches, predicted_labels, train, update_ratio

Values = NDArray[np.floating]
Labels = NDArray[np.int64]

STEPS, BATCH, CLASSES = 480, 8, 10
HELD_OUT = 300
#: The steps after which the losses over whole sets are looked at, and how large the update was: each epoch four times.
LOOKS = (0, 10, *range(20, STEPS + 1, 20))
#: The output layer starts with weights this small beside He's, so that the first scores are near 0.
LAST = 0.1


@dataclass(frozen=True)
class Setup:
    """All that decides a run but its seed; as it stands, the healthy one."""

    lr: float = 0.1
    #: The first weights, in units of He's.
    scale: float = 1.0
    #: In the order of the classes, or shuffled anew in each epoch.
    shuffled: bool = True
    #: Labels one place off their images, or each with its own.
    paired: bool = True
    #: Pixels as they come, 0 to 255, or centred and scaled.
    scaled: bool = True
    penalty: float = 1e-4
    units: int = 24
    examples: int = 640
    #: Gradients that pile up from step to step, or begin at 0 in each.
    zeroed: bool = True
    #: Up the gradient, or down.
    downhill: bool = True


HEALTHY = Setup()


@dataclass(frozen=True)
class Run:
    """What was looked at in a run.

    `batch` holds the loss of every step's batch, without the penalty, up to the last that is finite. After the steps
    `looked`: `train` and `val`, the losses over whole sets, `right` and `val_right`, the shares answered rightly in per
    cent, and `ratio`, how large the last update of the first layer's weights was beside them (NaN before the first).
    `penalty` is what the penalty adds to the first loss, `mean` and `std` those of the inputs, `dead` the share in per
    cent of hidden units that are 0 for all training examples at the end, `grew` the length of all weights at the end
    over that at the start. `diverged` is the step after which something was no longer finite.
    """

    batch: Values
    looked: Values
    train: Values
    val: Values
    right: Values
    val_right: Values
    ratio: Values
    penalty: float
    mean: float
    std: float
    dead: float
    grew: float
    diverged: int | None


@lru_cache(maxsize=8)
def split(seed: int) -> tuple[Values, Labels, Values, Labels]:
    """640 digits to train on and 300 others, pixels from 0 to 255 as a camera gives them."""
    images, y = digits()
    x = images.reshape(len(images), -1) * (255.0 / images.max())
    order = np.random.default_rng([seed, 0]).permutation(len(x))
    rows, others = order[: HEALTHY.examples], order[HEALTHY.examples : HEALTHY.examples + HELD_OUT]
    return x[rows], y[rows], x[others], y[others]


def never_zeroed(w: Values, dw: Values, total: Values, lr: float) -> tuple[Values, Values]:
    """The fault of a loop that forgets to set the gradients to 0: each step follows the sum of all so far."""
    total = total + dw
    return sgd(w, total, lr), total


def uphill(w: Values, dw: Values, lr: float) -> Values:
    """The fault of a wrong sign: the step goes along the gradient."""
    return sgd(w, -dw, lr)


def optimizer(setup: Setup) -> Optimizer:
    """Plain SGD, or what is left of it."""
    if not setup.zeroed:
        return FromRule(never_zeroed, lr=setup.lr)
    return SGD(lr=setup.lr) if setup.downhill else FromRule(uphill, lr=setup.lr)


def prepared(setup: Setup, seed: int) -> tuple[Values, Labels, Values, Labels]:
    """The data as the run gets them."""
    x, y, x_val, y_val = split(seed)
    if setup.scaled:
        mean, std = x.mean(axis=0), (x - x.mean(axis=0)).std()
        x, x_val = (x - mean) / std, (x_val - mean) / std
    x, y = x[: setup.examples], y[: setup.examples]
    if not setup.paired:
        y = np.roll(y, 1)
    if not setup.shuffled:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    return x.astype(np.float32), y, x_val.astype(np.float32), y_val


def build(setup: Setup, seed: int) -> nn.Sequential:
    """64-units-10 with ReLU; one seed gives one set of weights, times `scale`."""

    def init(fan_in: int, fan_out: int, rng: np.random.Generator) -> Values:
        last = LAST if fan_out == CLASSES else 1.0
        return setup.scale * last * nn.he_init(fan_in, fan_out, rng)

    layers = nn.Linear(64, setup.units, init=init), nn.ReLU(), nn.Linear(setup.units, CLASSES, init=init)
    return nn.Sequential(*layers, rng=np.random.default_rng([seed, 1]), dtype=np.float32)


@lru_cache(maxsize=32)
def run(setup: Setup, seed: int) -> Run:
    """Train for 480 steps with batches of 8; ends early where the loss or the scores are no longer finite."""
    x, y, x_val, y_val = prepared(setup, seed)
    model = build(setup, seed)
    loss = nn.SoftmaxCrossEntropy()
    weights = model.layers[0].params["w"]
    before, start = weights.copy(), _length(model.params)
    batch: list[float] = []
    seen: list[tuple[float, ...]] = []
    diverged: int | None = None
    added = 0.0

    def look(done: int) -> bool:
        """Losses and shares right on both parts; False where they can no longer be said."""
        scores, scores_val = model.forward(x).copy(), model.forward(x_val).copy()
        if not (np.isfinite(scores).all() and np.isfinite(scores_val).all()):
            return False
        losses = loss(scores, y)[0], loss(scores_val, y_val)[0]
        right = accuracy(predicted_labels(scores), y), accuracy(predicted_labels(scores_val), y_val)
        ratio = update_ratio(before, weights - before) if done and np.any(before) else np.nan
        seen.append((done, *losses, 100.0 * right[0], 100.0 * right[1], ratio))
        return bool(np.isfinite(losses).all())

    def in_order(rng: np.random.Generator) -> list[Labels]:
        if setup.shuffled:
            return minibatches(len(x), BATCH, rng)
        return [np.arange(i, min(i + BATCH, len(x))) for i in range(0, len(x), BATCH)]

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        look(0)
        steps = train(
            model,
            x,
            y,
            optimizer=optimizer(setup),
            epochs=STEPS,
            batch_size=BATCH,
            rng=np.random.default_rng([seed, 2]),
            penalty=nn.L2(setup.penalty),
            batches=in_order,
        )
        for step in steps:
            done = step.number + 1
            added = step.penalty if done == 1 else added
            if step.event == "diverged":
                diverged = step.number
                break
            batch.append(step.loss)
            if done in LOOKS and not look(done):
                diverged = done
                break
            if done + 1 in LOOKS:
                before[...] = weights
            if done == STEPS:
                break
        hidden = model.outputs(x)[1]
    looked, train_loss, val, right, val_right, ratio = np.array([row for row in seen if np.isfinite(row[1:5]).all()]).T
    return Run(
        np.array(batch),
        looked,
        train_loss,
        val,
        right,
        val_right,
        ratio,
        penalty=float(added),
        mean=float(x.mean()),
        std=float(x.std()),
        dead=100.0 * nn.dead_fraction(np.nan_to_num(hidden, nan=1.0)),
        grew=_length(model.params) / start if start else float("inf"),
        diverged=diverged,
    )


def _length(params: Values) -> float:
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(params.astype(np.float64)))
