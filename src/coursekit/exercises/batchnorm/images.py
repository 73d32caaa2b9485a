"""spatial_batchnorm_train."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.batchnorm.drawing import momentum_and_eps, of_features, training_cases
from coursekit.exercises.batchnorm.image_slips import SLIPS
from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Opaque, Several
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, keeps_float32, large, unchanged, values
from coursekit.nn import spatial_batchnorm_train


def _cases(draw: Draw) -> list[Case]:
    def case(x: Array, about: str = "", group: str = "edges") -> Case:
        return Case(args=(x, *of_features(draw, x.shape[3])), kwargs=momentum_and_eps(draw), about=about, group=group)

    n, h, w, c = draw.size(2, 4), draw.size(2, 4), draw.size(3, 5), draw.size(2, 3)
    constant = draw.array(2, 2, 3, 2)
    constant[..., 0] = 3.0
    cases = training_cases(draw, (2, 1, 2, 1), (2, 2, 3, 2), (n, h, w, c))
    cases += [
        case(draw.array(1, 2, 3, 2), "one image"),
        case(draw.array(3, 1, 1, 2), "images of one pixel"),
        case(draw.array(1, 1, 1, 3), "one image of one pixel: its variance is 0"),
        case(draw.array(2, 3, 2, 1), "one channel"),
        case(constant, "a channel that is the same everywhere"),
    ]
    cases = [replace(one, scale=10.0) if one.group == "large" else one for one in cases]
    return with_layouts(cases, typical=lambda: case(draw.array(2, 3, 2, 2), group="values"))


def _follow(running: Array, batch: Array, momentum: float) -> Any:
    return momentum * running + (1 - momentum) * batch


def _loop(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    out, new_mean, new_var = np.empty_like(x), np.empty_like(running_mean), np.empty_like(running_var)
    for c in range(x.shape[3]):
        channel = x[:, :, :, c]
        mean = channel.mean()
        var = ((channel - mean) ** 2).mean()
        out[:, :, :, c] = gamma[c] * (channel - mean) / np.sqrt(var + eps) + beta[c]
        new_mean[c] = momentum * running_mean[c] + (1 - momentum) * mean
        new_var[c] = momentum * running_var[c] + (1 - momentum) * var
    return out, None, new_mean, new_var


def _as_rows(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    rows = x.reshape(-1, x.shape[-1])
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    out = (gamma * (rows - mean) / np.sqrt(var + eps) + beta).reshape(x.shape)
    return [out, {"rows": rows}, _follow(running_mean, mean, momentum), _follow(running_var, var, momentum)]


def _channels_first(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    swapped = x.transpose(3, 0, 1, 2)
    flat = swapped.reshape(len(gamma), -1)
    mean, var = flat.mean(axis=1), flat.var(axis=1)
    scale = gamma / np.sqrt(var + eps)
    out = flat * scale[:, None] + (beta - mean * scale)[:, None]
    new_mean = running_mean + (1 - momentum) * (mean - running_mean)
    return out.reshape(swapped.shape).transpose(1, 2, 3, 0), None, new_mean, _follow(running_var, var, momentum)


SPATIAL_BATCHNORM_TRAIN = Exercise(
    assignment="batchnorm",
    reference=spatial_batchnorm_train,
    task="Write batch normalization for images, in training. `x` is `(N, H, W, C)`, the channels last; all other "
    "arrays are `(C,)`. A convolution treats every pixel alike, so each CHANNEL has one mean and one variance, over "
    "all pixels of all images of the batch. The rest is as in `batchnorm_train`, which you may call. Return `out` of "
    "the shape of `x`, a cache of your own, and the new running statistics of shape `(C,)`.",
    rule="mean, var over images, rows and columns, for each channel;  out = gamma * (x - mean) / sqrt(var + eps) + "
    "beta;  running = momentum * running + (1 - momentum) * batch, for the mean and for the variance",
    returns=Several(out=ArrayOf(), cache=Opaque(), running_mean=ArrayOf(), running_var=ArrayOf()),
    cases=_cases,
    checks=(
        values(
            3,
            "How many numbers does one channel have in the whole batch? Its mean is over all of them.",
            name="out",
            part="out",
        ),
        values(
            1,
            "One number a channel: the old value times `momentum`, and the rest from the batch.",
            name="running_mean",
            part="running_mean",
        ),
        values(
            1,
            "One number a channel: the old value times `momentum`, and the rest from the batch's variance.",
            name="running_var",
            part="running_var",
        ),
        Check(
            name="momentum = 0.9, eps = 1e-5 by default",
            points=1,
            group="default",
            hint="Which defaults does the signature in the task have? If you call `batchnorm_train`, do you hand both "
            "options on?",
        ),
        edges(),
        large(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=SLIPS,
    variants={"loop": _loop, "rows": _as_rows, "channels_in_front": _channels_first},
)
