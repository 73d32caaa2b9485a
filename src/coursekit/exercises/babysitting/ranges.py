"""lr_range_test."""

import numpy as np

from coursekit.exercises.babysitting.callbacks import losses_at
from coursekit.exercises.babysitting.drawing import INF, NAN, plain
from coursekit.exercises.babysitting.range_slips import RIGHT, WRONG
from coursekit.exercises.cases import Case, Draw, Made
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number, Optional
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, unchanged, values
from coursekit.training import lr_range_test


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
        # Rises and then falls to a new low, so that a stop at any rise is not taken for a search of the lowest.
        case(near(2.3, 2.6, 1.9, 6.0), "never bad", "all"),
        case([NAN, *near(2.0, 1.0)], "NaN at the first rate", "first"),
        case([INF, *near(2.0, 1.0)], "infinite at the first rate", "first"),
        case([NAN], "one rate, and bad", "first"),
        case(near(2.3), "one rate", "edges"),
        case(near(9000.0, 5000.0, 8000.0, 30000.0), "large losses", "edges"),
        case(near(0.02, 0.01, 0.03, 0.05), "small losses", "edges"),
        Case(args=first.args, about="the first input once more"),
    ]


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
    misconceptions=WRONG,
    variants=RIGHT,
)
