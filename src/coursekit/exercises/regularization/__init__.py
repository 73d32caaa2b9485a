"""The assignment `regularization`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.regularization.after_dropout import DROPOUT_BACKWARD, DROPOUT_RESCALE
from coursekit.exercises.regularization.limits import MAX_NORM
from coursekit.exercises.regularization.mixed import ELASTIC_NET
from coursekit.exercises.regularization.sizes import L1_PENALTY
from coursekit.exercises.regularization.squares import L2_PENALTY
from coursekit.exercises.regularization.thinned import DROPOUT
from coursekit.exercises.regularization.whole_net import REGULARIZE
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    L2_PENALTY,
    L1_PENALTY,
    ELASTIC_NET,
    REGULARIZE,
    MAX_NORM,
    DROPOUT,
    DROPOUT_BACKWARD,
    DROPOUT_RESCALE,
)

ASSIGNMENT = Assignment(
    id="regularization",
    title="Regularization",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
