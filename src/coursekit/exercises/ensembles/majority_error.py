"""ensemble_error."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import ensemble_error


def _cases(draw: Draw) -> list[Case]:
    def odd(low: int, high: int) -> int:
        return 2 * draw.size(low // 2, high // 2) + 1

    return [
        Case(args=(0.2, 3)),
        Case(args=(draw.number(0.1, 0.4), 3)),
        Case(args=(draw.number(0.6, 0.8), 3), about="members that are worse than a coin"),
        Case(args=(draw.number(0.1, 0.4), 5)),
        Case(args=(draw.number(0.2, 0.4), odd(7, 15))),
        Case(args=(draw.number(0.1, 0.4),), kwargs={"m": odd(7, 15)}, about="m by name"),
        Case(args=(draw.number(0.3, 0.45), odd(21, 61))),
        Case(args=(draw.number(0.1, 0.9), 1), about="one member", group="edges"),
        Case(args=(0.5, odd(5, 15)), about="members that toss a coin", group="edges"),
        Case(args=(0.0, 5), about="members that are never wrong", group="limits"),
        Case(args=(1.0, 5), about="members that are always wrong", group="limits"),
        Case(args=(0, 3), about="a Python int", group="limits"),
        Case(args=(1, odd(5, 15)), about="a Python int", group="limits"),
        Case(args=(draw.number(0.46, 0.53), odd(201, 301)), about="many members", group="many"),
        Case(args=(draw.number(0.46, 0.49), 999), about="many members", group="many"),
        Case(args=(0.2, 3), about="the first input once more"),
    ]


def _sum(terms: Callable[[int], range], p: float, m: int) -> float:
    """The probability that the number of wrong members is among `terms(m)`."""
    return math.fsum(math.comb(m, k) * p**k * (1 - p) ** (m - k) for k in terms(m))


def _wrong(terms: Callable[[int], range]) -> Callable[..., Any]:
    def error(p: float, m: int) -> float:
        return _sum(terms, p, m)

    return error


def _right(m: int) -> range:
    return range(m // 2 + 1, m + 1)


def _phi(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _normal(corrected: float) -> Callable[..., Any]:
    def error(p: float, m: int) -> float:
        spread = math.sqrt(m * p * (1 - p))
        return 1 - _phi((m / 2 + corrected - m * p) / spread) if spread else float(p > 0.5)

    return error


def _log_term(k: int, p: float, m: int) -> float:
    count = math.lgamma(m + 1) - math.lgamma(k + 1) - math.lgamma(m - k + 1)
    return math.exp(count + k * math.log(p) + (m - k) * math.log(1 - p))


def _logs_alone(p: float, m: int) -> float:
    return math.fsum(_log_term(k, p, m) for k in _right(m))


def _logs(p: float, m: int) -> Any:
    if p in (0, 1):
        return float(p)
    return np.float64(_logs_alone(p, m))


def _factorials(p: float, m: int) -> Any:
    def factorial(n: int) -> Any:
        return np.prod(np.arange(1, n + 1, dtype=float))

    ways = [factorial(m) / (factorial(k) * factorial(m - k)) for k in _right(m)]
    return sum(way * p**k * (1 - p) ** (m - k) for way, k in zip(ways, _right(m), strict=True))


def _step_by_step(p: float, m: int) -> float:
    """The distribution of the number of wrong members, one member after the other."""
    chances = np.zeros(m + 1)
    chances[0] = 1.0
    for _ in range(m):
        moved = chances * (1 - p)
        moved[1:] += chances[:-1] * p
        chances = moved
    return float(chances[m // 2 + 1 :].sum())


def _exact(p: float, m: int) -> float:
    wrong, total = Fraction(p), Fraction(0)
    if m > 99:
        return _logs(p, m)  # type: ignore[no-any-return]
    for k in _right(m):
        total += math.comb(m, k) * wrong**k * (1 - wrong) ** (m - k)
    return float(total)


def _complement(p: float, m: int) -> Any:
    return np.array(1 - sum(math.comb(m, k) * p**k * (1 - p) ** (m - k) for k in range(m // 2 + 1)))


_NORMAL = (
    "You use the normal distribution, which comes close for many members. Which sum of a few terms is exact, for three "
    "members already?"
)

ENSEMBLE_ERROR = Exercise(
    assignment="ensembles",
    reference=ensemble_error,
    task="How often is a majority of independent members wrong? `m`, an odd number up to 999, members each err with "
    "probability `p`, independently of one another, on a question with two answers. Return the probability that more "
    "than half of them err, a number from 0 to 1. `p` may be 0 or 1.",
    rule="the sum of comb(m, k) * p**k * (1 - p)**(m - k) over k = (m + 1) / 2, ..., m",
    returns=Number(),
    cases=_cases,
    checks=(
        values(
            4,
            "Three members by hand: in how many ways can exactly two be wrong, and in how many all three? What is the "
            "probability of each way?",
        ),
        edges(hint="One member alone is wrong with probability p, and coins stay coins. What does yours give?"),
        Check(
            name="p = 0 and p = 1",
            points=1,
            group="limits",
            hint="What does your formula do where p or 1 - p is 0? Logarithms, for one, have no value there.",
        ),
        Check(
            name="999 members",
            points=1,
            group="many",
            hint="Which number becomes too large for a float on the way? `math.comb` counts without rounding; or add "
            "logarithms.",
        ),
    ),
    misconceptions=(
        Misconception(
            id="majority_right",
            function=_wrong(lambda m: range((m + 1) // 2)),
            hint="Yours is the probability that most members are RIGHT. Are p and 1 - p swapped, or do you add up the "
            "small k?",
        ),
        Misconception(
            id="last_term_missing",
            function=_wrong(lambda m: range(m // 2 + 1, m)),
            hint="The case that all m members are wrong is missing from your sum. Does `range(a, m)` contain m?",
        ),
        Misconception(
            id="first_term_missing",
            function=_wrong(lambda m: range(m // 2 + 2, m + 1)),
            hint="Your sum starts one too late. With three members, are two wrong ones not a majority?",
        ),
        Misconception(
            id="one_term_too_many",
            function=_wrong(lambda m: range(m // 2, m + 1)),
            hint="Your sum starts one too early. With three members, is one wrong member a majority?",
        ),
        Misconception(
            id="one_term_only",
            function=_wrong(lambda m: range(m // 2 + 1, m // 2 + 2)),
            hint="You count the smallest majority and nothing above it. What if more members than that are wrong?",
        ),
        Misconception(
            id="any_member",
            function=_wrong(lambda m: range(1, m + 1)),
            hint="Yours is the probability that at least one member is wrong. How many have to be, so that the vote "
            "goes wrong?",
        ),
        Misconception(
            id="all_members",
            function=lambda p, m: p**m,
            hint="Yours is the probability that ALL members are wrong. How many have to be, so that the vote goes "
            "wrong?",
        ),
        Misconception(
            id="no_binomial_coefficient",
            function=lambda p, m: math.fsum(p**k * (1 - p) ** (m - k) for k in _right(m)),
            hint="Your terms have no binomial coefficient. In how many ways can 2 of 3 members be the wrong ones?",
        ),
        Misconception(
            id="no_right_members",
            function=lambda p, m: math.fsum(math.comb(m, k) * p**k for k in _right(m)),
            hint="Your terms leave out the members that are right. What is the probability that the other m - k are?",
        ),
        Misconception(
            id="smallest_majority_wrong",
            function=lambda p, m: p ** (m // 2 + 1),
            hint="Yours is the probability that one certain majority is wrong. Which other members could make one up?",
        ),
        Misconception(
            id="no_gain",
            function=lambda p, m: p,
            hint="You return p: a vote would be worth nothing. What is the probability that two of three are wrong?",
        ),
        Misconception(
            id="divided_by_m",
            function=lambda p, m: p / m,
            hint="You divide p by m, as variances of means are. Is a vote a mean, and what comes out for p = 1?",
        ),
        Misconception(
            id="normal_approximation",
            function=_normal(0.5),
            hint=_NORMAL,
        ),
        Misconception(
            id="normal_approximation_from_half",
            function=_normal(0.0),
            hint=_NORMAL,
        ),
        Misconception(
            id="factorials_overflow",
            function=_factorials,
            hint="Your sum is right while factorials fit a float; 999! does not. Does `math.comb(m, k)` ever leave the "
            "whole numbers?",
        ),
        Misconception(
            id="logarithm_of_zero",
            function=_logs_alone,
            hint="Your logarithms work, but not at p = 0 and p = 1. What should come out there, without a formula?",
        ),
    ),
    variants={
        "sum": _wrong(_right),
        "logs": _logs,
        "step_by_step": _step_by_step,
        "exact": _exact,
        "complement": _complement,
    },
)
