"""normal_init."""

import math

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Seeded
from coursekit.exercises.initialization.drawing import (
    ask,
    bell_of,
    checks_of_random,
    fixed_seed,
    mirrored,
    numpy_global,
    one_number_for_all,
    one_row_for_all,
    random_call,
    size_of,
    transposed,
    wide_and_tall,
)
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import values
from coursekit.nn import normal_init

Rng = np.random.Generator


def _cases(draw: Draw) -> list[Case]:
    # Far from 1 on both sides, where a standard deviation, its square and its root are far apart.
    stds = [draw.number(0.05, 0.3), draw.number(1.5, 4.0), draw.number(0.01, 0.05) + 0.01]
    sized = [
        Case(
            args=(fan_in, fan_out, std, Seeded(int(draw.rng.integers(1, 1000)))),
            summary=size_of(std, fan_in * fan_out),
        )
        for (fan_in, fan_out), std in zip(wide_and_tall(draw), stds, strict=True)
    ]
    std = draw.number(0.05, 0.3)
    rest = ask(draw, random_call(std), lambda a, b: size_of(std, a * b), lambda a, b: bell_of(a * b))
    whole = Case(
        args=(30, 60, 2, Seeded(int(draw.rng.integers(1, 1000)))),
        summary=size_of(2.0, 1800),
        group="edges",
        about="std is a whole number",
    )
    return [*sized, *rest, whole]


def _cut(fan_in: int, fan_out: int, std: float, rng: Rng) -> Array:
    z = rng.standard_normal((fan_in, fan_out))
    while np.any(far := np.abs(z) > 2):
        z[far] = rng.standard_normal(int(far.sum()))
    return std * z


def _mirror(fan_in: int, fan_out: int, std: float, rng: Rng) -> Array:
    half = std * rng.standard_normal(((fan_in + 1) // 2, fan_out))
    return np.concatenate([half, -half])[:fan_in]


def _loop(fan_in: int, fan_out: int, std: float, rng: Rng) -> Array:
    w = np.zeros((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = std * rng.standard_normal()
    return w


def _box_muller(fan_in: int, fan_out: int, std: float, rng: Rng) -> Array:
    u, v = rng.random((2, fan_in, fan_out))
    w: Array = std * np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)
    return w


NORMAL_INIT = Exercise(
    assignment="initialization",
    reference=normal_init,
    task="Draw the weights of a layer, `(fan_in, fan_out)`, from the normal distribution with mean 0 and **standard "
    "deviation** `std`, each weight independently of the others. `rng` is a `numpy.random.Generator`: draw from it and "
    "from nothing else.",
    rule="w[i, j] ~ N(0, std^2), independently",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            3,
            "Draw a thousand weights yourself and look at `w.std()` and `w.mean()`. Is the first off by a factor, or "
            "by a square? If it is the second: do your weights come with both signs?",
            name="std and mean",
        ),
        *checks_of_random(),
    ),
    misconceptions=(
        Misconception(
            id="variance_for_std",
            function=lambda fan_in, fan_out, std, rng: rng.normal(0, std**2, (fan_in, fan_out)),
            hint="The spread of your weights is std squared: that is the variance. Which of the two does "
            "`rng.normal(mean, scale)` take as its scale?",
        ),
        Misconception(
            id="root_of_std",
            function=lambda fan_in, fan_out, std, rng: rng.normal(0, np.sqrt(std), (fan_in, fan_out)),
            hint="The spread of your weights is the root of `std`. A root turns a variance into a standard deviation: "
            "which of the two came in?",
        ),
        Misconception(
            id="std_ignored",
            function=lambda fan_in, fan_out, std, rng: rng.standard_normal((fan_in, fan_out)),
            hint="Your weights have a standard deviation of 1 whatever the caller asks for. Where does `std` come in?",
        ),
        Misconception(
            id="std_as_mean",
            function=lambda fan_in, fan_out, std, rng: rng.normal(std, size=(fan_in, fan_out)),
            hint="`std` has become the mean of your weights, and their spread is 1. Which is the first argument of "
            "`rng.normal`, and which the second?",
        ),
        Misconception(
            id="rand_for_randn",
            function=lambda fan_in, fan_out, std, rng: std * rng.random((fan_in, fan_out)),
            hint="Your weights are all positive, between 0 and std: `rand` and `rng.random` draw from the uniform "
            "distribution on (0, 1), as some lecture notes have it. What is its mean, and which should yours be?",
        ),
        Misconception(
            id="uniform_up_to_std",
            function=lambda fan_in, fan_out, std, rng: rng.uniform(-std, std, (fan_in, fan_out)),
            hint="None of your weights is larger than std. What share of a normal distribution lies beyond one "
            "standard deviation?",
        ),
        Misconception(
            id="uniform_of_this_std",
            function=lambda fan_in, fan_out, std, rng: math.sqrt(3) * rng.uniform(-std, std, (fan_in, fan_out)),
            hint="Mean and standard deviation are right, but your weights are spread evenly and end abruptly. Is that "
            "the bell curve that the task asks for?",
        ),
        Misconception(
            id="tails_cut_off",
            function=_cut,
            hint="None of your weights lies beyond two std: this is the truncated normal distribution of TensorFlow "
            "and Keras. Should a weight be drawn again because it came out large?",
        ),
        Misconception(
            id="only_positive",
            function=lambda fan_in, fan_out, std, rng: np.abs(rng.normal(0, std, (fan_in, fan_out))),
            hint="None of your weights is negative. What does that make of their mean?",
        ),
        Misconception(
            id="divided_by_root_of_fan_in",
            function=lambda fan_in, fan_out, std, rng: rng.normal(0, std / np.sqrt(fan_in), (fan_in, fan_out)),
            hint="Your weights shrink with the number of inputs: that is the next scheme. What is the standard "
            "deviation here, whatever the width?",
        ),
        one_row_for_all(lambda fan_in, fan_out, std, rng: np.zeros((fan_in, fan_out)) + rng.normal(0, std, fan_out)),
        one_number_for_all(lambda fan_in, fan_out, std, rng: np.full((fan_in, fan_out), rng.normal(0, std))),
        mirrored(_mirror),
        transposed(lambda fan_in, fan_out, std, rng: rng.normal(0, std, (fan_out, fan_in))),
        numpy_global(lambda fan_in, fan_out, std, rng: std * np.random.randn(fan_in, fan_out)),  # noqa: NPY002
        fixed_seed(lambda fan_in, fan_out, std, rng: np.random.default_rng(0).normal(0, std, (fan_in, fan_out))),
    ),
    variants={
        "loop": _loop,
        "normal": lambda fan_in, fan_out, std, rng: rng.normal(0.0, std, size=(fan_in, fan_out)),
        "reshape": lambda fan_in, fan_out, std, rng: rng.normal(scale=std, size=fan_in * fan_out).reshape(fan_in, -1),
        "transposed_draw": lambda fan_in, fan_out, std, rng: std * rng.standard_normal((fan_out, fan_in)).T,
        "box_muller": _box_muller,
        "float32": lambda fan_in, fan_out, std, rng: std * rng.standard_normal((fan_in, fan_out), dtype=np.float32),
    },
)
