"""The live figures of the chapter on batch size."""

from coursekit.widgets.batch_size.gradient_cloud import cloud_figure
from coursekit.widgets.batch_size.scaling_rules import scaling
from coursekit.widgets.batch_size.step_times import timing

__all__ = ["cloud_figure", "scaling", "timing"]
