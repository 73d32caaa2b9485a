"""The machinery on small exercises of its own: what activations does not use yet, later chapters will."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from coursekit.exercises import Exercise, ExerciseError, Misconception, UnknownNameError, assignment, exercise
from coursekit.exercises.cases import Case, Draw, Given, Seeded
from coursekit.exercises.judging import Asked, Check, Failure
from coursekit.exercises.kinds import ArrayOf, DictOf, Number, Opaque, Several
from coursekit.exercises.standard import unchanged, values


def forward(x):
    return x * 2, {"x": x}


def backward(dout, cache):
    return 2 * dout + 0 * cache["x"]


def wrong_backward(dout, cache):
    return dout + 0 * cache["x"]


BACKWARD = Exercise(
    assignment="test",
    reference=backward,
    task="t",
    rule="r",
    returns=ArrayOf(),
    cases=lambda draw: [Case(args=(draw.array(2, 2), Given("forward", (draw.array(2, 2),), pick=1))) for _ in range(3)],
    checks=(values(2, "h"), unchanged()),
    misconceptions=(Misconception(id="no_factor", function=wrong_backward, hint="where is the 2?"),),
    variants={},
    needs=("forward",),
    helpers={"forward": forward},
)


def test_a_function_that_needs_another_gets_its_private_result() -> None:
    def own_forward(x):
        return x * 2, (x, "mine")

    def own_backward(dout, cache):
        assert cache[1] == "mine"
        return dout * 2

    assert BACKWARD.evaluate({"forward": own_forward, "backward": own_backward}).passed
    result = BACKWARD.evaluate({"forward": forward, "backward": wrong_backward})
    assert result.misconception == "no_factor"
    assert "forward(np.array([[" in result.checks[0].at, "the call can be pasted"


def test_a_missing_or_failing_companion_is_named() -> None:
    assert "no function forward" in BACKWARD.evaluate(backward).checks[0].got
    for wrong, said in (
        (lambda x: None, "returned None: is a `return` missing?; its result number 2 is wanted"),
        (lambda x: (x,), "returned 1 results; number 2 is wanted"),
        (lambda x: 1 / 0, "raised ZeroDivisionError: division by zero"),
    ):
        broken = BACKWARD.evaluate({"backward": backward, "forward": wrong})
        assert broken.score == 0
        assert broken.checks[0].got.startswith(f"it could not be called: forward, whose result it is given, {said}")
        assert "does it pass its own check?" in broken.checks[0].hint


def test_a_mistake_is_named_although_another_shows_beside_it() -> None:
    """The factor is missing everywhere; that large inputs fail as well is another matter."""

    def cases(draw: Draw) -> list[Case]:
        made = [Case(args=(draw.array(2, 2), Given("forward", (draw.array(2, 2),), pick=1))) for _ in range(3)]
        return [*made, replace(made[0], group="large")]

    mixed = replace(BACKWARD, cases=cases)
    calls = []

    def no_factor_and_fails_at_the_last(dout, cache):
        calls.append(dout)
        return dout * (np.nan if len(calls) == 4 else 1)

    result = mixed.evaluate({"forward": forward, "backward": no_factor_and_fails_at_the_last})
    assert result.misconception == "no_factor"

    def fails_at_the_last_alone(dout, cache):
        calls.append(dout)
        return 2 * dout * (np.nan if len(calls) == 8 else 1)

    mixed = replace(mixed, checks=(*mixed.checks, Check(name="large", points=1, group="large", hint="h")))
    result = mixed.evaluate({"forward": forward, "backward": fails_at_the_last_alone})
    assert not result.passed
    assert result.misconception is None


FORWARD = replace(
    BACKWARD,
    reference=forward,
    returns=Several(out=ArrayOf(), cache=Opaque()),
    cases=lambda draw: [Case(args=(draw.array(2, 2),)) for _ in range(2)],
    misconceptions=(),
    needs=(),
    helpers={},
)


def test_where_a_companion_is_wrong_it_is_to_be_mended_first() -> None:
    exercise = replace(BACKWARD, first=(FORWARD,))

    def wrong_forward(x):
        return x * 3, {"x": x * np.nan}

    result = exercise.evaluate({"forward": wrong_forward, "backward": lambda dout, cache: 2 * dout + cache["x"]})
    assert result.diagnosis.startswith("Your forward does not pass its own check yet (values), and backward works on")
    result = exercise.evaluate({"forward": lambda x: (x, {"x": x}), "backward": wrong_backward})
    assert result.misconception == "no_factor"
    assert "Mend that first" in result.notes[-1]
    result = exercise.evaluate({"forward": forward, "backward": wrong_backward})
    assert not result.notes


def test_the_engine_s_own_companion_is_no_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    import coursekit.nn

    monkeypatch.setattr(coursekit.nn, "forward", forward, raising=False)
    result = BACKWARD.evaluate({"forward": forward, "backward": lambda dout, cache: 2 * dout})
    assert result.score == 0
    assert "forward is the engine's own here" in result.checks[0].got


def test_a_wrong_answer_may_bring_its_own_companion() -> None:
    other = {"forward": lambda x: (2 * x, x), "backward": lambda dout, cache: 2 * dout + 0 * cache}
    assert BACKWARD.evaluate(BACKWARD.complete(other)).passed


def draws(n, rng):
    return rng.random(n)


def _uniform(asked: Sequence[Asked]) -> Failure | None:
    for one in asked:
        if not 0.4 < float(np.mean(one.answer.value)) < 0.6:
            return Failure("a mean near 0.5", f"a mean of {np.mean(one.answer.value):.3g}", "draws(1000, rng)")
    return None


DRAWS = Exercise(
    assignment="test",
    reference=draws,
    task="t",
    rule="r",
    returns=ArrayOf(),
    cases=lambda draw: [Case(args=(1000, Seeded(int(draw.rng.integers(2**31)))))],
    checks=(Check(name="uniform", points=1, core=True, judge=_uniform, hint="h"),),
    misconceptions=(Misconception(id="normal", function=lambda n, rng: rng.normal(size=n), hint="which?"),),
    variants={"uniform": lambda n, rng: rng.uniform(size=n)},
)


def test_random_results_are_judged_by_a_property() -> None:
    assert DRAWS.evaluate(lambda n, rng: 1 - rng.random(n)).passed
    result = DRAWS.evaluate(lambda n, rng: rng.normal(size=n))
    assert result.misconception == "normal"
    assert result.checks[0].expected == "a mean near 0.5"
    assert DRAWS.evaluate(lambda n, rng: None).checks[0].got.startswith("it returned None")


def penalty(params, lam):
    return 0.5 * lam * sum(float(np.sum(w**2)) for w in params.values()), {k: lam * w for k, w in params.items()}, None


PENALTY = Exercise(
    assignment="test",
    reference=penalty,
    task="t",
    rule="r",
    returns=Several(loss=Number(), grads=DictOf(ArrayOf()), cache=Opaque()),
    cases=lambda draw: [Case(args=({"w": draw.array(2, 2), "b": draw.array(2)}, 0.5))],
    checks=(values(1, "h", name="loss", part="loss"), values(1, "h", name="grads", part="grads"), unchanged()),
    misconceptions=(),
    variants={},
)


def test_dicts_go_in_and_come_out() -> None:
    def without_half(params, lam):
        params["w"] *= 1.0
        loss, grads, _ = penalty(params, lam)
        return 2 * loss, grads, object()

    assert PENALTY.evaluate(penalty).passed
    result = PENALTY.evaluate(without_half)
    assert [check.passed for check in result.checks] == [False, True, True]

    def overwrites(params, lam):
        out = penalty(params, lam)
        params["w"] *= 0
        return out

    assert [check.passed for check in PENALTY.evaluate(overwrites).checks][-1] is False
    missing = PENALTY.evaluate(lambda params, lam: (penalty(params, lam)[0], {}, None))
    assert [check.passed for check in missing.checks] == [True, False, True]
    assert missing.checks[1].got == "{}"


def test_side_checks_wait_for_a_core_check() -> None:
    result = PENALTY.evaluate(lambda params, lam: (0.0, {}, None))
    assert result.score == 0
    assert [check.pending for check in result.checks] == [False, False, True]
    assert "counted once the values are right: does not change its input (1 point)" in str(result)


def test_declarations_that_contradict_themselves() -> None:
    def make(checks):
        return Exercise(
            assignment="test",
            reference=forward,
            task="t",
            rule="r",
            returns=Opaque(),
            cases=lambda draw: [],
            checks=checks,
            misconceptions=(),
            variants={},
        )

    with pytest.raises(ExerciseError, match="two checks share a name"):
        make((values(1, "h"), values(1, "h")))
    with pytest.raises(ExerciseError, match="no check is core"):
        make((unchanged(),))


def test_a_reference_that_fails_is_our_fault_and_said_so() -> None:
    def broken(x):
        return math.sqrt(-1)

    spec = Exercise(
        assignment="test",
        reference=broken,
        task="t",
        rule="r",
        returns=Number(),
        cases=lambda draw: [Case(args=(1.0,), about="any")],
        checks=(values(1, "h"),),
        misconceptions=(),
        variants={},
    )
    with pytest.raises(ExerciseError, match="the reference fails on a case of values any: it raised ValueError"):
        spec.evaluate(lambda x: x)


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match=r"no assignment 'activation'; there are .*activations"):
        assignment("activation")
    with pytest.raises(UnknownNameError, match=r"no exercise 'rely' here; there are sigmoid, .*relu, "):
        assignment("activations").exercises["rely"]
    with pytest.raises(UnknownNameError, match="no exercise 'rely': did you mean relu"):
        exercise("rely")
    with pytest.raises(UnknownNameError, match=r"no assignment \['x'\]"):
        assignment(["x"])
    assert exercise("relu") is assignment("activations").exercises["relu"]


@pytest.mark.parametrize("seed", [-1, 1.5, None, True, "7"])
def test_a_seed_that_is_none(seed: object) -> None:
    with pytest.raises(ExerciseError, match="a seed is a whole number, 0 or above, not"):
        exercise("relu").evaluate(exercise("relu").reference, seed=seed)
    assert exercise("relu").evaluate(exercise("relu").reference, seed=2**128).passed


def test_an_exercise_is_frozen() -> None:
    with pytest.raises(AttributeError):
        exercise("relu").rule = "x"


def test_one_paper_serves_many_submissions() -> None:
    relu = exercise("relu")
    paper = relu.paper(7)
    for function in (relu.reference, lambda x: abs(x), relu.reference):
        judged = relu.judge(paper, relu.ask(paper, function))
        assert judged.checks == relu.evaluate(function, seed=7).checks


def test_public_sizes_are_the_same_and_private_ones_vary() -> None:
    assert {Draw("a", 0).size(2, 9) for _ in range(5)} == {5}
    assert len({Draw("a", seed).size(2, 9) for seed in range(1, 50)}) > 4
