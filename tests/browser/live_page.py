"""A page whose widgets are live: what is done to them, what Python answers, and when all of it is drawn."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

#: Keeps every answer that Python in the page gives, its arrays as plain numbers.
LISTEN = """() => {
  window.answers = [];
  const plain = (node) => {
    if (node instanceof ArrayBuffer) return null;
    if (Array.isArray(node)) return node.map(plain);
    if (node && typeof node === "object") {
      if ("dtype" in node) {
        const type = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[node.dtype];
        return { dtype: node.dtype, shape: node.shape, numbers: Array.from(new type(node.data)) };
      }
      return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, plain(v)]));
    }
    return node;
  };
  document.addEventListener("coursekit:answer", ({ detail }) => window.answers.push(plain(detail)));
}"""


#: A page that shows a reader's screenful draws a frame at once; one that draws none for so long is asked for one.
FRAME_SECONDS = 5


def settle(page: Any) -> None:
    """Wait until no widget of the page asks anything and all is drawn that was answered."""
    page.wait_for_function("!document.querySelector('[data-asking]')", polling=50)
    drawn = "!document.querySelector('[data-due]')"
    from playwright import sync_api

    with contextlib.suppress(sync_api.TimeoutError):
        page.wait_for_function(drawn, polling=50, timeout=1000 * FRAME_SECONDS)
        return
    # A headless browser on a busy machine now and then draws no frame by itself; a picture of the page needs one.
    page.screenshot()
    page.wait_for_function(drawn, polling=50)


@dataclass
class Live:
    """A page whose widgets are live: what is done to them, and what Python answers."""

    page: Any
    seen: Any

    def widget(self, id: str) -> Any:
        return self.page.locator("figure.ck-widget", has=self.page.locator(f"[data-widget='{id}']"))

    def count(self) -> int:
        return int(self.page.evaluate("window.answers.length"))

    def answer(self, act: Callable[[], Any], *, refused: bool = False) -> dict[str, Any]:
        """The answer that comes when `act` has been done, and all answers are in; a figure, unless it is `refused`."""
        before = self.count()
        act()
        self.page.wait_for_function("n => window.answers.length > n", arg=before, polling=50)
        self.settle()
        answer = dict(self.page.evaluate("window.answers.at(-1)"))
        assert bool(answer.get("error")) == refused, answer.get("error")
        return answer

    def settle(self) -> None:
        """Wait until nothing is asked and all is drawn."""
        settle(self.page)

    def settings(self, id: str, *, refused: bool = False, **values: Any) -> dict[str, Any]:
        """The answer to the settings that a link carries."""
        query = urlencode({"ck": id, **{name: json.dumps(value) for name, value in values.items()}})
        go = "h => { location.hash = ''; location.hash = h }"
        return self.answer(lambda: self.page.evaluate(go, query), refused=refused)


def arrays(node: Any, path: str = "") -> dict[str, Any]:
    """Every array of a figure by its place."""
    if isinstance(node, dict):
        if "dtype" in node:
            return {path: node}
        return {k: v for name, child in node.items() for k, v in arrays(child, f"{path}.{name}").items()}
    if isinstance(node, (list, tuple)):
        return {k: v for i, child in enumerate(node) for k, v in arrays(child, f"{path}[{i}]").items()}
    return {}
