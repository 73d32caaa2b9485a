"""diagnose: the known wrong answers, and right ones of another make."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.spec import Misconception
from coursekit.exercises.standard import in_place

Losses = Sequence[float]


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


WRONG = (
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
)

RIGHT = {
    "plain": _rules(),
    "arrays": _arrays,
    "quotients": _quotients,
    "backwards": _backwards,
}
