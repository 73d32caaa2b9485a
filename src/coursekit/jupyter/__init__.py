"""coursekit in a notebook: `show` a widget; `coursekit.check` is there too.

Nothing here imports Jupyter until it is asked for, so that the package needs NumPy alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.jupyter.view import WidgetView

__all__ = ["show"]


def show(id: str, **values: Any) -> "WidgetView":
    """The widget `id` ("activations.explorer") as a live figure, its controls set to `values` where they are given.

    Raises `KeyError` for an unknown id, `ControlError` for a value that a control does not take, and
    `ModuleNotFoundError` that says what to install where the notebook packages are missing.
    """
    try:
        from coursekit.jupyter.view import WidgetView
    except ModuleNotFoundError as error:
        if error.name not in {"anywidget", "traitlets", "ipywidgets"}:
            raise
        told = f"live widgets need {error.name}: run `pip install 'coursekit[notebook]'`, then restart the kernel"
        raise ModuleNotFoundError(told, name=error.name) from None
    from coursekit.widgets import find

    return WidgetView(find(id), values)
