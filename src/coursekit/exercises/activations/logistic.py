"""sigmoid and sigmoid_backward."""

import numpy as np

from coursekit.exercises.activations.drawing import elementwise, many, many_backward
from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, large, unchanged, values
from coursekit.nn import sigmoid, sigmoid_backward

_NO_OVERFLOW = Check(
    name="no overflow",
    points=1,
    group="large",
    aspect="overflow",
    hint="`exp` of a large positive number overflows, of a negative one never. Can you write the formula so that `exp` "
    "only ever sees numbers below 0?",
)


def _forward_cases(draw: Draw) -> list[Case]:
    return elementwise(draw, large="large")


def _backward_cases(draw: Draw) -> list[Case]:
    return elementwise(draw, backward=True, large="large")


def _naive(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _two_branches(x: Array) -> Array:
    out = np.empty_like(x)
    right = x >= 0
    out[right] = 1 / (1 + np.exp(-x[right]))
    grown = np.exp(x[~right])
    out[~right] = grown / (1 + grown)
    return out


def _loop(x: Array) -> Array:
    out = np.empty_like(x)
    for i, row in enumerate(x):
        for j, entry in enumerate(row):
            out[i, j] = 1 / (1 + np.exp(-entry)) if entry >= 0 else np.exp(entry) / (1 + np.exp(entry))
    return out


def _in_place(x: Array) -> Array:
    x *= 0.5
    np.tanh(x, out=x)
    x += 1
    x *= 0.5
    return x


def _float64(x: Array) -> Array:
    out = np.zeros(x.shape)
    out[:] = _two_branches(x)
    return out


SIGMOID = Exercise(
    assignment="activations",
    reference=sigmoid,
    task="Write the logistic sigmoid. It must give the right value, and no overflow warning, for entries as large as "
    "10,000 in either direction.",
    rule="sigmoid(x) = 1 / (1 + exp(-x)), entry by entry",
    returns=ArrayOf(),
    cases=_forward_cases,
    speed=many,
    checks=(
        values(2, "Work one entry out by hand: sigmoid(0) is 0.5. Where do the minus sign and the brackets stand?"),
        large(),
        _NO_OVERFLOW,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="overflow",
            function=_naive,
            hint="The values are right, but `exp(-x)` overflows where x is very negative. "
            "There sigmoid(x) is also exp(x) / (1 + exp(x)). Which form is safe on which side of 0?",
        ),
        Misconception(
            id="inf_over_inf",
            function=lambda x: np.exp(x) / (1 + np.exp(x)),
            hint="For large x you divide inf by inf, which is NaN. What do you get when you divide top and bottom by "
            "exp(x)?",
        ),
        Misconception(
            id="sign_of_exponent",
            function=lambda x: 1 / (1 + np.exp(x)),
            hint="Your curve falls from 1 to 0. Should the sigmoid of a large number be near 1 or near 0, and which "
            "sign in "
            "the exponent does that?",
        ),
        Misconception(
            id="brackets",
            function=lambda x: 1 / 1 + np.exp(-x),
            hint="`1 / 1 + np.exp(-x)` divides first and then adds. What has to stand in brackets?",
        ),
        Misconception(
            id="tanh",
            function=lambda x: np.tanh(x),
            hint="Your values run from -1 to 1. Which of the two S-shaped functions runs from 0 to 1?",
        ),
        Misconception(
            id="tanh_half_scale",
            function=lambda x: (1 + np.tanh(x)) / 2,
            hint="The range is right, but the curve is twice too steep: this is sigmoid(2x). What belongs inside the "
            "tanh?",
        ),
        Misconception(
            id="derivative",
            function=lambda x: _two_branches(x) * (1 - _two_branches(x)),
            hint="You return s * (1 - s). Is that the sigmoid or its slope?",
        ),
        Misconception(
            id="clipped",
            function=lambda x: 1 / (1 + np.exp(-np.clip(x, -10, 10))),
            hint="Clipping the input avoids the overflow but changes the value at -60 from 1e-26 to 5e-5. "
            "Can you avoid the overflow without changing any value?",
        ),
        in_place(_in_place, "x", "Which of your lines writes into `x`?"),
        float64(_float64),
    ),
    variants={
        "loop": _loop,
        "two_branches": _two_branches,
        "tanh": lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
        "logaddexp": lambda x: np.exp(-np.logaddexp(0, -x)),
        "wide_clip": lambda x: 1 / (1 + np.exp(-np.clip(x, -80, 80))),
    },
)


