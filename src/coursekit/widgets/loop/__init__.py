"""The live figures of the chapter on the training loop."""

from coursekit.widgets.loop.bowl import bowl
from coursekit.widgets.loop.steps import steps
from coursekit.widgets.loop.valley import valley

__all__ = ["bowl", "steps", "valley"]
