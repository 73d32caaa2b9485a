"""prelu_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.activations.drawing import at_zero, elementwise
from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Number, Several
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, keeps_float32, unchanged, values
from coursekit.nn import prelu_backward


def _cases(draw: Draw) -> list[Case]:
    def options() -> dict[str, Any]:
        return {"alpha": draw.number(0.05, 0.9)}

    by_position = Case(args=(draw.array(2, 3), draw.array(2, 3), draw.number(0.05, 0.9)))
    return [*elementwise(draw, backward=True, options=options), by_position, *at_zero(draw, options)]


def _dx(dout: Array, x: Array, alpha: float) -> Array:
    return np.where(x > 0, dout, alpha * dout)


def _dalpha(dout: Array, x: Array) -> Any:
    return np.sum((dout * x)[x <= 0])


def _loop(dout: Array, x: Array, alpha: float) -> Any:
    dx = np.empty_like(dout)
    dalpha: Any = 0.0
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dx[i] = dout[i]
        else:
            dx[i] = alpha * dout[i]
            dalpha += dout[i] * x[i]
    return [dx, dalpha]


def _copy(dout: Array, x: Array, alpha: float) -> Any:
    dx = dout.copy()
    dx[x <= 0] *= alpha
    return dx, np.array(_dalpha(dout, x))


def _in_place(dout: Array, x: Array, alpha: float) -> Any:
    dalpha = _dalpha(dout, x)
    dout[x <= 0] *= alpha
    return dout, dalpha


def _float64(dout: Array, x: Array, alpha: float) -> Any:
    dx = np.zeros(x.shape)
    dx[:] = _dx(dout, x, alpha)
    return dx, _dalpha(dout, x)


PRELU_BACKWARD = Exercise(
    assignment="activations",
    reference=prelu_backward,
    task="PReLU is leaky ReLU whose slope is learned, so the backward pass has two gradients. Return `dx`, an array "
    "like "
    "`x`, and `dalpha`, one number: all entries share one `alpha`.",
    rule="dx = dout where x > 0, else alpha * dout;  dalpha = sum of dout * x over the entries with x <= 0",
    returns=Several(dx=ArrayOf(), dalpha=Number()),
    cases=_cases,
    checks=(
        values(
            2,
            "As in leaky ReLU: by what is `dout` multiplied where x > 0, and by what elsewhere?",
            name="dx",
            part="dx",
        ),
        values(
            3,
            "By how much does each output grow when alpha grows a little? Every entry adds its share.",
            name="dalpha",
            part="dalpha",
        ),
        Check(
            name="gradient at 0",
            points=1,
            group="zero",
            hint="At exactly 0 the book takes the slope of the side x <= 0, which is alpha. Which comparison says "
            "that?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="dalpha_over_positive",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.sum((dout * x)[x > 0])),
            hint="Your dalpha adds up the entries above 0. In which entries does the output depend on alpha at all?",
        ),
        Misconception(
            id="dalpha_over_all",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.sum(dout * x)),
            hint="Your dalpha adds up every entry. Does an output above 0 change when alpha does?",
        ),
        Misconception(
            id="dalpha_mean",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.mean(dout * np.minimum(x, 0))),
            hint="Your dalpha is a mean over all entries. One alpha serves them all: do their gradients average, or "
            "add up?",
        ),
        Misconception(
            id="dalpha_mean_over_rows",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), _dalpha(dout, x) / len(x)),
            hint="Your dalpha is divided by the number of rows. Where the loss is a mean, `dout` already holds that "
            "division. Is it due a second time?",
        ),
        Misconception(
            id="dalpha_without_dout",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.sum(x[x <= 0])),
            hint="Your dalpha adds up x alone. By what does the chain rule multiply each term?",
        ),
        Misconception(
            id="dalpha_without_x",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.sum(dout[x <= 0])),
            hint="Your dalpha adds up `dout` alone. What is the derivative of alpha * x with respect to alpha?",
        ),
        Misconception(
            id="dalpha_sign",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), -_dalpha(dout, x)),
            hint="Your dalpha has the opposite sign. x is negative where it counts: does the gradient keep that sign?",
        ),
        Misconception(
            id="dalpha_times_alpha",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), alpha * _dalpha(dout, x)),
            hint="Your dalpha holds alpha as a factor. What is left of alpha * x when you differentiate with respect "
            "to alpha?",
        ),
        Misconception(
            id="dalpha_per_unit",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), np.sum(dout * np.minimum(x, 0), axis=0)),
            hint="You return one dalpha per column. How many slopes does this layer have?",
        ),
        Misconception(
            id="dalpha_per_entry",
            function=lambda dout, x, alpha: (_dx(dout, x, alpha), dout * np.minimum(x, 0)),
            hint="You return one dalpha per entry. All entries share one alpha: how do their gradients come together?",
        ),
        Misconception(
            id="dx_stops_below_zero",
            function=lambda dout, x, alpha: (dout * (x > 0), _dalpha(dout, x)),
            hint="Your dx is 0 where x is below 0: that is plain relu. What is PReLU's slope there?",
        ),
        Misconception(
            id="dx_without_dout",
            function=lambda dout, x, alpha: (np.where(x > 0, 1, alpha).astype(x.dtype), _dalpha(dout, x)),
            hint="Your dx is the slope alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="gradient_one_at_zero",
            function=lambda dout, x, alpha: (np.where(x >= 0, dout, alpha * dout), _dalpha(dout, x)),
            hint="At x = 0 you use the slope 1. The book takes the side x <= 0, so alpha. Should it be `>` or `>=`?",
        ),
        Misconception(
            id="order",
            function=lambda dout, x, alpha: (_dalpha(dout, x), _dx(dout, x, alpha)),
            hint="Your two results come in the other order. The gradients follow the inputs: which is first, x or "
            "alpha?",
        ),
        in_place(_in_place, "dout"),
        Misconception(
            id="float64",
            function=_float64,
            hint="float32 went in and a float64 dx came out. Which dtype does `np.zeros(x.shape)` have?",
        ),
    ),
    variants={
        "loop": _loop,
        "copy": _copy,
        "masked_product": lambda dout, x, alpha: (dout * (x > 0) + alpha * dout * (x <= 0), np.sum(dout * x * (x < 0))),
        "python_float": lambda dout, x, alpha: (_dx(dout, x, alpha), float(np.vdot(dout, np.minimum(x, 0)))),
    },
)
