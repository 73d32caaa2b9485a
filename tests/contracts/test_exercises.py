"""One contract for every exercise of every assignment. A new exercise is tested by being there."""

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from promised import PROMISED

import coursekit.data
import coursekit.nn
import coursekit.optim
import coursekit.training
from coursekit.exercises import Exercise, assignment, assignments
from coursekit.exercises.cases import Given, Made, arrays_in

#: `make test` draws 20 papers of each exercise, `make test-long` 200.
SEEDS = range(int(os.environ.get("COURSEKIT_SEEDS", "20")))
ROOMS = (coursekit.nn, coursekit.optim, coursekit.data, coursekit.training)
EXERCISES = {(id, name): e for id in assignments() for name, e in assignment(id).exercises.items()}

each = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=[f"{id}-{name}" for id, name in EXERCISES])

#: By contract: a step of 1e-5 is lost among the seven digits of float32.
FLOAT64_ALONE = {"numerical_gradient"}

#: By contract: one gradient has no spread.
TWO_ROWS_AT_LEAST = {"noise_scale"}

#: Answers that do nothing of the task.
IDLE: dict[str, Any] = {
    "none": lambda *a, **k: None,
    "first input": lambda *a, **k: a[0],
    "last input": lambda *a, **k: a[-1],
    "copy": lambda *a, **k: a[0].copy(),
    "zeros": lambda *a, **k: np.zeros_like(a[0]),
    "ones": lambda *a, **k: np.ones_like(a[0]),
    "zero": lambda *a, **k: 0.0,
    "one": lambda *a, **k: 1.0,
    "half": lambda *a, **k: 0.5,
    "whole zero": lambda *a, **k: 0,
    "whole one": lambda *a, **k: 1,
    "true": lambda *a, **k: True,
    "false": lambda *a, **k: False,
    "healthy": lambda *a, **k: "healthy",
    "diverged": lambda *a, **k: "diverged",
    "empty list": lambda *a, **k: [],
    "empty dict": lambda *a, **k: {},
    "nan": lambda *a, **k: a[0] * np.nan,
    "inputs": lambda *a, **k: a,
    "input and zero": lambda *a, **k: (a[0], 0.0),
    "zeros of all": lambda *a, **k: tuple(np.zeros_like(x) for x in a[1:]),
    "raises": lambda *a, **k: 1 / 0,
}


def judged(exercise: Exercise, paper: Any, function: Any) -> Any:
    return exercise.judge(paper, exercise.ask(paper, exercise.complete(function)))


def arrays_of(exercise: Exercise, seed: int) -> list[np.ndarray]:
    given = [(case.args, tuple(case.kwargs.values())) for case in exercise.paper(seed).cases]
    made = [[part.args for part in args if isinstance(part, Given)] for args, _ in given]
    return arrays_in([*given, *made])


def test_the_promised_exercises_are_there_in_order() -> None:
    assert assignments() == list(PROMISED)
    for id, promised in PROMISED.items():
        assert [e.signature for e in assignment(id).exercises.values()] == [wanted for _, wanted in promised]


@each
def test_right_and_wrong_answers_over_many_seeds(exercise: Exercise) -> None:
    for seed in SEEDS:
        paper = exercise.paper(seed)
        right = {"reference": exercise.reference, **exercise.variants}
        for name, function in right.items():
            result = judged(exercise, paper, function)
            assert result.passed, f"seed {seed}, {name}:\n{result}"
            assert result.score == exercise.max_score
            assert result.misconception is None
        for wrong in exercise.misconceptions:
            if seed < 5:
                result = judged(exercise, paper, wrong.function)
            else:  # judging has asked it already, which on many papers is enough
                result = exercise.judge(paper, paper.profile(wrong).answers)
            assert result.misconception == wrong.id, f"seed {seed}, {wrong.id} is taken for:\n{result}"
            assert result.score < exercise.max_score
            assert not result.passed


@each
def test_doing_nothing_earns_nothing(exercise: Exercise) -> None:
    for seed in (0, 1, 2):
        paper = exercise.paper(seed)
        for name, function in IDLE.items():
            result = judged(exercise, paper, function)
            assert result.score == 0, f"{name}:\n{result}"


