"""early_stopping."""

import math
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.schedules.drawing import losses, once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.optim import early_stopping


def _stopping_cases(draw: Draw) -> list[Case]:
    p = draw.size(2, 4)
    more = draw.size(1, 3)

    def case(pattern: str, about: str = "", group: str = "values", patience: int = p) -> Case:
        return Case(args=(losses(draw, pattern), patience), about=about, group=group)

    cases = [
        case("--" + "+" * p, "the last epoch stops it"),
        case("---" + "+" * (p - 1), "never stopped"),
        case("-" * (p + 3), "falling all the time"),
        case("--" + "+" * (p - 1) + "-", "better just in time"),
        case("-" + "+" * (p - 1) + "--" + "+" * p, "better just in time"),
        case("--^" + "~" * (p - 1), "falling, but not below the best"),
        case("--" + "+-" * (p + more), "up and down"),
        case("---" + "+" * (p + more), "long stopped"),
        case("-" * draw.size(4, 7) + "+" * (p - 1) + "-" * more + "+" * p),
    ]
    cases += [
        # First where also one epoch too late is in time: whoever never stops has not waited one too long.
        case("---" + "+" * (p + 2) + "--", "the best comes too late", "late"),
        case("--" + "+" * p + "-", "the best comes too late", "late"),
        case("--^" + "~" * (p - 1) + "-" * (more + 1), "the best comes too late", "late"),
    ]
    cases += [
        case("--" + "=" * p, "equal losses", "equal"),
        case("--" + "=" * p + "-", "the best comes too late, after equal losses", "equal"),
        case("--" + "+" * (p - 1) + "=", "the last is equal to the best", "equal"),
    ]
    cases += [
        case("--n" + "+" * (p - 1) + "-", "a NaN counts as no better", "nan"),
        case("--" + "n" * (p - 1) + "-", "better after a NaN", "nan"),
        case("n" + "-" * (p + 1), "NaN at the start", "nan"),
        case("---" + "n" * p, "only NaN from here on", "nan"),
    ]
    cases += [
        case("-", "a single epoch", "edges"),
        case("-+", "patience 1", "edges", 1),
        case("--+-", "patience 1", "edges", 1),
        case("--+-", "a patience longer than the list", "edges", 50),
        Case(args=([loss - 9 for loss in losses(draw, "--" + "+" * p)], p), about="negative losses", group="edges"),
        Case(args=([0.5, 0.0, *[0.1] * p], p), about="the best is 0", group="edges"),
        Case(args=([3, 2, *[4] * p], p), about="whole numbers", group="edges"),
        case("-" * 40 + "+" * p, "many epochs", "edges"),
    ]
    return once_more(cases)


def _stop(
    losses: list[float],
    patience: int,
    *,
    better: Any = lambda loss, best, last: loss < best,
    best: float = math.inf,
    in_a_row: bool = True,
    skips: Any = lambda loss, best: False,
) -> tuple[int, int, bool]:
    """The epoch kept, the last one run, and whether it was stopped; with one piece of the rule replaced."""
    kept, waited, last = 0, 0, math.inf
    for epoch, loss in enumerate(losses):
        if skips(loss, best):
            continue
        if better(loss, best, last):
            kept, best, waited = epoch, loss, 0 if in_a_row else waited
        else:
            waited += 1
        last = loss
        if waited >= patience:
            return kept, epoch, True
    return kept, len(losses) - 1, False


def _counts_the_first(val_losses: list[float], patience: int) -> int:
    first = val_losses[0] if val_losses[0] == val_losses[0] else math.inf
    return _stop(val_losses, patience, best=first)[0]


def _first_is_best(val_losses: list[float], patience: int) -> int:
    best, kept, waited = val_losses[0], 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best:
            best, kept, waited = val_losses[epoch], epoch, 0
        else:
            waited += 1
            if waited == patience:
                break
    return kept


def _back_from_the_end(val_losses: list[float], patience: int) -> int:
    _, last, stopped = _stop(val_losses, patience)
    return last - patience if stopped else last


def _best_loss(val_losses: list[float], patience: int) -> float:
    return float(val_losses[_stop(val_losses, patience)[0]])


def _pops(val_losses: list[float], patience: int) -> int:
    kept, best, waited, epoch = 0, math.inf, 0, 0
    while val_losses and waited < patience:
        loss = val_losses.pop(0)
        if loss < best:
            kept, best, waited = epoch, loss, 0
        else:
            waited += 1
        epoch += 1
    return kept


def _distance(val_losses: list[float], patience: int) -> int:
    best = 0
    for i in range(len(val_losses)):
        if val_losses[best] != val_losses[best] or val_losses[i] < val_losses[best]:
            best = i if val_losses[i] == val_losses[i] else best
        if i - best >= patience:
            break
    return best


def _with_arrays(val_losses: list[float], patience: int) -> Any:
    losses = np.where(np.isnan(val_losses), np.inf, np.array(val_losses, float))
    for n in range(1, len(losses) + 1):
        best = losses[:n].argmin()
        if n - 1 - best >= patience:
            break
    return best


def _with_while(val_losses: list[float], patience: int) -> Any:
    epoch, kept, best, bad = 0, 0, float("inf"), 0
    while epoch < len(val_losses) and bad < patience:
        bad += 1
        if val_losses[epoch] < best:
            kept, best, bad = epoch, val_losses[epoch], 0
        epoch += 1
    return np.array(kept)


