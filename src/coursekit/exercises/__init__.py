"""The exercises: what is asked, how an answer is judged, and which wrong answers are known.

An assignment is a module (or package) of this one with an `ASSIGNMENT`; a new one is one more line in `_ASSIGNMENTS`.
They are imported when asked for.
"""

from difflib import get_close_matches
from importlib import import_module

from coursekit.exercises.asking import Answer, TimeUp
from coursekit.exercises.cases import PUBLIC_SEED
from coursekit.exercises.result import CheckResult, Result
from coursekit.exercises.spec import (
    Assignment,
    Exercise,
    ExerciseError,
    Exercises,
    Misconception,
    Paper,
    UnknownNameError,
)

__all__ = [
    "PUBLIC_SEED",
    "Answer",
    "Assignment",
    "CheckResult",
    "Exercise",
    "ExerciseError",
    "Exercises",
    "Misconception",
    "Paper",
    "Result",
    "TimeUp",
    "UnknownNameError",
    "assignment",
    "assignments",
    "exercise",
]

_ASSIGNMENTS = {  # id -> module, in the order of the chapters
    "loop": "coursekit.exercises.loop",
    "activations": "coursekit.exercises.activations",
    "preprocessing": "coursekit.exercises.preprocessing",
    "initialization": "coursekit.exercises.initialization",
    "batchnorm": "coursekit.exercises.batchnorm",
    "optimizers": "coursekit.exercises.optimizers",
    "schedules": "coursekit.exercises.schedules",
    "batch_size": "coursekit.exercises.batch_size",
    "regularization": "coursekit.exercises.regularization",
    "ensembles": "coursekit.exercises.ensembles",
    "babysitting": "coursekit.exercises.babysitting",
}


def assignments() -> list[str]:
    """The ids of all assignments, in the order of the chapters."""
    return list(_ASSIGNMENTS)


def assignment(id: str) -> Assignment:
    """The assignment of this id; raises `UnknownNameError`."""
    if id not in assignments():
        raise UnknownNameError(f"there is no assignment {id!r}; there are {', '.join(_ASSIGNMENTS)}")
    found = import_module(_ASSIGNMENTS[id]).ASSIGNMENT
    assert isinstance(found, Assignment)
    return found


def exercise(name: str) -> Exercise:
    """The exercise of this name, whichever assignment it is in; raises `UnknownNameError`."""
    for id in _ASSIGNMENTS:
        exercises = assignment(id).exercises
        if name in exercises:
            return exercises[name]
    names = [known for id in _ASSIGNMENTS for known in assignment(id).exercises]
    near = get_close_matches(name, names)
    said = f"did you mean {' or '.join(near)}?" if near else "name the function as the notebook does, `def relu(x)`"
    raise UnknownNameError(f"there is no exercise {name!r}: {said}")
