"""Claims on how fast a net learns, what an activation costs and which one to take."""

from collections.abc import Callable, Mapping

import numpy as np

from coursekit.claims.activations.costs import BATCH, WIDTH, costs
from coursekit.claims.activations.experiments import best_error, best_steps
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median

#: How many times faster the notes say a rectifier is; within this much of it counts as agreement.
_SIX, _SLACK = 6.0, 1.0


def _steps(seed: int) -> Mapping[str, float]:
    """Steps to 2 % training error, by hidden layers and activation."""
    units = ("sigmoid", "tanh", "relu", "leaky_relu")
    return {f"{unit}{hidden}": best_steps(unit, seed, hidden=hidden) for hidden in (1, 2, 4) for unit in units}


def _ratio(n: Numbers, slow: str, fast: str, hidden: int) -> float:
    """Median over the seeds of the ratio of steps."""
    return float(np.median(n[f"{slow}{hidden}"] / n[f"{fast}{hidden}"]))


def _six(slow: str, fast: str) -> Callable[[Numbers], Verdict]:
    def judge(n: Numbers) -> Verdict:
        ratios = [_ratio(n, slow, fast, hidden) for hidden in (1, 2, 4)]
        if min(ratios) >= _SIX - _SLACK:
            return Verdict.HOLDS
        return Verdict.LESS if max(ratios) > 1.5 else Verdict.NOT_HERE

    return judge


def _all_ratios(n: Numbers, slow: str, fast: str) -> str:
    one, two, four = (f"{_ratio(n, slow, fast, hidden):.1f}" for hidden in (1, 2, 4))
    return f"{one} with one hidden layer, {two} with two, {four} with four"


def _leaky(n: Numbers) -> Verdict:
    against_both = {_six("sigmoid", "leaky_relu")(n), _six("tanh", "leaky_relu")(n)}
    if against_both == {Verdict.HOLDS}:
        return Verdict.HOLDS
    return Verdict.NOT_HERE if against_both == {Verdict.NOT_HERE} else Verdict.LESS


def _errors(seed: int) -> Mapping[str, float]:
    return {
        f"{unit}{hidden}": best_error(unit, seed, hidden=hidden)
        for unit in ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout")
        for hidden in (1, 4)
    }


def _judge_sigmoid(n: Numbers) -> Verdict:
    worse = [median(n, f"sigmoid{hidden}") - median(n, f"relu{hidden}") > 0.03 for hidden in (1, 4)]
    return Verdict.HOLDS if all(worse) else Verdict.LESS if any(worse) else Verdict.NOT_HERE


def _judge_exponential(n: Numbers) -> Verdict:
    """By the count: each of the three with an exponential is dear beside both without, and little beside the layer."""
    dear = [median(n, f"count_{name}") for name in ("sigmoid", "tanh", "elu")]
    cheap = max(median(n, f"count_{name}") for name in ("relu", "leaky_relu"))
    if min(dear) < 3.0 * cheap:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if max(dear) < 0.1 * median(n, "count_linear") else Verdict.WRONG


def _report_exponential(n: Numbers) -> str:
    units = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "tanh": "tanh", "sigmoid": "sigmoid", "elu": "ELU"}
    counted = ", ".join(f"{label} {median(n, f'count_{unit}'):.0f}" for unit, label in units.items())
    timed = ", ".join(f"{label} {median(n, f'time_{unit}'):.1f}" for unit, label in units.items() if unit != "relu")
    whole, dear = median(n, "count_linear"), max(median(n, f"count_{unit}") for unit in units)
    return (
        f"Operations for each number: {counted}; in the linear layer of {WIDTH} × {WIDTH} weights before it "
        f"{whole:.0f}, to which the dearest adds {100 * dear / whole:.0f} %. Not judged, the clock of the machine that "
        f"built this page, in units of ReLU's time: {timed}, the linear layer {median(n, 'time_linear'):.1f}."
    )


def _gain(n: Numbers, unit: str) -> float:
    """How much lower the error is than with ReLU, in the better of the two nets."""
    return max(median(n, f"relu{hidden}") - median(n, f"{unit}{hidden}") for hidden in (1, 4))


_STEPS_SETUP = (
    "The digits, hidden layers of 64 units, SGD with batches of 32, each activation at the best of four learning "
    "rates and with the "
    "weights made for it; steps until 2 % training error."
)

_ERRORS_SETUP = (
    "Test error on the digits after 10 epochs of SGD at the best of three rates, with one and with four hidden layers "
    "of 64 units"
)

