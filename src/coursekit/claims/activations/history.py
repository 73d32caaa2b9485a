"""Claims on definitions, on who proposed what, and on brains."""

from collections.abc import Mapping

import numpy as np

from coursekit import nn
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.words import plain


def _maxout(seed: int) -> Mapping[str, float]:
    rng = np.random.default_rng(seed)
    x, w, b = rng.standard_normal((50, 8)), rng.standard_normal((8, 6)), rng.standard_normal(6)
    z = nn.linear(x, w, b)
    as_relu = nn.maxout(x, w, b, 0.0 * w, 0.0 * b)
    as_leaky = nn.maxout(x, w, b, 0.1 * w, 0.1 * b)
    maxout = nn.Sequential(nn.Maxout(8, 6), rng=rng)
    linear = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), rng=rng)
    return {
        "relu": float(np.abs(as_relu - nn.relu(z)).max()),
        "leaky": float(np.abs(as_leaky - nn.leaky_relu(z, 0.1)).max()),
        "parameters": maxout.params.size / linear.params.size,
    }


def _judge_maxout(n: Numbers) -> Verdict:
    same = max(n["relu"].max(), n["leaky"].max()) < 1e-12
    return Verdict.HOLDS if same and bool(np.all(n["parameters"] == 2)) else Verdict.NOT_HERE


CLAIMS = (
    Claim(
        id="maxout-generalises",
        chapter="activations",
        statement="Maxout generalises ReLU and leaky ReLU, and doubles the parameters of each unit.",
        source="Chadha 2020; Goodfellow et al. 2013",
        verdict=Verdict.HOLDS,
        setup=(
            "Maxout with its second line set to 0, and to a tenth of the first, against ReLU and leaky ReLU; "
            "parameters counted."
        ),
        experiment=_maxout,
        judge=_judge_maxout,
        report=lambda n: (
            f"Largest difference {plain(n['relu'].max())} to ReLU and {plain(n['leaky'].max())} to leaky ReLU; "
            f"{n['parameters'][0]:g} times the parameters."
        ),
    ),
    Claim(
        id="elu-alpha-learned",
        chapter="activations",
        statement="ELU's alpha is a learned parameter.",
        source="Chadha 2020",
        verdict=Verdict.WRONG,
        reason=(
            "Clevert et al. (2016) call α a hyperparameter: it is set before training (1 in their experiments) and "
            "says at which value "
            "the unit saturates. The slope that is learned is PReLU's (He et al. 2015)."
        ),
    ),
    Claim(
        id="tanh-lecun-1991",
        chapter="activations",
        statement="tanh was proposed by LeCun in 1991.",
        source="Chadha 2020, after a slide of CS231n",
        verdict=Verdict.WRONG,
        reason=(
            "It was in use before: the net of LeCun et al. (1989) that read zip codes had scaled tanh units. LeCun, "
            "Kanter and Solla (1991) showed why units with outputs around 0 learn faster than units with positive "
            "outputs, and LeCun et al. (1998) recommended a scaled tanh: they made the case for it."
        ),
    ),
    Claim(
        id="relu-krizhevsky-2012",
        chapter="activations",
        statement="ReLU was proposed by Krizhevsky in 2012.",
        source="Chadha 2020, after a slide of CS231n",
        verdict=Verdict.WRONG,
        reason=(
            "Fukushima (1969) used rectified units; Jarrett et al. (2009), Nair and Hinton (2010, who gave the "
            "name) and Glorot et al. (2011) "
            "showed what they do for learning. AlexNet (Krizhevsky et al. 2012) made them the default."
        ),
    ),
    Claim(
        id="relu-plausible",
        chapter="activations",
        statement="The sigmoid models a neuron's firing rate, and ReLU is biologically more plausible still.",
        source="Chadha 2020; CS231n; Glorot et al. 2011",
        verdict=Verdict.UNTESTABLE,
        reason=(
            "That is a question about neurons, and no net on a computer answers it. Glorot et al. (2011) argue "
            "from measurements: cortical "
            "neurons rarely run near their largest rate, and estimates from the brain's energy budget (Attwell and "
            "Laughlin 2001) put only a "
            "few per cent of them active at a time, which fits units that are off at 0 and unbounded above better "
            "than a sigmoid."
        ),
    ),
)
