"""he_init."""

import math
from collections.abc import Callable

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
from coursekit.nn import he_init

Rng = np.random.Generator
Init = Callable[[int, int, Rng], Array]


def _cases(draw: Draw) -> list[Case]:
    sized = [
        Case(
            args=(fan_in, fan_out, Seeded(int(draw.rng.integers(1, 1000)))),
            summary=size_of(math.sqrt(2 / fan_in), fan_in * fan_out),
        )
        for fan_in, fan_out in wide_and_tall(draw)
    ]
    rest = ask(draw, random_call(), lambda a, b: size_of(math.sqrt(2 / a), a * b), lambda a, b: bell_of(a * b))
    return [*sized, *rest]


def _with_std(std: Callable[[int, int], float]) -> Init:
    def init(fan_in: int, fan_out: int, rng: Rng) -> Array:
        return std(fan_in, fan_out) * rng.standard_normal((fan_in, fan_out))

    return init


def _spread(draws: Callable[[tuple[int, int], Rng], Array]) -> Init:
    """The right scale on other draws."""

    def init(fan_in: int, fan_out: int, rng: Rng) -> Array:
        return math.sqrt(2 / fan_in) * draws((fan_in, fan_out), rng)

    return init


def _cut(shape: tuple[int, int], rng: Rng) -> Array:
    """Keras' truncated normal distribution, widened so that its standard deviation is 1."""
    z = rng.standard_normal(shape)
    while np.any(far := np.abs(z) > 2):
        z[far] = rng.standard_normal(int(far.sum()))
    return z / 0.87962566


def _mirror(shape: tuple[int, int], rng: Rng) -> Array:
    half = rng.standard_normal(((shape[0] + 1) // 2, shape[1]))
    return np.concatenate([half, -half])[: shape[0]]


def _loop(fan_in: int, fan_out: int, rng: Rng) -> Array:
    std = (2 / fan_in) ** 0.5
    return np.array([[rng.normal(0, std) for _ in range(fan_out)] for _ in range(fan_in)])


HE_INIT = Exercise(
    assignment="initialization",
    reference=he_init,
    task="Draw the weights of a layer that a ReLU follows, `(fan_in, fan_out)`, from the normal distribution with mean "
    "0 and He's **variance** `2 / fan_in`. Draw from `rng` alone.",
    rule="w[i, j] ~ N(0, 2 / fan_in); the second number is the variance",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            3,
            "Compare your std with the one expected: is it off by a factor, or by a root? The variance is 2 / fan_in. "
            "If the mean is off: do your weights come with both signs?",
            name="std and mean",
        ),
        *checks_of_random(),
    ),
    misconceptions=(
        Misconception(
            id="variance_for_std",
            function=_with_std(lambda a, b: 2 / a),
            hint="Your standard deviation is 2 / fan_in, and that is the variance. What has to be done to a variance "
            "before it scales a random number?",
        ),
        Misconception(
            id="root_of_the_two_only",
            function=_with_std(lambda a, b: math.sqrt(2) / a),
            hint="Your standard deviation is sqrt(2) / fan_in. Does the root cover the 2 alone, or the whole fraction?",
        ),
        Misconception(
            id="root_of_the_fan_only",
            function=_with_std(lambda a, b: 2 / math.sqrt(a)),
            hint="Your standard deviation is 2 / sqrt(fan_in), so the variance is 4 / fan_in. Does the root cover the "
            "2 as well?",
        ),
        Misconception(
            id="times_root_of_half_the_fan",
            function=_with_std(lambda a, b: math.sqrt(a / 2)),
            hint="Your weights grow with the number of inputs. Should a random number be multiplied or divided by "
            "sqrt(fan_in / 2)?",
        ),
        Misconception(
            id="xavier_for_he",
            function=_with_std(lambda a, b: math.sqrt(1 / a)),
            hint="Your variance is 1 / fan_in, which is Xavier's. A ReLU throws away half of the mean square: what "
            "makes up for it?",
        ),
        Misconception(
            id="glorot_for_he",
            function=_with_std(lambda a, b: math.sqrt(2 / (a + b))),
            hint="Your variance is 2 / (fan_in + fan_out), which is Xavier's with the average of the fans. Which fan "
            "alone does He's formula name?",
        ),
        Misconception(
            id="average_of_the_fans",
            function=_with_std(lambda a, b: 2 / math.sqrt(a + b)),
            hint="Your variance is 2 over the average of the fans. Which of the two fans says over how many terms a "
            "unit sums?",
        ),
        Misconception(
            id="fan_out_for_fan_in",
            function=_with_std(lambda a, b: math.sqrt(2 / b)),
            hint="Your variance is 2 / fan_out: that keeps the size of the gradients, PyTorch calls it "
            '`mode="fan_out"`. Which fan keeps the size of the forward signal?',
        ),
        Misconception(
            id="rand_for_randn",
            function=_spread(lambda shape, rng: rng.random(shape)),
            hint="Your weights are all positive: `rand` and `rng.random` draw from the uniform distribution on (0, 1), "
            "as some lecture notes have it. Which mean do they have, and what happens to a sum of 100 positive inputs?",
        ),
        Misconception(
            id="pytorch_default",
            function=lambda fan_in, fan_out, rng: rng.uniform(-1, 1, (fan_in, fan_out)) / np.sqrt(fan_in),
            hint="Your weights are uniform between -1 / sqrt(fan_in) and 1 / sqrt(fan_in), with which PyTorch's "
            "`nn.Linear` starts: their variance is 1 / (3 fan_in). Which variance, and which distribution, has He's?",
        ),
        Misconception(
            id="uniform_of_this_std",
            function=_spread(lambda shape, rng: math.sqrt(3) * rng.uniform(-1, 1, shape)),
            hint="Mean and standard deviation are right: these are He's uniform weights, `kaiming_uniform_` in "
            "PyTorch, `he_uniform` in Keras. From which distribution does the task draw?",
        ),
        Misconception(
            id="tails_cut_off",
            function=_spread(_cut),
            hint="Your weights are never larger than 2.27 std: this is Keras' `he_normal`, a truncated normal "
            "distribution. Should a weight be drawn again because it came out large?",
        ),
        one_row_for_all(_spread(lambda shape, rng: np.zeros(shape) + rng.standard_normal(shape[1]))),
        one_number_for_all(_spread(lambda shape, rng: np.full(shape, rng.standard_normal()))),
        mirrored(_spread(_mirror)),
        transposed(_spread(lambda shape, rng: rng.standard_normal(shape[::-1]))),
        numpy_global(_spread(lambda shape, rng: np.random.randn(*shape))),  # noqa: NPY002
        fixed_seed(_spread(lambda shape, rng: np.random.default_rng(0).standard_normal(shape))),
    ),
    variants={
        "loop": _loop,
        "normal": lambda fan_in, fan_out, rng: rng.normal(0, (2 / fan_in) ** 0.5, (fan_in, fan_out)),
        "half_the_fan": lambda fan_in, fan_out, rng: rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in / 2),
        "two_roots": lambda fan_in, fan_out, rng: np.sqrt(2) * rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in),
        "float32": _spread(lambda shape, rng: rng.standard_normal(shape, dtype=np.float32)),
    },
)
