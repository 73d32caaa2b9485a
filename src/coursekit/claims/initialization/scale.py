"""Claims on the scale of random weights, whatever the layer's width."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.digits_task import error, split_digits
from coursekit.claims.initialization.experiments import DEEP_RATES, TEN, TRAINED, best_error, fit, net, signal
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median, median_percent
from coursekit.words import plain

_UNITS = ("tanh", "relu")


def _too_large(seed: int) -> Mapping[str, float]:
    """The gradient at layer 1 over that at layer 10."""
    return {
        f"{unit}_{start}": float(run.gradients[0] / run.gradients[-1])
        for unit in _UNITS
        for start in ("small", "one")
        for run in [signal(start, unit, seed)]
    }


def _small_shallow(seed: int) -> Mapping[str, float]:
    return {
        f"{unit}_{start}": best_error(start, unit, 1, seed) for unit in _UNITS for start in ("small", "xavier", "he")
    }


def _small_deep(seed: int) -> Mapping[str, float]:
    found = {}
    for unit in _UNITS:
        run = signal("small", unit, seed)
        found[f"{unit}_first"], found[f"{unit}_last"] = float(run.sizes[0]), float(run.sizes[-1])
        found[f"{unit}_gradient"] = float(run.gradients[0] / run.gradients[-1])
        found[f"{unit}_error"] = best_error("small", unit, 10, seed, rates=DEEP_RATES)
    found["tanh_other"] = best_error("xavier", "tanh", 10, seed, rates=DEEP_RATES)
    found["relu_other"] = best_error("he", "relu", 10, seed, rates=DEEP_RATES)
    return found


def _one_shallow(seed: int) -> Mapping[str, float]:
    """Error of one hidden layer on both parts of the data, after 5 epochs at 0.1."""
    data = split_digits(seed)
    found = {}
    for unit, other in (("tanh", "xavier"), ("relu", "he")):
        for name, start in (("one", "one"), ("other", other)):
            model = net(start, unit, 1, seed)
            found[f"{unit}_{name}"] = fit(model, seed, lr=0.1, epochs=5)
            found[f"{unit}_{name}_test"] = error(model, data.x_test, data.y_test)
    return found


def _one_deep_relu(seed: int) -> Mapping[str, float]:
    run = signal("one", "relu", seed)
    return {
        "last": float(run.sizes[-1]),
        "error": best_error("one", "relu", 10, seed, rates=DEEP_RATES),
        "he": best_error("he", "relu", 10, seed, rates=DEEP_RATES),
    }


def _one_deep_tanh(seed: int) -> Mapping[str, float]:
    run = signal("one", "tanh", seed)
    return {
        "last": float(run.sizes[-1]),
        "flat": run.flat,
        "gradient": float(run.gradients[0] / run.gradients[-1]),
        "error": best_error("one", "tanh", 10, seed, rates=DEEP_RATES),
        "xavier": best_error("xavier", "tanh", 10, seed, rates=DEEP_RATES),
    }


_UP_AND_DOWN = f"{TEN}, a normal gradient down, weights normal with std"

CLAIMS = (
    Claim(
        id="too-large-explodes",
        chapter="initialization",
        statement="Too large initial weights make the gradient explode.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=f"{_UP_AND_DOWN} 1; the std of the gradient at layer 1 over that at layer 10.",
        experiment=_too_large,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all(n["tanh_one"] > 100) and np.all(n["relu_one"] > 1e6)) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Nine layers down, the gradient is {plain(median(n, 'relu_one'))} times as large with ReLU, and "
            f"{plain(median(n, 'tanh_one'))} times with tanh. There most slopes are near 0, but those that are not are "
            "multiplied by weights so large that the gradient grows all the same."
        ),
    ),
    Claim(
        id="too-small-vanishes",
        chapter="initialization",
        statement="Too small initial weights make the gradient vanish.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=f"{_UP_AND_DOWN} 0.01; the std of the gradient at layer 1 over that at layer 10.",
        experiment=_too_large,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["tanh_small"] < 1e-6) and np.all(n["relu_small"] < 1e-6))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Nine layers down, {plain(median(n, 'tanh_small'))} of the gradient is left with tanh, "
            f"{plain(median(n, 'relu_small'))} with ReLU."
        ),
    ),
    Claim(
        id="small-random-shallow",
        chapter="initialization",
        statement="Small random numbers, 0.01 times a normal one, work well enough in a small network.",
        source="Chadha 2020; S. D. You, slides (“textbook suggested”)",
        verdict=Verdict.HOLDS,
        setup=(
            "64-64-10 on the digits, 5 epochs of SGD at the best of the rates 1, 0.1 and 0.01; error on the training "
            "data."
        ),
        experiment=_small_shallow,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all([n[f"{unit}_small"] < 0.05 for unit in _UNITS])) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Wrong with 0.01: {median_percent(n, 'tanh_small')} with tanh (Xavier: "
            f"{median_percent(n, 'tanh_xavier')}), {median_percent(n, 'relu_small')} with ReLU (He: "
            f"{median_percent(n, 'relu_he')}). At one hidden layer the learning rate makes up for the scale."
        ),
    ),
    Claim(
        id="small-random-deep",
        chapter="initialization",
        statement=(
            "In a deep network small random numbers are bad: the standard deviation goes to zero and the gradient "
            "vanishes."
        ),
        source="Chadha 2020; unsigned notes",
        verdict=Verdict.HOLDS,
        setup=f"{_UP_AND_DOWN} 0.01. Besides, 64-…-10 with ten {TRAINED}.",
        experiment=_small_deep,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all([n[f"{unit}_last"] < 1e-6 for unit in _UNITS])
                and np.all([n[f"{unit}_error"] > 0.7 for unit in _UNITS])
                and np.all(n["tanh_other"] < 0.3)
                and np.all(n["relu_other"] < 0.3)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"With tanh the root mean square falls from {median(n, 'tanh_first'):.2f} at layer 1 to "
            f"{plain(median(n, 'tanh_last'))} at layer 10, with ReLU to {plain(median(n, 'relu_last'))}. Wrong at the "
            f"end: {median_percent(n, 'tanh_error')} with tanh (Xavier: {median_percent(n, 'tanh_other')}), "
            f"{median_percent(n, 'relu_error')} with ReLU (He: {median_percent(n, 'relu_other')})."
        ),
    ),
    Claim(
        id="std-one-shallow",
        chapter="initialization",
        statement="Weights of standard deviation 1 work well enough in a small network.",
        source="Chadha 2020",
        verdict=Verdict.LESS,
        setup="64-64-10 on the digits, 5 epochs of SGD at 0.1, normal weights of std 1; error on both parts.",
        experiment=_one_shallow,
        judge=lambda n: (
            Verdict.NOT_HERE
            if bool(np.any([n[f"{unit}_one"] > 0.3 for unit in _UNITS]))
            else Verdict.LESS
            if all(median(n, f"{unit}_one_test") > median(n, f"{unit}_other_test") + 0.015 for unit in _UNITS)
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"The training data are learnt ({median_percent(n, 'tanh_one')} wrong with tanh, "
            f"{median_percent(n, 'relu_one')} with ReLU). On the test data {median_percent(n, 'tanh_one_test')} are "
            f"wrong with tanh (Xavier: {median_percent(n, 'tanh_other_test')}) and "
            f"{median_percent(n, 'relu_one_test')} with ReLU (He: {median_percent(n, 'relu_other_test')})."
        ),
    ),
    Claim(
        id="std-one-explodes",
        chapter="initialization",
        statement="With weights of standard deviation 1 a deep network explodes with big numbers.",
        source="Chadha 2020",
        verdict=Verdict.HOLDS,
        setup=f"{_UP_AND_DOWN} 1, with ReLU. Besides, 64-…-10 with ten {TRAINED}.",
        experiment=_one_deep_relu,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["last"] > 1e6) and np.all(n["error"] > 0.7) and np.all(n["he"] < 0.3))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The root mean square of the outputs at layer 10 is {plain(median(n, 'last'))}. Training leaves "
            f"{median_percent(n, 'error')} wrong, where a run that diverges counts as guessing; with He's weights "
            f"{median_percent(n, 'he')}."
        ),
    ),
    Claim(
        id="std-one-explodes-tanh",
        chapter="initialization",
        statement="With weights of standard deviation 1 a deep tanh network, too, explodes with big numbers.",
        source="Chadha 2020, which names no activation",
        verdict=Verdict.NOT_HERE,
        setup=f"{_UP_AND_DOWN} 1, with tanh. Besides, 64-…-10 with ten {TRAINED}.",
        experiment=_one_deep_tanh,
        judge=lambda n: (
            Verdict.NOT_HERE
            if bool(
                np.all(n["last"] <= 1)
                and np.all(n["flat"] > 0.6)
                and np.all(n["error"] > 0.4)
                and np.all(n["xavier"] < 0.3)
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"No output can pass 1: the root mean square is {median(n, 'last'):.2f}, and {median_percent(n, 'flat')} "
            "of the outputs of layer 10 are beyond 0.99. The net saturates. What explodes is the gradient, "
            f"{plain(median(n, 'gradient'))}-fold down to layer 1. Training leaves {median_percent(n, 'error')} wrong "
            f"(Xavier: {median_percent(n, 'xavier')})."
        ),
    ),
)
