"""The assignment `optimizers`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.optimizers.curvature import NEWTON_STEP
from coursekit.exercises.optimizers.decoupled_decay import ADAMW
from coursekit.exercises.optimizers.look_ahead import NESTEROV
from coursekit.exercises.optimizers.plain_step import SGD
from coursekit.exercises.optimizers.squared_averages import RMSPROP
from coursekit.exercises.optimizers.squared_sums import ADAGRAD
from coursekit.exercises.optimizers.squared_updates import ADADELTA
from coursekit.exercises.optimizers.two_averages import ADAM
from coursekit.exercises.optimizers.velocity import MOMENTUM
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADADELTA, ADAM, ADAMW, NEWTON_STEP)

ASSIGNMENT = Assignment(
    id="optimizers",
    title="Optimizers",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
