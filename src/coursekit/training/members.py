"""Ensembles of models: how to train their members, and how to ask them."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import takes
from coursekit.nn import Sequential, softmax
from coursekit.training.ensembles import average_probabilities, bootstrap_indices, out_of_bag
from coursekit.training.loop import Step

Array = NDArray[np.floating]


class Member(NamedTuple):
    """A bagged model, and the indices of the examples that it has not seen: a validation set that costs nothing."""

    model: Any
    out_of_bag: NDArray[np.int64]


@takes(fit="function", x="any array (N, ...)", y="any array (N, ...)", n_members="whole [1, inf)", rng="rng")
def bagging(
    fit: Callable[[Any, Any, np.random.Generator], Any], x: Any, y: Any, n_members: int, rng: np.random.Generator
) -> list[Member]:
    """`n_members` models, each `fit(x_rows, y_rows, rng)` to N examples drawn with replacement (Breiman 1996).

    `fit` makes a model, trains it and returns it.
    """
    members = []
    for _ in range(n_members):
        rows = bootstrap_indices(len(x), rng)
        members.append(Member(fit(x[rows], y[rows], rng), out_of_bag(rows, len(x))))
    return members


@takes(every="whole [1, inf)")
def snapshots(steps: Iterable[Step], model: Sequential, every: int) -> list[Sequential]:
    """Copies of `model` after every `every` of the `steps` that `train(model, ...)` yields; it trains to their end.

    With a learning rate that falls to 0 and starts again every `every` steps, such as
    `schedule=lambda t: cosine_decay(t % every, lr0, every)`, each copy has settled in a valley of its own: an ensemble
    for the price of one run (Huang et al. 2017). The diverged end of a run is not kept.
    """
    return [copy.deepcopy(model) for step in steps if (step.number + 1) % every == 0 and step.event != "diverged"]


def predict_probabilities(model: Sequential, x: ArrayLike) -> Array:
    """`(N, C)`: the softmax of the model's scores for `x`, outside training (no dropout, running statistics)."""
    return softmax(model(x))


def ensemble_probabilities(models: Sequence[Sequential], x: ArrayLike) -> Array:
    """`(N, C)`: the mean of the models' probabilities for `x`. Raises `ValueError` if there is no model."""
    if not models:
        raise ValueError("ensemble_probabilities: models must be a list of at least one model")
    return average_probabilities(np.stack([predict_probabilities(model, x) for model in models]))
