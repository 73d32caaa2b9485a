"""batchnorm_train."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.batchnorm.drawing import (
    momentum_and_eps,
    of_features,
    training_cases,
    with_a_constant_feature,
)
from coursekit.exercises.batchnorm.train_slips import SLIPS
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Opaque, Several
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, keeps_float32, large, unchanged, values
from coursekit.nn import batchnorm_train


def _cases(draw: Draw) -> list[Case]:
    def case(x: Array, about: str = "", group: str = "edges") -> Case:
        return Case(args=(x, *of_features(draw, x.shape[1])), kwargs=momentum_and_eps(draw), about=about, group=group)

    n, d = draw.size(4, 7), draw.size(2, 4)
    cases = training_cases(draw, (2, 1), (3, 2), (n, d))
    cases += [
        case(draw.array(draw.size(3, 6), 1), "one feature"),
        case(draw.array(1, draw.size(2, 5)), "one row: its variance is 0"),
        case(with_a_constant_feature(draw, draw.size(3, 6), 3), "a feature that is the same in every row"),
    ]
    cases = [replace(c, scale=10.0) if c.group == "large" else c for c in cases]
    return with_layouts(cases, typical=lambda: case(draw.array(draw.size(3, 6), 3), group="values"))


def _loop(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    n, d = x.shape
    out, mean, var = np.empty_like(x), np.empty_like(running_mean), np.empty_like(running_var)
    for j in range(d):
        mean[j] = sum(x[i, j] for i in range(n)) / n
        var[j] = sum((x[i, j] - mean[j]) ** 2 for i in range(n)) / n
        for i in range(n):
            out[i, j] = gamma[j] * (x[i, j] - mean[j]) / (var[j] + eps) ** 0.5 + beta[j]
    new_mean, new_var = running_mean.copy(), running_var.copy()
    for j in range(d):
        new_mean[j] = momentum * running_mean[j] + (1 - momentum) * mean[j]
        new_var[j] = momentum * running_var[j] + (1 - momentum) * var[j]
    return [out, {"mean": mean, "var": var}, new_mean, new_var]


def _moments(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    mean = x.sum(axis=0) / len(x)
    var = np.maximum((x**2).mean(axis=0) - mean**2, 0)
    scale = gamma / np.sqrt(var + eps)
    out = x * scale + (beta - mean * scale)
    return out, (x, scale), running_mean + (1 - momentum) * (mean - running_mean), momentum * (running_var - var) + var


def _copies(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out = x - x.mean(axis=0, keepdims=True)
    out *= (x.var(axis=0, keepdims=True) + eps) ** -0.5
    cache = {"normalized": out.copy(), "gamma": gamma}
    out *= gamma
    out += beta
    running_mean, running_var = running_mean.copy(), running_var.copy()
    running_mean *= momentum
    running_mean += (1 - momentum) * x.mean(axis=0)
    running_var *= momentum
    running_var += (1 - momentum) * x.std(axis=0) ** 2
    return out, cache, running_mean, running_var


BATCHNORM_TRAIN = Exercise(
    assignment="batchnorm",
    reference=batchnorm_train,
    task="Write the forward pass of batch normalization in training. `x` is `(N, D)`, all other arrays are `(D,)`. "
    "Normalize each feature (column) with the mean and the variance of THIS batch, then scale it by `gamma` and shift "
    "it by `beta`. The variance divides by N, and `eps` stands inside the root. Return `out, cache, running_mean, "
    "running_var`: `cache` is whatever your `batchnorm_backward` will need, and the running statistics are new arrays "
    "of shape `(D,)`.",
    rule="mean, var over the rows of x;  out = gamma * (x - mean) / sqrt(var + eps) + beta;  "
    "running = momentum * running + (1 - momentum) * batch, for the mean and for the variance",
    returns=Several(out=ArrayOf(), cache=Opaque(), running_mean=ArrayOf(), running_var=ArrayOf()),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(200, 100), *of_features(draw, 100))),
    checks=(
        values(
            3,
            "Take one column by hand: its mean, its variance, the root with eps in it. Then gamma times, plus beta.",
            name="out",
            part="out",
        ),
        values(
            1,
            "The old value keeps the share `momentum`. What is the share of the batch, so that the two add up to 1?",
            name="running_mean",
            part="running_mean",
        ),
        values(
            1,
            "As for the running mean, with the variance of the batch. Is it the variance that you put in?",
            name="running_var",
            part="running_var",
        ),
        Check(
            name="momentum = 0.9, eps = 1e-5 by default",
            points=1,
            group="default",
            hint="Which defaults does the signature in the task have, and which has your `def` line?",
        ),
        edges(hint="Where every row has the same value the variance is 0. What does your formula divide by then?"),
        large(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=SLIPS,
    variants={"loop": _loop, "moments": _moments, "copies": _copies},
)
