"""reduce_on_plateau."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.schedules.drawing import factor, losses, once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.optim import reduce_on_plateau


def _cases(draw: Draw) -> list[Case]:
    p = draw.size(2, 4)

    def case(pattern: str, about: str = "", group: str = "values", patience: int = p) -> Case:
        return Case(
            args=(losses(draw, pattern), draw.number(0.1, 0.9)),
            kwargs={"factor": factor(draw), "patience": patience},
            about=about,
            group=group,
        )

    falls = "-" * draw.size(2, 5)
    cases = [
        case("-" + "+" * (p - 1), "not yet"),
        case("-" + "+" * p, "just now"),
        case("-" * (p + 3), "falling all the time"),
        case("--" + "+" * (p - 1) + "-" + "+" * (p - 1), "better just in time"),
        case("--^" + "~" * (p - 1), "falling, but not below the best"),
        case(falls + "+" * (p - 1) + "-" + "+" * p),
        case("--" + "+-" * (p + 1), "up and down"),
    ]
    cases += [
        case("-" + "+" * (p + 1), "one more loss after a cut", "again"),
        case("-" + "+" * p + "-" + "+" * (p - 1), "better after a cut", "again"),
        case("-" + "+" * 2 * p, "two cuts", "again"),
        case("-" + "+" * (2 * p + 1), "two cuts, and one more loss", "again"),
        case("-^" + "+" * (p - 1) + "~" * (p - 1), "the best stays after a cut", "again"),
        case("-^" + "+" * (p - 1) + "~" * p, "the best stays after a cut", "again"),
        case(falls + "+" * p + "--" + "+" * 2 * p + "-" + "+" * (p - 1), "several plateaus", "again"),
    ]
    cases += [
        Case(args=(losses(draw, pattern), draw.number(0.1, 0.9)), about=about, group="default")
        for pattern, about in (("-++", "defaults, not yet"), ("-+++", "defaults"), ("--+++-++++++", "defaults"))
    ]
    cases += [
        case("-n" + "+" * (p - 1), "a NaN counts as no better", "nan"),
        case("-n" + "+" * p, "a NaN counts as no better", "nan"),
        case("-n" + "+" * (p - 2) + "-" + "+" * (p - 1), "better after a NaN", "nan"),
        case("n" + "-" * (p + 1), "NaN at the start", "nan"),
        case("--" + "n" * p, "only NaN from here on", "nan"),
    ]
    cases += [
        case("-" + "=" * p, "equal losses", "equal"),
        case("-" + "+" * (p - 1) + "=", "the last is equal to the best", "equal"),
        case("-" + "+" * (p - 1) + "=+", "one is equal to the best", "equal"),
    ]
    tiny = [2.0 - 0.00001 * i for i in range(p + 2)]
    cases += [
        case("-", "a single loss", "edges"),
        case("-+-+-", "patience 1", "edges", 1),
        case("-++", "patience 1", "edges", 1),
        Case(args=([round(loss, 5) for loss in tiny], 0.4, 0.3, p), about="tiny improvements count", group="edges"),
        Case(args=([loss - 9 for loss in losses(draw, "--" + "+" * p)], 0.4, 0.3, p), about="negative", group="edges"),
        Case(args=([0.5, 0.0, *[0.1] * p], 0.4, 0.3, p), about="the best is 0", group="edges"),
        Case(args=([3, 2] + [4] * p, 1, 0.1, p), about="whole numbers", group="edges"),
        Case(args=([1e4, 9e3, *[9e3 + i for i in range(p)]], 0.4, 0.3, p), about="large losses", group="edges"),
        case("-" * 40 + "+" * p, "many losses", "edges"),
    ]
    return once_more(cases)


def _watch(
    losses: list[float],
    lr0: float,
    factor: float,
    patience: int,
    *,
    better: Any = lambda loss, best, last: loss < best,
    best: float = math.inf,
    waited: int = 0,
    in_a_row: bool = True,
    skips: Any = lambda loss, best: False,
    after: Any = lambda loss, best: (best, 0),
    cuts: int = 1000,
) -> float:
    """The rule with one piece of it replaced."""
    lr, last = lr0, math.inf
    for loss in losses:
        if skips(loss, best):
            continue
        if better(loss, best, last):
            best, waited = loss, 0 if in_a_row else waited
        else:
            waited += 1
        last = loss
        if waited >= patience and cuts:
            lr *= factor
            cuts -= 1
            best, waited = after(loss, best)
    return lr


def _against_last(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    return _watch(losses, lr0, factor, patience, better=lambda loss, best, last: loss < last)


def _rises(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    return _watch(losses, lr0, factor, patience, better=lambda loss, best, last: not loss >= last)


def _first_is_best(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    return _watch(losses[1:], lr0, factor, patience, best=losses[0])


def _counts_the_first(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    first = losses[0] if losses[0] == losses[0] else math.inf
    return _watch(losses, lr0, factor, patience, best=first)


def _cuts_again_and_again(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    return _watch(losses, lr0, factor, patience, after=lambda loss, best: (best, patience))


def _one_cut_a_plateau(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    lr, best, waited = lr0, math.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                lr *= factor
    return lr


def _only_the_end(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    if len(losses) <= patience:
        return lr0
    return lr0 if min(losses[-patience:]) < min(losses[:-patience]) else lr0 * factor


def _all_rates(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> list[float]:
    return [_watch(losses[: n + 1], lr0, factor, patience) for n in range(len(losses))]


def _pops(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    lr, best, waited = lr0, math.inf, 0
    while losses:
        loss = losses.pop(0)
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            lr, waited = lr * factor, 0
    return lr


def _with_indices(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> float:
    best, marked, cuts = math.inf, -1, 0
    for i in range(len(losses)):
        if losses[i] < best:
            best, marked = losses[i], i
        elif i - marked >= patience:
            marked, cuts = i, cuts + 1
    return lr0 * factor**cuts


def _with_arrays(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> Any:
    values = np.array(losses, float)
    values[np.isnan(values)] = np.inf
    before = np.minimum.accumulate(np.concatenate([[np.inf], values[:-1]]))
    lr, waited = np.float64(lr0), 0
    for good in values < before:
        waited = 0 if good else waited + 1
        if waited and waited % patience == 0:
            lr = lr * factor
    return lr


def _with_lists(losses: list[float], lr0: float, factor: float = 0.5, patience: int = 3) -> Any:
    bad: list[float] = []
    best = float("inf")
    for loss in losses:
        if loss < best:
            best = loss
            bad = []
            continue
        bad.append(loss)
        if len(bad) == patience:
            lr0 = lr0 * factor
            bad.clear()
    return np.array(lr0)


REDUCE_ON_PLATEAU = Exercise(
    assignment="schedules",
    reference=reduce_on_plateau,
    task="Write reduce-on-plateau: the learning rate after all of `losses` have been seen, one per epoch, in order. A "
    "loss is better when it is strictly below the best so far; an equal one is not, and NaN never is. When `patience` "
    "losses in a row have been no better, the rate is multiplied by `factor` and the count starts again from 0; the "
    "best so far stays. `losses` is a list of one or more numbers and may hold NaN. Return one number.",
    rule="a loss is better if it is < best (infinity at first): it becomes the best, and the count is 0; any other "
    "adds 1 to the count; when the count reaches patience: lr = lr * factor, and the count is 0",
    returns=Number(),
    cases=_cases,
    checks=(
        values(
            3,
            "Go through these losses with a pencil: write the best and the count under each. Does the count reach "
            "patience, and at which loss?",
        ),
        Check(
            name="goes on after a cut",
            points=2,
            group="again",
            hint="Write the best and the count under each loss, also after the first cut. Which of the two starts "
            "afresh there, and which stays?",
        ),
        Check(
            name="factor = 0.5 and patience = 3 by default",
            points=1,
            group="default",
            hint="Which defaults stand in the exercise's signature, and which in your `def` line?",
        ),
        Check(
            name="an equal loss is no improvement",
            points=1,
            group="equal",
            hint="Here a loss equals the best so far. Is it strictly below? What does your comparison say?",
        ),
        Check(
            name="NaN is no improvement",
            points=1,
            group="nan",
            hint="Is `nan < best` True or False? And what becomes of your best once it has met a NaN?",
        ),
        edges(hint="What is special about these losses? Write the best and the count under each of them."),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="against_the_previous",
            function=_against_last,
            hint="You compare each loss with the one before it. Which loss must it beat, so that a spike and its way "
            "back do not count as progress?",
        ),
        Misconception(
            id="rises_in_a_row",
            function=_rises,
            hint="You count losses that are not below the one before them. Which loss must it beat, so that a spike "
            "and its way back do not count as progress?",
        ),
        Misconception(
            id="equal_is_better",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, better=lambda loss, best, last: loss <= best
            ),
            hint="An equal loss resets your count, so a flat line would never be a plateau. Which comparison says "
            "strictly below?",
        ),
        Misconception(
            id="never_cuts",
            function=lambda losses, lr0, factor=0.5, patience=3: lr0,
            hint="Your rate is lr0 whatever the losses do: no plateau cuts it. Follow your count through the losses of "
            "this call: does it ever reach patience, and what is done then?",
        ),
        Misconception(
            id="torch_patience",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(losses, lr0, factor, patience + 1),
            hint="You cut one epoch too late: PyTorch's ReduceLROnPlateau waits until the count is ABOVE patience. "
            "Which count is asked for here?",
        ),
        Misconception(
            id="one_epoch_early",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(losses, lr0, factor, max(patience - 1, 1)),
            hint="You cut one epoch too early. How many losses in a row must have been no better?",
        ),
        Misconception(
            id="counts_the_first",
            function=_counts_the_first,
            hint="Your first loss is compared with itself and counts as no better. What is the best before any loss "
            "has been seen?",
        ),
        Misconception(
            id="first_loss_is_best",
            function=_first_is_best,
            hint="Your best starts as the first loss. If that is NaN, can any later loss be below it? What could the "
            "best start from?",
        ),
        Misconception(
            id="not_in_a_row",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(losses, lr0, factor, patience, in_a_row=False),
            hint="You count all losses that were no better, also when a better one comes between. What should a "
            "better loss do to the count?",
        ),
        Misconception(
            id="cuts_again_and_again",
            function=_cuts_again_and_again,
            hint="After the first cut you cut at every further epoch that is no better. What should the count be "
            "right after a cut?",
        ),
        Misconception(
            id="one_cut_a_plateau",
            function=_one_cut_a_plateau,
            hint="A plateau of twice the patience is cut only once. What should the count be right after a cut, so "
            "that it can reach patience again?",
        ),
        Misconception(
            id="cuts_once",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(losses, lr0, factor, patience, cuts=1),
            hint="You cut once and never again. What should happen when a second plateau comes?",
        ),
        Misconception(
            id="only_looks_at_the_end",
            function=_only_the_end,
            hint="You look at the last few losses only, and forget the cuts that came before. Whose rate is it that "
            "is cut again: lr0, or the one that earlier losses left?",
        ),
        Misconception(
            id="best_forgotten_at_a_cut",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, after=lambda loss, best: (math.inf, 0)
            ),
            hint="After a cut you forget the best, so whatever comes next counts as better. Which of the two starts "
            "afresh: the count, the best, or both?",
        ),
        Misconception(
            id="best_becomes_the_present_loss",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, after=lambda loss, best: (loss, 0)
            ),
            hint="At a cut you take the present loss for the best, though a lower one was seen before. Which of the "
            "two starts afresh: the count, the best, or both?",
        ),
        Misconception(
            id="nan_is_better",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, better=lambda loss, best, last: not loss >= best
            ),
            hint="A NaN counts as better with you, and as the best it beats everything after it. Every comparison "
            "with NaN is False: which one must you ask, `loss < best` or `loss >= best`?",
        ),
        Misconception(
            id="only_worse_counts",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, skips=lambda loss, best: not (loss < best or loss > best)
            ),
            hint="Your count grows only when a loss is above the best: an equal one, or a NaN, is passed over. Must "
            "a loss be worse to count, or is it enough that it is no better?",
        ),
        Misconception(
            id="nan_is_skipped",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, skips=lambda loss, best: loss != loss
            ),
            hint="You pass over NaN as if that epoch had not been. Has an epoch with a NaN improved anything?",
        ),
        Misconception(
            id="factor_is_what_goes",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(losses, lr0, 1 - factor, patience),
            hint="You take `factor` for the share that is lost. With factor = 0.1, should a tenth of the rate go, or "
            "a tenth stay?",
        ),
        Misconception(
            id="torch_threshold",
            function=lambda losses, lr0, factor=0.5, patience=3: _watch(
                losses, lr0, factor, patience, better=lambda loss, best, last: loss < best * (1 - 1e-4)
            ),
            hint="A small improvement does not count with you: PyTorch asks for 0.01 % by default. How much below the "
            "best must a loss be here?",
        ),
        Misconception(
            id="defaults_of_libraries",
            function=lambda losses, lr0, factor=0.1, patience=10: _watch(losses, lr0, factor, patience),
            hint="Where the caller gives none you take factor 0.1 and patience 10, as PyTorch and Keras do. What does "
            "the signature here say?",
        ),
        Misconception(
            id="all_rates",
            function=_all_rates,
            hint="You return the rate after each loss. Which of them is the rate after all of them?",
        ),
        in_place(_pops, "losses", "Is there a way to go through a list without taking it apart?"),
    ),
    variants={
        "indices": _with_indices,
        "arrays": _with_arrays,
        "lists": _with_lists,
        "count_then_power": lambda losses, lr0, factor=0.5, patience=3: (
            lr0 * factor ** round(-math.log2(_watch(losses, 1.0, 0.5, patience)))
        ),
    },
)
