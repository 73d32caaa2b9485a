"""Ensembles of models: how to train their members, and how to ask them."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import instance, takes
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
        model = fit(x[rows], y[rows], rng)
        if model is None:
            raise ValueError("bagging: fit must return the model that it trained, it returned None")
        members.append(Member(model, out_of_bag(rows, len(x))))
    return members


@takes(every="whole [1, inf)")
def snapshots(steps: Iterable[Step], model: Sequential, every: int) -> list[Sequential]:
    """Copies of `model` after every `every` of the `steps` that `train(model, ...)` yields; it trains to their end.

    With a learning rate that falls to 0 and starts again every `every` steps, such as
    `schedule=lambda t: cosine_decay(t % every, lr0, every)`, each copy has settled in a valley of its own: an ensemble
    for the price of one run (Huang et al. 2017). A step at which the run diverged gives no copy.
    """
    instance("snapshots: model", model, Sequential, "a Sequential")
    instance("snapshots: steps", steps, Iterable, "the steps that train yields")
    kept = []
    for step in steps:
        instance("snapshots: steps", step, Step, "the steps that train yields")
        if (step.number + 1) % every == 0 and step.event != "diverged":
            kept.append(copy.deepcopy(model))
    return kept


@takes(model="function")
def predict_probabilities(model: Sequential, x: ArrayLike) -> Array:
    """`(N, C)`: the softmax of the model's scores for `x`, outside training (no dropout, running statistics)."""
    return softmax(model(x))


def ensemble_probabilities(models: Sequence[Sequential], x: ArrayLike) -> Array:
    """`(N, C)`: the mean of the models' probabilities for `x`. Raises `ValueError` if there is no model."""
    if not isinstance(models, Sequence) or not models or not all(map(callable, models)):
        raise ValueError("ensemble_probabilities: models must be a list of at least one model")
    each = [predict_probabilities(model, x) for model in models]
    if len({probabilities.shape for probabilities in each}) > 1:
        shapes = ", ".join(str(probabilities.shape) for probabilities in each)
        raise ValueError(f"ensemble_probabilities: models must give scores of one shape, they give {shapes}")
    return average_probabilities(np.stack(each))
