"""Claims that are formulas: what happens to who takes them as they are written."""

import numpy as np

from coursekit.claims.optimizers.formulas import corrected, old_sum, plus_sign, same_formula
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.words import plain

__all__ = ["CLAIMS"]


def _judge_plus(n: Numbers) -> Verdict:
    stuck = bool(np.all(n["written"] > 0.9 * n["before"])) and bool(np.all(n["adam"] < 0.5 * n["before"]))
    return Verdict.WRONG if stuck else Verdict.HOLDS


#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="adagrad-divides-by-the-root-of-h",
        chapter="optimizers",
        statement="AdaGrad divides by the root of h, without an index and without an epsilon.",
        source="unsigned notes",
        verdict=Verdict.WRONG,
        setup=(
            "The first step on the gradients of 64-32-10 on the digits, h read as the sum before the step. And AdaGrad "
            "with epsilon inside the root, as the COMS4995 tutorial has it, beside the form with epsilon outside."
        ),
        experiment=old_sum,
        judge=lambda n: Verdict.WRONG if bool(np.all(n["infinite"] > 0)) else Verdict.HOLDS,
        report=lambda n: (
            f"{100 * median(n, 'infinite'):.0f} % of the weights are infinite or no number after one step: h is 0 "
            f"there. With the sum that includes the step, the first step is {median(n, 'first'):.2f} long at η = 0.1. "
            f"Where epsilon stands is another matter: 200 steps end {plain(median(n, 'same'))} of the way apart."
        ),
    ),
    Claim(
        id="rmsprop-adadelta-one-formula",
        chapter="optimizers",
        statement="RMSProp and AdaDelta have one update: the rate over the root of an average of squared gradients.",
        source="COMS4995 tutorial",
        verdict=Verdict.WRONG,
        setup=(
            "200 noisy gradients of 50 weights: AdaDelta, and RMSProp with the same decay at 81 rates. It holds if at "
            "one "
            "of them the paths stay within 5 % of the way."
        ),
        experiment=same_formula,
        judge=lambda n: Verdict.WRONG if median(n, "apart") > 0.05 else Verdict.HOLDS,
        report=lambda n: (
            f"At the best of the rates the paths are {100 * median(n, 'apart'):.0f} % of the way apart. The formula is "
            "RMSProp's. AdaDelta has no rate: in its place stands the root of an average of its own squared steps."
        ),
    ),
    Claim(
        id="adam-with-a-plus-sign",
        chapter="optimizers",
        statement="Adam adds the rate times the corrected average over the root, times the gradient.",
        source="COMS4995 tutorial",
        verdict=Verdict.WRONG,
        setup="64-32-10 on the digits, 50 steps on all of them at η = 0.003, by Adam and by the formula as it is "
        "written.",
        experiment=plus_sign,
        judge=_judge_plus,
        report=lambda n: (
            f"The loss goes from {median(n, 'before'):.2f} to {median(n, 'adam'):.2f} with Adam and to "
            f"{median(n, 'written'):.2f} with the formula. With a minus sign it is {median(n, 'minus'):.2f}: average "
            "times gradient is positive for nearly all weights, so that the sign of the gradient is lost."
        ),
    ),
    Claim(
        id="corrected-average-is-the-gradient",
        chapter="optimizers",
        statement="Bias correction turns Adam's average of the gradient into the gradient, at the first step and so "
        "on.",
        source="unsigned notes",
        verdict=Verdict.WRONG,
        setup="200 noisy gradients of 50 weights: the distance of the corrected average from the step's own gradient.",
        experiment=corrected,
        judge=lambda n: Verdict.WRONG if median(n, "at10") > 0.1 else Verdict.HOLDS,
        report=lambda n: (
            f"At the first step it is {plain(median(n, 'at1'))} of the gradient's length, at the second "
            f"{median(n, 'at2'):.2f}, at the tenth {median(n, 'at10'):.2f}. What the correction does at every step is "
            "to make the weights of the past gradients add up to 1."
        ),
    ),
)
