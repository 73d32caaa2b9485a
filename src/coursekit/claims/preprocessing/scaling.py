"""Claims on centring and scaling: which axis, what each of them brings, and what is done with images."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from coursekit.claims.digits_task import Values, error
from coursekit.claims.preprocessing.experiments import fitted, raw_digits, raw_iris, steps_to
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_and_spread, median, span
from coursekit.data import scale_to_range, standardize, zero_center


def as_in_the_note(x: Values) -> Values:
    """`X -= mean(X, axis=1); X /= std(X, axis=1)`, with the two brackets that it needs to run on rows of examples."""
    x = x - x.mean(axis=1, keepdims=True)
    scaled: Values = x / x.std(axis=1, keepdims=True)
    return scaled


def off_centre(x: Values) -> float:
    """The largest mean of a feature, in units of its standard deviation: 0 if the features are centred."""
    return float((np.abs(x.mean(axis=0)) / x.std(axis=0)).max())


def _axis(seed: int) -> Mapping[str, float]:
    x, y, _, _ = raw_iris(seed)
    try:
        _ = x - x.mean(axis=1)
        refused = 0.0
    except ValueError:
        refused = 1.0
    ways = {"axis1": as_in_the_note(x), "axis0": standardize(x, x)[0]}
    return (
        {"refused": refused}
        | {f"off_{name}": off_centre(way) for name, way in ways.items()}
        | {
            f"steps_{name}": steps_to(way, y, seed, hidden=16, every=1, batch_size=len(x), limit=300)
            for name, way in ways.items()
        }
    )


@lru_cache(maxsize=8)
def iris_steps(seed: int) -> Mapping[str, float]:
    """Steps on iris by treatment, without and with a hidden layer; "mm" has the petal widths in millimetres."""
    x, y, _, _ = raw_iris(seed)
    in_mm = x * np.array([1.0, 1.0, 1.0, 10.0])
    ways = {
        "raw": x,
        "centred": zero_center(x, x)[0],
        "standard": standardize(x, x)[0],
        "range": scale_to_range(x, x)[0],
        "mm_centred": zero_center(in_mm, in_mm)[0],
        "mm_standard": standardize(in_mm, in_mm)[0],
    }
    return {
        f"{name}{hidden}": steps_to(way, y, seed, hidden=hidden, every=1, batch_size=len(x))
        for name, way in ways.items()
        for hidden in (0, 16)
    }


@lru_cache(maxsize=8)
def digit_steps(seed: int) -> Mapping[str, float]:
    """Steps on the digits by treatment, test error after 1,000 steps, and the largest number in the test set."""
    x_train, y_train, x_test, y_test = raw_digits(seed)
    std = x_train.std()
    x_train, x_test = x_train / std, x_test / std
    ways = {
        "raw": (x_train, x_test),
        "centred": zero_center(x_train, x_test),
        "standard": standardize(x_train, x_test),
        "range": scale_to_range(x_train, x_test),
    }
    found: dict[str, float] = {}
    for name, (train_set, test_set) in ways.items():
        for hidden in (0, 64):
            found[f"{name}{hidden}"] = steps_to(train_set, y_train, seed, hidden=hidden)
        found[f"{name}_error"] = error(fitted(train_set, y_train, seed), test_set, y_test)
        found[f"{name}_largest"] = float(np.abs(test_set).max())
    return found


def _both(seed: int) -> Mapping[str, float]:
    iris, digits = iris_steps(seed), digit_steps(seed)
    return {f"iris_{k}": v for k, v in iris.items()} | {f"digits_{k}": v for k, v in digits.items()}


def _gain(n: Numbers, slow: str, fast: str) -> float:
    """Median over the seeds of the ratio of steps."""
    return float(np.median(n[slow] / n[fast]))


def _judge_centring(n: Numbers) -> Verdict:
    gains = [_gain(n, f"{d}_raw{h}", f"{d}_centred{h}") for d, hs in _NETS for h in hs]
    return Verdict.HOLDS if min(gains) > 1.5 else Verdict.LESS if max(gains) > 1.5 else Verdict.NOT_HERE


def _judge_scaling(n: Numbers) -> Verdict:
    """As the data are, in cm; and with one feature in another unit."""
    as_is = [_gain(n, f"centred{h}", f"standard{h}") > 1.5 for h in (0, 16)]
    mixed = [_gain(n, f"mm_centred{h}", f"mm_standard{h}") > 1.5 for h in (0, 16)]
    if all(as_is):
        return Verdict.HOLDS
    return Verdict.LESS if all(mixed) else Verdict.NOT_HERE


def _judge_images(n: Numbers) -> Verdict:
    """The advice holds if scaling every pixel brings nothing: neither fewer steps nor fewer mistakes."""
    slower = all(_gain(n, f"standard{h}", f"centred{h}") > 0.9 for h in (0, 64))
    no_better = float(np.mean(n["standard_error"] - n["centred_error"])) > -0.005
    return Verdict.HOLDS if slower and no_better else Verdict.NOT_HERE


def _judge_range(n: Numbers) -> Verdict:
    """[-1, 1] does the work if it takes at most as many steps as standardizing, or a quarter more."""
    ratios = [_gain(n, f"{d}_range{h}", f"{d}_standard{h}") for d, hs in _NETS for h in hs]
    return Verdict.HOLDS if max(ratios) < 1.25 else Verdict.LESS if _helps(n) else Verdict.NOT_HERE


def _helps(n: Numbers) -> bool:
    """Whether [-1, 1] beats the raw numbers on iris, with and without hidden units."""
    return all(_gain(n, f"iris_raw{h}", f"iris_range{h}") > 1.5 for h in (0, 16))


#: The data sets, each with the hidden units of its nets.
_NETS = (("iris", (0, 16)), ("digits", (0, 64)))
_SETUP = (
    "Steps of descent (iris: all 100 examples a step, digits: SGD, batches of 32) until the "
    "loss over the training set is below 0.1, each treatment at the best of "
    "six learning rates, for a linear classifier and for one hidden layer (16 units on iris, 64 on the digits)"
)

CLAIMS = (
    Claim(
        id="mean-over-axis-1",
        chapter="preprocessing",
        statement="Features are normalized by X -= np.mean(X, axis=1) and X /= np.std(X, axis=1).",
        source="Chadha 2020; CS231n, with axis=0",
        verdict=Verdict.WRONG,
        setup=(
            "The two lines on iris, rows are examples; then with keepdims=True so that they run, beside axis=0: the "
            "largest mean of a feature in units of its own standard deviation, and the steps of a net of 16 hidden "
            "units to a loss of 0.1, at most 300."
        ),
        experiment=_axis,
        judge=lambda n: (
            Verdict.WRONG
            if bool(np.all(n["refused"] == 1) and np.all(n["off_axis1"] > 1) and np.all(n["off_axis0"] < 1e-9))
            else Verdict.HOLDS
        ),
        report=lambda n: (
            f"As written it is an error of shapes in {n['refused'].sum():.0f} of {len(n['refused'])} runs. With "
            "keepdims it takes each example's own mean and size away and leaves the features off centre, by up to "
            f"{median(n, 'off_axis1'):.1f} standard deviations; axis=0 leaves less than 0.001. Steps: "
            f"{span(n, 'steps_axis1')} against {span(n, 'steps_axis0')} with axis=0; 300 means that it did not get "
            "there."
        ),
    ),
    Claim(
        id="zero-mean-converges-faster",
        chapter="preprocessing",
        statement="Inputs with zero mean, rather than all of one sign, help a net to converge.",
        source="Chadha 2020; S. D. You, slides; LeCun et al. 1998",
        verdict=Verdict.HOLDS,
        setup=f"{_SETUP}: raw (iris in cm, digits divided by one standard deviation), and with the mean taken off.",
        experiment=_both,
        judge=_judge_centring,
        report=lambda n: (
            f"Raw and centred, iris: {span(n, 'iris_raw0')} and {span(n, 'iris_centred0')} steps linear, "
            f"{span(n, 'iris_raw16')} and {span(n, 'iris_centred16')} with a hidden layer; digits: "
            f"{span(n, 'digits_raw0')} and {span(n, 'digits_centred0')} linear, {span(n, 'digits_raw64')} and "
            f"{span(n, 'digits_centred64')} with one."
        ),
    ),
    Claim(
        id="scaling-each-feature-helps",
        chapter="preprocessing",
        statement="After centring, dividing each feature by its standard deviation helps.",
        source="Chadha 2020; S. D. You, slides (“if necessary”)",
        verdict=Verdict.LESS,
        setup=f"{_SETUP}: iris centred and standardized, as it is in cm, and with the petal widths in mm.",
        experiment=iris_steps,
        judge=_judge_scaling,
        report=lambda n: (
            f"In cm, centred and standardized: {span(n, 'centred0')} and {span(n, 'standard0')} steps linear, "
            f"{span(n, 'centred16')} and {span(n, 'standard16')} with a hidden layer. With one feature in mm: "
            f"{span(n, 'mm_centred0')} and {span(n, 'mm_standard0')}, {span(n, 'mm_centred16')} and "
            f"{span(n, 'mm_standard16')}. It helps where the units differ."
        ),
    ),
    Claim(
        id="images-are-not-scaled",
        chapter="preprocessing",
        statement="Images are centred, but their pixels are not each divided by their standard deviation.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{_SETUP}: digits centred, and standardized pixel by pixel; test error after 1,000 steps at 0.1.",
        experiment=digit_steps,
        judge=_judge_images,
        report=lambda n: (
            f"Steps centred and standardized: {span(n, 'centred0')} and {span(n, 'standard0')} linear, "
            f"{span(n, 'centred64')} and {span(n, 'standard64')} with a hidden layer; test error "
            f"{mean_and_spread(n, 'centred_error')} and {mean_and_spread(n, 'standard_error')}. Pixels of the border "
            "are nearly always 0, and dividing blows up the few that are not: the largest number of the test set is "
            f"{median(n, 'standard_largest'):.0f} instead of {median(n, 'centred_largest'):.1f}."
        ),
    ),
    Claim(
        id="range-as-good-as-standardizing",
        chapter="preprocessing",
        statement="Values in [−1, 1] are a good normalization, as good as standardizing.",
        source="S. D. You, slides (“one widely” used setting)",
        verdict=Verdict.LESS,
        setup=f"{_SETUP}: [−1, 1] by the least and largest of each feature in training, and standardized.",
        experiment=_both,
        judge=_judge_range,
        report=lambda n: (
            f"[−1, 1] and standardized, iris: {span(n, 'iris_range0')} and {span(n, 'iris_standard0')} steps linear, "
            f"{span(n, 'iris_range16')} and {span(n, 'iris_standard16')} with a hidden layer; digits: "
            f"{span(n, 'digits_range0')} and {span(n, 'digits_standard0')}, {span(n, 'digits_range64')} and "
            f"{span(n, 'digits_standard64')}. Half of the digits' grey values "
            "are 0: they land at −1, and the features are not centred."
        ),
    ),
)
