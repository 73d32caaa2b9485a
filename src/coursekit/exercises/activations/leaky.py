"""leaky_relu and leaky_relu_backward."""

from typing import Any

import numpy as np

from coursekit.exercises.activations.drawing import at_zero, elementwise, many, many_backward
from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import leaky_relu, leaky_relu_backward


def _forward_cases(draw: Draw) -> list[Case]:
    plain = [
        Case(args=(x,), about="alpha left at its default", group="default")
        for x in (-abs(draw.array(1, 1)), draw.array(2, 2), draw.array(draw.size(2, 6), draw.size(2, 6)))
    ]
    given = elementwise(draw, options=lambda: {"alpha": draw.number(0.05, 0.6)})
    flat = Case(args=(draw.array(2, 2),), kwargs={"alpha": 0.0}, about="no slope at all", group="edges")
    positional = Case(args=(draw.array(2, 2), draw.number(0.05, 0.6)), about="alpha by position")
    # Tells max(alpha, x) from an answer that returns alpha below 0: they differ only where 0 < x < alpha.
    below_alpha = Case(args=(np.array([[0.1, -0.1]]),), kwargs={"alpha": 0.5}, about="entries smaller than alpha")
    return [*plain, *given, positional, below_alpha, flat]


def _backward_cases(draw: Draw) -> list[Case]:
    def options() -> dict[str, Any]:
        return {"alpha": draw.number(0.05, 0.6)}

    shapes = [(1, 1), (2, 2), (draw.size(2, 6), draw.size(2, 6))]
    signed = [-abs(draw.array(1, 1)), *(draw.array(*shape) for shape in shapes[1:])]
    plain = [Case(args=(draw.array(*x.shape), x), about="alpha left at its default", group="default") for x in signed]
    given = elementwise(draw, backward=True, options=options)
    positional = Case(args=(draw.array(2, 2), draw.array(2, 2), draw.number(0.05, 0.6)), about="alpha by position")
    return [*plain, *given, positional, *at_zero(draw, options)]


def _loop(x: Array, alpha: float = 0.01) -> Array:
    out = np.empty_like(x)
    for i in np.ndindex(x.shape):
        out[i] = x[i] if x[i] > 0 else alpha * x[i]
    return out


def _copy(x: Array, alpha: float = 0.01) -> Array:
    out = x.copy()
    out[x < 0] *= alpha
    return out


def _in_place(x: Array, alpha: float = 0.01) -> Array:
    x[x < 0] *= alpha
    return x


def _float64(x: Array, alpha: float = 0.01) -> Array:
    out = np.zeros(x.shape)
    out[:] = np.where(x > 0, x, alpha * x)
    return out


_DEFAULT_HINT = "What is the default of `alpha` in the exercise's signature, and in your `def` line?"

LEAKY_RELU = Exercise(
    assignment="activations",
    reference=leaky_relu,
    task="Write leaky ReLU: entries above 0 stay, the others are multiplied by the small slope `alpha`, 0.01 unless "
    "the "
    "caller gives another.",
    rule="leaky_relu(x) = x where x > 0, else alpha * x",
    returns=ArrayOf(),
    cases=_forward_cases,
    speed=many,
    checks=(
        values(1, _DEFAULT_HINT, name="alpha = 0.01 by default", group="default"),
        values(2, "Work out one entry above 0 and one below with the alpha of the call. Which of the two is scaled?"),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="default_0.1",
            function=lambda x, alpha=0.1: np.where(x > 0, x, alpha * x),
            hint="Your slope is 0.1 when none is given, as some lecture notes have it. What does the signature here "
            "say?",
        ),
        Misconception(
            id="default_0.2",
            function=lambda x, alpha=0.2: np.where(x > 0, x, alpha * x),
            hint="Your slope is 0.2 when none is given, as TensorFlow has it. What does the signature here say?",
        ),
        Misconception(
            id="default_0.3",
            function=lambda x, alpha=0.3: np.where(x > 0, x, alpha * x),
            hint="Your slope is 0.3 when none is given, as Keras has it. What does the signature here say?",
        ),
        Misconception(
            id="ignores_alpha",
            function=lambda x, alpha=0.01: np.where(x > 0, x, 0.01 * x),
            hint="Your slope is 0.01 whatever the caller asks for. Is the parameter `alpha` used in your formula?",
        ),
        Misconception(
            id="alpha_on_positive_side",
            function=lambda x, alpha=0.01: np.where(x > 0, alpha * x, x),
            hint="You scale the entries above 0 and keep those below. Which side should leak?",
        ),
        Misconception(
            id="maximum_with_alpha",
            function=lambda x, alpha=0.01: np.maximum(alpha, x),
            hint="You compare x with alpha itself. With what should x be compared so that negative entries keep a "
            "slope?",
        ),
        Misconception(
            id="no_leak",
            function=lambda x, alpha=0.01: np.maximum(0, x),
            hint="Your negative entries become 0: that is plain relu. Where does `alpha` come in?",
        ),
        Misconception(
            id="alpha_for_negative",
            function=lambda x, alpha=0.01: np.where(x > 0, x, alpha),
            hint="Every negative entry comes back as alpha. Should it be alpha, or alpha times the entry?",
        ),
        Misconception(
            id="sign",
            function=lambda x, alpha=0.01: np.where(x > 0, x, -alpha * x),
            hint="Your negative entries come back positive. Which sign should alpha * x have where x is below 0?",
        ),
        in_place(_in_place, "x", "Which of your lines writes into `x`?"),
        float64(_float64),
    ),
    variants={
        "loop": _loop,
        "copy": _copy,
        "maximum": lambda x, alpha=0.01: np.maximum(alpha * x, x),
        "two_parts": lambda x, alpha=0.01: np.maximum(x, 0) + alpha * np.minimum(x, 0),
        "slope": lambda x, alpha=0.01: x * np.where(x > 0, 1.0, alpha).astype(x.dtype),
    },
)


