"""Training: mini-batches, the loop, and the check of gradients against differences."""

from coursekit.training.batches import minibatches
from coursekit.training.differences import gradient_check, numerical_gradient, relative_error
from coursekit.training.loop import Step, sgd_train, train

__all__ = [
    "Step",
    "gradient_check",
    "minibatches",
    "numerical_gradient",
    "relative_error",
    "sgd_train",
    "train",
]
