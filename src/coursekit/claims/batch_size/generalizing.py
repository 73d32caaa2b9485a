"""Claims on large batches and generalization: after the same passes, and at the same training loss."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from coursekit.claims.batch_size.experiments import FEW, fastest, few, fit, sharpness, wrong
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_percent, median

_BOTH = {"small": 8, "large": FEW}


@lru_cache(maxsize=16)
def _compare(seed: int) -> Mapping[str, float]:
    numbers: dict[str, float] = {}
    x, y, *_ = few(seed)
    for name, size in _BOTH.items():
        passed = fit(seed, size, 0.1, epochs=30)
        arrived = fit(seed, size, 0.2)
        assert passed is not None
        assert arrived is not None
        lr, updates, model = fastest(seed, size)
        numbers |= {
            f"{name}_passes": wrong(passed[1], seed),
            f"{name}_same_rate": wrong(arrived[1], seed),
            f"{name}_sharp": sharpness(arrived[1], x, y),
            f"{name}_best": wrong(model, seed),
            f"{name}_best_sharp": sharpness(model, x, y),
            f"{name}_rate": lr,
            f"{name}_updates": updates,
        }
    return numbers


def _worse(n: Numbers, how: str) -> bool:
    """Whether the large batch's error is above the small one's by more than two standard errors of the mean."""
    gap = n[f"large_{how}"] - n[f"small_{how}"]
    return bool(gap.mean() > 2 * gap.std(ddof=1) / len(gap) ** 0.5)


def _judge_generalization(n: Numbers) -> Verdict:
    passes, best = _worse(n, "passes"), _worse(n, "best")
    return Verdict.HOLDS if passes and best else Verdict.LESS if passes or best else Verdict.NOT_HERE


def _judge_optima(n: Numbers) -> Verdict:
    sharper = bool(np.median(n["large_sharp"] / n["small_sharp"]) > 1.25)
    worse = _worse(n, "same_rate") or _worse(n, "best")
    return Verdict.HOLDS if sharper and worse else Verdict.LESS if worse else Verdict.NOT_HERE


_TASK = f"64-32-10 with ReLU on {FEW} digits, plain SGD in batches of 8 and of all {FEW}; error on 1,497 others"

CLAIMS = (
    Claim(
        id="batch-generalization",
        chapter="batch_size",
        statement="Large batches may hurt generalization.",
        source="Chan 2021; COMS4995; Keskar et al. 2017",
        verdict=Verdict.LESS,
        setup=f"{_TASK}, 10 starts: after 30 passes at rate 0.1, and at a training loss of 0.01, each size at the "
        "fastest of four rates. It hurts where the mean difference is above two standard errors; it holds if in both "
        "comparisons, by less if in one.",
        experiment=_compare,
        judge=_judge_generalization,
        report=lambda n: (
            f"After 30 passes {mean_percent(n, 'small_passes')} wrong with batches of 8, "
            f"{mean_percent(n, 'large_passes')} with batches of {FEW}. Both trained to the same loss: "
            f"{mean_percent(n, 'small_best')} and {mean_percent(n, 'large_best')}. The large batch was behind because "
            "it had made fewer updates."
        ),
        seeds=range(10),
    ),
    Claim(
        id="batch-poorer-optima",
        chapter="batch_size",
        statement="Large batches generalize worse because they end in poorer optima or on a plateau.",
        source="COMS4995; Keskar et al. 2017",
        verdict=Verdict.NOT_HERE,
        setup=f"{_TASK}, 10 starts; trained to the same training loss of 0.01 at rate 0.2, and at each size's fastest "
        "rate. Sharpness is the largest curvature of the training loss there. It holds if the large batch ends in "
        "sharper places (by a quarter) that are also worse on new digits (by two standard errors).",
        experiment=_compare,
        judge=_judge_optima,
        report=lambda n: (
            f"At rate 0.2 the curvature is {median(n, 'small_sharp'):.2f} with batches of 8 and "
            f"{median(n, 'large_sharp'):.2f} with batches of {FEW}: sharper. But {mean_percent(n, 'small_same_rate')} "
            f"and {mean_percent(n, 'large_same_rate')} of new digits are wrong. At each one's fastest rate "
            f"({median(n, 'small_rate'):g} and {median(n, 'large_rate'):g}) the curvatures are "
            f"{median(n, 'small_best_sharp'):.2f} and {median(n, 'large_best_sharp'):.2f}."
        ),
        seeds=range(10),
    ),
)
