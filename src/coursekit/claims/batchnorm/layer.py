"""Claims on what the layer computes: exact statements, checked on numbers."""

from collections.abc import Mapping

import numpy as np

from coursekit import nn
from coursekit.claims.batchnorm.experiments import normalized, shape, skewed
from coursekit.claims.record import Claim, Verdict
from coursekit.claims.summaries import median
from coursekit.words import plain


def _gaussian(seed: int) -> Mapping[str, float]:
    x = skewed(seed)
    z = normalized(x)
    before, after = shape(x), shape(z)
    return {
        "skew_before": before[0],
        "skew_after": after[0],
        "kurtosis_before": before[1],
        "kurtosis_after": after[1],
        "std": float(z.std()),
    }


def _give_back(seed: int) -> Mapping[str, float]:
    """Distance of the output from the input, with gamma the batch's own std (epsilon in it) and beta its mean."""
    both = skewed(seed, rows=128)
    x, other = both[:64], both[64:]
    d, eps = x.shape[1], 1e-5
    gamma, beta = np.sqrt(x.var(axis=0) + eps), x.mean(axis=0)
    one_batch = nn.batchnorm_train(x, gamma, beta, np.zeros(d), np.ones(d), eps=eps)[0]
    next_batch = nn.batchnorm_train(other, gamma, beta, np.zeros(d), np.ones(d), eps=eps)[0]
    running = nn.batchnorm_eval(other, gamma, beta, x.mean(axis=0), x.var(axis=0), eps=eps)
    return {
        "this": float(np.abs(one_batch - x).max() / x.std()),
        "evaluation": float(np.abs(running - other).max() / other.std()),
        "next": float(np.abs(next_batch - other).mean() / other.std()),
    }


def _maps(seed: int) -> Mapping[str, float]:
    rng = np.random.default_rng(seed)
    offsets = rng.normal(0.0, 2.0, (1, 8, 8, 1))  # each place of the image has a mean of its own
    x = rng.normal(0.0, 1.0, (16, 8, 8, 4)) * np.array([0.5, 1.0, 2.0, 4.0]) + offsets
    conv = nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm(6), rng=rng)
    out = conv.forward(x, training=True)
    bn = conv.layers[1]
    by_hand = nn.spatial_batchnorm_train(x, np.ones(4), np.zeros(4), np.zeros(4), np.ones(4))[0]
    return {
        "statistics": float(bn.state["running_mean"].size),
        "places": float(out.shape[1] * out.shape[2]),
        "map_mean": float(np.abs(by_hand.mean(axis=(0, 1, 2))).max()),
        "map_std": float(np.abs(by_hand.std(axis=(0, 1, 2)) - 1).max()),
        "place_mean": float(np.abs(by_hand.mean(axis=0)).mean()),
    }


def _constant(seed: int) -> Mapping[str, float]:
    """A batch with one feature that is the same in all rows, as a pixel of the border is: with epsilon and without."""
    x = np.random.default_rng(seed).standard_normal((32, 8))
    x[:, 0] = 3.0
    mean, std = x.mean(axis=0), x.std(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (x - mean) / std
    with_eps = nn.batchnorm_train(x, np.ones(8), np.zeros(8), np.zeros(8), np.ones(8))[0]
    return {
        "lost": float(np.mean(~np.isfinite(without[:, 0]))),
        "rest": float(np.mean(np.isfinite(without[:, 1:]))),
        "with": float(np.abs(with_eps[:, 0]).max()),
    }


def _squared(seed: int) -> Mapping[str, float]:
    """Spreads of features of std 0.1, 1 and 10 after dividing by the root of the variance, and of its square."""
    x = np.random.default_rng(seed).standard_normal((256, 3)) * np.array([0.1, 1.0, 10.0])
    right = normalized(x).std(axis=0)
    wrong = ((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) ** 2 + 1e-5)).std(axis=0)
    return {f"right_{i}": float(s) for i, s in enumerate(right)} | {f"wrong_{i}": float(s) for i, s in enumerate(wrong)}


