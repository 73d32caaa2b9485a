"""Claims on constant rates: too big, too small, the cartoon of four curves, and how to look for a good one."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise

import numpy as np

from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.schedules.experiments import PER_EPOCH, constants, sweep
from coursekit.claims.summaries import median
from coursekit.optim import SGD, Adam, Optimizer, constant
from coursekit.words import plain

#: From far too small to far too big, a factor of about 3 apart.
WIDE = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_SMALL = (0.005, 0.01, 0.02, 0.04, 0.08)
_TARGET = 0.5
_NET = (
    "64-32-10 with ReLU on 960 digits, a fifth of the labels wrong, plain SGD in batches of 16, same start and batches"
)


def _too_big(seed: int) -> Mapping[str, float]:
    """How many runs are useless (more than half of the test digits wrong, the rate above the best one), and end low."""
    numbers = {}
    for name, noise in (("right", 0.0), ("wrong", 0.2)):
        ends = constants(seed, WIDE, noise)
        above = np.arange(len(WIDE)) > int(np.argmin(ends.test_error))
        useless = above & (ends.test_error > 0.5)
        start = float(ends.steps[0].mean())
        died = useless & np.isfinite(ends.loss) & (ends.loss < start)
        numbers[f"{name}_useless"], numbers[f"{name}_fell"] = float(useless.sum()), float(died.sum())
        numbers[f"{name}_first"] = WIDE[int(np.argmax(useless))]
    return numbers


def _judge_too_big(n: Numbers) -> Verdict:
    """Holds if every useless run blows up; holds by less if some of them end with a lower loss than they began with."""
    if min(median(n, "right_useless"), median(n, "wrong_useless")) == 0:
        return Verdict.NOT_HERE
    return Verdict.LESS if float(np.sum(n["right_fell"] + n["wrong_fell"])) > 0 else Verdict.HOLDS


def _report_too_big(n: Numbers) -> str:
    useless, fell = (float(np.sum(n[f"right_{w}"] + n[f"wrong_{w}"])) for w in ("useless", "fell"))
    return (
        f"Useless from η = {median(n, 'right_first'):g} on with right labels, from {median(n, 'wrong_first'):g} with "
        f"wrong ones. Of the {useless:.0f} useless runs of all seeds {useless - fell:.0f} overflow or end above the "
        f"loss that they began with, {fell:.0f} below it."
    )


def _too_small(seed: int) -> Mapping[str, float]:
    """Updates until the mean batch loss of an epoch's length is below the target, all labels right."""
    ends = constants(seed, _SMALL, 0.0, 40)
    numbers = {}
    for i, lr in enumerate(_SMALL):
        means = np.convolve(ends.steps[:, i], np.ones(PER_EPOCH) / PER_EPOCH, mode="valid")
        below = np.flatnonzero(means < _TARGET)
        numbers[f"steps_{lr:g}"] = float(below[0] + PER_EPOCH) if len(below) else float("inf")
    return numbers


def _judge_too_small(n: Numbers) -> Verdict:
    """Holds if each halving of the rate costs more updates at every seed."""
    pairs = pairwise(_SMALL)
    return (
        Verdict.HOLDS
        if all(bool(np.all(n[f"steps_{a:g}"] > n[f"steps_{b:g}"])) for a, b in pairs)
        else Verdict.NOT_HERE
    )


def _report_too_small(n: Numbers) -> str:
    told = ", ".join(f"{median(n, f'steps_{lr:g}'):.0f} at {lr:g}" for lr in _SMALL)
    ratio = float(np.median(n[f"steps_{_SMALL[0]:g}"] / n[f"steps_{_SMALL[-1]:g}"]))
    return f"Updates: {told}. A sixteenth of the rate takes {ratio:.1f} times the updates."


def straightness(curve: np.ndarray) -> float:
    """Share of a curve's variance that a straight line explains."""
    t = np.arange(len(curve))
    return float(np.corrcoef(t, curve)[0, 1] ** 2)


