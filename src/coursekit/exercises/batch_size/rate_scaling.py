"""linear_scaling and sqrt_scaling."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.optim import linear_scaling, sqrt_scaling


def _cases(draw: Draw) -> list[Case]:
    def case(lr: float, batch_size: int, base: int, about: str = "", group: str = "larger", **given: Any) -> Case:
        if given:
            return Case(
                args=(lr,), kwargs={"batch_size": batch_size, "base_batch_size": base}, about=about, group=group
            )
        return Case(args=(lr, batch_size, base), about=about, group=group)

    base = draw.size(10, 40)
    return [
        case(0.1, 144, 16),
        case(draw.number(0.05, 0.5), 8192, 256),
        case(draw.number(0.05, 0.5), base * draw.size(3, 6), base),
        case(draw.number(0.05, 0.5), base + draw.size(2, 8), base, "not a multiple"),
        case(0.1, 16, 64, group="smaller"),
        case(draw.number(0.05, 0.5), draw.size(3, 8), base, group="smaller"),
        case(draw.number(0.05, 0.5), base, base, "the same batch size", "edges"),
        case(1, 3 * base, base, "lr is the whole number 1", "edges"),
        case(draw.number(0.05, 0.5), 1, base, "a batch of one", "edges"),
        case(draw.number(0.05, 0.5), 4 * base, base, "by keyword", "edges", keyword=True),
        case(0.1, 144, 16, "the first input once more"),
    ]


_SMALLER = values(
    1,
    "With a smaller batch than the one that `lr` was found at, should the rate be larger or smaller?",
    name="a smaller batch",
    group="smaller",
)

LINEAR_SCALING = Exercise(
    assignment="batch_size",
    reference=linear_scaling,
    task="`lr` is a learning rate that was found to be good at batches of `base_batch_size`. Return the rate for "
    "batches of `batch_size` by the linear rule of Goyal et al.: as many times the batch, as many times the rate.",
    rule="lr * batch_size / base_batch_size",
    returns=Number(),
    cases=_cases,
    checks=(
        values(
            2,
            "From batches of 16 to batches of 144: how many times larger is the batch, and the rate?",
            name="a larger batch",
            group="larger",
        ),
        _SMALLER,
        edges(1, "Work the ratio of the two batch sizes out by hand. Is it a whole number here?"),
    ),
    misconceptions=(
        Misconception(
            id="square_root",
            function=lambda lr, batch_size, base_batch_size: lr * np.sqrt(batch_size / base_batch_size),
            hint="You scale by the square root of the ratio, which is the rule of Hoffer et al. Which rule is asked "
            "for here?",
        ),
        Misconception(
            id="ratio_upside_down",
            function=lambda lr, batch_size, base_batch_size: lr * base_batch_size / batch_size,
            hint="Your rate falls when the batch grows. The gradient of a large batch is less noisy: does that ask for "
            "smaller steps or allow larger ones?",
        ),
        Misconception(
            id="whole_ratio",
            function=lambda lr, batch_size, base_batch_size: lr * (batch_size // base_batch_size),
            hint="`//` cuts the ratio down to a whole number: from 16 to 24 it says 1, from 64 to 16 it says 0. Which "
            "division keeps the fraction?",
        ),
        Misconception(
            id="no_base",
            function=lambda lr, batch_size, base_batch_size: lr * batch_size,
            hint="You multiply by the batch size itself. At which batch size should the rate stay what it is?",
        ),
        Misconception(
            id="unchanged",
            function=lambda lr, batch_size, base_batch_size: lr,
            hint="Your rate does not change. A mean over the batch keeps the size of the gradient; does it also keep "
            "the number of updates in an epoch?",
        ),
        Misconception(
            id="divided_by_the_batch",
            function=lambda lr, batch_size, base_batch_size: lr / batch_size,
            hint="You divide the rate by the batch size. The loss is a mean already: what would be divided here?",
        ),
        Misconception(
            id="never_smaller",
            function=lambda lr, batch_size, base_batch_size: lr * max(1, batch_size / base_batch_size),
            hint="Your rate never falls below `lr`. What does the rule say about a batch half as large?",
        ),
        Misconception(
            id="doublings",
            function=lambda lr, batch_size, base_batch_size: lr * (1 + np.log2(batch_size / base_batch_size)),
            hint="You add one `lr` for each doubling of the batch. If the batch is 4 times as large, is the rate 3 or "
            "4 times as large?",
        ),
    ),
    variants={
        "ratio": lambda lr, batch_size, base_batch_size: lr * (batch_size / base_batch_size),
        "per_example": lambda lr, batch_size, base_batch_size: lr / base_batch_size * batch_size,
        "numpy_scalar": lambda lr, batch_size, base_batch_size: np.float64(lr) * batch_size / base_batch_size,
        "array_of_no_axes": lambda lr, batch_size, base_batch_size: np.array(lr * batch_size / base_batch_size),
    },
)

SQRT_SCALING = Exercise(
    assignment="batch_size",
    reference=sqrt_scaling,
    task="`lr` is a learning rate that was found to be good at batches of `base_batch_size`. Return the rate for "
    "batches of `batch_size` by the square-root rule of Hoffer et al., which keeps the noise of an update the same.",
    rule="lr * sqrt(batch_size / base_batch_size)",
    returns=Number(),
    cases=_cases,
    checks=(
        values(
            2,
            "From batches of 16 to batches of 144 the ratio is 9. What is its square root, and the rate?",
            name="a larger batch",
            group="larger",
        ),
        _SMALLER,
        edges(1, "Work the ratio of the two batch sizes out by hand, then its square root. Is it a whole number here?"),
    ),
    misconceptions=(
        Misconception(
            id="linear",
            function=lambda lr, batch_size, base_batch_size: lr * batch_size / base_batch_size,
            hint="You scale by the ratio itself, which is the linear rule of Goyal et al. Where is the root?",
        ),
        Misconception(
            id="ratio_upside_down",
            function=lambda lr, batch_size, base_batch_size: lr * np.sqrt(base_batch_size / batch_size),
            hint="Your rate falls when the batch grows. The gradient of a large batch is less noisy: does that ask for "
            "smaller steps or allow larger ones?",
        ),
        Misconception(
            id="half_in_place_of_a_root",
            function=lambda lr, batch_size, base_batch_size: lr * (batch_size / base_batch_size) ** 1 / 2,
            hint="`r ** 1 / 2` takes the first power and then halves it. Where do brackets belong?",
        ),
        Misconception(
            id="root_of_the_rate_too",
            function=lambda lr, batch_size, base_batch_size: np.sqrt(lr * batch_size / base_batch_size),
            hint="The root is taken of `lr` too. What should come out when the batch size does not change?",
        ),
        Misconception(
            id="whole_ratio",
            function=lambda lr, batch_size, base_batch_size: lr * np.sqrt(batch_size // base_batch_size),
            hint="`//` cuts the ratio down to a whole number before the root. Which division keeps the fraction?",
        ),
        Misconception(
            id="whole_root",
            function=lambda lr, batch_size, base_batch_size: lr * math.isqrt(batch_size // base_batch_size),
            hint="`math.isqrt` gives a whole number: of a ratio of 2 it makes 1. Which function gives 1.414?",
        ),
        Misconception(
            id="squared",
            function=lambda lr, batch_size, base_batch_size: lr * (batch_size / base_batch_size) ** 2,
            hint="You square the ratio. Which power is a square root?",
        ),
        Misconception(
            id="no_base",
            function=lambda lr, batch_size, base_batch_size: lr * np.sqrt(batch_size),
            hint="You multiply by the root of the batch size itself. At which batch size should the rate stay what it "
            "is?",
        ),
        Misconception(
            id="unchanged",
            function=lambda lr, batch_size, base_batch_size: lr,
            hint="Your rate does not change. The noise of a mean falls with the batch: what keeps the noise of the "
            "update, rate times gradient, the same?",
        ),
        Misconception(
            id="never_smaller",
            function=lambda lr, batch_size, base_batch_size: lr * max(1, np.sqrt(batch_size / base_batch_size)),
            hint="Your rate never falls below `lr`. What does the rule say about a batch half as large?",
        ),
    ),
    variants={
        "power": lambda lr, batch_size, base_batch_size: lr * (batch_size / base_batch_size) ** 0.5,
        "roots_apart": lambda lr, batch_size, base_batch_size: lr * math.sqrt(batch_size) / math.sqrt(base_batch_size),
        "numpy_scalar": lambda lr, batch_size, base_batch_size: np.sqrt(lr * lr * batch_size / base_batch_size),
        "array_of_no_axes": lambda lr, batch_size, base_batch_size: np.array(
            lr * np.exp(0.5 * np.log(batch_size / base_batch_size))
        ),
    },
)
