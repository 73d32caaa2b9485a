"""elu and elu_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.activations.drawing import at_zero, elementwise, many, many_backward
from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, large, unchanged, values
from coursekit.nn import elu, elu_backward


def _cases(draw: Draw, *, backward: bool) -> list[Case]:
    def options() -> dict[str, Any]:
        return {"alpha": draw.number(0.2, 0.8) if draw.rng.random() < 0.5 else draw.number(1.3, 2.0)}

    def inputs(x: Array) -> tuple[Array, ...]:
        return (draw.array(*x.shape), x) if backward else (x,)

    plain = [
        Case(args=inputs(x), about="alpha left at its default", group="default")
        for x in (-abs(draw.array(1, 1)), draw.array(2, 2), draw.array(draw.size(2, 6), draw.size(2, 6)))
    ]
    by_position = Case(args=(*inputs(draw.array(2, 2)), 0.7), about="alpha by position")
    return [*plain, *elementwise(draw, backward=backward, options=options, large="large"), by_position] + (
        at_zero(draw, options) if backward else []
    )


def _forward_cases(draw: Draw) -> list[Case]:
    return _cases(draw, backward=False)


def _backward_cases(draw: Draw) -> list[Case]:
    return _cases(draw, backward=True)


def _low(x: Array) -> Array:
    return np.minimum(x, 0)


def _loop(x: Array, alpha: float = 1.0) -> Array:
    out = np.empty_like(x)
    for i in np.ndindex(x.shape):
        out[i] = x[i] if x[i] > 0 else alpha * (np.exp(x[i]) - 1)
    return out


def _copy(x: Array, alpha: float = 1.0) -> Array:
    out = x.copy()
    out[x <= 0] = alpha * np.expm1(x[x <= 0])
    return out


def _in_place(x: Array, alpha: float = 1.0) -> Array:
    low = x <= 0
    x[low] = alpha * np.expm1(x[low])
    return x


def _float64(x: Array, alpha: float = 1.0) -> Array:
    out = np.zeros(x.shape)
    out[:] = np.where(x > 0, x, alpha * np.expm1(_low(x)))
    return out


_DEFAULT = "alpha = 1 by default"
_DEFAULT_HINT = "Is the default of `alpha` 1 in your `def` line? If so, work out the first wrong entry with it by hand."

ELU = Exercise(
    assignment="activations",
    reference=elu,
    task="Write the exponential linear unit: entries above 0 stay, the others bend smoothly towards `-alpha`. "
    "`alpha` is a "
    "constant, 1 unless the caller gives another.",
    rule="elu(x) = x where x > 0, else alpha * (exp(x) - 1)",
    returns=ArrayOf(),
    cases=_forward_cases,
    speed=many,
    checks=(
        values(1, _DEFAULT_HINT, name=_DEFAULT, group="default"),
        values(2, "Work out one negative entry with the alpha of the call. What does alpha multiply?"),
        large(),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_minus_one",
            function=lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.exp(_low(x))),
            hint="Your curve jumps at 0: just below 0 it is near alpha. What has to be taken off so that both sides "
            "meet at 0?",
        ),
        Misconception(
            id="alpha_on_exp_only",
            function=lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.exp(_low(x)) - 1),
            hint="You multiply exp(x) by alpha and then take 1 off. Where do the brackets stand in the rule, and "
            "what is "
            "your value just below 0?",
        ),
        Misconception(
            id="ignores_alpha",
            function=lambda x, alpha=1.0: np.where(x > 0, x, np.expm1(_low(x))),
            hint="Your result is the same for every alpha. Is the parameter `alpha` used in your formula?",
        ),
        Misconception(
            id="alpha_on_both_sides",
            function=lambda x, alpha=1.0: alpha * np.where(x > 0, x, np.expm1(_low(x))),
            hint="You scale the entries above 0 by alpha too. Which side does alpha belong to?",
        ),
        Misconception(
            id="alpha_in_exponent",
            function=lambda x, alpha=1.0: np.where(x > 0, x, np.expm1(alpha * _low(x))),
            hint="Your alpha stands inside `exp`. To which value should elu tend far below 0: -1, or -alpha?",
        ),
        Misconception(
            id="sign",
            function=lambda x, alpha=1.0: np.where(x > 0, x, -alpha * np.expm1(_low(x))),
            hint="Your negative entries come back positive. Which is larger below 0, exp(x) or 1?",
        ),
        Misconception(
            id="maximum",
            function=lambda x, alpha=1.0: np.maximum(x, alpha * (np.exp(x) - 1)),
            hint="You take the larger of x and alpha * (exp(x) - 1). For relu and its leaky form that works; "
            "but above 0, which of the two is larger here?",
        ),
        Misconception(
            id="leaky",
            function=lambda x, alpha=1.0: np.where(x > 0, x, alpha * x),
            hint="Below 0 you return a straight line: that is leaky ReLU. Where does the exponential come in?",
        ),
        Misconception(
            id="mask_times_inf",
            function=lambda x, alpha=1.0: x * (x > 0) + alpha * (np.exp(x) - 1) * (x <= 0),
            hint="You multiply by a mask of zeros, but at large x `exp(x)` is inf, and inf * 0 is NaN. "
            "How can `exp` be kept away from the positive entries?",
        ),
        in_place(_in_place, "x", "Which of your lines writes into `x`?"),
        float64(_float64),
    ),
    variants={
        "loop": _loop,
        "copy": _copy,
        "plain_where": lambda x, alpha=1.0: np.where(x > 0, x, alpha * (np.exp(x) - 1)),  # warns, which costs nothing
        "two_parts": lambda x, alpha=1.0: np.maximum(x, 0) + alpha * (np.exp(np.minimum(x, 0)) - 1),
    },
)


def _slope(x: Array, alpha: float) -> Array:
    return np.where(x > 0, 1, alpha * np.exp(_low(x))).astype(x.dtype)


def _backward_loop(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    dx = np.empty_like(dout)
    for i in np.ndindex(x.shape):
        dx[i] = dout[i] if x[i] > 0 else dout[i] * alpha * np.exp(x[i])
    return dx


def _backward_copy(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    dx = dout.copy()
    dx[x <= 0] *= alpha * np.exp(x[x <= 0])
    return dx


def _backward_in_place(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    dout[x <= 0] *= alpha * np.exp(x[x <= 0])
    return dout


def _backward_float64(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    slope = np.ones(x.shape)
    slope[x <= 0] = alpha * np.exp(x[x <= 0])
    return dout * slope


def _from_output(dout: Array, x: Array, alpha: float = 1.0) -> Array:
    out = np.where(x > 0, x, alpha * np.expm1(_low(x)))
    return np.where(x > 0, dout, dout * (out + alpha))


ELU_BACKWARD = Exercise(
    assignment="activations",
    reference=elu_backward,
    task="Write the backward pass of ELU. `dout` is the gradient at its output, `x` what went into it; return the "
    "gradient "
    "at `x`. At exactly 0 the slope counts as `alpha`, the one of the side below.",
    rule="dx = dout where x > 0, else dout * alpha * exp(x)",
    returns=ArrayOf(),
    cases=_backward_cases,
    speed=many_backward,
    checks=(
        values(1, _DEFAULT_HINT, name=_DEFAULT, group="default"),
        values(2, "Differentiate alpha * (exp(x) - 1) with respect to x. What is left of the -1, and of alpha?"),
        Check(
            name="gradient at 0",
            points=1,
            group="zero",
            hint="At exactly 0 the book takes the slope of the side x <= 0, which is alpha. Which comparison says "
            "that?",
        ),
        large(),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_alpha",
            function=lambda dout, x, alpha=1.0: dout * np.where(x > 0, 1, np.exp(_low(x))).astype(x.dtype),
            hint="Your slope below 0 is exp(x) for every alpha. alpha multiplies the forward pass: "
            "does a constant factor vanish when you differentiate?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x, alpha=1.0: _slope(x, alpha),
            hint="You return the slope of elu alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="missing_dout_below_zero",
            function=lambda dout, x, alpha=1.0: np.where(x > 0, dout, _slope(x, alpha)),
            hint="Above 0 you pass `dout` on, below 0 you return the slope alone. What happened to `dout` there?",
        ),
        Misconception(
            id="keeps_minus_one",
            function=lambda dout, x, alpha=1.0: np.where(x > 0, dout, dout * alpha * np.expm1(_low(x))),
            hint="Below 0 you multiply by elu(x) itself. What becomes of the -1 when you differentiate?",
        ),
        Misconception(
            id="output_plus_one",
            function=lambda dout, x, alpha=1.0: np.where(x > 0, dout, dout * (alpha * np.expm1(_low(x)) + 1)),
            hint="elu(x) + 1 is the slope for alpha = 1 only. What has to be added to alpha * exp(x) - alpha?",
        ),
        Misconception(
            id="stops_below_zero",
            function=lambda dout, x, alpha=1.0: dout * (x > 0),
            hint="Your gradient is 0 below 0: that is plain relu. What is the slope of elu there?",
        ),
        Misconception(
            id="leaky",
            function=lambda dout, x, alpha=1.0: np.where(x > 0, dout, alpha * dout),
            hint="Your slope below 0 is the constant alpha: that is leaky ReLU. How does elu flatten out?",
        ),
        Misconception(
            id="gradient_one_at_zero",
            function=lambda dout, x, alpha=1.0: np.where(x >= 0, dout, dout * alpha * np.exp(_low(x))),
            hint="At x = 0 you use the slope 1. The book takes the side x <= 0, so alpha. Should it be `>` or `>=`?",
        ),
        Misconception(
            id="mask_times_inf",
            function=lambda dout, x, alpha=1.0: dout * ((x > 0) + alpha * np.exp(x) * (x <= 0)),
            hint="You multiply by a mask of zeros, but at large x `exp(x)` is inf, and inf * 0 is NaN. "
            "How can `exp` be kept away from the positive entries?",
        ),
        in_place(_backward_in_place, "dout"),
        float64(_backward_float64, "np.ones(x.shape)"),
    ),
    variants={
        "loop": _backward_loop,
        "copy": _backward_copy,
        "from_output": _from_output,
        "slope": lambda dout, x, alpha=1.0: dout * _slope(x, alpha),
        "plain_where": lambda dout, x, alpha=1.0: np.where(x > 0, dout, dout * alpha * np.exp(x)),
    },
)
