"""xavier_uniform_init."""

import math
from collections.abc import Callable

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, Seeded, Summary
from coursekit.exercises.initialization.drawing import (
    ask,
    checks_of_random,
    fixed_seed,
    flat_of,
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
from coursekit.nn import xavier_uniform_init

Rng = np.random.Generator
Init = Callable[[int, int, Rng], Array]


def _bound(fan_in: int, fan_out: int) -> float:
    return math.sqrt(6 / (fan_in + fan_out))


def _size(fan_in: int, fan_out: int) -> Summary:
    return size_of(_bound(fan_in, fan_out) / math.sqrt(3), fan_in * fan_out, kurtosis=1.8)


def _cases(draw: Draw) -> list[Case]:
    sized = [
        Case(
            args=(fan_in, fan_out, Seeded(int(draw.rng.integers(1, 1000)))),
            summary=_size(fan_in, fan_out),
        )
        for fan_in, fan_out in wide_and_tall(draw)
    ]
    rest = ask(
        draw,
        random_call(),
        _size,
        lambda a, b: flat_of(_bound(a, b), a * b),
    )
    return [*sized, *rest]


def _with_bound(bound: Callable[[int, int], float]) -> Init:
    def init(fan_in: int, fan_out: int, rng: Rng) -> Array:
        a = bound(fan_in, fan_out)
        return rng.uniform(-a, a, (fan_in, fan_out))

    return init


def _spread(draws: Callable[[tuple[int, int], Rng], Array]) -> Init:
    """The right bound on other draws."""

    def init(fan_in: int, fan_out: int, rng: Rng) -> Array:
        return _bound(fan_in, fan_out) * draws((fan_in, fan_out), rng)

    return init


def _mirror(shape: tuple[int, int], rng: Rng) -> Array:
    half = rng.uniform(-1, 1, ((shape[0] + 1) // 2, shape[1]))
    return np.concatenate([half, -half])[: shape[0]]


def _loop(fan_in: int, fan_out: int, rng: Rng) -> Array:
    a = (6 / (fan_in + fan_out)) ** 0.5
    w = np.empty((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = rng.uniform(-a, a)
    return w


XAVIER_UNIFORM_INIT = Exercise(
    assignment="initialization",
    reference=xavier_uniform_init,
    task="Draw the weights of a layer, `(fan_in, fan_out)`, from the uniform distribution between `-a` and `a`, with "
    "`a = sqrt(6 / (fan_in + fan_out))`. Draw from `rng` alone.",
    rule="w[i, j] ~ U(-a, a), a = sqrt(6 / (fan_in + fan_out))",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            3,
            "Work out `a` for the fans of the call by hand; the std is a / sqrt(3). Do your weights reach down to -a "
            "and up to a, and no further?",
            name="std and mean",
        ),
        *checks_of_random(normal=False),
    ),
    misconceptions=(
        Misconception(
            id="three_for_six",
            function=_with_bound(lambda a, b: math.sqrt(3 / (a + b))),
            hint="Your bound has a 3 where a 6 belongs. U(-a, a) has the variance a^2 / 3: which a gives the variance "
            "2 / (fan_in + fan_out)?",
        ),
        Misconception(
            id="std_as_bound",
            function=_with_bound(lambda a, b: math.sqrt(2 / (a + b))),
            hint="Your bound is the standard deviation, sqrt(2 / (fan_in + fan_out)). Does a uniform distribution end "
            "at one standard deviation?",
        ),
        Misconception(
            id="twelve_for_six",
            function=_with_bound(lambda a, b: math.sqrt(12 / (a + b))),
            hint="Your bound is sqrt(2) too large. A uniform distribution of WIDTH 1 has the variance 1 / 12: how wide "
            "is the one from -a to a?",
        ),
        Misconception(
            id="fan_in_alone",
            function=_with_bound(lambda a, b: math.sqrt(3 / a)),
            hint="Your bound is sqrt(3 / fan_in), so the variance is 1 / fan_in: LeCun's uniform scheme. Which two "
            "numbers does this formula look at?",
        ),
        Misconception(
            id="he_uniform",
            function=_with_bound(lambda a, b: math.sqrt(6 / a)),
            hint="Your bound is sqrt(6 / fan_in): that is He's uniform scheme, `kaiming_uniform_` in PyTorch. Which "
            "fan is missing?",
        ),
        Misconception(
            id="pytorch_default",
            function=_with_bound(lambda a, b: math.sqrt(1 / a)),
            hint="Your bound is 1 / sqrt(fan_in): that is what PyTorch's `nn.Linear` starts with. Which bound does "
            "Xavier's have?",
        ),
        Misconception(
            id="missing_parentheses",
            function=_with_bound(lambda a, b: math.sqrt(6 / a + b)),
            hint="`6 / fan_in + fan_out` divides first and adds then. Where do parentheses belong?",
        ),
        Misconception(
            id="root_forgotten",
            function=_with_bound(lambda a, b: 6 / (a + b)),
            hint="Your bound is 6 / (fan_in + fan_out). What does the formula do to that fraction?",
        ),
        Misconception(
            id="root_of_the_six_only",
            function=_with_bound(lambda a, b: math.sqrt(6) / (a + b)),
            hint="Your bound is sqrt(6) / (fan_in + fan_out). Does the root cover the 6 alone, or the whole fraction?",
        ),
        Misconception(
            id="from_zero",
            function=_spread(lambda shape, rng: rng.random(shape)),
            hint="Your weights lie between 0 and a, and none is negative. `rand` and `rng.random` draw from (0, 1): "
            "how do you get from there to (-a, a)?",
        ),
        Misconception(
            id="half_as_wide",
            function=_spread(lambda shape, rng: rng.random(shape) - 0.5),
            hint="Your weights lie between -a/2 and a/2. How wide is the range from -a to a, and how wide is the one "
            "that `rng.random` draws from?",
        ),
        Misconception(
            id="not_centred",
            function=_spread(lambda shape, rng: 2 * rng.random(shape)),
            hint="The spread of your weights is right, but they lie between 0 and 2a. What is their mean, and what "
            "should it be?",
        ),
        Misconception(
            id="normal_of_this_std",
            function=lambda fan_in, fan_out, rng: rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)),
            hint="Mean and standard deviation are right, but some of your weights lie beyond a: yours is the normal "
            'version, `xavier_init` with `mode="fan_avg"`. Which distribution ends at a?',
        ),
        one_row_for_all(_spread(lambda shape, rng: np.zeros(shape) + rng.uniform(-1, 1, shape[1]))),
        one_number_for_all(_spread(lambda shape, rng: np.full(shape, rng.uniform(-1, 1)))),
        mirrored(_spread(_mirror)),
        transposed(_spread(lambda shape, rng: rng.uniform(-1, 1, shape[::-1]))),
        numpy_global(_spread(lambda shape, rng: np.random.uniform(-1, 1, shape))),  # noqa: NPY002
        fixed_seed(_spread(lambda shape, rng: np.random.default_rng(0).uniform(-1, 1, shape))),
    ),
    variants={
        "loop": _loop,
        "stretched": lambda fan_in, fan_out, rng: (
            (2 * rng.random((fan_in, fan_out)) - 1) * np.sqrt(6) / np.sqrt(fan_in + fan_out)
        ),
        "by_average": lambda fan_in, fan_out, rng: (
            np.sqrt(3 / ((fan_in + fan_out) / 2)) * rng.uniform(-1, 1, size=(fan_in, fan_out))
        ),
        "float32": _spread(lambda shape, rng: 1 - 2 * rng.random(shape, dtype=np.float32)),
        "signs": _spread(lambda shape, rng: rng.choice([-1.0, 1.0], shape) * rng.random(shape)),
    },
)
