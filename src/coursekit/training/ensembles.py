"""Ensembles: the predictions of several models, put together; the functions alone, without training."""

import math

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import takes

Array = NDArray[np.floating]
Labels = NDArray[np.integer]


@takes(probs="finite array (M, N, C)")
def average_probabilities(probs: Array) -> Array:
    """The mean of M members' probabilities, `(M, N, C)` to `(N, C)`; it keeps the dtype.

    >>> average_probabilities(np.array([[[1.0, 0.0]], [[0.5, 0.5]]]))
    array([[0.75, 0.25]])
    """
    mean: Array = probs.mean(axis=0)
    return mean


@takes(n_classes="whole [1, inf)", votes="labels (M, N) below n_classes")
def majority_vote(votes: Labels, n_classes: int) -> NDArray[np.int64]:
    """The label that most of M members give each of N examples, `(M, N)` to `(N,)`; a tie goes to the smaller label.

    >>> majority_vote(np.array([[0, 2], [1, 1], [1, 2]]), 3)
    array([1, 2])
    """
    counts = (votes[:, :, np.newaxis] == np.arange(n_classes)).sum(axis=0)
    winners: NDArray[np.int64] = counts.argmax(axis=1)
    return winners


@takes(n="whole [1, inf)", rng="rng")
def bootstrap_indices(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`(n,)`: indices of `n` examples drawn with replacement, the training set of one bagged model (Breiman 1996)."""
    return rng.integers(n, size=n)


@takes(n="whole [1, inf)", indices="labels (M) below n")
def out_of_bag(indices: Labels, n: int) -> NDArray[np.int64]:
    """The examples 0..n-1 that are not in `indices`, `(M,)`, sorted: after a bootstrap `(1 - 1/n)**n`, about 37 %.

    >>> out_of_bag(np.array([3, 0, 3, 1]), 5)
    array([2, 4])
    """
    return np.setdiff1d(np.arange(n), indices)


@takes(p="real [0, 1]", m="whole [1, inf)")
def ensemble_error(p: float, m: int) -> float:
    """The probability that most of `m` (odd) members are wrong, if each errs with probability `p`, independently.

    The sum of `C(m, k) p^k (1 - p)^(m - k)` over `k > m / 2`. Raises `ValueError` if `m` is even.

    >>> round(ensemble_error(0.2, 3), 3)
    0.104
    """
    if m % 2 == 0:
        raise ValueError(f"ensemble_error: m must be odd, so that there is no tie, not {m}")
    if p in (0, 1):
        return float(p)
    # The binomial coefficients outgrow a float while the powers vanish; their product is taken as a sum of logarithms.
    return math.fsum(
        math.exp(math.log(math.comb(m, k)) + k * math.log(p) + (m - k) * math.log1p(-p))
        for k in range(m // 2 + 1, m + 1)
    )


@takes(errors="array (M)")
def mixed_ensemble_error(errors: Array) -> float:
    """The probability that most of M (odd) members are wrong, member i with probability `errors[i]`, independently.

    `ensemble_error` for members that are not equally good. Member by member, the distribution of the number of wrong
    ones: `P(k wrong) <- (1 - p) P(k wrong) + p P(k - 1 wrong)`. Raises `ValueError` if M is even or an entry is no
    probability.

    >>> round(mixed_ensemble_error(np.array([0.10, 0.12, 0.20])), 4)
    0.0512
    """
    if len(errors) % 2 == 0:
        raise ValueError(f"mixed_ensemble_error: errors must hold an odd number of members (no tie), not {len(errors)}")
    if not np.all((errors >= 0) & (errors <= 1)):
        raise ValueError("mixed_ensemble_error: errors must be probabilities, numbers in [0, 1]")
    wrong = np.ones(1)
    for p in errors.astype(np.float64):
        wrong = np.convolve(wrong, [1.0 - p, p])
    return float(wrong[len(errors) // 2 + 1 :].sum())


@takes(predictions="labels (M, N)", y="labels (N)")
def error_correlation(predictions: Labels, y: Labels) -> NDArray[np.float64]:
    """`(M, M)`: the correlation between the errors of M members on N examples, from labels `(M, N)` and `y` `(N,)`.

    The correlation coefficients of the members' 0/1 errors; 0 for members that err independently, 1 where they err on
    the same examples. NaN for a member that is always right or always wrong.

    >>> error_correlation(np.array([[1, 0, 0, 0], [1, 1, 0, 0]]), np.zeros(4, int)).round(3)
    array([[1.   , 0.577],
           [0.577, 1.   ]])
    """
    wrong = (predictions != y).astype(np.float64)
    apart = wrong - wrong.mean(axis=1, keepdims=True)
    size = np.sqrt(np.sum(apart**2, axis=1))
    with np.errstate(invalid="ignore"):
        correlation: NDArray[np.float64] = (apart @ apart.T) / np.outer(size, size)
    return correlation
