"""xavier_init."""

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
from coursekit.nn import xavier_init

Rng = np.random.Generator
Init = Callable[..., Array]


def _cases(draw: Draw) -> list[Case]:
    def seed() -> Seeded:
        return Seeded(int(draw.rng.integers(1, 1000)))

    def plain(a: int, b: int, about: str = "", **kwargs: str) -> Case:
        return Case(args=(a, b, seed()), kwargs=kwargs, summary=size_of(a**-0.5, a * b), group="fan_in", about=about)

    def average(a: int, b: int, *, by_name: bool) -> Case:
        args = (a, b, seed()) if by_name else (a, b, seed(), "fan_avg")
        kwargs = {"mode": "fan_avg"} if by_name else {}
        return Case(args=args, kwargs=kwargs, summary=size_of((2 / (a + b)) ** 0.5, a * b), group="fan_avg")

    few, wide, tall = wide_and_tall(draw)
    less, wider, taller = wide_and_tall(draw)
    return [
        plain(*few, "mode left at its default"),
        plain(*wide, mode="fan_in"),
        plain(*tall, "mode left at its default"),
        average(*less, by_name=True),
        average(*wider, by_name=False),
        average(*taller, by_name=True),
        *ask(draw, random_call(), lambda a, b: size_of(a**-0.5, a * b), lambda a, b: bell_of(a * b)),
    ]


def _std(fan_in: int, fan_out: int, mode: str) -> float:
    return math.sqrt(1 / fan_in if mode == "fan_in" else 2 / (fan_in + fan_out))


def _with_std(std: Callable[[int, int, str], float]) -> Init:
    def init(fan_in: int, fan_out: int, rng: Rng, mode: str = "fan_in") -> Array:
        return std(fan_in, fan_out, mode) * rng.standard_normal((fan_in, fan_out))

    return init


def _spread(draws: Callable[[tuple[int, int], Rng], Array]) -> Init:
    """The right scale on other draws."""

    def init(fan_in: int, fan_out: int, rng: Rng, mode: str = "fan_in") -> Array:
        return _std(fan_in, fan_out, mode) * draws((fan_in, fan_out), rng)

    return init


def _with_mode_ignored(draws: Callable[[tuple[int, int], Rng], Array]) -> Init:
    return lambda fan_in, fan_out, rng, mode="fan_in": draws((fan_in, fan_out), rng)


def _cut(shape: tuple[int, int], rng: Rng) -> Array:
    """Keras' truncated normal distribution, widened so that its standard deviation is 1."""
    z = rng.standard_normal(shape)
    while np.any(far := np.abs(z) > 2):
        z[far] = rng.standard_normal(int(far.sum()))
    return z / 0.87962566


