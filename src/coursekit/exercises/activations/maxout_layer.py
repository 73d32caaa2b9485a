"""maxout and maxout_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, keeps_float32, unchanged, values
from coursekit.nn import maxout, maxout_backward

_GAP = 0.05
_LARGE = 1000.0  # times weights up to 3: sums far above 1e4, and their rounding with them


def _layer(draw: Draw, n: int, d: int, h: int, *, scale: float = 1.0) -> tuple[Array, ...]:
    """x, w1, b1, w2, b2 whose two units never tie, and where the biases decide some of the winners."""
    while True:
        x, w1, w2 = scale * draw.array(n, d), draw.array(d, h), draw.array(d, h)
        b1, b2 = draw.array(h), draw.array(h)
        lead, bare = x @ w1 + b1 - x @ w2 - b2, x @ w1 - x @ w2
        if abs(lead).min() < _GAP or abs(bare).min() < _GAP:
            continue
        if n * h < 4 or scale > 1 or (((lead > 0) != (bare > 0)).any() and (lead > 0).any() and (lead < 0).any()):
            return x, w1, b1, w2, b2


def _many(draw: Draw) -> Case:
    """A layer on which a loop over units and examples is felt."""
    return Case(args=(draw.array(40, 20), draw.array(20, 30), draw.array(30), draw.array(20, 30), draw.array(30)))


def _maxout_cases(draw: Draw, *, backward: bool = False) -> list[Case]:
    def case(n: int, d: int, h: int, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        args = _layer(draw, n, d, h, scale=scale)
        return Case(args=(draw.array(n, h), *args) if backward else args, about=about, group=group, scale=scale)

    def typical() -> Case:
        return case(draw.size(2, 5), draw.size(2, 4), draw.size(2, 4))

    cases = [
        case(1, 1, 1),
        case(2, 1, 2),
        case(2, 3, 2),
        typical(),
        case(draw.size(6, 9), draw.size(3, 6), draw.size(2, 5)),
        case(1, draw.size(2, 4), draw.size(2, 4), "one row", "edges"),
        case(draw.size(3, 6), 1, draw.size(2, 4), "one feature", "edges"),
        case(draw.size(3, 6), draw.size(2, 4), 1, "one unit", "edges"),
        case(2, 2, 2, "large entries", "edges", _LARGE),
    ]
    return with_layouts(cases, typical=typical)


def _backward_cases(draw: Draw) -> list[Case]:
    return _maxout_cases(draw, backward=True)


def _maxout_loop(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    out = np.empty((x.shape[0], w1.shape[1]), dtype=x.dtype)
    for n in range(x.shape[0]):
        for h in range(w1.shape[1]):
            one = sum(x[n, d] * w1[d, h] for d in range(x.shape[1])) + b1[h]
            two = sum(x[n, d] * w2[d, h] for d in range(x.shape[1])) + b2[h]
            out[n, h] = max(one, two)
    return out


def _maxout_in_place(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    w1 -= w2
    b1 -= b2
    return np.maximum(x @ w1 + b1, 0) + x @ w2 + b2


MAXOUT = Exercise(
    assignment="activations",
    reference=maxout,
    task="Write a maxout layer of two linear units per output. `x` is `(N, D)`, `w1` and `w2` are `(D, H)`, `b1` and "
    "`b2` are "
    "`(H,)`; return `(N, H)`, each entry the larger of the two units' outputs.",
    rule="maxout(x) = max(x @ w1 + b1, x @ w2 + b2), entry by entry",
    returns=ArrayOf(),
    cases=_maxout_cases,
    speed=_many,
    checks=(
        values(3, "Compute both linear units for one row by hand. Which of the two should win at each entry?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="sum",
            function=lambda x, w1, b1, w2, b2: x @ w1 + b1 + x @ w2 + b2,
            hint="You add the two units up. What does the 'max' in maxout say?",
        ),
        Misconception(
            id="mean",
            function=lambda x, w1, b1, w2, b2: (x @ w1 + b1 + x @ w2 + b2) / 2,
            hint="You average the two units. What does the 'max' in maxout say?",
        ),
        Misconception(
            id="minimum",
            function=lambda x, w1, b1, w2, b2: np.minimum(x @ w1 + b1, x @ w2 + b2),
            hint="You keep the smaller of the two units. Which should win?",
        ),
        Misconception(
            id="no_biases",
            function=lambda x, w1, b1, w2, b2: np.maximum(x @ w1, x @ w2),
            hint="Your result does not depend on b1 and b2. When are the biases added: before or after the comparison?",
        ),
        Misconception(
            id="biases_after",
            function=lambda x, w1, b1, w2, b2: np.maximum(x @ w1, x @ w2) + np.maximum(b1, b2),
            hint="You compare the products and the biases separately. Which two whole numbers compete at an entry?",
        ),
        Misconception(
            id="one_bias_for_both",
            function=lambda x, w1, b1, w2, b2: np.maximum(x @ w1 + b1, x @ w2 + b1),
            hint="Both of your units use b1. Which bias belongs to w2?",
        ),
        Misconception(
            id="rectified",
            function=lambda x, w1, b1, w2, b2: np.maximum(np.maximum(x @ w1 + b1, x @ w2 + b2), 0),
            hint="Your result is never negative. Is 0 one of the two units that compete?",
        ),
        Misconception(
            id="larger_in_size",
            function=lambda x, w1, b1, w2, b2: np.where(
                np.abs(x @ w1 + b1) > np.abs(x @ w2 + b2), x @ w1 + b1, x @ w2 + b2
            ),
            hint="You choose the unit that is further from 0. Which is larger, -3 or 1?",
        ),
        Misconception(
            id="max_over_units",
            function=lambda x, w1, b1, w2, b2: np.stack([x @ w1 + b1, x @ w2 + b2]).max(axis=-1).T,
            hint="You take the largest entry of each row of a unit. Over which axis do the two units compete?",
        ),
        Misconception(
            id="in_place",
            function=_maxout_in_place,
            hint="The values are right, but the caller's weights are overwritten. Which operator of yours works in "
            "place?",
        ),
        Misconception(
            id="float64",
            function=lambda x, w1, b1, w2, b2: np.maximum(x @ w1 + b1, x @ w2 + b2).astype(np.float64),
            hint="float32 went in and float64 came out. Where does a float64 come in?",
        ),
    ),
    variants={
        "loop": _maxout_loop,
        "where": lambda x, w1, b1, w2, b2: np.where(x @ w1 + b1 > x @ w2 + b2, x @ w1 + b1, x @ w2 + b2),
        "stack": lambda x, w1, b1, w2, b2: np.stack([x @ w1 + b1, x @ w2 + b2]).max(axis=0),
        "relu_of_difference": lambda x, w1, b1, w2, b2: np.maximum(x @ (w1 - w2) + (b1 - b2), 0) + x @ w2 + b2,
    },
)


def _shares(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple[Array, Array]:
    first = x @ w1 + b1 > x @ w2 + b2
    return dout * first, dout * ~first


def _gradients(d1: Array, d2: Array, x: Array, w1: Array, w2: Array) -> tuple[Array, ...]:
    return d1 @ w1.T + d2 @ w2.T, x.T @ d1, d1.sum(axis=0), x.T @ d2, d2.sum(axis=0)


def _correct(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple[Array, ...]:
    return _gradients(*_shares(dout, x, w1, b1, w2, b2), x, w1, w2)


def _backward_loop(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    dx, dw1, db1, dw2, db2 = (np.zeros_like(a) for a in (x, w1, b1, w2, b2))
    for n in range(x.shape[0]):
        for h in range(w1.shape[1]):
            first = x[n] @ w1[:, h] + b1[h] > x[n] @ w2[:, h] + b2[h]
            w, dw, db = (w1, dw1, db1) if first else (w2, dw2, db2)
            dx[n] += dout[n, h] * w[:, h]
            dw[:, h] += dout[n, h] * x[n]
            db[h] += dout[n, h]
    return [dx, dw1, db1, dw2, db2]


def _both_units(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return _gradients(dout, dout, x, w1, w2)


def _loser(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return _gradients(*_shares(dout, x, w1, b1, w2, b2)[::-1], x, w1, w2)


def _bare_winner(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return _correct(dout, x, w1, 0 * b1, w2, 0 * b2)


def _positive(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return _gradients(dout * (x @ w1 + b1 > 0), dout * (x @ w2 + b2 > 0), x, w1, w2)


def _db_mean(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    dx, dw1, db1, dw2, db2 = _correct(dout, x, w1, b1, w2, b2)
    return dx, dw1, db1 / len(x), dw2, db2 / len(x)


def _all_mean(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    dx, dw1, db1, dw2, db2 = _correct(dout, x, w1, b1, w2, b2)
    return dx, dw1 / len(x), db1 / len(x), dw2 / len(x), db2 / len(x)


def _db_not_masked(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    dx, dw1, _, dw2, _ = _correct(dout, x, w1, b1, w2, b2)
    return dx, dw1, dout.sum(axis=0), dw2, dout.sum(axis=0)


def _db_not_summed(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    d1, d2 = _shares(dout, x, w1, b1, w2, b2)
    dx, dw1, _, dw2, _ = _gradients(d1, d2, x, w1, w2)
    return dx, dw1, d1, dw2, d2


def _db_over_everything(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    d1, d2 = _shares(dout, x, w1, b1, w2, b2)
    dx, dw1, _, dw2, _ = _gradients(d1, d2, x, w1, w2)
    return dx, dw1, d1.sum(), dw2, d2.sum()


def _dx_first_unit(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    _, *rest = _correct(dout, x, w1, b1, w2, b2)
    return _shares(dout, x, w1, b1, w2, b2)[0] @ w1.T, *rest


def _missing_dout(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return _correct(np.ones_like(dout), x, w1, b1, w2, b2)


def _weights_then_biases(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    dx, dw1, db1, dw2, db2 = _correct(dout, x, w1, b1, w2, b2)
    return dx, dw1, dw2, db1, db2


def _backward_in_place(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    d1, _ = _shares(dout, x, w1, b1, w2, b2)
    dout -= d1
    return _gradients(d1, dout, x, w1, w2)


def _backward_float64(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    return tuple(g.astype(np.float64) for g in _correct(dout, x, w1, b1, w2, b2))


def _backward_where(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    lead = (x @ w1 + b1) - (x @ w2 + b2)
    return _gradients(np.where(lead > 0, dout, 0), np.where(lead > 0, 0, dout), x, w1, w2)


def _backward_copy(dout: Array, x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Any:
    d1, d2 = dout.copy(), dout.copy()
    first = x @ w1 + b1 >= x @ w2 + b2
    d1[~first], d2[first] = 0, 0
    ones = np.ones(len(x), dtype=x.dtype)
    return d1 @ w1.T + d2 @ w2.T, (d1.T @ x).T, ones @ d1, (d2.T @ x).T, ones @ d2


_PART_HINT = "Which unit won each entry? Only the winner gets the gradient, and then it is an ordinary linear layer."

MAXOUT_BACKWARD = Exercise(
    assignment="activations",
    reference=maxout_backward,
    task="Write the backward pass of maxout. `dout` is `(N, H)`, the gradient at the output. Return `dx, dw1, db1, "
    "dw2, db2`, "
    "each of the shape of its input. Only the unit that won an entry gets that entry's gradient.",
    rule="d1 = dout where unit 1 won, else 0;  d2 = dout - d1;  dx = d1 @ w1.T + d2 @ w2.T;  "
    "dw1 = x.T @ d1;  db1 = sum of d1 over the rows;  dw2 and db2 likewise",
    returns=Several(dx=ArrayOf(), dw1=ArrayOf(), db1=ArrayOf(), dw2=ArrayOf(), db2=ArrayOf()),
    cases=_backward_cases,
    checks=(
        values(2, "x feeds both units, so dx has two terms. Is each masked by who won?", name="dx", part="dx"),
        values(1, _PART_HINT, name="dw1", part="dw1"),
        values(1, "A bias is added to every row, so its gradient is a sum over rows.", name="db1", part="db1"),
        values(1, _PART_HINT, name="dw2", part="dw2"),
        values(1, "A bias is added to every row, so its gradient is a sum over rows.", name="db2", part="db2"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="both_units",
            function=_both_units,
            hint="Both of your units get the whole of `dout`. If the losing unit grew a little, would the output "
            "change?",
        ),
        Misconception(
            id="loser",
            function=_loser,
            hint="The gradient goes to the unit that lost. Which of the two does the output depend on?",
        ),
        Misconception(
            id="winner_without_biases",
            function=_bare_winner,
            hint="You compare x @ w1 with x @ w2. Do the biases have a say in who wins?",
        ),
        Misconception(
            id="mask_of_relu",
            function=_positive,
            hint="You let a unit pass where it is above 0: that is relu. With what is unit 1 compared in maxout?",
        ),
        Misconception(
            id="db_mean",
            function=_db_mean,
            hint="Your db1 and db2 are means over the rows. Where the loss is a mean, `dout` already holds that "
            "division. "
            "Is it due a second time?",
        ),
        Misconception(
            id="all_mean",
            function=_all_mean,
            hint="You divide the gradients of weights and biases by N. Where the loss is a mean, `dout` already "
            "holds that "
            "division. Is it due a second time?",
        ),
        Misconception(
            id="db_of_both",
            function=_db_not_masked,
            hint="Your db1 and db2 both add up the whole of `dout`. Does the bias of a unit that lost get a gradient?",
        ),
        Misconception(
            id="db_not_summed",
            function=_db_not_summed,
            hint="Your db1 and db2 have a row per example. Each bias is used in every row: how do those gradients "
            "come together?",
        ),
        Misconception(
            id="db_over_everything",
            function=_db_over_everything,
            hint="Your db1 and db2 are single numbers, but each unit has a bias of its own. Over which axis should the "
            "sum run, and which axis should stay?",
        ),
        Misconception(
            id="dx_of_first_unit_only",
            function=_dx_first_unit,
            hint="Your dx holds only what comes back through unit 1. Through which other unit does x reach the output?",
        ),
        Misconception(
            id="missing_dout",
            function=_missing_dout,
            hint="Your gradients are right for a dout of ones. Where does `dout` come in?",
        ),
        Misconception(
            id="order",
            function=_weights_then_biases,
            hint="Your results come as dx, dw1, dw2, db1, db2. The gradients follow the inputs: x, w1, b1, w2, b2.",
        ),
        in_place(_backward_in_place, "dout", "Which operator of yours works in place?"),
        Misconception(
            id="float64",
            function=_backward_float64,
            hint="float32 went in and float64 came out. Where does a float64 come in?",
        ),
    ),
    variants={"loop": _backward_loop, "where": _backward_where, "copy": _backward_copy},
)
