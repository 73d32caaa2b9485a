"""batch_size_schedule."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.optim import batch_size_schedule


def _cases(draw: Draw) -> list[Case]:
    def case(t: int, size: int, about: str = "", group: str = "values", **options: Any) -> Case:
        return Case(args=(t, size), kwargs=options, about=about, group=group)

    odd = 2 * draw.size(4, 9) + 1
    every = draw.size(3, 4)
    return [
        case(6, 16, group="default"),
        case(0, 16, group="default"),
        case(12, draw.size(10, 30), group="default"),
        case(23, draw.size(10, 30), group="default"),
        case(7, 8, every=3),
        case(4, 10, factor=3, every=2),
        case(draw.size(2, 3) * every + 1, draw.size(10, 30), factor=draw.size(3, 4), every=every),
        Case(args=(7, draw.size(10, 30), 4, every), about="by position"),
        case(2, 32, every=1, factor=5),
        case(60, 16, group="cap"),
        case(9, 100, group="cap", every=2, max_batch_size=500),
        case(draw.size(8, 12), draw.size(60, 90), group="cap", factor=3, every=2, max_batch_size=draw.size(400, 600)),
        case(999, 64, "a late epoch", group="cap"),
        case(4, odd, group="floor", factor=1.5, every=2),
        case(7, odd, group="floor", factor=1.5, every=2),
        case(9, 2 * draw.size(2, 6) + 1, group="floor", factor=2.5, every=3),
        case(8, 7, "7, 10.5, 15.75", group="floor", factor=1.5, every=4),
        case(4, 9, "9, 13.5, 20.25", group="floor", factor=1.5, every=2),
        case(0, odd, "the first epoch", group="edges", factor=1.5, every=3),
        case(every - 1, odd, "the last epoch before it grows", group="edges", every=every),
        case(every, odd, "the epoch in which it grows", group="edges", every=every),
        case(3 * every, odd, "the epoch in which it grows", group="edges", every=every),
        case(2, 600, "larger than the maximum from the start", group="edges", max_batch_size=512),
        case(6, 16, "the first input once more", group="default"),
    ]


def _doubling(t: int, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096) -> int:
    size: float = batch_size0
    for _ in range(int(t // every)):
        size = size * factor
        if size >= max_batch_size:
            break
    return int(size) if size < max_batch_size else max_batch_size


def _plain(t: int, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096) -> Any:
    return min(max_batch_size, math.floor(batch_size0 * factor ** (t // every)))


def _numpy(t: int, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096) -> Any:
    return np.int64(np.floor(np.minimum(batch_size0 * np.power(float(factor), t // every), max_batch_size)))


def _growth(
    size: Any = lambda t, size0, factor, every: size0 * factor ** (t // every),
    whole: Any = math.floor,
    cap: Any = min,
    **defaults: Any,
) -> Any:
    """The schedule with one thing changed."""
    given = {"factor": 2, "every": 5, "max_batch_size": 4096, **defaults}

    def batch_size_schedule(t: int, batch_size0: int, *args: Any, **kwargs: Any) -> Any:
        options: Mapping[str, Any] = {**given, **dict(zip(given, args, strict=False)), **kwargs}
        grown = size(t, batch_size0, options["factor"], options["every"])
        return whole(cap(options["max_batch_size"], grown))

    return batch_size_schedule


def _floors_each_time(t: int, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096) -> int:
    size = batch_size0
    for _ in range(int(t // every)):
        size = min(max_batch_size, math.floor(size * factor))
    return min(size, max_batch_size)


def _stops_below(t: int, batch_size0: int, factor: float = 2, every: float = 5, max_batch_size: int = 4096) -> int:
    size: float = batch_size0
    for _ in range(int(t // every)):
        if size * factor <= max_batch_size:
            size *= factor
    return math.floor(min(size, max_batch_size))


BATCH_SIZE_SCHEDULE = Exercise(
    assignment="batch_size",
    reference=batch_size_schedule,
    task="Write the schedule that grows the batch where a step decay would cut the rate (Smith et al.). In epoch `t`, "
    "counted from 0, the batch has grown by `factor` once for each full `every` epochs; it is rounded down to a whole "
    "number, once, at the end, and never above `max_batch_size`. Return a whole number.",
    rule="min(max_batch_size, floor(batch_size0 * factor ** (t // every)))",
    returns=Number(integer=True),
    cases=_cases,
    checks=(
        values(1, "Which defaults stand in the signature?", name="the defaults", group="default"),
        values(2, "How often has the batch grown before epoch t: what does `t // every` say?"),
        Check(
            name="never above the maximum",
            points=1,
            group="cap",
            hint="What should come out once the grown batch is larger than `max_batch_size`?",
        ),
        Check(
            name="a factor that is not whole",
            points=1,
            group="floor",
            hint="Write the sizes down, fractions and all: 7, 10.5, 15.75. When is a fraction cut off, and which way?",
        ),
        edges(1, "Which epochs are before the first growth if t counts from 0: does epoch `every` belong to them?"),
    ),
    misconceptions=(
        Misconception(
            id="grows_all_the_time",
            function=_growth(lambda t, size0, factor, every: size0 * factor ** (t / every)),
            hint="Your batch grows a little in every epoch. It should stay the same for `every` of them: which "
            "division gives the number of full periods?",
        ),
        Misconception(
            id="grows_every_epoch",
            function=_growth(lambda t, size0, factor, every: size0 * factor**t),
            hint="Your batch grows by `factor` in every epoch. What does `every` say?",
        ),
        Misconception(
            id="one_epoch_early",
            function=_growth(lambda t, size0, factor, every: size0 * factor ** ((t + 1) // every)),
            hint="Your batch grows one epoch early. `t` counts from 0: how many epochs are over when epoch t begins?",
        ),
        Misconception(
            id="one_epoch_late",
            function=_growth(lambda t, size0, factor, every: size0 * factor ** (max(t - 1, 0) // every)),
            hint="Your batch grows one epoch late. `t` counts from 0, so epoch `every` is the first of the second "
            "period: is there a minus one, or a `>`, too much?",
        ),
        Misconception(
            id="grows_once",
            function=_growth(lambda t, size0, factor, every: size0 * (factor if t >= every else 1)),
            hint="Your batch grows a single time. How often should it have grown after 3 times `every` epochs?",
        ),
        Misconception(
            id="added_up",
            function=_growth(lambda t, size0, factor, every: size0 * (1 + (factor - 1) * (t // every))),
            hint="Your batch grows by the same amount each time: 16, 32, 48. With a factor of 2, what follows 32?",
        ),
        Misconception(
            id="multiplied_by_the_periods",
            function=_growth(lambda t, size0, factor, every: size0 * factor * (t // every)),
            hint="You multiply by the number of periods, so the first batch is empty. Which operator multiplies by "
            "`factor` again and again?",
        ),
        Misconception(
            id="shrinks",
            function=_growth(lambda t, size0, factor, every: size0 / factor ** (t // every)),
            hint="Your batch shrinks, as a rate does in a step decay. Which way should the batch go to have the same "
            "effect?",
        ),
        Misconception(
            id="always_doubles",
            function=_growth(lambda t, size0, factor, every: size0 * 2 ** (t // every)),
            hint="Your batch doubles whatever `factor` is. Where in your formula does it stand?",
        ),
        Misconception(
            id="always_every_5",
            function=_growth(lambda t, size0, factor, every: size0 * factor ** (t // 5)),
            hint="Your batch grows after 5 epochs whatever `every` is. Where in your formula does it stand?",
        ),
        Misconception(
            id="default_factor_half",
            function=_growth(factor=0.5),
            hint="Your factor is 0.5 when none is given, as for a rate that is cut. What does the signature here say?",
        ),
        Misconception(
            id="default_every_10",
            function=_growth(every=10),
            hint="Your period is 10 epochs when none is given. What does the signature here say?",
        ),
        Misconception(
            id="no_maximum",
            function=_growth(cap=lambda most, size: size),
            hint="Your batch grows without an end. What is `max_batch_size` for?",
        ),
        Misconception(
            id="max_for_min",
            function=_growth(cap=max),
            hint="`max` keeps the larger of the two, so your batch is never below the maximum. Which one keeps the "
            "smaller?",
        ),
        Misconception(
            id="stops_below_the_maximum",
            function=_stops_below,
            hint="Your batch stops growing at the last size that fits. From 100 with a factor of 2 and a maximum of "
            "500: does it stop at 400, or is the next one cut to 500?",
        ),
        Misconception(
            id="rounds_up",
            function=_growth(whole=math.ceil),
            hint="You round up. Which way does `floor` go?",
        ),
        Misconception(
            id="rounds_to_the_nearest",
            function=_growth(whole=round),
            hint="You round to the nearest whole number. Which way does `floor` go, even from 15.75?",
        ),
        Misconception(
            id="rounds_each_time",
            function=_floors_each_time,
            hint="You cut the fraction off after every growth, so that it is lost for the next: 7, 10, 15 in place of "
            "7, 10.5, 15.75. When should it be cut off?",
        ),
        Misconception(
            id="whole_factor",
            function=_growth(lambda t, size0, factor, every: size0 * int(factor) ** (t // every)),
            hint="The fraction of your `factor` is lost. Which number should be rounded: the factor, or the batch "
            "size?",
        ),
        Misconception(
            id="not_rounded",
            function=_growth(whole=lambda size: size),
            hint="You return a fraction of an example. Which function rounds down to a whole number?",
        ),
    ),
    variants={
        "loop": _doubling,
        "plain": _plain,
        "numpy": _numpy,
        "floor_of_the_smaller": lambda t, batch_size0, factor=2, every=5, max_batch_size=4096: int(
            min(batch_size0 * factor ** (t // every), max_batch_size)
        ),
    },
)
