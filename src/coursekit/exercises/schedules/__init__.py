"""The assignment `schedules`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.schedules.convergence import HAS_CONVERGED
from coursekit.exercises.schedules.cosine_and_warmup import COSINE_DECAY, WARMUP
from coursekit.exercises.schedules.plateau import REDUCE_ON_PLATEAU
from coursekit.exercises.schedules.smooth import EXPONENTIAL_DECAY, INVERSE_TIME_DECAY
from coursekit.exercises.schedules.stepwise import STEP_DECAY
from coursekit.exercises.schedules.stopping import EARLY_STOPPING
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    STEP_DECAY,
    EXPONENTIAL_DECAY,
    INVERSE_TIME_DECAY,
    COSINE_DECAY,
    WARMUP,
    REDUCE_ON_PLATEAU,
    EARLY_STOPPING,
    HAS_CONVERGED,
)

ASSIGNMENT = Assignment(
    id="schedules",
    title="Learning-rate schedules and when to stop",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
