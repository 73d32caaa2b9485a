"""How fast the playground answered and moved when `benchmarks/widgets.py --keep` last timed it in a browser."""

import json
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_suffix(".json")


def playground_times() -> dict[str, Any]:
    """Milliseconds of a drag with all eight optimizers, of Python's part in it, and of the frames drawn while it plays.

    Each as `count`, `median_ms` and `p95_ms`, the frames with the share `late`, longer than 1/30 s; and the `machine`.
    """
    times: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return times
