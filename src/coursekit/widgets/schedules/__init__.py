"""The live figures of the chapter on learning-rate schedules."""

from coursekit.widgets.schedules.beside_constant import designer
from coursekit.widgets.schedules.search import finder

__all__ = ["designer", "finder"]
