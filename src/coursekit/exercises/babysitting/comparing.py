"""relative_error."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import Number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import relative_error

_FLOOR = 1e-12


def _cases(draw: Draw) -> list[Case]:
    def near(*shape: int, share: float = 0.2) -> Case:
        """Two arrays that differ by up to `share`, as a gradient and a clumsy check of it."""
        a = draw.array(*shape)
        off = np.round(draw.rng.uniform(0.01, share, shape) * draw.rng.choice([-1.0, 1.0], shape), 2)
        return Case(args=(a, np.round(a * (1 + off), 4)))

    def case(a: Any, b: Any, about: str = "", group: str = "values") -> Case:
        return Case(args=(np.array(a, float), np.array(b, float)), about=about, group=group)

    x, y = draw.number(1.0, 3.0), draw.number(3.1, 6.0)
    small, far = draw.number(0.01, 0.04), draw.number(1.5, 3.0)
    cases = [
        case([x], [y]),
        case([y, 1.0], [x, 1.0]),
        # The small pair is far apart in relation to its size, the large pair in numbers.
        case([small, 100.0], [3 * small, 104.0], "a small pair and a large one"),
        case([far, -far], [far + 0.5, far], "opposite signs"),
        near(2, 3),
        near(draw.size(3, 7), draw.size(3, 7), share=0.5),
        case([[x, -y, 0.5]], [[y, -x, 0.5]], "one row", "edges"),
        case([[-x], [y], [2.0]], [[-y], [y], [2.5]], "one feature", "edges"),
        case([x, -y], [x, -y], "equal", "edges"),
        case([1e4, -1e4], [9e3, -1e4], "large entries", "edges"),
        case([x, 1.0], [0.0, 1.0], "0 on one side", "edges"),
        case([0.0, 0.0], [0.0, 0.0], "0 on both sides", "floor"),
        case([0.0, x], [0.0, y], "0 on both sides of one entry", "floor"),
        case([0.0, 2e-13], [0.0, -1e-13], "entries below 1e-12", "floor"),
        case([5e-11, 0.0], [-2e-11, 0.0], "entries above 1e-12, but small", "floor"),
    ]
    return with_layouts(cases, typical=lambda: near(3, 3))


def _entries(a: Array, b: Array, floor: float = _FLOOR) -> Any:
    return np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), floor)


def _loop(a: Array, b: Array) -> float:
    worst = 0.0
    for one, other in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True):
        worst = max(worst, abs(one - other) / max(abs(one) + abs(other), _FLOOR))
    return worst


def _in_place(a: Array, b: Array) -> Any:
    size = np.maximum(np.abs(a) + np.abs(b), _FLOOR)
    a -= b
    return np.max(np.abs(a) / size)


RELATIVE_ERROR = Exercise(
    assignment="babysitting",
    reference=relative_error,
    task="Compare two gradients. `a` and `b` are arrays of one shape, vectors or matrices; return one number, the "
    "largest relative error over all entries. Each difference is divided by the sum of the two sizes, and by 1e-12 "
    "where that sum is smaller: then two zeros are 0 apart.",
    rule="relative_error(a, b) = max over all entries of |a - b| / max(|a| + |b|, 1e-12)",
    returns=Number(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(300, 300), draw.array(300, 300))),
    checks=(
        values(
            4,
            "Work out the fraction for every single entry: the difference above, both sizes added below. Which is "
            "the largest?",
        ),
        Check(
            name="zeros and tiny entries",
            points=2,
            group="floor",
            hint="What is |a| + |b| here, and what is divided by when that is below 1e-12?",
        ),
        edges(),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="larger_of_the_two",
            function=lambda a, b: np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), _FLOOR)),
            hint="You divide by the larger of |a| and |b|, as the notes of CS231n do; your errors are up to twice "
            "those of this course. What stands below the line here?",
        ),
        Misconception(
            id="norms",
            function=lambda a, b: np.linalg.norm(a - b) / np.maximum(np.linalg.norm(a) + np.linalg.norm(b), _FLOOR),
            hint="You compare the lengths of whole arrays, as deeplearning.ai does. One wrong entry among many good "
            "ones hardly shows in a length: where should the maximum be taken?",
        ),
        Misconception(
            id="mean_for_max",
            function=lambda a, b: np.mean(_entries(a, b)),
            hint="You average over the entries. Does one wrong entry among a thousand still show in an average?",
        ),
        Misconception(
            id="sum_for_max",
            function=lambda a, b: np.sum(_entries(a, b)),
            hint="You add the entries' errors up. Should a larger array have a larger error? Which one entry counts?",
        ),
        Misconception(
            id="divided_by_a",
            function=lambda a, b: np.max(np.abs(a - b) / np.maximum(np.abs(a), _FLOOR)),
            hint="You divide by |a| alone. What happens when a is 0 and b is not: should swapping a and b change the "
            "error?",
        ),
        Misconception(
            id="divided_by_b",
            function=lambda a, b: np.max(np.abs(a - b) / np.maximum(np.abs(b), _FLOOR)),
            hint="You divide by |b| alone. What happens when b is 0 and a is not: should swapping a and b change the "
            "error?",
        ),
        Misconception(
            id="mean_of_the_sizes",
            function=lambda a, b: np.max(np.abs(a - b) / np.maximum((np.abs(a) + np.abs(b)) / 2, _FLOOR)),
            hint="You divide by the average of |a| and |b|, so your error reaches 2. Is the sum halved in the rule?",
        ),
        Misconception(
            id="no_floor",
            function=lambda a, b: np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))),
            hint="Where both entries are 0 you divide 0 by 0 and get NaN. What is the smallest number that the rule "
            "divides by?",
        ),
        Misconception(
            id="floor_1e-8",
            function=lambda a, b: np.max(_entries(a, b, 1e-8)),
            hint="Sums below 1e-8 are raised to 1e-8, as in the assignments of CS231n, so small gradients always look "
            "right. Which floor does this course use?",
        ),
        Misconception(
            id="floor_added",
            function=lambda a, b: np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + _FLOOR)),
            hint="You add 1e-12 to the sum of the sizes. Is it added in the rule, or is it the least that the sum may "
            "be?",
        ),
        Misconception(
            id="signed_difference",
            function=lambda a, b: np.max((a - b) / np.maximum(np.abs(a) + np.abs(b), _FLOOR)),
            hint="Where b is the larger your difference is negative, and the maximum overlooks it. What is missing "
            "around a - b?",
        ),
        Misconception(
            id="signed_sizes",
            function=lambda a, b: np.max(np.abs(a - b) / np.maximum(np.abs(a + b), _FLOOR)),
            hint="You take |a + b|. What is that for a = 2 and b = -2, and what is |a| + |b|?",
        ),
        Misconception(
            id="absolute_error",
            function=lambda a, b: np.max(np.abs(a - b)),
            hint="You return the largest difference itself. Is a difference of 0.01 large? To what is it compared?",
        ),
        Misconception(
            id="each_by_the_largest",
            function=lambda a, b: np.max(np.abs(a - b)) / np.maximum(np.max(np.abs(a) + np.abs(b)), _FLOOR),
            hint="You take the largest difference and the largest size, perhaps from two different entries. Which "
            "comes first in the rule: the division or the maximum?",
        ),
        Misconception(
            id="per_entry",
            function=_entries,
            hint="You return one error for each entry. Which single number of them is asked for?",
        ),
        in_place(_in_place, "a", "Does `-=` make a new array?"),
    ),
    variants={
        "loop": _loop,
        "where": lambda a, b: np.max(
            np.abs(a - b) / np.where(np.abs(a) + np.abs(b) > _FLOOR, np.abs(a) + np.abs(b), _FLOOR)
        ),
        "clip": lambda a, b: (abs(b - a) / np.clip(abs(a) + abs(b), _FLOOR, None)).max(),
        "sorted": lambda a, b: np.sort(_entries(a, b), axis=None)[-1],
        "zero_d_array": lambda a, b: np.array(np.max(_entries(a, b))),
    },
)
