"""The assignment `batchnorm`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.batchnorm.eval_mode import BATCHNORM_EVAL
from coursekit.exercises.batchnorm.folding import FOLD_BATCHNORM
from coursekit.exercises.batchnorm.gradients import BATCHNORM_BACKWARD
from coursekit.exercises.batchnorm.images import SPATIAL_BATCHNORM_TRAIN
from coursekit.exercises.batchnorm.train_mode import BATCHNORM_TRAIN
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (BATCHNORM_TRAIN, BATCHNORM_EVAL, BATCHNORM_BACKWARD, SPATIAL_BATCHNORM_TRAIN, FOLD_BATCHNORM)

ASSIGNMENT = Assignment(
    id="batchnorm",
    title="Batch normalization",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
