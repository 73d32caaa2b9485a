"""The claims on grid and random search, and on one validation set in place of cross-validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.claims.babysitting.experiments import BATCH, Setting, net, sweep
from coursekit.claims.digits_task import Labels, Values, split_digits
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median
from coursekit.nn import L2, PerModel, SoftmaxCrossEntropy, Stack
from coursekit.optim import SGD
from coursekit.training import Range, accuracy, halton_points, k_fold, predicted_labels, settings_at, train_stack

#: Two parameters, and two with a third that matters little.
TWO = {"lr": Range(1e-6, 10.0, log=True), "lam": Range(1e-6, 10.0, log=True)}
THREE = TWO | {"scale": Range(0.1, 10.0, log=True)}
REPEATS = 6


def points(method: str, side: int, d: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """`side**d` points in the unit cube: a grid of cell middles moved as a whole within its cells, or draws."""
    n = side**d
    if method == "random":
        return rng.random((n, d))
    if method == "quasi":
        return halton_points(n, d, rng)
    axes = (np.arange(side) + rng.random((d, 1))) / side
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def compared(ranges: Mapping[str, Range], side: int, seed: int) -> dict[str, float]:
    """For each method the median over six searches of the lowest loss found."""
    found = {}
    for method in ("grid", "random", "quasi"):
        rng = np.random.default_rng([seed, 8])
        settings = [
            Setting(**setting)
            for _ in range(REPEATS)
            for setting in settings_at(ranges, points(method, side, len(ranges), rng))
        ]
        losses = sweep(settings, seed)[0].reshape(REPEATS, -1).min(axis=1)
        found[method] = float(np.median(losses))
    return found


def _random(seed: int) -> Mapping[str, float]:
    two, three = compared(TWO, 4, seed), compared(THREE, 3, seed)
    return {f"{m}2": v for m, v in two.items()} | {f"{m}3": v for m, v in three.items()}


def _judge_random(n: Numbers) -> Verdict:
    wins = [median(n, f"random{d}") < median(n, f"grid{d}") for d in (2, 3)]
    return Verdict.HOLDS if all(wins) else Verdict.LESS if any(wins) else Verdict.NOT_HERE


# -- one validation set, or folds --------------------------------------------------------------------------------------

SETTINGS = tuple(Setting(lr, lam) for lr in (0.03, 0.1, 0.3) for lam in (1e-4, 1e-2, 3e-2, 1e-1))
FOLDS = 5


@dataclass(frozen=True)
class Scores:
    """Loss and share wrong of the net of each setting, `(len(SETTINGS),)`."""

    losses: NDArray[np.float64]
    wrong: NDArray[np.float64]


def scored(x: Values, y: Labels, x_val: Values, y_val: Labels, seed: int, epochs: int = 20) -> Scores:
    """Train a net for each setting on `x`, and judge it on `x_val`."""
    stack, model, judge = Stack([net(seed)] * len(SETTINGS)), net(seed), SoftmaxCrossEntropy()
    with np.errstate(all="ignore"):
        for _ in train_stack(
            stack,
            x,
            y,
            optimizer=SGD(lr=np.array([s.lr for s in SETTINGS])),
            epochs=epochs,
            batch_size=BATCH,
            rngs=[np.random.default_rng([seed, 2]) for _ in SETTINGS],
            penalty=PerModel(L2(1.0), np.array([s.lam for s in SETTINGS])),
        ):
            pass
    losses, wrong = [], []
    for params in stack.params:
        model.params[...] = params
        scores = model.forward(x_val)
        losses.append(judge(scores, y_val)[0])
        wrong.append(1.0 - accuracy(predicted_labels(scores), y_val))
    return Scores(np.array(losses), np.array(wrong))


@lru_cache(maxsize=64)
def choices(seed: int, n: int, part: int) -> tuple[float, float, float]:
    """Per cent of wrong answers on digits apart, by the setting that one fifth chooses, that five folds choose, and the
    best of all there. `part` says which `n` digits are given; each choice is trained on all of them again."""
    data = split_digits(seed)
    rows = np.random.default_rng([seed, 9, part]).permutation(len(data.x_train))
    given, apart = rows[:n], rows[-400:]
    x, y = data.x_train[given], data.y_train[given]
    folds = k_fold(n, FOLDS, np.random.default_rng([seed, 10, part]))
    losses = [scored(x[train], y[train], x[val], y[val], seed).losses for train, val in folds]
    x_test = np.concatenate([data.x_test, data.x_train[apart]])
    y_test = np.concatenate([data.y_test, data.y_train[apart]])
    final = 100.0 * scored(x, y, x_test, y_test, seed).wrong
    return (
        float(final[int(np.argmin(losses[0]))]),
        float(final[int(np.argmin(np.mean(losses, axis=0)))]),
        float(final.min()),
    )


def _validation(seed: int) -> Mapping[str, float]:
    numbers: dict[str, float] = {}
    for n, parts in ((800, 1), (60, 6)):
        rows: Sequence[tuple[float, ...]] = [choices(seed, n, part) for part in range(parts)]
        one, folds, best = np.mean(rows, axis=0)
        numbers |= {f"one{n}": float(one), f"folds{n}": float(folds), f"best{n}": float(best)}
    return numbers


def _judge_validation(n: Numbers) -> Verdict:
    """Sizeable is 160 digits here; it will do if it costs half a point of error or less."""
    return Verdict.HOLDS if float(np.mean(n["one800"] - n["folds800"])) <= 0.5 else Verdict.NOT_HERE


CLAIMS = (
    Claim(
        id="random-beats-grid",
        chapter="babysitting",
        statement="Random search is better than grid search.",
        source="Chadha 2020; the unsigned notes; Bergstra and Bengio 2012",
        verdict=Verdict.HOLDS,
        setup="64-16-10 on 300 digits, 8 epochs; the lowest loss on 300 others. Rate and strength of L2 between "
        "0.000001 and 10 in 16 trials; the same with the size of the first weights, from 0.1 to 10 times He's, in 27. "
        f"The grid is shifted at random within its cells; median of {REPEATS} searches. It holds if random is lower in "
        "both, by the median of the seeds, and holds by less if in one.",
        experiment=_random,
        judge=_judge_random,
        report=lambda n: (
            f"Two parameters, 16 trials: grid {median(n, 'grid2'):.3f}, random {median(n, 'random2'):.3f}, "
            f"quasi-random {median(n, 'quasi2'):.3f}. Three parameters, 27 trials: grid {median(n, 'grid3'):.3f}, "
            f"random {median(n, 'random3'):.3f}, quasi-random {median(n, 'quasi3'):.3f}. Random wins at "
            f"{int(np.sum(n['random2'] < n['grid2']))} and {int(np.sum(n['random3'] < n['grid3']))} of "
            f"{len(n['grid2'])} seeds."
        ),
    ),
    Claim(
        id="one-validation-set",
        chapter="babysitting",
        statement="One sizeable validation set will do in place of cross-validation.",
        source="COMS4995 tutorial; CS231n",
        verdict=Verdict.HOLDS,
        setup=f"{len(SETTINGS)} settings of rate and L2 for 64-16-10, 20 epochs; chosen by a fifth of the digits, or "
        f"by the mean of {FOLDS} folds, then trained on all and judged on 760 others. With 800 digits, and with 60 "
        "(mean of six draws). It holds if with 800 the one set costs half a point of error or less, in the mean of the "
        "seeds.",
        experiment=_validation,
        judge=_judge_validation,
        report=lambda n: (
            f"With 800 digits {n['one800'].mean():.1f} % are wrong by the choice of one set of 160, "
            f"{n['folds800'].mean():.1f} % by that of five folds; the best setting has {n['best800'].mean():.1f} %. "
            f"With 60 digits it is {n['one60'].mean():.1f} % by one set of 12, {n['folds60'].mean():.1f} % by five "
            f"folds, at best {n['best60'].mean():.1f} %. The folds take five times as long."
        ),
    ),
)
