"""The questions for functions that learn from a training set and treat a test set alike."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Summary
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.standard import values

#: What most functions of this assignment return.
BOTH = Several(train=ArrayOf(), test=ArrayOf())

LARGE = 1e4

#: The hint for `np.cov(x.T)` where there is one feature.
ONE_FEATURE = (
    "Of one feature `np.cov` makes a plain number, and `np.linalg.eigh` wants a matrix. What does `np.atleast_2d` make "
    "of a number, or what shape does `x.T @ x` have?"
)


def both_parts(train: int, test: int, train_hint: str, test_hint: str) -> tuple[Check, Check]:
    """The two sets earn their points apart: most mistakes are made with one of them only."""
    return (
        values(train, train_hint, name="training set", part="train"),
        values(test, test_hint, name="test set", part="test"),
    )


def sets(draw: Draw, n: int, m: int, d: int) -> tuple[Array, Array]:
    """A training set `(n, d)` and a test set `(m, d)` with two decimals; each feature has its own centre."""
    centre = draw.rng.permutation(np.arange(-4.0, 9.0))[:d]
    return np.round(draw.array(n, d) + centre, 2), np.round(draw.array(m, d) + centre, 2)


def with_constant(draw: Draw, n: int, m: int, d: int, *, same: bool = False) -> tuple[Array, Array]:
    """Two sets of which one feature is the same whole number all through training.

    In the test set that feature differs from it, unless `same`.
    """
    x_train, x_test = sets(draw, n, m, d)
    column = int(draw.rng.integers(d))
    constant = float(draw.rng.integers(2, 10))
    x_train[:, column] = constant
    x_test[:, column] = constant + (0.0 if same else draw.array(m, 1)[:, 0])
    return x_train, x_test


def whole_row(draw: Draw, d: int) -> Array:
    """One row of whole numbers: a training set in which every feature is constant."""
    return draw.rng.permutation(np.arange(1.0, 10.0))[None, :d]


def large_sets(draw: Draw) -> tuple[Array, Array]:
    """Entries of size 1e4, of both signs."""
    x_train = np.array([[LARGE, -LARGE], [-LARGE, 5e3], [2.5e3, LARGE]])
    return x_train, draw.rng.permutation(x_train)[:2] / 2


def cloud(draw: Draw, n: int, m: int, d: int) -> tuple[Array, Array]:
    """Two sets of a tilted cloud off the origin, whose principal axes are clearly told apart by their variances."""
    spreads = 3.0 / 1.9 ** np.arange(d)
    rank = min(n - 1, d)
    while True:
        tilt = np.linalg.qr(draw.rng.standard_normal((d, d)))[0]
        points = draw.rng.standard_normal((n + m, d)) * spreads @ tilt.T
        points = np.round(points + draw.array(1, d, low=1.0), 2)
        centred = points[:n] - points[:n].mean(axis=0)
        variances = np.linalg.svd(centred, compute_uv=False)[:rank] ** 2 / n
        clear = (variances[:-1] > 1.8 * variances[1:]).all() and variances[-1] > 0.02
        if clear and (np.abs(points[:n].mean(axis=0)) > 0.2).all():
            return points[:n], points[n:]


def aligned(value: tuple[Array, Array], reference: tuple[Array, Array]) -> dict[str, Array]:
    """Both sets, the sign of each column turned to the reference's; one sign serves both sets.

    What is nothing but rounding becomes 0, which is easier to read than 1e-16.
    """
    stacked, wanted = (np.concatenate(pair).astype(float) for pair in (value, reference))
    sign = np.where(np.sum(stacked * wanted, axis=0) < 0, -1.0, 1.0)
    return {name: part * sign * (np.abs(part) > 1e-12) for name, part in zip(("train", "test"), value, strict=True)}


def free_signs(case: Case, reference: Callable[..., tuple[Array, Array]]) -> Case:
    """The case with a summary for which the signs of the axes do not count."""
    answer = reference(*case.args, **case.kwargs)
    return replace(case, summary=Summary(of=partial(aligned, reference=answer)))
