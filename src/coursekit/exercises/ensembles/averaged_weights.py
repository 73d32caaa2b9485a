"""ema_weights."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, keeps_float32, unchanged, values
from coursekit.optim import ema_weights


def _cases(draw: Draw) -> list[Case]:
    def case(count: int, *shape: int, about: str = "", group: str = "values", high: float = 3.0) -> Case:
        snapshots = [draw.array(*shape, high=high) for _ in range(count)]
        return Case(args=(snapshots, draw.number(0.6, 0.9)), about=about, group=group)

    by_name = case(3, 2, 2, about="decay by name")
    slow = case(5, 2, 3, about="a decay near 1", group="edges")
    cases = [
        case(2, 1),
        case(2, 2),
        case(3, 2),
        case(4, 2, 2),
        Case(args=by_name.args[:1], kwargs={"decay": by_name.args[1]}, about=by_name.about),
        case(draw.size(5, 9), draw.size(2, 4), draw.size(2, 4)),
        case(1, 2, 2, about="one snapshot", group="edges"),
        case(3, 1, 4, about="weights of one row", group="edges"),
        case(3, 4, 1, about="weights of one column", group="edges"),
        Case(args=([np.zeros((2, 2)) for _ in range(3)], 0.5), about="zeros", group="edges"),
        Case(args=(slow.args[0], 0.999), about=slow.about, group="edges"),
        case(4, 2, 2, about="weights up to 1e4", group="edges", high=1e4),
    ]
    return with_layouts(cases, typical=lambda: case(draw.size(3, 5), 3, 2))


def _ema(snapshots: Any, decay: float) -> Any:
    ema = snapshots[0]
    for snapshot in snapshots[1:]:
        ema = decay * ema + (1 - decay) * snapshot
    return ema


def _from_zero(snapshots: Any, decay: float) -> Any:
    ema = 0 * snapshots[0]
    for snapshot in snapshots:
        ema = decay * ema + (1 - decay) * snapshot
    return ema


def _missing_share(snapshots: Any, decay: float) -> Any:
    ema = snapshots[0]
    for snapshot in snapshots[1:]:
        ema = decay * ema + snapshot
    return ema


def _in_place(snapshots: Any, decay: float) -> Any:
    ema = snapshots[0]
    for snapshot in snapshots[1:]:
        ema *= decay
        ema += (1 - decay) * snapshot
    return ema


def _pops(snapshots: Any, decay: float) -> Any:
    ema = snapshots.pop(0)
    while snapshots:
        ema = decay * ema + (1 - decay) * snapshots.pop(0)
    return ema


def _float64(snapshots: Any, decay: float) -> Any:
    ema = np.zeros(snapshots[0].shape)
    ema += snapshots[0]
    for snapshot in snapshots[1:]:
        ema = decay * ema + (1 - decay) * snapshot
    return ema


def _loop(snapshots: Any, decay: float) -> Any:
    ema = snapshots[0].copy()
    for snapshot in snapshots[1:]:
        for i in np.ndindex(ema.shape):
            ema[i] = decay * ema[i] + (1 - decay) * snapshot[i]
    return ema


def _step_towards(snapshots: Any, decay: float) -> Any:
    """The first one is met twice, which changes nothing."""
    ema = snapshots[0].copy()
    for snapshot in snapshots:
        ema += (1 - decay) * (snapshot - ema)
    return ema


def _weighted(snapshots: Any, decay: float) -> Array:
    last = len(snapshots) - 1
    shares = [decay**last] + [(1 - decay) * decay ** (last - i) for i in range(1, last + 1)]
    total: Array = sum(share * snapshot for share, snapshot in zip(shares, snapshots, strict=True))
    return total


def _recursive(snapshots: Any, decay: float) -> Any:
    *earlier, latest = snapshots
    return decay * _recursive(earlier, decay) + (1 - decay) * latest if earlier else latest


EMA_WEIGHTS = Exercise(
    assignment="ensembles",
    reference=ema_weights,
    task="Average the weights of one net along its training. `snapshots` is a list of arrays of one shape, the oldest "
    "first. Start the average AT the first snapshot; then let each later one in with the share `1 - decay`. Return one "
    "array of that shape.",
    rule="ema = snapshots[0];  then for each later snapshot: ema = decay * ema + (1 - decay) * snapshot",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(4, "Two snapshots by hand: decay times the first, plus the rest times the second."),
        edges(hint="With one snapshot the average is that snapshot. What does your loop do then?"),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="started_at_zero",
            function=_from_zero,
            hint="Your average starts at 0 and is too small as long as there are few snapshots, as Adam's averages are "
            "before their correction. At what does the rule start?",
        ),
        Misconception(
            id="bias_corrected",
            function=lambda snapshots, decay: _from_zero(snapshots, decay) / (1 - decay ** len(snapshots)),
            hint="Your average starts at 0 and is divided by 1 - decay**t, as in Adam: a weighted mean in which the "
            "first snapshot counts least. At what does the rule start, and is a correction due then?",
        ),
        Misconception(
            id="decay_swapped",
            function=lambda snapshots, decay: _ema(snapshots, 1 - decay),
            hint="You give the share `decay` to the new snapshot. With a decay of 0.999, how far back would your "
            "average remember?",
        ),
        Misconception(
            id="plain_mean",
            function=lambda snapshots, decay: sum(snapshots) / len(snapshots),
            hint="You take the plain mean of all snapshots, as stochastic weight averaging does. Where does `decay` "
            "come in?",
        ),
        Misconception(
            id="newest_dropped",
            function=lambda snapshots, decay: _ema(snapshots[:-1] or snapshots, decay),
            hint="The newest snapshot has no part in your result. Where does your loop end?",
        ),
        Misconception(
            id="first_dropped",
            function=lambda snapshots, decay: _ema(snapshots[1:] or snapshots, decay),
            hint="The first snapshot has no part in your result. At which one does your average start?",
        ),
        Misconception(
            id="oldest_last",
            function=lambda snapshots, decay: _ema(snapshots[::-1], decay),
            hint="You go through the snapshots from the newest to the oldest. Which of them should have the last word?",
        ),
        Misconception(
            id="share_missing",
            function=_missing_share,
            hint="You add the whole of each new snapshot. If all snapshots were the same, what would their average be, "
            "and what is yours?",
        ),
        Misconception(
            id="newest",
            function=lambda snapshots, decay: snapshots[-1].copy(),
            hint="You return the newest snapshot. What of the others?",
        ),
        Misconception(
            id="last_two",
            function=lambda snapshots, decay: (
                decay * snapshots[-2] + (1 - decay) * snapshots[-1] if len(snapshots) > 1 else snapshots[-1]
            ),
            hint="You mix the last two snapshots only. What should stand in place of the one before the last: it, or "
            "the average so far?",
        ),
        Misconception(
            id="mean_over_the_weights",
            function=lambda snapshots, decay: _ema([np.mean(snapshot) for snapshot in snapshots], decay),
            hint="You return one number. The average is over snapshots, weight by weight: which shape should it have?",
        ),
        # Before `in_place`, which changes a part of what this changes.
        Misconception(
            id="pops",
            function=_pops,
            hint="The values are right, but the caller's list is empty afterwards. What does `pop` do to a list?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The values are right, but the caller's first snapshot is overwritten. Is `ema = snapshots[0]` a "
            "copy, or a second name for the same array?",
        ),
        float64(_float64, "np.zeros(snapshots[0].shape)"),
    ),
    variants={"loop": _loop, "step_towards": _step_towards, "weighted": _weighted, "recursive": _recursive},
)
