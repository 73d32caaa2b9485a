"""The live figures of the chapter on the training loop."""

from coursekit.widgets.loop.steps import steps

__all__ = ["steps"]
