"""The claims on log space, on short runs, on coarse and fine ranges and on their edges."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coursekit.claims.babysitting.experiments import BATCH, Setting, net, part, sweep
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.nn import L2
from coursekit.optim import SGD
from coursekit.training import Range, Trial, coarse_to_fine, halton_points, log_uniform, settings_at, train
from coursekit.words import plain

LOW, HIGH = 1e-6, 10.0
RANGES = {"lr": Range(LOW, HIGH, log=True), "lam": Range(LOW, HIGH, log=True)}
DRAWS, REPEATS = 16, 8


def best_of_groups(settings: list[Setting], groups: int, seed: int, epochs: int = 8) -> NDArray[np.float64]:
    """`(groups,)`: the lowest loss in each of `groups` searches of equal size, trained all at once."""
    lowest: NDArray[np.float64] = sweep(settings, seed, epochs=(epochs,))[0].reshape(groups, -1).min(axis=1)
    return lowest


def _log_space(seed: int) -> Mapping[str, float]:
    rng = np.random.default_rng([seed, 5])
    numbers = {}
    for name in ("log", "linear"):
        size = (2, REPEATS * DRAWS)
        rates, strengths = log_uniform(LOW, HIGH, size, rng) if name == "log" else rng.uniform(LOW, HIGH, size)
        settings = [Setting(float(lr), float(lam)) for lr, lam in zip(rates, strengths, strict=True)]
        numbers[name] = float(np.median(best_of_groups(settings, REPEATS, seed)))
        numbers[f"{name}_below"] = float(np.mean(rates < 0.1))
    return numbers


# -- multiplicative --------------------------------------------------------------------------------------------------


def steps_to(loss: float, lr: float, seed: int, limit: int = 6000) -> float:
    """Steps of plain SGD until the mean of the last 15 losses, an epoch, is below `loss`."""
    data, losses = part(seed), []
    for step in train(
        net(seed), data.x, data.y, optimizer=SGD(lr=lr), epochs=limit, batch_size=BATCH, rng=np.random.default_rng(seed)
    ):
        losses.append(step.loss)
        if len(losses) >= 15 and np.mean(losses[-15:]) < loss:
            return float(len(losses))
        if len(losses) == limit:
            break
    return float(limit)


def halving(lr: float, lam: float, seed: int) -> float:
    """Steps until weights that no example pulls at, those of pixels that never change, are half as long."""
    data, model = part(seed), net(seed)
    idle = np.flatnonzero(np.ptp(data.x, axis=0) == 0)
    x = data.x - data.x.mean(axis=0)
    weights = model.layers[0].params["w"]
    start = float(np.linalg.norm(weights[idle]))
    rng = np.random.default_rng(seed)
    for step in train(
        model, x, data.y, optimizer=SGD(lr=lr), epochs=10_000, batch_size=BATCH, rng=rng, penalty=L2(lam)
    ):
        if np.linalg.norm(weights[idle]) < 0.5 * start:
            return float(step.number + 1)
    return np.inf


_RATES = (0.003, 0.01, 0.03, 0.1)
_STRENGTHS = (0.01, 0.03, 0.1, 0.3)


def _multiplicative(seed: int) -> Mapping[str, float]:
    steps = [steps_to(1.0, lr, seed) for lr in _RATES]
    halves = [halving(0.1, lam, seed) for lam in _STRENGTHS]
    return {
        **{f"steps{lr:g}": s for lr, s in zip(_RATES, steps, strict=True)},
        **{f"half{lam:g}": s for lam, s in zip(_STRENGTHS, halves, strict=True)},
        "added": steps_to(1.0, 0.1 + 0.007, seed),
        "slope": float(np.polyfit(np.log(_RATES), np.log(steps), 1)[0]),
        "slope_half": float(np.polyfit(np.log(_STRENGTHS), np.log(halves), 1)[0]),
    }


def _series(n: Numbers, name: str, values: tuple[float, ...]) -> str:
    return ", ".join(f"{median(n, f'{name}{value:g}'):.0f}" for value in values)


# -- short runs ------------------------------------------------------------------------------------------------------


def _short(seed: int) -> Mapping[str, float]:
    rates = [float(lr) for lr in 10.0 ** np.arange(-6.0, 1.1, 0.5)]
    settings = [Setting(lr, lam) for lr in rates for lam in (1e-6, 1e-4, 1e-2, 1e-1, 1.0)]
    losses = sweep(settings, seed, epochs=(1, 2, 20))
    chosen = losses.argmin(axis=1)
    numbers = {f"rate{e}": settings[i].lr for e, i in zip((1, 2, 20), chosen, strict=True)}
    decade = [i for i, s in enumerate(settings) if 0.3 < s.lr / settings[chosen[0]].lr < 3.5]
    return numbers | {
        "best": float(losses[2].min()),
        "at1": float(losses[2, chosen[0]]),
        "at2": float(losses[2, chosen[1]]),
        "narrowed": float(losses[2, decade].min()),
    }


# -- coarse to fine --------------------------------------------------------------------------------------------------


def _coarse_to_fine(seed: int) -> Mapping[str, float]:
    """The mean over eight searches of 27 trials each: three rounds of nine, or all at once."""
    staged, at_once = [], []
    for repeat in range(8, 16):  # others than those that the number of searches was chosen by
        rng = np.random.default_rng([seed, 6, repeat])
        found = coarse_to_fine(lambda s: one(s, seed), RANGES, n=9, rounds=3, rng=rng, shrink=0.4)
        staged.append(found.best.value)
        settings = [
            Setting(**s) for s in settings_at(RANGES, halton_points(27, 2, np.random.default_rng([seed, 7, repeat])))
        ]
        at_once.append(float(sweep(settings, seed)[0].min()))
    return {"staged": float(np.mean(staged)), "at_once": float(np.mean(at_once))}


def one(setting: Mapping[str, float], seed: int) -> float:
    """The loss of one setting after 8 epochs."""
    return float(sweep([Setting(setting["lr"], setting["lam"])], seed)[0, 0])


# -- the edge --------------------------------------------------------------------------------------------------------


def _edge(seed: int) -> Mapping[str, float]:
    """The lowest loss on a grid whose rates end at 0.01, and on one that goes on to 10."""
    rates = [float(lr) for lr in 10.0 ** np.arange(-6.0, 1.1, 0.5)]
    strengths = (1e-6, 1e-4, 1e-2)
    settings = [Setting(lr, lam) for lr in rates for lam in strengths]
    losses = sweep(settings, seed)[0]
    tried = [Trial({"lr": s.lr}, loss) for s, loss in zip(settings, losses.tolist(), strict=True)]
    narrow = min((t for t in tried if t.setting["lr"] < 0.011), key=lambda t: t.value)
    wide = min(tried, key=lambda t: t.value)
    return {
        "narrow": narrow.value,
        "narrow_rate": narrow.setting["lr"],
        "wide": wide.value,
        "wide_rate": wide.setting["lr"],
    }


def _judge_edge(n: Numbers) -> Verdict:
    at_the_edge = bool(np.all(n["narrow_rate"] > 0.009))
    better = bool(np.all(n["wide"] < 0.9 * n["narrow"]) and np.all(n["wide_rate"] > 0.011))
    return Verdict.HOLDS if at_the_edge and better else Verdict.NOT_HERE


_TASK = f"64-16-10 on 300 digits, 8 epochs in batches of {BATCH}, the loss on 300 others"

CLAIMS = (
    Claim(
        id="search-on-a-log-scale",
        chapter="babysitting",
        statement="Learning rate and regularization strength are best searched for on a logarithmic scale.",
        source="Chadha 2020; COMS4995 tutorial; the unsigned notes; Bengio 2012",
        verdict=Verdict.HOLDS,
        setup=f"{_TASK}. The best of {DRAWS} random pairs between 0.000001 and 10, even in the exponent or even in the "
        f"number, median of {REPEATS} searches. It holds if the first is lower at all seeds.",
        experiment=_log_space,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["log"] < n["linear"])) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Loss {median(n, 'log'):.2f} with draws even in the exponent, {median(n, 'linear'):.2f} with draws even "
            f"in the number, where a guess has {np.log(10):.2f}: of those {100 * (1 - median(n, 'linear_below')):.0f} "
            "% of the rates are above 0.1."
        ),
    ),
    Claim(
        id="multiplicative-effects",
        chapter="babysitting",
        statement="Learning rate and regularization strength act multiplicatively on the course of training.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup="64-16-10 on 300 digits: steps to a loss of 1 at rates of 0.003 to 0.1; and at rate 0.1 the steps in "
        "which L2 of strength 0.01 to 0.3 halves weights that no example pulls at. It holds if both counts fall in "
        "proportion: log against log, slopes within 0.15 of -1.",
        experiment=_multiplicative,
        judge=lambda n: (
            Verdict.HOLDS
            if abs(median(n, "slope") + 1) < 0.15 and abs(median(n, "slope_half") + 1) < 0.15
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Steps to the loss: {_series(n, 'steps', _RATES)}, slope "
            f"{plain(median(n, 'slope'), 2)}. From 0.003 to 0.01 they fall to a third; 0.007 more on top of 0.1 makes "
            f"{median(n, 'added'):.0f} of {median(n, 'steps0.1'):.0f}. Steps to half the weights: "
            f"{_series(n, 'half', _STRENGTHS)}, slope {plain(median(n, 'slope_half'), 2)}."
        ),
    ),
    Claim(
        id="few-epochs-first",
        chapter="babysitting",
        statement="A few epochs are enough to narrow the ranges before the long runs.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup="64-16-10 on 300 digits, 15 rates from 0.000001 to 10 and 5 strengths of L2; the loss on 300 others "
        "after 1, 2 and 20 epochs. It holds if the best setting after 20 epochs has a rate within a factor of 3.2 of "
        "the best after one, or one there is at most 5 % worse, at all seeds.",
        experiment=_short,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["narrowed"] < 1.05 * n["best"])) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Best rate after 1, 2 and 20 epochs: {median(n, 'rate1'):.2g}, {median(n, 'rate2'):.2g} and "
            f"{median(n, 'rate20'):.2g}. The best loss after 20 epochs is {median(n, 'best'):.3f}; among the rates "
            f"near the winner of one epoch it is {median(n, 'narrowed'):.3f}. The winner itself, of one epoch or of "
            f"two, ends at {median(n, 'at1'):.3f} and {median(n, 'at2'):.3f}: a short run finds the range, not the "
            "setting."
        ),
    ),
    Claim(
        id="coarse-to-fine",
        chapter="babysitting",
        statement="Start from coarse ranges, then narrow them down.",
        source="COMS4995 tutorial; Chadha 2020; Bengio 2012",
        verdict=Verdict.HOLDS,
        setup=f"{_TASK}. 27 trials of rate and strength between 0.000001 and 10: nine, nine more in ranges 0.4 times "
        "as wide around the best, nine more in ranges narrowed again; or 27 at once. Both at quasi-random points, "
        "means of eight searches. It holds if the staged search ends lower at four seeds of five or more. With four "
        "searches a seed, at a first look, it did so at three, and their number was then raised to eight, which made "
        "it five. The eight that count here were drawn after that.",
        experiment=_coarse_to_fine,
        judge=lambda n: Verdict.HOLDS if int(np.sum(n["staged"] < n["at_once"])) >= 4 else Verdict.NOT_HERE,
        report=lambda n: (
            f"Lowest loss {median(n, 'staged'):.3f} in three rounds, {median(n, 'at_once'):.3f} at once; the rounds "
            f"win at {int(np.sum(n['staged'] < n['at_once']))} of {len(n['staged'])} seeds."
        ),
    ),
    Claim(
        id="past-the-edge-of-the-range",
        chapter="babysitting",
        statement="If the best value lies near the end of its range, the range must be widened.",
        source="COMS4995 tutorial; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{_TASK}. Rates from 0.000001 to 0.01, two in a decade, with three strengths; then the same on to 10. "
        "It holds if the first best stands at the end and the second is beyond it and lower by a tenth, at all seeds.",
        experiment=_edge,
        judge=_judge_edge,
        report=lambda n: (
            f"Up to 0.01 the best rate is {median(n, 'narrow_rate'):g}, the last one, with loss "
            f"{median(n, 'narrow'):.2f}; beyond it {median(n, 'wide_rate'):.2g} gives {median(n, 'wide'):.2f}."
        ),
    ),
)
