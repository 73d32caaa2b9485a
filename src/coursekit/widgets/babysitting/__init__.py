"""The live figures of the chapter on looking after a run."""

from coursekit.widgets.babysitting.clinic import clinic
from coursekit.widgets.babysitting.grid_or_random import search_widget
from coursekit.widgets.babysitting.heat_map import heatmap

__all__ = ["clinic", "heatmap", "search_widget"]
