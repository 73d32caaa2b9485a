"""The assignment `activations`, in the order in which the chapter introduces the functions."""

from coursekit.exercises.activations.dead_units import DEAD_FRACTION
from coursekit.exercises.activations.exponential import ELU, ELU_BACKWARD
from coursekit.exercises.activations.hyperbolic import TANH_BACKWARD
from coursekit.exercises.activations.leaky import LEAKY_RELU, LEAKY_RELU_BACKWARD
from coursekit.exercises.activations.logistic import SIGMOID, SIGMOID_BACKWARD
from coursekit.exercises.activations.maxout_layer import MAXOUT, MAXOUT_BACKWARD
from coursekit.exercises.activations.parametric import PRELU_BACKWARD
from coursekit.exercises.activations.rectifiers import RELU, RELU_BACKWARD
from coursekit.exercises.spec import Assignment, Exercises

_ORDER = (
    SIGMOID,
    SIGMOID_BACKWARD,
    TANH_BACKWARD,
    RELU,
    RELU_BACKWARD,
    LEAKY_RELU,
    LEAKY_RELU_BACKWARD,
    PRELU_BACKWARD,
    ELU,
    ELU_BACKWARD,
    MAXOUT,
    MAXOUT_BACKWARD,
    DEAD_FRACTION,
)

ASSIGNMENT = Assignment(
    id="activations",
    title="Activation functions",
    exercises=Exercises({exercise.name: exercise for exercise in _ORDER}),
)
