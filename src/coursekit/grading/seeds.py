"""The seed of each assignment's private cases: drawn once, kept beside the gradebook, used again on every regrade."""

import json
import secrets
from pathlib import Path

from coursekit.grading.errors import CourseError
from coursekit.grading.files import PRIVATE, replace_file

SEEDS = "grading_seeds.json"


def seed_for(assignment: str, path: Path) -> int:
    """The seed of `assignment` in the JSON file at `path`; drawn and written there on first use."""
    seeds = _read(path)
    if assignment not in seeds:
        seeds[assignment] = secrets.randbelow(2**32)
        replace_file(path, json.dumps(seeds, indent=1, sort_keys=True), PRIVATE)
    return seeds[assignment]


def _read(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        seeds = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(seeds, dict) and all(type(seed) is int and 0 <= seed < 2**32 for seed in seeds.values()):
            return seeds
    except (ValueError, UnicodeDecodeError):
        pass
    # A new seed would silently grade later submissions on other cases than earlier ones.
    raise CourseError(f"{path} cannot be read as seeds: restore it from a copy, or delete it and regrade everyone")
