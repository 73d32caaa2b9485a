"""Claims on constant and zero weights."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.digits_task import split_digits
from coursekit.claims.initialization.experiments import best_error, fit, net, unlike
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median_percent
from coursekit.nn import SoftmaxCrossEntropy


def _constant(seed: int) -> Mapping[str, float]:
    """How far the units of the second hidden layer are from alike: gradient at the start, weights after training."""
    data = split_digits(seed)
    found = {}
    for start in ("constant", "xavier"):
        model = net(start, "tanh", 2, seed)
        _, dscores = SoftmaxCrossEntropy()(model.forward(data.x_train), data.y_train)
        model.backward(dscores)
        found[f"{start}_gradient"] = unlike(model.layers[2].grads["w"])
        found[f"{start}_error"] = fit(model, seed, lr=0.1, epochs=5)
        found[f"{start}_weights"] = unlike(model.layers[2].params["w"])
    return found


def _zero(seed: int) -> Mapping[str, float]:
    found = {unit: best_error("zero", unit, 1, seed) for unit in ("tanh", "relu", "sigmoid")}
    return found | {"random": best_error("xavier", "tanh", 1, seed), "linear": best_error("zero", "tanh", 0, seed)}


def _backward(seed: int) -> Mapping[str, float]:
    """The largest gradient of a weight and of a bias of a zero net, over one pass through all training data."""
    data = split_digits(seed)
    found = {}
    for unit in ("tanh", "relu"):
        model = net("zero", unit, 2, seed)
        _, dscores = SoftmaxCrossEntropy()(model.forward(data.x_train), data.y_train)
        model.backward(dscores)
        linear = model.layers[::2]
        found[f"{unit}_weights"] = max(float(np.abs(layer.grads["w"]).max()) for layer in linear)
        found[f"{unit}_bias"] = float(np.abs(linear[-1].grads["b"]).max())
    return found


def _one_layer(seed: int) -> Mapping[str, float]:
    """Training error where only some layers of 64-64-10 are constant."""
    cases = {
        "first": ("constant", "xavier", "tanh"),
        "first_zero": ("zero", "xavier", "tanh"),
        "first_zero_relu": ("zero", "xavier", "relu"),
        "last_zero": ("xavier", "zero", "tanh"),
        "none": ("xavier", "xavier", "tanh"),
        "both": ("constant", "constant", "tanh"),
    }
    return {
        name: fit(net(first, unit, 1, seed, last=last), seed, lr=0.1, epochs=5)
        for name, (first, last, unit) in cases.items()
    }


CLAIMS = (
    Claim(
        id="constant-weights-identical",
        chapter="initialization",
        statement="Constant initial weights give identical gradients and identical neurons.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=(
            "64-64-64-10 with tanh on the digits, all weights 0.1 or drawn by Xavier; 5 epochs of SGD at 0.1. The "
            "largest distance of a weight of the second hidden layer from the mean over the units, as a share of the "
            "weights' root mean square; the same of the first gradient."
        ),
        experiment=_constant,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all(n["constant_gradient"] < 1e-6)
                and np.all(n["constant_weights"] < 1e-6)
                and np.all(n["xavier_weights"] > 1)
                and np.all(n["constant_error"] > 0.5)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "With constant weights the units differ by nothing but rounding, in the first gradient and after "
            f"training (less than 10⁻⁶; with Xavier's up to {np.median(n['xavier_weights']):.1f}). "
            f"{median_percent(n, 'constant_error')} of the training digits are wrong then, "
            f"{median_percent(n, 'xavier_error')} with Xavier's weights."
        ),
    ),
    Claim(
        id="zero-weights-fail",
        chapter="initialization",
        statement="A neural network does not work if all weights are zero at first.",
        source="S. D. You, slides; Chadha 2020; unsigned notes",
        verdict=Verdict.HOLDS,
        setup=(
            "64-64-10 on the digits, all weights 0, 5 epochs of SGD at the best of the rates 1, 0.1 and 0.01; error on "
            "the training data. Besides, the same without the hidden layer."
        ),
        experiment=_zero,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all([n[unit] > 0.5 for unit in ("tanh", "relu", "sigmoid")])
                and np.all(n["random"] < 0.1)
                and np.all(n["linear"] < 0.15)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Wrong: {median_percent(n, 'tanh')} with tanh, {median_percent(n, 'relu')} with ReLU, both no better "
            f"than the most frequent class; {median_percent(n, 'sigmoid')} with the sigmoid, whose 0.5 at 0 lets the "
            f"last layer learn, but as one unit. With Xavier's weights: {median_percent(n, 'random')}. It takes a "
            f"hidden layer to fail: without one, zero weights reach {median_percent(n, 'linear')}."
        ),
    ),
    Claim(
        id="zero-blocks-backpropagation",
        chapter="initialization",
        statement="Zero weights are bad for backpropagation.",
        source="unsigned notes",
        verdict=Verdict.HOLDS,
        setup="64-64-64-10 on the digits, all weights and biases 0; the largest gradient of any weight and any bias.",
        experiment=_backward,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["tanh_weights"] == 0) and np.all(n["relu_weights"] == 0) and np.all(n["tanh_bias"] > 1e-3))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "With tanh and with ReLU the gradient of every weight of every layer is exactly 0: the outputs are 0, and "
            f"so is what the next layer sends back. Only the last biases move (largest gradient at the start "
            f"{np.median(n['tanh_bias']):.3f})."
        ),
    ),
    Claim(
        id="one-equal-layer",
        chapter="initialization",
        statement="If the weights of one layer are equal, its neurons get the same gradient and the same update.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup=(
            "64-64-10 on the digits, 5 epochs of SGD at 0.1; one of the two layers of weights is constant, the other "
            "is drawn by Xavier."
        ),
        experiment=_one_layer,
        judge=lambda n: (
            Verdict.WRONG
            if bool(
                np.all([n[name] < 0.15 for name in ("first", "first_zero", "last_zero")]) and np.all(n["both"] > 0.5)
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            "The weights that leave the units must be equal, too. With tanh and only the first layer at 0.1, "
            f"{median_percent(n, 'first')} are wrong, at 0 {median_percent(n, 'first_zero')}; with only the last at 0 "
            f"{median_percent(n, 'last_zero')}, with none {median_percent(n, 'none')}; with both layers at 0.1 "
            f"{median_percent(n, 'both')}. A first layer of ReLU units at 0 stays where it is, for another reason: "
            f"their slope at 0 is 0 ({median_percent(n, 'first_zero_relu')})."
        ),
    ),
)
