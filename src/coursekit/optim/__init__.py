"""Optimization: update rules as pure functions, and optimizers that apply them in place to a model's parameters."""

from coursekit.optim.optimizers import SGD, Adam, Optimizer
from coursekit.optim.rules import adam, sgd

__all__ = ["SGD", "Adam", "Optimizer", "adam", "sgd"]
