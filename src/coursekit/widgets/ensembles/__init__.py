"""The live figures of the chapter on ensembles."""

from coursekit.widgets.ensembles.builder import builder
from coursekit.widgets.ensembles.voters import voters

__all__ = ["builder", "voters"]
