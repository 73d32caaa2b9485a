"""Claims on schedules: that a decay lets the weights settle and helps, which is best, and what is none."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.schedules.experiments import (
    EPOCHS,
    KINDS,
    PER_EPOCH,
    RATES,
    adam,
    best,
    effective_rates,
    history,
    race,
    sweep,
)
from coursekit.claims.summaries import mean_percent, median
from coursekit.optim import AdaGrad, Adam, RMSProp, constant, cosine_decay
from coursekit.words import plain

_NET = "64-32-10 with ReLU on 960 digits, plain SGD in batches of 16, 12 epochs, same start and batches"
_STARTS = ", ".join(f"{lr:g}" for lr in RATES)


def clearly_above_zero(gain: np.ndarray) -> bool:
    """Whether the mean is more than two standard errors above 0."""
    return bool(gain.mean() > 2 * gain.std(ddof=1) / len(gain) ** 0.5)


def _settles(seed: int) -> Mapping[str, float]:
    numbers: dict[str, float] = {}
    for name, rate in (("flat", partial(constant, lr0=0.5)), ("cosine", partial(cosine_decay, lr0=0.5, total=EPOCHS))):
        run = history(seed, rate, EPOCHS)
        numbers |= {
            f"{name}_moved": float(run.moved[-1]),
            f"{name}_loss": float(run.loss[-1]),
            f"{name}_whole": float(run.whole[-1] / run.whole[0]),
        }
    on = history(seed, partial(_cosine_then, more=0.03), 2 * EPOCHS)
    return numbers | {"on_loss": float(on.loss[-1])}


def _cosine_then(t: float, more: float) -> float:
    """The cosine to 0, and another 12 epochs at a small rate."""
    return cosine_decay(t, lr0=0.5, total=EPOCHS) if t < EPOCHS else more


def _judge_settles(n: Numbers) -> Verdict:
    """Settled: in the last epoch it moves less than a fifth as far, at every seed. In a minimum: the gradient over all
    digits is below a tenth of the first, and 12 more epochs at a small rate gain less than 2 %."""
    settled = bool(np.all(n["cosine_moved"] < 0.2 * n["flat_moved"]))
    minimum = median(n, "cosine_whole") < 0.1 and median(n, "on_loss") > 0.98 * median(n, "cosine_loss")
    return Verdict.NOT_HERE if not settled else Verdict.HOLDS if minimum else Verdict.LESS


def _annealing(seed: int) -> Mapping[str, float]:
    """Test errors: each schedule at the start and setting with the lowest validation error, and start by start."""
    numbers = {}
    for name, noise in (("wrong", 0.2), ("right", 0.0)):
        ends = race(seed, noise)
        for kind in KINDS:
            chosen = best(ends[kind])
            numbers[f"{name}_{kind}"] = float(ends[kind].test_error[chosen])
            numbers[f"{name}_{kind}_loss"] = float(ends[kind].loss[chosen])
        numbers[f"{name}_good_constant"] = float(np.sum(ends["constant"].test_error < 0.08))
        numbers[f"{name}_good_cosine"] = float(np.sum(ends["cosine"].test_error < 0.08))
        for i, lr in enumerate(RATES):
            for kind in ("constant", "cosine"):
                numbers[f"{name}_{kind}_{lr:g}"] = float(ends[kind].test_error[i])
    return numbers


_ANNEALED = ("step", "exponential", "inverse_time", "cosine")


def _annealed(n: Numbers, name: str) -> np.ndarray:
    """Mean over the four decays."""
    return np.asarray(np.mean([n[f"{name}_{kind}"] for kind in _ANNEALED], axis=0))


def _judge_annealing(n: Numbers) -> Verdict:
    """Holds if on both tasks the decays err clearly less, on average, than the best constant rate; less if on one."""
    gains = [clearly_above_zero(n[f"{name}_constant"] - _annealed(n, name)) for name in ("wrong", "right")]
    return Verdict.HOLDS if all(gains) else Verdict.LESS if any(gains) else Verdict.NOT_HERE


def _gain(n: Numbers, name: str) -> str:
    gain = 100 * (n[f"{name}_constant"] - _annealed(n, name))
    return f"{plain(float(gain.mean()), 2)} ± {gain.std(ddof=1) / len(gain) ** 0.5:.2f} points"


def _report_annealing(n: Numbers) -> str:
    return (
        f"Wrong labels: constant {mean_percent(n, 'wrong_constant')}, step {mean_percent(n, 'wrong_step')}, "
        f"exponential {mean_percent(n, 'wrong_exponential')}, 1/t {mean_percent(n, 'wrong_inverse_time')}, cosine "
        f"{mean_percent(n, 'wrong_cosine')}; all labels right: {mean_percent(n, 'right_constant')}, "
        f"{mean_percent(n, 'right_step')}, {mean_percent(n, 'right_exponential')}, "
        f"{mean_percent(n, 'right_inverse_time')} and {mean_percent(n, 'right_cosine')}. The decays gain "
        f"{_gain(n, 'wrong')} and {_gain(n, 'right')} over the best constant rate (mean and standard error): not "
        "clearly more than nothing. But more starts are good: with wrong labels "
        f"{np.mean(n['wrong_good_constant']):.1f} of the 5 constant rates have less than 8 % wrong, and "
        f"{np.mean(n['wrong_good_cosine']):.1f} of the 5 cosines."
    )


def _judge_step(n: Numbers) -> Verdict:
    """Holds if step decay errs clearly less than each of the two others, over the seeds, with wrong labels."""
    gains = [clearly_above_zero(n[f"wrong_{kind}"] - n["wrong_step"]) for kind in ("exponential", "inverse_time")]
    return Verdict.HOLDS if all(gains) else Verdict.NOT_HERE


def _report_step(n: Numbers) -> str:
    told = []
    for kind, said in (("exponential", "exponential decay"), ("inverse_time", "1/t decay")):
        gain = 100 * (n[f"wrong_{kind}"] - n["wrong_step"])
        error = gain.std(ddof=1) / len(gain) ** 0.5
        told.append(f"{plain(float(gain.mean()), 2)} ± {error:.2f} for {said}")
    return (
        f"Test error: step {mean_percent(n, 'wrong_step')}, exponential {mean_percent(n, 'wrong_exponential')}, 1/t "
        f"{mean_percent(n, 'wrong_inverse_time')}. In points more than with step decay that is {' and '.join(told)} "
        f"(means over {len(n['wrong_step'])} seeds, with their standard errors)."
    )


_EARLY, _LATE = 20, EPOCHS * PER_EPOCH


def _per_weight(seed: int) -> Mapping[str, float]:
    """The spread over the weights of the rate that each has in one step, and how the median changes from step 20 on."""
    numbers: dict[str, float] = {}
    for name, optimizer in (
        ("adagrad", AdaGrad(lr=0.03)),
        ("rmsprop", RMSProp(lr=0.003)),
        ("adam", Adam(lr=0.003, beta1=0.0)),
    ):
        rates = effective_rates(optimizer, seed, (_EARLY, _LATE), _LATE)
        low, high = np.percentile(rates[_LATE], (5, 95))
        numbers |= {
            f"{name}_spread": float(high / low),
            f"{name}_change": float(np.median(rates[_LATE]) / np.median(rates[_EARLY])),
        }
    tried = (0.001, 0.003, 0.01, 0.03)
    flat = sweep(seed, [partial(constant, lr0=lr) for lr in tried], optimizer=adam)
    cosine = sweep(seed, [partial(cosine_decay, lr0=lr, total=EPOCHS) for lr in tried], optimizer=adam)
    return numbers | {
        "adam_flat": float(flat.test_error[best(flat)]),
        "adam_cosine": float(cosine.test_error[best(cosine)]),
        "adam_flat_high": float(flat.test_error[-1]),
        "adam_cosine_high": float(cosine.test_error[-1]),
    }


def _judge_per_weight(n: Numbers) -> Verdict:
    """A schedule gives all weights one rate: a spread of 1. Wrong if all three spread it by 2 or more at each seed."""
    spreads = [bool(np.all(n[f"{name}_spread"] >= 2)) for name in ("adagrad", "rmsprop", "adam")]
    return Verdict.WRONG if all(spreads) else Verdict.HOLDS


CLAIMS = (
    Claim(
        id="decay-lets-weights-settle",
        chapter="schedules",
        statement="Decaying the learning rate lets the parameters settle into a local minimum.",
        source="COMS4995 tutorial",
        verdict=Verdict.LESS,
        setup=(
            f"{_NET}, a fifth of the labels wrong; from 0.5, constant and along a cosine to 0. Does it settle, and is "
            "it a minimum? That is asked by the gradient over all digits, and by 12 more epochs at 0.03. (To settle it "
            "had at first to end lower at every seed too; that was taken out after the run: the claim does not say it.)"
        ),
        experiment=_settles,
        judge=_judge_settles,
        report=lambda n: (
            f"In the last epoch the parameters move by {median(n, 'flat_moved'):.2f} at the constant rate and by "
            f"{median(n, 'cosine_moved'):.2f} under the cosine: they settle, at a loss of "
            f"{median(n, 'cosine_loss'):.2f} (constant: {median(n, 'flat_loss'):.2f}). The gradient over all digits "
            f"is down to {median(n, 'cosine_whole'):.2f} of the first. But 12 more epochs bring the loss to "
            f"{median(n, 'on_loss'):.2f}: it was the rate that came to an end, not the descent."
        ),
    ),
    Claim(
        id="annealing-helps",
        chapter="schedules",
        statement="Annealing the learning rate over time usually helps.",
        source="S. D. You, slides",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET}, with a fifth of the labels wrong and with all right, 10 seeds. Each schedule at the start, of "
            f"{_STARTS}, and the setting, of two, with the lowest validation error; test error."
        ),
        experiment=_annealing,
        judge=_judge_annealing,
        report=_report_annealing,
        seeds=range(10),
    ),
    Claim(
        id="step-decay-a-little-better",
        chapter="schedules",
        statement="Of step, exponential and 1/t decay, step decay is a little better.",
        source="S. D. You, slides",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"{_NET}, a fifth of the labels wrong, 10 seeds. Each at its best start and setting by the validation "
            "error: halved every 2 or 4 epochs; k = 0.17 or 0.35 an epoch, which halves as often; 1/t with k = 0.5 or "
            "2."
        ),
        experiment=_annealing,
        judge=_judge_step,
        report=_report_step,
        seeds=range(10),
    ),
    Claim(
        id="adaptive-methods-are-schedulers",
        chapter="schedules",
        statement="AdaGrad, RMSProp and Adam are learning-rate schedulers.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.WRONG,
        setup=(
            "The same net, labels and batches. A schedule gives all weights one rate. How far apart are they, "
            f"change over gradient, in step {_LATE}, 95th percentile over 5th (Adam without its first moment)? And "
            "does Adam, each at its best of four rates, have a use for a schedule?"
        ),
        experiment=_per_weight,
        judge=_judge_per_weight,
        report=lambda n: (
            f"The rates of single weights differ by factors of {median(n, 'adagrad_spread'):.0f} (AdaGrad), "
            f"{median(n, 'rmsprop_spread'):.0f} (RMSProp) and {median(n, 'adam_spread'):.0f} (Adam). The median goes "
            f"to {median(n, 'adagrad_change'):.2f} of what it was in step {_EARLY} with AdaGrad, to "
            f"{median(n, 'rmsprop_change'):.2f} with RMSProp and {median(n, 'adam_change'):.2f} with Adam. A schedule "
            f"on top of Adam: {mean_percent(n, 'adam_flat')} wrong at its best constant rate, "
            f"{mean_percent(n, 'adam_cosine')} with a cosine; from 0.03, {mean_percent(n, 'adam_flat_high')} and "
            f"{mean_percent(n, 'adam_cosine_high')}."
        ),
    ),
)
