"""How outputs of a chapter's cells get onto the page: live figures and plots.

myst-nb finds `WidgetMime` through the entry point `myst_nb.mime_renderers`. A live figure is an ordinary anywidget in
the notebook; its state, which nbclient has kept, goes into the page as JSON, and the front end's host mounts it.
"""

import json
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.errors import ExtensionError

from coursekit.site.plot import PLOT, plot_node

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


class WidgetMime:
    """The plugin; see `myst_nb.core.render.MimeRenderPlugin`."""

    mime_priority_overrides: ClassVar = [("html", PLOT, 5)]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """The nodes of a live figure or a plot; None for any other output."""
        if data.mime_type == PLOT:
            return [plot_node(data.content)]
        if data.mime_type != VIEW:
            return None
        where = f"{renderer.renderer.sphinx_env.docname}, line {data.line}"
        models = renderer.renderer.nb_client.nb_metadata.get("widgets", {}).get(STATE, {}).get("state", {})
        model = models.get(data.content["model_id"])
        if model is None:
            raise ExtensionError(f"{where}: the cell shows a widget whose state was not kept; run the build again")
        return [widget_node(model, where)]


def widget_node(model: dict[str, Any], where: str) -> nodes.raw:
    """`<figure class="ck-widget">` with spec, values and figure as JSON inside, from a model's kept state."""
    state = model["state"]
    if not {"spec", "values", "figure"} <= set(state):
        name = state.get("_model_name", "widget")
        raise ExtensionError(f"{where}: a {name} cannot be shown on a page: only coursekit's own widgets can")
    return figure_html(restore(state, model.get("buffers", [])))


def restore(state: dict[str, Any], buffers: list[dict[str, Any]]) -> dict[str, Any]:
    """Spec, values and figure with the arrays' bytes, as base64, back in their places."""
    kept: dict[str, Any] = json.loads(json.dumps({name: state[name] for name in ("spec", "values", "figure")}))
    for buffer in buffers:
        first, *rest = buffer["path"]
        if first not in kept:
            continue
        place = kept[first]
        for step in rest[:-1]:
            place = place[step]
        place[rest[-1]] = buffer["data"]
    return kept


def figure_html(payload: dict[str, Any]) -> nodes.raw:
    """The element that the host mounts."""
    text = json.dumps(payload, allow_nan=False, separators=(",", ":")).replace("</", "<\\/")
    id, alt = escape(payload["spec"]["id"]), escape(payload["figure"]["alt"])
    return nodes.raw(
        "",
        f'<figure class="ck-widget" data-widget="{id}" aria-label="{escape(payload["spec"]["title"])}">'
        f'<script type="application/json">{text}</script>'
        f"<noscript><p>This figure is drawn by JavaScript. What it shows: {alt}</p></noscript></figure>\n",
        format="html",
    )
