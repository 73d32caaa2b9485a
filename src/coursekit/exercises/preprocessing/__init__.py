"""The assignment `preprocessing`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.preprocessing.balancing import CLASS_WEIGHTS
from coursekit.exercises.preprocessing.centring import ZERO_CENTER
from coursekit.exercises.preprocessing.channels import SUBTRACT_CHANNEL_MEAN
from coursekit.exercises.preprocessing.cropping import RANDOM_CROP
from coursekit.exercises.preprocessing.mirroring import HORIZONTAL_FLIP
from coursekit.exercises.preprocessing.projecting import PCA
from coursekit.exercises.preprocessing.ranges import SCALE_TO_RANGE
from coursekit.exercises.preprocessing.standardizing import STANDARDIZE
from coursekit.exercises.preprocessing.whitening import WHITEN
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    ZERO_CENTER,
    STANDARDIZE,
    SCALE_TO_RANGE,
    SUBTRACT_CHANNEL_MEAN,
    PCA,
    WHITEN,
    HORIZONTAL_FLIP,
    RANDOM_CROP,
    CLASS_WEIGHTS,
)

ASSIGNMENT = Assignment(
    id="preprocessing",
    title="Data preprocessing",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
