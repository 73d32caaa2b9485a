"""Claims on range, centring and what depth does to the gradient."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coursekit import nn
from coursekit.claims.activations.experiments import descent_steps, profile, slopes, trained
from coursekit.claims.digits_task import error, split_digits
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median
from coursekit.words import plain


def _range(_: int) -> Mapping[str, float]:
    """Where rounding makes the sigmoid 1, and that the exact value is still below it."""
    found = {}
    for dtype in (np.dtype(np.float32), np.dtype(np.float64)):
        x: NDArray[np.floating] = np.arange(0.0, 60.0, 0.25).astype(dtype)
        found[dtype.name] = float(x[nn.sigmoid(x) == 1][0])
    return found | {"gap": float(nn.sigmoid(np.array([-found["float64"]]))[0])}


def _sigmoid_depth(seed: int) -> Mapping[str, float]:
    run = profile("sigmoid", 1.0, seed)
    return {"xavier": run.left, "bound": 0.25**19, "flat": run.flat}


def _mostly_flat(seed: int) -> Mapping[str, float]:
    """Share of the sigmoid's slopes below 0.05: in a trained net, and where the weights are ten times Xavier's."""
    after = slopes(trained("sigmoid", seed), split_digits(seed).x_train, "sigmoid")
    return {
        "trained": float(np.mean([np.mean(slope < 0.05) for slope in after])),
        "mean": float(np.mean([slope.mean() for slope in after])),
        "large": profile("sigmoid", 10.0, seed).flat,
    }


def _tanh_depth(seed: int) -> Mapping[str, float]:
    large = profile("tanh", 10.0, seed)
    return {
        "xavier": profile("tanh", 1.0, seed).left,
        "sigmoid": profile("sigmoid", 1.0, seed).left,
        "large": large.left,
        "flat": large.flat,
    }


def _half(seed: int) -> Mapping[str, float]:
    outputs = np.random.default_rng(seed).standard_normal((1000, 200))
    w = nn.he_init(200, 200, np.random.default_rng(seed + 1000))
    blocked = np.mean(nn.relu_backward(np.ones((1000, 200)), outputs @ w) == 0)
    return {"blocked": float(blocked), "he": profile("relu", 2.0**0.5, seed).left}


def _same_sign(seed: int) -> Mapping[str, float]:
    rng = np.random.default_rng(seed)
    positive = rng.uniform(0.0, 1.0, (500, 20))
    target = rng.standard_normal(20)
    centred = positive - positive.mean(axis=0)
    found = {}
    for name, x in (("positive", positive), ("centred", centred)):
        gradients = (x @ -target)[:, None] * x  # of every example's squared error, at weights 0
        found[f"{name}_sign"] = float(np.mean(np.abs(np.sign(gradients).sum(axis=1)) == 20))
        found[f"{name}_steps"] = float(descent_steps(x, target))
    return found


def _means(seed: int) -> Mapping[str, float]:
    """Mean output of a unit in units of the layer's std, averaged over the second hidden layer, after training."""
    data = split_digits(seed)
    found = {}
    for unit in ("sigmoid", "tanh", "relu", "elu"):
        h = trained(unit, seed).outputs(data.x_train)[3]
        found[unit] = float(np.abs(h.mean(axis=0)).mean() / h.std())
    return found


def _noise(seed: int) -> Mapping[str, float]:
    """Test error under normal noise of three quarters of the data's own std, mean over five draws."""
    data = split_digits(seed)
    found = {}
    for unit in ("relu", "leaky_relu", "elu"):
        model = trained(unit, seed)
        rng = np.random.default_rng(seed)
        noisy = [data.x_test + 0.75 * rng.standard_normal(data.x_test.shape) for _ in range(5)]
        found[unit] = float(np.mean([error(model, x, data.y_test) for x in noisy]))
        found[f"{unit}_clean"] = error(model, data.x_test, data.y_test)
    return found


