"""The live figures of the chapter on regularization."""

from coursekit.widgets.regularization.boundary import boundary
from coursekit.widgets.regularization.paths import paths
from coursekit.widgets.regularization.thinning_shown import dropout

__all__ = ["boundary", "dropout", "paths"]
