"""The live figures of the chapter on regularization."""

from coursekit.widgets.regularization.boundary import boundary

__all__ = ["boundary"]