CLAIMS = (
    Claim(
        id="relu-six-times-tanh",
        chapter="activations",
        statement="A ReLU net converges six times faster than a tanh net.",
        source=(
            "Chadha 2020; Krizhevsky et al. 2012, fig. 1 (a four-layer convolutional net on CIFAR-10, to 25 % training "
            "error; “varies with network architecture”)"
        ),
        verdict=Verdict.NOT_HERE,
        setup=_STEPS_SETUP,
        experiment=_steps,
        judge=_six("tanh", "relu"),
        report=lambda n: f"Steps of tanh over steps of ReLU: {_all_ratios(n, 'tanh', 'relu')}.",
    ),
    Claim(
        id="relu-six-times-sigmoid",
        chapter="activations",
        statement="A ReLU net converges six times faster than a sigmoid net.",
        source="Chadha 2020; the source that it goes back to measured tanh only",
        verdict=Verdict.LESS,
        setup=_STEPS_SETUP,
        experiment=_steps,
        judge=_six("sigmoid", "relu"),
        report=lambda n: (
            f"Steps of the sigmoid over steps of ReLU: {_all_ratios(n, 'sigmoid', 'relu')}. There is no one factor: "
            "it grows with depth."
        ),
    ),
    Claim(
        id="leaky-six-times",
        chapter="activations",
        statement="A leaky ReLU net converges six times faster than sigmoid and tanh nets.",
        source="Chadha 2020",
        verdict=Verdict.LESS,
        setup=_STEPS_SETUP,
        experiment=_steps,
        judge=_leaky,
        report=lambda n: (
            f"Sigmoid over leaky ReLU: {_all_ratios(n, 'sigmoid', 'leaky_relu')}. tanh over leaky ReLU: "
            f"{_all_ratios(n, 'tanh', 'leaky_relu')}."
        ),
    ),
    Claim(
        id="exp-is-expensive",
        chapter="activations",
        statement=(
            "The exponential in sigmoid, tanh and ELU is a bit expensive to compute; ReLU and leaky ReLU are cheap."
        ),
        source="Chadha 2020; CS231n",
        verdict=Verdict.HOLDS,
        setup=(
            "Judged by the operations for each number that this book's layers make, forward and backward, the same on "
            "every machine; an exponential counts as the polynomial that gives it to the last of 64 bits. Dear is from "
            "three times the dearer of ReLU and leaky ReLU on, “a bit” below a tenth of the linear layer before it. "
            f"The times, medians of 41 interleaved runs on {BATCH} × {WIDTH} numbers, are not judged: they depend on "
            "the processor, on NumPy's build and on how a function is written."
        ),
        experiment=costs,
        judge=_judge_exponential,
        report=_report_exponential,
        seeds=range(3),
    ),
    Claim(
        id="no-sigmoid",
        chapter="activations",
        statement="Don't use the sigmoid; ReLU is preferred.",
        source="Chadha 2020; S. D. You, slides; unsigned notes; CS231n",
        verdict=Verdict.LESS,
        setup=f"{_ERRORS_SETUP}, sigmoid and ReLU.",
        experiment=_errors,
        judge=_judge_sigmoid,
        report=lambda n: (
            f"Four hidden layers: sigmoid {100 * median(n, 'sigmoid4'):.0f} %, ReLU {100 * median(n, 'relu4'):.1f} % "
            f"wrong. One hidden layer: {100 * median(n, 'sigmoid1'):.1f} % and {100 * median(n, 'relu1'):.1f} %. It "
            "is depth that the sigmoid cannot do."
        ),
    ),
    Claim(
        id="tanh-expect-little",
        chapter="activations",
        statement="Try tanh, but don't expect much.",
        source="Chadha 2020; CS231n",
        verdict=Verdict.NOT_HERE,
        setup=f"{_ERRORS_SETUP}, tanh and ReLU.",
        experiment=_errors,
        judge=lambda n: (
            Verdict.HOLDS
            if max(median(n, "tanh1") - median(n, "relu1"), median(n, "tanh4") - median(n, "relu4")) > 0.02
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Wrong with tanh {100 * median(n, 'tanh1'):.1f} % (one hidden layer) and {100 * median(n, 'tanh4'):.1f} "
            f"% (four), with ReLU {100 * median(n, 'relu1'):.1f} % and {100 * median(n, 'relu4'):.1f} %. On a task of "
            "this size tanh is as good."
        ),
    ),
    Claim(
        id="try-the-others",
        chapter="activations",
        statement="It is worth trying leaky ReLU, maxout and ELU in place of ReLU.",
        source="Chadha 2020; S. D. You, slides (leaky ReLU); CS231n",
        verdict=Verdict.NOT_HERE,
        setup=f"{_ERRORS_SETUP}; leaky ReLU with 0.01, ELU with α = 1. From 2 points on it counts as a gain.",
        experiment=_errors,
        judge=lambda n: (
            Verdict.HOLDS
            if max(_gain(n, unit) for unit in ("leaky_relu", "elu", "maxout")) > 0.02
            else Verdict.NOT_HERE
        ),
        report=lambda n: (
            "Wrong with one and with four hidden layers: "
            + "; ".join(
                f"{label} {100 * median(n, f'{unit}1'):.1f} and {100 * median(n, f'{unit}4'):.1f} %"
                for unit, label in (
                    ("relu", "ReLU"),
                    ("leaky_relu", "leaky ReLU"),
                    ("elu", "ELU"),
                    ("maxout", "maxout"),
                )
            )
            + ". Where ReLU has no dead units to mend, the differences are a few of the 360 images."
        ),
    ),
)
