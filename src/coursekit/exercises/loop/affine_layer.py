"""linear and linear_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import linear, linear_backward

_LARGE = 1e4


def _cases(draw: Draw, *, backward: bool) -> list[Case]:
    def case(n: int, d: int, h: int, about: str = "", group: str = "values", scale: float = 1.0) -> Case:
        x, w = np.round(scale * draw.array(n, d), 2), draw.array(d, h)
        args = (draw.array(n, h), x, w) if backward else (x, w, draw.array(h))
        return Case(args=args, about=about, group=group, scale=scale)

    def typical() -> Case:
        return case(draw.size(3, 6), draw.size(2, 3), draw.size(4, 5))

    cases = [
        case(1, 1, 1),
        case(1, 2, 1),
        case(2, 2, 2),
        case(2, 3, 2),
        case(3, 3, 3),
        typical(),
        case(draw.size(6, 9), draw.size(4, 5), draw.size(2, 3)),
        case(1, draw.size(2, 4), draw.size(2, 4), "one row", "edges"),
        case(draw.size(3, 6), 1, draw.size(2, 4), "one feature", "edges"),
        case(draw.size(3, 6), draw.size(2, 4), 1, "one unit", "edges"),
        case(2, 3, 2, "large entries", "edges", _LARGE / 3),
    ]
    zeros = case(2, 2, 3, "all inputs are 0", "edges")
    zeros.args[1 if backward else 0][:] = 0.0
    return with_layouts([*cases, zeros], typical=typical)


def _forward_cases(draw: Draw) -> list[Case]:
    return _cases(draw, backward=False)


def _backward_cases(draw: Draw) -> list[Case]:
    return _cases(draw, backward=True)


def _loop(x: Array, w: Array, b: Array) -> Array:
    out = np.empty((x.shape[0], w.shape[1]), dtype=x.dtype)
    for i in range(x.shape[0]):
        for j in range(w.shape[1]):
            out[i, j] = sum(x[i, k] * w[k, j] for k in range(x.shape[1])) + b[j]
    return out


def _bias_trick(x: Array, w: Array, b: Array) -> Any:
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.vstack([w, b])


def _units(x: Array, w: Array, b: Array) -> Array:
    return np.column_stack([x @ column + bias for column, bias in zip(w.T, b, strict=True)])


def _b_reshaped(x: Array, w: Array, b: Array) -> Any:
    b.shape = (1, len(b))
    return x @ w + b


def _in_float64(x: Array, w: Array, b: Array) -> Array:
    out = np.zeros((x.shape[0], w.shape[1]))
    out += x @ w
    out += b
    return out


LINEAR = Exercise(
    assignment="loop",
    reference=linear,
    task="Write a linear layer. `x` is `(N, D)`, one row per example; `w` is `(D, H)`, one column per unit; `b` is "
    "`(H,)`, one number per unit. Return `(N, H)`.",
    rule="linear(x, w, b) = x @ w + b",
    returns=ArrayOf(),
    cases=_forward_cases,
    speed=lambda draw: Case(args=(draw.array(60, 40), draw.array(40, 30), draw.array(30))),
    checks=(
        values(
            3,
            "Work out one entry by hand: row i of `x` meets column j of `w`, entry by entry, and the products add up. "
            "What is added to that sum?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_bias",
            function=lambda x, w, b: x @ w,
            hint="Your result does not depend on `b`. What does a unit put out when all of its inputs are 0?",
        ),
        Misconception(
            id="threshold",
            function=lambda x, w, b: x @ w - b,
            hint="You take `b` off, as with the threshold of old perceptron texts. Which sign has the bias in the rule "
            "here?",
        ),
        Misconception(
            id="w_transposed",
            function=lambda x, w, b: x @ w.T + b,
            hint="You multiply by `w.T`. PyTorch keeps the weights as (H, D) and needs that; which shape has `w` here?",
        ),
        Misconception(
            id="w_times_x",
            function=lambda x, w, b: w @ x + b,
            hint="You multiply in the order `w @ x`, as texts do whose examples are columns. Here they are rows: which "
            "order makes (N, D) and (D, H) meet at D?",
        ),
        Misconception(
            id="column_examples",
            function=lambda x, w, b: w.T @ x.T + b[:, None],
            hint="Your numbers stand in an array of shape (H, N), one column per example. Which shape is asked for?",
        ),
        Misconception(
            id="entry_by_entry",
            function=lambda x, w, b: x * w + b,
            hint="`*` multiplies entry by entry and adds nothing up. Which operator multiplies rows with columns?",
        ),
        Misconception(
            id="bias_per_row",
            function=lambda x, w, b: x @ w + b[:, None],
            hint="You add one number of `b` to each row, that is to each example. Does a bias belong to an example or "
            "to a unit?",
        ),
        Misconception(
            id="one_bias_for_all",
            function=lambda x, w, b: x @ w + b.sum(),
            hint="You add the same number to every unit. How many numbers does `b` hold, and whose are they?",
        ),
        Misconception(
            id="activation_included",
            function=lambda x, w, b: np.maximum(x @ w + b, 0),
            hint="Your result is never negative: a ReLU has slipped in, as with an activation named in a Keras layer. "
            "Where in the rule is a maximum?",
        ),
        in_place(
            _b_reshaped,
            "b",
            "`b.shape = ...` turns the caller's own array. Which call gives a reshaped one and leaves `b` alone?",
        ),
        float64(_in_float64, "np.zeros((N, H))"),
    ),
    variants={
        "loop": _loop,
        "dot": lambda x, w, b: np.dot(x, w) + b.reshape(1, -1),
        "einsum": lambda x, w, b: np.einsum("nd,dh->nh", x, w) + b,
        "bias_trick": _bias_trick,
        "unit_by_unit": _units,
        "transposed_twice": lambda x, w, b: (w.T @ x.T + b[:, None]).T,
    },
)


def _correct(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def _backward_loop(dout: Array, x: Array, w: Array) -> Any:
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[0])
    for n in range(dout.shape[0]):
        for h in range(dout.shape[1]):
            dx[n] += dout[n, h] * w[:, h]
            dw[:, h] += dout[n, h] * x[n]
            db[h] += dout[n, h]
    return [dx, dw, db]


def _means(dout: Array, x: Array, w: Array) -> Any:
    dx, dw, db = _correct(dout, x, w)
    return dx, dw / len(x), db / len(x)


def _db_from_view(dout: Array, x: Array, w: Array) -> Any:
    dx, dw = dout @ w.T, x.T @ dout
    db = dout[0]
    for row in dout[1:]:
        db += row
    return dx, dw, db


def _backward_float64(dout: Array, x: Array, w: Array) -> Any:
    dw = np.zeros(w.shape)
    for one, d in zip(x, dout, strict=True):
        dw += np.outer(one, d)
    return dout @ w.T, dw, dout.sum(axis=0)


_SHAPE_RULE = "A gradient has the shape of what it belongs to. Which product of `dout` with {} has the shape of `{}`?"

LINEAR_BACKWARD = Exercise(
    assignment="loop",
    reference=linear_backward,
    task="Write the backward pass of the linear layer. `dout`, `(N, H)`, is the gradient at its output; return the "
    "gradients `dx, dw, db` of `sum(dout * linear(x, w, b))`, each with the shape of what it belongs to.",
    rule="dx = dout @ w.T,  dw = x.T @ dout,  db = the sum of the rows of dout",
    returns=Several(dx=ArrayOf(), dw=ArrayOf(), db=ArrayOf()),
    cases=_backward_cases,
    speed=lambda draw: Case(args=(draw.array(60, 30), draw.array(60, 40), draw.array(40, 30))),
    checks=(
        values(2, _SHAPE_RULE.format("`w`", "x"), name="dx", part="dx"),
        values(2, _SHAPE_RULE.format("`x`", "w"), name="dw", part="dw"),
        values(
            2,
            "One bias of a unit is added for every example. What happens to the shares of the examples?",
            name="db",
            part="db",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="means_over_the_batch",
            function=_means,
            hint="You divide `dw` and `db` by the number of rows. The loss is the one that takes the mean, so `dout` "
            "is divided already: what happens if it is done twice?",
        ),
        Misconception(
            id="db_mean",
            function=lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.mean(axis=0)),
            hint="Your `db` is the mean of the rows of `dout`. `dw` adds the examples up: why should `db` differ?",
        ),
        Misconception(
            id="db_over_units",
            function=lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.sum(axis=1)),
            hint="You add `dout` up along each row, which leaves one number per example. `b` has one per unit: over "
            "which axis must the sum run?",
        ),
        Misconception(
            id="db_over_everything",
            function=lambda dout, x, w: (dout @ w.T, x.T @ dout, np.full(w.shape[1], dout.sum(), dtype=dout.dtype)),
            hint="Every entry of your `db` is the sum of all of `dout`. Does the bias of one unit change the others?",
        ),
        Misconception(
            id="db_not_summed",
            function=lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.copy()),
            hint="Your `db` still has one row per example. There is one `b` for all of them: what becomes of their "
            "shares?",
        ),
        Misconception(
            id="db_as_a_row",
            function=lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.sum(axis=0, keepdims=True)),
            hint="The numbers of your `db` are right, but its shape is (1, H), as in CS231n's code. Which shape has "
            "`b` here?",
        ),
        Misconception(
            id="dx_not_transposed",
            function=lambda dout, x, w: (dout @ w, x.T @ dout, dout.sum(axis=0)),
            hint="You multiply `dout` by `w` as it stands. The way back goes from H units to D inputs: which way round "
            "does `w` go?",
        ),
        Misconception(
            id="dw_transposed",
            function=lambda dout, x, w: (dout @ w.T, dout.T @ x, dout.sum(axis=0)),
            hint="Your `dw` is (H, D), which is how PyTorch keeps the weights. Which shape has `w` here?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x, w: _correct(np.ones_like(dout), x, w),
            hint="Your gradients are those of the plain sum of the outputs: `dout` changes nothing. By what does the "
            "chain rule multiply?",
        ),
        Misconception(
            id="descends_already",
            function=lambda dout, x, w: (-dout @ w.T, -x.T @ dout, -dout.sum(axis=0)),
            hint="All signs are turned round. The update goes against the gradient; should the gradient itself?",
        ),
        Misconception(
            id="order",
            function=lambda dout, x, w: (x.T @ dout, dout.sum(axis=0), dout @ w.T),
            hint="You return `dw, db, dx`. In which order does the task name them?",
        ),
        in_place(
            _db_from_view,
            "dout",
            "`dout[0]` is a view of the first row, and `+=` adds the others to it. What makes a copy?",
        ),
        float64(_backward_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _backward_loop,
        "einsum": lambda dout, x, w: (
            np.einsum("nh,dh->nd", dout, w),
            np.einsum("nd,nh->dh", x, dout),
            np.einsum("nh->h", dout),
        ),
        "dot": lambda dout, x, w: [np.dot(dout, w.T), np.dot(dout.T, x).T, np.ones(len(dout), dout.dtype) @ dout],
        "outer_products": lambda dout, x, w: (
            (w @ dout.T).T,
            (x[:, :, None] * dout[:, None, :]).sum(axis=0),
            dout.mean(axis=0) * len(dout),
        ),
    },
)