def _cartoon(seed: int) -> Mapping[str, float]:
    """Good is the rate with the lowest final loss; low is a thirtieth of it, high 3 times, very high 10 times it."""
    ends = constants(seed, WIDE, 0.2)
    good = int(np.argmin(ends.loss))
    curves = ends.steps.reshape(-1, PER_EPOCH, len(WIDE)).mean(axis=1)
    start = float(ends.steps[0].mean())
    early = ends.steps[: PER_EPOCH // 4].mean(axis=0)
    last = np.where(np.isfinite(curves[-1]) & np.isfinite(ends.loss), curves[-1], np.inf)
    return {
        "good_rate": WIDE[good],
        "low_straight": straightness(curves[:, good - 3]),
        "good_straight": straightness(curves[:, good]),
        "low_end": float(last[good - 3]),
        "good_end": float(last[good]),
        "good_early": float(early[good]),
        "high_early": float(early[good + 1]),
        "high_end": float(last[good + 1]),
        "very_end": float(last[good + 2]),
        "start": start,
    }


def features(n: Numbers) -> Mapping[str, bool]:
    """The four strokes of the cartoon, each true where most seeds show it."""
    return {
        "low": bool(np.median(n["low_straight"]) > 0.95 and np.median(n["low_end"] - n["good_end"]) > 0),
        "faster": bool(np.median(n["high_early"] - n["good_early"]) < 0),
        "higher": bool(np.median(n["high_end"] - n["good_end"]) > 0),
        "up": bool(np.median(n["very_end"] - n["start"]) > 0),
    }


def _judge_cartoon(n: Numbers) -> Verdict:
    seen = sum(features(n).values())
    return Verdict.HOLDS if seen == 4 else Verdict.LESS if seen else Verdict.NOT_HERE


def _report_cartoon(n: Numbers) -> str:
    seen = features(n)
    return (
        f"The good rate is {median(n, 'good_rate'):g} and ends at {median(n, 'good_end'):.2f}. A thirtieth of it ends "
        f"at {median(n, 'low_end'):.2f}; a straight line explains {100 * median(n, 'low_straight'):.0f} % of that "
        f"curve{'' if seen['low'] else ', which is bent'}. Three times it has {median(n, 'high_early'):.2f} on "
        f"average over the first 15 batches where the good one has {median(n, 'good_early'):.2f} "
        f"({'faster' if seen['faster'] else 'not faster'}), and ends at {median(n, 'high_end'):.2f} "
        f"({'higher' if seen['higher'] else 'not higher'}). Ten times it {_very(n)}; the start has "
        f"{median(n, 'start'):.2f}."
    )


def _very(n: Numbers) -> str:
    end = median(n, "very_end")
    return "diverges" if not np.isfinite(end) else f"ends at {plain(end, 2)}"


def climb(value: Callable[[float], float], start: float = 0.1) -> tuple[float, int]:
    """From `start`, halve, double, take a fifth and five times of the best rate so far, until none is better.

    Gives the rate and the number of rates that were tried.
    """
    known = {start: value(start)}
    here = start
    while True:
        for factor in (0.5, 2.0, 0.2, 5.0):
            lr = float(f"{here * factor:.6g}")
            if lr not in known:
                known[lr] = value(lr)
        found = min(known, key=lambda lr: (known[lr], lr))
        if found == here:
            return here, len(known)
        here = found


_OPTIMIZERS: Mapping[str, Callable[[float], Optimizer]] = {"sgd": SGD, "adam": Adam}


def _recipe(seed: int) -> Mapping[str, float]:
    """Six epochs a run; the recipe looks at the validation error, and so does the wide grid."""
    numbers: dict[str, float] = {}
    for name, make in _OPTIMIZERS.items():
        grid = tuple(float(lr) for lr in np.geomspace(1e-4, 3.0, 19))
        wide = sweep(seed, [partial(constant, lr0=lr) for lr in grid], epochs=6, optimizer=make)
        chosen = int(np.argmin(wide.val_error))
        tests: dict[float, float] = {}

        def value(lr: float, make: Callable[[float], Optimizer] = make, tests: dict[float, float] = tests) -> float:
            ends = sweep(seed, [partial(constant, lr0=lr)], epochs=6, optimizer=make)
            tests[lr] = float(ends.test_error[0])
            return float(ends.val_error[0])

        lr, tried = climb(value)
        numbers |= {
            f"{name}_lr": lr,
            f"{name}_tried": float(tried),
            f"{name}_found": tests[lr],
            f"{name}_first": tests[0.1],
            f"{name}_grid": float(wide.test_error[chosen]),
            f"{name}_grid_lr": grid[chosen],
        }
    return numbers


def _judge_recipe(n: Numbers) -> Verdict:
    """Holds if what the recipe finds is, on average, within a point of what a wide grid finds, for both optimizers."""
    within = [float(np.mean(n[f"{name}_found"] - n[f"{name}_grid"])) < 0.01 for name in _OPTIMIZERS]
    return Verdict.HOLDS if all(within) else Verdict.LESS if any(within) else Verdict.NOT_HERE


def _report_recipe(n: Numbers) -> str:
    parts = []
    for name, said in (("sgd", "SGD"), ("adam", "Adam")):
        parts.append(
            f"{said}: test error {100 * np.mean(n[f'{name}_first']):.1f} % at 0.1, "
            f"{100 * np.mean(n[f'{name}_found']):.1f} % at the end, η = {median(n, f'{name}_lr'):g}, after "
            f"{median(n, f'{name}_tried'):.0f} runs; the best of a grid of 19 has "
            f"{100 * np.mean(n[f'{name}_grid']):.1f} %"
        )
    return "; ".join(parts) + " (means; rates and runs: medians)."


CLAIMS = (
    Claim(
        id="rate-too-big-blows-up",
        chapter="schedules",
        statement="With too big a learning rate the objective blows up.",
        source="COMS4995 tutorial; Chan 2021",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_NET}, and once more with all labels right: ten constant rates from 0.001 to 30, 12 epochs. A run is "
            "useless if more than half of the test digits are wrong."
        ),
        experiment=_too_big,
        judge=_judge_too_big,
        report=_report_too_big,
    ),
    Claim(
        id="rate-too-small-takes-longer",
        chapter="schedules",
        statement="With too small a learning rate training takes longer to converge.",
        source="COMS4995 tutorial; Chan 2021",
        verdict=Verdict.HOLDS,
        setup=f"The same net, all labels right: updates until the mean loss of 60 batches is below {_TARGET:g}.",
        experiment=_too_small,
        judge=_judge_too_small,
        report=_report_too_small,
    ),
    Claim(
        id="learning-rate-cartoon",
        chapter="schedules",
        statement=(
            "Loss curves have four shapes: a low rate falls slowly along a line, a good one falls fast and far, a high "
            "one falls faster at first and ends higher, a very high one goes up."
        ),
        source="COMS4995 tutorial; CS231n",
        verdict=Verdict.LESS,
        setup=f"{_NET}, 12 epochs at constant rates; losses are means over the batches of an epoch.",
        experiment=_cartoon,
        judge=_judge_cartoon,
        report=_report_cartoon,
    ),
    Claim(
        id="fixed-rate-by-two-or-five",
        chapter="schedules",
        statement="Begin with a fixed rate such as 0.1, then halve or double it (or change it by 5) while that helps.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_NET}, 6 epochs a run, SGD and Adam. From 0.1: of half, twice, a fifth and five times the best rate so "
            "far the one with the lowest validation error, until none is better. Beside it a grid of 19 rates from "
            "0.0001 to 3, chosen in the same way."
        ),
        experiment=_recipe,
        judge=_judge_recipe,
        report=_report_recipe,
    ),
)
