"""A widget in a notebook: the same views as on a page of the book; here the kernel computes."""

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from coursekit.assets import WIDGET_CSS, WIDGET_ESM, built
from coursekit.widgets import Widget


class WidgetView(anywidget.AnyWidget):  # type: ignore[misc]
    """A `Widget` for Jupyter: whenever `values` changes, `figure` is computed; what goes wrong stands in `error`.

    `coursekit_widget` marks this model in a notebook's saved state; its value is the version of these traits. A page
    of the book needs `spec`, `values` and `figure`, and nothing else. `answered` counts the answers, so that the view
    knows of one that changed nothing.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    coursekit_widget = traitlets.Unicode("1", read_only=True).tag(sync=True)
    spec = traitlets.Dict(read_only=True).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    figure = traitlets.Dict(read_only=True).tag(sync=True)
    error = traitlets.Unicode(read_only=True).tag(sync=True)
    answered = traitlets.Int(0, read_only=True).tag(sync=True)

    def __init__(self, widget: Widget, values: Mapping[str, Any]) -> None:
        built(WIDGET_ESM, WIDGET_CSS)
        checked = widget.check(values)
        self._widget = widget
        self.set_trait("spec", widget.spec())
        self.set_trait("figure", widget.figure(checked).to_dict())
        super().__init__(values=checked, _esm=WIDGET_ESM.read_text("utf-8"), _css=WIDGET_CSS.read_text("utf-8"))
        self.observe(self._compute, "values")

    def _compute(self, change: Any) -> None:
        answer = self._widget.answer(change["new"])
        if "figure" in answer:
            self.set_trait("figure", answer["figure"])
        self.set_trait("error", answer.get("error", ""))
        self.set_trait("answered", self.answered + 1)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"show({self.spec['id']!r}, {settings})"
