"""The live figures of the chapter on batch normalization."""

from coursekit.widgets.batchnorm.batch_pass import batch
from coursekit.widgets.batchnorm.side_by_side import training
from coursekit.widgets.batchnorm.two_modes import modes

__all__ = ["batch", "modes", "training"]
