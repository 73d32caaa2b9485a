"""How fast the two largest widgets answer and move, in a real browser on a built site.

    python benchmarks/widgets.py [--site DIR] [--only demo|playground] [--rounds N] [--keep]

opens a chapter of a site built with Python in it (`coursekit build`) in Chromium, waits until Python is up, and times,
of the demo in the chapter on initialization,

- `train`: a change that makes Python train a net anew (new data, another set, another start), from the click to the
  updated drawing;
- `view`: one that draws a run seen before in another way (weights or gradients);
- `frames`: while the run plays, the time from one animation frame of the browser to the next, for those in which
  something was drawn. Late is what takes longer than 1/30 s, two refreshes of the screen, by the clock's rounding more;

of the playground in the chapter on optimizers, with all eight optimizers and 300 steps of each,

- `drag`: the start dragged by a few pixels, from the pointer's move to the updated drawing, on all landscapes in turn;
  `round_trip` is the part of it from asking Python to having its figure, `python` the part that Python computes;
- `frames` as above.

`--keep` writes the results to the files that the chapters read. Run it while nothing else runs; the load is in the
results.
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
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from coursekit.claims.initialization.demo_times import KEPT as DEMO_KEPT
from coursekit.claims.optimizers.playground_times import KEPT as PLAYGROUND_KEPT
from coursekit.optim import LANDSCAPES

LATE_MS = 1000 / 30 + 0.5  # two refreshes read as 33.3 or 33.4
VIEWPORT = {"width": 1280, "height": 900}
DEMO = 'section[data-widget="initialization.demo"]'
PLAYGROUND = 'section[data-widget="optimizers.playground"]'
#: Milliseconds for a figure that came late to be computed and drawn, before the next clock starts.
CALM_MS = 400
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

#: Drags the start by some pixels; [milliseconds from that to the drawing, milliseconds of it in Python].
DRAG = """([handle, dx, dy]) => new Promise(done => {
  const root = handle.closest('.ck'), figure = handle.closest('figure.ck-widget');
  const answers = () => Number(figure.dataset.answers ?? 0);
  const before = answers(), box = handle.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const move = (type, x, y) => handle.dispatchEvent(
    new PointerEvent(type, { clientX: x, clientY: y, button: 0, pointerId: 1, bubbles: true }));
  handle.setPointerCapture = () => {};  // the pointer is none that the browser knows
  const watch = new MutationObserver(() => {
    if (answers() === before) return;
    const now = performance.now();
    watch.disconnect();
    move('pointerup', x + dx, y + dy);
    done([now - start, Number(figure.dataset.roundTripMs), Number(figure.dataset.computedMs)]);
  });
  watch.observe(root, { attributes: true, attributeFilter: ['data-drawn'] });
  move('pointerdown', x, y);
  const start = performance.now();
  move('pointermove', x + dx, y + dy);
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


def address(site: Path, page: str) -> str:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/{page}"


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


def plays(page: Page, widget: str, rounds: int) -> dict[str, float]:
    """Frames of as many plays as it takes to draw `rounds` times; as the widget stands, from the first step."""
    where, frames = page.locator(widget), list[tuple[float, bool]]()
    where.locator(".ck-player").scroll_into_view_if_needed()
    while sum(drew for _, drew in frames) < rounds:
        frames += page.evaluate(PLAY, [where.locator(".ck-player button").first.element_handle()])
    drawn = [time for time, drew in frames if drew]
    return summary(drawn) | {"late": round(statistics.fmean(time > LATE_MS for time in drawn), 3)}


def demo(page: Page, rounds: int) -> dict[str, Any]:
    times = trips(page, rounds)
    return {name: summary(times[name]) for name in ("train", "view")} | {"frames": plays(page, DEMO, rounds)}


def playground(page: Page, rounds: int) -> dict[str, Any]:
    """All eight optimizers; `rounds` drags on each landscape, to and fro about its own start."""
    where = page.locator(PLAYGROUND)
    figure = page.locator("figure.ck-widget").filter(has=where)
    where.scroll_into_view_if_needed()
    for box in where.locator("input[type=checkbox]").all():
        box.check()
    figure.and_(page.locator("[data-answers]")).wait_for(state="attached")  # Python is up
    drags: list[tuple[float, float, float]] = []
    for landscape in LANDSCAPES:
        where.locator("select").select_option(landscape)
        page.wait_for_timeout(CALM_MS)
        handle = where.locator(f"[data-name=start_{landscape}]").element_handle()
        shifts = [((7, -5)[i % 2], (4, -3)[i // 2 % 2]) for i in range(rounds)]
        drags += [page.evaluate(DRAG, [handle, *shift]) for shift in shifts]
    where.locator("select").select_option("ravine")
    page.wait_for_timeout(CALM_MS)
    drag, trip, python = map(summary, zip(*drags, strict=True))
    return {"drag": drag, "round_trip": trip, "python": python, "frames": plays(page, PLAYGROUND, rounds)}


#: By name: the page, what is measured there, and where it is kept.
WIDGETS: dict[str, tuple[str, Callable[[Page, int], dict[str, Any]], Path]] = {
    "demo": ("chapters/initialization.html", demo, DEMO_KEPT),
    "playground": ("chapters/optimizers.html", playground, PLAYGROUND_KEPT),
}


def measure(site: Path, name: str, rounds: int) -> dict[str, Any]:
    where, take, _ = WIDGETS[name]
    load = os.getloadavg()[0]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=VIEWPORT)
        page.set_default_timeout(120_000)
        page.goto(address(site, where))
        result = take(page, rounds) | {
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
    parser = argparse.ArgumentParser(description="How fast the demo and the playground are.")
    parser.add_argument("--site", type=Path, default=Path("_build/html"), help="a site built with Python in it")
    parser.add_argument("--only", choices=list(WIDGETS), help="one of the two")
    parser.add_argument("--rounds", type=int, default=36, help="changes of each kind, drags on each landscape (36)")
    parser.add_argument("--keep", action="store_true", help="write the files that the chapters read")
    wanted = parser.parse_args()
    for name in [wanted.only] if wanted.only else list(WIDGETS):
        page, _, kept = WIDGETS[name]
        if not (wanted.site / page).is_file():
            parser.error(f"{wanted.site} has no {page}; build the site first: coursekit build")
        text = json.dumps(measure(wanted.site, name, wanted.rounds), indent=2) + "\n"
        print(text, end="")
        if wanted.keep:
            kept.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