CLAIMS = (
    Claim(
        id="sigmoid-range-closed",
        chapter="activations",
        statement="The sigmoid squashes numbers between [0, 1], ends included.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup=(
            "The first x, in steps of 0.25, at which the computed sigmoid is exactly 1; and 1 − σ(x) there, taken "
            "as σ(−x)."
        ),
        experiment=_range,
        judge=lambda n: Verdict.WRONG if bool(np.all(n["gap"] > 0)) else Verdict.HOLDS,
        report=lambda n: (
            "The exact value never reaches 0 or 1. Rounding does: the computed value is 1 from x = "
            f"{median(n, 'float32'):g} in "
            f"float32 and from x = {median(n, 'float64'):g} in float64, where the true distance to 1 is still "
            f"{plain(median(n, 'gap'))}."
        ),
        seeds=range(1),
    ),
    Claim(
        id="sigmoid-kills-gradients",
        chapter="activations",
        statement="Sigmoids kill the gradient in a deep net.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup=(
            "20 layers of 100 sigmoid units at Xavier's scale; the standard deviation of the gradient at layer 1 "
            "over that at layer 20."
        ),
        experiment=_sigmoid_depth,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["xavier"] < 1e-6)) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Of the gradient {plain(median(n, 'xavier'))} is left after 19 steps down; a slope of 1/4 each would "
            f"leave {plain(median(n, 'bound'))}. It is not saturation that does it: {100 * median(n, 'flat'):.2f} % "
            "of the slopes are below 0.05."
        ),
    ),
    Claim(
        id="sigmoid-mostly-flat",
        chapter="activations",
        statement="In most cases the gradient of a sigmoid is near 0, because its inputs are large or small.",
        source="Chadha 2020",
        verdict=Verdict.NOT_HERE,
        setup=(
            "The share of slopes below 0.05 in both hidden layers of 64-100-100-10, trained on the digits; and in 20 "
            "layers with weights ten times Xavier's."
        ),
        experiment=_mostly_flat,
        judge=lambda n: (
            Verdict.HOLDS
            if median(n, "trained") > 0.5
            else Verdict.LESS
            if median(n, "trained") > 0.25
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"In the trained net {100 * median(n, 'trained'):.0f} % of the slopes are below 0.05 and the mean slope is "
            f"{median(n, 'mean'):.2f}. It takes weights that are far too large to make most of them small: "
            f"{100 * median(n, 'large'):.0f} %."
        ),
    ),
    Claim(
        id="tanh-kills-gradients",
        chapter="activations",
        statement="In tanh, too, units with large values kill the gradient.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.LESS,
        setup="20 layers of 100 tanh units, at Xavier's scale and with weights ten times as large.",
        experiment=_tanh_depth,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["xavier"] < 1e-3))
            else Verdict.LESS
            if median(n, "flat") > 0.5 and median(n, "xavier") < 0.9
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"At Xavier's scale {median(n, 'xavier'):.2f} of the gradient is left (sigmoid: "
            f"{plain(median(n, 'sigmoid'))}). With weights ten times larger {100 * median(n, 'flat'):.0f} % of the "
            f"slopes are below 0.05, and still the gradient grows {plain(median(n, 'large'))} times on its way down, "
            "because the same large weights multiply it."
        ),
    ),
    Claim(
        id="relu-kills-half",
        chapter="activations",
        statement="ReLU kills the gradient on half of its inputs.",
        source="Chadha 2020",
        verdict=Verdict.HOLDS,
        setup=(
            "A layer of 200 ReLU units with He's weights on 1,000 standard normal examples; and 20 such layers of "
            "100 units."
        ),
        experiment=_half,
        judge=lambda n: Verdict.HOLDS if bool(np.all(np.abs(n["blocked"] - 0.5) < 0.05)) else Verdict.NOT_HERE,
        report=lambda n: (
            f"{100 * median(n, 'blocked'):.1f} % of the entries are blocked. It does no harm to the size of the "
            "gradient: with weights "
            f"√2 larger to make up for it {median(n, 'he'):.2f} of it is left after 20 layers."
        ),
    ),
    Claim(
        id="positive-inputs-zigzag",
        chapter="activations",
        statement="Data (and activations) should not be all positive or all negative: then learning zig-zags.",
        source="Chadha 2020; CS231n; LeCun et al. 1998, section 4.3",
        verdict=Verdict.HOLDS,
        setup=(
            "One linear unit with 20 inputs, uniform in (0, 1) or the same minus their mean; gradient descent at "
            "the best constant rate."
        ),
        experiment=_same_sign,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["positive_sign"] == 1) and np.all(n["positive_steps"] > 3 * n["centred_steps"]))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"With positive inputs {100 * median(n, 'positive_sign'):.0f} % of the single-example gradients move all "
            f"20 weights the same way (centred: {100 * median(n, 'centred_sign'):.0f} %), and descent takes "
            f"{median(n, 'positive_steps'):.0f} steps instead of {median(n, 'centred_steps'):.0f}."
        ),
    ),
    Claim(
        id="elu-zero-mean",
        chapter="activations",
        statement="The outputs of ELU are closer to zero mean than those of ReLU.",
        source="Chadha 2020; Clevert et al. 2016",
        verdict=Verdict.HOLDS,
        setup=(
            "64-100-100-10 trained on the digits; the mean output of a unit of the second hidden layer, in units "
            "of that layer's std."
        ),
        experiment=_means,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["elu"] < 0.75 * n["relu"])) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Mean over std: ELU {median(n, 'elu'):.2f}, ReLU {median(n, 'relu'):.2f}; tanh {median(n, 'tanh'):.2f}, "
            f"sigmoid {median(n, 'sigmoid'):.2f}."
        ),
    ),
    Claim(
        id="elu-noise",
        chapter="activations",
        statement="ELU adds some robustness to noise.",
        source="Chadha 2020; Clevert et al. 2016",
        verdict=Verdict.NOT_HERE,
        setup=(
            "64-100-100-10 trained on clean digits, tested with normal noise of 0.75 standard deviations on every "
            "pixel."
        ),
        experiment=_noise,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["elu"] < n["relu"]) and median(n, "relu") - median(n, "elu") > 0.02)
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Test error with noise: ELU {100 * median(n, 'elu'):.1f} %, ReLU {100 * median(n, 'relu'):.1f} %, leaky "
            f"ReLU {100 * median(n, 'leaky_relu'):.1f} % (clean: {100 * median(n, 'elu_clean'):.1f}, "
            f"{100 * median(n, 'relu_clean'):.1f} and {100 * median(n, 'leaky_relu_clean'):.1f} %). The paper speaks "
            "of the off state, which varies little with the input; it does not measure noise on the input."
        ),
    ),
)
