"""maxout, maxout_backward and dead_fraction: the exercises about whole units."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, keeps_float32, unchanged, values
from coursekit.nn.activations import dead_fraction, maxout, maxout_backward

_GAP = 0.05
_LARGE = 1000.0  # times weights up to 3: sums far above 1e4, and their rounding with them


def _layer(draw: Draw, n: int, d: int, h: int, *, scale: float = 1.0) -> tuple[Array, ...]:
    """x, w1, b1, w2, b2 whose two units never tie, and where the biases decide some of the winners."""
    while True:
        x, w1, w2 = scale * draw.array(n, d), draw.array(d, h), draw.array(d, h)
        b1, b2 = draw.array(h), draw.array(h)
        lead, bare = x @ w1 + b1 - x @ w2 - b2, x @ w1 - x @ w2
        if np.abs(lead).min() < _GAP or np.abs(bare).min() < _GAP:
            continue
        if n * h < 4 or scale > 1 or (((lead > 0) != (bare > 0)).any() and (lead > 0).any() and (lead < 0).any()):
            return x, w1, b1, w2, b2


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


def _maxout_loop(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    out = np.empty((x.shape[0], w1.shape[1]), dtype=x.dtype)
    for n in range(x.shape[0]):
        for h in range(w1.shape[1]):
            one = sum(x[n, d] * w1[d, h] for d in range(x.shape[1])) + b1[h]
            two = sum(x[n, d] * w2[d, h] for d in range(x.shape[1])) + b2[h]
            out[n, h] = max(one, two)
    return out


def _maxout_in_place(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    w1 -= w2
    b1 -= b2
    return np.maximum(x @ w1 + b1, 0) + x @ w2 + b2


MAXOUT = Exercise(
    assignment="activations",
    reference=maxout,
    task="Write a maxout layer of two linear units per output. `x` is `(N, D)`, `w1` and `w2` are `(D, H)`, `b1` and `b2` are "
    "`(H,)`; return `(N, H)`, each entry the larger of the two units' outputs.",
    rule="maxout(x) = max(x @ w1 + b1, x @ w2 + b2), entry by entry",
    returns=ArrayOf(),
    cases=_maxout_cases,
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
            hint="The values are right, but the caller's weights are overwritten. Which operator of yours works in place?",
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
    task="Write the backward pass of maxout. `dout` is `(N, H)`, the gradient at the output. Return `dx, dw1, db1, dw2, db2`, "
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
            hint="Both of your units get the whole of `dout`. If the losing unit grew a little, would the output change?",
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
            hint="Your db1 and db2 are means over the rows. Where the loss is a mean, `dout` already holds that division. "
            "Is it due a second time?",
        ),
        Misconception(
            id="all_mean",
            function=_all_mean,
            hint="You divide the gradients of weights and biases by N. Where the loss is a mean, `dout` already holds that "
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
            hint="Your db1 and db2 have a row per example. Each bias is used in every row: how do those gradients come together?",
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
        Misconception(
            id="in_place",
            function=_backward_in_place,
            hint="The values are right, but the caller's `dout` is overwritten. Which operator of yours works in place?",
        ),
        Misconception(
            id="float64",
            function=_backward_float64,
            hint="float32 went in and float64 came out. Where does a float64 come in?",
        ),
    ),
    variants={"loop": _backward_loop, "where": _backward_where, "copy": _backward_copy},
)


def _dead_cases(draw: Draw) -> list[Case]:
    def layer(n: int, d: int, dead: int, *, signed: bool = False) -> Array:
        """`d` units of which `dead` are 0 throughout; the others are 0 now and then and never all of the time."""
        h = np.abs(draw.array(n, d))
        if signed:
            h = h * draw.rng.choice([-1.0, 1.0], h.shape)
        alive = draw.rng.random((n, d)) < 0.5
        alive[draw.rng.integers(n, size=d), np.arange(d)] = True
        h = h * alive
        h[:, draw.rng.permutation(d)[:dead]] = 0.0
        return np.abs(h) if not signed else h + 0.0

    def case(h: Array, about: str = "", group: str = "values") -> Case:
        return Case(args=(h,), about=about, group=group)

    n, d = draw.size(5, 12), draw.size(4, 9)
    cancel = layer(4, 3, 1, signed=True)
    living = np.flatnonzero(cancel.any(axis=0))
    cancel[:, living[0]] = [0.5, -0.5, 0.0, 0.0]
    tiny = layer(3, 4, 1)
    tiny[tiny > 0] *= 1e-3
    negative = -layer(3, 4, 1) + 0.0
    cases = [
        case(np.array([[0.0, 1.5, 0.0], [0.0, 0.0, 2.0]])),
        case(layer(3, 2, 1)),
        case(layer(2, 5, 3)),
        case(layer(n, d, draw.size(1, d - 1))),
        case(layer(draw.size(3, 6), 4, 3)),
        case(layer(6, 3, 0), "no unit is dead", "edges"),
        case(np.zeros((2, 3)), "every unit is dead", "edges"),
        case(np.array([[0.0, 0.7, 0.0, 0.2]]), "one row", "edges"),
        case(layer(draw.size(3, 6), 1, 0), "one unit", "edges"),
        case(tiny, "small but not 0", "edges"),
        case(negative, "negative outputs, as a leaky unit has", "edges"),
        case(cancel, "outputs of both signs", "edges"),
        case(1e4 * layer(3, 3, 1), "large entries", "edges"),
    ]
    wide = with_layouts(cases, typical=lambda: case(layer(4, 3, 2)), single=False)
    return [*wide, case(layer(4, 4, 1).astype(np.float32), "float32", "edges")]


def _dead_loop(h: Array) -> float:
    dead = 0
    for j in range(h.shape[1]):
        dead += all(entry == 0 for entry in h[:, j])
    return dead / h.shape[1]


def _dead_in_place(h: Array) -> Any:
    h[h != 0] = 1
    return np.mean(h.sum(axis=0) == 0)


DEAD_FRACTION = Exercise(
    assignment="activations",
    reference=dead_fraction,
    task="Measure how much of a layer is dead. `h` is `(N, D)`: the outputs of D units for N examples. A unit is dead when "
    "its output is 0 for every example; return the share of dead units, a number from 0 to 1.",
    rule="dead_fraction(h) = (number of columns of h that are 0 in every row) / (number of columns)",
    returns=Number(),
    cases=_dead_cases,
    checks=(
        values(3, "Go through the columns by hand. Which of them are 0 from top to bottom, and how many columns are there?"),
        Check(
            name="edge cases",
            points=2,
            group="edges",
            hint="Which columns here are exactly 0 in every row? Small, negative, or cancelling entries are not 0.",
        ),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="entries",
            function=lambda h: np.mean(h == 0),
            hint="You count the entries that are 0. A unit that is 0 for some examples is healthy: "
            "what has to hold down a whole column?",
        ),
        Misconception(
            id="rows",
            function=lambda h: np.mean(np.all(h == 0, axis=1)),
            hint="You look for rows that are all 0. Rows are examples and columns are units: over which axis must `all` run?",
        ),
        Misconception(
            id="any_zero",
            function=lambda h: np.mean(np.any(h == 0, axis=0)),
            hint="You count a unit that is 0 for some example. Must it be 0 for any, or for all?",
        ),
        Misconception(
            id="alive",
            function=lambda h: np.mean(np.any(h != 0, axis=0)),
            hint="You return the share of units that are alive. What is one minus that?",
        ),
        Misconception(
            id="count",
            function=lambda h: int(np.sum(np.all(h == 0, axis=0))),
            hint="You return how many units are dead. Out of how many? The result should lie between 0 and 1.",
        ),
        Misconception(
            id="divided_by_rows",
            function=lambda h: np.sum(np.all(h == 0, axis=0)) / len(h),
            hint="You divide by the number of rows. How many units are there: `h.shape[0]` or `h.shape[1]`?",
        ),
        Misconception(
            id="threshold",
            function=lambda h: np.mean(np.all(np.abs(h) < 0.01, axis=0)),
            hint="You count small outputs as 0. Does a unit with an output of 0.001 pass a gradient on?",
        ),
        Misconception(
            id="not_positive",
            function=lambda h: np.mean(np.all(h <= 0, axis=0)),
            hint="You count negative outputs as dead. A leaky unit has them: is it dead then?",
        ),
        Misconception(
            id="sum_is_zero",
            function=lambda h: np.mean(h.sum(axis=0) == 0),
            hint="You test whether a column adds up to 0. What does the column 0.5, -0.5 add up to?",
        ),
        Misconception(
            id="per_unit",
            function=lambda h: np.all(h == 0, axis=0),
            hint="You return True or False for each unit. What share of them is True?",
        ),
        Misconception(
            id="in_place",
            function=_dead_in_place,
            hint="The value is right, but the caller's `h` is overwritten. Which of your lines writes into it?",
        ),
    ),
    variants={
        "loop": _dead_loop,
        "count_nonzero": lambda h: 1 - np.count_nonzero(h.any(axis=0)) / h.shape[1],
        "largest_size": lambda h: (np.abs(h).max(axis=0) == 0).mean(),
        "zero_d_array": lambda h: np.array(np.mean(~np.any(h, axis=0))),
    },
)