@each
def test_every_check_can_be_lost_by_itself(exercise: Exercise) -> None:
    """Not only together with all others: some known wrong answer fails it while it counts, or a slip at the edges."""
    paper = exercise.paper()
    results = [judged(exercise, paper, wrong.function) for wrong in exercise.misconceptions]
    slips = [
        replace(answer, value=None, error="it returned None: is a `return` missing?")
        if case.group == "edges"
        else answer
        for case, answer in zip(paper.cases, paper.answers, strict=True)
    ]
    results.append(exercise.judge(paper, slips))
    lost = {check.name for result in results for check in result.checks if not check.passed and not check.pending}
    kept = [check.name for check in exercise.checks if check.name not in lost]
    assert not kept, f"no known wrong answer fails {kept}"


@each
def test_what_an_exercise_says(exercise: Exercise) -> None:
    assert exercise.reference in [getattr(room, exercise.name, None) for room in ROOMS]
    hints = [*[check.hint for check in exercise.checks], *[wrong.hint for wrong in exercise.misconceptions]]
    missing = [text for text in (exercise.task, exercise.rule, *hints) if not text or "TODO" in text]
    if len(exercise.misconceptions) < 3:
        missing.append("at least three misconceptions")
    if len(exercise.variants) < 2:
        missing.append("at least two variants")
    assert not missing, f"still to be written: {missing}"
    assert all(check.hint for check in exercise.checks), "a check without a hint"
    assert all(check.points > 0 for check in exercise.checks)
    assert exercise.max_score == sum(check.points for check in exercise.checks)
    for wrong in exercise.misconceptions:
        assert "?" in wrong.hint or wrong.id == "order", f"{wrong.id}: the hint asks nothing"
        assert wrong.hint.count("`") % 2 == 0


@each
def test_a_result_can_be_sent_and_shown(exercise: Exercise) -> None:
    for function in (exercise.reference, *[wrong.function for wrong in exercise.misconceptions], lambda *a: None):
        result = exercise.evaluate(exercise.complete(function))
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
    def drawn(seed: int) -> str:
        cases = exercise.paper(seed).cases
        with np.printoptions(threshold=sys.maxsize):
            return repr([(case.args, dict(case.kwargs)) for case in cases])

    assert drawn(0) == drawn(0)
    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6) != drawn(0)


@each
def test_the_edges_are_among_the_cases(exercise: Exercise) -> None:
    """Where an exercise takes arrays at all; images, sequences and labels have edges of their own."""
    for seed in (0, 1):
        cases = exercise.paper(seed).cases
        assert any("once more" in case.about or case.group == "seeded" for case in cases), "the first input once more"
        floating = [a for a in arrays_of(exercise, seed) if a.dtype.kind == "f" and a.ndim]
        if floating:
            assert exercise.name in FLOAT64_ALONE or any(a.dtype == np.float32 for a in floating), "float32"
            assert any(case.view for case in cases), "a view"
        matrices = [a for a in floating if a.ndim == 2]
        if any(a.shape[0] != a.shape[1] for a in matrices):  # a Hessian is always square
            one_row = any(a.shape[0] == 1 and a.shape[1] > 1 for a in matrices)
            assert one_row or exercise.name in TWO_ROWS_AT_LEAST, "one row"
            assert any(a.shape[1] == 1 and a.shape[0] > 1 for a in matrices), "one feature"


def test_callbacks_need_numpy_alone() -> None:
    """What a case hands to a submission is made again in a process that has no engine."""
    for exercise in EXERCISES.values():
        for case in exercise.paper().cases:
            for part in [*case.args, *case.kwargs.values()]:
                if isinstance(part, Made):
                    home = Path(inspect.getfile(part.maker))
                    assert home.name == "callbacks.py"
                    assert part.shown, f"{exercise.name}: a function in a case says nothing of itself"
                    imported = re.findall(r"^(?:from|import) ([\w.]+)", home.read_text("utf-8"), re.MULTILINE)
                    assert set(imported) <= {"numpy", "numpy.typing", "math", "typing", "collections.abc"}


def test_counts(told: Callable[[str], None]) -> None:
    exercises = EXERCISES.values()
    told(
        f"exercises: {len(exercises)}; checks: {sum(len(e.checks) for e in exercises)}; "
        f"points: {sum(e.max_score for e in exercises)}; "
        f"misconceptions: {sum(len(e.misconceptions) for e in exercises)}; "
        f"variants: {sum(len(e.variants) for e in exercises)}; seeds: {len(SEEDS)}"
    )
    assert len(exercises) == sum(len(PROMISED[id]) for id in assignments())


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
        "    for e in assignment(id).exercises.values(): assert e.evaluate(e.complete(e.reference)).passed\n"
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
