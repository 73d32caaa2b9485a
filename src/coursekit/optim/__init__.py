"""Optimization: update rules as pure functions, optimizers that apply them in place, learning rates over time."""

from coursekit.optim.adaptive import AdaDelta, AdaGrad, Adam, AdamW, RMSProp
from coursekit.optim.composing import ReduceOnPlateau, Schedule, in_sequence, rate_at
from coursekit.optim.descent import SGD, Momentum, Nesterov
from coursekit.optim.optimizer import Optimizer
from coursekit.optim.rules import adadelta, adagrad, adam, adamw, momentum, nesterov, newton_step, rmsprop, sgd
from coursekit.optim.scaling import batch_size_schedule, linear_scaling, sqrt_scaling
from coursekit.optim.schedules import (
    constant,
    cosine_decay,
    early_stopping,
    exponential_decay,
    has_converged,
    inverse_time_decay,
    one_cycle,
    reduce_on_plateau,
    step_decay,
    warmup,
)

__all__ = [
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "ReduceOnPlateau",
    "Schedule",
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "batch_size_schedule",
    "constant",
    "cosine_decay",
    "early_stopping",
    "exponential_decay",
    "has_converged",
    "in_sequence",
    "inverse_time_decay",
    "linear_scaling",
    "momentum",
    "nesterov",
    "newton_step",
    "one_cycle",
    "rate_at",
    "reduce_on_plateau",
    "rmsprop",
    "sgd",
    "sqrt_scaling",
    "step_decay",
    "warmup",
]
