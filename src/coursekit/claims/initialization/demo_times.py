"""How fast the chapter's demo answered and moved when `benchmarks/widgets.py --keep` last timed it in a browser."""

import json
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_suffix(".json")


def demo_times() -> dict[str, Any]:
    """Milliseconds of a change that trains anew, of one that does not, and of the frames drawn while it plays.

    Each as `count`, `median_ms` and `p95_ms`, the frames with the share `late`, longer than 1/30 s; and the `machine`.
    """
    times: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return times
