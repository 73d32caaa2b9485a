"""diagnose."""

import numpy as np

from coursekit.exercises.babysitting.curve_slips import RIGHT, WRONG
from coursekit.exercises.babysitting.drawing import INF, NAN
from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Text
from coursekit.exercises.spec import Exercise
from coursekit.exercises.standard import edges, unchanged, values
from coursekit.training import diagnose


def _cases(draw: Draw) -> list[Case]:
    """In each group two labels at least, so that a constant answer passes no check."""

    def about(number: float, spread: float = 0.03) -> float:
        """A number near this one."""
        return float(np.round(number * draw.rng.uniform(1 - spread, 1 + spread), 3))

    def curve(*points: float) -> list[float]:
        """Losses through these shares of a first loss that is drawn."""
        return [round(start * point, 3) for point in points]

    def case(train: list[float], val: list[float], group: str, note: str = "") -> Case:
        return Case(args=(train, val), group=group, about=note)

    start = draw.number(2.0, 3.0)
    healthy = curve(1.0, about(0.6), about(0.3))
    # As good on new examples as on the old ones, neither rising nor far above.
    near = [round(loss * 1.05, 3) for loss in healthy]
    long = [round(start * 0.9**epoch, 3) for epoch in range(draw.size(9, 14))]
    s = float(draw.rng.choice([1.0, 2.0, 4.0]))  # a power of two, so that a product with it is exact
    return [
        case(curve(1.0, about(0.6), about(1.9)), curve(1.0, 0.8, 1.6), "diverged"),
        case(curve(1.0, 1.2, about(1.3)), curve(1.0, 1.1, 1.1), "diverged", "rises, but not by half"),
        case([*healthy[:2], NAN], near, "diverged", "a NaN at the end"),
        case([healthy[0], NAN, healthy[2]], near, "diverged", "a NaN in the middle"),
        case([*healthy[:2], INF, healthy[2]], near, "diverged", "infinite for a while"),
        case(healthy, [near[0], NAN, near[2]], "diverged", "a NaN among the validation losses"),
        case(healthy, [INF, *near[1:]], "diverged", "infinite before it begins"),
        case(curve(1.0, about(2.5), 0.6, about(0.3)), near, "diverged", "a spike that passes"),
        case(curve(1.0, about(0.3), about(0.6), 0.72), curve(0.9, 0.8, 0.75), "diverged", "above its minimum"),
        case(curve(1.0, about(0.98, 0.01), 0.98), curve(1.0, 0.99, 0.99), "learning"),
        case(curve(1.0, 0.9, about(0.8)), curve(1.0, 0.9, 0.82), "learning"),
        case(curve(1.0, about(0.4), 0.97), curve(1.0, 0.99, 0.96), "learning", "down and up again"),
        case(curve(1.0, about(0.8), about(0.6)), curve(0.62, 0.61, 0.61), "learning", "validation stands still"),
        # A rise from the minimum, with no gap that is large; then a gap that is large, with no rise.
        case(curve(1.0, 0.6, about(0.4)), curve(1.0, 0.42, about(0.6)), "overfitting", "validation rises"),
        case([start, 0.9, about(0.3)], [start, 1.2, about(1.1)], "overfitting", "a gap, and no rise"),
        case(curve(1.0, 0.6, about(0.4)), curve(1.0, 0.46, about(0.49, 0.01)), "overfitting", "a small rise"),
        case([start, 0.5, about(0.1)], [start, 0.4, about(0.25)], "overfitting", "a gap, both small"),
        case([start, 0.5, about(0.1)], [start, 0.4, about(0.36)], "overfitting", "a gap, both small"),
        case(curve(1.0, 0.3, about(0.42)), curve(1.0, 0.72, about(0.73, 0.01)), "overfitting", "training rises a bit"),
        case(curve(1.0, 0.6, about(0.4)), curve(0.5, 0.3, 0.37, 0.375), "overfitting", "rises over several epochs"),
        case(curve(1.0, 0.7, about(0.45)), curve(0.5, 0.45, about(0.7)), "overfitting", "validation ends above all"),
        case(healthy, near, "fitting"),
        case(curve(1.0, 0.9, about(0.7)), curve(1.0, 0.92, 0.75), "fitting"),
        case(curve(1.0, 0.7, about(0.55)), curve(0.6, 0.5, 0.45), "fitting", "validation below training"),
        case(curve(1.0, 0.7, about(0.4)), curve(1.0, 0.75, 0.6), "fitting", "validation above half of its first"),
        case(curve(1.0, 0.2, about(0.1)), curve(1.0, 0.2, 0.1), "fitting", "no gap at all"),
        # Two rules hold in each of these: the first one counts.
        case(curve(1.0, 0.99, about(0.97, 0.01)), curve(1.0, 0.8, about(1.1)), "first"),
        case(curve(1.0, 0.8, about(0.7)), curve(1.0, 0.7, about(1.0)), "first"),
        case(curve(1.0, 1.3, about(1.8)), curve(1.0, 0.9, about(1.9)), "first"),
        case(curve(1.0, 0.99, about(0.97, 0.01)), [*curve(1.0, 0.9), NAN], "first"),
        case([s, 1.5 * s], [s, s], "bounds", "1.5 times the first"),
        case([s, 0.95 * s], [s, 0.75 * s], "bounds", "0.95 times the first"),
        case([s, 0.5 * s], [s, 0.5 * s], "bounds", "half of the first"),
        case([s, 0.375 * s], [s, 0.5 * s, 1.2 * (0.5 * s)], "bounds", "1.2 times the minimum"),
        case([s, 0.25], [s, 0.6], "bounds", "2 times the last training loss + 0.1"),
        case([start], [start], "edges", "one epoch"),
        case(long, [round(loss * 1.1, 3) for loss in long[::3]], "edges", "validated every third epoch"),
        case(long[::4], [*long[:8], round(long[7] * 1.5, 3)], "edges", "fewer training losses than validation losses"),
        case([1e4 * loss for loss in healthy], [1e4 * loss for loss in near], "edges", "large losses"),
        case(curve(1.0, about(0.8), 0.7), curve(1.0, 0.82, 0.7), "edges"),
    ]


