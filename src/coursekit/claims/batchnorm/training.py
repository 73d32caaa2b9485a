"""Claims on what BatchNorm does for training: the same net, the same digits and batches, with and without."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.batchnorm.experiments import RATES, STDS, TARGET, best, run
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median, median_percent

_NORMS = ("none", "batch", "layer")


def _faster(seed: int) -> Mapping[str, float]:
    found = {norm: best(norm, seed) for norm in ("none", "batch")}
    common = {f"{norm}_small": run(norm, seed, lr=0.1, scale=0.1).test_error for norm in ("none", "batch")}
    sigmoid = {f"{norm}_sigmoid": best(norm, seed, unit="sigmoid", steps=1000) for norm in ("none", "batch")}
    return found | common | sigmoid | {"ratio": found["none"] / found["batch"]}


def _rates(seed: int) -> Mapping[str, float]:
    """The largest rate at which the net gets to the target within the 300 steps; and the test error at each rate."""
    norms = ("none", "batch")
    largest = {
        norm: max([lr for lr in RATES if np.isfinite(run(norm, seed, lr=lr).steps_to(TARGET))], default=0.0)
        for norm in norms
    }
    return largest | {
        f"{norm}_{lr:g}": run(norm, seed, lr=lr).test_error for norm in norms for lr in (0.01, *RATES, 10.0)
    }


def _scales(seed: int) -> Mapping[str, float]:
    norms = ("none", "batch")
    he = {
        f"{norm}_{scale:g}": run(norm, seed, lr=0.1, scale=scale).test_error
        for norm in norms
        for scale in (0.01, 0.1, 1.0, 10.0)
    }
    return he | {
        f"{norm}_std{i}": run(norm, seed, lr=0.1, std=s).test_error for norm in norms for i, s in enumerate(STDS)
    }


def _viable(seed: int) -> Mapping[str, float]:
    """Test error of six hidden layers after 300 steps, at the rate with the smallest training error."""
    found = {}
    for unit, rates in (("sigmoid", (0.3, 1.0, 3.0)), ("tanh", (0.1, 0.3, 1.0))):
        for norm in ("none", "batch"):
            runs = [run(norm, seed, lr=lr, unit=unit, depth=6) for lr in rates]
            found[f"{unit}_{norm}"] = min(runs, key=lambda r: r.train_error).test_error
    return found


def _regularizes(seed: int) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for norm in _NORMS:
        r = run(norm, seed, lr=0.1, few=200, batch=16, steps=400)
        found |= {norm: r.test_error, f"{norm}_train": r.train_error, f"{norm}_loss": float(r.losses[-20:].mean())}
    return found


def _before(seed: int) -> Mapping[str, float]:
    return {"before": best("batch", seed), "after": best("batch", seed, after=True)}


def _small(seed: int) -> Mapping[str, float]:
    return {
        f"{norm}_{batch}": run(norm, seed, lr=0.02, batch=batch, steps=600).test_error
        for norm in _NORMS
        for batch in (2, 5, 10, 32, 50)
    }


def _judge_faster(n: Numbers) -> Verdict:
    if bool(np.all(n["ratio"] > 1.1)):
        return Verdict.HOLDS
    return Verdict.NOT_HERE


def _judge_rates(n: Numbers) -> Verdict:
    never_less = bool(np.all(n["batch"] >= n["none"]))
    return Verdict.HOLDS if never_less and median(n, "batch") > 2 * median(n, "none") else Verdict.NOT_HERE


def _judge_scales(n: Numbers) -> Verdict:
    stuck = bool(np.all(n["none_0.1"] > 0.6) and np.all(n["none_0.01"] > 0.6))
    return Verdict.HOLDS if stuck and bool(np.all(n["batch_0.1"] < 0.15)) else Verdict.NOT_HERE


def _judge_viable(n: Numbers) -> Verdict:
    held = bool(np.all(n["sigmoid_none"] > 0.6) and np.all(n["sigmoid_batch"] < 0.25))
    return Verdict.HOLDS if held else Verdict.NOT_HERE


def _judge_regularizes(n: Numbers) -> Verdict:
    gain = n["none"] - n["batch"]
    if gain.mean() < 2 * gain.std(ddof=1) / len(gain) ** 0.5:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if gain.mean() > 0.25 * n["none"].mean() else Verdict.LESS


def _judge_small(n: Numbers) -> Verdict:
    worse = bool(np.all(n["batch_2"] > 0.1 + n["none_2"]) and np.all(n["batch_2"] > 0.1 + n["layer_2"]))
    return Verdict.HOLDS if worse and bool(np.all(n["batch_32"] < 0.1 + n["none_32"])) else Verdict.NOT_HERE


_NET = "64-32-32-32-10 with ReLU on the digits, plain SGD, batches of 32, same first weights and batches"

CLAIMS = (
    Claim(
        id="batchnorm-faster",
        chapter="batchnorm",
        statement="BatchNorm speeds up training.",
        source="Chan 2021; Chadha 2020; Ioffe and Szegedy 2015",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET}; steps until the mean of the last 10 training losses is below {TARGET:g}, each net at its best of "
            f"the learning rates {', '.join(f'{lr:g}' for lr in RATES)}."
        ),
        experiment=_faster,
        judge=_judge_faster,
        report=lambda n: (
            f"{median(n, 'none'):.0f} steps without, {median(n, 'batch'):.0f} with: a small net that starts well "
            "gains no speed, once both have their best rate. Where the first weights are ten times too small the "
            f"picture turns: after 300 steps at rate 0.1 test error {median_percent(n, 'none_small')} without, "
            f"{median_percent(n, 'batch_small')} with. So it does with three layers of sigmoids, the paper's first "
            f"example: {median(n, 'none_sigmoid'):.0f} steps without, {median(n, 'batch_sigmoid'):.0f} with, each at "
            "its best rate."
        ),
    ),
    Claim(
        id="batchnorm-14-times",
        chapter="batchnorm",
        statement="BatchNorm reaches the same accuracy with 14 times fewer training steps.",
        source="You; Ioffe and Szegedy 2015",
        verdict=Verdict.NOT_HERE,
        setup=f"{_NET}; steps without over steps with, each at its best rate.",
        experiment=_faster,
        judge=lambda n: (
            Verdict.HOLDS
            if median(n, "ratio") > 10
            else Verdict.LESS
            if bool(np.all(n["ratio"] > 1.1))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The ratio is {median(n, 'ratio'):.2f}, between {n['ratio'].min():.2f} and {n['ratio'].max():.2f}; "
            f"{int(np.sum(n['ratio'] > 1))} of {len(n['ratio'])} starts need fewer steps with BatchNorm. The 14 is one "
            "net on one task (Inception on ImageNet), at a higher learning rate and with other settings changed too."
        ),
    ),
    Claim(
        id="batchnorm-higher-rates",
        chapter="batchnorm",
        statement="BatchNorm allows higher learning rates.",
        source="Chadha 2020; Ioffe and Szegedy 2015",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}; the largest of the rates that reaches a loss of {TARGET:g} within 300 steps. It holds if never "
        "lower with BatchNorm and, in the median, more than twice as high: set after the numbers had been seen.",
        experiment=_rates,
        judge=_judge_rates,
        report=lambda n: f"Up to {median(n, 'none'):g} without, up to {median(n, 'batch'):g} with.",
    ),
    Claim(
        id="batchnorm-initial-scale",
        chapter="batchnorm",
        statement="BatchNorm makes the net less sensitive to its initial weights.",
        source="Chadha 2020; You; Chan 2021",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}; first weights 0.01, 0.1, 1 and 10 times He's, test error after 300 steps at rate 0.1.",
        experiment=_scales,
        judge=_judge_scales,
        report=lambda n: (
            "Test error at 0.01, 0.1, 1 and 10 times He's weights: without "
            + ", ".join(median_percent(n, f"none_{s}") for s in ("0.01", "0.1", "1", "10"))
            + "; with "
            + ", ".join(median_percent(n, f"batch_{s}") for s in ("0.01", "0.1", "1", "10"))
            + ". Less sensitive, not insensitive: weights that are much too large still cost."
        ),
    ),
    Claim(
        id="batchnorm-more-activations",
        chapter="batchnorm",
        statement="BatchNorm makes more activation functions viable.",
        source="Chadha 2020; Ioffe and Szegedy 2015",
        verdict=Verdict.HOLDS,
        setup=(
            "Six hidden layers of 32 sigmoid or tanh units on the digits, Xavier's weights, 300 steps of plain SGD at "
            "the rate with the smallest training error."
        ),
        experiment=_viable,
        judge=_judge_viable,
        report=lambda n: (
            f"Test error with sigmoids: {median_percent(n, 'sigmoid_none')} without, "
            f"{median_percent(n, 'sigmoid_batch')} with. tanh is viable either way: {median_percent(n, 'tanh_none')} "
            f"and {median_percent(n, 'tanh_batch')}."
        ),
    ),
    Claim(
        id="batchnorm-regularizes",
        chapter="batchnorm",
        statement="BatchNorm provides some regularization.",
        source="Chadha 2020; Ioffe and Szegedy 2015",
        verdict=Verdict.LESS,
        setup=(
            "64-32-32-32-10 with ReLU trained on 200 digits only, batches of 16, 400 steps at rate 0.1; error "
            "on 360 others, 20 starts. LayerNorm beside it, which normalizes without the noise of the batch."
            " It counts as less if the mean gain is above two standard errors, but below a quarter of the error; "
            "that was set after the numbers had been seen."
        ),
        experiment=_regularizes,
        judge=_judge_regularizes,
        report=lambda n: (
            f"Mean test error {100 * n['none'].mean():.1f} % without, {100 * n['batch'].mean():.1f} % with BatchNorm, "
            f"{100 * n['layer'].mean():.1f} % with LayerNorm; BatchNorm is the better one at "
            f"{int(np.sum(n['batch'] < n['none']))} of {len(n['none'])} starts. The training loss ends at "
            f"{median(n, 'batch_loss'):.3f} instead of {median(n, 'none_loss'):.3f} (LayerNorm: "
            f"{median(n, 'layer_loss'):.3f})."
        ),
        seeds=range(20),
    ),
    Claim(
        id="batchnorm-before",
        chapter="batchnorm",
        statement="BatchNorm belongs before the nonlinearity, not behind it.",
        source="Chadha 2020; You; Chan 2021; Ioffe and Szegedy 2015",
        verdict=Verdict.NOT_HERE,
        setup=f"{_NET}; steps to a loss of {TARGET:g} at the best rate, BatchNorm before each ReLU or behind it.",
        experiment=_before,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["before"] < 0.95 * n["after"])) else Verdict.NOT_HERE,
        report=lambda n: f"{median(n, 'before'):.0f} steps before, {median(n, 'after'):.0f} behind. Both train.",
    ),
    Claim(
        id="batchnorm-small-batches",
        chapter="batchnorm",
        statement="Small batches are a challenge for BatchNorm.",
        source="Chadha 2020; Ba et al. 2016",
        verdict=Verdict.HOLDS,
        setup="64-32-32-32-10 with ReLU on the digits, 600 steps of plain SGD at rate 0.02; test error.",
        experiment=_small,
        judge=_judge_small,
        report=lambda n: (
            f"Batches of 2: BatchNorm {median_percent(n, 'batch_2')}, LayerNorm {median_percent(n, 'layer_2')}, "
            f"neither {median_percent(n, 'none_2')}. "
            + ". ".join(
                f"Batches of {size}: {median_percent(n, f'batch_{size}')}, {median_percent(n, f'layer_{size}')} and "
                f"{median_percent(n, f'none_{size}')}"
                for size in (5, 10, 50)
            )
            + "."
        ),
    ),
)
