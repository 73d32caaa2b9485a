"""The assignment `loop`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.loop.affine_layer import LINEAR, LINEAR_BACKWARD
from coursekit.exercises.loop.cross_entropy import SOFTMAX_CROSS_ENTROPY
from coursekit.exercises.loop.descent import SGD_TRAIN
from coursekit.exercises.loop.shuffled_batches import MINIBATCHES
from coursekit.exercises.loop.softmax_rows import SOFTMAX
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (LINEAR, LINEAR_BACKWARD, SOFTMAX, SOFTMAX_CROSS_ENTROPY, MINIBATCHES, SGD_TRAIN)

ASSIGNMENT = Assignment(
    id="loop",
    title="The training loop",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
