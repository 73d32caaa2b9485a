"""batchnorm_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.batchnorm.drawing import both_signs, far_from_zero, of_features, with_a_constant_feature
from coursekit.exercises.batchnorm.gradient_answers import SLIPS, VARIANTS, forward
from coursekit.exercises.batchnorm.train_mode import BATCHNORM_TRAIN
from coursekit.exercises.cases import Array, Case, Draw, Given, with_layouts
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, keeps_float32, unchanged, values
from coursekit.nn import batchnorm_backward


def _cache_of(*args: Any) -> Given:
    return Given("batchnorm_train", args, pick=1, names=BATCHNORM_TRAIN.parameters)


def _cases(draw: Draw) -> list[Case]:
    def case(x: Array, about: str = "", group: str = "values", dout: Array | None = None, scale: float = 1.0) -> Case:
        options = (draw.number(0.6, 0.9), draw.number(0.1, 0.5))
        cache = _cache_of(x, *of_features(draw, x.shape[1]), *options)
        dout = draw.array(*x.shape) if dout is None else dout
        return Case(args=(dout, cache), about=about, group=group, scale=scale)

    def typical() -> Case:
        return case(draw.array(draw.size(4, 7), draw.size(2, 4)))

    plain = draw.array(4, 2)
    default = _cache_of(plain, *of_features(draw, 2))
    cases = [
        case(draw.array(3, 1)),
        case(draw.array(3, 2)),
        case(draw.array(4, 3)),
        typical(),
        Case(args=(draw.array(4, 2), default), about="eps left at its default"),
        case(draw.array(draw.size(7, 12), draw.size(3, 6))),
        case(draw.array(1, draw.size(2, 5)), "one row: nothing you do to x changes the output", "edges"),
        case(draw.array(draw.size(4, 7), 1), "one feature", "edges"),
        case(np.zeros((3, 2)), "x is zero", "edges"),
        case(with_a_constant_feature(draw, 4, 3), "a feature that is the same in every row", "edges"),
        case(draw.array(3, 2), "dout is zero", "edges", dout=np.zeros((3, 2))),
        case(both_signs(draw, 4, 2), "x up to 1e4 of both signs", "edges", scale=10.0),
        case(far_from_zero(draw, 4, 2), "x near 1e4", "edges", scale=10.0),
        case(draw.array(4, 2), "dout up to 1e4", "edges", dout=both_signs(draw, 4, 2), scale=1e4),
    ]
    return with_layouts(cases, typical=typical)


BATCHNORM_BACKWARD = Exercise(
    assignment="batchnorm",
    reference=batchnorm_backward,
    task="Write the backward pass of `batchnorm_train`. `dout` is `(N, D)`, the gradient at its output; `cache` is "
    "what YOUR `batchnorm_train` returned as its second result. Return `dx` of shape `(N, D)`, and `dgamma` and "
    "`dbeta` of shape `(D,)`. The mean and the variance depend on `x` too, so `x` reaches the output in three ways.",
    rule="z = (x - mean) / sqrt(var + eps);  dbeta = sum of dout over the rows;  dgamma = sum of dout * z over the "
    "rows;  dx = gamma / sqrt(var + eps) * (dout - dbeta / N - z * dgamma / N)",
    returns=Several(dx=ArrayOf(), dgamma=ArrayOf(), dbeta=ArrayOf()),
    cases=_cases,
    needs=("batchnorm_train",),
    helpers={"batchnorm_train": forward},
    first=(BATCHNORM_TRAIN,),
    speed=lambda draw: Case(
        args=(
            draw.array(200, 100),
            _cache_of(draw.array(200, 100), *of_features(draw, 100)),
        )
    ),
    checks=(
        values(
            4,
            "x reaches the output by itself, through the mean and through the variance. Does your dx have three terms?",
            name="dx",
            part="dx",
        ),
        values(
            2,
            "gamma multiplies the normalized x in every row. What comes together in its gradient?",
            name="dgamma",
            part="dgamma",
        ),
        values(1, "beta is added in every row. What comes together in its gradient?", name="dbeta", part="dbeta"),
        edges(hint="Work out what should come here: if x moves a little, does the output move?"),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=SLIPS,
    variants=VARIANTS,
)
