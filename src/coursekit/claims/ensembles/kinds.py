"""Claims on where different members come from: other first weights, parts of the data, other architectures."""

import numpy as np

from coursekit.claims.ensembles.experiments import FEW, MEMBERS, OTHERS, single, summary
from coursekit.claims.ensembles.gains import NET
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median, median_percent

#: From the most alike to the least, as one would guess.
KINDS = ("snapshots", "orders", "parts", "starts", "bags", "others", "parts, starts", "bags, starts")
WORDS = {
    "snapshots": "snapshots of one run",
    "orders": "another order of the examples",
    "starts": "other first weights",
    "others": "other architectures",
    "parts": "four fifths of the examples",
    "bags": "bootstrap samples",
    "parts, starts": "four fifths and other weights",
    "bags, starts": "bootstrap samples and other weights",
}


def _gains(seed: int, *kinds: str) -> dict[str, float]:
    found = {"single": single(seed)}
    for kind in kinds:
        found |= {f"{kind} {name}": value for name, value in summary(kind, seed).items()}
    return found


def improves(n: Numbers, kind: str) -> bool:
    """Fewer errors than one net of the usual build on all data in every run, and a tenth fewer in the median."""
    together = n[f"{kind} together"]
    return bool(np.all(together < n["single"]) and np.median(together / n["single"]) < 0.9)


def _judge_parts(n: Numbers) -> Verdict:
    if any(improves(n, kind) for kind in ("bags", "parts")):
        return Verdict.HOLDS
    return Verdict.LESS if any(improves(n, f"{kind}, starts") for kind in ("bags", "parts")) else Verdict.NOT_HERE


def _judge_best(n: Numbers) -> Verdict:
    better = n["others together"] < n["others best"]
    return Verdict.HOLDS if np.all(better) else Verdict.LESS if np.mean(better) > 0.5 else Verdict.NOT_HERE


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's: the correlation of the ranks."""
    return float(np.corrcoef(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))[0, 1])


def ranks(n: Numbers) -> np.ndarray:
    """For each seed, over the kinds: the rank correlation of how alike the errors are and the gain over the members."""
    alike = np.array([n[f"{kind} correlation"] for kind in KINDS])
    gain = np.array([n[f"{kind} alone"] - n[f"{kind} together"] for kind in KINDS])
    return np.array([rank_correlation(alike[:, i], gain[:, i]) for i in range(alike.shape[1])])


def _judge_variety(n: Numbers) -> Verdict:
    found = ranks(n)
    return Verdict.HOLDS if np.all(found < -0.7) else Verdict.LESS if np.all(found < 0) else Verdict.NOT_HERE


_RULE = "It holds if that is wrong less often than one such net on all the digits in every run, and by a tenth or more."