def _backward_loop(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    dx = np.empty_like(dout)
    for i in np.ndindex(x.shape):
        dx[i] = dout[i] if x[i] > 0 else alpha * dout[i]
    return dx


def _backward_copy(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    dx = dout.copy()
    dx[x <= 0] *= alpha
    return dx


def _backward_in_place(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    dout[x <= 0] *= alpha
    return dout


def _backward_float64(dout: Array, x: Array, alpha: float = 0.01) -> Array:
    slope = np.ones(x.shape)
    slope[x <= 0] = alpha
    return dout * slope


LEAKY_RELU_BACKWARD = Exercise(
    assignment="activations",
    reference=leaky_relu_backward,
    task="Write the backward pass of leaky ReLU. `dout` is the gradient at its output, `x` what went into it; return "
    "the "
    "gradient at `x`. At exactly 0 the slope counts as `alpha`.",
    rule="dx = dout where x > 0, else alpha * dout",
    returns=ArrayOf(),
    cases=_backward_cases,
    speed=many_backward,
    checks=(
        values(1, _DEFAULT_HINT, name="alpha = 0.01 by default", group="default"),
        values(2, "The slope is 1 above 0 and alpha below. What does the chain rule do with `dout` and that slope?"),
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
            id="gradient_one_at_zero",
            function=lambda dout, x, alpha=0.01: np.where(x >= 0, dout, alpha * dout),
            hint="At x = 0 you use the slope 1. The book takes the side x <= 0, so alpha. Should it be `>` or `>=`?",
        ),
        Misconception(
            id="gradient_zero_at_zero",
            function=lambda dout, x, alpha=0.01: dout * ((x > 0) + alpha * (x < 0)).astype(x.dtype),
            hint="At x = 0 neither of your two sides applies, so the gradient is 0. Which side does the book give it "
            "to?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x, alpha=0.01: np.where(x > 0, 1.0, alpha).astype(x.dtype),
            hint="You return the slope alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="missing_dout_below_zero",
            function=lambda dout, x, alpha=0.01: np.where(x > 0, dout, np.asarray(alpha, dtype=x.dtype)),
            hint="Above 0 you pass `dout` on, below 0 you return alpha alone. What happened to `dout` there?",
        ),
        Misconception(
            id="alpha_times_x",
            function=lambda dout, x, alpha=0.01: np.where(x > 0, dout, alpha * x),
            hint="Below 0 you return alpha * x, which is the forward pass. What is scaled by alpha on the way back?",
        ),
        Misconception(
            id="no_leak",
            function=lambda dout, x, alpha=0.01: dout * (x > 0),
            hint="Your gradient is 0 below 0: that is plain relu. What is the slope of leaky ReLU there?",
        ),
        Misconception(
            id="mask_of_dout",
            function=lambda dout, x, alpha=0.01: np.where(dout > 0, dout, alpha * dout),
            hint="You choose the side by the sign of `dout`. Does the slope depend on the gradient, or on what went "
            "in?",
        ),
        Misconception(
            id="ignores_alpha",
            function=lambda dout, x, alpha=0.01: np.where(x > 0, dout, 0.01 * dout),
            hint="Your slope is 0.01 whatever the caller asks for. Is the parameter `alpha` used in your formula?",
        ),
        Misconception(
            id="alpha_on_positive_side",
            function=lambda dout, x, alpha=0.01: np.where(x > 0, alpha * dout, dout),
            hint="You scale the gradient where x is above 0 and pass it on below. Which side has the slope alpha?",
        ),
        Misconception(
            id="default_0.1",
            function=lambda dout, x, alpha=0.1: np.where(x > 0, dout, alpha * dout),
            hint="Your slope is 0.1 when none is given, as some lecture notes have it. What does the signature here "
            "say?",
        ),
        Misconception(
            id="default_0.2",
            function=lambda dout, x, alpha=0.2: np.where(x > 0, dout, alpha * dout),
            hint="Your slope is 0.2 when none is given, as TensorFlow has it. What does the signature here say?",
        ),
        Misconception(
            id="default_0.3",
            function=lambda dout, x, alpha=0.3: np.where(x > 0, dout, alpha * dout),
            hint="Your slope is 0.3 when none is given, as Keras has it. What does the signature here say?",
        ),
        in_place(_backward_in_place, "dout"),
        float64(_backward_float64, "np.ones(x.shape)"),
    ),
    variants={
        "loop": _backward_loop,
        "copy": _backward_copy,
        "slope": lambda dout, x, alpha=0.01: dout * np.where(x > 0, 1.0, alpha).astype(x.dtype),
        "two_masks": lambda dout, x, alpha=0.01: dout * (x > 0) + alpha * dout * (x <= 0),
    },
)
