"""Claims on methods with a rate for each weight."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.optimizers.curvature import sensitivities
from coursekit.claims.optimizers.formulas import leaky
from coursekit.claims.optimizers.racing import DEFAULTS, OPTIMIZERS, best, race
from coursekit.claims.optimizers.sparse import RULES, best_learned, rates_of
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.words import plain

__all__ = ["CLAIMS"]

_SPARSE = (
    "Logistic regression on 100 features that are there in every second example down to one in 200; the quarter that "
    "is "
    "rarest and the quarter that is most frequent, over 5 epochs in batches of 32"
)
_NETS = "64-32-10 on the digits and 2-32-32-3 on a spiral, batches of 32, same start and same batches for all"


def _sparse(seed: int) -> Mapping[str, float]:
    numbers = dict(rates_of(seed))
    for name in ("sgd", "adagrad"):
        for what, value in best_learned(name, seed).items():
            numbers[f"{what}_{name}"] = value
    return numbers


def _judge_adagrad(n: Numbers) -> Verdict:
    if median(n, "ratio_adagrad") <= 1:
        return Verdict.NOT_HERE
    return Verdict.WRONG if bool(np.all(n["rose_adagrad"] == 0)) else Verdict.HOLDS


def _judge_raised(n: Numbers) -> Verdict:
    """Raised by both kinds, by one, by none."""
    raised = [median(n, f"rose_{rule}") > 0.05 and median(n, f"ratio_{rule}") > 2 for rule in ("adagrad", "rmsprop")]
    return Verdict.HOLDS if all(raised) else Verdict.LESS if any(raised) else Verdict.NOT_HERE


def _judge_recent(n: Numbers) -> Verdict:
    falls = max(median(n, f"fell_{part}") for part in ("rare", "frequent"))
    stays = min(median(n, f"fell_rmsprop_{part}") for part in ("rare", "frequent"))
    return Verdict.HOLDS if falls < 0.7 and stays > 0.8 else Verdict.NOT_HERE


def _all(seed: int) -> Mapping[str, float]:
    numbers = {f"{task}_{name}": best(task, name, seed).steps for task in ("digits", "spiral") for name in OPTIMIZERS}
    return numbers | {f"sparse_{name}": best_learned(name, seed)["loss"] for name in RULES}


def _behind(n: Numbers, task: str) -> float:
    """Adam's median over the best median of the others."""
    names = [name for name in n if name.startswith(f"{task}_")]
    return median(n, f"{task}_adam") / min(median(n, name) for name in names)


def _judge_default(n: Numbers) -> Verdict:
    good = [_behind(n, task) <= limit for task, limit in (("digits", 1.25), ("spiral", 1.25), ("sparse", 1.05))]
    return Verdict.HOLDS if all(good) else Verdict.LESS if any(good) else Verdict.NOT_HERE


def _against(seed: int) -> Mapping[str, float]:
    numbers = {}
    for task in ("digits", "spiral"):
        for name in ("adam", "adadelta"):
            tuned, default = best(task, name, seed), race(task, name, DEFAULTS[name], seed)
            numbers[f"{task}_{name}"], numbers[f"{task}_{name}_steps"] = tuned.error, tuned.steps
            numbers[f"{task}_{name}_default"], numbers[f"{task}_{name}_loss"] = default.error, default.loss
    return numbers


def _judge_against(n: Numbers) -> Verdict:
    """Fewer errors by one example in a hundred, each at its best rate; or at the rates that a library sets."""
    tuned = any(median(n, f"{t}_adadelta") < median(n, f"{t}_adam") - 0.01 for t in ("digits", "spiral"))
    default = any(
        median(n, f"{t}_adadelta_default") < median(n, f"{t}_adam_default") - 0.01 for t in ("digits", "spiral")
    )
    return Verdict.HOLDS if tuned else Verdict.LESS if default else Verdict.NOT_HERE


def _settings(seed: int) -> Mapping[str, float]:
    rates = OPTIMIZERS["adam"][1]
    losses = {lr: race("digits", "adam", lr, seed).loss for lr in rates}
    at = min(losses, key=lambda lr: losses[lr])
    tenth = min(rates, key=lambda rate: abs(np.log(10 * rate / at)))
    return {"best": losses[at], "rate": at, "default": losses[1e-3], "tenth": losses[tenth]}


