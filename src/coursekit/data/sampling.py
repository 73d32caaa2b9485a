"""Which examples to draw where classes are not equally frequent, as arrays of indices into `x` and `y`."""

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Labels = NDArray[np.integer]
Indices = NDArray[np.intp]


@takes(y="labels (N)", rng="rng", undersample="flag")
def balanced_indices(y: Labels, rng: np.random.Generator, *, undersample: bool = False) -> Indices:
    """Shuffled indices among which every class of `y`, `(N,)`, is equally frequent.

    Oversampling, the default: each class is brought to the size of the largest, all of its examples the same number of
    times, give or take one, so that none is lost. With `undersample` each is cut to the size of the smallest, drawn
    without replacement: no example comes twice, many not at all. Balance the training set only: the shares in a test
    set are what they are.

    >>> y = np.array([0, 0, 0, 0, 1])
    >>> np.bincount(y[balanced_indices(y, np.random.default_rng(0))])
    array([4, 4])
    >>> np.bincount(y[balanced_indices(y, np.random.default_rng(0), undersample=True)])
    array([1, 1])
    """
    classes = _classes(y)
    sizes = [len(members) for members in classes]
    size = min(sizes) if undersample else max(sizes)
    return rng.permutation(np.concatenate([_resized(members, size, rng) for members in classes]))


@takes(y="labels (N)", batch_size="whole [1, inf)", rng="rng")
def balanced_batches(y: Labels, batch_size: int, rng: np.random.Generator) -> list[Indices]:
    """Mini-batches in which the counts of any two classes of `y`, `(N,)`, differ by at most 1; the last may be short.

    An epoch holds every class as often as the largest one has examples, oversampled as by `balanced_indices`.

    >>> y = np.array([0, 0, 0, 0, 1])
    >>> [np.bincount(y[batch]).tolist() for batch in balanced_batches(y, 4, np.random.default_rng(0))]
    [[2, 2], [2, 2]]
    """
    classes = _classes(y)
    size = max(len(members) for members in classes)
    columns = [rng.permutation(_resized(members, size, rng)) for members in classes]
    # Classes in turn, in one order throughout: any stretch of that is balanced. Which comes first is drawn too.
    order = np.column_stack([columns[i] for i in rng.permutation(len(columns))]).ravel()
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


@takes(weights="finite array (N) of 0 or more", n="whole [1, inf)", rng="rng")
def weighted_indices(weights: NDArray[np.floating], n: int, rng: np.random.Generator) -> Indices:
    """`n` indices, `(n,)`, drawn with replacement, each with probability `weights / sum(weights)`.

    `class_weights(y, C)[y]` as weights makes the classes equally likely. Raises `ValueError` if all weights are 0.
    """
    probabilities = weights.astype(np.float64)
    if not probabilities.any():
        raise ValueError("weighted_indices: weights must not all be 0")
    return rng.choice(len(weights), n, p=probabilities / probabilities.sum())


@takes(x="any array (N, ...)", y="labels (N)", ratio="real (0, 1]", rng="rng", label="whole [0, inf)")
def imbalance(
    x: NDArray[np.generic], y: Labels, ratio: float, rng: np.random.Generator, *, label: int = 1
) -> tuple[NDArray[np.generic], Labels]:
    """`x`, `(N, ...)`, and `y`, `(N,)`, with a random share `ratio` (rounded, at least one) of the class `label`.

    All examples of the other classes stay, and so does the order. With two classes of the same size, `ratio=0.01` gives
    one example to a hundred. Raises `ValueError` if no example has that label.
    """
    members = np.flatnonzero(y == label)
    if len(members) == 0:
        raise ValueError(f"imbalance: label must be one of those in y, {label} is not among them")
    kept = rng.choice(members, max(1, round(ratio * len(members))), replace=False)
    stays = y != label
    stays[kept] = True
    return x[stays], y[stays]


def _classes(y: Labels) -> list[Indices]:
    """The indices of each class that occurs."""
    return [np.flatnonzero(y == label) for label in np.unique(y)]


def _resized(members: Indices, size: int, rng: np.random.Generator) -> Indices:
    """`size` of the members: each as often as any other, give or take one, chosen at random."""
    rest = rng.choice(members, size % len(members), replace=False)
    return np.concatenate([np.tile(members, size // len(members)), rest])
