"""Claims on units that die."""

from collections.abc import Mapping

import numpy as np

from coursekit import nn
from coursekit.claims.activations.experiments import death, error_with_dead
from coursekit.claims.digits_task import split_digits
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median, median_percent
from coursekit.optim import Adam
from coursekit.training import train


def _bad_start(seed: int) -> Mapping[str, float]:
    runs = {f"std{std:g}": [death("relu", seed, lr=lr, std=std) for lr in (0.1, 0.3, 1.0)] for std in (0.01, 1.0, 3.0)}
    worst = max((run for row in runs.values() for run in row), key=lambda run: run.share)
    return {
        "start": max(float(np.mean(run.start)) for row in runs.values() for run in row),
        "worst": worst.share,
        "second": worst.end[1],
        "he": max(death("relu", seed, lr=lr).share for lr in (0.1, 0.3, 1.0)),
    }


def _still_works(seed: int) -> Mapping[str, float]:
    return {f"dead{share:g}": error_with_dead(seed, share) for share in (0.0, 0.75, 0.9)}


def _high_rate(seed: int) -> Mapping[str, float]:
    runs = {f"lr{lr:g}": death("relu", seed, lr=lr) for lr in (0.1, 0.3, 1.0, 2.0)}
    return {name: run.share for name, run in runs.items()} | {"second": runs["lr2"].end[1]}


def _large_start(seed: int) -> Mapping[str, float]:
    """Dead units at the start for the same weights at five scales, biases 0; and with a bias of -1 for comparison."""
    x = split_digits(seed).x_train
    found = {}
    for scale in (0.01, 0.1, 1.0, 10.0, 100.0):
        found[f"scale{scale:g}"] = _dead_of_scaled(x, seed, scale, 0.0)
    return found | {"bias": _dead_of_scaled(x, seed, 1.0, -1.0), "uniform": _uniform(x, seed)}


def _dead_of_scaled(x: np.ndarray, seed: int, scale: float, bias: float) -> float:
    rng = np.random.default_rng(seed)
    dead = []
    for fan_in, fan_out in ((64, 100), (100, 100), (100, 100)):
        x = nn.relu(nn.linear(x, scale * nn.he_init(fan_in, fan_out, rng), np.full(fan_out, bias)))
        dead.append(nn.dead_fraction(x))
    return float(np.mean(dead))


def _uniform(x: np.ndarray, seed: int) -> float:
    rng = np.random.default_rng(seed)
    return nn.dead_fraction(nn.relu(nn.linear(x, rng.uniform(-1.0, 1.0, (64, 100)), np.zeros(100))))


def _small_bias(seed: int) -> Mapping[str, float]:
    found = {}
    for lr in (0.01, 0.03, 0.1):
        for bias in (0.0, 0.01):
            run = death("relu", seed, lr=lr, bias=bias, optimizer=Adam)
            found[f"dead_{lr:g}_{bias:g}"] = run.end[1]
            found[f"below_{lr:g}_{bias:g}"] = run.below
    return found


def _bias_gain(n: Numbers) -> float:
    """How much smaller the dead share is with bias 0.01, averaged over rates and seeds."""
    return float(np.mean([n[f"dead_{lr}_0"] - n[f"dead_{lr}_0.01"] for lr in ("0.01", "0.03", "0.1")]))


def _survivors(seed: int) -> Mapping[str, float]:
    return {unit: death(unit, seed, lr=0.1, optimizer=Adam).share for unit in ("relu", "leaky_relu", "elu")} | {
        "maxout": _maxout_dead(seed)
    }


def _maxout_dead(seed: int) -> float:
    """Share of maxout units that pass no gradient to any of their weights for any training example, after training."""
    data = split_digits(seed)
    rng = np.random.default_rng(seed)
    model = nn.Sequential(nn.Maxout(64, 100), nn.Maxout(100, 100), nn.Linear(100, 10), rng=rng)
    for _ in train(model, data.x_train, data.y_train, optimizer=Adam(lr=0.1), epochs=5, batch_size=32, rng=rng):
        pass
    inputs = [data.x_train, *model.outputs(data.x_train)]
    shares = []
    for x, layer in zip(inputs, model.layers[:2], strict=False):
        p = layer.params
        _, dw1, db1, dw2, db2 = nn.maxout_backward(np.ones((len(x), 100)), x, p["w1"], p["b1"], p["w2"], p["b2"])
        moved = (db1 != 0) | (db2 != 0) | np.any(dw1 != 0, axis=0) | np.any(dw2 != 0, axis=0)
        shares.append(np.mean(~moved))
    return float(np.mean(shares))


