"""Claims on which regularizers to use, with one strength or several, and what to leave alone."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Values
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.regularization.experiments import NOISE, STRENGTHS, Run, best, fit, measured, overlarge, run

#: Errors that differ by less than this, on average over the seeds, count as the same.
SAME = 0.003
NAMES = {"l1": "L1", "l2": "L2", "max_norm": "max-norm", "dropout": "dropout"}


def four(seed: int) -> Mapping[str, float]:
    """Test error and gap without, and with each regularizer at its best strength; after "clean_" with right labels."""
    found: dict[str, float] = {}
    for start, noise in (("", NOISE), ("clean_", 0.0)):
        runs = {"none": run(seed, noise=noise)} | {name: best(name, seed, noise=noise)[1] for name in NAMES}
        for name, r in runs.items():
            found |= {start + name: r.test_error, f"{start}{name}_gap": r.gap, f"{start}{name}_loss": r.test_loss}
    return found


def recommended(seed: int) -> Mapping[str, float]:
    """L2 and dropout 0.5, alone and together, the strength of L2 each time the best."""
    alone, together = best("l2", seed, noise=NOISE), best("l2", seed, dropout=0.5, noise=NOISE)
    dropped = run(seed, dropout=0.5, noise=NOISE)
    runs = {"none": run(seed, noise=NOISE), "l2": alone[1], "dropout": dropped, "both": together[1]}
    return {k: r.test_error for k, r in runs.items()} | {f"{k}_loss": r.test_loss for k, r in runs.items()}


#: The strengths that each of the three layers may choose from.
PER_LAYER = (0.003, 0.01, 0.03)


def layers(seed: int) -> Mapping[str, float]:
    """Best single strength, and best of 27 triples of strengths."""
    single = best("l2", seed, PER_LAYER, noise=NOISE)[1]
    runs = [run(seed, l2=triple, noise=NOISE) for triple in product(PER_LAYER, repeat=3)]
    chosen = min(runs, key=lambda r: r.choose_loss)
    return {
        "one": single.test_error,
        "three": chosen.test_error,
        "one_loss": single.test_loss,
        "three_loss": chosen.test_loss,
        "one_choose": single.choose_loss,
        "three_choose": chosen.choose_loss,
    }


def everything(name: str) -> bool:
    """Penalize all parameters, biases too."""
    return bool(name)


def with_biases(seed: int) -> Run:
    """The overlarge net at the best strength of L2, with the biases penalized as well."""
    runs = [
        measured(fit(overlarge(seed), seed, penalty=nn.L2(lam, on=everything), noise=NOISE), seed, NOISE)
        for lam in STRENGTHS["l2"]
    ]
    return min(runs, key=lambda r: r.choose_loss)


def shifted(seed: int, lam: float = 0.1, level: float = 20.0) -> Mapping[str, float]:
    """A linear model for targets around 20 under L2, the bias penalized or not: the squared error on new examples.

    Both are solved exactly: where the loss, half the mean squared error and the penalty, has no slope left.
    """
    rng = np.random.default_rng(seed)
    x, x_new = rng.standard_normal((2, 50, 3))
    w = np.array([1.0, -2.0, 0.5])

    def targets(rows: Values) -> Values:
        noisy: Values = rows @ w + level + 0.5 * rng.standard_normal(len(rows))
        return noisy

    y, y_new = targets(x), targets(x_new)
    found = {}
    wide, wide_new = (np.column_stack([rows, np.ones(len(rows))]) for rows in (x, x_new))
    for name, on_bias in (("free", 0.0), ("pulled", lam)):
        curvature = wide.T @ wide / len(x) + np.diag([lam, lam, lam, on_bias])
        fitted = np.linalg.solve(curvature, wide.T @ y / len(x))
        found[name] = float(np.mean((wide_new @ fitted - y_new) ** 2))
        found[f"{name}_bias"] = float(fitted[-1])
    return found


def biases(seed: int) -> Mapping[str, float]:
    """Test error with biases left alone and with biases penalized, on the digits and for targets far from 0."""
    alone = best("l2", seed, noise=NOISE)[1]
    both = with_biases(seed)
    return {"alone": alone.test_error, "penalized": both.test_error, **shifted(seed)}


def percent(n: Numbers, name: str) -> str:
    """The mean over the seeds and their standard deviation, as "12.3 ± 0.4 %"."""
    return f"{100 * n[name].mean():.1f} ± {100 * n[name].std():.1f} %"


def lower(n: Numbers, name: str, than: str) -> float:
    """By how much the mean of `name` is below that of `than`."""
    return float(np.mean(n[than] - n[name]))


def _all(n: Numbers, what: str, start: str = "") -> str:
    """The means of all four, in percent."""
    return ", ".join(f"{NAMES[name]} {100 * n[f'{start}{name}{what}'].mean():.1f}" for name in NAMES) + " %"


def _judge_four(n: Numbers) -> Verdict:
    """Error and gap lower for all four, by more than chance: with noisy labels, and with clean ones."""
    good = {
        start: [
            lower(n, start + name, f"{start}none") > SAME and lower(n, f"{start}{name}_gap", f"{start}none_gap") > SAME
            for name in NAMES
        ]
        for start in ("", "clean_")
    }
    if not all(good[""]):
        return Verdict.LESS if sum(good[""]) >= 2 else Verdict.NOT_HERE
    return Verdict.HOLDS if all(good["clean_"]) else Verdict.LESS


def _judge_both(n: Numbers) -> Verdict:
    better = min(lower(n, "both", name) for name in ("l2", "dropout"))
    if better > SAME:
        return Verdict.HOLDS
    return Verdict.LESS if lower(n, "both", "none") > SAME and better > -SAME else Verdict.NOT_HERE


def _judge_biases(n: Numbers) -> Verdict:
    if lower(n, "penalized", "alone") > SAME or np.mean(n["pulled"]) <= np.mean(n["free"]):
        return Verdict.NOT_HERE
    return Verdict.HOLDS if lower(n, "alone", "penalized") > SAME else Verdict.LESS


_NET = (
    "64-64-64-10 with ReLU on 200 digits, of which a fifth has wrong labels, 400 steps of Adam; strengths chosen "
    "by the loss on 400 other digits, error on 360"
)

CLAIMS = (
    Claim(
        id="four-regularizers",
        chapter="regularization",
        statement="L1, L2, max-norm and dropout regularize: they narrow the gap and lower the error on new examples.",
        source="S. D. You, slides; unsigned notes; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}. Four strengths a regularizer; none for comparison; the same with right labels.",
        experiment=four,
        judge=_judge_four,
        report=lambda n: (
            f"Wrong without {percent(n, 'none')}; with {_all(n, '')}. Gap to the training error "
            f"{100 * n['none_gap'].mean():.0f} points without, {_all(n, '_gap')}. With right labels "
            f"{100 * n['clean_none'].mean():.1f} % are wrong without and {_all(n, '', 'clean_')}; the loss goes "
            f"from {n['clean_none_loss'].mean():.2f} to "
            + " / ".join(f"{n[f'clean_{name}_loss'].mean():.2f}" for name in NAMES)
            + "."
        ),
    ),
    Claim(
        id="l2-plus-dropout",
        chapter="regularization",
        statement="In practice: L2 together with dropout at p = 0.5.",
        source="S. D. You, slides; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}. L2 at its best strength alone and beside dropout, dropout of 0.5 alone.",
        experiment=recommended,
        judge=_judge_both,
        report=lambda n: (
            f"Wrong {percent(n, 'none')} without, {percent(n, 'l2')} with L2, {percent(n, 'dropout')} with dropout, "
            f"{percent(n, 'both')} with both; loss {n['none_loss'].mean():.2f}, {n['l2_loss'].mean():.2f}, "
            f"{n['dropout_loss'].mean():.2f} and {n['both_loss'].mean():.2f}."
        ),
    ),
    Claim(
        id="one-strength-for-the-net",
        chapter="regularization",
        statement="Use one strength for the whole net, not one for each layer.",
        source="S. D. You, slides; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{_NET}. L2 with the best of three strengths for all layers, and with the best of the 27 triples.",
        experiment=layers,
        judge=lambda n: Verdict.HOLDS if lower(n, "three", "one") < SAME else Verdict.NOT_HERE,
        report=lambda n: (
            f"One strength: {percent(n, 'one')} wrong, loss {n['one_loss'].mean():.3f}; three strengths: "
            f"{percent(n, 'three')}, loss {n['three_loss'].mean():.3f}, for nine times as many runs. On the digits by "
            f"which they were chosen the loss is {n['one_choose'].mean():.3f} and {n['three_choose'].mean():.3f}."
        ),
    ),
    Claim(
        id="biases-left-alone",
        chapter="regularization",
        statement="Biases are not to be regularized.",
        source="S. D. You, slides; CS231n",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_NET}. L2 on the weights alone and on the biases too, each at its best strength. And a linear model of "
            "three features for targets around 20, λ = 0.1, solved exactly."
        ),
        experiment=biases,
        judge=_judge_biases,
        report=lambda n: (
            f"On the digits {percent(n, 'alone')} are wrong with the biases left alone and {percent(n, 'penalized')} "
            f"with all penalized. Where the targets lie around 20, the penalized bias comes to "
            f"{n['pulled_bias'].mean():.1f} and the squared error on new examples to {n['pulled'].mean():.1f}, against "
            f"{n['free_bias'].mean():.1f} and {n['free'].mean():.2f}."
        ),
    ),
)