EARLY_STOPPING = Exercise(
    assignment="schedules",
    reference=early_stopping,
    task="Write early stopping: `val_losses` is a list of one or more validation losses, one per epoch, which may "
    "hold NaN. Go through them in order. An epoch is better when its loss is strictly below the best so far; an equal "
    "one is not, and NaN never is. Training ends at the `patience`-th epoch in a row that is no better, and whatever "
    "stands in the list after that never happened. Return the index, counted from 0, of the best epoch up to there: "
    "the one whose weights you keep. If training is never stopped, that is the best epoch of all.",
    rule="an epoch is better if its loss is < best (infinity at first): it is the one to keep, and the count is 0; any "
    "other adds 1 to the count; when the count reaches patience, training ends",
    returns=Number(integer=True),
    cases=_stopping_cases,
    checks=(
        values(
            3,
            "Go through these losses with a pencil: write the best and the count under each. Where does training end, "
            "and which epoch had the lowest loss by then?",
        ),
        Check(
            name="what comes after the stop does not count",
            points=2,
            group="late",
            hint="At which epoch has training ended here? Could anybody know the losses after it?",
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
            id="epoch_of_the_stop",
            function=lambda val_losses, patience: _stop(val_losses, patience)[1],
            hint="You return the epoch at which training ends; Keras too keeps the weights of that one unless it is "
            "told to restore the best. Which epoch's weights are worth keeping?",
        ),
        Misconception(
            id="last_epoch",
            function=lambda val_losses, patience: len(val_losses) - 1,
            hint="You return the last epoch of the list. Which one had the lowest loss before training ended?",
        ),
        Misconception(
            id="best_of_all",
            function=lambda val_losses, patience: int(np.argmin(val_losses)),
            hint="You take the lowest loss of the whole list (and NumPy's argmin takes NaN for the lowest). What is "
            "`patience` for: which of these losses were never seen?",
        ),
        Misconception(
            id="best_of_all_in_python",
            function=lambda val_losses, patience: val_losses.index(min(val_losses)),
            hint="You take the lowest loss of the whole list. What is `patience` for: which of these losses were "
            "never seen?",
        ),
        Misconception(
            id="best_loss",
            function=_best_loss,
            hint="You return the best loss itself. What is asked for: how good it was, or when it was?",
        ),
        Misconception(
            id="number_of_epochs",
            function=lambda val_losses, patience: _stop(val_losses, patience)[0] + 1,
            hint="Your result is one too large: you count epochs from 1. Which index does the first entry of a list "
            "have?",
        ),
        Misconception(
            id="patience_back_from_the_end",
            function=_back_from_the_end,
            hint="You go `patience` epochs back from the stop, which is right if there was one. Which epoch is it if "
            "training was never stopped?",
        ),
        Misconception(
            id="one_epoch_late",
            function=lambda val_losses, patience: _stop(val_losses, patience + 1)[0],
            hint="You wait one epoch too long. Is training over when the count reaches patience, or when it passes it?",
        ),
        Misconception(
            id="one_epoch_early",
            function=lambda val_losses, patience: _stop(val_losses, max(patience - 1, 1))[0],
            hint="You stop one epoch too early. How many epochs in a row must have been no better?",
        ),
        Misconception(
            id="first_rise",
            function=lambda val_losses, patience: _stop(val_losses, 1)[0],
            hint="You stop at the first epoch that is no better. What does `patience` allow for?",
        ),
        Misconception(
            id="counts_the_first",
            function=_counts_the_first,
            hint="Your first epoch is compared with itself and counts as no better. What is the best before any loss "
            "has been seen?",
        ),
        Misconception(
            id="first_loss_is_best",
            function=_first_is_best,
            hint="Your best starts as the first loss. If that is NaN, can any later loss be below it? What could the "
            "best start from?",
        ),
        Misconception(
            id="against_the_previous",
            function=lambda val_losses, patience: _stop(
                val_losses, patience, better=lambda loss, best, last: loss < last
            )[0],
            hint="You compare each loss with the one before it. Which loss must it beat, so that a spike and its way "
            "back do not count as progress?",
        ),
        Misconception(
            id="equal_is_better",
            function=lambda val_losses, patience: _stop(
                val_losses, patience, better=lambda loss, best, last: loss <= best
            )[0],
            hint="An equal loss counts as better with you. Which comparison says strictly below?",
        ),
        Misconception(
            id="not_in_a_row",
            function=lambda val_losses, patience: _stop(val_losses, patience, in_a_row=False)[0],
            hint="You count all epochs that were no better, also when a better one comes between. What should a "
            "better epoch do to the count?",
        ),
        Misconception(
            id="nan_is_better",
            function=lambda val_losses, patience: _stop(
                val_losses, patience, better=lambda loss, best, last: not loss >= best
            )[0],
            hint="A NaN counts as better with you. Every comparison with NaN is False: which one must you ask, `loss "
            "< best` or `loss >= best`?",
        ),
        Misconception(
            id="only_worse_counts",
            function=lambda val_losses, patience: _stop(
                val_losses, patience, skips=lambda loss, best: not (loss < best or loss > best)
            )[0],
            hint="Your count grows only when a loss is above the best: an equal one, or a NaN, is passed over. Must an "
            "epoch be worse to count, or is it enough that it is no better?",
        ),
        Misconception(
            id="nan_is_skipped",
            function=lambda val_losses, patience: _stop(val_losses, patience, skips=lambda loss, best: loss != loss)[0],
            hint="You pass over NaN as if that epoch had not been. Has an epoch with a NaN improved anything?",
        ),
        in_place(_pops, "val_losses", "Is there a way to go through a list without taking it apart?"),
    ),
    variants={"distance": _distance, "arrays": _with_arrays, "while": _with_while},
)