def _sigmoid_backward_in_place(dout: Array, x: Array) -> Array:
    s = _two_branches(x)
    dout *= s * (1 - s)
    return dout


def _sigmoid_backward_loop(dout: Array, x: Array) -> Array:
    dx = np.empty_like(x)
    for i in np.ndindex(x.shape):
        decay = np.exp(-abs(x[i]))
        dx[i] = dout[i] * decay / (1 + decay) ** 2
    return dx


SIGMOID_BACKWARD = Exercise(
    assignment="activations",
    reference=sigmoid_backward,
    task="Write the backward pass of the sigmoid. `dout` is the gradient at its output, `x` what went INTO it; "
    "return the "
    "gradient at `x`. No overflow warning for entries as large as 10,000.",
    rule="dx = dout * s * (1 - s), where s = sigmoid(x)",
    returns=ArrayOf(),
    cases=_backward_cases,
    speed=many_backward,
    checks=(
        values(
            2, "At x = 0 the slope of the sigmoid is 1/4. What does yours give there, before `dout` is multiplied in?"
        ),
        large(),
        _NO_OVERFLOW,
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="slope_of_the_output",
            function=lambda dout, x: dout * x * (1 - x),
            hint="You compute x * (1 - x). That is the slope when x is the OUTPUT of the sigmoid. "
            "Here x is what went in: what do you have to compute from it first?",
        ),
        Misconception(
            id="missing_dout",
            function=lambda dout, x: _two_branches(x) * (1 - _two_branches(x)),
            hint="You return the slope of the sigmoid alone. By what does the chain rule multiply it?",
        ),
        Misconception(
            id="forward",
            function=lambda dout, x: dout * _two_branches(x),
            hint="You multiply `dout` by the sigmoid. Should it be its value or its slope?",
        ),
        Misconception(
            id="one_minus_square",
            function=lambda dout, x: dout * (1 - _two_branches(x) ** 2),
            hint="1 - s**2 is the slope of tanh as seen from its output. What is it for the sigmoid?",
        ),
        Misconception(
            id="sigmoid_of_dout",
            function=lambda dout, x: x * _two_branches(dout) * (1 - _two_branches(dout)),
            hint="You take the slope at `dout` and multiply by `x`. Which of the two went into the sigmoid? "
            "The call is sigmoid_backward(dout, x).",
        ),
        Misconception(
            id="overflow",
            function=lambda dout, x: dout * _naive(x) * (1 - _naive(x)),
            hint="The values are right, but `exp(-x)` overflows where x is very negative. Does your own sigmoid warn "
            "there too?",
        ),
        Misconception(
            id="inf_over_inf",
            function=lambda dout, x: dout * np.exp(-x) / (1 + np.exp(-x)) ** 2,
            hint="For very negative x you divide inf by inf, which is NaN. The slope is the same at x and -x: "
            "on which side is `exp` harmless?",
        ),
        in_place(_sigmoid_backward_in_place, "dout", "Which operator of yours works in place?"),
        Misconception(
            id="float64",
            function=lambda dout, x: np.float64(1) * _two_branches(x) * (1 - _two_branches(x)) * dout,
            hint="float32 went in and float64 came out. Which factor of yours is a float64?",
        ),
    ),
    variants={
        "loop": _sigmoid_backward_loop,
        "own_sigmoid": lambda dout, x: dout * _two_branches(x) * (1 - _two_branches(x)),
        "by_tanh": lambda dout, x: dout * (1 - np.tanh(x / 2) ** 2) / 4,
        "even": lambda dout, x: dout * np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,
        "square": lambda dout, x: dout * (_two_branches(x) - _two_branches(x) ** 2),
    },
)
