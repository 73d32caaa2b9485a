"""lr_range_test."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.callbacks import losses_at
from coursekit.exercises.babysitting.drawing import INF, NAN, plain
from coursekit.exercises.cases import Case, Draw, Made
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number, Optional
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import lr_range_test

LossAt = Callable[[float], float]


def _cases(draw: Draw) -> list[Case]:
    def near(*losses: float) -> list[float]:
        """Losses within 3 % of these, of three decimals."""
        return [float(np.round(loss * draw.rng.uniform(0.97, 1.03), 3)) for loss in losses]

    def case(losses: list[float], about: str = "", group: str = "values") -> Case:
        factor = float(draw.rng.choice([1.0, 2.0, 3.0, 5.0]))
        lrs = [float(f"{factor * 10.0 ** (place - 4):g}") for place in range(len(losses))]
        text = f"lambda lr: {{{', '.join(f'{lr!r}: {plain(loss)}' for lr, loss in zip(lrs, losses, strict=True))}}}[lr]"
        return Case(args=(Made(losses_at, (lrs, losses), text), lrs), about=about, group=group)

    first = case(near(2.3, 2.0, 9.5), "", "values")
    falling = [round(2.3 * 0.9**step, 3) for step in range(draw.size(7, 10))]
    s = float(draw.rng.choice([0.25, 0.5, 1.0]))
    return [
        first,
        case(near(2.3, 2.1, 1.2, 1.5, 9.0)),
        case(near(2.3, 2.2, 1.6, 1.0, 1.3, 7.0, 40.0)),
        case([*falling, 12.0, 90.0]),
        case(near(2.3, 1.0, 0.4, 0.9, 2.0), "below 4 times the first", "best"),
        case(near(2.3, 0.5, 1.2, 1.7, 2.6, 9.0), "creeping up", "best"),
        case(near(2.3, 0.5, 1.2, 1.7, 1.8), "creeping up, not far enough", "best"),
        case([2.0, s, 4 * s, 5 * s], "exactly 4 times the best", "best"),
        case([*near(2.3, 2.0, 1.0), NAN, NAN], "turns NaN", "nan"),
        case([*near(2.3, 1.9), INF], "turns infinite", "nan"),
        case([*near(2.3, 2.0), NAN, *near(1.8, 1.6)], "fine again after a NaN", "nan"),
        case(near(2.3, 1.0, 8.0, 0.9, 1.1), "fine again after a jump", "nan"),
        case(near(2.3, 1.6, 1.0, 0.5), "never bad", "all"),
        case(near(2.3, 0.9, 1.6, 1.4), "never bad", "all"),
        case(near(2.3, 2.5, 2.2, 6.0), "never bad", "all"),
        case([NAN, *near(2.0, 1.0)], "NaN at the first rate", "first"),
        case([INF, *near(2.0, 1.0)], "infinite at the first rate", "first"),
        case([NAN], "one rate, and bad", "first"),
        case(near(2.3), "one rate", "edges"),
        case(near(9000.0, 5000.0, 8000.0, 30000.0), "large losses", "edges"),
        case(near(0.02, 0.01, 0.03, 0.05), "small losses", "edges"),
        Case(args=first.args, about="the first input once more"),
    ]


def _walk(
    bad: Callable[[float, list[float]], Any],
    *,
    keep_on: bool = False,
) -> Callable[[LossAt, list[float]], Any]:
    """A range test with a test of its own: `bad(loss, good)` with the losses that have passed so far."""

    def answer(loss_at: LossAt, lrs: list[float]) -> Any:
        largest: float | None = None
        good: list[float] = []
        for lr in lrs:
            loss = loss_at(lr)
            if bad(loss, good):
                if keep_on:
                    continue
                return largest
            largest = lr
            good.append(loss)
        return largest

    return answer


def _bad(loss: float, good: list[float]) -> bool:
    return not math.isfinite(loss) or (bool(good) and loss > 4 * min(good))


def _running_best(loss_at: LossAt, lrs: list[float]) -> Any:
    best, result = math.inf, None
    for lr in lrs:
        loss = loss_at(lr)
        best = min(best, loss)
        if np.isnan(loss) or np.isinf(loss) or loss > 4 * best:
            break
        result = lr
    return result


def _index(loss_at: LossAt, lrs: list[float]) -> Any:
    best = math.inf
    for i, lr in enumerate(lrs):
        loss = loss_at(lr)
        if math.isnan(loss) or math.isinf(loss) or loss > 4 * best:
            return lrs[i - 1] if i else None
        best = min(best, loss)
    return lrs[-1]


def _arrays(loss_at: LossAt, lrs: list[float]) -> Any:
    with np.errstate(all="ignore"):
        losses = np.array([loss_at(lr) for lr in lrs])
        best = np.concatenate([[np.inf], np.minimum.accumulate(losses)[:-1]])
        good = np.isfinite(losses) & ~(losses > 4 * best)
    count = len(lrs) if good.all() else int(np.argmin(good))
    return np.float64(lrs[count - 1]) if count else None


def _the_bad_one(loss_at: LossAt, lrs: list[float]) -> Any:
    good: list[float] = []
    for lr in lrs:
        loss = loss_at(lr)
        if _bad(loss, good):
            return lr if good else None
        good.append(loss)
    return lrs[-1]


def _lowest(loss_at: LossAt, lrs: list[float]) -> Any:
    good: list[float] = []
    for lr in lrs:
        loss = loss_at(lr)
        if _bad(loss, good):
            break
        good.append(loss)
    return lrs[good.index(min(good))] if good else None


def _steepest(loss_at: LossAt, lrs: list[float]) -> Any:
    good: list[float] = []
    for lr in lrs:
        loss = loss_at(lr)
        if _bad(loss, good):
            break
        good.append(loss)
    if len(good) < 2:
        return lrs[0] if good else None
    return lrs[int(np.argmin(np.diff(good))) + 1]


def _tenth(loss_at: LossAt, lrs: list[float]) -> Any:
    found = _walk(_bad)(loss_at, lrs)
    return None if found is None else found / 10


def _none_at_the_end(loss_at: LossAt, lrs: list[float]) -> Any:
    good: list[float] = []
    for i, lr in enumerate(lrs):
        loss = loss_at(lr)
        if _bad(loss, good):
            return lrs[i - 1] if i else None
        good.append(loss)
    return None


def _first_at_least(loss_at: LossAt, lrs: list[float]) -> Any:
    found = _walk(_bad)(loss_at, lrs)
    return lrs[0] if found is None else found


def _nan_passes(loss_at: LossAt, lrs: list[float]) -> Any:
    best, largest = math.inf, None
    for lr in lrs:
        loss = loss_at(lr)
        if loss > 4 * best:
            break
        best, largest = min(best, loss), lr
    return largest


def _infinity_first(loss_at: LossAt, lrs: list[float]) -> Any:
    best, largest = math.inf, None
    for lr in lrs:
        loss = loss_at(lr)
        if math.isnan(loss) or loss > 4 * best:
            break
        best, largest = min(best, loss), lr
    return largest


def _takes_out(loss_at: LossAt, lrs: list[float]) -> Any:
    largest, best = None, math.inf
    while lrs:
        lr = lrs.pop(0)
        loss = loss_at(lr)
        if not math.isfinite(loss) or loss > 4 * best:
            break
        largest, best = lr, min(best, loss)
    return largest


def _place(loss_at: LossAt, lrs: list[float]) -> Any:
    found = _walk(_bad)(loss_at, lrs)
    return None if found is None else float(lrs.index(found))


LR_RANGE_TEST = Exercise(
    assignment="babysitting",
    reference=lr_range_test,
    task="How large may the learning rate be? `lrs` is a list of rates that rise, and `loss_at(lr)` returns the loss "
    "after a few steps at a rate, 0 or more. Go up the list. A loss is bad when it is NaN, infinite, or above 4 times "
    "the lowest loss so far. Return the largest rate before the first bad loss: the last rate when none is bad, "
    "`None` when the very first is.",
    rule="the last lr before the first whose loss is NaN, infinite, or > 4 * (the lowest loss so far); None if the "
    "first is bad",
    returns=Optional(Number()),
    cases=_cases,
    checks=(
        values(2, "Write the losses in a row. Which is the first bad one, and which rate stands before it?"),
        values(
            2,
            "At each rate: what is the lowest loss up to there, and what is 4 times that?",
            name="4 times the best so far",
            group="best",
        ),
        Check(
            name="stops at the first bad loss",
            points=2,
            group="nan",
            hint="What does a comparison with NaN give, and what should happen to the rates after a bad one?",
        ),
        Check(
            name="no bad loss at all",
            points=1,
            group="all",
            hint="Your loop has come to its end. What does your function return then?",
        ),
        Check(
            name="the first is already bad",
            points=1,
            group="first",
            hint="No rate comes before the first. What is asked for then?",
        ),
        edges(1, "Go through the few rates of this case by hand. Which loss is the lowest so far?"),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="four_times_the_first",
            function=_walk(lambda loss, good: not math.isfinite(loss) or (bool(good) and loss > 4 * good[0])),
            hint="You compare each loss with the first. A loss that has fallen to 0.5 and is back at 2.2: has it not "
            "blown up? With which loss should it be compared?",
        ),
        Misconception(
            id="four_times_the_previous",
            function=_walk(lambda loss, good: not math.isfinite(loss) or (bool(good) and loss > 4 * good[-1])),
            hint="You compare each loss with the one before, so that a loss that creeps up is never bad. With which "
            "loss should it be compared?",
        ),
        Misconception(
            id="any_rise_is_bad",
            function=_walk(lambda loss, good: not math.isfinite(loss) or (bool(good) and loss > min(good))),
            hint="You stop at the first loss that rises at all. Losses are noisy: how far above the best must one be?",
        ),
        Misconception(
            id="four_times_included",
            function=_walk(lambda loss, good: not math.isfinite(loss) or (bool(good) and loss >= 4 * min(good))),
            hint="A loss of exactly 4 times the best counts as bad with you. Should it be `>=` or `>`?",
        ),
        Misconception(
            id="only_nan_and_infinity",
            function=_walk(lambda loss, good: not math.isfinite(loss)),
            hint="You wait for NaN or infinity. What about a loss that has jumped to ten times the best?",
        ),
        Misconception(
            id="nan_passes",
            function=_nan_passes,
            hint="A NaN is never above anything, so it passes your test. How can you ask for it?",
        ),
        Misconception(
            id="infinity_first_passes",
            function=_infinity_first,
            hint="An infinite loss at the first rate passes, since nothing is above infinity. Which function of "
            "`math` is False for NaN and infinity alike?",
        ),
        Misconception(
            id="the_bad_one",
            function=_the_bad_one,
            hint="You return the rate at which the loss turns bad. Would you train at it? Which one stands before?",
        ),
        Misconception(
            id="lowest_loss",
            function=_lowest,
            hint="You return the rate with the lowest loss. The test looks for the upper end of what can be used: "
            "which is the largest rate that has not blown up?",
        ),
        Misconception(
            id="steepest",
            function=_steepest,
            hint="You return the rate at which the loss falls fastest, as fastai's `lr_find` suggests. What is asked "
            "for here is the largest rate that still works: which is it?",
        ),
        Misconception(
            id="a_tenth_of_it",
            function=_tenth,
            hint="You return a tenth of the largest rate, a good choice for training. What does the test itself ask "
            "for?",
        ),
        Misconception(
            id="goes_on",
            function=_walk(_bad, keep_on=True),
            hint="You pass over a bad loss and go on. Rates above it may look fine by chance: where should the search "
            "end?",
        ),
        Misconception(
            id="none_at_the_end",
            function=_none_at_the_end,
            hint="When no loss is bad your loop ends and nothing is found. Which is then the largest rate that works?",
        ),
        Misconception(
            id="first_rate_at_least",
            function=_first_at_least,
            hint="You return the first rate although its loss is bad. What is to be returned when no rate works?",
        ),
        Misconception(
            id="its_place",
            function=_place,
            hint="You return where in the list the rate stands. What stands there?",
        ),
        in_place(_takes_out, "lrs", "Does `.pop()` leave the list as it was?"),
    ),
    variants={
        "good_ones": _walk(_bad),
        "running_best": _running_best,
        "index": _index,
        "arrays": _arrays,
    },
)
