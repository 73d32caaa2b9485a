"""The live figures of the chapter on optimizers."""

from coursekit.widgets.optimizers.playground import playground

__all__ = ["playground"]