def _mirror(shape: tuple[int, int], rng: Rng) -> Array:
    half = rng.standard_normal(((shape[0] + 1) // 2, shape[1]))
    return np.concatenate([half, -half])[: shape[0]]


def _fan_avg_by_default(fan_in: int, fan_out: int, rng: Rng, mode: str = "fan_avg") -> Array:
    return _std(fan_in, fan_out, mode) * rng.standard_normal((fan_in, fan_out))


def _loop(fan_in: int, fan_out: int, rng: Rng, mode: str = "fan_in") -> Array:
    variance = 1 / fan_in
    if mode == "fan_avg":
        variance = 1 / ((fan_in + fan_out) / 2)
    w = np.empty((fan_in, fan_out))
    for i in range(fan_in):
        for j in range(fan_out):
            w[i, j] = rng.normal(0, variance**0.5)
    return w


def _divided(fan_in: int, fan_out: int, rng: Rng, mode: str = "fan_in") -> Array:
    fan = fan_in if mode == "fan_in" else 0.5 * (fan_in + fan_out)
    w: Array = rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan)
    return w


XAVIER_INIT = Exercise(
    assignment="initialization",
    reference=xavier_init,
    task="Draw the weights of a layer, `(fan_in, fan_out)`, from the normal distribution with mean 0 and Xavier's "
    '**variance**: `1 / fan_in`, or `2 / (fan_in + fan_out)` when `mode` is `"fan_avg"`. Draw from `rng` alone.',
    rule='w[i, j] ~ N(0, 1 / fan_in), or N(0, 2 / (fan_in + fan_out)) with mode="fan_avg"; the second number is the '
    "variance",
    returns=ArrayOf(),
    cases=_cases,
    checks=(
        values(
            2,
            "Compare your std with the one expected: is it off by a factor, or by a root? The variance is 1 / fan_in. "
            "If the mean is off: do your weights come with both signs?",
            name="std with fan_in",
            group="fan_in",
        ),
        values(
            2,
            'With `mode="fan_avg"` the variance is one over the average of the two fans. Which std follows?',
            name="std with fan_avg",
            group="fan_avg",
        ),
        *checks_of_random(),
    ),
    misconceptions=(
        Misconception(
            id="variance_for_std",
            function=_with_std(lambda a, b, mode: _std(a, b, mode) ** 2),
            hint="Your standard deviation is 1 / fan_in, so the variance is 1 / fan_in squared. The scheme gives the "
            "variance: what has to be done to it before it scales a random number?",
        ),
        Misconception(
            id="times_root_of_fan",
            function=_with_std(lambda a, b, mode: 1 / _std(a, b, mode)),
            hint="Your weights grow with the number of inputs. A sum of more terms has to be kept small: should the "
            "root of the fan multiply or divide?",
        ),
        Misconception(
            id="fan_out_for_fan_in",
            function=_with_std(lambda a, b, mode: math.sqrt(1 / b) if mode == "fan_in" else _std(a, b, mode)),
            hint="Your variance is 1 / fan_out. Over how many terms does one unit sum: its inputs, or its "
            "neighbours? (In PyTorch, where w is stored the other way round, the fan-in is `w.shape[1]`.)",
        ),
        Misconception(
            id="always_fan_avg",
            function=_with_std(lambda a, b, mode: _std(a, b, "fan_avg")),
            hint="Your variance is 2 / (fan_in + fan_out) in every mode, as in Glorot and Bengio's paper, Keras and "
            'PyTorch. What does this function do when `mode` is `"fan_in"`?',
        ),
        Misconception(
            id="fan_avg_by_default",
            function=_fan_avg_by_default,
            hint='Both of your modes are right, but without one you take "fan_avg". What does the signature say that '
            "`mode` is when nobody sets it?",
        ),
        Misconception(
            id="mode_ignored",
            function=_with_std(lambda a, b, mode: _std(a, b, "fan_in")),
            hint='Your variance is 1 / fan_in also with `mode="fan_avg"`. Where does your code look at `mode`?',
        ),
        Misconception(
            id="modes_swapped",
            function=_with_std(lambda a, b, mode: _std(a, b, "fan_avg" if mode == "fan_in" else "fan_in")),
            hint="Your two modes have changed places. Which of the two formulas belongs to fan_in?",
        ),
        Misconception(
            id="sum_of_fans_for_their_average",
            function=_with_std(lambda a, b, mode: _std(a, b, mode) if mode == "fan_in" else math.sqrt(1 / (a + b))),
            hint='With "fan_avg" your variance is one over the SUM of the fans. What is one over their average?',
        ),
        Misconception(
            id="missing_parentheses",
            function=_with_std(lambda a, b, mode: _std(a, b, mode) if mode == "fan_in" else math.sqrt(2 / a + b)),
            hint="`2 / fan_in + fan_out` divides first and adds then. Where do parentheses belong?",
        ),
        Misconception(
            id="bound_of_the_uniform",
            function=_with_std(lambda a, b, mode: _std(a, b, mode) if mode == "fan_in" else math.sqrt(6 / (a + b))),
            hint='With "fan_avg" your std is sqrt(6 / (fan_in + fan_out)): that is the bound of the uniform scheme. '
            "Which number stands in the variance of the normal one?",
        ),
        Misconception(
            id="he_for_xavier",
            function=_with_std(lambda a, b, mode: math.sqrt(2) * _std(a, b, mode)),
            hint="Your variance is twice what it should be: 2 / fan_in is He's scheme, made for ReLU. Which does "
            "Xavier's have?",
        ),
        Misconception(
            id="rand_for_randn",
            function=_spread(lambda shape, rng: rng.random(shape)),
            hint="Your weights are all positive: `rand` and `rng.random` draw from the uniform distribution on (0, 1), "
            "as some lecture notes have it. Which mean do they have, and what happens to a sum of 100 positive inputs?",
        ),
        Misconception(
            id="rand_for_randn_in_one_mode",
            function=_with_mode_ignored(lambda shape, rng: rng.random(shape) / np.sqrt(shape[0])),
            hint="Your weights are all positive: `rand` and `rng.random` draw from the uniform distribution on (0, 1), "
            "as some lecture notes have it. Which mean do they have? (And `mode` is not looked at yet.)",
        ),
        Misconception(
            id="variance_for_std_in_one_mode",
            function=_with_mode_ignored(lambda shape, rng: rng.standard_normal(shape) / shape[0]),
            hint="Your standard deviation is 1 / fan_in, so the variance is 1 / fan_in squared. What has to be done to "
            "a variance before it scales a random number? (And `mode` is not looked at yet.)",
        ),
        Misconception(
            id="uniform_up_to_the_std",
            function=_spread(lambda shape, rng: rng.uniform(-1, 1, shape)),
            hint="Your weights are uniform between -1 / sqrt(fan_in) and 1 / sqrt(fan_in): this is what PyTorch's "
            "`nn.Linear` starts with. What is the variance of that, and from which distribution does the task draw?",
        ),
        Misconception(
            id="uniform_of_this_std",
            function=_spread(lambda shape, rng: math.sqrt(3) * rng.uniform(-1, 1, shape)),
            hint="Mean and standard deviation are right, but your weights are spread evenly and end abruptly. Is that "
            "the bell curve that the task asks for?",
        ),
        Misconception(
            id="tails_cut_off",
            function=_spread(_cut),
            hint="Your weights are never larger than 2.27 std: this is Keras' truncated normal distribution. Should a "
            "weight be drawn again because it came out large?",
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
        "divided_by_root": _divided,
        "normal": lambda fan_in, fan_out, rng, mode="fan_in": rng.normal(
            scale=_std(fan_in, fan_out, mode), size=(fan_in, fan_out)
        ),
        "float32": _spread(lambda shape, rng: rng.standard_normal(shape, dtype=np.float32)),
        "transposed_draw": _spread(lambda shape, rng: rng.standard_normal(shape[::-1]).T),
    },
)
