"""average_probabilities."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, keeps_float32, unchanged, values
from coursekit.training import average_probabilities


def _probs(draw: Draw, m: int, n: int, c: int) -> Array:
    """Probabilities in hundredths: every row adds up to 1, and none is 0."""
    weights = draw.rng.dirichlet(np.full(c, 1.2), (m, n))
    hundredths = np.floor(weights * (100 - 2 * c)) + 2
    hundredths[..., -1] += 100 - hundredths.sum(axis=-1)
    probs: Array = np.round(hundredths / 100, 2)
    return probs


def _outvoted(draw: Draw) -> Any:
    """One member that is sure against two that are nearly undecided: a vote and an average disagree."""
    sure, little = draw.number(0.9, 0.98), draw.number(0.52, 0.6)
    return np.round([[[sure, 1 - sure]], [[1 - little, little]], [[1 - little, little]]], 2)


def _cases(draw: Draw) -> list[Case]:
    def case(m: int, n: int, c: int, about: str = "", group: str = "values") -> Case:
        return Case(args=(_probs(draw, m, n, c),), about=about, group=group)

    certain = np.eye(3)[draw.rng.integers(3, size=(3, 4))]
    certain[:, 0] = np.eye(3)  # no two members agree
    cases = [
        case(2, 1, 2),
        Case(args=(_outvoted(draw),), about="one member is sure, two are nearly undecided"),
        case(3, 2, 3),
        case(draw.size(2, 5), draw.size(3, 6), draw.size(2, 4)),
        case(draw.size(6, 9), draw.size(5, 9), draw.size(3, 6)),
        case(1, 3, 2, "one member", "edges"),
        case(3, 1, 3, "one example", "edges"),
        Case(args=(np.ones((3, 2, 1)),), about="one class", group="edges"),
        Case(args=(certain,), about="members that are certain", group="edges"),
    ]
    return with_layouts(cases, typical=lambda: case(3, 4, 3))


def _loop(probs: Array) -> Any:
    members, n, classes = probs.shape
    out = np.zeros_like(probs[0])
    for i in range(n):
        for c in range(classes):
            out[i, c] = sum(probs[m, i, c] for m in range(members)) / members
    return out


def _copy(probs: Array) -> Any:
    total = probs[0].copy()
    for member in probs[1:]:
        total += member
    return total / len(probs)


def _renormalized(probs: Array) -> Any:
    total = probs.sum(axis=0)
    return total / total.sum(axis=1, keepdims=True)


def _hard(probs: Array) -> Any:
    votes = probs.argmax(axis=2)
    counts = (votes[:, :, None] == np.arange(probs.shape[2])).sum(axis=0)
    return (counts / len(probs)).astype(probs.dtype)


def _geometric(probs: Array) -> Any:
    return np.exp(np.log(probs).mean(axis=0))


def _product(probs: Array) -> Any:
    together = _geometric(probs)
    return together / together.sum(axis=1, keepdims=True)


def _softmax(probs: Array) -> Any:
    e = np.exp(probs.mean(axis=0))
    return e / e.sum(axis=1, keepdims=True)


def _by_confidence(probs: Array) -> Any:
    weights = probs.max(axis=2, keepdims=True)
    return (weights * probs).sum(axis=0) / weights.sum(axis=0)


def _in_place(probs: Array) -> Any:
    total = probs[0]
    for member in probs[1:]:
        total += member
    return total / len(probs)


def _float64(probs: Array) -> Array:
    out = np.zeros(probs.shape[1:])
    for member in probs:
        out += member / len(probs)
    return out


AVERAGE_PROBABILITIES = Exercise(
    assignment="ensembles",
    reference=average_probabilities,
    task="Average what the members of an ensemble say. `probs` is `(M, N, C)`: the probabilities that each of M "
    "members gives to C classes for N examples. Return their mean over the members, `(N, C)`.",
    rule="out[n, c] = (probs[0, n, c] + ... + probs[M - 1, n, c]) / M",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(_probs(draw, 10, 300, 10),)),
    checks=(
        values(3, "Take one example and one class: which M numbers are averaged?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="over_the_examples",
            function=lambda probs: probs.mean(axis=1),
            hint="You average over the examples: what is left is what each member says on average. Which of the three "
            "axes holds the members?",
        ),
        Misconception(
            id="over_the_classes",
            function=lambda probs: probs.mean(axis=2),
            hint="You average over the classes, and every mean is 1/C. Which of the three axes holds the members?",
        ),
        Misconception(
            id="sum",
            function=lambda probs: probs.sum(axis=0),
            hint="You add the members up. What do the entries of one of your rows add up to, and what should they?",
        ),
        Misconception(
            id="hard_votes",
            function=_hard,
            hint="You count which class each member likes best. A member that is 51 % sure then counts as much as one "
            "that is 99 % sure: what is averaged here, labels or probabilities?",
        ),
        Misconception(
            id="most_confident_member",
            function=lambda probs: probs.max(axis=0),
            hint="You take the largest probability that any member gives. Does one of your rows still add up to 1?",
        ),
        Misconception(
            id="median",
            function=lambda probs: np.median(probs, axis=0).astype(probs.dtype),
            hint="You take the median of the members. It ignores how sure the outermost member is; which mean does the "
            "rule ask for?",
        ),
        Misconception(
            id="normalized_product",
            function=_product,
            hint="You average logarithms: the members' probabilities are multiplied, and one member who says 0 "
            "decides. That is another way to combine experts. What does the rule do with them?",
        ),
        Misconception(
            id="geometric_mean",
            function=_geometric,
            hint="You take the mean of the logarithms, a geometric mean. Do your rows add up to 1, and which mean is "
            "asked for?",
        ),
        Misconception(
            id="softmax_again",
            function=_softmax,
            hint="You send the mean through a softmax, which pulls probabilities towards each other. Were they scores, "
            "or probabilities already?",
        ),
        Misconception(
            id="weighted_by_confidence",
            function=_by_confidence,
            hint="Members that are surer of themselves weigh more in your mean. What weight does the rule give to "
            "each?",
        ),
        Misconception(
            id="one_member",
            function=lambda probs: probs[0].copy(),
            hint="You return what the first member says. What of the others?",
        ),
        Misconception(
            id="labels",
            function=lambda probs: probs.mean(axis=0).argmax(axis=1),
            hint="You return the winning class of each example. Asked for are the averaged probabilities: which step "
            "is one too many?",
        ),
        Misconception(
            id="in_place",
            function=_in_place,
            hint="The values are right, but the caller's `probs` is overwritten. Is `total = probs[0]` a copy, or a "
            "second name for the same numbers?",
        ),
        float64(_float64, "np.zeros(probs.shape[1:])"),
    ),
    variants={
        "loop": _loop,
        "copy": _copy,
        "renormalized": _renormalized,
        "einsum": lambda probs: np.einsum("mnc->nc", probs) / probs.shape[0],
    },
)
