"""The assignment `babysitting`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.babysitting.comparing import RELATIVE_ERROR
from coursekit.exercises.babysitting.curves import DIAGNOSE
from coursekit.exercises.babysitting.folding import K_FOLD
from coursekit.exercises.babysitting.initial import EXPECTED_INITIAL_LOSS
from coursekit.exercises.babysitting.logspace import LOG_UNIFORM
from coursekit.exercises.babysitting.ranges import LR_RANGE_TEST
from coursekit.exercises.babysitting.sampling import RANDOM_SEARCH
from coursekit.exercises.babysitting.searching import GRID_SEARCH
from coursekit.exercises.babysitting.slopes import NUMERICAL_GRADIENT
from coursekit.exercises.babysitting.updates import UPDATE_RATIO
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    EXPECTED_INITIAL_LOSS,
    NUMERICAL_GRADIENT,
    RELATIVE_ERROR,
    UPDATE_RATIO,
    LOG_UNIFORM,
    GRID_SEARCH,
    RANDOM_SEARCH,
    K_FOLD,
    DIAGNOSE,
    LR_RANGE_TEST,
)

ASSIGNMENT = Assignment(
    id="babysitting",
    title="Looking after a run",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
