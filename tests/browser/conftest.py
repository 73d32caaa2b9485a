"""What browser tests share: a server, pages that say what went wrong in them, and a chapter of trial widgets."""

import contextlib
import functools
import http.server
import importlib.util
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what stands beside the tests is in no package

from live_page import LISTEN, Live, arrays, settle

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

    def handle(self) -> None:
        # A page that is closed while it loads is no error, and a traceback of it hides those that are.
        with contextlib.suppress(ConnectionError):
            super().handle()


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
def address(site: Path, serve: Callable[[Path], str]) -> str:
    """The address of the project's own site, with a slash at the end."""
    return serve(site)


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Any
    off_host: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


#: The pages that this module has opened.
_opened: list[Watched] = []


@pytest.fixture(scope="module")
def watched(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens pages that keep their requests to other hosts and their errors: `watched(width, dark=..., **context)`.

    They are closed at the end of the module: a page that is left open takes the machine's time from the next.
    """
    contexts: list[Any] = []

    def open_page(width: int = 1000, height: int = 900, *, dark: bool = False, **more: Any) -> Watched:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more)
        contexts.append(context)
        seen = Watched(page=context.new_page())
        _opened.append(seen)
        seen.page.set_default_timeout(60_000)

        def request(request: Any) -> None:
            if not request.url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:")):
                seen.off_host.append(request.url)

        context.on("request", request)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", lambda m: m.type in ("error", "warning") and seen.complaints.append(m.text))
        return seen

    yield open_page
    _opened.clear()
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A failed test shows the pages that it had open: where they were, what they complained of, and how they looked."""
    report = yield
    if call.when == "call" and report.failed:
        for i, seen in enumerate([seen for seen in _opened if not seen.page.is_closed()][-3:]):
            picture = (
                ROOT / "_build" / "screenshots" / f"failed-{re.sub(r'[^a-z0-9]+', '-', item.name.lower())}-{i}.png"
            )
            said = [seen.page.url, *seen.off_host, *seen.complaints]
            with contextlib.suppress(Exception):  # a page that does not answer has no picture
                seen.page.screenshot(path=picture, timeout=5000)
                said.append(f"a picture: {picture.relative_to(ROOT)}")
            report.sections.append((f"page {i + 1}", "\n".join(said)))
    return report


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


#: axe-core over a page; what takes too long says so.
AXE = """void axe.run(document, { resultTypes: ["violations"] }).then(
  (found) => (window.axeFound = found.violations), (error) => (window.axeFound = String(error)))"""


@pytest.fixture(scope="session")
def inaccessible() -> Callable[[Any], list[str]]:
    """`inaccessible(page)` is what axe-core finds wrong in a page, by all of its rules."""

    def look(page: Any) -> list[str]:
        page.add_script_tag(path=ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js")
        page.evaluate(AXE)
        page.wait_for_function("window.axeFound", polling=50, timeout=120_000)
        found = page.evaluate("window.axeFound")
        assert isinstance(found, list), found
        return [f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in found for n in v["nodes"]]

    return look


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

    def compare(there: dict[str, Any], here: dict[str, Any], *, count: float = 0.0, **tolerance: float) -> None:
        """`count` is what one case adds to a bar: a value on a bin's edge may round into the next, one in a hundred."""
        theirs, ours = arrays(there), arrays(here)
        assert theirs.keys() == ours.keys()
        for place, array in ours.items():
            expected = np.frombuffer(array["data"], array["dtype"])
            assert (array["dtype"], array["shape"]) == (theirs[place]["dtype"], theirs[place]["shape"])
            # JSON has no NaN: where the page shows None, a line is broken.
            numbers = np.array(theirs[place]["numbers"], float)
            if count and place.endswith(".heights"):
                np.testing.assert_allclose(numbers, expected, rtol=0, atol=1.01 * count, err_msg=place)
                close = np.isclose(numbers, expected, **tolerance)
                assert close.mean() >= 0.99, place
                continue
            np.testing.assert_allclose(numbers, expected, **tolerance, err_msg=place)

    return compare
