"""The live figures of the chapter on initialization."""

from coursekit.widgets.initialization.demo import demo

__all__ = ["demo"]
