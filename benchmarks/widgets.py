"""How fast the demo of the chapter on initialization answers and moves, in a real browser on a built site.

    python benchmarks/widgets.py [--site DIR] [--rounds N] [--keep]

opens the chapter of a site built with Python in it (`coursekit build`) in Chromium, waits until Python is up, and times

- `train`: a change that makes Python train a net anew (new data, another set, another start), from the click to the
  updated drawing;
- `view`: one that draws a run seen before in another way (weights or gradients);
- `frames`: while the run plays, the time from one animation frame of the browser to the next, for those in which
  something was drawn. Late is what takes longer than 1/30 s.

`--keep` writes the result to the file that the chapter reads. Run it while nothing else runs; the load is in the
result.
"""

import argparse
import functools
import http.server
import json
import os
import platform
import shutil
import statistics
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from coursekit.claims.initialization.demo_times import KEPT

PAGE = "chapters/initialization.html"
LATE_MS = 1000 / 30
VIEWPORT = {"width": 1280, "height": 900}
DEMO = 'section[data-widget="initialization.demo"]'
DATA, STARTS = ("moons", "spiral", "xor", "circles"), ("small", "large", "zero", "he")

#: Milliseconds from a click to the next drawing that comes after an answer of Python.
TRIP = """([button]) => new Promise(done => {
  const root = button.closest('.ck'), figure = button.closest('figure.ck-widget');
  const answers = () => Number(figure.dataset.answers ?? 0);
  const before = answers();
  const watch = new MutationObserver(() => {
    if (answers() === before) return;
    const now = performance.now();
    watch.disconnect();
    done(now - start);
  });
  watch.observe(root, { attributes: true, attributeFilter: ['data-drawn'] });
  const start = performance.now();
  button.click();
})"""

#: Plays once: [milliseconds to the next animation frame, whether something was drawn in it] until the end.
PLAY = """([button]) => new Promise(done => {
  const root = button.closest('.ck'), drawn = () => Number(root.dataset.drawn ?? 0), frames = [];
  let last = null, seen = drawn();
  const tick = now => {
    if (last !== null) frames.push([now - last, drawn() > seen]);
    [last, seen] = [now, drawn()];
    if (button.getAttribute('aria-label') === 'Play') done(frames);
    else requestAnimationFrame(tick);
  };
  button.click();
  requestAnimationFrame(tick);
})"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: object) -> None:
        pass


def address(site: Path) -> str:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/{PAGE}"


def chromium() -> str | None:
    """The browser named by CHROMIUM, else one on the path; None is Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1] for line in lines if line.startswith("model name")]
    return " ".join((names[0] if names else platform.processor() or platform.machine()).split())


def summary(times: Sequence[float]) -> dict[str, float]:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return {"count": len(times), "median_ms": round(statistics.median(times), 1), "p95_ms": round(p95, 1)}


def trips(page: Page, rounds: int) -> dict[str, list[float]]:
    demo = page.locator(DEMO)

    def trip(name: str, value: str = "") -> float:
        control = demo.locator(f"[data-name={name}]{f'[value={value}]' if value else ''}")
        return float(page.evaluate(TRIP, [control.element_handle()]))

    trip("seed")  # boots Python, and is its first answer
    times: dict[str, list[float]] = {"train": [], "view": []}
    for i in range(rounds):
        turn = i // 3 % 4
        change = [("seed", ""), ("data", DATA[turn]), ("start", STARTS[turn])][i % 3]
        times["train"].append(trip(*change))
        times["view"].append(trip("edges", "wg"[(i + 1) % 2]))
    return times


def plays(page: Page, rounds: int) -> list[tuple[float, bool]]:
    """Frames of as many plays as it takes to draw `rounds` times; the net with its weights, from the first step."""
    demo, frames = page.locator(DEMO), []
    demo.locator(".ck-player").scroll_into_view_if_needed()
    while sum(drew for _, drew in frames) < rounds:
        frames += page.evaluate(PLAY, [demo.locator(".ck-player button").first.element_handle()])
    return frames


def measure(site: Path, rounds: int) -> dict[str, Any]:
    load = os.getloadavg()[0]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=VIEWPORT)
        page.set_default_timeout(120_000)
        page.goto(address(site))
        times = trips(page, rounds)
        frames = plays(page, rounds)
        drawn = [time for time, drew in frames if drew]
        result = {
            "train": summary(times["train"]),
            "view": summary(times["view"]),
            "frames": summary(drawn) | {"late": round(statistics.fmean(time > LATE_MS for time in drawn), 3)},
            "machine": {
                "cores": os.cpu_count(),
                "processor": processor(),
                "browser": f"Chromium {browser.version}, headless",
                "viewport": list(VIEWPORT.values()),
                "load_before": round(load, 2),
                "load_after": round(os.getloadavg()[0], 2),
                "date": date.today().isoformat(),
            },
        }
        browser.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the demo of the chapter on initialization is.")
    parser.add_argument("--site", type=Path, default=Path("_build/html"), help="a site built with Python in it")
    parser.add_argument("--rounds", type=int, default=36, help="changes of each kind (36)")
    parser.add_argument("--keep", action="store_true", help="write the file that the chapter reads")
    wanted = parser.parse_args()
    if not (wanted.site / PAGE).is_file():
        parser.error(f"{wanted.site} has no {PAGE}; build the site first: coursekit build")
    text = json.dumps(measure(wanted.site, wanted.rounds), indent=2) + "\n"
    print(text, end="")
    if wanted.keep:
        KEPT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
