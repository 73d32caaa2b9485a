"""Training, validation and test sets: the examples shuffled, then each put into exactly one part."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import label_array, takes

Data = NDArray[Any]


@takes(x="any array (N, ...)", y="any array (N, ...)", test_share="real (0, 1)", rng="rng", stratify="flag")
def train_test_split(
    x: Data, y: Data, test_share: float, rng: np.random.Generator, *, stratify: bool = False
) -> tuple[Data, Data, Data, Data]:
    """`x_train, y_train, x_test, y_test`: the examples in random order, about `test_share` of them for the test.

    (scikit-learn's function of this name returns them in the order `x_train, x_test, y_train, y_test`.)

    The number of test examples is `test_share * N`, rounded, but at least 1 and at most N - 1. With `stratify`, `y`
    holds labels and that is counted within each class, so that rare classes are on both sides; a class of one example
    stays in training. Raises `ValueError` if there is nothing for the test.

    >>> x, y = np.arange(10.0).reshape(5, 2), np.array([0, 0, 1, 1, 1])
    >>> x_train, y_train, x_test, y_test = train_test_split(x, y, 0.4, np.random.default_rng(0), stratify=True)
    >>> x_train.shape, sorted(y_train.tolist()), sorted(y_test.tolist())
    ((3, 2), [0, 1, 1], [0, 1])
    """
    labels = label_array("train_test_split: y", y) if stratify else np.zeros(len(y), np.intp)
    in_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        in_test[members[: min(max(1, round(test_share * len(members))), len(members) - 1)]] = True
    if not in_test.any():
        raise ValueError(f"train_test_split: {len(y)} example(s) leave none for the test")
    train, test = rng.permutation(np.flatnonzero(~in_test)), rng.permutation(np.flatnonzero(in_test))
    return x[train], y[train], x[test], y[test]


@takes(
    x="any array (N, ...)",
    y="any array (N, ...)",
    validation_share="real (0, 1)",
    test_share="real (0, 1)",
    rng="rng",
    stratify="flag",
)
def train_validation_test_split(
    x: Data, y: Data, validation_share: float, test_share: float, rng: np.random.Generator, *, stratify: bool = False
) -> tuple[Data, Data, Data, Data, Data, Data]:
    """`x_train, y_train, x_val, y_val, x_test, y_test`: the test set split off first, the validation set from the rest.

    Both shares are of all N examples; what they leave is for training. Raises `ValueError` if they leave nothing.
    """
    if not validation_share + test_share < 1.0:
        raise ValueError(
            "train_validation_test_split: validation_share and test_share must leave some for training, "
            f"they add up to {validation_share + test_share:g}"
        )
    x_rest, y_rest, x_test, y_test = train_test_split(x, y, test_share, rng, stratify=stratify)
    share = validation_share / (1.0 - test_share)
    return *train_test_split(x_rest, y_rest, share, rng, stratify=stratify), x_test, y_test
