"""The assignment `ensembles`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.ensembles.averaged_weights import EMA_WEIGHTS
from coursekit.exercises.ensembles.bagging_draws import BOOTSTRAP_INDICES
from coursekit.exercises.ensembles.left_out import OUT_OF_BAG
from coursekit.exercises.ensembles.majority_error import ENSEMBLE_ERROR
from coursekit.exercises.ensembles.probabilities import AVERAGE_PROBABILITIES
from coursekit.exercises.ensembles.votes import MAJORITY_VOTE
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (AVERAGE_PROBABILITIES, MAJORITY_VOTE, BOOTSTRAP_INDICES, OUT_OF_BAG, EMA_WEIGHTS, ENSEMBLE_ERROR)

ASSIGNMENT = Assignment(
    id="ensembles",
    title="Ensembles",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
