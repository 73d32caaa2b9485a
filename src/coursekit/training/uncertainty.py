"""What a count of errors on a finite test set can say."""

import math

from coursekit.arguments import takes


@takes(count="whole [0, inf)", n="whole [1, inf)", z="real (0, inf)")
def wilson_interval(count: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """`low, high`: the interval for a share of which `count` of `n` independent cases were seen (Wilson 1927).

    All shares `p` from which the seen one, `s = count / n`, is not further than `z` standard deviations,
    `abs(s - p) <= z sqrt(p (1 - p) / n)`: solved for `p`. The default `z` is that of 95 %. It stays within [0, 1], and
    is not empty where `count` is 0, unlike `s +- z sqrt(s (1 - s) / n)`. Raises `ValueError` if `count` is above `n`.

    >>> low, high = wilson_interval(8, 400)
    >>> round(low, 4), round(high, 4)
    (0.0102, 0.039)
    """
    if count > n:
        raise ValueError(f"wilson_interval: count must be at most n = {n}, not {count}")
    share, square = count / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


@takes(only_first="whole [0, inf)", only_second="whole [0, inf)")
def sign_test(only_first: int, only_second: int) -> float:
    """The p-value, two-sided and exact, of two classifiers asked about the same examples (McNemar 1947).

    `only_first` examples were wrong with the first alone, `only_second` with the second alone; those on which the two
    agree say nothing. If both were equally good, each of the `n = only_first + only_second` would be a toss of a coin:
    `min(1, 2 sum C(n, k) / 2^n)` over `k <= min(only_first, only_second)`.

    >>> sign_test(1, 5)
    0.21875
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    lopsided = sum(math.comb(n, k) for k in range(fewer + 1))
    return min(1.0, float(2 * lopsided / (1 << n)))
