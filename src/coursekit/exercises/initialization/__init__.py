"""The assignment `initialization`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.initialization.constant import CONSTANT_INIT
from coursekit.exercises.initialization.he import HE_INIT
from coursekit.exercises.initialization.measuring import ACTIVATION_STDS
from coursekit.exercises.initialization.measuring_back import GRADIENT_STDS
from coursekit.exercises.initialization.normal_draws import NORMAL_INIT
from coursekit.exercises.initialization.uniform_draws import XAVIER_UNIFORM_INIT
from coursekit.exercises.initialization.xavier import XAVIER_INIT
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    CONSTANT_INIT,
    NORMAL_INIT,
    XAVIER_INIT,
    XAVIER_UNIFORM_INIT,
    HE_INIT,
    ACTIVATION_STDS,
    GRADIENT_STDS,
)

ASSIGNMENT = Assignment(
    id="initialization",
    title="Initialization",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
