"""The assignment `activations`."""

from coursekit.exercises.activations.rectifiers import RELU, RELU_BACKWARD
from coursekit.exercises.spec import Assignment, Exercises

ASSIGNMENT = Assignment(
    id="activations",
    title="Activation functions",
    exercises=Exercises(
        {
            e.name: e
            for e in (
                RELU,
                RELU_BACKWARD,
            )
        }
    ),
)
