"""Claims on what an ensemble is worth: by how much, with how many members, and with how weak ones."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.ensembles.experiments import (
    FEW,
    MEMBERS,
    TRIOS,
    by_size,
    mean_correlation,
    summary,
    three,
    wrong_alone,
    wrong_together,
)
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median, median_percent
from coursekit.training import mixed_ensemble_error

SIZES = (1, 2, 4, 8, 16)
NET = f"64-32-10 with ReLU, trained on {FEW} digits and tested on the other {1797 - FEW}, 40 epochs of Adam at 0.01"


def _starts(seed: int) -> Mapping[str, float]:
    return summary("starts", seed)


def _judge_average(n: Numbers) -> Verdict:
    gain = n["alone"] - n["together"]
    if not np.all(gain > 0):
        return Verdict.NOT_HERE
    return Verdict.HOLDS if float(np.median(gain)) > 0.015 else Verdict.LESS


def _more(seed: int) -> Mapping[str, float]:
    return {f"of {size}": error for size, error in zip(SIZES, by_size("starts", seed, SIZES), strict=True)}


def _judge_more(n: Numbers) -> Verdict:
    """Means over the seeds: every doubling helps, and each added member by less than those before it."""
    errors = np.array([n[f"of {size}"].mean() for size in SIZES])
    falls = -np.diff(errors)
    by_member = falls / np.diff(SIZES)
    if not np.all(falls > 0):
        return Verdict.NOT_HERE
    return Verdict.HOLDS if bool(np.all(np.diff(by_member) < 0)) else Verdict.LESS


def _weaker(seed: int) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for how in TRIOS:
        probs, y = three(how, seed)
        alone = wrong_alone(probs, y)
        found |= {f"{how} {i}": 1.0 - float(error) for i, error in enumerate(alone)}
        found |= {
            f"{how} best": 1.0 - float(alone.min()),
            f"{how} all": 1.0 - wrong_together(probs, y),
            f"{how} vote": 1.0 - wrong_together(probs, y, "vote"),
            f"{how} two": 1.0 - wrong_together(probs[:2], y),
            f"{how} promised": 1.0 - mixed_ensemble_error(alone),
            f"{how} correlation": mean_correlation(probs, y),
        }
    return found


def _judge_weaker(n: Numbers) -> Verdict:
    """Better than the best alone in every run, and better with the weakest than without it; or the first only."""
    better = [how for how in TRIOS if np.all(n[f"{how} all"] > n[f"{how} best"])]
    if not better:
        return Verdict.NOT_HERE
    needed = any(median(n, f"{how} all") > median(n, f"{how} two") for how in better)
    return Verdict.HOLDS if needed else Verdict.LESS


def _trio(n: Numbers, how: str) -> str:
    return (
        ", ".join(f"{100 * median(n, f'{how} {i}'):.1f}" for i in range(3))
        + f" % alone, {median_percent(n, f'{how} all')} by average ({median_percent(n, f'{how} vote')} by vote), "
        f"the better two {median_percent(n, f'{how} two')}; the errors correlate with "
        f"{median(n, f'{how} correlation'):.2f}, independent ones would give {median_percent(n, f'{how} promised')}"
    )


CLAIMS = (
    Claim(
        id="ensemble-average",
        chapter="ensembles",
        statement=(
            "Training several models independently and averaging their results at test time improves on one, by 2 %."
        ),
        source="unsigned notes; the 2 % from the slides of CS231n, on which they rest",
        verdict=Verdict.LESS,
        setup=(
            f"{MEMBERS} nets {NET}, from other first weights each; the mean of their probabilities against one of them "
            "on average. It holds from 1.5 points on, by less if there is a gain in every run."
        ),
        experiment=_starts,
        judge=_judge_average,
        report=lambda n: (
            f"Wrong are {median_percent(n, 'alone')} alone and {median_percent(n, 'together')} together, a gain of "
            f"{100 * float(np.median(n['alone'] - n['together'])):.1f} points, from "
            f"{100 * float(np.min(n['alone'] - n['together'])):.1f} to "
            f"{100 * float(np.max(n['alone'] - n['together'])):.1f} in single runs. By vote it is "
            f"{median_percent(n, 'vote')}. Trained independently is not wrong independently: the errors of two "
            f"correlate with {median(n, 'correlation'):.2f}."
        ),
    ),
    Claim(
        id="ensemble-more-members",
        chapter="ensembles",
        statement="The more models in the ensemble, the better it is, with diminishing returns.",
        source="CS231n, on which the unsigned notes rest",
        verdict=Verdict.HOLDS,
        setup=(
            f"Nets {NET}; 1, 2, 4, 8 and 16 of twenty, chosen at random forty times. It holds if every doubling lowers "
            "the mean error, each added member by less than those before."
        ),
        experiment=_more,
        judge=_judge_more,
        report=lambda n: (
            "Wrong with "
            + ", ".join(f"{size}: {100 * n[f'of {size}'].mean():.2f} %" for size in SIZES)
            + f" (means over the runs). The first doubling brings "
            f"{100 * float((n['of 1'] - n['of 2']).mean()):.2f} points, the last "
            f"{100 * float((n['of 8'] - n['of 16']).mean()):.2f}."
        ),
    ),
    Claim(
        id="ensemble-weaker-help",
        chapter="ensembles",
        statement="Even less accurate classifiers can add to the whole: classifiers of 90, 88 and 80 % reach 93 %.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            "Three classifiers of about that quality, made in two ways: a net of 32 hidden units, a linear classifier "
            "and a net of 6, all on the same 150 digits; and nets of 32 on 150, 120 and 60 digits of which none is "
            "shared. It holds if somewhere the three beat the best of them in every run, and in the median the two "
            "without the weakest; by less if only the first. That was set after first numbers had been seen."
        ),
        experiment=_weaker,
        judge=_judge_weaker,
        report=lambda n: (
            f"On the same digits: {_trio(n, 'models')}. On different digits: {_trio(n, 'digits')}. So 93 % is in "
            "reach, if they err differently. But it is the second that brings it: without the weakest the other two "
            "are as good or better."
        ),
    ),
)