CLAIMS = (
    Claim(
        id="ensemble-other-weights",
        chapter="ensembles",
        statement="The same model from different initial weights makes an ensemble that improves the accuracy.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=f"The probabilities of {MEMBERS} nets, averaged: {NET}. {_RULE}",
        experiment=lambda seed: _gains(seed, "starts"),
        judge=lambda n: Verdict.HOLDS if improves(n, "starts") else Verdict.NOT_HERE,
        report=lambda n: (
            f"One net is wrong on {median_percent(n, 'single')}, {MEMBERS} together on "
            f"{median_percent(n, 'starts together')}: "
            f"{100 * (1 - float(np.median(n['starts together'] / n['single']))):.0f} % fewer errors. They are better "
            f"than the best of the {MEMBERS} in {int(np.sum(n['starts together'] < n['starts best']))} of "
            f"{len(n['single'])} runs."
        ),
    ),
    Claim(
        id="ensemble-parts-of-the-data",
        chapter="ensembles",
        statement="Several nets of one architecture, each trained on a part of the samples, improve the accuracy.",
        source="S. D. You, slides; Breiman 1996",
        verdict=Verdict.LESS,
        setup=(
            f"{MEMBERS} nets on bootstrap samples of the {FEW} digits, or on random four fifths of them, all from the "
            f"same first weights, or each from its own. {_RULE} By less if that takes other first weights as well; "
            "that was set after first numbers had been seen."
        ),
        experiment=lambda seed: _gains(seed, "starts", "bags", "parts", "bags, starts", "parts, starts"),
        judge=_judge_parts,
        report=lambda n: (
            f"One net on all digits is wrong on {median_percent(n, 'single')}. {MEMBERS} bags from the same first "
            f"weights: {median_percent(n, 'bags alone')} alone, {median_percent(n, 'bags together')} together; four "
            f"fifths: {median_percent(n, 'parts together')}. With weights of their own: "
            f"{median_percent(n, 'bags, starts together')} and {median_percent(n, 'parts, starts together')}; nets "
            f"with weights of their own that saw all digits: {median_percent(n, 'starts together')}. What helps is "
            "the weights; the parts give each net less to learn from."
        ),
    ),
    Claim(
        id="ensemble-architectures",
        chapter="ensembles",
        statement="Several nets of different architecture, each trained on all samples, improve the accuracy.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            f"{len(OTHERS)} architectures, from a linear classifier to three hidden layers, with ReLU or tanh, 8 to "
            f"128 units wide, trained as the others. {_RULE}"
        ),
        experiment=lambda seed: _gains(seed, "others"),
        judge=lambda n: Verdict.HOLDS if improves(n, "others") else Verdict.NOT_HERE,
        report=lambda n: (
            f"The usual net is wrong on {median_percent(n, 'single')}, the {len(OTHERS)} on "
            f"{median_percent(n, 'others alone')} on average and on {median_percent(n, 'others together')} together."
        ),
    ),
    Claim(
        id="ensemble-better-than-any",
        chapter="ensembles",
        statement="An ensemble of different models is better than any single model in it.",
        source="S. D. You, slides, from experience",
        verdict=Verdict.NOT_HERE,
        setup=(
            "The same ten architectures against the one that turns out best on the test digits. It holds if they are "
            "better in every run, by less if in most."
        ),
        experiment=lambda seed: _gains(seed, "others", "starts"),
        judge=_judge_best,
        report=lambda n: (
            f"Together {median_percent(n, 'others together')} wrong, the best of them "
            f"{median_percent(n, 'others best')}; better than the best in "
            f"{int(np.sum(n['others together'] < n['others best']))} of {len(n['single'])} runs. Which one is best is "
            "known only afterwards. Members that are about equally good do it: ten nets from other first weights "
            f"beat the best of them in {int(np.sum(n['starts together'] < n['starts best']))} of {len(n['single'])} "
            "runs."
        ),
    ),
    Claim(
        id="ensemble-variety",
        chapter="ensembles",
        statement="An ensemble gains more, the more its models differ.",
        source="CS231n, on which the unsigned notes rest",
        verdict=Verdict.HOLDS,
        setup=(
            f"Eight ways to {MEMBERS} different members, from snapshots of one run to bags with weights of their own; "
            "the gain over their own mean error against the correlation of two members' errors. It holds if the rank "
            "correlation of the two is below −0.7 in every run, by less if it is negative."
        ),
        experiment=lambda seed: _gains(seed, *KINDS),
        judge=_judge_variety,
        report=lambda n: (
            f"The rank correlation is between {ranks(n).min():.2f} and {ranks(n).max():.2f}. ".replace("-", "−")
            + ". ".join(
                f"{WORDS[kind].capitalize()}: errors correlate with {median(n, f'{kind} correlation'):.2f}, "
                f"{median_percent(n, f'{kind} alone')} → {median_percent(n, f'{kind} together')}"
                for kind in ("orders", "starts", "bags, starts")
            )
            + ". The gain is over the members' own mean: where they differ because they are worse, it is used up."
        ),
    ),
)
