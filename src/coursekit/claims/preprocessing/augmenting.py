"""Claims on making more training data out of few: what helps, what does not, and what was reported elsewhere."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from coursekit.claims.digits_task import Values, error
from coursekit.claims.preprocessing.experiments import fitted, raw_digits
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_and_spread
from coursekit.data import elastic_distortion, random_flip, zero_center

#: Examples of the small training set.
FEW = 50

Warp = Callable[[Values, np.random.Generator], Values]


def _distorted(images: Values, rng: np.random.Generator) -> Values:
    """Bent a little, as another hand would write."""
    return elastic_distortion(images, rng, alpha=5.0, sigma=2.0)


def _upside_down(images: Values, rng: np.random.Generator) -> Values:
    """Half of the images with the top at the bottom."""
    turned: Values = np.where(rng.random((len(images), 1, 1, 1)) < 0.5, images[:, ::-1], images)
    return turned


#: Related to the test set, and not: nobody writes a digit as in a mirror or upside down.
WARPS: dict[str, Warp] = {"distorted": _distorted, "mirrored": random_flip, "upside_down": _upside_down}


@lru_cache(maxsize=8)
def augmented_errors(seed: int) -> Mapping[str, float]:
    """Test errors of a net after 800 steps on the first FEW digits, each batch drawn anew by each of WARPS."""
    x_train, y_train, x_test, y_test = raw_digits(seed)
    x_train, y_train = x_train[:FEW], y_train[:FEW]
    std = x_train.std()
    x_train, x_test = x_train / std, x_test / std
    mean = x_train.mean(axis=0)
    x_train, x_test = zero_center(x_train, x_test)

    def on_pixels(warp: Warp) -> Warp:
        """The warp moves ink on white paper, so it comes before the centring."""
        return lambda x, rng: warp((x + mean).reshape(-1, 8, 8, 1), rng).reshape(len(x), 64) - mean

    ways = {"plain": None} | {name: on_pixels(warp) for name, warp in WARPS.items()}
    return {
        name: error(fitted(x_train, y_train, seed, steps=800, augment=way), x_test, y_test)
        for name, way in ways.items()
    }


def lowered(n: Numbers, name: str) -> float:
    """By how much the error is lower than without augmentation, mean over the seeds."""
    return float(np.mean(n["plain"] - n[name]))


_SETUP = (
    f"64-64-10 on {FEW} digits, 800 steps of SGD at 0.1 with batches of 32, test error on 360; every batch is changed "
    "anew"
)

CLAIMS = (
    Claim(
        id="augmentation-helps-with-few-data",
        chapter="preprocessing",
        statement="Generating additional training examples, such as distorted characters, prevents overfitting.",
        source="S. D. You, slides; Simard et al. 2003",
        verdict=Verdict.HOLDS,
        setup=f"{_SETUP}: by an elastic distortion (displacements of about 0.4 pixels).",
        experiment=augmented_errors,
        judge=lambda n: Verdict.HOLDS if lowered(n, "distorted") > 0.02 else Verdict.NOT_HERE,
        report=lambda n: (
            f"Wrong {mean_and_spread(n, 'plain')} without and {mean_and_spread(n, 'distorted')} with the distorted "
            f"digits (mean and spread over the seeds); lower in {int(np.sum(n['distorted'] < n['plain']))} of "
            f"{len(n['plain'])} runs."
        ),
    ),
    Claim(
        id="unrelated-augmentation-does-not-help",
        chapter="preprocessing",
        statement="If the augmented data are not related to the test data, accuracy may not improve.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=f"{_SETUP}: half of the digits mirrored, or half of them upside down, under their old labels.",
        experiment=augmented_errors,
        judge=lambda n: (
            Verdict.HOLDS if max(lowered(n, "mirrored"), lowered(n, "upside_down")) < 0 else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Wrong {mean_and_spread(n, 'plain')} without, {mean_and_spread(n, 'mirrored')} with mirrored digits, "
            f"{mean_and_spread(n, 'upside_down')} with digits upside down, where related distortions give "
            f"{mean_and_spread(n, 'distorted')}."
        ),
    ),
)

ADVERSARIAL = Claim(
    id="refined-faces-by-two-nets",
    chapter="preprocessing",
    statement="Apple generated artificial facial pictures by two competing nets, for use as training data.",
    source="S. D. You, slides; Shrivastava et al. 2017",
    verdict=Verdict.UNTESTABLE,
    reason=(
        "It needs a renderer of eyes, a set of photographs and two convolutional nets. What the paper (Shrivastava et "
        "al. 2017) reports is narrower: pictures of eyes for gaze estimation and depth images of hands, not faces. "
        "One net does not invent them from noise but refines rendered pictures, whose labels stay known, until the "
        "other cannot tell them from real ones."
    ),
)
