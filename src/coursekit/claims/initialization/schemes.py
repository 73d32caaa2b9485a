"""Claims on the formulas for the scale: Xavier and He."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.initialization.experiments import DEEP_RATES, TEN, TRAINED, best_error, fit, net, signal
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median, median_percent
from coursekit.words import plain


def _zero_means(seed: int) -> Mapping[str, float]:
    """Mean of all outputs of a layer, as a share of their root mean square, over ten layers: the largest in size."""
    found = {}
    for unit, start in (("tanh", "xavier"), ("relu", "he")):
        run = signal(start, unit, seed)
        found[unit] = float(np.abs(run.means / run.sizes).max())
        found[f"{unit}_least"] = float(np.abs(run.means / run.sizes).min())
    return found


def _xavier_tanh(seed: int) -> Mapping[str, float]:
    run = signal("xavier", "tanh", seed)
    other = signal("small", "tanh", seed)
    return {
        "first": float(run.sizes[0] ** 2),
        "last": float(run.sizes[-1] ** 2),
        "small": float(other.sizes[-1] ** 2),
        "gradient": float(run.gradients[0] / run.gradients[-1]),
        "error": best_error("xavier", "tanh", 10, seed, rates=DEEP_RATES),
    }


def _xavier_relu(seed: int) -> Mapping[str, float]:
    """How far the signal shrinks below its size at the input, and whether ten and thirty layers train."""
    found = {
        f"shrinks{depth}": 1.0 / float(signal("xavier", "relu", seed, depth=depth).sizes[-1]) for depth in (10, 30)
    }
    for depth in (10, 30):
        found[f"error{depth}"] = best_error("xavier", "relu", depth, seed, rates=DEEP_RATES)
    found["later"] = fit(net("xavier", "relu", 10, seed), seed, lr=0.1, epochs=15)
    return found


def _he_relu(seed: int) -> Mapping[str, float]:
    found = {f"size{depth}": float(signal("he", "relu", seed, depth=depth).sizes[-1]) for depth in (10, 30)}
    for depth in (10, 30):
        for start in ("xavier", "he"):
            found[f"{start}{depth}"] = best_error(start, "relu", depth, seed, rates=DEEP_RATES)
    return found


def _no_better(seed: int) -> Mapping[str, float]:
    return {
        f"{unit}_{start}": best_error(start, unit, 10, seed, rates=DEEP_RATES)
        for unit in ("tanh", "relu")
        for start in ("small", "xavier")
    }


CLAIMS = (
    Claim(
        id="zero-mean-activations",
        chapter="initialization",
        statement="The mean of the activations is zero: E[a] = 0, which Xavier's derivation takes for granted.",
        source="Chan 2021",
        verdict=Verdict.HOLDS,
        setup=(
            f"{TEN}, tanh with Xavier's weights; the mean of a layer's outputs over their root mean square, the "
            "layer where it is largest. Besides, ReLU with He's."
        ),
        experiment=_zero_means,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all(n["tanh"] < 0.1) and np.all(n["relu_least"] > 0.3)) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"With tanh the mean is at most {median(n, 'tanh'):.3f} of the root mean square. With ReLU it is "
            f"{median(n, 'relu_least'):.2f} to {median(n, 'relu'):.2f}: there the assumption is false, and what the "
            "formula needs is the mean square of the input, not its variance."
        ),
    ),
    Claim(
        id="xavier-keeps-variance",
        chapter="initialization",
        statement="With Xavier's weights and tanh the variance of the activations is about the same in every layer.",
        source="Chan 2021; Chadha 2020; Glorot & Bengio 2010",
        verdict=Verdict.LESS,
        setup=f"{TEN}, tanh, weights of variance 1/fan_in. Besides, 64-…-10 with ten {TRAINED}.",
        experiment=_xavier_tanh,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["last"] > 0.5 * n["first"]))
            else Verdict.LESS
            if bool(
                np.all(n["last"] > 0.05 * n["first"])
                and np.all(n["last"] < 0.4 * n["first"])
                and np.all(n["error"] < 0.3)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The mean square is {median(n, 'first'):.2f} at layer 1 and {median(n, 'last'):.3f} at layer 10: tanh "
            "takes some off in each layer, less and less as its inputs get smaller. That is far from the "
            f"{plain(median(n, 'small'))} of weights of std 0.01. Of the gradient {median(n, 'gradient'):.2f} reaches "
            f"layer 1, and the net trains ({median_percent(n, 'error')} wrong)."
        ),
    ),
    Claim(
        id="xavier-breaks-with-relu",
        chapter="initialization",
        statement="Xavier's initialization breaks with ReLU.",
        source="Chadha 2020; He et al. 2015",
        verdict=Verdict.LESS,
        setup=(
            "10 and 30 ReLU layers of 128 units, weights of variance 1/fan_in, normal examples in: root mean square "
            f"at the input over that of the last outputs. Besides, 64-…-10 with 10 and 30 {TRAINED}."
        ),
        experiment=_xavier_relu,
        judge=lambda n: (
            Verdict.NOT_HERE
            if bool(np.any(n["shrinks10"] < 10) or np.any(n["error30"] < 0.7))
            else Verdict.LESS
            if bool(np.all(n["later"] < 0.2))
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"Ten layers shrink the signal {median(n, 'shrinks10'):.0f} times (the formula: 2⁵ = 32), thirty "
            f"{plain(median(n, 'shrinks30'))} times (2¹⁵ = 32768). Ten layers train all the same, only later: "
            f"{median_percent(n, 'error10')} wrong after 5 epochs, {median_percent(n, 'later')} after 15 at rate 0.1. "
            f"Thirty do not: {median_percent(n, 'error30')}."
        ),
    ),
    Claim(
        id="he-solves-relu",
        chapter="initialization",
        statement="He's initialization, N(0, 1) times the square root of 2/fan_in, solves the problem with ReLU.",
        source="Chadha 2020; Chan 2021; S. D. You, slides; He et al. 2015",
        verdict=Verdict.HOLDS,
        setup=(
            "10 and 30 ReLU layers of 128 units, normal examples in. Besides, 64-…-10 with 10 and 30 "
            f"{TRAINED}, He's weights and Xavier's."
        ),
        experiment=_he_relu,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all([(n[f"size{depth}"] > 0.1) & (n[f"size{depth}"] < 10) for depth in (10, 30)])
                and np.all(n["he10"] < 0.2)
                and median(n, "he30") < median(n, "xavier30") - 0.15
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"From 1 at the input, the root mean square is {median(n, 'size10'):.2f} after 10 layers and "
            f"{median(n, 'size30'):.2f} after 30. Wrong after 5 epochs with ten layers: {median_percent(n, 'he10')} "
            f"(Xavier: {median_percent(n, 'xavier10')}); with thirty {median_percent(n, 'he30')} (Xavier: "
            f"{median_percent(n, 'xavier30')}). The signal gets through thirty layers; that alone does not make them "
            "easy to train."
        ),
    ),
    Claim(
        id="random-over-root-no-better",
        chapter="initialization",
        statement="Random numbers divided by the square root of the fan-in are no better than small random numbers.",
        source="unsigned notes",
        verdict=Verdict.NOT_HERE,
        setup=f"64-…-10 with ten {TRAINED}; weights normal, of std 0.01 or 1/√fan_in.",
        experiment=_no_better,
        judge=lambda n: (
            Verdict.NOT_HERE
            if bool(
                np.all(n["tanh_xavier"] < 0.3)
                and np.all(n["tanh_small"] > 0.7)
                and np.all(n["relu_small"] > 0.7)
                and np.median(n["relu_small"] - n["relu_xavier"]) > 0.2
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"With tanh {median_percent(n, 'tanh_xavier')} are wrong, with 0.01 {median_percent(n, 'tanh_small')}. "
            f"Even with ReLU, which Xavier's formula is not made for, it is {median_percent(n, 'relu_xavier')} "
            f"against {median_percent(n, 'relu_small')}."
        ),
    ),
)
