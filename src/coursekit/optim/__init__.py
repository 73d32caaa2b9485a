"""Optimization: update rules as pure functions, optimizers that apply them in place, learning rates over time."""

from coursekit.optim.adaptive import AdaDelta, AdaGrad, Adam, AdamW, RMSProp
from coursekit.optim.averaging import EMA, average_weights, ema_weights
from coursekit.optim.clipping import clip_by_norm, clip_by_value, limit_norm
from coursekit.optim.composing import ReduceOnPlateau, Schedule, in_sequence, rate_at
from coursekit.optim.descent import SGD, Momentum, Nesterov
from coursekit.optim.from_rule import FromRule
from coursekit.optim.landscapes import (
    LANDSCAPES,
    Landscape,
    beale,
    bowl,
    himmelblau,
    rastrigin,
    ravine,
    rosenbrock,
    saddle,
)
from coursekit.optim.optimizer import Optimizer
from coursekit.optim.quadratic import best_momentum, momentum_factor
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
from coursekit.optim.walking import path, paths

__all__ = [
    "EMA",
    "LANDSCAPES",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "FromRule",
    "Landscape",
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
    "average_weights",
    "batch_size_schedule",
    "beale",
    "best_momentum",
    "bowl",
    "clip_by_norm",
    "clip_by_value",
    "constant",
    "cosine_decay",
    "early_stopping",
    "ema_weights",
    "exponential_decay",
    "has_converged",
    "himmelblau",
    "in_sequence",
    "inverse_time_decay",
    "limit_norm",
    "linear_scaling",
    "momentum",
    "momentum_factor",
    "nesterov",
    "newton_step",
    "one_cycle",
    "path",
    "paths",
    "rastrigin",
    "rate_at",
    "ravine",
    "reduce_on_plateau",
    "rmsprop",
    "rosenbrock",
    "saddle",
    "sgd",
    "sqrt_scaling",
    "step_decay",
    "warmup",
]