_TOO_FAST = "64-100-100-10 on the digits, 5 epochs of Adam at 0.1, a rate that is far too high"

CLAIMS = (
    Claim(
        id="bad-start-kills-three-quarters",
        chapter="activations",
        statement="If the weights are not initialized well, maybe 75 % of the ReLU units are dead.",
        source="Chadha 2020",
        verdict=Verdict.LESS,
        setup=(
            "64-100-100-10 on the digits, 5 epochs of SGD at rates 0.1, 0.3 and 1; weights with std 0.01, 1 or 3, "
            "against He's. "
            "The worst share of all hidden units over rates and scales."
        ),
        experiment=_bad_start,
        judge=lambda n: (
            Verdict.HOLDS
            if median(n, "worst") >= 0.75
            else Verdict.LESS
            if median(n, "worst") > 0.25
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"At the start {median_percent(n, 'start', 0)} are dead. After training the worst case has "
            f"{median_percent(n, 'worst', 0)}, with He's weights at the same rates {median_percent(n, 'he', 0)}. It "
            f"takes the weights and the learning rate together. The dead are {median_percent(n, 'second', 0)} of the "
            "second layer: once a whole layer is off, no gradient passes it, and the layer below it cannot die any "
            "more."
        ),
    ),
    Claim(
        id="dead-still-works",
        chapter="activations",
        statement="With 75 % of its units dead a ReLU net wastes computation, but it still works.",
        source="Chadha 2020",
        verdict=Verdict.HOLDS,
        setup=(
            "64-100-100-10 on the digits, 10 epochs of SGD at 0.1, with a share of the units of both layers held "
            "dead by a bias of −1000; test error."
        ),
        experiment=_still_works,
        judge=lambda n: (
            Verdict.HOLDS
            if median(n, "dead0.75") - median(n, "dead0") < 0.05
            else Verdict.LESS
            if median(n, "dead0.75") < 0.5
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Wrong with 75 % dead {100 * median(n, 'dead0.75'):.1f} %, with none {100 * median(n, 'dead0'):.1f} %, "
            f"with 90 % {100 * median(n, 'dead0.9'):.1f} %. A quarter of the units is enough for this task. Where a "
            "learning rate kills that many, the net fails because of the rate."
        ),
    ),
    Claim(
        id="high-rate-kills",
        chapter="activations",
        statement="With a learning rate set too high, as much as 40 % of a ReLU net can be dead.",
        source="CS231n, on which Chadha 2020 and S. D. You’s slides rest",
        verdict=Verdict.HOLDS,
        setup=(
            "64-100-100-10 on the digits with He's weights, 5 epochs of SGD; the share of all hidden units, at "
            "four rates."
        ),
        experiment=_high_rate,
        judge=lambda n: (
            Verdict.HOLDS if n["lr2"].max() >= 0.4 else Verdict.LESS if n["lr2"].max() > 0.1 else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Dead: {median_percent(n, 'lr0.1', 0)} at η = 0.1, {median_percent(n, 'lr0.3', 0)} at 0.3, "
            f"{median_percent(n, 'lr1', 0)} at 1, and {median_percent(n, 'lr2', 0)} at 2, in the worst run "
            f"{100 * n['lr2'].max():.0f} %; nearly all of them in the second layer, of which "
            f"{median_percent(n, 'second', 0)} are dead. It is a cliff, not a slope."
        ),
    ),
    Claim(
        id="large-weights-dead-at-start",
        chapter="activations",
        statement="With large initial weights and many inputs, a ReLU unit is likely to be dead from the beginning.",
        source="S. D. You, slides",
        verdict=Verdict.WRONG,
        setup=(
            "Three ReLU layers of 100 on the digits, biases 0, He's weights times 0.01 to 100; and uniform(−1, 1) "
            "weights."
        ),
        experiment=_large_start,
        judge=lambda n: (
            Verdict.WRONG
            if bool(
                np.all([n[f"scale{s}"] == n["scale1"] for s in ("0.01", "0.1", "10", "100")])
                and np.all(n["scale1"] < 0.02)
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"Dead at the start: {median_percent(n, 'scale0.01', 0)} at a hundredth of He's scale, "
            f"{median_percent(n, 'scale1', 0)} at He's, {median_percent(n, 'scale100', 0)} at a hundred times it, "
            f"{median_percent(n, 'uniform', 0)} with uniform(−1, 1). With zero biases a factor on the weights changes "
            f"no sign, so it cannot change who is on. A bias of −1 does: {median_percent(n, 'bias', 0)}."
        ),
    ),
    Claim(
        id="bias-001-helps",
        chapter="activations",
        statement="Starting all biases at 0.01 keeps ReLU units from dying.",
        source="Chadha 2020; CS231n, with a doubt",
        verdict=Verdict.NOT_HERE,
        setup=(
            "64-100-100-10 on the digits, He's weights, 5 epochs of Adam at rates 0.01, 0.03 and 0.1; dead units "
            "of the second layer."
        ),
        experiment=_small_bias,
        judge=lambda n: (
            Verdict.HOLDS if _bias_gain(n) > 0.1 else Verdict.LESS if _bias_gain(n) > 0.04 else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "Dead with bias 0 and with 0.01: "
            + "; ".join(
                f"{median_percent(n, f'dead_{lr}_0', 0)} and {median_percent(n, f'dead_{lr}_0.01', 0)} at η = {lr}"
                for lr in ("0.01", "0.03", "0.1")
            )
            + ". A bias of 0.01 is too small to keep them: the largest z of a dead unit lies "
            + ", ".join(f"{median(n, f'below_{lr}_0'):.1f}" for lr in ("0.01", "0.03", "0.1"))
            + " below 0 (medians)."
        ),
    ),
    Claim(
        id="leaky-does-not-die",
        chapter="activations",
        statement="Leaky ReLU will not die.",
        source="Chadha 2020; Maas et al. 2013",
        verdict=Verdict.HOLDS,
        setup=f"{_TOO_FAST}; units with a slope below 0.001 for every training example.",
        experiment=_survivors,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all(n["leaky_relu"] == 0) and np.all(n["relu"] > 0.2)) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Of all hidden units {median_percent(n, 'leaky_relu', 0)} are dead with leaky ReLU, "
            f"{median_percent(n, 'relu', 0)} with ReLU."
        ),
    ),
    Claim(
        id="maxout-does-not-die",
        chapter="activations",
        statement="Maxout does not die.",
        source="Chadha 2020; Goodfellow et al. 2013",
        verdict=Verdict.HOLDS,
        setup=f"{_TOO_FAST}, with two maxout layers; units that send no gradient to any of their weights.",
        experiment=_survivors,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["maxout"] == 0)) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Of all hidden units {median_percent(n, 'maxout', 0)} are dead with maxout, "
            f"{median_percent(n, 'relu', 0)} with ReLU. One of the two lines always wins."
        ),
    ),
    Claim(
        id="elu-does-not-die",
        chapter="activations",
        statement="ELU has all the benefits of ReLU, and does not die.",
        source="Chadha 2020; CS231n slides",
        verdict=Verdict.LESS,
        setup=f"{_TOO_FAST}, with ELU, α = 1; units with a slope below 0.001 for every training example.",
        experiment=_survivors,
        judge=lambda n: (
            Verdict.HOLDS
            if median(n, "elu") < 0.02
            else Verdict.LESS
            if median(n, "elu") < 0.8 * median(n, "relu")
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Of all hidden units {median_percent(n, 'elu', 0)} have a slope below 0.001 for every example with ELU, "
            f"{median_percent(n, 'relu', 0)} with ReLU. "
            "Its slope α exp(x) is never 0, but far on the negative side it might as well be."
        ),
    ),
)
