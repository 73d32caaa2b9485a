"""diagnose."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.drawing import INF, NAN
from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Text
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import diagnose

Losses = Sequence[float]


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


def _finite(*lists: Losses) -> bool:
    return all(math.isfinite(loss) for losses in lists for loss in losses)


def _rules(
    *,
    diverged: Callable[[Losses, Losses], Any] = lambda t, v: not _finite(t, v) or t[-1] > 1.5 * t[0],
    not_learning: Callable[[Losses, Losses], Any] = lambda t, v: t[-1] > 0.95 * t[0],
    overfitting: Callable[[Losses, Losses], Any] = lambda t, v: v[-1] > 1.2 * min(v) or v[-1] > 2 * t[-1] + 0.1,
    underfitting: Callable[[Losses, Losses], Any] = lambda t, v: t[-1] > 0.5 * t[0],
    order: str = "dnou",
) -> Callable[[Losses, Losses], str]:
    """A diagnosis with some rule, or their order, changed."""
    rules = {
        "d": ("diverged", diverged),
        "n": ("not_learning", not_learning),
        "o": ("overfitting", overfitting),
        "u": ("underfitting", underfitting),
    }

    def answer(train_losses: Losses, val_losses: Losses) -> str:
        for letter in order:
            label, holds = rules[letter]
            if holds(train_losses, val_losses):
                return label
        return "healthy"

    return answer


def _arrays(train_losses: Losses, val_losses: Losses) -> str:
    t, v = np.array(train_losses), np.array(val_losses)
    if not np.all(np.isfinite(np.concatenate([t, v]))) or t[-1] > 1.5 * t[0]:
        return "diverged"
    if t[-1] > 0.95 * t[0]:
        return "not_learning"
    if v[-1] > 1.2 * v.min() or v[-1] > 2 * t[-1] + 0.1:
        return "overfitting"
    return "underfitting" if t[-1] > 0.5 * t[0] else "healthy"


def _quotients(train_losses: Losses, val_losses: Losses) -> Any:
    share = train_losses[-1] / train_losses[0]
    lost = any(loss != loss or abs(loss) == math.inf for loss in [*train_losses, *val_losses])
    labels = np.array(["diverged", "not_learning", "overfitting", "underfitting", "healthy"])
    holds = [
        lost or share > 1.5,
        share > 0.95,
        val_losses[-1] / min(val_losses) > 1.2 or val_losses[-1] - 2 * train_losses[-1] > 0.1,
        share > 0.5,
        True,
    ]
    return labels[holds.index(True)]


def _backwards(train_losses: Losses, val_losses: Losses) -> str:
    """From the last rule to the first, each overwriting what was said."""
    verdict = "healthy"
    if train_losses[-1] > train_losses[0] * 0.5:
        verdict = "underfitting"
    if val_losses[-1] > min(val_losses) * 1.2 or val_losses[-1] > 2 * train_losses[-1] + 0.1:
        verdict = "overfitting"
    if train_losses[-1] > train_losses[0] * 0.95:
        verdict = "not_learning"
    if train_losses[-1] > train_losses[0] * 1.5 or not _finite(train_losses, val_losses):
        verdict = "diverged"
    return verdict


def _in_place(train_losses: list[float], val_losses: list[float]) -> str:
    last = val_losses[-1]
    val_losses.sort()
    return _rules(overfitting=lambda t, v: last > 1.2 * v[0] or last > 2 * t[-1] + 0.1)(train_losses, val_losses)


def _spaced(train_losses: Losses, val_losses: Losses) -> str:
    return _rules()(train_losses, val_losses).replace("_", " ")


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
    misconceptions=(
        Misconception(
            id="nan_at_the_end_only",
            function=_rules(diverged=lambda t, v: not _finite(t[-1:], v[-1:]) or t[-1] > 1.5 * t[0]),
            hint="You look for NaN and infinity in the last entries only. Where else may they stand?",
        ),
        Misconception(
            id="validation_may_be_nan",
            function=_rules(diverged=lambda t, v: not _finite(t) or t[-1] > 1.5 * t[0]),
            hint="You look for NaN and infinity among the training losses only. What if a validation loss is NaN?",
        ),
        Misconception(
            id="nan_compares_as_false",
            function=_rules(diverged=lambda t, v: t[-1] > 1.5 * t[0]),
            hint="Every comparison with NaN is False, so a run with NaN goes through all your rules and comes out "
            "healthy. What has to be asked first?",
        ),
        Misconception(
            id="infinity_is_no_nan",
            function=_rules(diverged=lambda t, v: any(map(math.isnan, [*t, *v])) or t[-1] > 1.5 * t[0]),
            hint="You find NaN, but `isnan` is False for infinity. Which function finds both?",
        ),
        Misconception(
            id="nan_alone_is_diverged",
            function=_rules(diverged=lambda t, v: not _finite(t, v)),
            hint="A run whose loss has grown to 1.8 times the first counts as not learning with you. What besides NaN "
            "and infinity makes a run diverged?",
        ),
        Misconception(
            id="spikes_count",
            function=_rules(diverged=lambda t, v: not _finite(t, v) or max(t) > 1.5 * t[0]),
            hint="You compare the largest training loss, so that a spike which passes counts as divergence. Which "
            "entry does the rule name?",
        ),
        Misconception(
            id="above_the_lowest_training_loss",
            function=_rules(diverged=lambda t, v: not _finite(t, v) or t[-1] > 1.5 * min(t)),
            hint="You compare the last training loss with the lowest. Which one does the rule compare it with?",
        ),
        Misconception(
            id="rise_means_diverged",
            function=_rules(diverged=lambda t, v: not _finite(t, v) or t[-1] > t[0]),
            hint="Every training loss that ends above its first counts as diverged with you. How far above must it be?",
        ),
        Misconception(
            id="lowest_training_loss",
            function=_rules(not_learning=lambda t, v: min(t) > 0.95 * t[0]),
            hint="You ask whether the training loss was ever lower. A run that went down and came up again: has it "
            "learned anything in the end?",
        ),
        Misconception(
            id="learning_by_validation",
            function=_rules(not_learning=lambda t, v: v[-1] > 0.95 * v[0]),
            hint="You judge whether the net learns by the validation losses. Which losses does the rule name?",
        ),
        Misconception(
            id="no_rule_for_the_rise",
            function=_rules(overfitting=lambda t, v: v[-1] > 2 * t[-1] + 0.1),
            hint="You see a gap between the two losses, but not a validation loss that rises again. To what besides "
            "the training loss is the last one compared?",
        ),
        Misconception(
            id="no_rule_for_the_gap",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * min(v)),
            hint="You see a validation loss that rises again, but not one that stays far above the training loss. To "
            "what besides its minimum is it compared?",
        ),
        Misconception(
            id="both_rules_for_overfitting",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * min(v) and v[-1] > 2 * t[-1] + 0.1),
            hint="You ask for a rise and a gap together. Is it `and` or `or` between the two?",
        ),
        Misconception(
            id="rise_since_the_epoch_before",
            function=_rules(overfitting=lambda t, v: (len(v) > 1 and v[-1] > 1.2 * v[-2]) or v[-1] > 2 * t[-1] + 0.1),
            hint="You compare the last validation loss with the one before. Can it creep up over many epochs unseen? "
            "With which one should it be compared?",
        ),
        Misconception(
            id="rise_since_the_start",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * v[0] or v[-1] > 2 * t[-1] + 0.1),
            hint="You compare the last validation loss with the first. It first falls and then rises: with which one "
            "should it be compared?",
        ),
        Misconception(
            id="gap_without_the_tenth",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * min(v) or v[-1] > 2 * t[-1]),
            hint="Two small losses, 0.1 and 0.25, are far apart with you. What is added to twice the training loss, so "
            "that this does not count?",
        ),
        Misconception(
            id="gap_with_two_tenths",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * min(v) or v[-1] > 2 * (t[-1] + 0.1)),
            hint="You double the 0.1 as well. What is doubled in the rule, and what is added after that?",
        ),
        Misconception(
            id="gap_from_the_lowest",
            function=_rules(overfitting=lambda t, v: v[-1] > 1.2 * min(v) or v[-1] > 2 * min(t) + 0.1),
            hint="You measure the gap from the lowest training loss. From which one does the rule measure it?",
        ),
        Misconception(
            id="no_gap_means_underfitting",
            function=_rules(underfitting=lambda t, v: v[-1] < 1.1 * t[-1]),
            hint="You call a run without a gap underfitting, as some lecture notes do. A net with a training loss near "
            "0 and no gap: what is left to improve? Which loss tells?",
        ),
        Misconception(
            id="underfitting_by_validation",
            function=_rules(underfitting=lambda t, v: v[-1] > 0.5 * v[0]),
            hint="You judge underfitting by the validation losses. Which losses show whether the net can fit what it "
            "has seen?",
        ),
        Misconception(
            id="no_underfitting",
            function=_rules(order="dno"),
            hint="What is left after three rules counts as healthy with you. A training loss of 0.8 times the first: "
            "which rule is for that?",
        ),
        Misconception(
            id="overfitting_first",
            function=_rules(order="odnu"),
            hint="You ask for overfitting before anything else. A net that has not learned at all: can it overfit?",
        ),
        Misconception(
            id="overfitting_before_not_learning",
            function=_rules(order="donu"),
            hint="You ask for overfitting before you ask whether the net learns. Which of the two rules stands first?",
        ),
        Misconception(
            id="underfitting_before_overfitting",
            function=_rules(order="dnuo"),
            hint="You ask for underfitting before overfitting. Which of the two rules stands first?",
        ),
        Misconception(
            id="bounds_included",
            function=_rules(
                diverged=lambda t, v: not _finite(t, v) or t[-1] >= 1.5 * t[0],
                not_learning=lambda t, v: t[-1] >= 0.95 * t[0],
                overfitting=lambda t, v: (len(v) > 1 and v[-1] >= 1.2 * min(v)) or v[-1] >= 2 * t[-1] + 0.1,
                underfitting=lambda t, v: t[-1] >= 0.5 * t[0],
            ),
            hint="A loss exactly at a bound counts as beyond it with you. Should it be `>=` or `>`?",
        ),
        Misconception(
            id="label_with_a_space",
            function=_spaced,
            hint="Your rules are right, but a label is spelled in another way: 'not learning'. What stands between the "
            "two words in the task?",
        ),
        in_place(_in_place, "val_losses", "Does `.sort()` make a new list?"),
    ),
    variants={
        "plain": _rules(),
        "arrays": _arrays,
        "quotients": _quotients,
        "backwards": _backwards,
    },
)
