"""The live figures of the chapter on learning-rate schedules."""

from coursekit.widgets.schedules.designer import designer

__all__ = ["designer"]
