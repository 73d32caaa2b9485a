"""How long a student waits for `check`, and a grader for `evaluate`: one line an exercise, then the medians.

    python benchmarks/exercises.py [--rounds N] [ID ...]

`right` is `evaluate` of a right answer, `wrong` that of a known wrong one (the worst of them: it is compared with all
others), `check` what a student waits for with the worst wrong answer, or with a right one and its remark on pace.
Median of the rounds, after one call that warms up. All is of this machine, and says little about another.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import statistics
import time
from collections.abc import Callable

from coursekit.exercises import Exercise, assignment, assignments


def seconds(run: Callable[[], object], rounds: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def row(exercise: Exercise, rounds: int) -> tuple[float, float, float]:
    """Seconds of `evaluate` right, `evaluate` wrong, and `check`."""
    right = exercise.complete(next(iter(exercise.variants.values())))
    answer = seconds(lambda: exercise.evaluate(right), rounds)
    wrong = max(
        seconds(lambda w=w: exercise.evaluate(exercise.complete(w.function)), 1) for w in exercise.misconceptions
    )
    paced = answer + seconds(lambda: exercise.pace(right), 1)
    return answer, wrong, max(wrong, paced)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long check and evaluate take.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each exercise (5)")
    parser.add_argument("ids", nargs="*", metavar="ID", help="assignments; all where none is named")
    wanted = parser.parse_args()
    rows = {}
    print(f"{'exercise':<40}{'right':>10}{'wrong':>10}{'check':>10}   in ms")
    for id in wanted.ids or assignments():
        for name, exercise in assignment(id).exercises.items():
            rows[name] = row(exercise, wanted.rounds)
            print(f"{id + ' ' + name:<40}" + "".join(f"{1e3 * value:>10.1f}" for value in rows[name]))
    for label, pick in (("median", statistics.median), ("largest", max)):
        print(f"{label:<40}" + "".join(f"{1e3 * pick(column):>10.1f}" for column in zip(*rows.values(), strict=True)))


if __name__ == "__main__":
    main()
