"""Wrong answers whose values are right: which of the things that a check asks for they lack tells them apart."""

import numpy as np

from coursekit.exercises.cases import Case, Seeded, Summary
from coursekit.exercises.chance import draws_from_rng, mean_within, seeded
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import values


def noise(n, rng):
    """n numbers of the normal distribution."""
    return rng.standard_normal(n)


def drawn(seed):
    look = Summary(of=lambda a: {"mean": a.mean()}, expected={"mean": 0.0}, within={"mean": mean_within(1.0, 100)})
    return Case(args=(100, Seeded(seed)), summary=look)


GLOBAL = Misconception(id="global", function=lambda n, rng: np.random.standard_normal(n), hint="?")  # noqa: NPY002
FIXED = Misconception(id="fixed", function=lambda n, rng: np.random.default_rng(1).standard_normal(n), hint="?")


def exercise(*misconceptions):
    return Exercise(
        assignment="any",
        reference=noise,
        task="Draw.",
        rule="N(0, 1)",
        returns=ArrayOf(),
        cases=lambda draw: [drawn(draw.size(3, 9)), *seeded(drawn, draw.size(3, 9))],
        checks=(values(1, "Normal?"), draws_from_rng()),
        misconceptions=misconceptions,
        variants={},
    )


def test_numbers_that_do_not_repeat_and_numbers_that_always_do_are_two_mistakes():
    for wrong in (exercise(GLOBAL, FIXED), exercise(FIXED, GLOBAL)):
        for one in (GLOBAL, FIXED):
            result = wrong.evaluate(one.function)
            assert (result.misconception, result.score) == (one.id, 1)
        assert wrong.evaluate(noise).passed
