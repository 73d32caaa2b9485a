"""lr_range_test: the known wrong answers, and right ones of another make."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.spec import Misconception
from coursekit.exercises.standard import in_place

LossAt = Callable[[float], float]


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


WRONG = (
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
        hint="You return a tenth of the largest rate, a good choice for training. What does the test itself ask for?",
    ),
    Misconception(
        id="goes_on",
        function=_walk(_bad, keep_on=True),
        hint="You pass over a bad loss and go on. Rates above it may look fine by chance: where should the search end?",
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
)

RIGHT = {
    "good_ones": _walk(_bad),
    "running_best": _running_best,
    "index": _index,
    "arrays": _arrays,
}
