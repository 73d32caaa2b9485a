"""The claims of the lecture notes on gradient descent, mini-batches and shuffling."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.loop.experiments import (
    after,
    best_rate,
    classify,
    examples_to,
    excess,
    first_loss,
    gradient_noise,
    steepest,
)
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.words import plain

__all__ = ["CLAIMS"]

_SIZES = (8, 32, 512)
_NET = "the digits, a net of 64-32-10 with ReLU, the same start and the same data for all"


def _ratio(n: Numbers, above: str, below: str) -> float:
    """Median over the seeds of a ratio."""
    return float(np.median(n[above] / n[below]))


def _judge_steepest(n: Numbers) -> Verdict:
    return Verdict.HOLDS if bool(np.all(n["short"] > n["short_other"])) else Verdict.NOT_HERE


def _judge_noise(n: Numbers) -> Verdict:
    return Verdict.HOLDS if median(n, "bias") < 2 and abs(median(n, "slope") + 0.5) < 0.05 else Verdict.NOT_HERE


def _examples(seed: int) -> Mapping[str, float]:
    return {
        f"{name}{n}": examples_to(0.2, seed, batch_size=size, n=n)
        for name, size in (("all", None), ("sgd", 32))
        for n in (359, 1437)
    }


def _judge_examples(n: Numbers) -> Verdict:
    ratio = _ratio(n, "all1437", "sgd1437")
    grows = ratio > 1.3 * _ratio(n, "all359", "sgd359")
    return Verdict.HOLDS if ratio > 5 and grows else Verdict.LESS if ratio > 1.5 else Verdict.NOT_HERE


def _replacement(seed: int) -> Mapping[str, float]:
    numbers = {"line_without": excess(seed, replace=False), "line_with": excess(seed, replace=True)}
    for name, how in (("without", "fresh"), ("with", "replacement")):
        numbers[f"loss_{name}"], numbers[f"error_{name}"] = after(seed, how)
    return numbers


def _judge_replacement(n: Numbers) -> Verdict:
    line, digits = _ratio(n, "line_with", "line_without") > 1.5, _ratio(n, "loss_with", "loss_without") > 1.15
    return Verdict.HOLDS if line and digits else Verdict.LESS if line or digits else Verdict.NOT_HERE


def _shuffle(seed: int) -> Mapping[str, float]:
    numbers = {}
    for how in ("fresh", "once", "sorted"):
        numbers[f"{how}_loss"], numbers[f"{how}_error"] = after(seed, how)
        numbers[f"{how}_first"] = after(seed, how, epochs=1)[1]
    return numbers


def _judge_shuffle(n: Numbers) -> Verdict:
    each_epoch, at_all = _ratio(n, "once_loss", "fresh_loss") > 1.1, _ratio(n, "sorted_loss", "fresh_loss") > 1.1
    return Verdict.HOLDS if each_epoch and at_all else Verdict.LESS if at_all else Verdict.NOT_HERE


def _rates(seed: int) -> Mapping[str, float]:
    return {f"mean{size}": best_rate(seed, size) for size in _SIZES}


def _judge_rates(n: Numbers) -> Verdict:
    """By how much the best rate moves while the batch grows by 64: up to 2 is the grid, 8 is the root of 64."""
    moved = max(median(n, f"mean{size}") for size in _SIZES) / min(median(n, f"mean{size}") for size in _SIZES)
    return Verdict.HOLDS if moved <= 2 else Verdict.NOT_HERE


def _first(seed: int) -> Mapping[str, float]:
    numbers = {}
    for classes in (2, 5, 10):
        numbers[f"small{classes}"] = first_loss(seed, classes, std=0.01) / np.log(classes)
        numbers[f"usual{classes}"] = first_loss(seed, classes, std=None) / np.log(classes)
    return numbers


def _judge_first(n: Numbers) -> Verdict:
    def near(start: str) -> bool:
        return all(bool(np.all(np.abs(n[f"{start}{classes}"] - 1) < 0.03)) for classes in (2, 5, 10))

    return Verdict.NOT_HERE if not near("small") else Verdict.HOLDS if near("usual") else Verdict.LESS


def _convergence(seed: int) -> Mapping[str, float]:
    numbers = {}
    for epochs in (50, 100, 200):
        numbers[f"loss{epochs}"], numbers[f"error{epochs}"] = after(seed, "fresh", epochs=epochs)
    return numbers


def _losses(seed: int) -> Mapping[str, float]:
    numbers = {}
    for scale in (1, 3):
        for name, loss in (("entropy", "cross-entropy"), ("squares", "squared error")):
            numbers[f"{name}{scale}"], numbers[f"{name}{scale}_test"] = classify(seed, loss, scale=scale)
    return numbers


def _judge_losses(n: Numbers) -> Verdict:
    """Worse nowhere by more than 5 of the 1,437 examples, and clearly better from one start: then it is deserved."""
    worse = any(median(n, f"entropy{scale}") > median(n, f"squares{scale}") + 5 / 1437 for scale in (1, 3))
    if worse:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if median(n, "squares3") > 2 * median(n, "entropy3") + 5 / 1437 else Verdict.LESS


#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="cross-entropy-default",
        chapter="loop",
        statement="Cross-entropy is the default loss for training a classifier.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "Is the default deserved? Against half the squared distance of the probabilities from the wanted ones: "
            f"{_NET}, 5 epochs in batches of 32, each loss at the best of five rates; from the usual start, and "
            "from one whose weights are three times as large, so that it is sure of wrong answers."
        ),
        experiment=_losses,
        judge=_judge_losses,
        report=lambda n: (
            f"From the usual start {100 * median(n, 'entropy1'):.1f} % of the training digits are wrong with "
            f"cross-entropy, {100 * median(n, 'squares1'):.1f} % with the squared error (test: "
            f"{100 * median(n, 'entropy1_test'):.1f} and {100 * median(n, 'squares1_test'):.1f} %): little between "
            f"them. From the large weights it is {100 * median(n, 'entropy3'):.1f} % and "
            f"{100 * median(n, 'squares3'):.1f} % (test: {100 * median(n, 'entropy3_test'):.1f} and "
            f"{100 * median(n, 'squares3_test'):.1f} %)."
        ),
    ),
    Claim(
        id="steepest-descent",
        chapter="loop",
        statement="From the current point, the negative gradient is the direction in which the loss decreases fastest.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=(
            "64-32-10 on the digits after 20 steps of gradient descent. The fall of the loss for steps of one length: "
            "along the negative gradient, along 20 directions 0.3 rad off it, along its signs, and straight to where "
            "150 further steps arrive. A long step is the distance to that point, a short one 1/1000 of it; "
            "the verdict is on the short one."
        ),
        experiment=steepest,
        judge=_judge_steepest,
        report=lambda n: (
            f"A short step along the negative gradient lowers the loss by {1000 * median(n, 'short'):.2f} "
            f"thousandths, the best of the others by {1000 * median(n, 'short_other'):.2f}. It is a statement on "
            f"short steps only: a long one lowers it by {median(n, 'long'):.2f} along the negative gradient and by "
            f"{median(n, 'long_other'):.2f} in the best of the other directions."
        ),
    ),
    Claim(
        id="minibatch-noisy-gradient",
        chapter="loop",
        statement="The gradient of a mini-batch is a noisy approximation of the gradient of the whole data set.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup="The start of 64-32-10 on the digits; 400 random batches of 1, 4, 16 and 64 against all 1,437 examples.",
        experiment=gradient_noise,
        judge=_judge_noise,
        report=lambda n: (
            f"The distance from the whole gradient, in lengths of it, is {median(n, 'spread1'):.1f} with one example, "
            f"{median(n, 'spread4'):.1f} with 4, {median(n, 'spread16'):.1f} with 16 and {median(n, 'spread64'):.2f} "
            f"with 64: it goes with the batch size to the power {plain(median(n, 'slope'), 2)}. The mean of the "
            f"batches is off by what chance gives (squared, {median(n, 'bias'):.1f} times that). One example's "
            "gradient is mostly noise."
        ),
    ),
    Claim(
        id="sgd-large-data",
        chapter="loop",
        statement="Stochastic gradient descent needs little data per update, which makes it good for large data sets.",
        source="COMS4995 tutorial",
        verdict=Verdict.HOLDS,
        setup=(
            "Examples looked at until the training loss is below 0.2: gradient descent on all examples and SGD with "
            "batches of 32, each at the best of five rates; all 1,437 digits, and 359 of them, "
            "where SGD should gain less."
        ),
        experiment=_examples,
        judge=_judge_examples,
        report=lambda n: (
            f"Gradient descent looks at {median(n, 'all1437'):,.0f} examples, SGD at {median(n, 'sgd1437'):,.0f}. "
            f"From 359 to 1,437 examples the first number grows by a factor of {_ratio(n, 'all1437', 'all359'):.1f}, "
            f"the second by {_ratio(n, 'sgd1437', 'sgd359'):.1f}."
        ),
    ),
    Claim(
        id="without-replacement",
        chapter="loop",
        statement="Mini-batches are better drawn without replacement, so that each pass visits each example.",
        source="COMS4995 tutorial",
        verdict=Verdict.LESS,
        setup=(
            f"SGD at one constant rate on two tasks: 10 epochs in batches of 32 ({_NET}); and a linear unit on 200 "
            "examples, one at a time, 40 epochs. From a factor of 1.15 on in the loss it counts on the first, from 1.5 "
            "in the distance from the minimum on the second."
        ),
        experiment=_replacement,
        judge=_judge_replacement,
        report=lambda n: (
            f"The linear unit stays {_ratio(n, 'line_with', 'line_without'):.1f} times as far above its minimum with "
            f"replacement. On the digits the training loss is {_ratio(n, 'loss_with', 'loss_without'):.2f} times as "
            f"large, and the test error {100 * median(n, 'error_with'):.1f} % against "
            f"{100 * median(n, 'error_without'):.1f} % without."
        ),
    ),
    Claim(
        id="shuffle-each-epoch",
        chapter="loop",
        statement="The order of the training data should be shuffled anew for each epoch.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            f"SGD in batches of 32 at 0.1, 10 epochs; {_NET}. A new order each epoch, one random order for all epochs, "
            "and the examples sorted by class. From a factor of 1.1 on in the training loss it counts."
        ),
        experiment=_shuffle,
        judge=_judge_shuffle,
        report=lambda n: (
            f"Sorted by class, the training loss ends {_ratio(n, 'sorted_loss', 'fresh_loss'):.2f} times as large as "
            f"with a new order each epoch; after the first epoch {100 * median(n, 'sorted_first'):.0f} % of the test "
            f"digits are wrong against {100 * median(n, 'fresh_first'):.0f} %. One random order for all epochs gives "
            f"{_ratio(n, 'once_loss', 'fresh_loss'):.2f} times the loss: "
            "here to shuffle matters, to shuffle again does not."
        ),
    ),
    Claim(
        id="mean-loss-fixed-rate",
        chapter="loop",
        statement="Dividing the loss by the size of the mini-batch makes the learning rate invariant to that size.",
        source="COMS4995 tutorial",
        verdict=Verdict.NOT_HERE,
        setup=(
            f"The rate with the lowest training loss after 8 epochs of SGD, of eight from 0.04 to 5.12; {_NET}. A sum "
            "in place of the mean gives the same updates at the rate divided by the batch size."
        ),
        experiment=_rates,
        judge=_judge_rates,
        report=lambda n: (
            "The best rate for batches of "
            + ", ".join(f"{size} is {median(n, f'mean{size}'):.3g}" for size in _SIZES)
            + "; with the sum it would be "
            + ", ".join(f"{median(n, f'mean{size}') / size:.3g}" for size in _SIZES)
            + ". The mean makes the expected gradient invariant. The best rate still grows with the batch."
        ),
    ),
    Claim(
        id="until-convergence",
        chapter="loop",
        statement="Gradient descent, on all data or on mini-batches, is repeated until convergence.",
        source="COMS4995 tutorial",
        verdict=Verdict.NOT_HERE,
        setup=(
            "SGD in batches of 32 at 0.1 for 50, 100 and 200 epochs, 64-32-10 on the digits. If the training loss "
            "falls by less than a tenth from 100 epochs to 200, it has converged."
        ),
        experiment=_convergence,
        judge=lambda n: Verdict.HOLDS if _ratio(n, "loss200", "loss100") > 0.9 else Verdict.NOT_HERE,
        report=lambda n: (
            f"The training loss after 50, 100 and 200 epochs is {1000 * median(n, 'loss50'):.1f}, "
            f"{1000 * median(n, 'loss100'):.1f} and {1000 * median(n, 'loss200'):.1f} thousandths: it is still "
            f"falling. The test error is {100 * median(n, 'error50'):.1f}, {100 * median(n, 'error100'):.1f} and "
            f"{100 * median(n, 'error200'):.1f} %."
        ),
    ),
    Claim(
        id="first-loss-log-classes",
        chapter="loop",
        statement="The cross-entropy loss of a classifier of C classes is ln C at the start.",
        source="CS231n",
        verdict=Verdict.LESS,
        setup=(
            "64-32-C on the digits below C, for C = 2, 5, 10, before any step; weights of std 0.01, and He's and "
            "Xavier's."
        ),
        experiment=_first,
        judge=_judge_first,
        report=lambda n: (
            f"With weights of std 0.01 the loss is {median(n, 'small2'):.3f}, {median(n, 'small5'):.3f} and "
            f"{median(n, 'small10'):.3f} times ln C for 2, 5 and 10 classes. With the usual weights, whose scores are "
            f"not near 0, it is {median(n, 'usual2'):.2f}, {median(n, 'usual5'):.2f} and {median(n, 'usual10'):.2f} "
            "times ln C."
        ),
    ),
)
