"""constant_init."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw
from coursekit.exercises.judging import Asked, Check, Failure
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.show import call
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.nn import constant_init


def _cases(draw: Draw) -> list[Case]:
    def case(fan_in: int, fan_out: int, value: float, about: str = "", group: str = "values") -> Case:
        return Case(args=(fan_in, fan_out, value), about=about, group=group)

    def number() -> float:
        return draw.number(0.1, 2.0)

    first = case(2, 3, number())
    whole = int(draw.rng.integers(2, 9))
    return [
        first,
        case(3, 2, -number()),
        case(draw.size(4, 9), draw.size(10, 15), number()),
        case(1, 1, number(), "one weight", "edges"),
        case(1, draw.size(2, 6), number(), "fan_in is 1", "edges"),
        case(draw.size(2, 6), 1, number(), "fan_out is 1", "edges"),
        case(2, 3, 0.0, "zero", "edges"),
        case(3, 2, 1e4, "a large value", "edges"),
        case(2, 4, whole, "value is a whole number", "floating"),
        case(3, 1, 0, "value is the whole number 0", "floating"),
        replace(first, about="the first input once more"),
    ]


def _floating(asked: Sequence[Asked]) -> Failure | None:
    for one in asked:
        dtype = one.answer.value.dtype
        if dtype.kind != "f":
            where = call("constant_init", ("fan_in", "fan_out", "value"), one.case)
            return Failure("numbers with a fraction, as float64", f"whole numbers: {dtype}", where)
    return None


def _loop(fan_in: int, fan_out: int, value: float) -> Array:
    w = np.empty((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = value
    return w


def _diagonal(fan_in: int, fan_out: int, value: float) -> Any:
    return value * np.eye(fan_in, fan_out)


CONSTANT_INIT = Exercise(
    assignment="initialization",
    reference=constant_init,
    task="Return the weights of a layer with `fan_in` inputs and `fan_out` units: an array of shape "
    "`(fan_in, fan_out)` that holds `value` everywhere. Weights are numbers with a "
    "fraction, also where `value` is a whole number.",
    rule="w[i, j] = value for i < fan_in, j < fan_out, floating dtype",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(3, "What is the shape of the weights, and which number stands in each of their entries?"),
        Check(
            name="floating-point weights",
            points=1,
            group="floating",
            judge=_floating,
            hint="`np.full(shape, 2)` takes its dtype from the 2. What happens to an update of 0.01 that is added to "
            "whole numbers in place?",
        ),
        edges(),
    ),
    misconceptions=(
        Misconception(
            id="whole_numbers",
            function=lambda fan_in, fan_out, value: np.full((fan_in, fan_out), value),
            hint="Where `value` is a whole number, your weights are whole numbers too, and gradient descent moves "
            "weights by small fractions. Which `dtype` does `np.full` take when you do not say?",
        ),
        Misconception(
            id="transposed",
            function=lambda fan_in, fan_out, value: np.full((fan_out, fan_in), value, dtype=float),
            hint="Your weights come as (fan_out, fan_in), as PyTorch keeps them. Here a layer computes `x @ w`, with "
            "one row of w for each input: which fan comes first?",
        ),
        Misconception(
            id="one_vector",
            function=lambda fan_in, fan_out, value: np.full(fan_out, value, dtype=float),
            hint="You return one weight per unit. How many inputs does each unit weigh?",
        ),
        Misconception(
            id="flat",
            function=lambda fan_in, fan_out, value: np.full(fan_in * fan_out, value, dtype=float),
            hint="You return all weights in one row. Which shape must w have for `x @ w`, when x is (N, fan_in)?",
        ),
        Misconception(
            id="zeros",
            function=lambda fan_in, fan_out, value: np.zeros((fan_in, fan_out)),
            hint="All of your weights are 0. Is the parameter `value` used?",
        ),
        Misconception(
            id="ones",
            function=lambda fan_in, fan_out, value: np.ones((fan_in, fan_out)),
            hint="All of your weights are 1. By what should `np.ones` be multiplied?",
        ),
        Misconception(
            id="divided_by_fan_in",
            function=lambda fan_in, fan_out, value: np.full((fan_in, fan_out), value / fan_in),
            hint="Your weights are `value` divided by the number of inputs. Does this scheme look at the width at all?",
        ),
        Misconception(
            id="diagonal",
            function=_diagonal,
            hint="`value` stands on the diagonal only, and 0 elsewhere. Which entries does the task name?",
        ),
    ),
    variants={
        "loop": _loop,
        "ones": lambda fan_in, fan_out, value: value * np.ones((fan_in, fan_out)),
        "add": lambda fan_in, fan_out, value: np.zeros((fan_in, fan_out)) + value,
        "nested_list": lambda fan_in, fan_out, value: np.array([[float(value)] * fan_out] * fan_in),
        "broadcast": lambda fan_in, fan_out, value: np.broadcast_to(np.float64(value), (fan_in, fan_out)),
    },
)
