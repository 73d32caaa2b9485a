"""What browser tests share: a server, pages that say what went wrong in them, and a chapter of trial widgets."""

import contextlib
import functools
import http.server
import importlib.util
import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from coursekit.site.build import build

ROOT = Path(__file__).parents[2]
TRIAL = Path(__file__).parent / "trial_chapter.py"


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on this machine: `serve(folder)` is its address, with a slash at the end."""
    servers = []

    def start(folder: Path) -> str:
        handler = functools.partial(_Handler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The project's own site, built if it is not up to date."""
    return build(root=ROOT)


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable[[Path], str]) -> str:
    """The address of the project's own site, with a slash at the end."""
    return serve(site)


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Any
    off_host: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def watched(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens pages that keep their requests to other hosts and their errors: `watched(width, dark=..., **context)`.

    They are closed at the end of the module: a page that is left open takes the machine's time from the next.
    """
    contexts = []

    def open_page(width: int = 1000, height: int = 900, *, dark: bool = False, **more: Any) -> Watched:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more)
        contexts.append(context)
        seen = Watched(page=context.new_page())
        seen.page.set_default_timeout(60_000)

        def request(request: Any) -> None:
            if not request.url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:")):
                seen.off_host.append(request.url)

        context.on("request", request)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", lambda m: m.type in ("error", "warning") and seen.complaints.append(m.text))
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def trial() -> ModuleType:
    """The widgets of `trial_chapter.py`."""
    spec = importlib.util.spec_from_file_location("trial_chapter", TRIAL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["trial_chapter"] = module
    spec.loader.exec_module(module)
    return module


def widget_html(widget: Any) -> str:
    """The figure element that the site makes of a widget."""
    from coursekit.widgets import wire

    state = {"spec": widget.spec(), "values": widget.defaults, "figure": widget.figure().to_dict()}
    text = wire.inline(state).replace("</", "<\\/")
    return f'<figure class="ck-widget"><script type="application/json">{text}</script></figure>'


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Trial</title><link rel="icon" href="data:,"><link rel="stylesheet" href="widget.css">
<script defer src="host.js"></script>
<style>body {{ font: 17px/1.6 serif; margin: 0 auto; max-width: 820px; padding: 0 12px; background: #fdfcf9 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #17191c }} }}</style><body>{body}</body></html>"""


@pytest.fixture(scope="session")
def trial_site(trial: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one page that shows the trial widgets, and Python for it."""
    from coursekit import assets
    from coursekit.site import python_bundle

    folder = tmp_path_factory.mktemp("trial-site")
    for file in (assets.HOST_JS, assets.WIDGET_CSS):
        shutil.copyfile(file, folder / file.name)
    body = "<p>Text before a widget.</p>".join(widget_html(w) for w in (trial.curve, trial.descent, trial.marks))
    (folder / "index.html").write_text(PAGE.format(body=body), "utf-8")
    python_bundle.build(folder / "py", extra={"coursekit/widgets/trial.py": TRIAL.read_text("utf-8")})
    return folder


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go, for people to look at."""
    folder = ROOT / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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


def _arrays(node: Any, path: str = "") -> dict[str, Any]:
    """Every array of a figure by its place."""
    if isinstance(node, dict):
        if "dtype" in node:
            return {path: node}
        return {k: v for name, child in node.items() for k, v in _arrays(child, f"{path}.{name}").items()}
    if isinstance(node, (list, tuple)):
        return {k: v for i, child in enumerate(node) for k, v in _arrays(child, f"{path}[{i}]").items()}
    return {}


@pytest.fixture(scope="session")
def settled() -> Callable[[Any], None]:
    """`settled(page)` waits until all that was asked in the page is answered and drawn."""
    return settle


@pytest.fixture(scope="session")
def listen() -> Callable[[Watched], Live]:
    """Begins to keep the answers that come in a page that is open."""

    def begin(seen: Watched) -> Live:
        seen.page.evaluate(LISTEN)
        return Live(seen.page, seen)

    return begin


@pytest.fixture(scope="session")
def same_arrays() -> Callable[..., None]:
    """Holds the arrays that the page computed (`there`) to those of a figure made here, place by place."""

    def compare(there: dict[str, Any], here: dict[str, Any], **tolerance: float) -> None:
        theirs, ours = _arrays(there), _arrays(here)
        assert theirs.keys() == ours.keys()
        for place, array in ours.items():
            expected = np.frombuffer(array["data"], array["dtype"])
            assert (array["dtype"], array["shape"]) == (theirs[place]["dtype"], theirs[place]["shape"])
            # JSON has no NaN: where the page shows None, a line is broken.
            numbers = np.array(theirs[place]["numbers"], float)
            np.testing.assert_allclose(numbers, expected, **tolerance, err_msg=place)

    return compare
