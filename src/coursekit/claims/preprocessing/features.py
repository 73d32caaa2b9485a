"""The claim that raw inputs are better than features made by hand once there are enough data."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from coursekit.claims.digits_task import Values, error
from coursekit.claims.preprocessing.experiments import fitted, raw_digits
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_and_spread
from coursekit.data import standardize, zero_center

#: Training examples: few, and plenty for this task.
FEW, PLENTY = 30, 1437


def by_hand(pixels: Values) -> Values:
    """28 features of a digit, `(N, 28)`, of the kind that was made by hand before nets learned theirs.

    The ink in each row and in each column, the centre of the ink and its spread, and how much the strokes of each
    quarter run across or down.
    """
    images = pixels.reshape(-1, 8, 8)
    rows, columns = images.sum(axis=2), images.sum(axis=1)
    ink, place = rows.sum(axis=1, keepdims=True), np.arange(8.0)
    centres = [(profile * place).sum(axis=1, keepdims=True) / ink for profile in (rows, columns)]
    spreads = [
        (profile * (place - centre) ** 2).sum(axis=1, keepdims=True) / ink
        for profile, centre in zip((rows, columns), centres, strict=True)
    ]
    down, across = np.abs(np.diff(images, axis=1)), np.abs(np.diff(images, axis=2))
    quarters = [
        change[:, top : top + 4, left : left + 4].sum(axis=(1, 2))[:, np.newaxis]
        for change in (down, across)
        for top in (0, 4)
        for left in (0, 4)
    ]
    return np.concatenate([rows, columns, *centres, *spreads, *quarters], axis=1)


@lru_cache(maxsize=8)
def feature_errors(seed: int) -> Mapping[str, float]:
    """Test errors on raw pixels and on the features, trained on FEW and on PLENTY."""
    x_train, y_train, x_test, y_test = raw_digits(seed)
    found: dict[str, float] = {}
    for size in (FEW, PLENTY):
        x, y = x_train[:size], y_train[:size]
        pixels = zero_center(x / x.std(), x_test / x.std())
        for name, (known, new) in {"raw": pixels, "hand": standardize(by_hand(x), by_hand(x_test))}.items():
            found[f"{name}{size}"] = error(fitted(known, y, seed), new, y_test)
    return found


def _advantage(n: Numbers, size: int) -> float:
    """By how much the error on raw pixels is lower, mean over the seeds."""
    return float(np.mean(n[f"hand{size}"] - n[f"raw{size}"]))


CLAIMS = (
    Claim(
        id="raw-data-when-plenty",
        chapter="preprocessing",
        statement="If the number of training data is large enough, raw data are preferred as the input of a net.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "A net of 64 ReLU units on the 64 pixels of the digits (centred) and on 28 features made by hand from "
            "them (standardized: ink by row and column, its centre and spread, directions of strokes by quarter); "
            f"{FEW} and {PLENTY:,} training examples, 1,000 steps of SGD at 0.1; test error."
        ),
        experiment=feature_errors,
        judge=lambda n: Verdict.HOLDS if _advantage(n, PLENTY) > 0.004 else Verdict.NOT_HERE,
        report=lambda n: (
            f"Wrong with {PLENTY:,} examples: {mean_and_spread(n, f'raw{PLENTY}')} on pixels, "
            f"{mean_and_spread(n, f'hand{PLENTY}')} on the features. With {FEW}: {mean_and_spread(n, f'raw{FEW}')} "
            f"and {mean_and_spread(n, f'hand{FEW}')}. Other features would give other numbers; these leave something "
            "out that the pixels have."
        ),
    ),
)
