"""The live figures of the chapter on optimizers."""

from coursekit.widgets.optimizers.adam_parts import adam_parts
from coursekit.widgets.optimizers.damping import damping
from coursekit.widgets.optimizers.playground import playground

__all__ = ["adam_parts", "damping", "playground"]
