"""The questions for schedules (plain numbers) and for what watches losses (lists of them)."""

import math
from collections.abc import Sequence
from dataclasses import replace

from coursekit.exercises.cases import Case, Draw

#: Factors of a cut; never 0.5, where what stays and what goes are the same.
FACTORS = (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8)


def once_more(cases: Sequence[Case]) -> list[Case]:
    """`cases`, and the first of them again: it finds a function whose answer depends on its earlier calls."""
    return [*cases, replace(cases[0], about="the first input once more")]


def factor(draw: Draw) -> float:
    """A factor for cuts."""
    return float(draw.rng.choice(FACTORS))


def losses(draw: Draw, pattern: str, start: int = 270) -> list[float]:
    """Losses of two decimals that go as `pattern` says, from about `start` hundredths on.

    `-` below the best so far, `=` equal to it, `+` above all before it, `^` far above, `~` below the previous one but
    still above the best (only some way after `^`), `n` NaN. The first loss is a `-` or an `n`.
    """
    best = start + int(draw.rng.integers(0, 20)) + 10
    previous = highest = best
    out = []
    for sign in pattern:
        by = int(draw.rng.integers(2, 9))
        if sign == "n":
            out.append(math.nan)
            continue
        if sign == "-":
            previous = best = best - by
        elif sign == "=":
            previous = best
        elif sign in "+^":
            previous = max(highest, previous) + by + (200 if sign == "^" else 0)
        else:
            previous -= by
        assert sign != "~" or previous > best
        highest = max(highest, previous) if out else previous
        out.append(previous / 100)
    return out
