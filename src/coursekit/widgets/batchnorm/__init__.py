"""The live figures of the chapter on batch normalization."""

from coursekit.widgets.batchnorm.batch_pass import batch
from coursekit.widgets.batchnorm.side_by_side import training

__all__ = ["batch", "training"]
