"""The live figures of the chapter on initialization."""

from coursekit.widgets.initialization.demo import demo
from coursekit.widgets.initialization.layers import layers

__all__ = ["demo", "layers"]
