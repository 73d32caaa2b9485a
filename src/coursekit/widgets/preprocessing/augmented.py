"""Few digits, augmented: what a small net makes of them, and which real digits they come to look like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.data import (
    add_noise,
    digits,
    elastic_distortion,
    horizontal_flip,
    pad_and_crop,
    random_flip,
    rotate,
    shift,
    vertical_flip,
    zoom,
)
from coursekit.optim import SGD
from coursekit.training import train_stack

Values = NDArray[np.floating]
Labels = NDArray[np.int64]
Warp = Callable[[Values, np.random.Generator, float], Values]

RUNS, STEPS, BATCH, RATE, HIDDEN = 5, 300, 32, 0.3, 64
#: Augmented digits that one run trains on, whatever the number of digits they are made of.
MADE = 2000
#: Digits that are augmented to see which real digit they come nearest to.
LOOKED_AT = 1000
SIGMA = 2.0


def upside_down(images: Values) -> Values:
    """The images turned by 180 degrees."""
    return vertical_flip(horizontal_flip(images))


def _flipped(flip: Callable[[Values], Values]) -> Warp:
    return lambda images, rng, percent: random_flip(images, rng, percent / 100.0, flip)


#: What can be done to images `(N, 8, 8, 1)`, and what it does with an amount.
WARPS: dict[str, Warp] = {
    "crop": lambda images, rng, border: pad_and_crop(images, int(border), rng),
    "scale": lambda images, rng, factor: zoom(images, rng, 1.0 / factor, factor),
    "shift": lambda images, rng, pixels: shift(images, rng, -pixels, pixels),
    "rotate": lambda images, rng, degrees: rotate(images, rng, -degrees, degrees),
    "mirror": _flipped(horizontal_flip),
    "topple": _flipped(vertical_flip),
    "turn": _flipped(upside_down),
    "noise": lambda images, rng, std: add_noise(images, rng, std),
    "elastic": lambda images, rng, alpha: elastic_distortion(images, rng, alpha, SIGMA),
}
#: Those of which the amount is the share that is changed, in per cent.
FLIPS = ("mirror", "topple", "turn")


def augmented(x: Values, rng: np.random.Generator, kind: str, amount: float) -> Values:
    """Digits `(N, 64)` after the augmentation, each with a draw of its own."""
    return WARPS[kind](x.reshape(-1, 8, 8, 1), rng, amount).reshape(len(x), 64)


@lru_cache(maxsize=1)
def all_digits() -> tuple[Values, Labels]:
    """The 1,797 digits, grey values from 0 to 16."""
    x, y = digits()
    return x.astype(np.float32), y


@lru_cache(maxsize=2 * RUNS)
def few_digits(few: int, run: int) -> NDArray[np.intp]:
    """The rows of the digits that a run trains on, as many of each class; a smaller set lies in a larger one."""
    y = all_digits()[1]
    order = np.random.default_rng(run).permutation(len(y))
    return np.stack([order[y[order] == k][: few // 10] for k in range(10)], axis=1).ravel()


@lru_cache(maxsize=96)
def errors(few: int, kind: str | None, amount: float, seed: int) -> Values:
    """Test errors in per cent of five nets, one a run; `kind` None leaves the digits as they are.

    Each run has its own digits, start and batches. None of the three depends on the augmentation: a batch holds the
    same digits in the same order, changed or not. The test is on all other digits, as they are.
    """
    x, y = all_digits()
    models, rngs, made, labels, tests = [], [], [], [], []
    for run in range(RUNS * seed, RUNS * (seed + 1)):
        rows = few_digits(few, run)
        others = np.delete(np.arange(len(y)), rows)
        mean, std = x[rows].mean(axis=0), x[rows].std()
        copies = np.tile(rows, MADE // few)
        images = x[copies] if kind is None else augmented(x[copies], np.random.default_rng([run, 1]), kind, amount)
        layers = nn.Linear(64, HIDDEN, init=nn.he_init), nn.ReLU(), nn.Linear(HIDDEN, 10, init=nn.xavier_init)
        models.append(nn.Sequential(*layers, rng=np.random.default_rng([run, 2]), dtype=np.float32))
        rngs.append(np.random.default_rng([run, 3]))
        made.append((images - mean) / std)
        labels.append(y[copies])
        tests.append(((x[others] - mean) / std, y[others]))
    stack = nn.Stack(models)
    steps = train_stack(
        stack, np.stack(made), np.stack(labels), optimizer=SGD(RATE), epochs=STEPS, batch_size=BATCH, rngs=rngs
    )
    for _, _ in zip(range(STEPS), steps, strict=False):
        pass
    pairs = zip(stack.members(), tests, strict=True)
    return np.array([100.0 * np.mean(model.forward(x).argmax(axis=1) != y) for model, (x, y) in pairs])


def nearest(images: Values, rows: NDArray[np.intp]) -> Labels:
    """The labels of the real digits nearest to images `(N, 64)`; the digit `rows[i]` is left out for image i."""
    x, y = all_digits()
    distances = np.sum(x * x, axis=1) - 2.0 * images @ x.T
    distances[np.arange(len(rows)), rows] = np.inf
    labels: Labels = y[distances.argmin(axis=1)]
    return labels


@dataclass(frozen=True)
class Looks:
    """What augmented digits look like: `table[k, j]` in per cent of the digits k come nearest to a real digit j."""

    table: Values

    @property
    def kept(self) -> Values:
        """How many of each digit come nearest to one with their own label, in per cent."""
        return np.diag(self.table)

    def mostly(self, digit: int) -> int | None:
        """The other digit that more than half of these come nearest to."""
        other = int(self.table[digit].argmax())
        return other if other != digit and self.table[digit, other] > 50.0 else None


@lru_cache(maxsize=48)
def looks(kind: str, amount: float, seed: int) -> Looks:
    """The augmentation on 1,000 digits. Of a flip all that are flipped count: all of them, unless none is."""
    rows = np.random.default_rng([seed, 4]).permutation(len(all_digits()[1]))[:LOOKED_AT]
    x, y = all_digits()
    whole = 100.0 if kind in FLIPS and amount > 0 else amount
    seen = nearest(augmented(x[rows], np.random.default_rng([seed, 5]), kind, whole), rows)
    counts = np.bincount(10 * y[rows] + seen, minlength=100).reshape(10, 10)
    return Looks(100.0 * counts / counts.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Shown:
    """One digit of each class, and some augmented versions: images `(10, 64)` and `(V, 10, 64)`, and what these are
    nearest to, `(V, 10)`."""

    originals: Values
    versions: Values
    seen: Labels


@lru_cache(maxsize=48)
def shown(kind: str, amount: float, seed: int, versions: int) -> Shown:
    """The first digits of the first run."""
    rows = few_digits(10, RUNS * seed)
    originals = all_digits()[0][rows]
    rng = np.random.default_rng([seed, 6])
    draw = partial(augmented, originals, rng, kind, amount)
    made = np.stack([draw() for _ in range(versions)])
    return Shown(originals, made, np.stack([nearest(images, rows) for images in made]))
