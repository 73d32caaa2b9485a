"""One contract for every exercise of every assignment. A new exercise is tested by being there."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

import coursekit.nn
from coursekit.exercises import Exercise, assignment, assignments

SEEDS = range(200 if os.environ.get("COURSEKIT_LONG") == "1" else 20)
EXERCISES = {(id, name): e for id in assignments() for name, e in assignment(id).exercises.items()}

# The signatures that the course promises; a dropped or renamed exercise fails here.
PROMISED = {
    "activations": [
        "sigmoid(x)",
        "sigmoid_backward(dout, x)",
        "tanh_backward(dout, x)",
        "relu(x)",
        "relu_backward(dout, x)",
        "leaky_relu(x, alpha=0.01)",
        "leaky_relu_backward(dout, x, alpha=0.01)",
        "prelu_backward(dout, x, alpha)",
        "elu(x, alpha=1.0)",
        "elu_backward(dout, x, alpha=1.0)",
        "maxout(x, w1, b1, w2, b2)",
        "maxout_backward(dout, x, w1, b1, w2, b2)",
        "dead_fraction(h)",
    ]
}

each = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=[name for _, name in EXERCISES])


def idle(exercise: Exercise) -> dict:
    """Answers that do nothing of the task."""
    return {
        "none": lambda *a, **k: None,
        "first input": lambda *a, **k: a[0],
        "last input": lambda *a, **k: a[-1],
        "copy": lambda *a, **k: a[0].copy(),
        "zeros": lambda *a, **k: np.zeros_like(a[0]),
        "ones": lambda *a, **k: np.ones_like(a[0]),
        "zero": lambda *a, **k: 0.0,
        "one": lambda *a, **k: 1.0,
        "half": lambda *a, **k: 0.5,
        "nan": lambda *a, **k: a[0] * np.nan,
        "inputs": lambda *a, **k: a,
        "input and zero": lambda *a, **k: (a[0], 0.0),
        "zeros of all": lambda *a, **k: tuple(np.zeros_like(x) for x in a[1:]),
        "raises": lambda *a, **k: 1 / 0,
    }


def test_the_promised_exercises_are_there_in_order() -> None:
    assert set(PROMISED) <= set(assignments())
    for id, promised in PROMISED.items():
        assert [e.signature for e in assignment(id).exercises.values()] == promised


@each
def test_right_and_wrong_answers_over_many_seeds(exercise: Exercise) -> None:
    for seed in SEEDS:
        paper = exercise.paper(seed)
        right = {"reference": exercise.reference, **exercise.variants}
        for name, function in right.items():
            result = exercise.judge(paper, exercise.ask(paper, function))
            assert result.passed, f"seed {seed}, {name}:\n{result}"
            assert result.score == exercise.max_score
            assert result.misconception is None
        for wrong in exercise.misconceptions:
            result = exercise.judge(paper, exercise.ask(paper, wrong.function))
            assert result.misconception == wrong.id, f"seed {seed}, {wrong.id} is taken for:\n{result}"
            assert result.score < exercise.max_score
            assert not result.passed


@each
def test_doing_nothing_earns_nothing(exercise: Exercise) -> None:
    for seed in (0, 1, 2):
        paper = exercise.paper(seed)
        for name, function in idle(exercise).items():
            result = exercise.judge(paper, exercise.ask(paper, function))
            assert result.score == 0, f"{name}:\n{result}"


@each
def test_every_check_can_be_lost_by_itself(exercise: Exercise) -> None:
    """Not only together with all others: some known wrong answer fails it while it counts."""
    paper = exercise.paper()

    def not_for_one_row(*args: Any, **kwargs: Any) -> Any:
        main = dict(zip(exercise.parameters, args, strict=False))
        rows, columns = main[next(key for key in ("x", "h") if key in main)].shape
        return None if rows == 1 and columns > 1 else exercise.reference(*args, **kwargs)

    lost = {
        check.name
        for wrong in [*[m.function for m in exercise.misconceptions], not_for_one_row]
        for check in exercise.judge(paper, exercise.ask(paper, wrong)).checks
        if not check.passed and not check.pending
    }
    assert lost == {check.name for check in exercise.checks}


@each
def test_what_an_exercise_says(exercise: Exercise) -> None:
    assert exercise.reference is getattr(coursekit.nn, exercise.name)
    assert exercise.task
    assert exercise.rule
    assert len(exercise.misconceptions) >= 3
    assert len(exercise.variants) >= 2
    assert all(check.hint for check in exercise.checks), "a check without a hint"
    assert all(check.points > 0 for check in exercise.checks)
    assert exercise.max_score == sum(check.points for check in exercise.checks)
    for wrong in exercise.misconceptions:
        assert "?" in wrong.hint or wrong.id == "order", f"{wrong.id}: the hint asks nothing"
        assert wrong.hint.count("`") % 2 == 0


@each
def test_a_result_can_be_sent_and_shown(exercise: Exercise) -> None:
    for function in (exercise.reference, *[wrong.function for wrong in exercise.misconceptions], lambda *a: None):
        result = exercise.evaluate(function)
        sent = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert sent["score"] == sum(check["earned"] for check in sent["checks"])
        assert 0 <= sent["score"] <= sent["max_score"]
        for check in result.checks:
            if not check.passed:
                assert check.got
                assert check.pending or (check.expected and check.at and check.hint), check
        assert exercise.name in str(result)
        colours = set(re.findall(r"(?:color|background):([^;\"']*)", result._repr_html_()))
        assert colours <= {"inherit", "none"}, "a colour of our own reads badly in light or dark"


@each
def test_seeds_draw_other_numbers_and_the_same_seed_the_same(exercise: Exercise) -> None:
    def bits(seed: int) -> list[bytes]:
        return [a.tobytes() for case in exercise.paper(seed).cases for a in case.args if isinstance(a, np.ndarray)]

    assert bits(0) == bits(0)
    assert bits(5) == bits(5)
    assert bits(5) != bits(6) != bits(0)


@each
def test_the_edges_are_among_the_cases(exercise: Exercise) -> None:
    for seed in (0, 1):
        cases = exercise.paper(seed).cases
        arrays = [a for case in cases for a in case.args if isinstance(a, np.ndarray)]
        matrices = [a for a in arrays if a.ndim == 2]
        assert any(a.shape[0] == 1 and a.shape[1] > 1 for a in matrices), "one row"
        assert any(a.shape[1] == 1 and a.shape[0] > 1 for a in matrices), "one feature"
        assert any(a.dtype == np.float32 for a in arrays), "float32"
        assert any(case.view for case in cases), "a view"
        assert any(case.about == "the first input once more" for case in cases)


def test_speed() -> None:
    times = {}
    for (_, name), exercise in EXERCISES.items():
        exercise.evaluate(exercise.reference)
        started = time.perf_counter()
        exercise.evaluate(exercise.misconceptions[0].function)
        times[name] = time.perf_counter() - started
    print({name: f"{1000 * seconds:.0f} ms" for name, seconds in times.items()})
    assert statistics.median(times.values()) < 0.15
    assert max(times.values()) < 1.0


def test_counts(capsys: pytest.CaptureFixture[str]) -> None:
    exercises = EXERCISES.values()
    with capsys.disabled():
        print(
            f"\nexercises: {len(exercises)}; checks: {sum(len(e.checks) for e in exercises)}; "
            f"points: {sum(e.max_score for e in exercises)}; "
            f"misconceptions: {sum(len(e.misconceptions) for e in exercises)}; "
            f"variants: {sum(len(e.variants) for e in exercises)}; seeds: {len(SEEDS)}"
        )
    assert len(exercises) == sum(len(promised) for promised in PROMISED.values())


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_exercises_need_numpy_and_the_standard_library_only() -> None:
    """They run in the browser, where nothing else is installed."""
    found = run(
        "import sys, sysconfig\n"
        "before = set(sys.modules)  # what the machine itself loads, as Debian's sitecustomize\n"
        "from coursekit.exercises import assignment, assignments\n"
        "for id in assignments():\n"
        "    for e in assignment(id).exercises.values(): assert e.evaluate(e.reference).passed\n"
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before} - sys.stdlib_module_names))"
    ).split()
    foreign = [
        name for name in found if not name.startswith("_") and name not in ("coursekit", "numpy", "cython_runtime")
    ]
    assert foreign == []


def test_importing_the_package_stays_light() -> None:
    assert run("import sys, coursekit; coursekit.__version__; print('numpy' in sys.modules)").strip() == "False"
    assert run("from coursekit import check; print(callable(check))").strip() == "True"
    assert (
        run("import coursekit\ntry: coursekit.nothing\nexcept AttributeError as e: print(e)")
        .strip()
        .endswith("'nothing'")
    )
