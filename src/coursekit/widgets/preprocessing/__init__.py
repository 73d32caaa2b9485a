"""The live figures of the chapter on preprocessing."""

from coursekit.widgets.preprocessing.cloud import cloud
from coursekit.widgets.preprocessing.gallery import gallery
from coursekit.widgets.preprocessing.imbalance import imbalance

__all__ = ["cloud", "gallery", "imbalance"]
