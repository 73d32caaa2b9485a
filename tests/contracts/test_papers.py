"""No question tells the answer to another one: functions of one assignment are asked one after the other."""

from collections.abc import Iterator

import numpy as np
import pytest

from coursekit.exercises import assignment, assignments


def arrays(thing: object) -> Iterator[np.ndarray]:
    """All arrays in it, and all lists of three or more numbers."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        yield from arrays(list(thing.values()))
    elif isinstance(thing, tuple | list):
        if len(thing) >= 3 and all(isinstance(part, int | float) for part in thing):
            yield np.array(thing, dtype=float)
        else:
            for part in thing:
                yield from arrays(part)
    elif hasattr(thing, "__dict__"):
        yield from arrays(list(vars(thing).values()))


def print_of(array: np.ndarray) -> bytes | None:
    """What tells it from all others; None where it holds too little for that, such as zeros and labels."""
    if array.dtype.kind not in "fc":
        return None
    values = np.unique(array[np.isfinite(array)])
    if values.size < 3 or np.all(values == np.round(values)):
        return None
    return np.round(array.ravel(), 9).tobytes()


def told(given: dict[str, object], answers: dict[str, object]) -> list[tuple[str, str]]:
    """The pairs of functions of which the first's answer stands in what the second is given."""
    known: dict[bytes, set[str]] = {}
    for name, things in given.items():
        for one in filter(None, map(print_of, arrays(things))):
            known.setdefault(one, set()).add(name)
    found = {
        (name, other)
        for name, things in answers.items()
        for one in filter(None, map(print_of, arrays(things)))
        for other in known.get(one, set()) - {name}
    }
    return sorted(found)


@pytest.mark.parametrize("id", assignments())
@pytest.mark.parametrize("seed", [0, 3, 2**127 + 9])
def test_no_function_is_given_what_another_is_asked_for(id, seed):
    papers = {name: exercise.paper(seed) for name, exercise in assignment(id).exercises.items()}
    given = {name: [[case.args, dict(case.kwargs)] for case in paper.cases] for name, paper in papers.items()}
    answers = {name: [answer.value for answer in paper.answers] for name, paper in papers.items()}
    assert sum(len(list(arrays(things))) for things in given.values()) > 0
    assert told(given, answers) == []
    one, other = list(papers)[:2]
    planted = next(array for array in arrays(answers[one]) if print_of(array)) if id == "activations" else None
    if planted is not None:
        assert told({**given, other: [given[other], [planted]]}, answers) == [(one, other)]
