"""The live figures of the chapter on batch normalization."""

from coursekit.widgets.batchnorm.batch_pass import batch

__all__ = ["batch"]
