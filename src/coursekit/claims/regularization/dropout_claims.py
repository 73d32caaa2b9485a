"""Claims on dropout: how much, which masks, what to do when the net is used, and what it amounts to."""

from collections.abc import Mapping

import numpy as np

from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.regularization.dropping import SHARES, as_penalty, factors, predicting
from coursekit.claims.regularization.experiments import NOISE, STRENGTHS, run
from coursekit.claims.regularization.penalizing import SAME
from coursekit.claims.summaries import mean_and_spread

_NET = (
    "64-64-64-10 with ReLU on 200 digits, of which a fifth has wrong labels, dropout behind both hidden layers, 400 "
    "steps of Adam, error on 360 others. The wrong labels were put in after trial runs with right ones, in which there "
    "was little to gain"
)


def shares(seed: int) -> Mapping[str, float]:
    """Test error by the share that is dropped."""
    runs = {p: run(seed, dropout=p, noise=NOISE) for p in STRENGTHS["dropout"]}
    found = {f"p{p}": r.test_error for p, r in runs.items()} | {f"p{p}_loss": r.test_loss for p, r in runs.items()}
    return found | {"p0": run(seed, noise=NOISE).test_error, "p0_loss": run(seed, noise=NOISE).test_loss}


def _judge_half(n: Numbers) -> Verdict:
    errors = {p: float(n[f"p{p}"].mean()) for p in STRENGTHS["dropout"]}
    if errors[0.5] < min(errors.values()) + SAME and errors[0.5] < n["p0"].mean() - SAME:
        return Verdict.HOLDS
    return Verdict.LESS if errors[0.5] < n["p0"].mean() - SAME else Verdict.NOT_HERE


def _judge_adaptive(n: Numbers) -> Verdict:
    """Within a tenth at the weights that training with dropout finds; or only as the weights become small."""
    if all(abs(n[f"ratio_{p}"].mean() - 1) < 0.1 for p in SHARES):
        return Verdict.HOLDS
    return Verdict.LESS if all(abs(n[f"small_{p}"].mean() - 1) < 0.1 for p in SHARES) else Verdict.NOT_HERE


def _judge_factor(n: Numbers) -> Verdict:
    worse = bool(np.all(n["drop_0.2_loss"] > n["keep_0.2_loss"]))
    same = bool(np.allclose(n["drop_0.5_loss"], n["keep_0.5_loss"]))
    return Verdict.WRONG if worse and same else Verdict.HOLDS


CLAIMS = (
    Claim(
        id="dropout-half",
        chapter="regularization",
        statement="Typically p = 0.5: half of the units are dropped.",
        source="S. D. You, slides; Srivastava et al. 2014",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}. p = 0.2, 0.4, 0.5 and 0.7, and no dropout.",
        experiment=shares,
        judge=_judge_half,
        report=lambda n: (
            f"Wrong without {mean_and_spread(n, 'p0')}; "
            + ", ".join(f"p = {p}: {mean_and_spread(n, f'p{p}')}" for p in STRENGTHS["dropout"])
            + "."
        ),
    ),
    Claim(
        id="dropout-one-mask-per-batch",
        chapter="regularization",
        statement="Usually one random selection of units is made per mini-batch.",
        source="S. D. You, slides",
        verdict=Verdict.WRONG,
        reason=(
            "It is made for each training case: Hinton et al. (2012) draw anew on each presentation of each case, "
            "Srivastava et al. (2014, section 5.1) sample a thinned net for each case of a mini-batch, and the dropout "
            "layers of the libraries draw every entry of the batch by itself. What a single mask for the batch costs "
            "is measured in the chapter."
        ),
    ),
    Claim(
        id="dropout-off-when-predicting",
        chapter="regularization",
        statement="During testing no dropout is used.",
        source="S. D. You, slides; Srivastava et al. 2014",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}. p = 0.5; one net asked with dropout off, on, and 50 times with it on, probabilities averaged.",
        experiment=predicting,
        judge=lambda n: Verdict.HOLDS if bool(np.all(n["off"] < n["on"])) else Verdict.NOT_HERE,
        report=lambda n: (
            f"Wrong {mean_and_spread(n, 'off')} with dropout off and {mean_and_spread(n, 'on')} with it on. The "
            f"average of 50 passes with it on gets {mean_and_spread(n, 'average')} wrong, at fifty times the cost."
        ),
    ),
    Claim(
        id="dropout-weights-times-p",
        chapter="regularization",
        statement="With p the dropping rate, all weights are scaled by p during testing.",
        source="S. D. You, slides",
        verdict=Verdict.WRONG,
        setup=(
            f"{_NET}. Plain dropout with p = 0.2 and 0.5; then the weights behind the dropped units times 1 − p, "
            "times p, and as they are."
        ),
        experiment=factors,
        judge=_judge_factor,
        report=lambda n: (
            f"At p = 0.2, times 1 − p: {mean_and_spread(n, 'keep_0.2')} wrong, loss {n['keep_0.2_loss'].mean():.2f}; "
            f"times p: {mean_and_spread(n, 'drop_0.2')}, loss {n['drop_0.2_loss'].mean():.2f}; as they are: "
            f"{mean_and_spread(n, 'none_0.2')}, loss {n['none_0.2_loss'].mean():.2f}. At p = 0.5 the first two are "
            "the same. The paper scales by p too, but its p is the share that is kept."
        ),
    ),
    Claim(
        id="dropout-adaptive-l2",
        chapter="regularization",
        statement=(
            "To first order, dropout is L2 after the features have been scaled by the inverse diagonal Fisher "
            "information."
        ),
        source="S. D. You, slides; Wager et al. 2013",
        verdict=Verdict.LESS,
        setup=(
            "Logistic regression on 200 threes and eights, trained with dropout on the pixels: by how much dropout "
            "raises the mean loss at the weights found (400 draws of masks), over ½ p/(1 − p) Σ I_j w_j² with "
            "the diagonal I of the Fisher information. It holds if the two differ by less than a tenth at each p, and "
            "by less if they do so at a quarter of the weights. This criterion was rewritten after a first look at the "
            "numbers."
        ),
        experiment=as_penalty,
        judge=_judge_adaptive,
        report=lambda n: (
            "Exact penalty over the quadratic one: "
            + ", ".join(f"{n[f'ratio_{p}'].mean():.2f} at p = {p}" for p in SHARES)
            + "; with a quarter of these weights "
            + ", ".join(f"{n[f'small_{p}'].mean():.2f}" for p in SHARES)
            + f". With the weights put to other pixels it fits too ({n['moved_quadratic'].mean():.2f}), while L2 "
            f"of one strength, which fitted before, is {n['moved_l2'].mean():.2f} of the exact one. The "
            f"strengths that the pixels get differ {n['unequal'].mean():.0f}-fold."
        ),
    ),
)
