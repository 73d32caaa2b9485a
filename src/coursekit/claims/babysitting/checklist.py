"""The claims on the checks before and at the start of a run."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.babysitting.experiments import Outcome, fit, net, part
from coursekit.claims.digits_task import Labels, Values, split_digits
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.data import digits
from coursekit.nn import SoftmaxCrossEntropy, l2_penalty, softmax
from coursekit.optim import SGD, FromRule, sgd
from coursekit.words import plain

LN_C = float(np.log(10.0))
#: From 1e-6 to 1e3, two in a decade.
RATES = tuple(float(lr) for lr in 10.0 ** np.arange(-6.0, 3.1, 0.5))


# -- regularization raises the loss ------------------------------------------------------------------------------


def _raises(seed: int) -> Mapping[str, float]:
    data = part(seed)
    numbers = {}
    for name, lam in (("0", 0.0), ("4", 1e-4), ("2", 1e-2), ("1", 1e-1)):
        model = net(seed, units=32)
        weights = [layer.params["w"] for layer in model.layers if "w" in layer.params]
        numbers[f"added{name}"] = sum(l2_penalty(w, lam)[0] for w in weights)
        result = fit(
            model, data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=0.1), epochs=20, lam=lam, seed=seed
        )
        numbers[f"first{name}"] = result.first + numbers[f"added{name}"]
        numbers[f"end{name}"] = result.train
    return numbers


def _judge_raises(n: Numbers) -> Verdict:
    first = all(bool(np.all(n[f"first{name}"] > n["first0"])) for name in "421")
    end = bool(np.all(n["end1"] > n["end2"]) and np.all(n["end2"] > n["end0"]))
    return Verdict.HOLDS if first and end else Verdict.NOT_HERE


# -- a few examples ----------------------------------------------------------------------------------------------


def uphill(w: Values, dw: Values, lr: float) -> Values:
    """The fault of a wrong sign."""
    return sgd(w, -dw, lr)


def tiny(seed: int, fault: str) -> Outcome:
    """300 steps on 20 digits, all in each, with one of the faults "none", "sign", "zero", "raw", "rate", "small",
    "labels" (those of other digits)."""
    data = split_digits(seed)
    x, y = data.x_train[:20], data.y_train[:20]
    if fault == "raw":
        raw, labels = digits()
        rows = np.random.default_rng(seed).permutation(len(raw))[:20]
        x, y = raw.reshape(len(raw), -1)[rows] * (255.0 / raw.max()), labels[rows]
    if fault == "labels":
        y = np.roll(y, 1)
    model = net(seed, units=1 if fault == "small" else 32, scale=0.0 if fault == "zero" else 1.0)
    lr = 1e-4 if fault == "rate" else 0.1
    optimizer = FromRule(uphill, lr=lr) if fault == "sign" else SGD(lr=lr)
    return fit(model, x, y, x, y, optimizer=optimizer, epochs=300, batch_size=20, seed=seed)


FOUND = ("sign", "zero", "raw", "rate", "small")


def _tiny(seed: int) -> Mapping[str, float]:
    numbers = {}
    for fault in ("none", *FOUND, "labels"):
        result = tiny(seed, fault)
        numbers[fault] = min(result.train, 1e9)
        numbers[f"{fault}_right"] = result.right
    return numbers


# -- barely changing -----------------------------------------------------------------------------------------------


def barely(seed: int, cause: str, lr: float, epochs: int = 3) -> Outcome:
    """Some epochs on 300 digits; `cause` is "rate" (nothing but the rate), "zero" (all weights 0), "labels" (those of
    other digits) or "penalty" (L2 of strength 3)."""
    data = part(seed)
    y = np.roll(data.y, 1) if cause == "labels" else data.y
    model = net(seed, scale=0.0 if cause == "zero" else 1.0)
    lam = 3.0 if cause == "penalty" else 0.0
    return fit(model, data.x, y, data.x_val, data.y_val, optimizer=SGD(lr=lr), epochs=epochs, lam=lam, seed=seed)


_CAUSES = {"rate": 1e-4, "zero": 1e-2, "labels": 1e-2, "penalty": 1e-2}


def _barely(seed: int) -> Mapping[str, float]:
    """The change of the loss, in shares of the first, and the lowest loss on new digits at any of the higher rates."""
    numbers = {}
    for cause, lr in _CAUSES.items():
        result = barely(seed, cause, lr)
        numbers[f"{cause}_change"] = abs(result.train / result.first - 1.0)
        numbers[f"{cause}_raised"] = min(barely(seed, cause, factor * lr, epochs=10).val for factor in (10, 100, 1000))
    return numbers


def _judge_barely(n: Numbers) -> Verdict:
    """Barely is a change of less than 5 %; healed is a loss on new digits below 1."""
    if any(median(n, f"{cause}_change") > 0.05 for cause in _CAUSES) or median(n, "rate_raised") > 1.0:
        return Verdict.NOT_HERE
    others = [median(n, f"{cause}_raised") < 1.0 for cause in _CAUSES if cause != "rate"]
    return Verdict.HOLDS if all(others) else Verdict.WRONG


# -- NaN --------------------------------------------------------------------------------------------------------------


def naive_cross_entropy(scores: Values, y: Labels) -> tuple[float, Values]:
    """The fault of a loss that takes the logarithm of a probability that has been rounded to 0."""
    p = softmax(scores)
    dscores = p.copy()
    dscores[np.arange(len(y)), y] -= 1.0
    return float(-np.mean(np.log(p[np.arange(len(y)), y]))), dscores / len(y)


def _nan(seed: int) -> Mapping[str, float]:
    data = part(seed)
    x, x_val = data.x.astype(np.float32), data.x_val.astype(np.float32)

    def ends(lr: float, scale: float, naive: bool) -> Outcome:
        loss = naive_cross_entropy if naive else SoftmaxCrossEntropy()
        model = net(seed, scale=scale, dtype=np.float32)
        return fit(model, x, data.y, x_val, data.y_val, optimizer=SGD(lr=lr), epochs=8, loss=loss, seed=seed)

    runs = {lr: ends(lr, 1.0, naive=False) for lr in RATES if lr > 0.05}
    bad = [r for r in runs.values() if r.gone or r.train > 0.9 * r.first]
    return {
        "bad": float(len(bad)),
        "nan": float(sum(r.gone for r in bad)),
        "lowest_nan": min((lr for lr, r in runs.items() if r.gone), default=np.nan),
        "other": float(sum(ends(lr, 30.0, naive=True).gone for lr in (1e-2, 1e-4, 1e-6))),
        "stable": float(sum(ends(lr, 30.0, naive=False).gone for lr in (1e-2, 1e-4, 1e-6))),
    }


def _judge_nan(n: Numbers) -> Verdict:
    if median(n, "nan") == 0:
        return Verdict.NOT_HERE
    return Verdict.WRONG if bool(np.all(n["other"] == 3)) else Verdict.HOLDS


# -- the range of the rate --------------------------------------------------------------------------------------------


def _range(seed: int) -> Mapping[str, float]:
    data = part(seed)

    def run(lr: float, epochs: int) -> Outcome:
        return fit(
            net(seed), data.x, data.y, data.x_val, data.y_val, optimizer=SGD(lr=lr), epochs=epochs, lam=1e-4, seed=seed
        )

    short = {lr: run(lr, 1) for lr in RATES}
    changes = [lr for lr, r in short.items() if r.train < 0.98 * r.first]
    survives = [lr for lr, r in short.items() if not r.gone and r.train < r.first]
    long = {lr: run(lr, 20).val for lr in RATES if 1e-4 < lr < 30}
    return {"low": min(changes), "high": max(survives), "best": min(long, key=lambda lr: long[lr])}


CLAIMS = (
    Claim(
        id="regularization-raises-the-loss",
        chapter="babysitting",
        statement="With regularization added, the loss goes up.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup="64-32-10 with ReLU on 300 digits, L2 of strength 0.0001, 0.01 and 0.1: the loss with the penalty before "
        "the first step, and the training loss without it after 20 epochs at rate 0.1.",
        experiment=_raises,
        judge=_judge_raises,
        report=lambda n: (
            f"The first loss is {median(n, 'first0'):.2f} without and {median(n, 'first4'):.3f}, "
            f"{median(n, 'first2'):.2f} and {median(n, 'first1'):.2f} with the three strengths, so the penalty is "
            f"switched on. After training the loss on the training digits is {median(n, 'end0'):.3f} without, "
            f"{median(n, 'end2'):.3f} at 0.01 and {median(n, 'end1'):.2f} at 0.1."
        ),
    ),
    Claim(
        id="overfit-a-few-examples",
        chapter="babysitting",
        statement="A net that is in order can be trained to zero loss on a few examples.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup="20 digits, all in each of 300 steps, 64-32-10, rate 0.1, no regularization; it holds if the loss falls "
        "below 0.01 with every answer right, at all seeds. Then the same with one fault each.",
        experiment=_tiny,
        judge=lambda n: (
            Verdict.HOLDS if bool(np.all(n["none"] < 0.01) and np.all(n["none_right"] == 1.0)) else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"The loss falls to {median(n, 'none'):.4f}. It does not with a wrong sign, weights that are all 0 "
            f"({median(n, 'zero'):.2f}), pixels from 0 to 255 ({median(n, 'raw'):.2f}), a rate 1000 times too low "
            f"({median(n, 'rate'):.2f}) or one hidden unit ({median(n, 'small'):.2f}): the check finds these. Labels "
            f"of other digits it does not find ({median(n, 'labels'):.4f}): they are learned by heart."
        ),
    ),
    Claim(
        id="barely-changing-means-rate-too-small",
        chapter="babysitting",
        statement="If the loss is barely changing, the learning rate is too small.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.WRONG,
        setup="64-16-10 on 300 digits, three epochs, four reasons for a loss that changes by less than 5 %: a rate of "
        "0.0001; all weights 0; labels of other digits; L2 of strength 3. For each the rate is raised 10, 100 and 1000 "
        "times, for ten epochs; healed is a loss on new digits below 1.",
        experiment=_barely,
        judge=_judge_barely,
        report=lambda n: (
            f"It is one reason of several. The loss changes by {100 * median(n, 'rate_change'):.1f}, "
            f"{100 * median(n, 'zero_change'):.1f}, {100 * median(n, 'labels_change'):.1f} and "
            f"{100 * median(n, 'penalty_change'):.1f} %. At the best of the higher rates the loss on new digits is "
            f"{median(n, 'rate_raised'):.2f} where the rate was the reason; with weights of 0 it is "
            f"{median(n, 'zero_raised'):.2f}, with wrong labels {median(n, 'labels_raised'):.2f}, with the penalty "
            f"{median(n, 'penalty_raised'):.2f}, where a guess has {LN_C:.2f}."
        ),
    ),
    Claim(
        id="nan-means-rate-too-high",
        chapter="babysitting",
        statement="A loss of NaN means that the net has exploded because the learning rate is too high.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.WRONG,
        setup="64-16-10 in float32 on 300 digits, 8 epochs, rates from 0.1 to 1000, two in a decade; and first weights "
        "30 times too large under a loss that takes the logarithm of a probability rounded to 0, at rates of 0.01, "
        "0.0001 and 0.000001.",
        experiment=_nan,
        judge=_judge_nan,
        report=lambda n: (
            f"A rate of {median(n, 'lowest_nan'):.2g} or more gives NaN; of {median(n, 'bad'):.0f} rates at which "
            f"nothing is learned {median(n, 'nan'):.0f} do, the others end at a loss that is finite and no better "
            f"than at the start. But the logarithm of 0 gives a loss that is not finite at {median(n, 'other'):.0f} "
            "of 3 low rates, before the first step; computed from the scores, as the engine does, it happens at "
            f"{median(n, 'stable'):.0f} of 3."
        ),
    ),
    Claim(
        id="rate-range-from-its-ends",
        chapter="babysitting",
        statement=(
            "The range to search for the learning rate goes from the smallest that changes the loss to the largest "
            "that does not make it explode."
        ),
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup="64-16-10 on 300 digits; one epoch at each of the rates from 0.000001 to 1000, two in a decade: the "
        "smallest that lowers the training loss by 2 %, the largest that lowers it at all. It holds if the rate with "
        "the lowest loss on new digits after 20 epochs lies between, at all seeds.",
        experiment=_range,
        judge=lambda n: (
            Verdict.HOLDS
            if bool(np.all(n["low"] <= n["best"]) and np.all(n["best"] <= n["high"]))
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"From {plain(median(n, 'low'), 4)} to {plain(median(n, 'high'), 2)}, that is "
            f"{np.log10(median(n, 'high') / median(n, 'low')):.1f} decades after one epoch; the best after 20 is "
            f"{plain(median(n, 'best'), 2)}, at no seed over {(n['high'] / n['best']).max():.1f} times below the upper "
            "end."
        ),
    ),
)
