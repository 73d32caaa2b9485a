"""exponential_decay and inverse_time_decay."""

import math

import numpy as np

from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.kinds import Number
from coursekit.exercises.schedules.drawing import once_more
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.optim import exponential_decay, inverse_time_decay


def _cases(draw: Draw) -> list[Case]:
    """Calls `f(t, lr0, k)` where k * t stays below 10: an honest 1 / exp(k t) keeps all its digits."""
    k, lr0 = draw.number(0.1, 0.4), draw.number(0.1, 0.9)
    cases = [Case(args=(t, lr0, k)) for t in (0, 1, 2, draw.size(4, 9))]
    cases += [
        Case(args=(t, draw.number(0.1, 0.9), draw.number(0.05, 0.4))) for t in (draw.size(4, 12), draw.size(10, 20))
    ]
    cases.append(
        Case(
            args=(draw.size(3, 9),), kwargs={"k": draw.number(0.1, 0.4), "lr0": draw.number(0.1, 0.9)}, about="by name"
        )
    )
    cases += [
        Case(args=(draw.size(2, 9), draw.number(0.1, 0.9), 0.0), about="k is 0: the rate stays", group="edges"),
        Case(args=(0, draw.number(0.1, 0.9), 0.0), about="t and k are 0", group="edges"),
        Case(args=(2, 3, 1), about="lr0 and k are Python ints", group="edges"),
        Case(args=(999, draw.number(0.1, 0.9), 0.002), about="a late step", group="edges"),
        Case(args=(draw.size(3, 9), 1e4, draw.number(0.1, 0.4)), about="a large lr0", group="edges"),
    ]
    return once_more(cases)


def _exponential_loop(t: int, lr0: float, k: float) -> float:
    lr = lr0
    for _ in range(t):
        lr *= math.exp(-k)
    return lr


EXPONENTIAL_DECAY = Exercise(
    assignment="schedules",
    reference=exponential_decay,
    task="Write exponential decay: `lr0` times e to the power of minus `k` times `t`. `t` is the step, counted from "
    "0; `k`, 0 or more, says how fast the rate falls. Return one number.",
    rule="exponential_decay(t) = lr0 * exp(-k * t)",
    returns=Number(),
    cases=_cases,
    checks=(
        values(4, "Put t, lr0 and k of this call into the rule, with a pocket calculator. Which factor differs?"),
        edges(hint="What is special about this call: a k of 0, whole numbers, a late step? What does the rule give?"),
    ),
    misconceptions=(
        Misconception(
            id="grows",
            function=lambda t, lr0, k: lr0 * math.exp(k * t),
            hint="Your rate grows with t. Which sign should the exponent have?",
        ),
        Misconception(
            id="base_two",
            function=lambda t, lr0, k: lr0 * 2 ** (-k * t),
            hint="You raise 2 to the power, so 1 / k is the number of steps to halve the rate. Which base does the "
            "rule ask for?",
        ),
        Misconception(
            id="base_ten",
            function=lambda t, lr0, k: lr0 * 10 ** (-k * t),
            hint="You raise 10 to the power. Which base does `exp` have?",
        ),
        Misconception(
            id="share_lost_per_step",
            function=lambda t, lr0, k: lr0 * (1 - k) ** t,
            hint="You take off the share k at each step. That is near the rule for a tiny k: by what does the rule "
            "multiply at each step?",
        ),
        Misconception(
            id="k_as_factor",
            function=lambda t, lr0, k: lr0 * k**t,
            hint="You multiply by k at each step, as PyTorch's ExponentialLR does with its gamma. Which gamma belongs "
            "to a rate constant k?",
        ),
        Misconception(
            id="t_over_k",
            function=lambda t, lr0, k: lr0 * math.exp(-t / k) if k else lr0,
            hint="You divide t by k, so a larger k means a slower fall. Which way round is it in the rule?",
        ),
        Misconception(
            id="t_left_out",
            function=lambda t, lr0, k: lr0 * math.exp(-k),
            hint="Your rate is the same at every step. Where does t come in?",
        ),
        Misconception(
            id="t_outside",
            function=lambda t, lr0, k: lr0 * math.exp(-k) * t,
            hint="You multiply by t after the exponential, so the rate starts at 0. Where in the rule does t stand?",
        ),
        Misconception(
            id="counts_from_one",
            function=lambda t, lr0, k: lr0 * math.exp(-k * (t + 1)),
            hint="Your rate is below lr0 from the start: you are one step ahead. What should the first step, t = 0, "
            "get?",
        ),
        Misconception(
            id="one_over_t",
            function=lambda t, lr0, k: lr0 / (1 + k * t),
            hint="You divide by 1 + k t. That is 1/t decay, the next exercise. Which function is asked for here?",
        ),
        Misconception(
            id="linear",
            function=lambda t, lr0, k: lr0 * (1 - k * t),
            hint="Your rate falls along a straight line, and below 0. Which curve never reaches 0?",
        ),
        Misconception(
            id="inside_the_exponent",
            function=lambda t, lr0, k: math.exp(-lr0 * k * t),
            hint="Your rate is 1 at t = 0: lr0 stands inside the exponent. Where should it stand so that the start is "
            "lr0?",
        ),
    ),
    variants={
        "loop": _exponential_loop,
        "numpy": lambda t, lr0, k: lr0 * np.exp(-k * t),
        "power_of_e": lambda t, lr0, k: lr0 * math.e ** (-k * t),
        "divided": lambda t, lr0, k: lr0 / math.exp(k * t),
        "zero_d_array": lambda t, lr0, k: np.array(lr0 * np.power(np.exp(-k), t)),
    },
)