def _repeated(draw: Draw) -> list[Case]:
    cases = _cases(draw)
    first = cases[0]
    return [*cases, Case(args=first.args, group=first.group, about="the first input once more")]


DIAGNOSE = Exercise(
    assignment="babysitting",
    reference=diagnose,
    task="Say what the losses of a run mean. `train_losses` and `val_losses` are lists of floats, one entry per epoch "
    "or per validation; they may differ in length. Go down the rules and return the label of the first that holds, a "
    'string: "diverged", "not_learning", "overfitting", "underfitting" or "healthy".',
    rule="diverged: a NaN or inf anywhere in either list, or last train > 1.5 * first train; else "
    "not_learning: last train > 0.95 * first train; else "
    "overfitting: last val > 1.2 * min(val), or last val > 2 * last train + 0.1; else "
    "underfitting: last train > 0.5 * first train; else healthy",
    returns=Text(),
    cases=_repeated,
    checks=(
        values(
            2,
            "Is there a NaN or an infinity anywhere in the two lists? If not, what is the last training loss as a "
            "multiple of the first?",
            name="diverged or not",
            group="diverged",
        ),
        values(
            1,
            "What is the last training loss as a multiple of the first: more than 0.95?",
            name="learning or not",
            group="learning",
        ),
        values(
            2,
            "Two questions to the last validation loss: is it above 1.2 times the lowest one, and is it above twice "
            "the last training loss + 0.1?",
            name="overfitting or not",
            group="overfitting",
        ),
        values(
            1,
            "What is the last training loss as a multiple of the first: more than a half?",
            name="underfitting or healthy",
            group="fitting",
        ),
        Check(
            name="the first rule that holds",
            points=1,
            group="first",
            hint="More than one rule holds here. Which of them stands first in the list of rules?",
        ),
        Check(
            name="exactly at a bound",
            points=1,
            group="bounds",
            hint="The loss lies exactly at a bound. Is it above the bound?",
        ),
        edges(1, "How long are the two lists here? Which entries does each rule need?"),
        unchanged(),
    ),
    misconceptions=WRONG,
    variants=RIGHT,
)
