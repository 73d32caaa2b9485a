"""The assignment `batch_size`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.batch_size.accumulating import ACCUMULATE_GRADIENTS
from coursekit.exercises.batch_size.batch_errors import MINIBATCH_GRADIENT_ERROR
from coursekit.exercises.batch_size.counting import UPDATES_PER_EPOCH
from coursekit.exercises.batch_size.gradient_noise import NOISE_SCALE
from coursekit.exercises.batch_size.growing import BATCH_SIZE_SCHEDULE
from coursekit.exercises.batch_size.rate_scaling import LINEAR_SCALING, SQRT_SCALING
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    UPDATES_PER_EPOCH,
    MINIBATCH_GRADIENT_ERROR,
    LINEAR_SCALING,
    SQRT_SCALING,
    ACCUMULATE_GRADIENTS,
    NOISE_SCALE,
    BATCH_SIZE_SCHEDULE,
)

ASSIGNMENT = Assignment(
    id="batch_size",
    title="Batch size",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