def _compounded(t: int, lr0: float, k: float) -> float:
    lr = lr0
    for step in range(t + 1):
        lr = lr / (1 + k * step)
    return lr


def _reciprocal_loop(t: int, lr0: float, k: float) -> float:
    divisor = 1.0
    for _ in range(t):
        divisor += k
    return lr0 / divisor


INVERSE_TIME_DECAY = Exercise(
    assignment="schedules",
    reference=inverse_time_decay,
    task="Write 1/t decay: `lr0` divided by 1 plus `k` times `t`. `t` is the step, counted from 0; `k`, 0 or more, "
    "says how fast the rate falls. Return one number.",
    rule="inverse_time_decay(t) = lr0 / (1 + k * t)",
    returns=Number(),
    cases=_cases,
    checks=(
        values(4, "Work out 1 + k * t for this call first, then divide lr0 by it. Where does your number part ways?"),
        edges(hint="What is special about this call: a k of 0, whole numbers, a late step? What does the rule give?"),
    ),
    misconceptions=(
        Misconception(
            id="power_of_t",
            function=lambda t, lr0, k: lr0 / (1 + k) ** t,
            hint="You divide by 1 + k once for each step, which falls exponentially. Is the t in the rule an exponent?",
        ),
        Misconception(
            id="missing_parentheses",
            function=lambda t, lr0, k: lr0 / 1 + k * t,
            hint="Your rate grows with t. In `lr0 / 1 + k * t`, what does Python divide by?",
        ),
        Misconception(
            id="times_t",
            function=lambda t, lr0, k: lr0 / (1 + k) * t,
            hint="Your rate is 0 at t = 0 and grows. What is divided by what: does t belong inside the parentheses?",
        ),
        Misconception(
            id="missing_one",
            function=lambda t, lr0, k: lr0 / (k * t),
            hint="At t = 0 you divide by 0. What in the rule keeps the start at lr0?",
        ),
        Misconception(
            id="minus",
            function=lambda t, lr0, k: lr0 / (1 - k * t) if k * t != 1 else math.inf,
            hint="Your divisor shrinks with t, and passes 0. Which sign stands before k t?",
        ),
        Misconception(
            id="k_left_out",
            function=lambda t, lr0, k: lr0 / (1 + t),
            hint="Your rate halves at the first step whatever k is. Where does k come in?",
        ),
        Misconception(
            id="t_over_k",
            function=lambda t, lr0, k: lr0 / (1 + t / k) if k else lr0,
            hint="You divide t by k, so a larger k means a slower fall. Which way round is it in the rule?",
        ),
        Misconception(
            id="counts_from_one",
            function=lambda t, lr0, k: lr0 / (1 + k * (t + 1)),
            hint="Your rate is below lr0 from the start: you are one step ahead. What should the first step, t = 0, "
            "get?",
        ),
        Misconception(
            id="compounded",
            function=_compounded,
            hint="You divide the rate that was lowered before, again at each step. Does the rule start from the last "
            "rate, or from lr0?",
        ),
        Misconception(
            id="square_root",
            function=lambda t, lr0, k: lr0 / math.sqrt(1 + k * t),
            hint="You divide by a square root: the slower decay that Transformers are trained with. Is there a root "
            "in this rule?",
        ),
        Misconception(
            id="exponential",
            function=lambda t, lr0, k: lr0 * math.exp(-k * t),
            hint="You return exponential decay, the exercise before. With k t = 1, should the rate be lr0 / e or lr0 "
            "/ 2?",
        ),
        Misconception(
            id="floor_division",
            function=lambda t, lr0, k: lr0 // (1 + k * t),
            hint="Your results are whole numbers, mostly 0. What does `//` do with the fraction?",
        ),
    ),
    variants={
        "loop": _reciprocal_loop,
        "reciprocal": lambda t, lr0, k: lr0 * (1 + t * k) ** -1,
        "time_constant": lambda t, lr0, k: lr0 * (1 / k) / (1 / k + t) if k else lr0,
        "numpy": lambda t, lr0, k: np.divide(lr0, 1.0 + np.multiply(k, t)),
        "zero_d_array": lambda t, lr0, k: np.array(lr0 / (1 + k * t)),
    },
)
