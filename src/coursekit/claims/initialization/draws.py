"""Claims on what the weights are drawn from: rand, with its mean of 0.5, and uniform(-1, 1)."""

from collections.abc import Mapping

import numpy as np

from coursekit import nn
from coursekit.claims.initialization.experiments import DEEP_RATES, STARTS, TEN, TRAINED, best_error, signal
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median, median_percent
from coursekit.words import plain


def _rand_over_root(seed: int) -> Mapping[str, float]:
    rand, randn = signal("xavier rand", "tanh", seed), signal("xavier", "tanh", seed)
    return {
        "relu_size": float(signal("xavier rand", "relu", seed).sizes[-1]),
        "flat": rand.flat,
        "flat_randn": randn.flat,
        "error": best_error("xavier rand", "tanh", 10, seed, rates=DEEP_RATES),
        "error_randn": best_error("xavier", "tanh", 10, seed, rates=DEEP_RATES),
    }


def _rand_he(seed: int) -> Mapping[str, float]:
    rand = signal("he rand", "relu", seed)
    return {
        "size": float(rand.sizes[-1]),
        "size_randn": float(signal("he", "relu", seed).sizes[-1]),
        "differ": rand.differ,
        "error": best_error("he rand", "relu", 10, seed, rates=DEEP_RATES),
        "error_randn": best_error("he", "relu", 10, seed, rates=DEEP_RATES),
    }


def _small_rand(seed: int) -> Mapping[str, float]:
    """Root mean square at layer 10 over that at layer 1, with 0.01 times rand, in ReLU nets of two widths."""
    found = {}
    for width in (64, 512):
        for name, start in (("width", "small rand"), ("randn", "small")):
            sizes = signal(start, "relu", seed, width=width).sizes
            found[f"{name}{width}"] = float(sizes[-1] / sizes[0])
    return found


def _uniform(seed: int) -> Mapping[str, float]:
    """Share of the outputs of one tanh layer beyond 0.99, by fan-in; the training of a net whose layers have 64."""
    found = {}
    for fan_in in (4, 64, 1024):
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((200, fan_in)) @ STARTS["uniform"](fan_in, 200, rng=rng)
        found[f"std{fan_in}"] = float(z.std())
        found[f"flat{fan_in}"] = float(np.mean(np.abs(nn.tanh(z)) > 0.99))
    found["error"] = best_error("uniform", "tanh", 10, seed, rates=DEEP_RATES)
    found["xavier"] = best_error("xavier", "tanh", 10, seed, rates=DEEP_RATES)
    return found


CLAIMS = (
    Claim(
        id="rand-over-root-keeps-variance",
        chapter="initialization",
        statement="`np.random.rand(in, out) / np.sqrt(in)` works, as the output has the variance of the input.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup=f"{TEN}, drawn by rand or by randn over √fan_in. Besides, 64-…-10 with ten tanh {TRAINED}.",
        experiment=_rand_over_root,
        judge=lambda n: (
            Verdict.WRONG
            if bool(
                np.all(n["relu_size"] > 1e4)
                and np.all(n["flat"] > 0.9)
                and np.all(n["error"] > 0.6)
                and np.all(n["error_randn"] < 0.3)
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            "`rand` is uniform on [0, 1), with mean 0.5. The means add up over the inputs: with ReLU the root mean "
            f"square is {plain(median(n, 'relu_size'))} at layer 10, with tanh {median_percent(n, 'flat')} of the "
            f"outputs are beyond 0.99 (randn: {median_percent(n, 'flat_randn')}). The tanh net ends with "
            f"{median_percent(n, 'error')} wrong, with randn {median_percent(n, 'error_randn')}."
        ),
    ),
    Claim(
        id="rand-over-half-root-solves-relu",
        chapter="initialization",
        statement="`np.random.rand(in, out) / np.sqrt(in/2)` solves the problem with ReLU.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup=f"{TEN}, ReLU, drawn by rand or by randn over √(fan_in/2). Besides, 64-…-10 with ten {TRAINED}.",
        experiment=_rand_he,
        judge=lambda n: (
            Verdict.WRONG
            if bool(np.all(n["size"] > 1e4) and np.all(n["error"] > 0.6) and np.all(n["error_randn"] < 0.3))
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"At layer 10 the root mean square is {plain(median(n, 'size'))} (randn: {median(n, 'size_randn'):.2f}), "
            f"and the units differ from each other by {median(n, 'differ'):.3f} of it: they compute nearly the same. "
            f"Wrong after training: {median_percent(n, 'error')}, with randn {median_percent(n, 'error_randn')}."
        ),
    ),
    Claim(
        id="small-rand-goes-to-zero",
        chapter="initialization",
        statement="With `0.01 * np.random.rand` the size of the activations goes to zero in a deep network.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup="Ten ReLU layers of 64 and of 512 units, normal examples in; root mean square at layer 10 over layer 1.",
        experiment=_small_rand,
        judge=lambda n: (
            Verdict.WRONG if bool(np.all(n["width64"] < 1e-2) and np.all(n["width512"] > 1e2)) else Verdict.HOLDS
        ),
        report=lambda n: (
            f"It depends on the width. With 64 units {plain(median(n, 'width64'))} is left, with 512 the signal grows "
            f"{plain(median(n, 'width512'))} times: a mean of 0.005 multiplies by 0.005 × fan_in a layer, which is "
            "more than 1 from 200 inputs on. With `randn`, which is meant, it goes to zero at both widths: "
            f"{plain(median(n, 'randn64'))} and {plain(median(n, 'randn512'))}."
        ),
    ),
    Claim(
        id="uniform-large-fan-in",
        chapter="initialization",
        statement="Weights uniform on (−1, 1) are not good if the fan-in of a unit is large.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "One tanh layer on normal examples with a fan-in of 4, 64 and 1024; share of outputs beyond 0.99. Besides, "
            f"64-…-10 with ten tanh {TRAINED}."
        ),
        experiment=_uniform,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all(n["flat4"] < 0.1)
                and np.all(n["flat1024"] > 0.7)
                and np.all(n["error"] > 0.25)
                and np.all(n["xavier"] < 0.15)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The std of z is {median(n, 'std4'):.1f}, {median(n, 'std64'):.1f} and {median(n, 'std1024'):.1f}, as "
            f"√(fan_in/3) says. Of the outputs {median_percent(n, 'flat4')}, {median_percent(n, 'flat64')} and "
            f"{median_percent(n, 'flat1024')} are beyond 0.99. Ten layers end with {median_percent(n, 'error')} wrong "
            f"(Xavier: {median_percent(n, 'xavier')})."
        ),
    ),
)