CLAIMS = (
    Claim(
        id="batchnorm-gaussian",
        chapter="batchnorm",
        statement="BatchNorm makes the activations of each layer (unit) Gaussian.",
        source="Chadha 2020; Chan 2021, in the words of CS231n",
        verdict=Verdict.WRONG,
        setup=(
            "2,000 rows of 20 log-normal features, normalized; skewness (0 for a normal distribution) and kurtosis "
            "(3) of each feature before and after, averaged over the features."
        ),
        experiment=_gaussian,
        judge=lambda n: (
            Verdict.WRONG
            if bool(
                np.all(np.abs(n["skew_after"] - n["skew_before"]) < 1e-6)
                and np.all(n["skew_after"] > 0.5)
                and np.all(np.abs(n["std"] - 1) < 1e-6)
            )
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"Skewness {median(n, 'skew_before'):.2f} before and {median(n, 'skew_after'):.2f} after, kurtosis "
            f"{median(n, 'kurtosis_before'):.1f} and {median(n, 'kurtosis_after'):.1f}. The mean becomes 0 and the "
            "std 1; a shift and a scale cannot change the shape."
        ),
    ),
    Claim(
        id="batchnorm-gives-back",
        chapter="batchnorm",
        statement="With gamma the std and beta the mean, the layer gives back its raw input.",
        source="Chadha 2020; unsigned notes; Ioffe and Szegedy 2015",
        verdict=Verdict.HOLDS,
        setup=(
            "A batch of 64 rows with gamma = √(var + ε) and beta = mean of that batch; then the same gamma and beta "
            "on another batch, in evaluation and in training."
        ),
        experiment=_give_back,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all(n["this"] < 1e-9) and np.all(n["evaluation"] < 1e-9)) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The output differs from the input by at most {plain(n['this'].max())} standard deviations, in "
            f"evaluation by {plain(n['evaluation'].max())}. In training it is exact for that one batch alone: on the "
            f"next the mean difference is {median(n, 'next'):.2f}, because that batch's own mean and std are taken off."
        ),
    ),
    Claim(
        id="batchnorm-per-map",
        chapter="batchnorm",
        statement="In convolutional layers there is one mean and one variance per activation map.",
        source="Chadha 2020; Ioffe and Szegedy 2015, section 3.2",
        verdict=Verdict.HOLDS,
        setup=(
            "A convolution with 6 maps and BatchNorm behind it: running means counted. And 16 images of 8 × 8 with 4 "
            "channels, each place with a mean of its own, normalized."
        ),
        experiment=_maps,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(
                np.all(n["statistics"] == 6)
                and np.all(n["map_mean"] < 1e-9)
                and np.all(n["map_std"] < 1e-3)
                and np.all(n["place_mean"] > 0.1)
            )
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"{n['statistics'][0]:g} means for 6 maps of {n['places'][0]:g} places. Each map has mean "
            f"{plain(n['map_mean'].max())} or less afterwards; a single place keeps one of its own, "
            f"{median(n, 'place_mean'):.2f} in size on average."
        ),
    ),
    Claim(
        id="batchnorm-variance-squared",
        chapter="batchnorm",
        statement="One takes the mean and variance² of the batch and divides by √(variance² + ε).",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        setup=(
            "256 rows of three features with standard deviations 0.1, 1 and 10; their spread after dividing by "
            "√(σ² + ε), and read as written, with the variance squared once more."
        ),
        experiment=_squared,
        judge=lambda n: (
            Verdict.WRONG
            if bool(np.all(n["wrong_0"] > 2) and np.all(n["wrong_2"] < 0.5) and np.all(np.abs(n["right_2"] - 1) < 1e-3))
            else Verdict.HOLDS
        ),
        report=lambda n: (
            "With the variance the spreads become "
            + ", ".join(f"{median(n, f'right_{i}'):.2f}" for i in range(3))
            + "; with its square "
            + ", ".join(f"{median(n, f'wrong_{i}'):.2f}" for i in range(3))
            + ": what was narrow is now wide. The variance is σ² already; the note means σ²."
        ),
    ),
    Claim(
        id="batchnorm-no-epsilon",
        chapter="batchnorm",
        statement="The normalized value is x minus its mean over √Var, with nothing added to the variance.",
        source="unsigned notes",
        verdict=Verdict.WRONG,
        setup="32 rows of 8 features, the first constant, as a pixel of the border is; without ε and with 1e-5.",
        experiment=_constant,
        judge=lambda n: Verdict.WRONG if bool(np.all(n["lost"] == 1) and np.all(n["with"] < 1e-6)) else Verdict.HOLDS,
        report=lambda n: (
            f"Without ε {100 * median(n, 'lost'):.0f} % of the constant feature's values are 0/0, not a number; with "
            f"it they are {plain(n['with'].max())}."
        ),
    ),
)