def _judge_settings(n: Numbers) -> Verdict:
    return Verdict.HOLDS if float(np.median(n["tenth"] / n["best"])) > 2 else Verdict.NOT_HERE


#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="weights-differ-in-sensitivity",
        chapter="optimizers",
        statement="Certain parameters are more sensitive than others: the loss has a higher curvature along them.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=(
            "64-32-10 on the digits after an epoch: the second derivative of the loss for 240 single weights, by "
            "differences. It holds if the 90th percentile is ten times the 10th."
        ),
        experiment=sensitivities,
        judge=lambda n: Verdict.HOLDS if median(n, "spread") >= 10 else Verdict.NOT_HERE,
        report=lambda n: (
            f"The 90th percentile is {median(n, 'spread'):.0f} times the 10th. The median is "
            f"{plain(median(n, 'layer1'))} in the first layer and {plain(median(n, 'layer2'))} in the second."
        ),
    ),
    Claim(
        id="adagrad-raises-sparse-rates",
        chapter="optimizers",
        statement="AdaGrad increases the learning rate for sparse features and decreases it for less sparse ones.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.WRONG,
        setup=f"{_SPARSE}. What AdaGrad multiplies a weight's gradient by, from step to step.",
        experiment=_sparse,
        judge=_judge_adagrad,
        report=lambda n: (
            f"No weight's rate rose in any step. All fall, those of rare features less: theirs are "
            f"{median(n, 'ratio_adagrad'):.1f} times those of the frequent. The benefit is real: at the best rates the "
            f"weights of rare features are off by {100 * median(n, 'rare_adagrad'):.0f} % with AdaGrad, by "
            f"{100 * median(n, 'rare_sgd'):.0f} % with SGD."
        ),
    ),
    Claim(
        id="rare-updates-raise-the-rate",
        chapter="optimizers",
        statement=(
            "With AdaGrad, RMSProp and Adam, high gradients lower the effective rate of a weight, and small or "
            "infrequent ones raise it."
        ),
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=f"{_SPARSE}. How often the rate of a rare feature's weight rises, with the sum and with the average "
        "(0.9).",
        experiment=rates_of,
        judge=_judge_raised,
        report=lambda n: (
            f"With RMSProp's average the rate of a rare feature rises in {100 * median(n, 'rose_rmsprop'):.0f} % of "
            f"the steps, whenever it is absent, and is {median(n, 'ratio_rmsprop'):.1f} times that of a frequent one "
            "when it comes; Adam divides by the same average. AdaGrad's rises in none."
        ),
    ),
    Claim(
        id="recent-gradients-count",
        chapter="optimizers",
        statement="RMSProp and AdaDelta weigh recent gradients, so that the rate does not fall too far.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=f"{_SPARSE}. The rate at the end over the rate after a fifth of the run.",
        experiment=rates_of,
        judge=_judge_recent,
        report=lambda n: (
            f"AdaGrad's rate is {median(n, 'fell_frequent'):.2f} of what it was for frequent features and "
            f"{median(n, 'fell_rare'):.2f} for rare ones; with RMSProp's average it is "
            f"{median(n, 'fell_rmsprop_frequent'):.2f} "
            f"and {median(n, 'fell_rmsprop_rare'):.2f}."
        ),
    ),
    Claim(
        id="rmsprop-leaky-adagrad",
        chapter="optimizers",
        statement="RMSProp is a leaky AdaGrad.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "200 noisy gradients of 50 weights: RMSProp with a decay of 1 − 10⁻⁸ and its rate scaled by 10⁻⁴, which "
            "closes the leak, beside AdaGrad."
        ),
        experiment=leaky,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["adagrad"] < 1e-3)) else Verdict.NOT_HERE,
        report=lambda n: f"The two paths are nowhere further apart than {plain(median(n, 'adagrad'))} of their length.",
    ),
    Claim(
        id="adam-rmsprop-with-momentum",
        chapter="optimizers",
        statement="Adam is RMSProp with momentum.",
        source="S. D. You, slides; Chan 2021",
        verdict=Verdict.HOLDS,
        setup=(
            "The same gradients: Adam without the average of the gradient (β₁ = 0), at an age at which there is "
            "nothing "
            "to correct, beside RMSProp with the same decay, 0.999; and the first steps of both as they are."
        ),
        experiment=leaky,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["adam"] < 1e-9)) else Verdict.NOT_HERE,
        report=lambda n: (
            f"The paths are {plain(median(n, 'adam'))} apart. What Adam adds besides momentum is the correction: "
            f"RMSProp's first step is {median(n, 'first_rmsprop'):.1f} rates long, Adam's "
            f"{median(n, 'first_adam'):.1f}."
        ),
    ),
    Claim(
        id="adam-default",
        chapter="optimizers",
        statement="Adam is the default choice.",
        source="S. D. You, slides; unsigned notes; CS231n",
        verdict=Verdict.LESS,
        setup=(
            f"Is it deserved? {_NETS}: steps to a training loss of 0.1, each of eight optimizers at the best of five "
            "rates. "
            "And the rare features: the loss on unseen rows. It holds if Adam is within a quarter of the best in steps "
            "and 5 % in loss."
        ),
        experiment=_all,
        judge=_judge_default,
        report=lambda n: (
            f"Digits: Adam {median(n, 'digits_adam'):.0f} steps, the best median "
            f"{median(n, 'digits_adam') / _behind(n, 'digits'):.0f}. "
            f"Spiral: {median(n, 'spiral_adam'):.0f} and {median(n, 'spiral_adam') / _behind(n, 'spiral'):.0f}. Rare "
            "features: a "
            f"loss of {median(n, 'sparse_adam'):.3f} and {median(n, 'sparse_adam') / _behind(n, 'sparse'):.3f}."
        ),
    ),
    Claim(
        id="adam-most-popular",
        chapter="optimizers",
        statement="Adam is the most popular optimizer, and its paper is much cited.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.UNTESTABLE,
        reason=(
            "No run measures what is popular. The tutorial counts 36,831 citations of Kingma & Ba 2015. Schmidt, "
            "Schneider "
            "and Hennig (2021) compared fifteen optimizers in more than 50,000 runs and found that none beats Adam "
            "reliably."
        ),
    ),
    Claim(
        id="adam-worse-than-adadelta",
        chapter="optimizers",
        statement="Sometimes Adam is not good when compared with AdaDelta.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            f"{_NETS}; wrong answers on unseen examples, each at the best of five rates, and each at the rate that "
            "PyTorch sets, 0.001 and 1. It holds if AdaDelta has clearly fewer somewhere at the best rates."
        ),
        experiment=_against,
        judge=_judge_against,
        report=lambda n: (
            f"At the best rates {100 * median(n, 'digits_adam'):.1f} % of the unseen digits are wrong with Adam and "
            f"{100 * median(n, 'digits_adadelta'):.1f} % with AdaDelta; of the spiral "
            f"{100 * median(n, 'spiral_adam'):.1f} and {100 * median(n, 'spiral_adadelta'):.1f} %. At the set rates "
            f"it is {100 * median(n, 'digits_adam_default'):.1f} and {100 * median(n, 'digits_adadelta_default'):.1f} "
            f"%, and {100 * median(n, 'spiral_adam_default'):.1f} and "
            f"{100 * median(n, 'spiral_adadelta_default'):.1f} %: there a rate is too low."
        ),
    ),
    Claim(
        id="adam-has-hyperparameters",
        chapter="optimizers",
        statement="Adam still has hyperparameters to set, although it is called adaptive.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "64-32-10 on the digits, 6 epochs of Adam at five rates. It holds if a rate of a tenth of the best one "
            "leaves "
            "more than twice the training loss."
        ),
        experiment=_settings,
        judge=_judge_settings,
        report=lambda n: (
            f"The best rate is {plain(median(n, 'rate'))} with a loss of {plain(median(n, 'best'))}; a tenth of it "
            f"leaves {plain(median(n, 'tenth'))}, and the usual 0.001 leaves {plain(median(n, 'default'))}."
        ),
    ),
)
