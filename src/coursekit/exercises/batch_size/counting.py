"""updates_per_epoch."""

import math

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import updates_per_epoch


def _cases(draw: Draw) -> list[Case]:
    def case(n: int, batch_size: int, about: str = "", group: str = "short") -> Case:
        return Case(args=(n, batch_size), about=about, group=group)

    size = draw.size(5, 9)
    return [
        case(12, 4, group="full"),
        case(size * draw.size(3, 8), size, group="full"),
        case(128 * draw.size(50, 400), 128, group="full"),
        case(10, 4),
        case(11, 4),
        case(size * draw.size(3, 8) + 1, size, "one example is left over"),
        case(size * draw.size(3, 8) - 1, size, "one example is missing in the last batch"),
        case(50_000 + draw.size(1, 60), 128),
        case(draw.size(3, 6), draw.size(8, 12), "a batch larger than all", "edges"),
        case(draw.size(5, 9), 1, "batches of one", "edges"),
        case(size, size, "one batch", "edges"),
        case(1, 1, "one example", "edges"),
        case(12, 4, "the first input once more", "full"),
    ]


def _counted(n: int, batch_size: int) -> int:
    updates = 0
    while n > 0:
        n -= batch_size
        updates += 1
    return updates


UPDATES_PER_EPOCH = Exercise(
    assignment="batch_size",
    reference=updates_per_epoch,
    task="How many updates does one pass over `n` examples take, in batches of `batch_size`? A short last batch is an "
    "update too. Return a whole number.",
    rule="updates = n / batch_size, rounded up",
    returns=Number(integer=True),
    cases=_cases,
    checks=(
        values(2, "12 examples in batches of 4: how many batches are that?", name="batches that fit", group="full"),
        values(
            2,
            "10 examples in batches of 4: count the batches, and do not forget the last two examples. What does a "
            "division give, and which way is it rounded?",
            name="a short last batch",
            group="short",
        ),
        edges(1, "How many updates are there when a single batch holds all examples? And can there be none at all?"),
    ),
    misconceptions=(
        Misconception(
            id="drops_the_short_batch",
            function=lambda n, batch_size: n // batch_size,
            hint="You leave the short last batch out, as `drop_last=True` does in PyTorch. Here it counts: which way "
            "does the division have to be rounded?",
        ),
        Misconception(
            id="at_least_one",
            function=lambda n, batch_size: max(1, n // batch_size),
            hint="You round down, but never below 1. With 10 examples in batches of 4, who uses the last two?",
        ),
        Misconception(
            id="rounds_to_the_nearest",
            function=lambda n, batch_size: round(n / batch_size),
            hint="You round to the nearest whole number. Is a last batch of one example an update or not?",
        ),
        Misconception(
            id="always_one_more",
            function=lambda n, batch_size: n // batch_size + 1,
            hint="You always add one for the last batch. What if the batches fit exactly, as 12 in fours?",
        ),
        Misconception(
            id="not_rounded",
            function=lambda n, batch_size: n / batch_size,
            hint="You return a fraction. Can half an update be made: which whole number is it?",
        ),
        Misconception(
            id="a_float",
            function=lambda n, batch_size: np.ceil(n / batch_size),
            hint="The number is right, but it is a float: `np.ceil` returns one. What turns it into a whole number, or "
            "which function of `math` returns one right away?",
        ),
        Misconception(
            id="taken_for_each_other",
            function=lambda n, batch_size: math.ceil(batch_size / n),
            hint="You divide the batch size by the number of examples. Which of the two is cut into pieces?",
        ),
        Misconception(
            id="remainder",
            function=lambda n, batch_size: n % batch_size,
            hint="`%` gives the size of what is left over. What is asked for: how many examples are left, or how many "
            "batches there are?",
        ),
    ),
    variants={
        "ceil": lambda n, batch_size: math.ceil(n / batch_size),
        "negative_floor": lambda n, batch_size: -(-n // batch_size),
        "rounded_up": lambda n, batch_size: (n + batch_size - 1) // batch_size,
        "counted": _counted,
        "range": lambda n, batch_size: len(range(0, n, batch_size)),
        "numpy_integer": lambda n, batch_size: np.int32(np.ceil(n / batch_size)),
    },
)
