"""The live figures of the chapter on activation functions."""

from coursekit.widgets.activations.deep_signals import deep
from coursekit.widgets.activations.dying_units import dead
from coursekit.widgets.activations.function_explorer import explorer

__all__ = ["dead", "deep", "explorer"]
