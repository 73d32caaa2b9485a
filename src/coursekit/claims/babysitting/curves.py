"""The claims on what the curves of training and validation say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.claims.babysitting.experiments import Outcome, fit, net, part
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.optim import SGD
from coursekit.training import accuracy, predicted_labels

#: Strengths of L2 that are tried against a gap.
STRENGTHS = (0.0, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
#: And probabilities of dropout.
DROPS = (0.2, 0.5, 0.7)


@dataclass(frozen=True)
class Halves:
    """A run, and its share of right answers on each half of the digits that it was not trained on."""

    run: Outcome
    right: tuple[float, float]


def _gained(after: NDArray[np.float64], before: NDArray[np.float64]) -> str:
    """The median of the differences, in points, without a minus before 0.0."""
    return f"{round(float(np.median(after - before)), 1) + 0.0:.1f}"


def small_set(seed: int, lam: float, n: int = 100, drop: float = 0.0) -> Halves:
    """64-128-10 on `n` digits for 60 epochs; the 900 others are those to look at."""
    data = part(seed, n, 900)
    model = net(seed, units=128, drop=drop)
    run = fit(model, data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=0.1), epochs=60, lam=lam, seed=seed)
    first, second = (
        accuracy(predicted_labels(model(x)), y)
        for x, y in zip(np.split(data.x_val, 2), np.split(data.y_val, 2), strict=True)
    )
    return Halves(run, (first, second))


def chosen_and_judged(runs: Sequence[Halves]) -> tuple[float, float]:
    """Right answers and gap of the best of `runs`, chosen by one half and judged by the other; the mean of both ways.

    The digits that chose it would flatter it.
    """
    ways = []
    for chooser, judge in ((0, 1), (1, 0)):
        best = max(runs, key=lambda r: r.right[chooser])
        ways.append((best.right[judge], best.run.right - best.right[judge]))
    right, gap = np.mean(ways, axis=0)
    return float(right), float(gap)


def _gap(seed: int) -> Mapping[str, float]:
    plain, *penalized = [small_set(seed, lam) for lam in STRENGTHS]
    dropped = [small_set(seed, 0.0, drop=p) for p in DROPS]
    numbers: dict[str, float] = {}
    for name, r in {"": plain, "_strong": penalized[-1], "_more": small_set(seed, 0.0, n=400)}.items():
        numbers |= {f"gap{name}": 100 * (r.run.right - r.run.val_right), f"val{name}": 100 * r.run.val_right}
    for name, runs in {"_l2": penalized, "_drop": dropped, "_best": [*penalized, *dropped]}.items():
        right, gap = chosen_and_judged(runs)
        numbers |= {f"gap{name}": 100 * gap, f"val{name}": 100 * right}
    return numbers | {"val_flattered": 100 * max(r.run.val_right for r in [*penalized, *dropped])}


def _judge_gap(n: Numbers) -> Verdict:
    gain, narrower = float(np.median(n["val_best"] - n["val"])), float(np.median(n["gap"] - n["gap_best"]))
    if min(gain, narrower) <= 0:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if gain >= 1.0 else Verdict.LESS


def without_gap(seed: int, kind: str, units_times: int = 1) -> Outcome:
    """Four runs on 900 digits, 15 epochs, whose training and validation accuracy are close.

    "small" has 2 hidden units, "slow" a rate of 0.001, "strong" an L2 of 0.3, "good" nothing wrong with it.
    """
    data = part(seed, 900, 500)
    model = net(seed, units=units_times * (2 if kind == "small" else 32))
    lr, lam = 0.001 if kind == "slow" else 0.1, 0.3 if kind == "strong" else 1e-3
    return fit(model, data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=lr), epochs=15, lam=lam, seed=seed)


KINDS = ("small", "slow", "strong", "good")


def _no_gap(seed: int) -> Mapping[str, float]:
    numbers = {}
    for kind in KINDS:
        run, larger = without_gap(seed, kind), without_gap(seed, kind, units_times=16)
        numbers[f"{kind}_gap"] = 100 * (run.right - run.val_right)
        numbers[f"{kind}_right"] = 100 * run.right
        numbers[f"{kind}_val"] = 100 * run.val_right
        numbers[f"{kind}_larger"] = 100 * larger.val_right
    return numbers


def _judge_no_gap(n: Numbers) -> Verdict:
    """No gap is one of less than 5 points; a gain counts from 2 points on."""
    if any(abs(median(n, f"{kind}_gap")) > 5 for kind in KINDS):
        return Verdict.NOT_HERE
    gains = {kind: float(np.median(n[f"{kind}_larger"] - n[f"{kind}_val"])) for kind in KINDS}
    if all(gain >= 2 for gain in gains.values()):
        return Verdict.HOLDS
    return Verdict.WRONG if gains["small"] >= 2 else Verdict.NOT_HERE


CLAIMS = (
    Claim(
        id="gap-regularize-more",
        chapter="babysitting",
        statement="A big gap between training and validation accuracy is overfitting: regularize more.",
        source="S. D. You, slides; CS231n",
        verdict=Verdict.NOT_HERE,
        setup="64-128-10 on 100 digits, 60 epochs at rate 0.1, accuracy on 900 others; L2 from 0.001 to 0.3, two in a "
        "decade, and dropout of 0.2, 0.5 and 0.7. The best of them is chosen by one half of the others and judged by "
        "the other half, both ways round. It holds if it narrows the gap and gains a point of accuracy or more, holds "
        "by less if it gains less than that, and does not hold if it gains nothing. Two things were changed after the "
        "numbers had been seen: the rule for holding by less was rewritten after a first look; and the choice was at "
        "first made by the same 900 digits that judged it, with a gain of half a point and a verdict of holding by "
        "less.",
        experiment=_gap,
        judge=_judge_gap,
        report=lambda n: (
            f"Without regularization the gap is {median(n, 'gap'):.1f} points, with {median(n, 'val'):.1f} % right on "
            f"the others. The best of all gains {_gained(n['val_best'], n['val'])} points and narrows the gap by "
            f"{_gained(n['gap'], n['gap_best'])} (medians of the differences; L2 alone gains "
            f"{_gained(n['val_l2'], n['val'])}, dropout {_gained(n['val_drop'], n['val'])}). Judged by the digits "
            f"that chose it, it would gain {_gained(n['val_flattered'], n['val'])}. At 0.3 the penalty leaves "
            f"{median(n, 'val_strong'):.0f} % right and still a gap of {median(n, 'gap_strong'):.1f}. Four times as "
            f"many digits make it {median(n, 'val_more'):.1f} % and {median(n, 'gap_more'):.1f} points, with no "
            "penalty."
        ),
    ),
    Claim(
        id="no-gap-raise-capacity",
        chapter="babysitting",
        statement="No gap between training and validation accuracy: raise the capacity of the model.",
        source="S. D. You, slides; CS231n",
        verdict=Verdict.WRONG,
        setup="Four runs of 15 epochs on 900 digits with a gap of less than 5 points: 2 hidden units; a rate of 0.001; "
        "L2 of strength 0.3; and one with nothing wrong. Each again with 16 times the hidden units; a gain is 2 points "
        "or more on 500 other digits.",
        experiment=_no_gap,
        judge=_judge_no_gap,
        report=lambda n: (
            "Accuracy on other digits before and after: "
            + "; ".join(
                f"{words} {median(n, f'{kind}_val'):.1f} → {median(n, f'{kind}_larger'):.1f} %"
                for kind, words in zip(
                    KINDS, ("2 units", "rate too low", "penalty too strong", "nothing wrong"), strict=True
                )
            )
            + ". The missing look is at the training accuracy: "
            + ", ".join(f"{median(n, f'{kind}_right'):.1f}" for kind in KINDS)
            + " %. Where it is high, there is nothing to gain; where it is low, capacity is one reason of several."
        ),
    ),
)
