"""Claims on internal covariate shift: that BatchNorm reduces it, and that this is why it helps."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.batchnorm.experiments import TARGET
from coursekit.claims.batchnorm.shift_runs import FOLLOWED, RATES, follow, steps_needed, turn
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median

#: Size of the noise, chosen so that a shaken net's distributions move more in a step than those of the net without.
SHAKE = 1.0


def _stable(seed: int) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for kind in ("none", "batch"):
        f = follow(kind, seed)
        found |= {f"{kind}_one": f.one, f"{kind}_ten": f.ten, f"{kind}_below": f.below}
    return found


def _why(seed: int) -> Mapping[str, float]:
    found = {f"{kind}_moves": follow(kind, seed).one for kind in ("none", "batch")}
    found |= {f"{kind}_steps": steps_needed(kind, seed) for kind in ("none", "batch")}
    return found | {
        "shaken_moves": follow("shaken", seed, size=SHAKE).one,
        "shaken_steps": steps_needed("shaken", seed, size=SHAKE),
    }


def _turned(seed: int) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for unit, lr in (("sigmoid", 1.0), ("relu", 0.1)):
        for kind in ("none", "batch"):
            t = turn(kind, seed, unit=unit, lr=lr)
            found |= {f"{unit}_{kind}": t.change, f"{unit}_{kind}_cosine": t.cosine}
    return found


def _judge_stable(n: Numbers) -> Verdict:
    if bool(np.all(n["batch_ten"] < 0.5 * n["none_ten"])):
        return Verdict.HOLDS
    return Verdict.LESS if bool(np.all(n["batch_ten"] < n["none_ten"])) else Verdict.NOT_HERE


def _judge_why(n: Numbers) -> Verdict:
    if not np.all(n["shaken_moves"] > n["none_moves"]):
        return Verdict.UNTESTABLE  # then the noise is too small to ask the question
    middle = 0.5 * (n["batch_steps"] + n["none_steps"])
    if bool(np.all(n["shaken_steps"] < middle)):
        return Verdict.NOT_HERE
    return Verdict.HOLDS if bool(np.all(n["shaken_steps"] > middle)) else Verdict.LESS


def _judge_turned(n: Numbers) -> Verdict:
    smaller = [n[f"{unit}_batch"] < n[f"{unit}_none"] for unit in ("sigmoid", "relu")]
    halved = [n[f"{unit}_batch"] < 0.5 * n[f"{unit}_none"] for unit in ("sigmoid", "relu")]
    if bool(np.all(halved)):
        return Verdict.HOLDS
    return Verdict.LESS if bool(np.all(smaller)) else Verdict.NOT_HERE


_NET = "64-32-32-32-10 with sigmoids on the digits, Xavier's weights, plain SGD, batches of 32"

CLAIMS = (
    Claim(
        id="batchnorm-stable",
        chapter="batchnorm",
        statement="With BatchNorm the distribution behind a linear layer is much more stable while the net learns.",
        source="Chan 2021; Ioffe and Szegedy 2015",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_NET}, rate 1 for both; how far the distribution of each sigmoid's input over 500 digits moves in ten "
            f"steps (Wasserstein's distance in standard deviations), mean over units and the first {FOLLOWED} steps. "
            "Much means less than half, at every start. Three of the starts had been seen when that was set."
        ),
        experiment=_stable,
        judge=_judge_stable,
        report=lambda n: (
            f"In ten steps {median(n, 'none_ten'):.2f} standard deviations without, {median(n, 'batch_ten'):.3f} "
            f"with; in one step {median(n, 'none_one'):.2f} and {median(n, 'batch_one'):.3f}, of which the step of "
            f"the layers below makes {median(n, 'none_below'):.3f} and {median(n, 'batch_below'):.3f}. Mean and "
            "spread are held by construction."
        ),
    ),
    Claim(
        id="batchnorm-why-shift",
        chapter="batchnorm",
        statement=(
            "BatchNorm makes training faster because it reduces internal covariate shift, the change of a layer's "
            "input distribution."
        ),
        source="Chan 2021; Ioffe and Szegedy 2015; disputed by Santurkar et al. 2018",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET}, each net at its best of the rates {', '.join(f'{lr:g}' for lr in RATES)}: steps to a loss of "
            f"{TARGET:g}. The third net has noise behind each BatchNorm: at every step each unit is stretched and "
            "shifted at random, all examples alike, so much that its distribution moves more in a step than without "
            "BatchNorm. Set before the run: the account fails if at every start the noise takes less than half of the "
            "steps that BatchNorm saves."
        ),
        experiment=_why,
        judge=_judge_why,
        report=lambda n: (
            f"{median(n, 'none_steps'):.0f} steps without, {median(n, 'batch_steps'):.0f} with, "
            f"{median(n, 'shaken_steps'):.0f} with BatchNorm and the noise. In a step the distributions move by "
            f"{median(n, 'none_moves'):.2f}, {median(n, 'batch_moves'):.3f} and {median(n, 'shaken_moves'):.2f} "
            "standard deviations."
        ),
    ),
    Claim(
        id="batchnorm-gradient-shift",
        chapter="batchnorm",
        statement=(
            "BatchNorm reduces internal covariate shift in the other sense of the word: how much a layer's gradient "
            "changes when the layers below it take their step."
        ),
        source="Santurkar et al. 2018, who found that it does not",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET} at rate 1, and the same with ReLU, He's weights and rate 0.1. Size of the change over size of the "
            f"gradient, on the same batch, mean over the layers above the first and every fifth of {FOLLOWED} steps. "
            "Set before the run: it holds if halved in both nets at every start, by less if smaller in both."
        ),
        experiment=_turned,
        judge=_judge_turned,
        report=lambda n: (
            f"Sigmoid: {median(n, 'sigmoid_none'):.2f} without, {median(n, 'sigmoid_batch'):.2f} with (cosine "
            f"{median(n, 'sigmoid_none_cosine'):.2f} and {median(n, 'sigmoid_batch_cosine'):.2f}). ReLU: "
            f"{median(n, 'relu_none'):.2f} and {median(n, 'relu_batch'):.2f} (cosine "
            f"{median(n, 'relu_none_cosine'):.2f} and {median(n, 'relu_batch_cosine'):.2f})."
        ),
    ),
)
